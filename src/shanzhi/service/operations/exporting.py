"""Verified records leave the house: for the national system, with who took them on record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden
from shanzhi.places import queries as places
from shanzhi.service import policies
from shanzhi.service.exchange.national import Collected, records, row_of
from shanzhi.service.operations import refusals

MOST: Final = 100_000


def collected(*, actor: Actor, area: str, starts_on: date, ends_on: date, at: datetime) -> Collected:
    """Collect the verified records that stand of an area, and put on record who took them out.

    Raises Forbidden, BadSpan, TooManyRecords.
    """
    if not actor.is_system and not actor.holds(policies.READERS, area):
        raise Forbidden(field="area")
    if not starts_on <= ends_on <= timezone.localdate(at):
        raise refusals.BadSpan(field="ends_on")
    with transaction.atomic():
        rows = [row_of(one) for one in records(area, starts_on, ends_on)[: MOST + 1]]
        if len(rows) > MOST:
            raise refusals.TooManyRecords(field="ends_on")
        told = {"records": len(rows), "from": starts_on.isoformat(), "to": ends_on.isoformat()}
        record(
            actor=actor, verb="service.export.take", subject=places.area(code=area), area=area, change=told, at=at
        )  # fmt: skip
    return Collected(area, starts_on, ends_on, rows)
