"""The order that decides ties, declared before anyone votes, and the log of each use of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shanzhi.tally.election import Project
from shanzhi.tally.spec import TieKey

KeyValue = str | Fraction | int


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie met in `round`: the projects `tied` stood equal, `chosen` won that round, `by` names the key that decided.

    `passed` are those of them that stood before it and did not win: they no longer fitted, or were ruled out. When the
    rule stopped at a project that stood equal with others, `chosen` is empty, and `passed` names where it stopped.
    """

    round: int
    tied: tuple[str, ...]
    chosen: str
    by: TieKey
    passed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the tie as plain JSON values."""
        words = {"round": self.round, "tied": list(self.tied), "chosen": self.chosen, "by": self.by}
        return {**words, "passed": list(self.passed)}


class TieOrder:
    """A total order of the projects: the declared keys in turn, then the id.

    Keys: `id` compares ids as strings ("10" before "2"), `cost` puts the cheaper first, `votes` the one with more
    supporters, `listed` the one that stands earlier in the list of projects.
    """

    def __init__(self, projects: Sequence[Project], votes: Sequence[int], keys: Sequence[TieKey]) -> None:
        """Rank the projects; `votes` counts the supporters of each."""
        self._keys: tuple[TieKey, ...] = (*keys, "id")
        values: dict[TieKey, list[KeyValue]] = {
            "id": [project.id for project in projects],
            "cost": [project.cost for project in projects],
            "votes": [-count for count in votes],
            "listed": list(range(len(projects))),
        }
        self._values = [values[key] for key in self._keys]
        order = list(range(len(projects)))
        for column in reversed(self._values):
            order.sort(key=column.__getitem__)
        self.rank = [0] * len(projects)
        for place, position in enumerate(order):
            self.rank[position] = place

    def ordered(self, positions: Iterable[int]) -> list[int]:
        """Return the positions in the order in which ties are decided."""
        return sorted(positions, key=self.rank.__getitem__)

    def decided_by(self, first: int, second: int) -> TieKey:
        """Name the first key on which two projects differ."""
        for key, column in zip(self._keys, self._values, strict=True):
            if column[first] != column[second]:
                return key
        return "id"
