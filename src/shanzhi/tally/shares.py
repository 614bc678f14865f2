"""Equal Shares at one endowment: every voter holds the same money, and supporters buy projects together.

In each round every project has a rate: the least price per unit of worth at which its supporters, each paying at most
what is left to them, can cover its cost. The lowest rate wins, its supporters pay, and so on until nothing can be
covered (Peters, Pierczynski and Skowron 2021). A rate can only rise, so an old rate is a lower bound and most projects
need no new look.

Exactness. All is computed in floats with a bound on the error, and every comparison closer than the bound is decided by
`History` in whole numbers: which rate is lowest, whether money covers a cost, whether a payer is emptied. The bounds: a
sum of n products, added in whatever order, errs by less than n times EPSILON times the sum of their sizes (twice the
bound that holds for rounded arithmetic, Higham 2002, section 3.1); prices that are paid are worked out exactly, so
`slack`, the error of any voter's money, only grows by a few roundings each round.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from shanzhi.tally.course import Bid, Bought, Course, Price, Split
from shanzhi.tally.ground import Column, Ground
from shanzhi.tally.history import History
from shanzhi.tally.support import Bools, Floats

EPSILON = float(np.finfo(np.float64).eps)
ALIVE = np.iinfo(np.int32).max
TINY = np.finfo(np.float64).tiny
NOBODY = np.zeros(0, dtype=np.int64)


class Run:
    """One run of Equal Shares at one endowment, in scaled money."""

    def __init__(self, ground: Ground, endowment: Fraction, limit: int | None = None, hint: Sequence[int] = ()) -> None:
        """Give every voter the endowment; the run is cut short once it has spent more than `limit` (scaled money).

        `hint` is the course of a run that probably goes alike; it only saves time.
        """
        self._hint = hint
        self._following = 0
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
            bid, order = tied[0], []
            if len(tied) > 1:
                order = self._ground.ties.ordered(one.position for one in tied)
                bid = next(one for one in tied if one.position == order[0])
            self._buy(bid.position, bid.price, order)
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
                    self.history.buy(position, emptied=NOBODY, payers=column.total)
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
        place = self._hinted()
        if place >= 0:
            _low, hint = self._queue.pop(place)
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

    def _hinted(self) -> int:
        """Return the place in the queue of the next project of the hint that is still open, or -1."""
        while self._following < len(self._hint):
            wanted = self._hint[self._following]
            for place, (_low, position) in enumerate(self._queue):
                if position == wanted:
                    return place
            self._following += 1  # bought, ruled out or out of reach
        return -1

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
        given = float(column.weight.dot(np.minimum(money, limit)))
        missing = cost - given - (len(money) * EPSILON * given + self.slack * column.total)
        if missing <= 0:
            return None
        able = float(column.share.dot(money > limit - self.slack))
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
        total = float(column.weight.dot(money))
        doubt = len(money) * EPSILON * total + self.slack * column.total
        if total < cost - doubt or (not self._exact and total < cost * (1 - 1e-12)):
            return None
        if self._exact and total <= cost + doubt and not self._covers(column, cost):
            return None
        if np.count_nonzero(money) < 0.8 * len(money):
            column = self._compact(position, column)
            money = self.money[column.voters]
        return self._raise(position, money, doubt)

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

    def _raise(self, position: int, money: Floats, doubt: float) -> Price:
        """Raise the price until those who can pay it in full cover what the others cannot (Newton from below).

        It starts from the price of the last look, which is never above the true one because money only goes down.
        """
        column, cost = self._columns[position], self._ground.costs[position]
        price, payers = max(self._floor[position], cost / column.total * (1 - 4 * EPSILON)), float(column.total)
        held, share = column.weight * money, column.share
        while True:
            poor = (money < (price if column.worth is None else price * column.worth)).astype(np.float64)
            able = column.total - float(share.dot(poor))
            if able < 0.5:
                each = money if column.worth is None else money / column.worth
                price, payers = float(np.maximum.reduce(each)), 1.0
                break
            raised = (cost - float(held.dot(poor))) / able
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
            sure = float(column.share.dot(money >= (above if column.worth is None else above * column.worth)))
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
        if exact is None and not bid.price.capped:
            exact = Fraction(self._ground.costs[bid.position], self._columns[bid.position].total)
        elif exact is None:
            split = self._split(self._columns[bid.position], bid.price)
            missing, payers = self._shared(bid.position, split)
            exact = Fraction(missing, payers * self.history.denominator)
        value = float(exact)
        return Price(value, EPSILON * value, bid.price.capped, exact)

    def _split(self, column: Column, price: Price) -> Split:
        """Part the supporters at a price: sure cases from the floats, the others left to their exact money."""
        money, bound = self.money[column.voters], self.slack + 4 * EPSILON * self._start
        low = price.value - price.error <= bound  # so low that those without money may seem to have it
        gap: Floats = money - (price.value if column.worth is None else price.value * column.worth)
        bounds = price.error * (1.0 if column.worth is None else column.worth) + bound
        short: Bools = gap < -bounds
        if low:
            short |= money <= 0
        split = self._parted(column, money, short)
        off = np.abs(gap)
        if column.worth is not None or np.minimum.reduce(off) <= bounds:
            close = (off <= bounds) & (money > 0)
            split.close = close if close.any() else None
        return split

    def _parted(self, column: Column, money: Floats, short: Bools) -> Split:
        return Split(money, short, column.voters[short & (money > 0)], column.total - int(column.share.dot(short)))

    def _shared(self, position: int, split: Split) -> tuple[int, int]:
        """Return what those who cannot pay in full leave missing, over the denominator, and how many share it."""
        column, history = self._columns[position], self.history
        given = history.total(split.giving)
        missing = self._ground.costs[position] * history.denominator - given  # as the denominator is by now
        return (missing, split.payers) if split.close is None else self._squeeze(column, split, missing)

    def _squeeze(self, column: Column, split: Split, missing: int) -> tuple[int, int]:
        """Move those who cannot pay in full from payers to givers of all they have, until the price stands."""
        close, payers = split.close, split.payers
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
        if price.capped:
            price = self._collect(column, position, price)
        else:
            self.money[column.voters] -= price.value if column.worth is None else price.value * column.worth
            self.history.buy(position, emptied=NOBODY, payers=column.total)
        self.slack += price.error * column.most + EPSILON * self._start
        self._take(position, price, tied)
        barred = self.course.barred
        if barred:
            self._queue = [entry for entry in self._queue if entry[1] not in barred]

    def _collect(self, column: Column, position: int, price: Price) -> Price:
        """Take the price from those who can pay it and everything from those who cannot.

        Whoever is not emptied keeps more than nothing in floats too: that is how the living are told from the emptied.
        """
        if not self._exact:
            money = self.money[column.voters]
            rest = money - (price.value if column.worth is None else price.value * column.worth)
            split = self._parted(column, money, rest <= 1e-12 * self._start)
            self._pay(column, split, rest)
            self.history.buy(position, emptied=split.giving, payers=split.payers)
            return price
        split, exact, due = self._split(column, price), price.exact, None
        if exact is None:
            due, payers = self._shared(position, split)
            value = due / (payers * self.history.denominator)
            price = Price(value, EPSILON * value, capped=True)
        rest = split.money - (price.value if column.worth is None else price.value * column.worth)
        empty = None
        if split.close is not None:
            over = exact * self.history.denominator if exact is not None else Fraction(due or 0, payers)
            short, empty = self._limits(column, split, over)
            rest[split.close] = np.maximum(rest[split.close], TINY)
            split = self._parted(column, split.money, short)
        self._pay(column, split, rest, empty)
        self.history.buy(position, emptied=split.giving, payers=split.payers, due=due)
        return price

    def _pay(self, column: Column, split: Split, rest: Floats, empty: Bools | None = None) -> None:
        """Write down what is left to the supporters; `empty` have nothing left, where that is more than the short."""
        rest[split.short if empty is None else empty] = 0.0
        self.money[column.voters] = rest
        gone = split.giving if empty is None else column.voters[empty & (split.money > 0)]
        self.emptied[gone] = len(self.history)

    def _limits(self, column: Column, split: Split, due: Fraction) -> tuple[Bools, Bools]:
        """Decide exactly which voters have less than the price, `due` over the denominator, and which nothing left."""
        close, short, empty = split.close, split.short.copy(), split.short.copy()
        amounts, number = self.history.classes(column.voters[close])
        worth = np.ones(len(number), dtype=np.int64) if column.worth is None else column.worth[close].astype(np.int64)
        kinds, kind = np.unique(np.stack((number, worth)), axis=1, return_inverse=True)
        over = [amounts[int(n)] - due * int(w) for n, w in kinds.T]
        short[close] = np.array([rest < 0 for rest in over], dtype=np.bool_)[kind.ravel()]
        empty[close] = np.array([rest <= 0 for rest in over], dtype=np.bool_)[kind.ravel()]
        return short, empty
