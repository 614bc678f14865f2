"""The public site: homes of districts, what is due today, search, open data."""
