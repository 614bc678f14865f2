"""Sequential Phragmen: the cost of each purchase is a load that its supporters share as evenly as they can.

The project that would bring its supporters to the lowest load is bought next; when a project that stands lowest no
longer fits in the purse, the rule stops. Projects dearer than the whole purse are removed first. A voter's load is the
load of the last purchase that the voter supported, so the loads of the supporters of a project are a few known numbers.
Floats choose the near candidates, whole fractions decide between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from shanzhi.tally.ground import Ground
from shanzhi.tally.support import gather


@dataclass(slots=True)
class Step:
    """One purchase: the load of its supporters afterwards (scaled money), and the projects that stood equal."""

    position: int
    load: Fraction
    tied: list[int]


@dataclass(slots=True)
class Loads:
    """The course: purchases, the loads that the others would have had at the end, and why it ended."""

    steps: list[Step] = field(default_factory=list)
    cost: int = 0
    barred: dict[int, int] = field(default_factory=dict)
    dear: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    last: dict[int, Fraction] = field(default_factory=dict)


class Phragmen:
    """One count by sequential Phragmen."""

    def __init__(self, ground: Ground) -> None:
        """Begin with every load at nothing."""
        self._ground = ground
        size = len(ground.projects)
        self.course = Loads()
        self._votes = np.array([column.weight.sum() for column in ground.columns], dtype=np.float64)
        self._costs = np.array(ground.costs, dtype=np.float64)
        self._last = np.zeros(len(ground.support.weight), dtype=np.int64)
        self._counts = np.zeros((1, size), dtype=np.float64)
        self._counts[0] = self._votes
        self._loads: list[Fraction] = [Fraction(0)]
        self._open = [position for position in ground.open if ground.costs[position] <= ground.budget]
        self.course.dear = [position for position in ground.open if ground.costs[position] > ground.budget]

    def play(self) -> Loads:
        """Buy until nothing is left or a project that stands lowest does not fit."""
        ground, course = self._ground, self.course
        while self._open:
            tied, load = self._lowest()
            over = [position for position in tied if course.cost + ground.costs[position] > ground.budget]
            if over:
                course.stopped = ground.ties.ordered(over)
                break
            order = ground.ties.ordered(tied)
            self._buy(order[0], load, order if len(order) > 1 else [])
        course.last = {position: self._load(position) for position in self._open if self._votes[position]}
        return course

    def carried(self) -> list[Fraction]:
        """Return the load that each voter carries now (scaled money)."""
        return [self._loads[turn] for turn in self._last]

    def _lowest(self) -> tuple[list[int], Fraction]:
        """Return the projects with exactly the lowest load. Without support the load has no end: they come last."""
        backed = [position for position in self._open if self._votes[position]]
        if not backed:
            return list(self._open), Fraction(0)
        places = np.array(backed, dtype=np.int64)
        loads = np.array([float(load) for load in self._loads])
        values = (self._costs[places] + loads @ self._counts[:, places]) / self._votes[places]
        if not self._ground.exact:
            return [int(place) for place in places[values == values.min()]], Fraction(float(values.min()))
        # Terms are at least 0, so the relative error of a sum of k terms is below (k + 4) roundings.
        close = places[values <= values.min() * (1 + 4 * (len(loads) + 4) * np.finfo(np.float64).eps)]
        exact = {int(position): self._load(int(position)) for position in close}
        lowest = min(exact.values())
        return [position for position, load in exact.items() if load == lowest], lowest

    def _load(self, position: int) -> Fraction:
        """Return the load that the supporters of a project would have after it."""
        counts = self._counts[:, position]
        total = sum((self._loads[turn] * int(counts[turn]) for turn in np.flatnonzero(counts)), Fraction(0))
        return (total + self._ground.costs[position]) / int(self._votes[position])

    def _buy(self, position: int, load: Fraction, tied: list[int]) -> None:
        ground, course = self._ground, self.course
        course.steps.append(Step(position, load, tied))
        course.cost += ground.costs[position]
        for rival in ground.rivals[position]:
            course.barred.setdefault(rival, position)
        gone = {position, *course.barred}
        self._open = [other for other in self._open if other not in gone]
        self._loads.append(load)
        size = len(ground.projects)
        voters = ground.columns[position].voters
        support = ground.support
        entries = gather(support.offsets, voters)
        lengths = support.offsets[voters + 1] - support.offsets[voters]
        before = np.repeat(self._last[voters], lengths)
        weights = np.repeat(support.weight[voters], lengths).astype(np.float64)
        moved = np.bincount(
            before * size + support.project[entries], weights=weights, minlength=size * len(self._counts)
        ).reshape(-1, size)
        self._counts = np.vstack((self._counts - moved, moved.sum(axis=0)))
        self._last[voters] = len(self._loads) - 1
