"""People: real-name records, accounts, roles."""
