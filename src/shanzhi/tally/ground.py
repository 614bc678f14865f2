"""What a rule stands on: supporters by project, whole costs, the tie order, and who rules out whom."""

from __future__ import annotations

import math
from collections.abc import Container
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from shanzhi.tally.election import Election
from shanzhi.tally.spec import Satisfaction, Spec
from shanzhi.tally.support import Floats, Ints, Support, grouped, read_support
from shanzhi.tally.ties import TieOrder

TABLE = 2**22
"""Cells of the largest table of voters by projects, 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The supporters of one project: positions, weights, worth (None when all worth 1), weight times worth."""

    voters: Ints
    weight: Floats
    worth: Floats | None
    share: Floats
    total: int
    most: float


@dataclass(frozen=True, slots=True)
class Removed:
    """A project that does not take part, with the reason and the support that it would have needed."""

    position: int
    why: Literal["threshold", "score-threshold", "jury-threshold"]
    needed: Fraction


class Ground:
    """One election under one spec, prepared once and used by every run.

    Costs are whole numbers of 1/`scale` of the currency unit; `open` lists the positions that take part, and
    `removed` those that a threshold took out before the count.
    """

    def __init__(self, election: Election, spec: Spec, *, group: bool) -> None:
        """Prepare; `group` merges equal ballots, which costs a sort and pays when runs are repeated."""
        self.election = election
        self.spec = spec
        self.satisfaction: Satisfaction = "cardinality" if spec.rule == "phragmen" else spec.satisfaction
        self.projects = election.projects
        size = len(self.projects)
        support = read_support(election, self.satisfaction)
        self.votes = support.votes(size)
        self.score = support.score(size)
        self.score_scale = election.points_scale if self.satisfaction == "points" else 1
        self.ties = TieOrder(self.projects, self.votes, spec.ties)
        self.support: Support = grouped(support) if group else support
        self.scale = math.lcm(election.budget.denominator, *(project.cost.denominator for project in self.projects))
        self.costs = [int(project.cost * self.scale) for project in self.projects]
        self.budget = int(election.budget * self.scale)
        self.removed: list[Removed] = []
        self.open: list[int] = list(range(size))
        self.rivals = _rivals(election)
        self.exact = spec.exact
        self.repeated = group

    @cached_property
    def stated_score(self) -> list[Fraction]:
        """Return what the ballots gave each project in their own terms: votes, points or Borda points."""
        own: dict[str, Satisfaction] = {"points": "points", "ranked": "borda"}
        satisfaction = own.get(self.election.kind)
        if satisfaction is None or satisfaction == self.satisfaction:
            return [Fraction(score, self.score_scale) for score in self.score]
        scale = self.election.points_scale if satisfaction == "points" else 1
        scores = read_support(self.election, satisfaction).score(len(self.projects))
        return [Fraction(score, scale) for score in scores]

    def remove(self, removed: list[Removed]) -> None:
        """Take projects out of the count."""
        gone = {item.position for item in removed}
        self.removed = self.removed + removed
        self.open = [position for position in self.open if position not in gone]

    def at_cost(self, position: int, cost: Fraction) -> Ground:
        """Return the same election with one project at another cost; whoever takes part here takes part there."""
        other = copy(self)
        old = self.projects[position]
        other.projects = (*self.projects[:position], replace(old, cost=cost), *self.projects[position + 1 :])
        other.scale = math.lcm(self.scale, cost.denominator)
        growth = other.scale // self.scale
        other.costs = [known * growth for known in self.costs]
        other.costs[position] = int(cost * other.scale)
        other.budget = self.budget * growth
        other.ties = TieOrder(other.projects, other.votes, self.spec.ties)
        return other

    def with_more(self, position: int, votes: int, score: int, support: Support | None = None) -> Ground:
        """Return the same election with more votes and score for one project, and the support that gives them."""
        other = copy(self)
        other.votes, other.score = list(self.votes), list(self.score)
        other.votes[position] += votes
        other.score[position] += score
        other.ties = TieOrder(self.projects, other.votes, self.spec.ties)
        if support is not None:
            other.support = support
            other.__dict__.pop("columns", None)
            other.__dict__.pop("entry_shares", None)
            other.__dict__.pop("table", None)
        return other

    def money(self, units: int) -> Fraction:
        """Return scaled money in currency units."""
        return Fraction(units, self.scale)

    def names(self, positions: list[int]) -> tuple[str, ...]:
        """Return the ids of positions."""
        return tuple(self.projects[position].id for position in positions)

    def free_rivals(self, position: int, barred: Container[int]) -> list[int]:
        """Return a project and those of its rivals that cost nothing either, in the order that decides, if any."""
        free = [
            other
            for other in self.rivals[position]
            if other in self.open and not self.costs[other] and self.votes[other] and other not in barred
        ]
        return [position, *self.ties.ordered(free)] if free else []

    def factor(self, position: int) -> int:
        """Return the worth of a project to each of its supporters: its cost, or 1 where worth stands in the ballot."""
        return self.costs[position] if self.satisfaction == "cost" else 1

    @cached_property
    def entry_shares(self) -> Floats:
        """Return weight times worth of every entry of the ballots."""
        return (self.support.weight[self.support.voters] * self.support.worth).astype(np.float64)

    @cached_property
    def table(self) -> Floats | None:
        """Return the entry shares as a table of voters by projects, where runs are repeated and it is small."""
        voters, size = len(self.support.weight), len(self.projects)
        if not self.repeated or voters * size > TABLE:
            return None
        table = np.zeros((voters, size))
        table[self.support.voters, self.support.project] = self.entry_shares
        return table

    @cached_property
    def columns(self) -> list[Column]:
        """Return the supporters of every project; a worth of 0 (the last rank of Borda) supports nothing."""
        support, size = self.support, len(self.projects)
        kind = np.uint16 if size < 2**16 else np.int64
        order = np.argsort(support.project.astype(kind), kind="stable")
        voters, worth = support.voters[order], support.worth[order]
        bounds = np.searchsorted(support.project[order], np.arange(size + 1))
        return [self._column(voters[a:b], worth[a:b]) for a, b in pairwise(bounds)]

    def _column(self, voters: Ints, worth: Ints) -> Column:
        if self.support.uniform:
            weight = self.support.weight[voters].astype(np.float64)
            return Column(voters, weight, None, weight, int(weight.sum()), 1.0)
        voters, worth = voters[worth > 0], worth[worth > 0]
        weight = self.support.weight[voters].astype(np.float64)
        values = worth.astype(np.float64)
        share = weight * values
        return Column(voters, weight, values, share, int(share.sum()), float(values.max(initial=1.0)))


def _rivals(election: Election) -> list[tuple[int, ...]]:
    """Return, for each project, the others that it rules out."""
    clubs: dict[str, list[int]] = {}
    for position, project in enumerate(election.projects):
        if project.exclusive:
            clubs.setdefault(project.exclusive, []).append(position)
    return [
        tuple(other for other in clubs.get(project.exclusive, ()) if other != position)
        for position, project in enumerate(election.projects)
    ]
