"""Finding which lines of a bill are which postings: by number first, then by equal amounts of near days, one to one.

Pure: rows in, pairs out, so that the same bill and book always give the same pairs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

T = TypeVar("T", bound="Dated")
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{6,}")
MOST_CELLS: Final = 250_000
"""Up to so many pairs of one amount are weighed against each other; beyond, the nearest days go together first."""


@dataclass(frozen=True, slots=True)
class Dated:
    """What has a day and an amount in fen."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Line(Dated):
    """A line: its number in the bill, and its counterparty and text as one."""

    id: UUID
    serial: str
    words: str


@dataclass(frozen=True, slots=True)
class Held(Dated):
    """A posting; `words` are the text and the key of its entry."""

    entry: UUID
    leg: int
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is tried; `id` is None for the two that hold where a book has none."""

    id: UUID | None
    days: int
    by_serial: bool
    words: tuple[str, ...] = ()

    def fits(self, line: Line) -> bool:
        """Tell whether the rule is about a line at all."""
        return not self.words or any(word.casefold() in line.words.casefold() for word in self.words)


BASICS: Final = (Rule(None, 31, True), Rule(None, 3, False))
Pair = tuple[Line, Held, Rule]


def pairs(lines: Sequence[Line], postings: Sequence[Held], rules: Sequence[Rule]) -> list[Pair]:
    """Give which line is which posting; neither stands in two pairs."""
    found: list[Pair] = []
    left, held = list(lines), list(postings)
    for rule in rules:
        asked = [line for line in left if rule.fits(line)]
        taken = [(a, b, rule) for a, b in (_by_serial if rule.by_serial else _by_amount)(asked, held, rule.days)]
        found += taken
        gone, used = {a.id for a, _b, _r in taken}, {(b.entry, b.leg) for _a, b, _r in taken}
        left = [line for line in left if line.id not in gone]
        held = [one for one in held if (one.entry, one.leg) not in used]
    return found


def _near(a: Dated, b: Dated, days: int) -> bool:
    return abs((a.day - b.day).days) <= days


def _by_serial(lines: Sequence[Line], postings: Sequence[Held], days: int) -> Iterator[tuple[Line, Held]]:
    """Pair where a posting names a line's number, and the amounts are equal."""
    named: dict[tuple[str, int], list[Held]] = defaultdict(list)
    for one in postings:
        for token in set(_TOKEN.findall(one.words)):
            named[token, one.amount].append(one)
    used: set[tuple[UUID, int]] = set()
    for line in lines:
        for one in named.get((line.serial, line.amount), ()) if line.serial else ():
            if (one.entry, one.leg) not in used and _near(line, one, days):
                used.add((one.entry, one.leg))
                yield line, one
                break


def _by_amount(lines: Sequence[Line], postings: Sequence[Held], days: int) -> Iterator[tuple[Line, Held]]:
    """Pair equal amounts, each once: as many as can be, and of these ways the one with the fewest days between."""
    ours, theirs = _grouped(lines), _grouped(postings)
    for amount, group in ours.items():
        other = theirs.get(amount, [])
        if len(group) * len(other) <= MOST_CELLS:
            yield from _best(group, other, days)
        else:
            yield from _nearest(group, other, days)


def _grouped(rows: Sequence[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.day):
        found[row.amount].append(row)
    return found


def _best(lines: Sequence[Line], postings: Sequence[Held], days: int) -> Iterator[tuple[Line, Held]]:
    """Weigh all ways. In order of days on both sides a best way crosses nowhere, so that a table of both suffices."""
    wide, none = len(postings), (0, 0)
    table = [[none] * (wide + 1) for _line in range(len(lines) + 1)]
    for i, line in enumerate(lines, 1):
        for j, one in enumerate(postings, 1):
            best = max(table[i - 1][j], table[i][j - 1])
            gap = abs((line.day - one.day).days)
            if gap <= days:
                count, cost = table[i - 1][j - 1]
                best = max(best, (count + 1, cost - gap))
            table[i][j] = best
    i, j = len(lines), wide
    while i and j:
        if table[i][j] == table[i - 1][j]:
            i -= 1
        elif table[i][j] == table[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            yield lines[i], postings[j]


def _nearest(lines: Sequence[Line], postings: Sequence[Held], days: int) -> Iterator[tuple[Line, Held]]:
    """Pair the nearest days first, where there are too many to weigh all ways."""
    free: dict[date, list[Held]] = defaultdict(list)
    for one in postings:
        free[one.day].append(one)
    left = list(lines)
    for gap in range(days + 1):
        rest = []
        for line in left:
            day = next((d for d in free if free[d] and abs((d - line.day).days) == gap), None)
            if day is None:
                rest.append(line)
            else:
                yield line, free[day].pop(0)
        left = rest
