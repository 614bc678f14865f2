"""The records of a run of Equal Shares: prices, bids, what was bought, the course of all rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from shanzhi.tally.support import Bools, Floats, Ints


@dataclass(slots=True)
class Price:
    """A price per unit of worth with the bound of its error; `exact` when it has been worked out.

    `capped` when some supporter could not pay it in full. A price that is not `known` is only a lower bound.
    """

    value: float
    error: float
    capped: bool
    exact: Fraction | None = None
    known: bool = True


@dataclass(slots=True)
class Bid:
    """A project with its rate (price divided by its factor) and the price that gives it."""

    position: int
    low: float
    high: float
    price: Price


@dataclass(slots=True)
class Split:
    """The supporters of a project at a price: their money, who has less than it, and who may or may not.

    Whoever has been emptied counts as short; `giving` are the voters among the short who still have money, `payers` the
    units of worth of all others. `close` is None where the floats decide for all.
    """

    money: Floats
    short: Bools
    giving: Ints
    payers: int
    close: Bools | None = None


@dataclass(slots=True)
class Bought:
    """One round: the project, its price, and the projects that stood equal."""

    position: int
    price: Price
    tied: list[int]


@dataclass(slots=True)
class Course:
    """All rounds of one run. `overspent` when the run was cut because it cost more than the limit."""

    endowment: Fraction
    rounds: list[Bought] = field(default_factory=list)
    cost: int = 0
    overspent: bool = False
    barred: dict[int, int] = field(default_factory=dict)

    @property
    def winners(self) -> list[int]:
        """Return the positions bought, in order."""
        return [bought.position for bought in self.rounds]
