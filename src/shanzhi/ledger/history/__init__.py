"""How the histories of the ledger read."""
