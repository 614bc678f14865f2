"""How many organisations live on after their filing: the product-limit estimate of Kaplan and Meier (1958).

An organisation that still lives on the day of reading is censored there: it is only known to have lived that long.
Confidence bounds are Greenwood's variance on the scale of log(-log S), which keeps them between 0 and 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, sqrt
from typing import Final

from shanzhi.outcomes.queries.bodies import Body

Z: Final = 1.959963984540054
"""Of the normal distribution, for 95 per cent."""
FEW: Final = 5
"""Below so many organisations a curve says next to nothing, and the page says so."""


@dataclass(frozen=True, slots=True)
class Point:
    """A day on which some were lost or left sight: days since filing, how many were at risk, the share from there on.

    `low` and `high` bound the share with 95 per cent; none where nobody was lost yet or all are.
    """

    days: int
    at_risk: int
    lost: int
    censored: int
    share: Fraction
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of a group: its name, how many it began with, how many were lost, its points."""

    name: str
    number: int
    lost: int
    points: tuple[Point, ...]
    observed: tuple[tuple[int, bool], ...]

    @property
    def few(self) -> bool:
        """Whether it rests on too few to say anything."""
        return self.number < FEW


def product_limit(observed: Iterable[tuple[int, bool]]) -> list[Point]:
    """Estimate from pairs of days and whether the loss was seen; losses count before those censored on the same day."""
    rows = list(observed)
    lost, censored = Counter(day for day, seen in rows if seen), Counter(day for day, seen in rows if not seen)
    share, sums, at_risk = Fraction(1), 0.0, len(rows)
    points = []
    for day in sorted(lost | censored):
        gone, left = lost[day], censored[day]
        share *= Fraction(at_risk - gone, at_risk)
        if at_risk > gone:
            sums += gone / (at_risk * (at_risk - gone))
        points.append(Point(day, at_risk, gone, left, share, *_bounds(share, sums)))
        at_risk -= gone + left
    return points


def _bounds(share: Fraction, sums: float) -> tuple[float | None, float | None]:
    if not 0 < share < 1:
        return None, None
    of_log = log(share)
    width = Z * sqrt(sums) / of_log
    return exp(-exp(log(-of_log) - width)), exp(-exp(log(-of_log) + width))


def at_risk(observed: Iterable[tuple[int, bool]], days: int) -> int:
    """Count those who were still in sight just before so many days."""
    return sum(one >= days for one, _seen in observed)


def share_at(points: Sequence[Point], days: int) -> Fraction:
    """Give the share that lives after so many days."""
    return next((one.share for one in reversed(points) if one.days <= days), Fraction(1))


def curves(found: Iterable[Body], key: Callable[[Body], str]) -> list[Curve]:
    """Give a curve for each group, the largest first."""
    groups: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for one in found:
        groups[key(one)].append((one.days, not one.alive))
    made = [
        Curve(name, len(rows), sum(seen for _days, seen in rows), tuple(product_limit(rows)), tuple(rows))
        for name, rows in groups.items()
    ]
    return sorted(made, key=lambda one: (-one.number, one.name))
