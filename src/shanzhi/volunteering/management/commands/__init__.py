"""Commands of volunteering."""
