"""The own place on the way from helping to leading, over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.service import queries
from shanzhi.ui.http import signed_in

router = Router(tags=["service"])


class WayStepOut(Schema):
    """A stage (helper, core, leader, founder); `since` holds without a break, of core from the first of a month."""

    stage: str
    reached: bool
    since: date | None


class WayCoreOut(Schema):
    """What a core member has by the rules of one's area, what one has in the months looked back, and what is missing.

    `source` says where the rules come from, `example` whether they are made up.
    """

    months: int
    minutes: int
    times: int
    own_minutes: int
    own_times: int
    missing_minutes: int
    missing_times: int
    source: str
    example: bool


class WayOut(Schema):
    """Where one stands: the highest stage that is reached and the one after it, '' for none."""

    stands: str
    next: str
    steps: list[WayStepOut]
    core: WayCoreOut


@router.get("/me/way", response=WayOut, summary="Where I stand from helping to leading")
def my_way(request: HttpRequest) -> dict[str, Any]:
    """Give the stages as the figures of areas count them. Answers 404 to who is no volunteer."""
    found = queries.way(viewer=signed_in(request), at=moment(request))
    if found is None:
        raise NotFound
    rules, (minutes, times) = found.rules, found.missing
    return {
        "stands": found.stands, "next": found.next,
        "steps": [{"stage": one.stage, "reached": one.reached, "since": one.since} for one in found.steps],
        "core": {
            "months": rules.core_months, "minutes": rules.core_minutes, "times": rules.core_times,
            "own_minutes": found.minutes, "own_times": found.times, "missing_minutes": minutes,
            "missing_times": times, "source": rules.source, "example": rules.example,
        },
    }  # fmt: skip
