"""Volunteers with their number, skills and free hours; what kinds of tasks ask of them; teams and who is in them."""
