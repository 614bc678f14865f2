"""What a bank did, month by month, as the ledger has it, with small numbers held back.

Only months that are over are published, so that nobody reads a neighbour's payment off a page by loading it twice. A
month in which some figure is of fewer than five people is told together with the months after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from shanzhi.kernel.periods import months_after
from shanzhi.ledger.models import Owner, Posting
from shanzhi.timebank.models import Bank

LEAST: Final = 5
"""Behind each published figure stand at least so many people."""
FIGURES: Final = {
    "timebank.earn": "earned",
    "timebank.take_back": "taken_back",
    "timebank.pay": "spent",
    "timebank.gift": "given",
    "timebank.donate": "donated",
    "timebank.grant": "granted",
    "timebank.expire": "expired",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What entries of a kind moved in a month (its first day), in minutes, of how many people; what they made owed."""

    month: date
    kind: str
    minutes: int
    people: int
    owed: int


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of one or more months, in minutes; `owed` is what the bank owes at its end."""

    first: date
    last: date
    figures: Mapping[str, int]
    owed: int

    @property
    def months(self) -> int:
        """Count its months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def periods(rows: Iterable[Moved], *, until: date, least: int = LEAST) -> list[Period]:
    """Add months up to periods in which each figure is of at least `least` people; the newest first.

    `until` is the first day that is not told of any more, the first of a month. How many people are behind the figure
    of several months is taken as the most of any of them, which is never too many.
    """
    by_month: dict[date, list[Moved]] = {}
    for row in rows:
        by_month.setdefault(row.month, []).append(row)
    found: list[Period] = []
    owed, minutes, people = 0, dict.fromkeys(FIGURES.values(), 0), dict.fromkeys(FIGURES.values(), 0)
    month = first = min(by_month, default=until)
    while month < until:
        following = months_after(month, 1)
        for row in by_month.get(month, []):
            owed += row.owed
            if name := FIGURES.get(row.kind):
                minutes[name] += row.minutes
                people[name] = max(people[name], row.people)
        if any(minutes.values()) and all(people[name] >= least for name in minutes if minutes[name]):
            found.append(Period(first, following - timedelta(days=1), dict(minutes), owed))
            first, minutes, people = following, dict.fromkeys(minutes, 0), dict.fromkeys(people, 0)
        month = following
    return found[::-1]


def moved(found: Bank, *, until: date) -> list[Moved]:
    """Give what moved in the book of a bank before a day, by month and kind.

    What an entry moved is what it put on accounts; what is owed is what the bank's own accounts lack.
    """
    own = (found.issued, found.lapsed, found.redeemed, found.uncovered)
    rows = (
        Posting.objects.filter(account__book=found.book_id, on__lt=until)
        .annotate(month=TruncMonth("on"))
        .values("month", "entry__kind")
        .annotate(
            minutes=Coalesce(Sum("amount", filter=Q(amount__gt=0)), 0),
            people=Count("account__owner_id", distinct=True, filter=Q(account__owner_kind=Owner.PERSON)),
            lacks=Coalesce(Sum("amount", filter=Q(account__in=own)), 0),
        )
    )
    return [
        Moved(row["month"], row["entry__kind"], int(row["minutes"]), row["people"], -int(row["lacks"])) for row in rows
    ]


def published(found: Bank, today: date) -> list[Period]:
    """Give what is published of a bank today, the newest first."""
    until = today.replace(day=1)
    return periods(moved(found, until=until), until=until)
