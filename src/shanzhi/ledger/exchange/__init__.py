"""Books out and bills in."""
