"""Every write of activities."""

from shanzhi.activities.operations.activities import (
    Plan,
    cancel_activity,
    change_activity,
    check_activity,
    plan_activity,
    publish_activity,
    submit_activity,
)
from shanzhi.activities.operations.clock import run_clock
from shanzhi.activities.operations.feeds import end_feed, renew_feed
from shanzhi.activities.operations.line import keep_place, leave_shift, sign_up
from shanzhi.activities.operations.shifts import add_shifts, cancel_shift, change_in_emergency, change_shift

__all__ = [
    "Plan", "add_shifts", "cancel_activity", "cancel_shift", "change_activity", "change_in_emergency", "change_shift",
    "check_activity", "end_feed", "keep_place", "leave_shift", "plan_activity", "publish_activity", "renew_feed",
    "run_clock", "sign_up", "submit_activity",
]  # fmt: skip
