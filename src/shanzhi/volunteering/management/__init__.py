"""Commands of volunteering for `manage`."""
