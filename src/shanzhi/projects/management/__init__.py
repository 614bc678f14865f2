"""Commands of the projects."""
