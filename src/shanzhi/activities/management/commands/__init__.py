"""Commands of the activities."""
