"""How the house is put together: settings, addresses, database, command line."""
