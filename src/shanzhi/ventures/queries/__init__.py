"""Every reading of the rounds, scoped to the viewer."""
