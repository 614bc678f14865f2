"""Which projects take part: least support, and least scores of the jury."""

from __future__ import annotations

from fractions import Fraction

from shanzhi.tally.faults import CountingError
from shanzhi.tally.ground import Ground, Removed
from shanzhi.tally.spec import Composite, Threshold


def apply_thresholds(ground: Ground) -> None:
    """Remove the projects without the least support that the spec asks for.

    A number of voters; a share of the ballots (blank ones count); by cost: the share of the ballots must reach
    cost / (n times the budget); a score. Support exactly at a threshold is enough.
    """
    removed = _votes(ground, ground.spec.threshold)
    removed += _score(ground, ground.spec.threshold, {item.position for item in removed})
    if ground.spec.rule == "composite" and ground.spec.composite is not None:
        known = {item.position for item in removed}
        removed += [item for item in _jury(ground, ground.spec.composite) if item.position not in known]
    ground.remove(removed)


def least_votes(ground: Ground, threshold: Threshold, position: int) -> Fraction:
    """Return the number of supporters that a project needs, before rounding up to whole voters."""
    ballots, needed = ground.election.ballots, [Fraction(threshold.voters)]
    needed.append(threshold.share * ballots)
    if threshold.by_cost and ground.budget:
        needed.append(Fraction(ground.costs[position] * ballots, threshold.by_cost * ground.budget))
    return max(needed)


def _votes(ground: Ground, threshold: Threshold) -> list[Removed]:
    if threshold.voters < 0 or threshold.share < 0 or threshold.by_cost < 0 or threshold.score < 0:
        raise CountingError("bad-threshold")
    needs = [(position, least_votes(ground, threshold, position)) for position in ground.open]
    return [Removed(position, "threshold", need) for position, need in needs if ground.votes[position] < need]


def _score(ground: Ground, threshold: Threshold, known: set[int]) -> list[Removed]:
    if not threshold.score:
        return []
    short = [position for position in ground.open if ground.stated_score[position] < threshold.score]
    return [Removed(p, "score-threshold", Fraction(threshold.score)) for p in short if p not in known]


def _jury(ground: Ground, parts: Composite) -> list[Removed]:
    least = parts.least_votes_share * ground.election.ballots
    removed = [Removed(position, "threshold", least) for position in ground.open if ground.votes[position] < least]
    return removed + [
        Removed(position, "jury-threshold", Fraction(parts.least_jury_score, 100))
        for position in ground.open
        if ground.votes[position] >= least and parts.jury.get(ground.projects[position].id, 0) < parts.least_jury_score
    ]
