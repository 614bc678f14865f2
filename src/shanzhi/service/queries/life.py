"""What happened to a record: when, what, by whom, and why."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from shanzhi.people.models import Person
from shanzhi.service.models import ServiceRecord


class LifeStep(NamedTuple):
    """`what` is recorded, noticed, verified, refused or reversed; `by` is nobody where a program did it."""

    what: str
    at: datetime
    by: Person | None
    reason: str


def life_of(found: ServiceRecord) -> list[LifeStep]:
    """Give the life of a record from `queries.record`, in its order."""
    steps = [
        ("recorded", found.recorded_at, found.recorded_by, ""),
        ("noticed", found.noticed_at, None, ""),
        ("verified", found.verified_at, found.verified_by, ""),
        ("refused", found.refused_at, found.refused_by, found.refused_reason),
    ]
    reversal = getattr(found, "reversal", None)
    if reversal is not None:
        steps.append(("reversed", reversal.reversed_at, reversal.reversed_by, reversal.reason))
    return [LifeStep(what, at, by, reason) for what, at, by, reason in steps if at is not None]
