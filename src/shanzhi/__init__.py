"""Shanzhi: the open platform on which a district grows community social organisations."""
