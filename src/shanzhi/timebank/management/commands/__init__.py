"""Commands of the time bank."""
