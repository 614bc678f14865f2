"""Forms of service records."""
