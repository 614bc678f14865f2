"""Reading the ledger: each query takes the viewer and gives only what exists for that viewer."""
