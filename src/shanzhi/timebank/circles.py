"""Which debts can be taken off one another: the most that circles of debtors hold, as one flow. It knows no Django."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ortools.graph.python import min_cost_flow


@dataclass(frozen=True, slots=True)
class Debt:
    """What `debtor` owes `creditor`, in minutes above zero."""

    debtor: Hashable
    creditor: Hashable
    minutes: int


def netted(debts: Sequence[Debt]) -> list[int]:
    """Give by how much each debt shrinks, in minutes, so that the most is cleared in total.

    Each bank owes as much less as it is owed less, so that nobody gains. It is the circulation of most minutes: a flow
    of least cost where each minute costs -1. The same debts in the same order give the same answer.
    """
    if not debts:
        return []
    places: dict[Hashable, int] = {}
    for one in debts:
        for bank in (one.debtor, one.creditor):
            places.setdefault(bank, len(places))
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = [
        flow.add_arc_with_capacity_and_unit_cost(places[one.debtor], places[one.creditor], one.minutes, -1)
        for one in debts
    ]
    status = flow.solve()
    if status != flow.OPTIMAL:
        # Nothing moved is always a flow, and debts are checked to stay small.
        raise ArithmeticError(f"the clearing ended as {status}")
    return [int(flow.flow(arc)) for arc in arcs]
