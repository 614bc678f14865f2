"""The tables of activities."""

from shanzhi.activities.models.activities import MOST_PLACES, Activity, Shift
from shanzhi.activities.models.signups import CalendarFeed, Outcome, QueueDecision, SignUp

__all__ = ["MOST_PLACES", "Activity", "CalendarFeed", "Outcome", "QueueDecision", "Shift", "SignUp"]
