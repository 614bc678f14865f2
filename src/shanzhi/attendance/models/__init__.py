"""The tables of attendance."""

from shanzhi.attendance.models.attendances import LONGEST_REASON, Attendance, Doubt, Flag, Gate, Ruling, Way
from shanzhi.attendance.models.taps import Act, Answer, Tap

__all__ = ["LONGEST_REASON", "Act", "Answer", "Attendance", "Doubt", "Flag", "Gate", "Ruling", "Tap", "Way"]
