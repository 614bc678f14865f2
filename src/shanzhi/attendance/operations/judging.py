"""What speaks against records of presence, looked at whenever a time is filled in; for many at once, in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shanzhi.activities.models import LONGEST_SERVED
from shanzhi.attendance.lifecycle import LIVING, REVIEW
from shanzhi.attendance.models import Attendance, Doubt, Flag
from shanzhi.kernel.gate import Span, busiest_minutes, overlaps

MOST_A_DAY: Final = LONGEST_SERVED // timedelta(minutes=1)
"""Minutes within 24 hours beyond which a record is doubted."""
STAYS_ON: Final = timedelta(hours=2)
"""How long after the end of a shift somebody may still be there without a doubt."""
BEFORE: Final = timedelta(hours=1)
"""How long before a shift one may come."""
AROUND: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Found:
    """A reason found against a record; see `Flag`."""

    doubt: str
    figure: int = 0
    other: UUID | None = None


def span_of(row: Attendance) -> Span:
    """Give the stay; of somebody who has not gone, up to the end of the shift at the least."""
    return Span(row.arrived_at, row.left_at or max(row.arrived_at, row.shift.ends_at))


def judge(rows: Sequence[Attendance], at: datetime, more: Iterable[tuple[Attendance, Found]] = ()) -> None:
    """Look for what speaks against these rows, whose shifts are loaded, and raise it; `more` was found otherwise.

    Of two records that overlap both are doubted, since nobody knows yet which one is wrong.
    """
    found = list(more)
    others = _others(rows)
    for row in rows:
        found += [(row, one) for one in _of_times(row, others[row.volunteer_id])]
        for other in others[row.volunteer_id]:
            if other.pk != row.pk and overlaps(span_of(row), span_of(other)):
                found += [
                    (row, Found(Doubt.OVERLAP, other=other.pk)), (other, Found(Doubt.OVERLAP, other=row.pk))
                ]  # fmt: skip
    raise_flags(found, at)


def _others(rows: Sequence[Attendance]) -> dict[UUID, list[Attendance]]:
    """Give the records that count of the same volunteers around these ones, these among them as they are now."""
    now = {row.pk: row for row in rows}
    by: dict[UUID, list[Attendance]] = defaultdict(list)
    if rows:
        first, last = min(row.arrived_at for row in rows), max(row.left_at or row.arrived_at for row in rows)
        near = Attendance.objects.filter(
            volunteer__in={row.volunteer_id for row in rows}, state__in=LIVING,
            arrived_at__range=(first - AROUND, last + AROUND),
        )  # fmt: skip
        for one in near.select_related("shift"):
            by[one.volunteer_id].append(now.get(one.pk, one))
    return by


def _of_times(row: Attendance, others: Sequence[Attendance]) -> list[Found]:
    found = []
    if row.left_at is not None:
        over = max(row.left_at - row.shift.ends_at, row.shift.starts_at - row.arrived_at)
        if row.left_at > row.shift.ends_at + STAYS_ON or row.arrived_at < row.shift.starts_at - BEFORE:
            found.append(Found(Doubt.LONG_STAY, int(over.total_seconds()) // 60))
        spans = [Span(one.arrived_at, one.left_at) for one in others if one.left_at is not None]
        minutes = busiest_minutes(spans, meeting=span_of(row))
        if minutes > MOST_A_DAY:
            found.append(Found(Doubt.LONG_DAY, minutes))
    return found


def raise_flags(found: Sequence[tuple[Attendance, Found]], at: datetime) -> None:
    """Put reasons on records that lack them; what has a new one waits for a decision, also when it was kept before."""
    if not found:
        return
    rows = {row.pk: row for row, _one in found}
    known = set(Flag.objects.filter(attendance__in=rows).values_list("attendance", "doubt"))
    new = {(row.pk, one.doubt): one for row, one in found if (row.pk, one.doubt) not in known}
    Flag.objects.bulk_create(
        [
            Flag(attendance_id=key, doubt=doubt, figure=one.figure, other_id=one.other, raised_at=at)
            for (key, doubt), one in new.items()
        ]
    )
    doubted = [rows[key] for key in dict.fromkeys(key for key, _doubt in new) if rows[key].review != "waiting"]
    for row in doubted:
        row.review = REVIEW.move(row.review, "doubt")
    if doubted:
        Attendance.objects.filter(pk__in=[row.pk for row in doubted]).update(review="waiting")
