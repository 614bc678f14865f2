"""The log of what was done: who, what, when, why. Rows are added and never changed."""
