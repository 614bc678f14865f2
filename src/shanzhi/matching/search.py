"""The best whole: a flow where nobody can have two shifts, else a search by CP-SAT among the pairs near the prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from shanzhi.matching.flow import flow_pairs, one_each
from shanzhi.matching.ground import Ground, Ints
from shanzhi.matching.plain import greedy_pairs, worth
from shanzhi.matching.prices import MILLION, Prices, price
from shanzhi.matching.rows import rows_of


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The pairs taken (places in the ground's arrays), their worth, what nothing can exceed, and how it was found.

    `bound` covers the pairs that the search left out too; `searched` counts those that it could take.
    """

    pairs: Ints
    total: int
    bound: int
    searched: int
    rounds: int


def find(ground: Ground) -> Found:
    """Find the best whole: by a flow if nobody can have two shifts, else by prices and a search near them."""
    if one_each(ground):
        pairs = flow_pairs(ground)
        total = worth(ground, pairs)
        return Found(pairs, total, total, len(ground.shift), 0)
    prices = price(ground)
    most = prices.bound // MILLION
    within, beyond = _nearest(prices, ground.traits.case.limits.searched)
    plain = greedy_pairs(ground)
    taken, proven = _search(ground, within, plain)
    pairs = max((taken, plain), key=lambda whole: worth(ground, whole))
    total = worth(ground, pairs)
    bound = max(total, min(most, max(proven, beyond)))
    return Found(np.sort(pairs), total, bound, len(within), prices.rounds)


def _nearest(prices: Prices, number: int) -> tuple[Ints, int]:
    """Choose about so many pairs by their margins; give them and the most that a whole with any other can be worth.

    Pairs of equal margin are in or out together, and those that pay for themselves are always in, so that the choice
    hangs on no order.
    """
    if len(prices.margin) <= number:
        return np.arange(len(prices.margin), dtype=np.int64), 0
    last = min(0, int(np.partition(prices.margin, -number)[-number]))
    within = prices.margin >= last
    if within.all():
        return np.nonzero(within)[0], 0
    return np.nonzero(within)[0], (prices.bound + int(prices.margin[~within].max())) // MILLION


def _search(ground: Ground, within: Ints, hint: Ints) -> tuple[Ints, int]:
    """Search among some pairs; give the best found and what is proven to be the most among them."""
    case = ground.traits.case
    rows = rows_of(ground, within)
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in rows.pairs]
    known = np.isin(within, hint)
    total, points = list(taken), ground.score[within].tolist()
    for row in rows.all():
        variables, factors = [taken[pair] for pair in row.pairs], list(row.factors)
        if row.kind == "moment":
            model.add_at_most_one(variables)
            continue
        more = [model.new_bool_var("") for _ in range(row.turns)]
        total.extend(more)
        points.extend(-case.weights.again * (turn + 1) for turn in range(row.turns))
        factors.extend([-1] * row.turns)
        model.add(cp_model.LinearExpr.weighted_sum([*variables, *more], factors) <= row.most)
        used = int(known[list(row.pairs)].sum())
        for turn, variable in enumerate(more):
            model.add_hint(variable, used > turn + 1)
    model.maximize(cp_model.LinearExpr.weighted_sum(total, points))
    for variable, is_in in zip(taken, known.tolist(), strict=True):
        model.add_hint(variable, is_in)
    solver = cp_model.CpSolver()
    # One worker, one seed and the solver's own count of work: the same input gives the same answer everywhere.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = case.limits.effort
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return np.zeros(0, dtype=np.int64), int(ground.score[within].sum())
    held = np.array([solver.boolean_value(one) for one in taken], dtype=np.bool_)
    return within[held], int(solver.best_objective_bound + 0.001)
