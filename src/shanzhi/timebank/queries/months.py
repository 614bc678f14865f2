"""What a bank did, month by month, as the ledger has it, with small numbers held back.

Only months that are over are published, so that nobody reads a neighbour's payment off a page by loading it twice. A
figure of fewer than five people is held back; a month in which every figure is goes with the months after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from shanzhi.kernel.periods import months_after
from shanzhi.timebank.models import Bank
from shanzhi.timebank.sums import EARN, TAKE_BACK, Moved, moved

LEAST: Final = 5
"""Behind each published figure stand at least so many people."""
FIGURES: Final = {
    EARN: "earned",
    TAKE_BACK: "taken_back",
    "timebank.pay": "spent",
    "timebank.gift": "given",
    "timebank.donate": "donated",
    "timebank.grant": "granted",
    "timebank.expire": "expired",
    "timebank.redeem": "redeemed",
    "timebank.pass_out": "passed_out",
    "timebank.pass_in": "passed_in",
    "timebank.settle_out": "settled_out",
    "timebank.settle_in": "settled_in",
    "timebank.clear": "cleared",
}
NOBODYS: Final = frozenset({"timebank.settle_out", "timebank.settle_in", "timebank.clear"})
"""What banks do among themselves: no account of a person is touched, so nothing of it is held back."""


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of one or more months, in minutes. None is held back.

    `owed` is what the bank owes its members and pools at the end, `between` what other banks: below zero they owe it.
    """

    first: date
    last: date
    figures: Mapping[str, int | None]
    owed: int | None
    between: int | None

    @property
    def months(self) -> int:
        """Count its months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def periods(rows: Iterable[Moved], *, until: date, least: int = LEAST) -> list[Period]:
    """Give the months before a day, the first of a month, with small figures held back; the newest first.

    Behind each figure stand at least `least` people, counted over the whole period. A month in which nothing can be
    told goes with the months after it. What is owed is told only where nothing small could be worked out from it: of
    each kind that changed it and was held back since it was told last, there are that many people.
    """
    by_month: dict[date, list[Moved]] = {}
    for row in rows:
        by_month.setdefault(row.month, []).append(row)
    found: list[Period] = []
    owed, between, hidden, sums = 0, 0, _People(), _Sums()
    month = first = min(by_month, default=until)
    while month < until:
        following = months_after(month, 1)
        for row in by_month.get(month, []):
            owed += row.owed
            between += row.between
            sums.add(row)
        if told := sums.told(least):
            hidden.add({kind: sums.people[kind] for kind in sums.owing - told})
            clear = hidden.enough(least)
            stands = (owed, between) if clear else (None, None)
            found.append(Period(first, following - timedelta(days=1), sums.figures(told), *stands))
            first, sums, hidden = following, _Sums(), _People() if clear else hidden
        month = following
    return found[::-1]


class _People:
    """Who stands behind what was held back, by kind."""

    def __init__(self) -> None:
        self._known: dict[str, set[UUID]] = {}

    def add(self, found: Mapping[str, Iterable[UUID]]) -> None:
        for kind, people in found.items():
            self._known.setdefault(kind, set()).update(people)

    def enough(self, least: int) -> bool:
        return all(len(people) >= least for people in self._known.values())


class _Sums:
    """What moved in a period: minutes and people of each kind, and which kinds changed what the bank owes."""

    def __init__(self) -> None:
        self.minutes: dict[str, int] = {}
        self.people: dict[str, set[UUID]] = {}
        self.owing: set[str] = set()

    def add(self, row: Moved) -> None:
        self.minutes[row.kind] = self.minutes.get(row.kind, 0) + row.minutes
        self.people.setdefault(row.kind, set()).update(row.people)
        if (row.owed or row.between) and row.kind not in NOBODYS:
            self.owing.add(row.kind)

    def told(self, least: int) -> set[str]:
        """Give the kinds of the published figures behind which enough people stand, with what banks did alone."""
        moved = {kind for kind in FIGURES if self.minutes.get(kind)}
        told = {kind for kind in moved - NOBODYS if len(self.people[kind]) >= least}
        # What banks did alone ends no period in which something of people is held back.
        return told | (moved & NOBODYS) if told or moved <= NOBODYS else set()

    def figures(self, told: set[str]) -> dict[str, int | None]:
        """Give each figure by its name, None for one that is held back."""
        return {
            name: self.minutes.get(kind, 0) if kind in told or not self.minutes.get(kind) else None
            for kind, name in FIGURES.items()
        }


def published(found: Bank, today: date) -> list[Period]:
    """Give what is published of a bank today, the newest first."""
    until = today.replace(day=1)
    return periods(moved(found, until=until), until=until)
