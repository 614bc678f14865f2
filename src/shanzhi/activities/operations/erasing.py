"""What is ended when somebody is erased: places in shifts to come, words of activities, the address of the calendar."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shanzhi.activities.lifecycle import LIVING, SERVES_NO_MORE
from shanzhi.activities.models import Activity, CalendarFeed, Shift, SignUp
from shanzhi.activities.operations.line import fill, hold
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving, Touched

# Whatever somebody wrote of an activity may name who planned it, checked it, or was in it.
TOLD: Final = ("what", "risks", "reason", "reach", "check_note")
# How an activity leads to people who stand behind it.
STANDING: Final = ("planned_by_id", "changed_by_id", "submitted_by_id", "checked_by_id", "contact__person_id")
# What rooms above lock shifts for: each gives the condition of more activities that something of these people hangs on.
ALSO: Final[dict[str, Callable[[Collection[UUID]], Q]]] = {}


def hold_activities(people: Collection[UUID]) -> None:
    """Lock the activities whose words may name these people, and those of `ALSO`, then their shifts, by their ids.

    Before any person and any volunteer is locked, as who changes an activity or calls it off does; and all shifts at
    once, those of the rooms above too: who asks for several locks them by their ids.
    """
    wanted = _named(people)
    for more in ALSO.values():
        wanted |= more(people)
    found = Activity.objects.filter(wanted).values("pk")
    rows = Activity.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    shifts = Shift.objects.select_for_update(no_key=True).filter(activity__in=keys).order_by("pk")
    list(shifts.values_list("pk", flat=True))


def give_places_back(leaving: Leaving) -> Touched:
    """Give the places of somebody who is being erased back, and those free to who waits.

    All shifts, and then all who are in them or their lines, are locked at once in the order of their ids.
    """
    rows = SignUp.objects.filter(volunteer__person_id=leaving.person_id, state__in=LIVING)
    locked = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("activity__task_kind")
    shifts = list(locked.filter(pk__in=rows.values("shift")).order_by("pk"))
    hold(shifts, LIVING)
    touched: list[str] = []
    for shift in shifts:
        own = list(SignUp.objects.filter(shift=shift, volunteer__person_id=leaving.person_id, state__in=LIVING))
        for row in own:
            row.state, row.ended_at, row.reason = "cancelled", max(leaving.at, row.queued_at), SERVES_NO_MORE
            row.save(update_fields=["state", "ended_at", "reason"])
            touched.append(str(row.pk))
        fill(Actor.system("erasing"), shift, leaving.at)
    told = _empty_words(leaving)
    touched += told.pop("activities_signup")
    feeds = CalendarFeed.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in feeds.values_list("pk", flat=True)]
    feeds.update(ended_at=leaving.at)
    return {"activities_signup": touched, "activities_calendarfeed": keys, **told}


def _named(people: Collection[UUID]) -> Q:
    """Give the condition of the activities whose words may name these people: behind which they stand, or were in."""
    named = Q(pk__in=SignUp.objects.filter(volunteer__person__in=people).values("shift__activity"))
    for way in STANDING:
        named |= Q(**{f"{way}__in": people})
    return named


def _empty_words(leaving: Leaving) -> dict[str, list[str]]:
    """Take the name out of what was told of somebody's activities; give all that may tell of the person.

    What is called off is so for the same words everywhere: in the activity, its shifts, the sign-ups of all who were in
    them, and the events of the activity. So an activity is given even where its own words name nobody: its events are
    looked through.
    """
    activities = Activity.objects.filter(_named([leaving.person_id]))
    keys = list(activities.order_by("pk").values_list("pk", flat=True))
    shifts = Shift.objects.filter(activity__in=keys)
    _scrub(activities, TOLD, leaving)
    return {
        "activities_activity": [str(key) for key in keys],
        "activities_shift": _scrub(shifts, ("notice", "place"), leaving),
        "activities_signup": _scrub(SignUp.objects.filter(shift__activity__in=keys), ("reason",), leaving),
    }


def _scrub(rows: QuerySet[Any], names: Sequence[str], leaving: Leaving) -> list[str]:
    """Take the person out of some words of rows, where they hold one; give the keys of those rows."""
    named = Q()
    for name in names:
        for word in leaving.words:
            named |= Q(**{f"{name}__contains": word})
    touched = []
    for row in rows.filter(named).order_by("pk") if named else ():
        values = {name: leaving.scrub(getattr(row, name)) for name in names}
        type(row)._default_manager.filter(pk=row.pk).update(**values)
        touched.append(str(row.pk))
    return touched
