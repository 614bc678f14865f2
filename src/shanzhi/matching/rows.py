"""The limits of a whole assignment as rows: at most so much of these pairs together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from shanzhi.matching.ground import Ground, Ints

Kind = Literal["place", "turn", "minutes", "moment"]


@dataclass(frozen=True, slots=True)
class Row:
    """At most `most` of the pairs (places in `Rows.pairs`), each counted by its factor.

    `place`: places of the shift `of`. `turn`: shifts of the volunteer `of`, one and each of `turns` more, which cost
    points. `minutes`: minutes of the volunteer. `moment`: what of the volunteer's goes on at that moment, at most one.
    """

    kind: Kind
    of: int
    pairs: tuple[int, ...]
    factors: tuple[int, ...]
    most: int
    turns: int = 0
    moment: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The pairs that take part (places in the ground's arrays), the moments at which shifts begin, and the rows."""

    pairs: Ints
    moments: Ints
    shifts: tuple[Row, ...]
    volunteers: tuple[Row, ...]

    def all(self) -> Iterator[Row]:
        """Give every row, always in the same order."""
        return chain(self.shifts, self.volunteers)


def rows_of(ground: Ground, pairs: Ints) -> Rows:
    """Give the rows that can bind among these pairs; what cannot bind has none."""
    moments = np.unique(ground.traits.start)
    turns = _turns(ground)
    volunteers = chain.from_iterable(
        _of_volunteer(ground, volunteer, held, pairs[held], moments, int(turns[volunteer]))
        for volunteer, held in _groups(ground.volunteer[pairs])
        if len(held) > 1
    )
    places = ground.traits.places
    shifts = tuple(
        Row("place", shift, tuple(held.tolist()), (1,) * len(held), int(places[shift]))
        for shift, held in _groups(ground.shift[pairs])
        if len(held) > places[shift]
    )
    return Rows(pairs, moments, shifts, tuple(volunteers))


def _turns(ground: Ground) -> Ints:
    """Count the most shifts that each volunteer can have: the shortest that fit, while the minutes last.

    All pairs count, not only those that take part, so that prices made of some pairs hold for all.
    """
    traits = ground.traits
    minutes = traits.minutes[ground.shift]
    order = np.lexsort((minutes, ground.volunteer))
    volunteer, total = ground.volunteer[order], np.cumsum(minutes[order])
    first = np.searchsorted(volunteer, volunteer)
    spent = total - total[first] + minutes[order][first]
    within = spent <= traits.most[volunteer]
    return np.minimum(np.bincount(volunteer[within], minlength=len(traits.volunteers)), traits.case.limits.shifts)


def _groups(keys: Ints) -> Iterator[tuple[int, Ints]]:
    """Give each key with the places where it stands."""
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    if len(found):
        yield from zip(found.tolist(), np.split(order, starts[1:]), strict=True)


def _of_volunteer(ground: Ground, volunteer: int, held: Ints, pairs: Ints, moments: Ints, turns: int) -> Iterator[Row]:
    """Give the rows of one volunteer, who has several of these pairs and at most so many turns."""
    traits, limits = ground.traits, ground.traits.case.limits
    names = tuple(held.tolist())
    ones = (1,) * len(names)
    yield Row("turn", volunteer, names, ones, 1, turns=turns - 1)
    if turns == 1:
        return
    shifts = ground.shift[pairs]
    minutes = traits.minutes[shifts]
    if minutes.sum() > traits.most[volunteer]:
        yield Row("minutes", volunteer, names, tuple(minutes.tolist()), int(traits.most[volunteer]))
    start, end = traits.start[shifts], traits.end[shifts] + limits.between
    before: set[int] = set()
    for moment in sorted(set(start.tolist()), reverse=True):
        together = set(held[(start <= moment) & (end > moment)].tolist())
        # Going back in time, what is no part of the row just made is new; a part of it says nothing more.
        if len(together) > 1 and not together <= before:
            before = together
            members = tuple(sorted(together))
            at = int(np.searchsorted(moments, moment))
            yield Row("moment", volunteer, members, (1,) * len(members), 1, moment=at)
