"""Would the winners of a composite rule differ under other weights? Counted, not estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from shanzhi.tally.counting import count
from shanzhi.tally.election import Election
from shanzhi.tally.faults import CountingError
from shanzhi.tally.spec import Spec

#: How far the weights are moved either way, in points of a hundred, one point at a time.
REACH: Final = 5


@dataclass(frozen=True, slots=True)
class Variation:
    """One other weighing: `key` is 'votes', 'jury', or the weight of the votes moved by points ('-5' to '+5')."""

    key: str
    vote_weight: Fraction
    winners: tuple[str, ...]
    came: tuple[str, ...]
    went: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Tell whether the winners are those of the declared weights, in whatever order."""
        return not (self.came or self.went)


def sensitivity(election: Election, spec: Spec) -> tuple[Variation, ...]:
    """Count again by votes alone, by the jury alone, and with weights within five points of the declared ones.

    The least shares that the rule asks for stay as they are. Raises CountingError when the rule is not composite.
    """
    parts = spec.composite
    if spec.rule != "composite" or parts is None:
        raise CountingError("no-composite")
    declared = count(election, spec).winners
    weights = {"votes": Fraction(1), "jury": Fraction(0)}
    for points in range(-REACH, REACH + 1):
        weight = parts.vote_weight + Fraction(points, 100)
        if points and 0 <= weight <= 1:
            weights[f"{points:+d}"] = weight
    found = []
    for key, weight in weights.items():
        other = replace(spec, composite=replace(parts, vote_weight=weight, jury_weight=1 - weight))
        winners = count(election, other).winners
        came = tuple(project for project in winners if project not in declared)
        went = tuple(project for project in declared if project not in winners)
        found.append(Variation(key, weight, winners, came, went))
    return tuple(found)
