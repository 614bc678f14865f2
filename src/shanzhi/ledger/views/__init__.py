"""Pages of the desk of books."""
