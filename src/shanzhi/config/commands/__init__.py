"""The subcommands of `shanzhi` that the house itself brings."""
