"""The time bank of an area: credits for verified service, help, gifts; all of it in the ledger."""
