"""Every write of the rounds."""
