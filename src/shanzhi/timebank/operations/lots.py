"""Lots of credits: what can be used, taking from them, adding to them. The kernel decides which go first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.periods import months_after
from shanzhi.kernel.timebank.dealings import Purpose
from shanzhi.timebank import refusals
from shanzhi.timebank.models import Lot, Member, Reserved

Part = tuple[Lot, int]
"""So many minutes of a lot."""


def living(member: Member) -> list[Lot]:
    """Give the lots of a member of which something remains, what came first at first."""
    return list(Lot.objects.filter(member=member, remains__gt=0).order_by("earned", "at", "pk"))


def as_lot(row: Lot) -> kernel.Lot:
    """Give a lot as the rules know it."""
    return kernel.Lot(row.earned, row.remains, row.donate_only, row.expires)


def take(
    member: Member, minutes: int, purpose: Purpose, on: date, *, of: Sequence[Lot] | None = None
) -> list[Part]:  # fmt: skip
    """Take minutes from the lots of a member, whose row is locked, or from some `of` them.

    Raises NotEnough with what can be used so.
    """
    rows = living(member) if of is None else list(of)
    answer = kernel.take(tuple(as_lot(row) for row in rows), minutes, purpose, on)
    if isinstance(answer, kernel.Refused):
        raise refusals.by_rules(answer, field="minutes")
    serving = [row for row in rows if kernel.usable((as_lot(row),), purpose, on)]
    serving.sort(key=lambda row: (not row.donate_only, row.earned))
    parts = [(row, part.minutes) for row, part in zip(serving, answer.taken, strict=False)]
    for row, part in parts:
        row.remains -= part
    Lot.objects.bulk_update([row for row, _part in parts], ["remains"])
    return parts


def put_back(parts: Iterable[Part]) -> None:
    """Give parts back to the lots from which they were taken."""
    rows = []
    for row, part in parts:
        row.remains += part
        rows.append(row)
    Lot.objects.bulk_update(rows, ["remains"])


def put(
    member: Member, minutes: int, *, policy: kernel.Policy, earned: date, at: datetime, expires: date | None,
    donate_only: bool = False, came_by: UUID | None = None,
) -> Lot:  # fmt: skip
    """Add a lot, `came_by` a crossing where it was earned elsewhere; the database refuses what is above the cap."""
    return Lot.objects.create(
        member=member, earned=earned, minutes=minutes, remains=minutes, donate_only=donate_only, expires=expires,
        cap=None if policy.cap is None else policy.cap.minutes, at=at,
        came_by_id=came_by,
    )  # fmt: skip


def end_of(policy: kernel.Policy, earned: date) -> date | None:
    """Give the day on which credits of a day end by the rules."""
    return None if policy.expiry is None else months_after(earned, policy.expiry.months)


def balance(member: Member) -> int:
    """Give all that a member holds, what is held for promises too, in minutes: what the cap looks at."""
    free = Lot.objects.filter(member=member).aggregate(total=Sum("remains"))["total"] or 0
    held = Reserved.objects.filter(lot__member=member).aggregate(total=Sum("minutes"))["total"] or 0
    return int(free) + int(held)


def off(member: Member, parts: Iterable[Part]) -> dict[UUID, int]:
    """Give what parts of lots take off the accounts of a member."""
    moved = {member.credits: 0, member.bound: 0}
    for row, part in parts:
        moved[member.bound if row.donate_only else member.credits] -= part
    return moved
