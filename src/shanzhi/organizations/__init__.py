"""Organisations: what bodies there are, where they have their seat, and whether they still take roles."""
