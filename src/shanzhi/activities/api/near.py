"""What is near that fits, over the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities import queries
from shanzhi.activities.api.frames import ShiftOut, shift_of
from shanzhi.activities.queries import Near
from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.ui.http import BadCursor, signed_in
from shanzhi.volunteering.models import MOST_METRES

router = Router(tags=["activities"])


class NearShiftOut(ShiftOut):
    """A shift that fits; `metres` from the middle of one's area, null where nobody knows.

    `why`: wish (a kind of task one likes), skills and trained (asked for, and held), language (spoken, and helps),
    hours (in the free hours that one stated).
    """

    metres: int | None
    why: list[str]


class NearShiftPage(Schema):
    """A page of shifts near; `serves` false says that one has paused, left, or lacks a consent."""

    serves: bool
    placed: bool
    items: list[NearShiftOut]
    next: UUID | None


class NearQuery(Schema):
    """How the list is narrowed: a distance in metres, a kind of task, days."""

    metres: int | None = Field(None, ge=0, le=MOST_METRES)
    task: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    day_from: date | None = None
    day_to: date | None = None
    after: UUID | None = None
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
    begins = 0
    if asked.after is not None:
        places = {row.id: place for place, row in enumerate(rows, 1)}
        if asked.after not in places:
            raise BadCursor(field="after")
        begins = places[asked.after]
    shown = rows[begins : begins + asked.limit]
    return {
        "serves": found.serves, "placed": found.placed,
        "items": [{**shift_of(row.shift), "metres": row.metres, "why": list(row.why)} for row in shown],
        "next": shown[-1].id if len(rows) > begins + asked.limit else None,
    }  # fmt: skip
