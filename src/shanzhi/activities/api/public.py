"""What anybody reads of activities over the API."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities import queries
from shanzhi.activities.api.frames import ActivityWithShiftsOut, ShiftOut, activity_of, onward, shift_of
from shanzhi.people.middleware import moment
from shanzhi.ui.http import actor_of

router = Router(tags=["activities"])


class ShiftPage(Schema):
    """A page of shifts; `next` reads on."""

    items: list[ShiftOut]
    next: UUID | None


class ShiftsQuery(Schema):
    """How the list is narrowed: a part of the title, an area, a kind of task, days, free places."""

    search: str = Field("", max_length=60)
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")] = ""
    task: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    day_from: date | None = None
    day_to: date | None = None
    free: bool | None = None
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


@router.get("/shifts", response=ShiftPage, summary="Shifts that one can sign up for, for anyone")
def list_shifts(request: HttpRequest, asked: Query[ShiftsQuery]) -> dict[str, Any]:
    """List the shifts to come of published activities, the next ones first; nobody in them is named."""
    rows = queries.upcoming(at=moment(request))
    if asked.search:
        rows = queries.search_shifts(rows, asked.search)
    if asked.area:
        rows = queries.near(rows, asked.area)
    if asked.task:
        rows = rows.filter(activity__task_kind__code=asked.task)
    if asked.day_from and asked.day_from.year > 1:
        rows = rows.filter(starts_at__gte=_start(asked.day_from))
    if asked.day_to and asked.day_to.year < 9999:
        rows = rows.filter(starts_at__lt=_start(asked.day_to + timedelta(days=1)))
    if asked.free is not None:
        rows = rows.filter(Q(("free__gt", 0)) if asked.free else Q(("free", 0)))
    return onward(rows, asked.after, asked.limit, shift_of, by="starts_at")


@router.get("/{uuid:event_id}", response=ActivityWithShiftsOut, summary="One activity with its shifts")
def get_activity(request: HttpRequest, event_id: UUID) -> dict[str, Any]:
    """Give an activity that was published to anyone, others to who plans them and staff of their areas."""
    found = queries.activity(viewer=actor_of(request), activity_id=event_id)
    shifts = list(queries.shifts_of(found))
    for one in shifts:
        one.activity = found
    return {**activity_of(found), "shifts": [shift_of(one) for one in shifts]}
