"""Notices: telling people what concerns them, once, on the channels they chose."""
