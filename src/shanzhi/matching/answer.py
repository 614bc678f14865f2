"""What comes out: pairs with their score part by part, what stays open and why, and how good the whole is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from shanzhi.matching.given import MOST_PRIORITY
from shanzhi.matching.ground import PARTS, RULES, Ground, Ints, metres_of, nice_of, parts_of

#: Why somebody who breaks no rule was not given an open shift, in the order in which it is asked.
ENGAGED: Final = ("overlap", "turns", "minutes", "spare")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `got` of `of` points, for `value` of `whole`.

    What `value` and `whole` are: `priority` the shift's, of 3; `skills` nice ones had, of those asked for; `language`
    1 or 0; `wish` 2 for a wished kind, 1 where none is wished or it has none, 0 else; `distance` metres
    (-1 not known) and the reach; `load` minutes given lately and what counts as heavy; `again` the turn of this shift
    in the volunteer's run, of the most turns, with points below 0.
    """

    name: str
    got: int
    of: int
    value: int
    whole: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A volunteer proposed for a shift; the parts sum to the score."""

    volunteer: str
    shift: str
    score: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A rule, how many volunteers it kept away as the first in order, and for how many it was the only one."""

    rule: str
    removed: int
    only: int


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A shift with places left open.

    All volunteers of the run are either kept away by a hurdle, or fit: then they were given this shift or are
    engaged: `overlap` by another shift at that time, `turns` or `minutes` by as many as one may have; `spare` ones
    could be sent but would lower the whole.
    """

    shift: str
    missing: int
    hurdles: tuple[Hurdle, ...]
    fit: int
    given: int
    engaged: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole: pairs by shift and volunteer, open shifts, `total` points.

    No assignment is worth more than `bound` (None from the plain way, which proves nothing). Of `considered` pairs that
    break no rule the search did not look at `left_out`; what they could have brought is in the bound.
    """

    pairs: tuple[Pair, ...]
    unfilled: tuple[Unfilled, ...]
    total: int
    bound: int | None
    considered: int
    left_out: int = 0

    @property
    def proven(self) -> bool:
        """Tell whether nothing better exists."""
        return self.bound == self.total

    @property
    def gap(self) -> int | None:
        """Give the points that a better whole might have at most; None when nothing is known."""
        return None if self.bound is None else self.bound - self.total


def told(ground: Ground, pairs: Ints, total: int, bound: int | None, searched: int) -> Answer:
    """Tell a whole: `pairs` are places in the ground's arrays, by shift and volunteer."""
    turns = _turns(ground, pairs)
    return Answer(
        pairs=_pairs(ground, pairs, turns),
        unfilled=_unfilled(ground, pairs),
        total=total,
        bound=bound,
        considered=len(ground.shift),
        left_out=len(ground.shift) - searched,
    )


def _turns(ground: Ground, pairs: Ints) -> dict[int, int]:
    """Number the shifts of each volunteer by their beginning, from 1."""
    turns: dict[int, int] = {}
    had: Counter[int] = Counter()
    for pair in sorted(pairs.tolist(), key=lambda place: int(ground.traits.start[ground.shift[place]])):
        had[int(ground.volunteer[pair])] += 1
        turns[pair] = had[int(ground.volunteer[pair])]
    return turns


def _pairs(ground: Ground, pairs: Ints, turns: dict[int, int]) -> tuple[Pair, ...]:
    traits = ground.traits
    volunteer, shift = ground.volunteer[pairs], ground.shift[pairs]
    got = parts_of(traits, volunteer, shift).T.tolist()
    facts = zip(metres_of(traits, volunteer, shift).tolist(), nice_of(traits, volunteer, shift).tolist(), strict=True)
    found = []
    for place, v, s, points, (metres, nice) in zip(
        pairs.tolist(), volunteer.tolist(), shift.tolist(), got, facts, strict=True
    ):
        measures = _measures(ground, v, s, metres, nice)
        parts = [Part(name, points[at], *measures[name]) for at, name in enumerate(PARTS)]
        weights, turn = traits.case.weights, turns[place]
        if turn > 1:
            parts.append(Part("again", -weights.again * (turn - 1), 0, turn, traits.case.limits.shifts))
        score = sum(part.got for part in parts)
        found.append(Pair(traits.volunteers[v].id, traits.shifts[s].id, score, tuple(parts)))
    return tuple(found)


def _measures(ground: Ground, volunteer: int, shift: int, metres: int, nice: int) -> dict[str, tuple[int, int, int]]:
    """Give for each part the points it could give, what was measured and against what."""
    traits, weights = ground.traits, ground.traits.case.weights
    either = traits.any_kind[volunteer] or traits.no_kind[shift]
    wish = 1 if either else 2 * int(traits.wishes[volunteer, shift])
    return {
        "filled": (weights.filled, 1, 1),
        "priority": (weights.priority, traits.shifts[shift].priority, MOST_PRIORITY),
        "skills": (weights.skills, nice, len(traits.shifts[shift].nice)),
        "language": (weights.language, int(traits.speaks[volunteer, shift]), 1),
        "wish": (weights.wish, wish, 2),
        "distance": (weights.distance, metres, weights.reach),
        "load": (weights.load, traits.volunteers[volunteer].load, weights.heavy),
    }


def _unfilled(ground: Ground, pairs: Ints) -> tuple[Unfilled, ...]:
    """Tell for each shift with places left why nobody else takes them."""
    traits = ground.traits
    given = np.bincount(ground.shift[pairs], minlength=len(traits.shifts))
    held: defaultdict[int, list[int]] = defaultdict(list)
    for volunteer, shift in zip(ground.volunteer[pairs].tolist(), ground.shift[pairs].tolist(), strict=True):
        held[volunteer].append(shift)
    bounds = np.searchsorted(ground.shift, np.arange(len(traits.shifts) + 1))
    found = []
    for shift in np.nonzero(given < traits.places)[0].tolist():
        fitting = ground.volunteer[bounds[shift] : bounds[shift + 1]].tolist()
        reasons = Counter(_engaged(ground, held[one], one, shift) for one in fitting if shift not in held[one])
        hurdles = tuple(
            Hurdle(rule, int(ground.first[at, shift]), int(ground.only[at, shift]))
            for at, rule in enumerate(RULES)
            if ground.first[at, shift]
        )
        missing = int(traits.places[shift] - given[shift])
        engaged = tuple((reason, reasons[reason]) for reason in ENGAGED if reasons[reason])
        found.append(Unfilled(traits.shifts[shift].id, missing, hurdles, len(fitting), int(given[shift]), engaged))
    return tuple(found)


def _engaged(ground: Ground, held: list[int], volunteer: int, shift: int) -> str:
    """Tell what keeps a volunteer who fits from one more shift."""
    traits, limits = ground.traits, ground.traits.case.limits
    start, end = traits.start, traits.end + limits.between
    if any(start[shift] < end[one] and start[one] < end[shift] for one in held):
        return "overlap"
    if len(held) >= limits.shifts:
        return "turns"
    if traits.minutes[held].sum() + traits.minutes[shift] > traits.most[volunteer]:
        return "minutes"
    return "spare"
