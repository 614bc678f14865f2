"""The tables of activities."""

from shanzhi.activities.models.activities import LONGEST_SERVED, LONGEST_SHIFT, MOST_PLACES, Activity, Shift
from shanzhi.activities.models.signups import CalendarFeed, Outcome, QueueDecision, SignUp

__all__ = [
    "LONGEST_SERVED", "LONGEST_SHIFT", "MOST_PLACES", "Activity", "CalendarFeed", "Outcome", "QueueDecision", "Shift",
    "SignUp",
]  # fmt: skip
