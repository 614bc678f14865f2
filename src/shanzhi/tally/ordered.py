"""Rules that put the projects in one order and go down the list: score, votes per cost, jury and votes together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from shanzhi.tally.faults import CountingError
from shanzhi.tally.ground import Ground
from shanzhi.tally.spec import Composite

Key = tuple[int, Fraction]


@dataclass(frozen=True, slots=True)
class Turn:
    """A project at its turn: the money then left (scaled), and why it was not chosen (empty when it was)."""

    position: int
    left: int
    why: str
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """The order with its keys (higher first), the groups that stood equal, and what happened at each turn."""

    keys: dict[int, Key]
    ties: list[list[int]]
    turns: list[Turn]


def keys_of(ground: Ground) -> dict[int, Key]:
    """Return what the projects are ordered by, the highest first.

    Score: votes, or the sum of points or Borda scores where the spec says so. Per cost: the score divided by the cost,
    with what costs nothing and has support before all others.
    """
    if ground.spec.rule == "composite":
        return _composite(ground)
    if ground.spec.rule != "per-cost":
        return {position: (0, Fraction(ground.score[position])) for position in ground.open}
    keys: dict[int, Key] = {}
    for position in ground.open:
        score, cost = ground.score[position], ground.costs[position]
        keys[position] = (0, Fraction(score * ground.scale, cost)) if cost else (int(score > 0), Fraction(0))
    return keys


def vote_share(ground: Ground, position: int) -> Fraction:
    """Return a project's part in the vote, 0 to 1: of the ballots, or of all points given (points, Borda)."""
    whole = ground.election.ballots if ground.support.uniform else sum(ground.score)
    return Fraction(ground.score[position], whole) if whole else Fraction(0)


def _composite(ground: Ground) -> dict[int, Key]:
    parts = ground.spec.composite
    if parts is None:
        raise CountingError("no-composite")
    _check(ground, parts)
    keys: dict[int, Key] = {}
    for position in ground.open:
        jury = Fraction(parts.jury.get(ground.projects[position].id, 0), 10_000)
        keys[position] = (0, parts.vote_weight * vote_share(ground, position) + parts.jury_weight * jury)
    return keys


def _check(ground: Ground, parts: Composite) -> None:
    if parts.vote_weight < 0 or parts.jury_weight < 0 or parts.vote_weight + parts.jury_weight != 1:
        raise CountingError("bad-weights")
    if any(not 0 <= score <= 10_000 for score in parts.jury.values()):
        raise CountingError("bad-jury-score")
    if set(parts.jury) - {project.id for project in ground.projects}:
        raise CountingError("unknown-jury-project")


def walk(ground: Ground) -> Walk:
    """Go down the order and choose what fits; without skipping, stop at the first that does not fit."""
    keys = keys_of(ground)
    order = ground.ties.ordered(ground.open)
    order.sort(key=keys.__getitem__, reverse=True)
    left, stop = ground.budget, False
    barred: dict[int, int] = {}
    turns: list[Turn] = []
    for position in order:
        if position in barred:
            turns.append(Turn(position, left, "rival", barred[position]))
        elif stop:
            turns.append(Turn(position, left, "stopped"))
        elif ground.costs[position] > left:
            turns.append(Turn(position, left, "too-dear"))
            stop = ground.spec.rule == "score-no-skip"
        else:
            turns.append(Turn(position, left, ""))
            left -= ground.costs[position]
            for rival in ground.rivals[position]:
                barred.setdefault(rival, position)
    return Walk(keys, _equal(order, keys), turns)


def _equal(order: list[int], keys: dict[int, Key]) -> list[list[int]]:
    groups: list[list[int]] = []
    for position in order:
        if groups and keys[groups[-1][0]] == keys[position]:
            groups[-1].append(position)
        else:
            groups.append([position])
    return [group for group in groups if len(group) > 1]
