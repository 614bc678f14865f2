"""Recounts with one thing changed: a project at another cost, or with more support from voters who did not give it.

Each asks one question: had only this been otherwise, would the project have won? Whose support is added, where that
matters, is settled by what the voters had left in the declared count and then by what their ballots say, never by the
order of the file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np

from shanzhi.tally.completions import equal_shares, near, winners
from shanzhi.tally.ground import Ground
from shanzhi.tally.ordered import Turn, walk
from shanzhi.tally.outcome import More, Outcome
from shanzhi.tally.phragmen import Phragmen
from shanzhi.tally.shares import ALIVE
from shanzhi.tally.support import Ints, joined


@dataclass(frozen=True, slots=True)
class Further:
    """How a project could get more support: of what kind, how much at most, a first guess at what would do."""

    more: More
    most: int
    guess: int
    ground: Callable[[int], Ground]


class Trials(ABC):
    """The recounts of one election under one rule.

    `work` is what one recount takes, in tenths of a microsecond as once measured; it only bounds the search. When more
    support can never harm under the rule `support_sure` is set, when a lower cost cannot, `cost_sure`.
    """

    support_sure = True
    cost_sure = True

    def __init__(self, ground: Ground, outcome: Outcome) -> None:
        """Stand on the declared count."""
        self.ground = ground
        self.outcome = outcome
        self.work = 100 * len(ground.projects)
        self.work_near = self.work

    @abstractmethod
    def wins(self, ground: Ground, position: int) -> bool:
        """Recount, and say whether the project wins."""

    def seems_to_win(self, ground: Ground, position: int) -> bool:
        """Guess the same more quickly where the rule has a way."""
        return self.wins(ground, position)

    def cost_helps(self, position: int) -> bool:
        """Say whether a lower cost could help at all."""
        return True

    @abstractmethod
    def further(self, position: int) -> Further:
        """Say how the project could get more support."""


def trials_of(ground: Ground, outcome: Outcome) -> Trials:
    """Return the recounts for the rule of an outcome."""
    if outcome.spec.rule == "equal-shares":
        return SharesTrials(ground, outcome)
    if outcome.spec.rule == "phragmen":
        return PhragmenTrials(ground, outcome)
    return OrderedTrials(ground, outcome)


class OrderedTrials(Trials):
    """Rules that go down one order: only the sum of a project's votes, points or Borda scores matters."""

    @cached_property
    def _course(self) -> tuple[list[Turn], dict[int, int], dict[int, tuple[int, Fraction]]]:
        course = walk(self.ground)
        return course.turns, {turn.position: place for place, turn in enumerate(course.turns)}, course.keys

    def wins(self, ground: Ground, position: int) -> bool:
        """Go down the order again."""
        return any(turn.position == position and not turn.why for turn in walk(ground).turns)

    def further(self, position: int) -> Further:
        """Add ballots that name it, points, or first places."""
        ground = self.ground
        gap = self._gap(position)
        if ground.support.uniform:
            most = ground.election.ballots - ground.votes[position]
            return Further("votes", most, gap, lambda k: ground.with_more(position, k, k))
        if ground.satisfaction == "borda":
            sums = [0, *np.cumsum(self._lists(position)).tolist()]
            guess = int(np.searchsorted(sums, gap))
            return Further("firsts", len(sums) - 1, guess, lambda k: ground.with_more(position, k, sums[k]))
        scale, new = ground.election.points_scale, int(not ground.votes[position])
        most = self._most_points(position) // scale + 1 if ground.election.ballots else 0
        return Further("points", most, -(-gap // scale), lambda k: ground.with_more(position, new, k * scale))

    def _lists(self, position: int) -> Ints:
        """Return the lengths of the rankings that do not name a project, the longest first."""
        support = self.ground.support
        apart = np.ones(len(support.weight), dtype=np.bool_)
        apart[support.voters[support.project == position]] = False
        lengths = np.diff(support.offsets)[apart]
        return np.sort(lengths[lengths > 0])[::-1]

    def _most_points(self, position: int) -> int:
        """Return so many points more that nothing with a cost can stand before the project, if any number helps."""
        ground = self.ground
        if ground.spec.rule == "composite":
            return 1000 * (sum(ground.score) + 1)
        highest = max(key for free, key in self._course[2].values() if not free)
        if ground.spec.rule == "per-cost":
            highest *= Fraction(ground.costs[position], ground.scale)
        return int(highest) + 1

    def _gap(self, position: int) -> int:
        """Guess how much more score puts it before the last project at whose turn there was enough for it."""
        turns, place, keys = self._course
        stop = next((at for at, turn in enumerate(turns) if turn.why == "too-dear"), len(turns))
        last = min(place[position], stop if turns[place[position]].why == "stopped" else len(turns))
        other = turns[last].other
        last = last if other is None else place[other]
        for turn in reversed(turns[: last + 1]):
            if turn.position != position and turn.left >= self.ground.costs[position] and not keys[turn.position][0]:
                return max(1, self._overtaking(position, keys[turn.position][1], keys[position][1]))
        return 1

    def _overtaking(self, position: int, key: Fraction, own: Fraction) -> int:
        ground, spec = self.ground, self.outcome.spec
        if spec.rule == "composite":
            weight = spec.composite.vote_weight if spec.composite else Fraction(0)
            return int((key - own) * ground.election.ballots / weight) + 1 if weight else 1
        target = key * Fraction(ground.costs[position], ground.scale) if spec.rule == "per-cost" else key
        return int(target // 1) + 1 - ground.score[position]


class _JoiningTrials(Trials):
    """Rules under which it matters who supports a project: those with most to give join it first."""

    @abstractmethod
    def ranks(self) -> Sequence[int]:
        """Rank the voters by what the declared count left them, those with most to give first."""

    @cached_property
    def order(self) -> Ints:
        """Return the voters in the order in which they would join, equals by what their ballots say."""
        ranks, ballots = self.ranks(), _contents(self.ground)
        order = sorted(range(len(ballots)), key=lambda voter: (ranks[voter], ballots[voter]))
        return np.array(order, dtype=np.int64)

    def _joiners(self, position: int) -> tuple[Ints, Ints, Ints]:
        """Return who could join, in order, what the project would be worth to each, and how many the first n are."""
        ground, support = self.ground, self.ground.support
        apart = np.ones(len(support.weight), dtype=np.bool_)
        apart[support.voters[support.project == position]] = False
        voters = self.order[apart[self.order]]
        worth = _worth(ground)[voters]
        voters, worth = voters[worth > 0], worth[worth > 0]
        return voters, worth, np.cumsum(support.weight[voters])

    def _joined(self, position: int, voters: Ints, worth: Ints, sums: Ints, number: int) -> Ground:
        ground = self.ground
        last = int(np.searchsorted(sums, number))
        counts = ground.support.weight[voters[: last + 1]].copy()
        counts[-1] -= sums[last] - number
        support = joined(ground.support, position, voters[: last + 1], counts, worth[: last + 1])
        score = int((counts * worth[: last + 1]).sum())
        return ground.with_more(position, number, score, support)


class SharesTrials(_JoiningTrials):
    """Equal Shares: those with most of their share left join first.

    In a single run more support and a lower cost can only lower a project's rate; while it is not bought all else stays
    as it was. So neither can harm. That does not hold when the endowment is raised.
    """

    def __init__(self, ground: Ground, outcome: Outcome) -> None:
        """Count once more to learn what the voters had left."""
        super().__init__(ground, outcome)
        self._shares = equal_shares(ground, outcome.spec.completion)
        self.support_sure = self.cost_sure = outcome.spec.completion == "none"
        run = 1000 + 200 * len(ground.projects) + len(ground.support.project)
        self.work = run * outcome.runs
        self.work_near = run * min(8, outcome.runs)

    def ranks(self) -> Sequence[int]:
        """Rank by the money left, exactly."""
        run, size = self._shares.run, len(self.ground.support.weight)
        alive = np.flatnonzero(run.emptied == ALIVE)
        ranks = np.full(size, size, dtype=np.int64)
        if len(alive):
            amounts, number = run.history.classes(alive)
            places = {amount: place for place, amount in enumerate(sorted(set(amounts), reverse=True))}
            ranks[alive] = np.array([places[amount] for amount in amounts], dtype=np.int64)[number]
        found: list[int] = ranks.tolist()
        return found

    def wins(self, ground: Ground, position: int) -> bool:
        """Count again from the first endowment."""
        return position in winners(ground, equal_shares(ground, ground.spec.completion))

    def seems_to_win(self, ground: Ground, position: int) -> bool:
        """Count only around the endowment at which the declared count ended."""
        endowment = self._shares.course.endowment / self.ground.scale * ground.scale
        return position in winners(ground, near(ground, ground.spec.completion, endowment))

    def cost_helps(self, position: int) -> bool:
        """Nobody buys what nobody supports; only the filling up takes it."""
        return bool(self.ground.columns[position].total) or self.ground.spec.completion == "add1u"

    def further(self, position: int) -> Further:
        """Let voters join until their money covers what was missing."""
        voters, worth, sums = self._joiners(position)
        run, column = self._shares.run, self.ground.columns[position]
        money = run.money[voters]
        had = float((column.weight * run.money[column.voters]).sum())
        missing = self.ground.costs[position] - had
        given = np.cumsum(money * self.ground.support.weight[voters])
        enough = int(np.searchsorted(given, missing))
        guess = 1
        if enough < len(given) and money[enough] > 0:
            rest = (given[enough] - missing) // money[enough]
            guess = max(1, int(sums[enough] - rest))
        most = int(sums[-1]) if len(sums) else 0
        return Further("richest", most, guess, lambda k: self._joined(position, voters, worth, sums, k))


class PhragmenTrials(_JoiningTrials):
    """Sequential Phragmen: those who carry the lowest load join first. A heavy one may raise the load of all."""

    support_sure = False

    def __init__(self, ground: Ground, outcome: Outcome) -> None:
        """Count once more to learn what the voters carry."""
        super().__init__(ground, outcome)
        self._rule = Phragmen(ground)
        self._rule.play()
        self.work = (len(outcome.rounds) + 1) * (1000 + len(ground.support.project) // 50)
        self.work_near = self.work

    def ranks(self) -> Sequence[int]:
        """Rank by the load, the lowest first."""
        carried = self._rule.carried()
        places = {load: place for place, load in enumerate(sorted(set(carried)))}
        return [places[load] for load in carried]

    def wins(self, ground: Ground, position: int) -> bool:
        """Count again."""
        return any(step.position == position for step in Phragmen(ground).play().steps)

    def further(self, position: int) -> Further:
        """Let voters join until its load is below that of the project at which the rule stopped."""
        voters, worth, sums = self._joiners(position)
        course, ground = self._rule.course, self.ground
        stopper = course.last.get(course.stopped[0]) if course.stopped else None
        guess = 1
        if stopper is not None and len(voters):
            votes, level = ground.votes[position], float(stopper)
            own = float(course.last[position]) * votes if position in course.last else float(ground.costs[position])
            carried = self._rule.carried()
            spare = np.cumsum((level - np.array([float(carried[v]) for v in voters])) * ground.support.weight[voters])
            enough = int(np.searchsorted(spare, own - level * votes))
            guess = int(sums[min(enough, len(sums) - 1)])
        most = int(sums[-1]) if len(sums) else 0
        return Further("lightest", most, guess, lambda k: self._joined(position, voters, worth, sums, k))


def _worth(ground: Ground) -> Ints:
    """Return what a project that joins a ballot is worth there.

    As many points as the voter's favourite has (one point on a blank ballot), the first place of a ranking, else 1.
    """
    support = ground.support
    size = len(support.weight)
    if support.uniform:
        return np.ones(size, dtype=np.int64)
    if ground.satisfaction == "borda":
        return np.diff(support.offsets)
    best = np.zeros(size, dtype=np.int64)
    np.maximum.at(best, support.voters, support.worth)
    best[best == 0] = ground.election.points_scale
    return best


def _contents(ground: Ground) -> list[list[tuple[str, int]]]:
    """Return what each voter's ballot says, projects by id: a key that does not depend on any order."""
    support = ground.support
    names = [project.id for project in ground.projects]
    pairs = list(zip([names[p] for p in support.project.tolist()], support.worth.tolist(), strict=True))
    ends = support.offsets.tolist()
    return [sorted(pairs[first:last]) for first, last in pairwise(ends)]
