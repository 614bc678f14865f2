"""Elections with one thing changed, built anew from lists, and from what the rounds of a count tell."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from shanzhi.tally import Election, Outcome, from_lists
from tests.tally.test_properties import ballots_of, points_of


def at_cost(election: Election, project: str, cost: Fraction) -> Election:
    projects = tuple(replace(p, cost=cost) if p.id == project else p for p in election.projects)
    return replace(election, projects=projects)


def with_more(election: Election, outcome: Outcome, project: str, number: int) -> Election | None:
    """The election in which the support that a need speaks of has grown by so much; None when it cannot."""
    position = [p.id for p in election.projects].index(project)
    need = outcome.standing(project).need
    assert need is not None
    ballots, points = ballots_of(election), points_of(election)
    if need.more == "points":
        assert points is not None
        _give(ballots, points, position, number)
    else:
        voters = joiners(election, outcome, position, need.more)
        if len(voters) < number:
            return None
        for voter in voters[:number]:
            _join(election, outcome, ballots, points, voter, position)
    meta = {"projects": election.projects, "budget": election.budget, "kind": election.kind}
    changed = from_lists(ballots=ballots, points=points, **meta)  # type: ignore[arg-type]  # fields as they are
    return replace(changed, points_scale=election.points_scale)


def _give(ballots: list[list[int]], points: list[list[int]], position: int, number: int) -> None:
    """One voter gives so many points more."""
    ready = [v for v, b in enumerate(ballots) if position in b and points[v][b.index(position)] > 0]
    voter = next(iter(ready), 0)
    if position not in ballots[voter]:
        ballots[voter].append(position)
        points[voter].append(0)
    points[voter][ballots[voter].index(position)] += number


def _join(
    election: Election,
    outcome: Outcome,
    ballots: list[list[int]],
    points: list[list[int]] | None,
    voter: int,
    position: int,
) -> None:
    if points is None:
        ballots[voter] = [position, *ballots[voter]]
        return
    best = max(points[voter], default=0) or 1
    if position in ballots[voter]:
        points[voter][ballots[voter].index(position)] = best
    else:
        ballots[voter].append(position)
        points[voter].append(best)


def joiners(election: Election, outcome: Outcome, position: int, more: str) -> list[int]:
    """Who could support a project in addition, in the order in which a need counts them."""
    worth = worths(election, outcome)
    lists = ballots_of(election)
    listing = [set(ballot) if election.kind == "ranked" else set(worth[v]) for v, ballot in enumerate(lists)]
    ready = [v for v in range(election.ballots) if position not in listing[v]]
    borda = outcome.spec.satisfaction == "borda" and outcome.spec.rule != "phragmen"
    if borda:
        ready = [v for v in ready if lists[v]]
    if more == "votes":
        return ready
    if more == "firsts":
        return sorted(ready, key=lambda v: -len(lists[v]))
    ids = [project.id for project in election.projects]
    says = [sorted((ids[p], w) for p, w in ballot.items()) for ballot in worth]
    state = money_left(election, outcome, worth) if more == "richest" else loads(election, outcome, worth)
    sign = -1 if more == "richest" else 1
    return sorted(ready, key=lambda v: (sign * state[v], says[v]))


def worths(election: Election, outcome: Outcome) -> list[dict[int, int]]:
    """What each project that a ballot supports is worth to it; a last rank is worth 0."""
    satisfaction = "cardinality" if outcome.spec.rule == "phragmen" else outcome.spec.satisfaction
    ballots, points = ballots_of(election), points_of(election)
    if points is not None:
        given = [{p: w for p, w in zip(b, ws, strict=True) if w} for b, ws in zip(ballots, points, strict=True)]
        return given if satisfaction == "points" else [dict.fromkeys(ballot, 1) for ballot in given]
    if satisfaction == "borda":
        return [{p: len(ballot) - 1 - at for at, p in enumerate(ballot)} for ballot in ballots]
    return [dict.fromkeys(ballot, 1) for ballot in ballots]


def money_left(election: Election, outcome: Outcome, worth: list[dict[int, int]]) -> list[Fraction]:
    left = [outcome.share or Fraction(0)] * election.ballots
    ids = [project.id for project in election.projects]
    for turn in outcome.rounds:
        if turn.note != "filled" and turn.price is not None:
            position = ids.index(turn.project)
            left = [m - min(m, turn.price * w.get(position, 0)) for m, w in zip(left, worth, strict=True)]
    return left


def loads(election: Election, outcome: Outcome, worth: list[dict[int, int]]) -> list[Fraction]:
    load = [Fraction(0)] * election.ballots
    ids = [project.id for project in election.projects]
    for turn in outcome.rounds:
        position = ids.index(turn.project)
        load = [turn.rate or load[v] if position in w else load[v] for v, w in enumerate(worth)]
    return load
