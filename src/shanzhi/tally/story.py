"""The parts that every rule's account shares: rounds, ties and standings in currency units and ids."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction

from shanzhi.tally.ground import Ground
from shanzhi.tally.outcome import Round, Standing, Why
from shanzhi.tally.ties import Tie


@dataclass(slots=True)
class Story:
    """What a rule tells of its count; `spent` is in scaled money."""

    ground: Ground
    won: list[int] = field(default_factory=list)
    spent: int = 0
    rounds: list[Round] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    standings: dict[int, Standing] = field(default_factory=dict)
    share: Fraction | None = None
    runs: int = 1
    ended: str = ""

    def choose(
        self,
        position: int,
        *,
        price: Fraction | None = None,
        rate: Fraction | None = None,
        payers: int = 0,
        tied: list[int] | None = None,
        note: Why = "chosen",
    ) -> None:
        """Add a round and the standing of its winner; `price` in scaled money, `tied` in the order that decided."""
        ground = self.ground
        number = len(self.rounds) + 1
        cost = ground.costs[position]
        self.won.append(position)
        self.spent += cost
        by = self.tie(number, tied) if tied else ""
        ids = ground.names(tied) if tied else ()
        unit = None if price is None else price / ground.scale
        left = ground.money(ground.budget - self.spent)
        self.rounds.append(
            Round(number, ground.projects[position].id, ground.money(cost), unit, rate, payers, left, ids, by, note)
        )
        self.standings[position] = replace(self.base(position, note), status="won", turn=number)

    def tie(self, number: int, tied: list[int]) -> str:
        """Log a tie in the order that decided it; return the key that did."""
        by = self.ground.ties.decided_by(tied[0], tied[1])
        names = self.ground.names(tied)
        self.ties.append(Tie(number, names, names[0], by))
        return by

    def base(self, position: int, why: Why) -> Standing:
        """Return the standing of a loser without any particulars."""
        ground, project = self.ground, self.ground.projects[position]
        score = Fraction(ground.score[position])
        return Standing(project.id, project.name, project.cost, ground.votes[position], score, "lost", why)

    def lose(
        self,
        position: int,
        why: Why,
        *,
        turn: int | None = None,
        had: Fraction | None = None,
        other: int | None = None,
        least_votes: int | None = None,
        most_cost: Fraction | None = None,
    ) -> None:
        """Add the standing of a loser; money in currency units, nothing promised when it would not be positive."""
        ground = self.ground
        if most_cost is not None and not 0 < most_cost < ground.projects[position].cost:
            most_cost = None
        self.standings[position] = replace(
            self.base(position, why),
            turn=turn,
            had=had,
            other="" if other is None else ground.projects[other].id,
            least_votes=least_votes,
            most_cost=most_cost,
        )

    def exclude(self) -> None:
        """Add the standings of the projects that did not take part."""
        for item in self.ground.removed:
            why: Why = "jury-threshold" if item.why == "jury-threshold" else "threshold"
            least = None
            if why == "threshold":
                least = math.ceil(item.needed) - self.ground.votes[item.position]
            standing = replace(self.base(item.position, why), status="excluded", needed=item.needed, least_votes=least)
            self.standings[item.position] = standing


def cents_down(value: Fraction) -> Fraction:
    """Round money down to 1/100 of the currency unit."""
    return Fraction(value * 100 // 1, 100)
