"""Proof that a whole stretch of endowments has one course, so that reruns with one more unit can leap over it.

Along one course more money never raises a price and never lowers what a voter has left, hence never raises the rate
of any project. So if in each round no other project, with the most money of the stretch, gets below the rate that the
winner had with the least, and in the end none can be covered with the most, then nothing can differ in between.
"""

from __future__ import annotations

from fractions import Fraction

from shanzhi.tally.ground import Ground
from shanzhi.tally.shares import EPSILON, Run


class Departure(Exception):
    """A run with more money does not provably keep to the course that it was asked to follow."""


class Follower(Run):
    """A run that plays the course of a run with less money."""

    def follow(self, other: Run) -> None:
        """Play its course, or raise Departure; success proves that every endowment in between has it too."""
        self._open()
        first, winners = len(self.course.rounds), other.course.winners
        if self.course.winners != winners[:first]:
            raise Departure
        for number in range(first, len(winners)):
            self._follow(winners[number], other.history.price(number))
        if self._lowest():
            raise Departure

    def _follow(self, position: int, old: Fraction) -> None:
        """Buy what was bought at that price in this round, if no other project can come before it in between."""
        ground = self._ground
        rate = old / ground.factor(position)
        bids = self._lowest(float(rate) * (1 + 8 * EPSILON))
        own = next((bid for bid in bids if bid.position == position), None)
        if own is None:
            raise Departure
        now = self._settled(own)
        tied = [position]
        for bid in bids:
            if bid is own:
                continue
            other = (self._settled(bid).exact or Fraction(0)) / ground.factor(bid.position)
            if other < rate or (other == rate and ground.ties.rank[bid.position] < ground.ties.rank[own.position]):
                raise Departure
            if other == rate and now.exact == old:
                tied.append(bid.position)
        self._buy(own.position, now, ground.ties.ordered(tied) if len(tied) > 1 else [])


def leap(ground: Ground, run: Run, units: int) -> Run | None:
    """Return the run with so many more units per voter, if the course provably stays the same all the way there."""
    further = Follower(ground, run.course.endowment + units * ground.scale, ground.budget, run.course.winners)
    try:
        further.follow(run)
    except Departure:
        return None
    return further
