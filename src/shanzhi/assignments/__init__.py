"""Matching volunteers with shifts, and calling up in an emergency."""
