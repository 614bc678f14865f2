"""Taking debts in a circle off one another changes nobody's stand, and clears all that can be cleared."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shanzhi.timebank.circles import Debt, netted

DEBTS = st.lists(
    st.builds(Debt, st.integers(0, 7), st.integers(0, 7), st.integers(1, 60_000_000)).filter(
        lambda one: one.debtor != one.creditor
    ),
    max_size=24,
)


def stands(debts: list[Debt], less: list[int]) -> Counter[object]:
    """Give what each bank is owed beyond what it owes, once so much is taken off each debt."""
    found: Counter[object] = Counter()
    for one, gone in zip(debts, less, strict=True):
        found[one.creditor] += one.minutes - gone
        found[one.debtor] -= one.minutes - gone
    return found


def in_a_circle(debts: list[Debt], left: list[int]) -> bool:
    """Tell whether some bank still owes itself along debts of which something is left."""
    edges = [(one.debtor, one.creditor) for one, rest in zip(debts, left, strict=True) if rest]
    while edges:
        owing = {debtor for debtor, _creditor in edges}
        kept = [(debtor, creditor) for debtor, creditor in edges if creditor in owing]
        if len(kept) == len(edges):
            return True
        edges = kept
    return False


@given(DEBTS)
def test_nobody_gains_and_no_circle_is_left(debts: list[Debt]) -> None:
    less = netted(debts)
    assert all(0 <= gone <= one.minutes for one, gone in zip(debts, less, strict=True))
    assert stands(debts, less) == stands(debts, [0] * len(debts))
    assert not in_a_circle(debts, [one.minutes - gone for one, gone in zip(debts, less, strict=True)])
    assert netted(debts) == less


def test_the_most_is_cleared() -> None:
    debts = [Debt("a", "b", 10), Debt("b", "c", 7), Debt("c", "a", 9), Debt("c", "b", 3), Debt("a", "d", 5)]
    # taking b–c–b first would clear only 18
    assert netted(debts) == [7, 7, 7, 0, 0]
    assert netted([]) == []
    assert netted([Debt("a", "b", 60), Debt("b", "a", 20)]) == [20, 20]
