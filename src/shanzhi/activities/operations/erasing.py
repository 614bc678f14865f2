"""What is ended when somebody is erased: places in shifts to come, and the secret address of the calendar."""

from __future__ import annotations

from shanzhi.activities.lifecycle import LIVING, SERVES_NO_MORE
from shanzhi.activities.models import CalendarFeed, Shift, SignUp
from shanzhi.activities.operations.line import fill
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving, Touched


def give_places_back(leaving: Leaving) -> Touched:
    """Give the places of somebody who is being erased back, and those free to who waits."""
    rows = SignUp.objects.filter(volunteer__person_id=leaving.person_id, state__in=LIVING)
    shifts = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("activity__task_kind")
    touched: list[str] = []
    for shift in shifts.filter(pk__in=rows.values("shift")).order_by("pk"):
        own = list(SignUp.objects.filter(shift=shift, volunteer__person_id=leaving.person_id, state__in=LIVING))
        for row in own:
            row.state, row.ended_at, row.reason = "cancelled", leaving.at, SERVES_NO_MORE
            row.save(update_fields=["state", "ended_at", "reason"])
            touched.append(str(row.pk))
        fill(Actor.system("erasing"), shift, leaving.at)
    feeds = CalendarFeed.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in feeds.values_list("pk", flat=True)]
    feeds.update(ended_at=leaving.at)
    return {"activities_signup": touched, "activities_calendarfeed": keys}
