"""Commands of voting."""
