"""The case in which nobody can have more than one shift: a flow of least cost, exact over all pairs, in no time."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from shanzhi.matching.ground import Ground, Ints


def one_each(ground: Ground) -> bool:
    """Tell whether nobody can have two shifts: by the limit, or since all shifts overlap."""
    traits, limits = ground.traits, ground.traits.case.limits
    if limits.shifts == 1 or not traits.shifts:
        return True
    return int(traits.start.max()) < int(traits.end.min()) + limits.between


def flow_pairs(ground: Ground) -> Ints:
    """Give the pairs of the best whole: each volunteer flows through a pair that fits to a place, or past them all."""
    traits = ground.traits
    people, shifts = len(traits.volunteers), len(traits.shifts)
    source, sink = people + shifts, people + shifts + 1
    every, each = np.arange(people), people + np.arange(shifts)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        ground.volunteer, people + ground.shift, np.ones(len(ground.shift), dtype=np.int64), -ground.score
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(people, source), every, np.ones(people, dtype=np.int64), np.zeros(people, dtype=np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        each, np.full(shifts, sink), traits.places, np.zeros(shifts, dtype=np.int64)
    )
    flow.add_arc_with_capacity_and_unit_cost(source, sink, people, 0)
    flow.set_nodes_supplies(np.array([source, sink]), np.array([people, -people]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        # The way past all places carries everybody, so there always is a flow; numbers are checked to stay small.
        raise ArithmeticError(f"the flow ended as {status}")
    return np.asarray(np.nonzero(flow.flows(arcs) > 0)[0], dtype=np.int64)
