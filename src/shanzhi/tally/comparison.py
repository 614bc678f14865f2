"""What the other rules would have chosen, beside the rule that was declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from shanzhi.tally.counting import count
from shanzhi.tally.election import Election
from shanzhi.tally.outcome import Outcome
from shanzhi.tally.spec import Completion, RuleName, Spec

_OTHERS: tuple[tuple[RuleName, Completion], ...] = (
    ("score", "none"),
    ("score-no-skip", "none"),
    ("per-cost", "none"),
    ("equal-shares", "none"),
    ("equal-shares", "add1"),
    ("equal-shares", "add1u"),
    ("equal-shares", "exhaustive-supported"),
    ("equal-shares", "exhaustive-all"),
    ("phragmen", "none"),
)


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another rule would have chosen on the same ballots, and how it differs from the declared one.

    `also` would have won there but did not here, `instead` won here but would not have there; ids. `reached` voters
    have at least one winner on their ballot.
    """

    spec: Spec
    winners: tuple[str, ...]
    total_cost: Fraction
    also: tuple[str, ...]
    instead: tuple[str, ...]
    reached: int


def compare(election: Election, spec: Spec, outcome: Outcome | None = None) -> list[Alternative]:
    """Count the same ballots by the other rules, with the same satisfaction, tie order and thresholds.

    Equal Shares with another completion is another rule. `outcome` is the declared rule's result, when it is at hand.
    Raises CountingError as `count` does.
    """
    declared = outcome or count(election, spec)
    others = []
    for rule, completion in _OTHERS:
        if (rule, completion) == (spec.rule, spec.completion):
            continue
        result = count(election, replace(spec, rule=rule, completion=completion))
        others.append(
            Alternative(
                spec=result.spec,
                winners=result.winners,
                total_cost=result.total_cost,
                also=tuple(name for name in result.winners if name not in declared.winners),
                instead=tuple(name for name in declared.winners if name not in result.winners),
                reached=reached(election, result.winners),
            )
        )
    return others


def wins_under(others: Sequence[Alternative], project: str) -> tuple[Alternative, ...]:
    """Return those of the other rules under which a project wins."""
    return tuple(other for other in others if project in other.winners)


def reached(election: Election, winners: tuple[str, ...]) -> int:
    """Count the voters who support at least one of the winners."""
    chosen = set(winners)
    wins = [project.id in chosen for project in election.projects]
    ends = election.offsets.tolist()
    names = election.choices.tolist()
    worth = election.points.tolist() if election.points is not None and election.kind == "points" else None
    return sum(
        any(wins[names[at]] and (worth is None or worth[at] > 0) for at in range(first, last))
        for first, last in pairwise(ends)
    )
