"""Prices that prove: what a place, an hour of somebody's day and a turn are worth in the best whole.

The whole without its demand for whole numbers is a linear programme. Its prices, rounded to millionths and never below
0, give by weak duality two facts that hold whatever the solver did, worked out here in whole numbers alone:

- no assignment is worth more than `bound`;
- no assignment that holds a pair is worth more than `bound` plus the pair's `margin`, where that is below 0.

So a pair may be left out of the search with proof, and the programme itself may begin with a few pairs of each shift:
pairs that the prices show to be worth more than they cost are taken in until there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from ortools.linear_solver.python import model_builder

from shanzhi.matching.ground import Bools, Floats, Ground, Ints
from shanzhi.matching.rows import Rows, rows_of

#: Prices are whole millionths of a point.
MILLION: Final = 1_000_000
_ROUNDS: Final = 40
#: The most pairs that a round takes in for one place.
_ADDED: Final = 5
#: The library gives its constructor no types; here it has one.
_new_model: Final[Callable[[], model_builder.Model]] = model_builder.Model


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What the prices say: `bound` and the `margin` of each pair in millionths; `begun` with, `rounds` it took."""

    bound: int
    margin: Ints
    candidates: Bools
    rounds: int


def price(ground: Ground) -> Prices:
    """Price the whole, over all pairs that fit."""
    chosen = best_of_each_shift(ground, ground.score, ground.traits.case.limits.candidates)
    rounds = 0
    while True:
        rounds += 1
        rows = rows_of(ground, np.nonzero(chosen)[0])
        bound, margin = _proof(ground, rows, _solve(ground, rows))
        missing = (margin > 0) & ~chosen
        if rounds == _ROUNDS or not missing.any():
            return Prices(bound, margin, chosen, rounds)
        chosen |= best_of_each_shift(ground, np.where(missing, margin, 0), _ADDED) & missing


def best_of_each_shift(ground: Ground, worth: Ints, number: int) -> Bools:
    """Mark the pairs of most worth in each shift, so many for each of its places."""
    order = np.lexsort((ground.volunteer, -worth, ground.shift))
    shift = ground.shift[order]
    rank = np.arange(len(shift)) - np.searchsorted(shift, shift)
    marked = np.zeros(len(shift), dtype=np.bool_)
    marked[order] = rank < number * ground.traits.places[shift]
    return marked


def _solve(ground: Ground, rows: Rows) -> Floats:
    """Solve the programme over the rows' pairs; give the price of each row, 0 where the solver gave up."""
    case = ground.traits.case
    model = _new_model()
    pairs = [model.new_num_var(0, 1, None) for _ in rows.pairs]
    total = list(pairs)
    points: list[float] = ground.score[rows.pairs].tolist()
    constraints = []
    for row in rows.all():
        variables = [pairs[pair] for pair in row.pairs]
        factors: list[float] = list(row.factors)
        for turn in range(row.turns):
            more = model.new_num_var(0, 1, None)
            variables.append(more)
            factors.append(-1)
            total.append(more)
            points.append(-case.weights.again * (turn + 1))
        constraints.append(model.add(model_builder.LinearExpr.weighted_sum(variables, factors) <= row.most))
    if not constraints:
        return np.zeros(0)
    model.maximize(model_builder.LinearExpr.weighted_sum(total, points))
    solver = model_builder.Solver("glop")
    solver.set_solver_specific_parameters(f"max_deterministic_time: {case.limits.effort} use_dual_simplex: true")
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return np.zeros(len(constraints))
    return np.array([solver.dual_value(one) for one in constraints])


def _proof(ground: Ground, rows: Rows, duals: Floats) -> tuple[int, Ints]:
    """Work out bound and margins of all pairs from the prices of the rows, in whole millionths."""
    traits, case = ground.traits, ground.traits.case
    prices = np.maximum(np.rint(duals * MILLION), 0).astype(np.int64)
    place = np.zeros(len(traits.shifts), dtype=np.int64)
    turn, minute = (np.zeros(len(traits.volunteers), dtype=np.int64) for _ in range(2))
    moment = np.zeros((len(traits.volunteers), len(rows.moments) + 1), dtype=np.int64)
    bound = 0
    for row, paid in zip(rows.all(), prices.tolist(), strict=True):
        bound += row.most * paid
        if row.kind == "place":
            place[row.of] = paid
        elif row.kind == "turn":
            turn[row.of] = paid
            bound += sum(max(0, paid - case.weights.again * (k + 1) * MILLION) for k in range(row.turns))
        elif row.kind == "minutes":
            minute[row.of] = paid
        else:
            moment[row.of, row.moment + 1] += paid
    paid_until = np.cumsum(moment, axis=1)
    first = np.searchsorted(rows.moments, traits.start)
    last = np.searchsorted(rows.moments, traits.end + case.limits.between)
    margin = ground.score * MILLION - place[ground.shift] - turn[ground.volunteer]
    margin -= minute[ground.volunteer] * traits.minutes[ground.shift]
    margin -= paid_until[ground.volunteer, last[ground.shift]] - paid_until[ground.volunteer, first[ground.shift]]
    return bound + int(np.maximum(margin, 0).sum()), margin
