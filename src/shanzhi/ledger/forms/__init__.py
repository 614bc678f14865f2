"""Forms of the desk of books."""
