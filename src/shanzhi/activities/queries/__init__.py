"""Reading activities: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.activities.queries.activities import (
    activities_of,
    activity,
    asked_of,
    check_due,
    counts,
    days_of,
    kinds_of,
    led_team,
    near,
    next_of_each,
    plan,
    plans,
    public_areas,
    search_plans,
    search_shifts,
    shift_of,
    shifts_of,
    to_check,
    upcoming,
)
from shanzhi.activities.queries.feeds import feed_of, feed_shifts, own_feed, own_rows, secret_of
from shanzhi.activities.queries.fitting import OVERLAP, UNINSURED, against, covers, overlaps, safe
from shanzhi.activities.queries.ground import Ground, around, centres, measured_from
from shanzhi.activities.queries.nearby import Near, Nearby, nearby, nearby_of
from shanzhi.activities.queries.signups import (
    mine,
    own_in,
    past,
    search_past,
    search_sign_ups,
    serving,
    shift_for_planner,
    sign_ups,
)

__all__ = [
    "OVERLAP", "UNINSURED", "Ground", "Near", "Nearby", "activities_of", "activity", "against",
    "around", "asked_of", "centres", "check_due", "counts", "covers", "days_of", "feed_of", "feed_shifts",
    "kinds_of", "led_team", "measured_from", "mine", "near", "nearby", "nearby_of", "next_of_each", "overlaps",
    "own_feed", "own_in", "own_rows", "past", "plan", "plans", "public_areas", "safe", "search_past", "search_plans",
    "search_shifts", "search_sign_ups", "secret_of", "serving", "shift_for_planner", "shift_of", "shifts_of",
    "sign_ups", "to_check", "upcoming",
]  # fmt: skip
