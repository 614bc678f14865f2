"""The parts that every rule's account shares: rounds, ties and standings in currency units and ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from shanzhi.tally.ground import Ground
from shanzhi.tally.outcome import Round, Standing, Why
from shanzhi.tally.ties import Tie


@dataclass(frozen=True, slots=True)
class Equals:
    """Those that stood equal with a project at its turn, in the order that decides: passed over, and still waiting."""

    passed: list[int]
    waiting: list[int]


def equals_of(order: list[int], taken: Callable[[int], bool], out: Callable[[int], bool], position: int) -> Equals:
    """Return who of a group of equals was passed over since the last of it that won, and who still waits.

    `order` is the group in the order that decides, `taken` says who won before, `out` who could not win any more.
    """
    place = order.index(position)
    passed: list[int] = []
    for other in order[:place]:
        passed = [] if taken(other) else [*passed, other]
    return Equals(passed, [other for other in order[place + 1 :] if not out(other)])


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
        equals: Equals | None = None,
        note: Why = "chosen",
    ) -> None:
        """Add a round and the standing of its winner; `price` in scaled money, `equals` those that stood level."""
        ground = self.ground
        number = len(self.rounds) + 1
        cost = ground.costs[position]
        self.won.append(position)
        self.spent += cost
        tie = self.tie(position, equals) if equals else None
        unit = None if price is None else price / ground.scale
        left = ground.money(ground.budget - self.spent)
        turn = Round(number, ground.projects[position].id, ground.money(cost), unit, rate, payers, left, note=note)
        if tie is not None:
            turn = replace(turn, tied=tie.tied, by=tie.by, passed=tie.passed)
        self.rounds.append(turn)
        self.standings[position] = replace(self.base(position, note), status="won", turn=number)

    def tie(self, position: int | None, equals: Equals) -> Tie | None:
        """Log a tie in the round now due: who won it (nobody when the rule stopped there), who was passed over."""
        ground, one = self.ground, [] if position is None else [position]
        tied = [*equals.passed, *one, *equals.waiting]
        if len(tied) < 2 or not (one or equals.waiting):
            return None
        first = len(equals.passed) - (0 if one and equals.waiting else 1)
        by = ground.ties.decided_by(tied[first], tied[first + 1])
        chosen = "" if position is None else ground.projects[position].id
        number = len(self.rounds) + 1
        tie = Tie(number, ground.names(tied), chosen, by, ground.names(equals.passed))
        self.ties.append(tie)
        return tie

    def base(self, position: int, why: Why) -> Standing:
        """Return the standing of a loser without any particulars."""
        ground, project = self.ground, self.ground.projects[position]
        score = Fraction(ground.score[position], ground.score_scale)
        return Standing(project.id, project.name, project.cost, ground.votes[position], score, "lost", why)

    def lose(
        self,
        position: int,
        why: Why,
        *,
        turn: int | None = None,
        had: Fraction | None = None,
        other: int | None = None,
        left: Fraction | None = None,
    ) -> None:
        """Add the standing of a loser; money in currency units."""
        name = "" if other is None else self.ground.projects[other].id
        self.standings[position] = replace(self.base(position, why), turn=turn, had=had, other=name, left=left)

    def exclude(self) -> None:
        """Add the standings of the projects that did not take part."""
        for item in self.ground.removed:
            had = self.ground.stated_score[item.position] if item.why == "score-threshold" else None
            standing = replace(self.base(item.position, item.why), status="excluded", needed=item.needed, had=had)
            self.standings[item.position] = standing


def cents_down(value: Fraction) -> Fraction:
    """Round money down to 1/100 of the currency unit."""
    return Fraction(value * 100 // 1, 100)
