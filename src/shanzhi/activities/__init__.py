"""Volunteers' activities: planned, checked, published, with shifts that one signs up for."""
