"""What is ended when somebody is erased: places in shifts to come, what shifts tell, the address of the calendar."""

from __future__ import annotations

from shanzhi.activities.lifecycle import LIVING, SERVES_NO_MORE
from shanzhi.activities.models import CalendarFeed, Shift, SignUp
from shanzhi.activities.operations.line import fill, hold
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving, Touched


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
    told = _empty_notices(leaving)
    feeds = CalendarFeed.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in feeds.values_list("pk", flat=True)]
    feeds.update(ended_at=leaving.at)
    return {"activities_signup": touched, "activities_shift": told, "activities_calendarfeed": keys}


def _empty_notices(leaving: Leaving) -> list[str]:
    """Take the name out of what was told of the shifts that somebody was in: such as why one was called off."""
    inside = SignUp.objects.filter(volunteer__person_id=leaving.person_id).values("shift")
    touched = []
    for shift in Shift.objects.filter(pk__in=inside).exclude(notice="", place="").order_by("pk"):
        values = {"notice": leaving.scrub(shift.notice), "place": leaving.scrub(shift.place)}
        if values != {"notice": shift.notice, "place": shift.place}:
            Shift.objects.filter(pk=shift.pk).update(**values)
            touched.append(str(shift.pk))
    return touched
