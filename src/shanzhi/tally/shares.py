"""Equal Shares at one endowment: every voter holds the same money, and supporters buy projects together.

In each round every project has a rate: the least price per unit of worth at which its supporters, each paying at most
what is left to them, can cover its cost. The lowest rate wins, its supporters pay, and so on until nothing can be
covered (Peters, Pierczynski and Skowron 2021). A rate can only rise, so an old rate is a lower bound and most projects
need no new look.

Exactness. All is computed in floats with a bound on the error, and every comparison closer than the bound is decided by
`History` in whole numbers: which rate is lowest, whether money covers a cost, whether a payer is emptied. The bounds:
numpy adds pairwise, so a sum of n terms errs by less than SUM_ERROR times the sum of their sizes for n up to 2^26;
prices that are paid are worked out exactly, so `slack`, the error of any voter's money, only grows by a few roundings
each round.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from shanzhi.tally.ground import Column, Ground
from shanzhi.tally.history import History
from shanzhi.tally.support import Bools, Floats

EPSILON = float(np.finfo(np.float64).eps)
SUM_ERROR = 24 * EPSILON
ALIVE = np.iinfo(np.int32).max
NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Price:
    """A price per unit of worth with the bound of its error; `exact` when it has been worked out.

    `capped` when some supporter could not pay it in full. A price that is not `known` is only a lower bound.
    """

    value: float
    error: float
    capped: bool
    exact: Fraction | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Bid:
    """A project with its rate (price divided by its factor) and the price that gives it."""

    position: int
    low: float
    high: float
    price: Price


@dataclass(slots=True)
class Bought:
    """One round: the project, its price, and the projects that stood equal."""

    position: int
    price: Price
    tied: list[int]


@dataclass(slots=True)
class Course:
    """All rounds of one run. `overspent` when the run was cut because it cost more than the limit."""

    endowment: Fraction
    rounds: list[Bought] = field(default_factory=list)
    cost: int = 0
    overspent: bool = False
    barred: dict[int, int] = field(default_factory=dict)

    @property
    def winners(self) -> list[int]:
        """Return the positions bought, in order."""
        return [bought.position for bought in self.rounds]


class Run:
    """One run of Equal Shares at one endowment, in scaled money."""

    def __init__(self, ground: Ground, endowment: Fraction, limit: int | None = None, hint: Sequence[int] = ()) -> None:
        """Give every voter the endowment; the run is cut short once it has spent more than `limit` (scaled money).

        `hint` is the course of a run that probably goes alike; it only saves time.
        """
        self._hint = hint
        self._ground = ground
        self._limit = limit
        self._exact = ground.exact
        self._start = float(endowment)
        self.history = History(ground, endowment)
        self.money: Floats = np.full(len(ground.support.weight), self._start)
        self.emptied = np.full(len(ground.support.weight), ALIVE, dtype=np.int32)
        self.slack = EPSILON * self._start
        self.course = Course(endowment)
        self._columns = list(ground.columns)
        self._floor = [0.0] * len(ground.projects)
        self._queue: list[tuple[float, int]] = []

    def play(self) -> Course:
        """Play all rounds and return the course."""
        self._open()
        while not self.course.overspent:
            bids = self._lowest()
            if not bids:
                break
            tied = self._first(bids)
            order = self._ground.ties.ordered(bid.position for bid in tied)
            bid = next(bid for bid in tied if bid.position == order[0])
            self._buy(bid.position, bid.price, order if len(order) > 1 else [])
        return self.course

    def _open(self) -> None:
        """Buy what costs nothing and has support; queue the rest by the lowest rate that it can ever have."""
        ground = self._ground
        for position in ground.ties.ordered(ground.open):
            column = ground.columns[position]
            if not column.total and not (ground.votes[position] and not ground.costs[position]):
                continue
            if not ground.costs[position]:
                if position not in self.course.barred:
                    self._take(
                        position, Price(0.0, 0.0, False, Fraction(0)), ground.free_rivals(position, self.course.barred)
                    )
                    self.history.buy(position, emptied=NOBODY, payers=column.total, price=Fraction(0))
                continue
            rate = ground.costs[position] / column.total / ground.factor(position)
            self._queue.append((rate * (1 - 4 * EPSILON), position))
        self._queue = sorted(entry for entry in self._queue if entry[1] not in self.course.barred)

    def _take(self, position: int, price: Price, tied: list[int]) -> None:
        course = self.course
        course.rounds.append(Bought(position, price, tied))
        course.cost += self._ground.costs[position]
        course.overspent = self._limit is not None and course.cost > self._limit
        for rival in self._ground.rivals[position]:
            course.barred.setdefault(rival, position)

    # -- which rate is lowest ------------------------------------------------------------------------------------------

    def _lowest(self, ceiling: float | None = None) -> list[Bid]:
        """Return the bids that may be the lowest within the bounds of error, and keep the queue up to date.

        With a ceiling, return all that may lie at or below it instead. The project that was bought in this round of an
        earlier run is looked at first: when it wins again, one look at each other suffices.
        """
        best = float("inf") if ceiling is None else ceiling
        near: list[Bid] = []
        number = len(self.course.rounds)
        hint = self._hint[number] if number < len(self._hint) else -1
        place = next((at for at, entry in enumerate(self._queue) if entry[1] == hint), -1) if hint >= 0 else -1
        if place >= 0:
            del self._queue[place]
            bid = self._bid(hint, float("inf"))
            if bid is not None:
                near.append(bid)
                best = min(best, bid.high) if ceiling is None else best
        seen = 0
        for low, position in self._queue:
            if low > best:
                break
            seen += 1
            bid = self._bid(position, best)
            if bid is not None:
                near.append(bid)
                best = min(best, bid.high) if ceiling is None else best
        del self._queue[:seen]
        for bid in near:
            insort(self._queue, (bid.low, bid.position))
        return [bid for bid in near if bid.low <= best]

    def _bid(self, position: int, best: float) -> Bid | None:
        """Work out the rate of a project in floats, or None when its supporters cannot cover it any more.

        When the rate is surely above `best` the rest does not matter, and the bid only carries a lower bound.
        """
        factor = self._ground.factor(position)
        bound = self._above(position, best * factor) if best < float("inf") else None
        if bound is not None:
            return Bid(position, bound / factor, float("inf"), Price(bound, 0.0, capped=True, known=False))
        price = self._price(position)
        if price is None:
            return None
        error = price.error + 2 * EPSILON * price.value if self._exact else 0.0
        return Bid(position, (price.value - error) / factor, (price.value + error) / factor, price)

    def _above(self, position: int, ceiling: float) -> float | None:
        """Return a bound above the ceiling under which the price surely does not lie, or None when it may.

        At the ceiling the supporters would give too little; what is missing then is shared at best by those who have
        more than the ceiling.
        """
        column, cost = self._columns[position], self._ground.costs[position]
        money = self.money[column.voters]
        limit = ceiling if column.worth is None else ceiling * column.worth
        given = float(np.add.reduce(column.weight * np.minimum(money, limit)))
        missing = cost - given - (SUM_ERROR * given + self.slack * float(column.total))
        if missing <= 0:
            return None
        able = float(np.dot(column.share, money > limit - self.slack))
        if able < 0.5:
            return None
        price = (ceiling + missing / able) * (1 - 8 * EPSILON)
        if price <= ceiling * (1 + 8 * EPSILON):
            return None
        self._floor[position] = max(price, self._floor[position])
        return self._floor[position]

    def _price(self, position: int) -> Price | None:
        column, cost = self._columns[position], self._ground.costs[position]
        money = self.money[column.voters]
        price = cost / column.total
        if np.minimum.reduce(money) - self.slack > price * (1 + 4 * EPSILON) * column.most:
            return Price(price, 2 * EPSILON * price, capped=False)
        held = column.weight * money
        total = float(np.add.reduce(held))
        doubt = SUM_ERROR * total + self.slack * float(column.total)
        if total < cost - doubt or (not self._exact and total < cost * (1 - 1e-12)):
            return None
        if self._exact and total <= cost + doubt and not self._covers(column, cost):
            return None
        if np.count_nonzero(money) < 0.8 * len(money):
            column = self._compact(position, column)
            money = self.money[column.voters]
            held = column.weight * money
        return self._raise(position, money, held, doubt)

    def _compact(self, position: int, column: Column) -> Column:
        """Leave the emptied voters out of a column for the rest of the run."""
        alive = self.emptied[column.voters] == ALIVE
        worth = None if column.worth is None else column.worth[alive]
        share = column.share[alive]
        compact = Column(column.voters[alive], column.weight[alive], worth, share, int(share.sum()), column.most)
        self._columns[position] = compact
        return compact

    def _covers(self, column: Column, cost: int) -> bool:
        """Decide exactly whether the supporters have enough."""
        holders = column.voters[self.emptied[column.voters] == ALIVE]
        return self.history.total(holders) >= cost * self.history.denominator

    def _raise(self, position: int, money: Floats, held: Floats, doubt: float) -> Price:
        """Raise the price until those who can pay it in full cover what the others cannot (Newton from below).

        It starts from the price of the last look, which is never above the true one because money only goes down.
        """
        column, cost = self._columns[position], self._ground.costs[position]
        price, payers = max(self._floor[position], cost / column.total * (1 - 4 * EPSILON)), float(column.total)
        while True:
            poor = money < (price if column.worth is None else price * column.worth)
            able = column.total - float(np.dot(column.share, poor))
            if able < 0.5:
                each = money if column.worth is None else money / column.worth
                price, payers = float(np.maximum.reduce(each)), 1.0
                break
            raised = (cost - float(np.add.reduce(held * poor))) / able
            done = able == payers or raised <= price
            price, payers = max(raised, price), able
            if done:
                break
        if not self._exact:
            return Price(price, 0.0, capped=True)
        error = self._error(column, money, price, payers, doubt)
        self._floor[position] = price - error
        return Price(price, error, capped=True)

    def _error(self, column: Column, money: Floats, price: float, payers: float, doubt: float) -> float:
        """Bound the error of a price: the doubt about the sums, shared by those who surely pay a little more."""
        while True:
            error = doubt / max(payers, 1.0) + 8 * EPSILON * price
            above = price + error
            sure = float(np.dot(column.share, money >= (above if column.worth is None else above * column.worth)))
            if sure >= payers or payers <= 1.0:
                return error + 2 * self.slack
            payers = max(sure, 1.0)

    def _first(self, bids: list[Bid]) -> list[Bid]:
        """Return the bids with exactly the lowest rate."""
        if len(bids) == 1:
            return bids
        if not self._exact:
            least = min(bid.low for bid in bids)
            return [bid for bid in bids if bid.low == least]
        known = [(self._settled(bid), bid) for bid in bids]
        rates = [price.exact / self._ground.factor(bid.position) for price, bid in known if price.exact is not None]
        lowest = min(rates)
        return [
            Bid(bid.position, bid.low, bid.high, price)
            for rate, (price, bid) in zip(rates, known, strict=True)
            if rate == lowest
        ]

    # -- exact prices --------------------------------------------------------------------------------------------------

    def _settled(self, bid: Bid) -> Price:
        """Return the price of a bid with its exact value."""
        exact = bid.price.exact
        if exact is None:
            exact = self._exact_price(bid.position, bid.price)
        value = float(exact)
        return Price(value, EPSILON * value, bid.price.capped, exact)

    def _exact_price(self, position: int, price: Price) -> Fraction:
        """Work out a price exactly: sure cases from the floats, the voters within the bound from their exact money."""
        column, cost = self._columns[position], self._ground.costs[position]
        if not price.capped:
            return Fraction(cost, column.total)
        alive = self.emptied[column.voters] == ALIVE
        money = self.money[column.voters]
        worth = 1.0 if column.worth is None else column.worth
        gap = money - price.value * worth
        bound = price.error * worth + self.slack + 4 * EPSILON * self._start
        poor = alive & (gap < -bound)
        close = alive & (np.abs(gap) <= bound)
        history = self.history
        missing = -history.total(column.voters[poor])
        payers = int(column.share[alive & ~poor].sum())
        missing += cost * history.denominator
        if close.any():
            missing, payers = self._squeeze(column, close, missing, payers)
        return Fraction(missing, payers * history.denominator)

    def _squeeze(self, column: Column, close: Bools, missing: int, payers: int) -> tuple[int, int]:
        """Move those who cannot pay in full from payers to givers of all they have, until the price stands."""
        amounts, number = self.history.classes(column.voters[close])
        worth = np.ones(len(number), dtype=np.int64) if column.worth is None else column.worth[close].astype(np.int64)
        kinds, kind = np.unique(np.stack((number, worth)), axis=1, return_inverse=True)
        weights = np.bincount(kind.ravel(), weights=column.weight[close])
        waiting = [(amounts[int(n)], int(w), int(weight)) for (n, w), weight in zip(kinds.T, weights, strict=True)]
        while True:
            short = [item for item in waiting if item[0] * payers < missing * item[1]]
            if not short:
                return missing, payers
            waiting = [item for item in waiting if item not in short]
            missing -= sum(amount * weight for amount, _, weight in short)
            payers -= sum(worth * weight for _, worth, weight in short)

    # -- paying --------------------------------------------------------------------------------------------------------

    def _buy(self, position: int, price: Price, tied: list[int]) -> None:
        """Let the supporters pay; those who cannot pay in full, or just so, are empty from now on."""
        column = self._columns[position]
        place = next(place for place, entry in enumerate(self._queue) if entry[1] == position)  # near the front
        del self._queue[place]
        worth = 1.0 if column.worth is None else column.worth
        if self._exact and price.exact is None:
            price = self._settled(Bid(position, 0.0, 0.0, price))
        if price.capped:
            self._collect(column, position, price)
        else:
            self.money[column.voters] -= price.value * worth
            self.history.buy(position, emptied=NOBODY, payers=column.total, price=price.exact)
        self.slack += price.error * column.most + EPSILON * self._start
        self._take(position, price, tied)
        barred = self.course.barred
        if barred:
            self._queue = [entry for entry in self._queue if entry[1] not in barred]

    def _collect(self, column: Column, position: int, price: Price) -> None:
        """Take the price from those who can pay it and everything from those who cannot."""
        worth = 1.0 if column.worth is None else column.worth
        alive = self.emptied[column.voters] == ALIVE
        rest = self.money[column.voters] - price.value * worth
        if self._exact:
            bound = price.error * worth + self.slack + 4 * EPSILON * self._start
            short = alive & (rest < -bound)
            empty, close = short, alive & (np.abs(rest) <= bound)
            if close.any():
                empty = short.copy()
                short[close], empty[close] = self._limits(column, close, price)
        else:
            empty = short = alive & (rest <= 1e-12 * self._start)
        rest[empty | ~alive] = 0.0
        self.money[column.voters] = rest
        self.emptied[column.voters[empty]] = len(self.history)
        self.history.buy(
            position, emptied=column.voters[short], payers=int(column.share[alive & ~short].sum()), price=price.exact
        )

    def _limits(self, column: Column, close: Bools, price: Price) -> tuple[Bools, Bools]:
        """Decide exactly which voters near the limit have less than the price, and which have nothing left after it."""
        amounts, number = self.history.classes(column.voters[close])
        due = (price.exact or Fraction(0)) * self.history.denominator
        worth = np.ones(len(number), dtype=np.int64) if column.worth is None else column.worth[close].astype(np.int64)
        kinds, kind = np.unique(np.stack((number, worth)), axis=1, return_inverse=True)
        over = [amounts[int(n)] - due * int(w) for n, w in kinds.T]
        short = np.array([rest < 0 for rest in over], dtype=np.bool_)
        empty = np.array([rest <= 0 for rest in over], dtype=np.bool_)
        return short[kind.ravel()], empty[kind.ravel()]
