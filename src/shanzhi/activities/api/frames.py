"""What the routes of this room share: what a shift and an activity look like, one send that counts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from ninja import Schema
from pydantic import Field

from shanzhi.activities.models import Activity, Shift
from shanzhi.ui.http import BadCursor, Given
from shanzhi.work.sends import writes_of

write_once = writes_of("activities")


class ActivityDoneOut(Schema):
    """What was made or changed, by its id."""

    id: UUID


class ShiftsDoneOut(Schema):
    """Which shifts were made or changed, by their ids."""

    ids: list[UUID]


class ShiftOut(Schema):
    """A shift with its places, as anybody may know it."""

    id: UUID
    activity_id: UUID
    title: str
    task: str
    area: str
    starts_at: datetime
    ends_at: datetime
    place: str
    state: str
    places: int
    signed: int
    waiting: int
    free: int
    sequence: int
    notice: str
    synthetic: bool


class VolunteerActivityOut(Schema):
    """An activity, as anybody may know it once it was published; `lat` and `lng` are millionths of a degree."""

    id: UUID
    team_id: UUID
    team: str
    title: str
    what: str
    task: str
    area: str
    place: str
    lat: int | None
    lng: int | None
    reach: str
    skills: list[str]
    language: str
    demands: list[str]
    least_age: int | None
    greatest_age: int | None
    dangerous: bool
    risks: str
    insurer: str
    insured_from: date | None
    insured_until: date | None
    state: str
    reason: str
    synthetic: bool
    version: int


class ActivityWithShiftsOut(VolunteerActivityOut):
    """An activity with its shifts in order of time."""

    shifts: list[ShiftOut]


class ActivityWhyIn(Given):
    """A reason that goes on record and is told."""

    reason: str = Field(min_length=1, max_length=300)


def shift_of(row: Any) -> dict[str, Any]:
    """Give a counted shift as the API shows it."""
    names = (
        "activity_id",
        "starts_at",
        "ends_at",
        "state",
        "places",
        "signed",
        "waiting",
        "free",
        "sequence",
        "notice",
    )
    about = row.activity
    return {
        "id": row.pk, **{name: getattr(row, name) for name in names}, "title": about.title,
        "task": about.task_kind.code, "area": about.area, "place": row.where, "synthetic": about.synthetic,
    }  # fmt: skip


def activity_of(row: Activity) -> dict[str, Any]:
    """Give an activity as the API shows it."""
    own = ("team_id", "title", "what", "area", "place", "lat", "lng", "reach", "skills", "language", "risks", "insurer",
           "insured_from", "insured_until", "state", "reason", "synthetic", "version")  # fmt: skip
    kind = row.task_kind
    return {
        "id": row.pk, **{name: getattr(row, name) for name in own}, "team": row.team.name, "task": kind.code,
        "demands": kind.demands, "least_age": kind.least_age, "greatest_age": kind.greatest_age,
        "dangerous": kind.dangerous,
    }  # fmt: skip


def onward(
    rows: QuerySet[Any], after: UUID | None, limit: int, write: Callable[[Any], Any], *, by: str
) -> dict[str, Any]:
    """Cut one page out of rows with the least `by` first, then by id, reading on from a row. Raises BadCursor."""
    if after is not None:
        last = rows.filter(pk=after).first()
        if last is None:
            raise BadCursor(field="after")
        mark = getattr(last, by)
        rows = rows.filter(Q(**{f"{by}__gt": mark}) | Q(**{by: mark}, pk__gt=last.pk))
    found = list(rows.order_by(by, "id")[: limit + 1])
    shown = found[:limit]
    return {"items": [write(row) for row in shown], "next": shown[-1].pk if len(found) > limit else None}


def ids(rows: list[Shift]) -> dict[str, Any]:
    """Give the ids of some shifts, as an answer that can be kept."""
    return {"ids": [str(one.pk) for one in rows]}
