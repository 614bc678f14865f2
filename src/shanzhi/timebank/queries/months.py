"""What a bank did, month by month, as the ledger has it, with small numbers held back.

Only months that are over are published, so that nobody reads a neighbour's payment off a page by loading it twice; the
one that runs is for who keeps the bank. A
figure of fewer than five people is held back; a month in which every figure is goes with the months after it.

What passes between banks stands on the pages of both, so it is held back by agreement: else somebody's crossing could
be worked out from what one bank tells and what the others do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.periods import months_after
from shanzhi.timebank import policies
from shanzhi.timebank.models import Bank
from shanzhi.timebank.queries.banks import desk_bank
from shanzhi.timebank.sums import EARN, TAKE_BACK, Crossed, Moved, crossed, moved, owed_now, totals

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
"""What banks do among themselves: no account of a person is touched, but it is made of what people passed on."""
ACROSS: Final = frozenset({"timebank.pass_out", "timebank.pass_in"}) | NOBODYS
"""What is told only where enough people stand behind all that passed by each agreement."""


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


def periods(
    rows: Iterable[Moved], *, until: date, passed: Iterable[Crossed] = (), least: int = LEAST
) -> list[Period]:  # fmt: skip
    """Give the months before a day, the first of a month, with small figures held back; the newest first.

    Behind each figure stand at least `least` people, counted over the whole period. A month in which nothing can be
    told goes with the months after it. What is owed is told only where nothing small could be worked out from it: of
    each kind that changed it and was held back since it was told last, there are that many people.

    What `passed` by an agreement is cut into spans of months, the same ones for both banks: each ends with the month in
    which at least `least` sent and `least` received, each way that was gone. What passed, was settled and is owed is
    told only of whole spans of all agreements, so that what banks tell adds up to whole spans alone, however compared.
    """
    by_month: dict[date, list[Moved]] = {}
    for row in rows:
        by_month.setdefault(row.month, []).append(row)
    found: list[Period] = []
    spans, whole = _Spans(passed, least), True
    owed, between, hidden, sums = 0, 0, _People(), _Sums()
    month = first = min(by_month, default=until)
    while month < until:
        following = months_after(month, 1)
        for row in by_month.get(month, []):
            owed += row.owed
            between += row.between
            sums.add(row)
        spans.pass_month(month)
        if told := sums.told(least, across=whole and spans.whole):
            hidden.add({kind: sums.people[kind] for kind in sums.owing - told})
            clear = hidden.enough(least) and spans.whole
            whole = spans.whole
            stands = (owed, between) if clear else (None, None)
            found.append(Period(first, following - timedelta(days=1), sums.figures(told), *stands))
            first, sums, hidden = following, _Sums(), _People() if clear else hidden
        month = following
    return found[::-1]


class _Spans:
    """Who passed credits on by each agreement, each way, since its last span ended."""

    def __init__(self, passed: Iterable[Crossed], least: int) -> None:
        self._by_month: dict[date, list[Crossed]] = {}
        self._open: dict[UUID, dict[UUID, tuple[set[UUID], set[UUID]]]] = {}
        self._least = least
        for row in passed:
            self._by_month.setdefault(row.month, []).append(row)

    @property
    def whole(self) -> bool:
        """Tell whether no agreement is in the middle of a span."""
        return not self._open

    def pass_month(self, month: date) -> None:
        """Take in what passed in a month, and end the spans behind which enough stand now."""
        for row in self._by_month.get(month, []):
            senders, receivers = self._open.setdefault(row.link, {}).setdefault(row.source, (set(), set()))
            senders.update(row.senders)
            receivers.update(row.receivers)
        for link, ways in list(self._open.items()):
            if all(min(len(senders), len(receivers)) >= self._least for senders, receivers in ways.values()):
                del self._open[link]


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

    def told(self, least: int, *, across: bool) -> set[str]:
        """Give the kinds of the published figures behind which enough people stand; `across`: those between banks."""
        moved = {kind for kind in FIGURES if self.minutes.get(kind)}
        own = moved - NOBODYS if across else moved - ACROSS
        told = {kind for kind in own if len(self.people[kind]) >= least}
        # What banks did alone ends no period in which something of people is held back.
        alone = moved & NOBODYS if across else set()
        return told | alone if told or moved <= NOBODYS else set()

    def figures(self, told: set[str]) -> dict[str, int | None]:
        """Give each figure by its name, None for one that is held back."""
        return {
            name: self.minutes.get(kind, 0) if kind in told or not self.minutes.get(kind) else None
            for kind, name in FIGURES.items()
        }


@dataclass(frozen=True, slots=True)
class Running:
    """The month that runs, from its `first` day to today: every figure exact, in minutes, and what is owed now.

    It is published, with small figures held back, on the day `told_on`.
    """

    first: date
    today: date
    told_on: date
    figures: Mapping[str, int]
    owed: int
    between: int


def running(*, viewer: Actor, bank_id: UUID, at: datetime) -> Running:
    """Give the running month of a bank, for who keeps it alone. Raises SignInNeeded, NotFound, NotTheKeeper.

    Single members can be read off it, as off the accounts that a keeper reads anyway: it is not for other readers.
    """
    found = desk_bank(viewer=viewer, bank_id=bank_id)
    policies.require(policies.may_keep(actor=viewer, bank=found))
    today = timezone.localdate(at)
    first = today.replace(day=1)
    minutes, (owed, between) = totals(found, since=first), owed_now(found)
    figures = {name: int(minutes.get(kind, 0)) for kind, name in FIGURES.items()}
    return Running(first, today, told_on(today), figures, owed, between)


def told_on(today: date) -> date:
    """Give the day on which the month that runs is over and told of."""
    return months_after(today.replace(day=1), 1)


def published(found: Bank, today: date) -> list[Period]:
    """Give what is published of a bank today, the newest first."""
    until = today.replace(day=1)
    return periods(moved(found, until=until), until=until, passed=crossed(found, until=until))
