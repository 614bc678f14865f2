"""Periods of time: half open, from `start` up to but without `end`; no end means open."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A span between two moments."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a span that ends before it starts."""
        if self.end is not None and self.end <= self.start:
            raise ValueError("a period ends after it starts")

    def holds(self, at: datetime) -> bool:
        """Tell whether the moment lies in the period."""
        return self.start <= at and (self.end is None or at < self.end)


def months_after(day: date, months: int) -> date:
    """Give the same day so many months on, or the last one of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_on(born: date, day: date) -> int:
    """Count full years of age on a day; who was born on 29 February turns on 1 March of common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
