"""Ages, qualifications and hours on the days of a run: what holds on one day and not on another.

The engine knows one age and one set of skills of a volunteer. Where these change within the run (a birthday, a training
that ends), what it would judge wrongly is told by barred shifts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.people import minors

PREFIX: Final = "q:"
LATELY: Final = timedelta(days=28)
"""For how long what somebody gave weighs, of shifts and of things beside them."""
Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Held:
    """A qualification that was not taken back: its code, its first and its last day, None for no end."""

    code: str
    starts: date
    ends: date | None

    def good(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


def minute(moment: datetime) -> int:
    """Give the whole minutes since 1970."""
    return int(moment.timestamp()) // 60


def span(starts: datetime, ends: datetime) -> tuple[int, int]:
    """Give a span in minutes that covers the whole one, half open."""
    return minute(starts), -(-int(ends.timestamp()) // 60)


def without(free: Pairs, busy: Pairs) -> Pairs:
    """Take spans out of others; spans that touch or overlap are one first, so that a night is no gap."""
    left = joined(free)
    for low, high in busy:
        cut: Pairs = []
        for start, end in left:
            if high <= start or end <= low:
                cut.append((start, end))
                continue
            cut += [piece for piece in ((start, low), (high, end)) if piece[0] < piece[1]]
        left = cut
    return left


def joined(spans: Pairs) -> Pairs:
    """Join spans that touch or overlap, in order."""
    found: Pairs = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


class Days:
    """The days of a run in the time of the place, with the ages and qualifications that its shifts ask for on each."""

    def __init__(self, shifts: Sequence[Shift], others: Sequence[tuple[datetime, datetime]] = ()) -> None:
        """Group the shifts by day and by what is asked, so that each volunteer is judged by few groups.

        `others` are beginnings and ends of what is filled beside shifts.
        """
        self.ages: dict[tuple[date, int | None, int | None], set[str]] = defaultdict(set)
        self.demands: dict[tuple[date, str], set[str]] = defaultdict(set)
        starts, ends = [low for low, _high in others], [high for _low, high in others]
        for one in shifts:
            kind, day = one.activity.task_kind, timezone.localdate(one.starts_at)
            starts.append(one.starts_at)
            ends.append(one.ends_at)
            if kind.least_age is not None or kind.greatest_age is not None:
                self.ages[day, kind.least_age, kind.greatest_age].add(str(one.pk))
            for code in kind.demands:
                self.demands[day, code].add(str(one.pk))
        self.starts, self.ends = min(starts, default=None), max(ends, default=None)

    def whole(self) -> tuple[int, int]:
        """Give the span from the first beginning to the last end."""
        return span(self.starts, self.ends) if self.starts and self.ends else (0, 1)

    def midnights(self) -> dict[int, list[int]]:
        """Give the beginnings of all days, by the day of the week from 1 for Monday."""
        found: dict[int, list[int]] = defaultdict(list)
        if self.starts is None or self.ends is None:
            return found
        day, last = timezone.localdate(self.starts), timezone.localdate(self.ends)
        while day <= last:
            begins = timezone.make_aware(datetime.combine(day, datetime.min.time()))
            found[day.isoweekday()].append(minute(begins))
            day += timedelta(days=1)
        return found

    def age(self, born_on: date | None) -> tuple[int | None, set[str]]:
        """Give the age that the engine judges by, and the shifts that it would let pass wrongly.

        Of somebody whose age nobody has seen in a document it is known alone that the person said to be grown up: that
        passes a least age of up to 18, and nothing else. Around a birthday the age is taken by which no shift is lost;
        where each would lose one, the younger.
        """
        if born_on is None:
            return minors.ADULT, _union(keys for (_day, _least, most), keys in self.ages.items() if most is not None)
        found = {group: minors.years(born_on, group[0]) for group in self.ages}
        tried = sorted(set(found.values()), reverse=True)
        if len(tried) < 2:
            return (tried[0] if tried else None), set()
        for age in tried:
            if not any(_right(real, group) and not _right(age, group) for group, real in found.items()):
                break
        wrong = (group for group, real in found.items() if _right(age, group) and not _right(real, group))
        return age, _union(self.ages[group] for group in wrong)

    def qualified(self, held: Sequence[Held]) -> tuple[set[str], set[str]]:
        """Give the codes that are held on some day, and the shifts on whose day what they ask for is not."""
        codes = {one.code for one in held}
        lacks = (
            keys for (day, code), keys in self.demands.items()
            if code in codes and not any(one.code == code and one.good(day) for one in held)
        )  # fmt: skip
        return {PREFIX + code for code in codes}, _union(lacks)


def _right(age: int, group: tuple[Any, int | None, int | None]) -> bool:
    _day, least, most = group
    return (least is None or age >= least) and (most is None or age <= most)


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)
