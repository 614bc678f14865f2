"""The account of Equal Shares: what each round cost its payers, and what the losers' supporters had left."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from shanzhi.tally.completions import Shares, equal_shares
from shanzhi.tally.ground import Ground
from shanzhi.tally.shares import ALIVE, EPSILON, Run
from shanzhi.tally.story import Equals, Story, cents_down, equals_of
from shanzhi.tally.support import Bools


def tell_shares(ground: Ground) -> Story:
    """Count by Equal Shares with the completion of the spec, and tell it."""
    completion = ground.spec.completion
    shares = equal_shares(ground, completion)
    story = Story(ground, share=shares.course.endowment / ground.scale, runs=shares.runs, ended=shares.ended)
    _tell_rounds(story, shares)
    barred = dict(shares.course.barred)
    if completion == "add1u":
        _fill(story, barred)
    _tell_losers(story, shares, barred)
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


def _fill(story: Story, barred: dict[int, int]) -> None:
    """Add what still fits, by votes (the utilitarian completion of add1u)."""
    ground = story.ground
    order = [position for position in ground.ties.ordered(ground.open) if position not in story.won]
    order.sort(key=lambda position: -ground.votes[position])
    filled: set[int] = set()
    for position in order:
        if position in barred or story.spent + ground.costs[position] > ground.budget:
            continue
        votes = ground.votes[position]
        group = [other for other in order if ground.votes[other] == votes]
        equals = equals_of(group, filled.__contains__, barred.__contains__, position)
        story.choose(position, rate=Fraction(votes), payers=0, equals=equals, note="filled")
        filled.add(position)
        for rival in ground.rivals[position]:
            barred.setdefault(rival, position)


def _tell_losers(story: Story, shares: Shares, barred: dict[int, int]) -> None:
    ground, run = story.ground, shares.run
    won = set(story.won)
    fresh = _untouched(ground, run)
    for position in ground.open:
        if position in won:
            continue
        if ground.costs[position] > ground.budget:
            story.lose(position, "beyond-purse", had=ground.money(ground.budget))
        elif position in barred:
            story.lose(position, "rival", other=barred[position])
        elif not ground.columns[position].total:
            story.lose(position, "unsupported")
        else:
            had = supporters_left(ground, run, position)
            certain = ground.spec.completion == "none"
            more = _more_supporters(ground, run, position, had, fresh) if certain else None
            story.lose(position, "unaffordable", had=had, least_votes=more, most_cost=had if certain else None)


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


def _untouched(ground: Ground, run: Run) -> Bools:
    """Return which voters paid for nothing and so have their whole share left."""
    fresh = np.ones(len(ground.support.weight), dtype=np.bool_)
    for position in run.course.winners:
        if ground.costs[position]:
            fresh[ground.columns[position].voters] = False
    return fresh


def _more_supporters(ground: Ground, run: Run, position: int, had: Fraction, fresh: Bools) -> int | None:
    """Return how many of the voters with an untouched share would have been enough as further supporters.

    Had so many of them supported it too, then either it was chosen in some round, or all rounds stay as they were and
    at the end its supporters could cover it; so it is certain. None when there are not so many such voters.
    """
    share = run.course.endowment / ground.scale
    if not share:
        return None
    more = -int((had - ground.projects[position].cost) / share // 1)
    column = ground.columns[position]
    ready = int(ground.support.weight[fresh].sum() - column.weight[fresh[column.voters]].sum())
    return more if more <= ready else None
