"""Forms of the time bank."""
