"""Calendars and posters of activities."""
