"""Pages of service records."""
