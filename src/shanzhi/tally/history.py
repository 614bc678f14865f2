"""Exact memory of a run of Equal Shares: prices and money as whole numbers over one common denominator.

The run itself works in floats. Whatever it must know exactly it asks here. A voter who still has money has paid the
full price, times the own worth, of every bought project that the voter supports; so the exact money of any set of
voters is

    endowment * voters - sum over bought projects q of price_q * (worth of q to those voters),

and the right-hand counts are small whole numbers found by one pass over those voters' ballots. A voter who could not
pay in full has nothing left and drops out of all later sums. Prices are worked out in order, only when first asked for.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from operator import mul

import numpy as np
import numpy.typing as npt

from shanzhi.tally.ground import Ground
from shanzhi.tally.support import Ints, gather


class History:
    """What was bought so far at one endowment, and what it cost each payer, exactly."""

    def __init__(self, ground: Ground, endowment: Fraction) -> None:
        """Begin with nothing bought; the endowment is in scaled money."""
        self._ground = ground
        self.endowment = endowment.numerator
        self.denominator = endowment.denominator
        self._prices: list[int] = []
        self._bought: list[int] = []
        self._emptied: list[Ints] = []
        self._payers: list[int] = []
        self._round = np.full(len(ground.projects), -1, dtype=np.int64)
        self._order = np.zeros(len(ground.projects), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._bought)

    def buy(self, position: int, *, emptied: Ints, payers: int, due: int | None = None) -> None:
        """Note a purchase: `emptied` gave all they had, the others paid the price for `payers` units of worth.

        `due` is what those shared, over the denominator as it is now; without it that is worked out when it is first
        needed.
        """
        if due is not None:
            self._settle(len(self._bought))
            self._append(due, payers)
        self._round[position] = len(self._bought)
        self._order[len(self._bought)] = position
        self._bought.append(position)
        self._emptied.append(emptied)
        self._payers.append(payers)

    def price(self, number: int) -> Fraction:
        """Return the exact price per unit of worth in the round with that number, from 0, in scaled money."""
        self._settle(number + 1)
        return Fraction(self._prices[number], self.denominator)

    def _settle(self, rounds: int) -> None:
        for number in range(len(self._prices), rounds):
            position = self._bought[number]
            missing = self._ground.costs[position] * self.denominator - self._sum(self._emptied[number], number)
            self._append(missing, self._payers[number])

    def _append(self, missing: int, payers: int) -> None:
        """Add the price missing / payers; the common denominator grows by what does not cancel."""
        common = gcd(missing, payers)
        growth, price = (payers // common, missing // common) if payers else (1, 0)
        if growth > 1:
            self._prices = [known * growth for known in self._prices]
            self.endowment *= growth
            self.denominator *= growth
        self._prices.append(price)

    def _sum(self, voters: Ints, rounds: int) -> int:
        """Return the money of voters after `rounds` rounds, all of whom had money then, over the denominator."""
        if not len(voters):
            return 0
        support = self._ground.support
        total = self.endowment * int(np.add.reduce(support.weight[voters]))
        if not rounds:
            return total
        table = self._ground.table
        if table is not None:
            counts = np.add.reduce(table[voters], axis=0)[self._order[:rounds]]
        else:
            entries = gather(support.offsets, voters)
            bought = self._round[support.project[entries]]
            shares = self._ground.entry_shares[entries]
            counts = np.bincount(bought + 1, weights=shares, minlength=rounds + 1)[1 : rounds + 1]
        spent: int = sum(map(mul, self._prices, counts.astype(np.int64).tolist()))
        return total - spent

    def total(self, voters: Ints) -> int:
        """Return the money that voters, none of them empty, have now, over the denominator."""
        self._settle(len(self._bought))
        return self._sum(voters, len(self._bought))

    def classes(self, voters: Ints) -> tuple[list[int], Ints]:
        """Return the distinct exact amounts of voters, none of them empty, and the number of each voter's amount."""
        self._settle(len(self._bought))
        rounds = len(self._bought)
        support = self._ground.support
        entries = gather(support.offsets, voters)
        lengths = support.offsets[voters + 1] - support.offsets[voters]
        row = np.repeat(np.arange(len(voters), dtype=np.int64), lengths)
        bought = self._round[support.project[entries]]
        keep = bought >= 0
        kind = np.uint8 if support.uniform else np.int64
        paid = np.zeros((len(voters), max(rounds, 1)), dtype=kind)
        paid[row[keep], bought[keep]] = support.worth[entries][keep]
        if (paid == paid[0]).all():
            return [self._amount(paid[0])], np.zeros(len(voters), dtype=np.int64)
        rows = np.ascontiguousarray(paid).view(np.dtype((np.void, paid.dtype.itemsize * paid.shape[1]))).ravel()
        _, first, number = np.unique(rows, return_index=True, return_inverse=True)
        return [self._amount(paid[place]) for place in first], number.astype(np.int64)

    def _amount(self, paid: npt.NDArray[np.integer]) -> int:
        total = self.endowment
        for number in np.flatnonzero(paid):
            total -= self._prices[number] * int(paid[number])
        return total
