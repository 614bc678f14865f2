"""How the histories of this room's things read; importing it registers them all."""

from shanzhi.ventures.history import jury, rounds, teams, voices

__all__ = ["jury", "rounds", "teams", "voices"]
