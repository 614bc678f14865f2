"""The account of Equal Shares: what each round cost its payers, and what the losers' supporters had left."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from shanzhi.tally.completions import Filled, Shares, equal_shares, fill
from shanzhi.tally.ground import Ground
from shanzhi.tally.shares import ALIVE, EPSILON, Run
from shanzhi.tally.story import Equals, Story, cents_down, equals_of


def tell_shares(ground: Ground) -> Story:
    """Count by Equal Shares with the completion of the spec, and tell it."""
    completion = ground.spec.completion
    shares = equal_shares(ground, completion)
    story = Story(ground, share=shares.course.endowment / ground.scale, runs=shares.runs, ended=shares.ended)
    _tell_rounds(story, shares)
    turns = list(fill(ground, shares)) if completion == "add1u" else []
    _tell_filling(story, turns)
    _tell_losers(story, shares, {turn.position: turn for turn in turns})
    return story


def _tell_rounds(story: Story, shares: Shares) -> None:
    ground, run = story.ground, shares.run
    for number, bought in enumerate(shares.course.rounds):
        column = ground.columns[bought.position]
        payers = column.weight[run.emptied[column.voters] >= number].sum()
        price = run.history.price(number) if ground.exact else Fraction(bought.price.value)
        free = not ground.costs[bought.position]
        story.choose(
            bought.position,
            price=price,
            rate=Fraction(0) if free else price / ground.factor(bought.position) / _unit(ground),
            payers=int(payers),
            equals=Equals([], bought.tied[1:]),
            note="free" if free else "chosen",
        )


def _unit(ground: Ground) -> int:
    """Return what turns scaled money per scaled satisfaction into currency units per satisfaction."""
    return 1 if ground.satisfaction == "cost" else ground.scale


def _tell_filling(story: Story, turns: list[Filled]) -> None:
    """Tell what still fitted, by votes (the utilitarian completion of add1u)."""
    ground = story.ground
    taken = {turn.position for turn in turns if turn.taken}
    place = {turn.position: number for number, turn in enumerate(turns)}
    rival = {turn.position: place.get(turn.rival, -1) for turn in turns if turn.rival is not None}
    for number, turn in enumerate(turns):
        if not turn.taken:
            continue
        votes = ground.votes[turn.position]
        group = [other.position for other in turns if ground.votes[other.position] == votes]
        out = {position for position, barrier in rival.items() if barrier < number}
        equals = equals_of(group, taken.__contains__, out.__contains__, turn.position)
        story.choose(turn.position, rate=Fraction(votes), payers=0, equals=equals, note="filled")


def _tell_losers(story: Story, shares: Shares, filling: dict[int, Filled]) -> None:
    ground, run, won = story.ground, shares.run, set(story.won)
    exhausted = ground.money(ground.budget - story.spent) if shares.ended == "exhausted" else None
    for position in ground.open:
        if position in won:
            continue
        turn = filling.get(position)
        left = exhausted if turn is None else ground.money(turn.left)
        barrier = shares.course.barred.get(position) if turn is None else turn.rival
        if ground.costs[position] > ground.budget:
            story.lose(position, "beyond-purse", had=ground.money(ground.budget))
        elif barrier is not None:
            story.lose(position, "rival", other=barrier)
        elif not ground.columns[position].total:
            story.lose(position, "unsupported", left=left)
        else:
            story.lose(position, "unaffordable", had=supporters_left(ground, run, position), left=left)


def supporters_left(ground: Ground, run: Run, position: int) -> Fraction:
    """Return what the supporters of a project have left, in currency units, rounded down to 1/100.

    The float sum decides unless it lies within its error of a whole 1/100; then the exact sum does.
    """
    column = ground.columns[position]
    total = float(np.add.reduce(column.weight * run.money[column.voters])) * 100 / ground.scale
    doubt = (run.slack * float(column.weight.sum()) * 100 / ground.scale) + 64 * EPSILON * total
    if ground.exact and int(total - doubt) != int(total + doubt):
        holders = column.voters[run.emptied[column.voters] == ALIVE]
        return cents_down(Fraction(run.history.total(holders), run.history.denominator * ground.scale))
    return Fraction(int(total), 100)
