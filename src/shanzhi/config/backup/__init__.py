"""Backups of the embedded database to any point in time, and of the uploaded files; never of keys of running votes."""
