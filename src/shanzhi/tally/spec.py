"""How an election is to be counted: the rule and all its parameters, frozen before submission opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

RuleName = Literal["score", "score-no-skip", "per-cost", "equal-shares", "phragmen", "composite"]
Satisfaction = Literal["cost", "cardinality", "points", "borda"]
Completion = Literal["none", "add1", "add1u", "exhaustive-supported", "exhaustive-all"]
TieKey = Literal["id", "cost", "votes", "listed"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Least support of a project: a number of voters, a share of the ballots, a share by cost, or a score.

    `by_cost` n removes a project whose share of supporting voters is below cost / (n times the budget), as in Świecie
    with n = 3. `score` asks for so many points (points ballots), Borda points (rankings) or votes, whatever the rule.
    """

    voters: int = 0
    share: Fraction = Fraction(0)
    by_cost: int = 0
    score: int = 0


@dataclass(frozen=True, slots=True)
class Composite:
    """Jury and votes together: shares add to 1; `jury` gives each project's jury score, 0 to 100 in hundredths."""

    vote_weight: Fraction = Fraction(1, 2)
    jury_weight: Fraction = Fraction(1, 2)
    least_votes_share: Fraction = Fraction(0)
    least_jury_score: int = 0
    jury: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """All that decides. `ties` names the keys in order; whatever they leave equal goes by id."""

    rule: RuleName
    satisfaction: Satisfaction = "cost"
    completion: Completion = "none"
    ties: tuple[TieKey, ...] = ("id",)
    threshold: Threshold = Threshold()
    composite: Composite | None = None
    exact: bool = True
