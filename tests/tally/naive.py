"""The rules written as plainly as possible in whole fractions: slow, and the measure of the quick ones."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from shanzhi.tally.election import Election
from shanzhi.tally.spec import Spec

Worths = list[dict[int, Fraction]]


def count(election: Election, spec: Spec) -> list[str]:
    """Return the ids of the winners in order of selection."""
    naive = Naive(election, spec)
    winners = {
        "score": naive.ordered,
        "score-no-skip": naive.ordered,
        "per-cost": naive.ordered,
        "composite": naive.ordered,
        "phragmen": naive.phragmen,
        "equal-shares": naive.shares,
    }[spec.rule]()
    return [election.projects[p].id for p in winners]


class Naive:
    def __init__(self, election: Election, spec: Spec) -> None:
        self.e, self.spec = election, spec
        self.n = election.ballots
        self.cost = [p.cost for p in election.projects]
        self.worth = self._ballots("cardinality" if spec.rule == "phragmen" else spec.satisfaction)
        listed = [set(self._listed(b)) for b in range(self.n)]
        self.votes = [sum(p in ballot for ballot in listed) for p in range(len(self.cost))]
        self.listed = listed
        self.score = [
            sum((ballot.get(p, Fraction(0)) for ballot in self.worth), Fraction(0)) for p in range(len(self.cost))
        ]
        self.open = [p for p in range(len(self.cost)) if self._takes_part(p)]

    def _entries(self, b: int) -> list[int]:
        return [int(i) for i in range(self.e.offsets[b], self.e.offsets[b + 1])]

    def _listed(self, b: int) -> list[int]:
        entries = self._entries(b)
        if self.e.points is not None and self.e.kind == "points":
            entries = [i for i in entries if self.e.points[i] > 0]
        return [int(self.e.choices[i]) for i in entries]

    def _ballots(self, satisfaction: str) -> Worths:
        return [self._ballot(b, satisfaction) for b in range(self.n)]

    def _ballot(self, b: int, satisfaction: str) -> dict[int, Fraction]:
        entries = self._entries(b)
        if satisfaction == "borda":
            return {int(self.e.choices[i]): Fraction(len(entries) - 1 - at) for at, i in enumerate(entries)}
        if satisfaction == "points":
            assert self.e.points is not None
            return {int(self.e.choices[i]): Fraction(int(self.e.points[i])) for i in entries if self.e.points[i] > 0}
        return {p: Fraction(1) for p in self._listed(b)}

    def _takes_part(self, p: int) -> bool:
        t = self.spec.threshold
        ok = self.votes[p] >= t.voters and self.votes[p] >= t.share * self.n
        if t.by_cost and self.e.budget:
            ok = ok and Fraction(self.votes[p]) >= self.n * self.cost[p] / (t.by_cost * self.e.budget)
        own = {"points": "points", "ranked": "borda"}.get(self.e.kind, "cost")
        ok = ok and sum((w.get(p, Fraction(0)) for w in self._ballots(own)), Fraction(0)) >= t.score
        c = self.spec.composite
        if self.spec.rule == "composite" and c is not None:
            ok = ok and self.votes[p] >= c.least_votes_share * self.n
            ok = ok and c.jury.get(self.e.projects[p].id, 0) >= c.least_jury_score
        return ok

    def tie(self, p: int) -> tuple[object, ...]:
        keys = {"id": self.e.projects[p].id, "cost": self.cost[p], "votes": -self.votes[p], "listed": p}
        return tuple(keys[k] for k in (*self.spec.ties, "id"))

    def clash(self, p: int, chosen: list[int]) -> bool:
        name = self.e.projects[p].exclusive
        return bool(name) and any(self.e.projects[q].exclusive == name for q in chosen)

    def key(self, p: int) -> Fraction | float:
        if self.spec.rule == "per-cost":
            if self.cost[p]:
                return self.score[p] / self.cost[p]
            return inf if self.score[p] > 0 else Fraction(0)
        if self.spec.rule == "composite":
            c = self.spec.composite
            assert c is not None
            whole = sum(self.score) if self.spec.satisfaction in ("points", "borda") else Fraction(self.n)
            share = self.score[p] / whole if whole else Fraction(0)
            return c.vote_weight * share + c.jury_weight * Fraction(c.jury.get(self.e.projects[p].id, 0), 10000)
        return self.score[p]

    def ordered(self) -> list[int]:
        chosen: list[int] = []
        left = self.e.budget
        todo = list(self.open)
        while todo:
            top = max(self.key(p) for p in todo)
            p = min((p for p in todo if self.key(p) == top), key=self.tie)
            todo.remove(p)
            if self.clash(p, chosen):
                continue
            if self.cost[p] <= left:
                chosen.append(p)
                left -= self.cost[p]
            elif self.spec.rule == "score-no-skip":
                break
        return chosen

    def total(self, chosen: list[int]) -> Fraction:
        return sum((self.cost[p] for p in chosen), Fraction(0))

    # -- Equal Shares --------------------------------------------------------------------------------------------------

    def rate(self, p: int, money: list[Fraction]) -> Fraction | None:
        """The least price per unit of worth (divided by the cost for cost satisfaction), or None."""
        backers = [v for v in range(self.n) if self.worth[v].get(p, 0) > 0]
        if not backers or sum(money[v] for v in backers) < self.cost[p]:
            return None
        backers.sort(key=lambda v: money[v] / self.worth[v][p])
        need, units = self.cost[p], sum(self.worth[v][p] for v in backers)
        for v in backers:
            price = need / units
            if money[v] >= price * self.worth[v][p]:
                return price
            need -= money[v]
            units -= self.worth[v][p]
        raise AssertionError("the money covers the cost, so some price does")

    def run(self, endowment: Fraction) -> list[int]:
        money = [endowment] * self.n
        chosen: list[int] = []
        for p in sorted(self.open, key=self.tie):
            if not self.cost[p] and self.votes[p] and not self.clash(p, chosen):
                chosen.append(p)
        while True:
            rates = {}
            for p in self.open:
                if p in chosen or not self.cost[p] or self.clash(p, chosen):
                    continue
                price = self.rate(p, money)
                if price is not None:
                    rates[p] = (price / self.cost[p] if self.spec.satisfaction == "cost" else price, price)
            if not rates:
                return chosen
            low = min(rate for rate, _ in rates.values())
            p = min((p for p in rates if rates[p][0] == low), key=self.tie)
            for v in range(self.n):
                if self.worth[v].get(p, 0) > 0:
                    money[v] -= min(money[v], rates[p][1] * self.worth[v][p])
            chosen.append(p)

    def shares(self) -> list[int]:
        completion, budget = self.spec.completion, self.e.budget
        endowment = budget / self.n if self.n else Fraction(0)
        simple = completion == "none" or (completion == "add1u" and self.total(self.open) <= budget)
        if completion in ("add1", "add1u") and not simple:
            endowment = Fraction(endowment // 1)
        chosen = self.run(endowment)
        while not simple and not self.done(chosen):
            endowment += 1
            following = self.run(endowment)
            if self.total(following) > budget:
                break
            chosen = following
        if completion == "add1u":
            for p in sorted(self.open, key=lambda p: (-self.votes[p], self.tie(p))):
                if p not in chosen and not self.clash(p, chosen) and self.total([*chosen, p]) <= budget:
                    chosen.append(p)
        return chosen

    def done(self, chosen: list[int]) -> bool:
        left = [p for p in self.open if p not in chosen and not self.clash(p, chosen)]
        backed = [p for p in left if any(self.worth[v].get(p, 0) > 0 for v in range(self.n))]
        if not backed:
            return True
        if self.spec.completion == "add1":
            return False
        if self.spec.completion == "exhaustive-supported":
            left = [p for p in backed if self.cost[p]]
        return all(self.total(chosen) + self.cost[p] > self.e.budget for p in left)

    # -- Phragmen ------------------------------------------------------------------------------------------------------

    def phragmen(self) -> list[int]:
        loads = [Fraction(0)] * self.n
        chosen: list[int] = []
        todo = [p for p in self.open if self.cost[p] <= self.e.budget]
        while True:
            todo = [p for p in todo if p not in chosen and not self.clash(p, chosen)]
            if not todo:
                return chosen
            after: dict[int, Fraction | float] = {}
            for p in todo:
                backers = [v for v in range(self.n) if p in self.listed[v]]
                after[p] = (sum(loads[v] for v in backers) + self.cost[p]) / len(backers) if backers else inf
            low = min(after.values())
            tied = [p for p in todo if after[p] == low]
            if any(self.total([*chosen, p]) > self.e.budget for p in tied):
                return chosen
            p = min(tied, key=self.tie)
            for v in range(self.n):
                if p in self.listed[v]:
                    load = after[p]
                    assert isinstance(load, Fraction)
                    loads[v] = load
            chosen.append(p)
