"""What each loser would have needed: a lower cost, or more support, each by itself and all else equal.

Kept apart from the count, for it takes recounts. Only what a recount confirms is named. Under rules where neither more
support nor a lower cost can harm, the least of it is found by halving; where endowments are raised that does not hold,
so candidates are found by guesses and then confirmed by full recounts. The search is bounded: at most MOST_TRIALS
recounts (or guesses) for each of the two changes of a project, fewer where they are dear, and IN_ALL work for all,
projects with most votes first; beyond that the answer is that it was not searched. `search` then goes on through those,
one project after the other, however long that takes: minutes where a count alone takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from shanzhi.tally.admission import apply_thresholds
from shanzhi.tally.election import Election
from shanzhi.tally.ground import Ground
from shanzhi.tally.outcome import Need, Outcome, Standing, Way
from shanzhi.tally.trials import Further, Trials, trials_of

#: Recounts or guesses for each change of a project, and work in all, in tenths of a microsecond as once measured.
MOST_TRIALS: Final = 30
FEWEST_TRIALS: Final = 8
IN_ALL: Final = 40_000_000
_CENT: Final = Fraction(1, 100)
_NEVER, _NOT_FOUND, _UNSEARCHED = Way("never"), Way("not-found"), Way("unsearched")


class _Spent(Exception):
    """The recounts allowed are used up."""


class _Allowance:
    """How many recounts are left for one change of one project, and how much work for all."""

    def __init__(self, work: float, each: int) -> None:
        self._work = work
        self._each = each
        self._trials = 0

    def renew(self) -> None:
        """Begin with the next change."""
        self._trials = self._each

    def take(self, work: int) -> None:
        """Pay for one recount, or raise _Spent."""
        if not self._trials:
            raise _Spent
        self._trials -= 1
        self.confirm(work)

    def confirm(self, work: int) -> None:
        """Pay for the recount that confirms, of which there are three at most, or raise _Spent."""
        if work > self._work:
            raise _Spent
        self._work -= work


def with_needs(election: Election, outcome: Outcome, *, work: int | None = None) -> Outcome:
    """Return the outcome of `count` with the need of every project that did not win; the digest stays.

    `work` bounds all recounts together, IN_ALL unless told otherwise; those with most votes come first.
    """
    work = IN_ALL if work is None else work
    losers = [item for item in outcome.standings if item.status == "lost"]
    found = {item.project: _to_take_part(election, outcome, item) for item in outcome.standings if item.needed}
    if losers:
        trials = _trials(election, outcome)
        each = work // (2 * len(losers) * trials.work_near)
        found |= _to_win(trials, losers, _Allowance(work, max(FEWEST_TRIALS, min(MOST_TRIALS, each))))
    standings = (replace(item, need=found.get(item.project)) for item in outcome.standings)
    return replace(outcome, standings=tuple(standings))


def unsearched(outcome: Outcome) -> list[str]:
    """List the ids of the losers of whom not all was searched, those with most votes first."""
    return [item.project for item in _in_order(outcome.standings) if _lacks(item.need)]


def _lacks(need: Need | None) -> bool:
    return need is not None and _UNSEARCHED in (need.support, need.cost)


def search(election: Election, outcome: Outcome, projects: Iterable[str]) -> Iterator[tuple[str, Need]]:
    """Search without a bound on the work in all, one loser after the other; gives each with its need when it is found.

    `outcome` is that of `count`, with needs or without; `projects` are ids of losers.
    """
    wanted = set(projects)
    losers = [item for item in outcome.standings if item.project in wanted and item.status == "lost"]
    if losers:
        yield from _to_win(_trials(election, outcome), losers, _Allowance(math.inf, MOST_TRIALS))


def with_found(outcome: Outcome, found: Mapping[str, Need]) -> Outcome:
    """Return the outcome with needs that were found later; the digest stays."""
    standings = (replace(item, need=found.get(item.project, item.need)) for item in outcome.standings)
    return replace(outcome, standings=tuple(standings))


def _trials(election: Election, outcome: Outcome) -> Trials:
    group = outcome.spec.rule in ("equal-shares", "phragmen")
    ground = Ground(election, outcome.spec, group=group)
    apply_thresholds(ground)
    return trials_of(ground, outcome)


def _in_order(items: Iterable[Standing]) -> list[Standing]:
    return sorted(items, key=lambda item: (-item.votes, item.project))


def _to_win(trials: Trials, losers: list[Standing], allowance: _Allowance) -> Iterator[tuple[str, Need]]:
    place = {project.id: position for position, project in enumerate(trials.ground.projects)}
    for item in _in_order(losers):
        search = _Search(trials, allowance, item, place[item.project])
        further = trials.further(search.position)
        cost = search.cost()
        yield item.project, Need(further.more, search.support(further), cost)


def _to_take_part(election: Election, outcome: Outcome, item: Standing) -> Need | None:
    """Say what an excluded project would have needed to be counted at all.

    A project is excluded for the first threshold that it misses. Where it may miss a further one, nothing is said: what
    reaches the first would not be enough.
    """
    parts = outcome.spec.composite
    unliked = parts is not None and parts.jury.get(item.project, 0) < parts.least_jury_score
    further = item.why == "threshold" and item.score < outcome.spec.threshold.score
    if item.needed is None or item.why == "jury-threshold" or unliked or further:
        return None
    if item.why == "score-threshold":
        lacking = item.needed - (item.had or 0)
        possible = election.kind != "approval" or item.needed <= election.ballots
        return Need("points", Way("enough", lacking, utmost=True) if possible else _NEVER, _NEVER)
    spec, ballots, least = outcome.spec, outcome.ballots, outcome.spec.threshold
    more = math.ceil(item.needed) - item.votes
    votes = Way("enough", Fraction(more), utmost=True) if item.votes + more <= ballots else _NEVER
    shares = [least.share, spec.composite.least_votes_share if spec.composite else Fraction(0)]
    most = Fraction(item.votes * least.by_cost * 100, max(ballots, 1)) * election.budget // 1 * _CENT
    fixed = max(Fraction(least.voters), *(share * ballots for share in shares))
    cheaper = least.by_cost and item.votes >= fixed and _CENT <= most < item.cost
    return Need("votes", votes, Way("enough", most, utmost=True) if cheaper else _NEVER)


class _Search:
    """The search for what one project would have needed."""

    def __init__(self, trials: Trials, allowance: _Allowance, item: Standing, position: int) -> None:
        self._trials = trials
        self._allowance = allowance
        self._item = item
        self.position = position

    def cost(self) -> Way:
        """Find the highest lower cost that would have been enough, from what there was for it."""
        item, sure = self._item, self._trials.cost_sure
        if item.cost <= _CENT or not self._trials.cost_helps(self.position):
            return _NEVER
        self._allowance.renew()
        had = max((m for m in (item.had, item.left) if m is not None and _CENT <= m < item.cost), default=None)
        bad, good = item.cost, None
        try:
            if had is not None:
                good, bad = (had, bad) if self._at(had) else (None, had)
            if good is None and not self._at(_CENT):
                return _NEVER if sure else _NOT_FOUND
        except _Spent:
            return _UNSEARCHED
        best, whole = _highest(self._at, good or _CENT, bad, near=good is not None)
        if sure:
            return Way("enough", best, utmost=whole)
        tried = [best, *({had} if good is not None else ()), Fraction(best // 2), Fraction(best // 4)]
        return self._confirmed(tried, lambda amount: self._trials.ground.at_cost(self.position, amount))

    def support(self, further: Further) -> Way:
        """Find the least further support that would have been enough."""
        if self._item.why == "beyond-purse" or further.most <= 0:
            return _NEVER
        sure = self._trials.support_sure
        self._allowance.renew()

        def enough(number: int) -> bool:
            return self._tried(further.ground(number))

        try:
            best, whole = _least(enough, further.guess, further.most)
        except _Spent:
            return _UNSEARCHED
        if best is None:
            return _NEVER if sure else _NOT_FOUND
        if sure:
            return Way("enough", Fraction(best), utmost=whole)
        tried = [Fraction(number) for number in (best, min(2 * best, further.most), further.most)]
        return self._confirmed(tried, lambda amount: further.ground(int(amount)))

    def _at(self, cost: Fraction) -> bool:
        return self._tried(self._trials.ground.at_cost(self.position, cost))

    def _tried(self, ground: Ground) -> bool:
        self._allowance.take(self._trials.work_near)
        return self._trials.seems_to_win(ground, self.position)

    def _confirmed(self, amounts: list[Fraction], ground: Callable[[Fraction], Ground]) -> Way:
        """Return the first amount that a full recount confirms."""
        for amount in dict.fromkeys(amounts):
            if not amount:
                continue
            try:
                self._allowance.confirm(self._trials.work)
            except _Spent:
                return _UNSEARCHED
            if self._trials.wins(ground(amount), self.position):
                return Way("enough", amount)
        return _NOT_FOUND


def _highest(test: Callable[[Fraction], bool], good: Fraction, bad: Fraction, *, near: bool) -> tuple[Fraction, bool]:
    """Narrow the gap between an amount that is enough and a higher one that is not, down to whole units.

    With `near` the end is expected close to `good`. Returns the best, and whether the gap was closed.
    """
    step = 1
    try:
        while near and math.floor(good) + step < bad:
            tried = Fraction(math.floor(good) + step)
            if not test(tried):
                bad = tried
                break
            good, step = tried, step * 2
        while math.floor(good) + 1 < bad:
            tried = Fraction((math.floor(good) + math.ceil(bad)) // 2)
            tried = max(tried, Fraction(math.floor(good) + 1))
            good, bad = (tried, bad) if test(tried) else (good, tried)
    except _Spent:
        return good, False
    return good, True


def _least(test: Callable[[int], bool], guess: int, most: int) -> tuple[int | None, bool]:
    """Find the least number up to `most` that is enough, from a guess; raises _Spent before any is found."""
    low, high = 0, min(max(guess, 1), most)
    while not test(high):
        if high == most:
            return None, True
        low, high = high, min(most, 2 * high)
    step = 1
    try:
        while high - low > 1:
            tried = max(high - step, (low + high) // 2)
            if test(tried):
                high, step = tried, step * 2
            else:
                low = tried
    except _Spent:
        return high, False
    return high, True
