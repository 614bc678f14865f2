"""What is near that fits, over the API."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities import queries
from shanzhi.activities.api.frames import ShiftOut, shift_of
from shanzhi.activities.queries import Near
from shanzhi.activities.queries.nearby import Order
from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.ui.http import BadCursor, signed_in
from shanzhi.volunteering.models import MOST_METRES

CURSOR: Final = re.compile(r"([0-9]{0,6})\.([0-9]{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
router = Router(tags=["activities"])


class NearShiftOut(ShiftOut):
    """A shift that fits; `metres` from the middle of one's area, null where nobody knows.

    `why`: wish (a kind of task one likes), skills and trained (asked for, and held), language (spoken, and helps),
    hours (in the free hours that one stated).
    """

    metres: int | None
    why: list[str]


class NearShiftPage(Schema):
    """A page of shifts near; `serves` false says that one has paused, left, or lacks a consent.

    `measured_from` is the area from whose middle, the own one or one above it; `cut` says that more lie further away
    than are looked at. `next` says where to read on, also when its shift is taken meanwhile.
    """

    serves: bool
    placed: bool
    measured_from: str
    cut: bool
    items: list[NearShiftOut]
    next: str | None


class NearQuery(Schema):
    """How the list is narrowed: a distance in metres, a kind of task, days."""

    metres: int | None = Field(None, ge=0, le=MOST_METRES)
    task: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    day_from: date | None = None
    day_to: date | None = None
    after: str = Field("", json_schema_extra={"pattern": f"^({CURSOR.pattern})?$"})  # another is a cursor of no page
    limit: int = Field(25, ge=1, le=100)

    def keeps(self, row: Near) -> bool:
        """Tell whether a shift is among what was asked for."""
        day = timezone.localdate(row.starts_at)
        return (
            (self.metres is None or (row.metres is not None and row.metres <= self.metres))
            and self.task in ("", row.task)
            and (self.day_from is None or day >= self.day_from)
            and (self.day_to is None or day <= self.day_to)
        )


@router.get("/me/near", response=NearShiftPage, summary="Shifts near me that fit me")
def near(request: HttpRequest, asked: Query[NearQuery]) -> dict[str, Any]:
    """List shifts with free places that one may take, the nearest first. Answers 404 to who is no volunteer."""
    found = queries.nearby(viewer=signed_in(request), at=moment(request))
    if found is None:
        raise NotFound
    rows = [row for row in found.rows if asked.keeps(row)]
    if asked.after:
        last = _read(asked.after)
        rows = [row for row in rows if row.order > last]
    shown = rows[: asked.limit]
    return {
        "serves": found.serves, "placed": found.placed, "measured_from": found.measured, "cut": found.cut,
        "items": [{**shift_of(row.shift), "metres": row.metres, "why": list(row.why)} for row in shown],
        "next": _written(shown[-1]) if len(rows) > asked.limit else None,
    }  # fmt: skip


def _written(row: Near) -> str:
    """Write where a page ends: the way, the moment in microseconds, the shift."""
    way = "" if row.metres is None else row.metres
    return f"{way}.{(row.starts_at - EPOCH) // MICROSECOND}.{row.id}"


def _read(cursor: str) -> Order:
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise BadCursor(field="after")
    way, moment, key = found.groups()
    return way == "", int(way or 0), EPOCH + int(moment) * MICROSECOND, key
