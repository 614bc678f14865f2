"""The pages of the desk of books."""
