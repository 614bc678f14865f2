"""The demo of the rounds: a round played through the operations, and what `make demo` loads. All people are made up."""
