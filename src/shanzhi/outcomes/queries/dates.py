"""When an organisation counts as living: one rule, from which the lists, the curves and the costs are computed.

A sign of life counts for twelve months, to the same day of the month (the last one of a shorter month) included. Who is
dissolved does not live from that day on. Who shows life again lives again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from shanzhi.kernel.periods import months_after

SILENT_MONTHS: Final = 12
WARNING_MONTHS: Final = 6


def within(last: date | None, on: date, months: int) -> bool:
    """Tell whether a sign counts on a day: it is not later, and not older than so many months."""
    return last is not None and last <= on <= months_after(last, months)


def dead_on(*, last: date, dissolved: date | None, on: date) -> date | None:
    """Give the day from which an organisation counts as no longer living, seen on a day; None while it lives.

    `last` is its last sign of life by then, the filing itself being the first.
    """
    silent = months_after(last, SILENT_MONTHS) + timedelta(days=1)
    days = [silent, *([dissolved] if dissolved else [])]
    first = min(days)
    return first if first <= on else None


def lives(*, last: date, dissolved: date | None, on: date) -> bool:
    """Tell whether an organisation lives on a day."""
    return dead_on(last=last, dissolved=dissolved, on=on) is None
