"""Commands of the rounds."""
