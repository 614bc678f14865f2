"""Who can do what: all pairs looked at at once, in arrays, and what each pair that fits is worth.

Five million pairs are never five million objects: rules are laid over blocks of volunteers by all shifts, and only the
pairs that fit are kept, as three arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from shanzhi.matching.given import MOST_PRIORITY, Case, Point, Shift, Volunteer

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

#: The rules that are never broken, in the order in which a volunteer is counted at the first that stands in the way.
RULES: Final = ("on_call", "barred", "age", "skills", "language", "time", "minutes", "distance")
#: The parts of a score, in the order in which they are told; `again` comes with a whole answer, not with a pair.
PARTS: Final = ("filled", "priority", "skills", "language", "wish", "distance", "load")

_BLOCK: Final = 256
_NO_LIMIT: Final = 2**40
_UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """The case as arrays, volunteers and shifts in the order of their ids."""

    case: Case
    volunteers: tuple[Volunteer, ...]
    shifts: tuple[Shift, ...]
    start: Ints
    end: Ints
    minutes: Ints
    places: Ints
    most: Ints
    has: npt.NDArray[np.float32]
    must: npt.NDArray[np.float32]
    nice: npt.NDArray[np.float32]
    speaks: Bools
    wishes: Bools
    any_kind: Bools
    no_kind: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The pairs that fit, shift by shift, each with its score; and for each shift whom each rule kept away.

    `first` and `only` are rules by shifts: volunteers for whom the rule is the first that stands in the way, and those
    for whom it is the only one.
    """

    traits: Traits
    volunteer: Ints
    shift: Ints
    score: Ints
    first: Ints
    only: Ints


def read(case: Case) -> Traits:
    """Turn the case into arrays."""
    volunteers = tuple(sorted(case.volunteers, key=lambda one: one.id))
    shifts = tuple(sorted(case.shifts, key=lambda one: one.id))
    skills = _index(skill for shift in shifts for skill in shift.must | shift.nice)
    languages = _index(shift.language for shift in shifts if shift.language is not None)
    kinds = _index(shift.kind for shift in shifts)
    spoken = _table((one.languages for one in volunteers), languages)
    wished = _table((one.kinds for one in volunteers), kinds)
    none = np.ones((len(volunteers), 1), dtype=np.bool_)
    # One column more, spoken by all: shifts that ask for no language look there.
    speaks = np.hstack((spoken.astype(np.bool_), none))
    tongue = [len(languages) if shift.language is None else languages[shift.language] for shift in shifts]
    start = _numbers(shift.when.start for shift in shifts)
    end = _numbers(shift.when.end for shift in shifts)
    return Traits(
        case=case,
        volunteers=volunteers,
        shifts=shifts,
        start=start,
        end=end,
        minutes=end - start,
        places=_numbers(shift.places for shift in shifts),
        most=_numbers(_NO_LIMIT if one.most is None else one.most for one in volunteers),
        has=_table((one.skills for one in volunteers), skills),
        must=_table((shift.must for shift in shifts), skills),
        nice=_table((shift.nice for shift in shifts), skills),
        speaks=speaks[:, np.array(tongue, dtype=np.int64)],
        wishes=wished.astype(np.bool_)[:, [kinds[shift.kind] for shift in shifts]],
        any_kind=np.array([not one.kinds for one in volunteers], dtype=np.bool_),
        no_kind=np.array([not shift.kind for shift in shifts], dtype=np.bool_),
    )


def survey(traits: Traits) -> Ground:
    """Find all pairs that break no rule, and count for each shift whom the rules keep away."""
    shifts = len(traits.shifts)
    first, only = (np.zeros((len(RULES), shifts), dtype=np.int64) for _ in range(2))
    none = np.zeros(0, dtype=np.int64)
    volunteer, shift, score = [none], [none], [none]
    for low in range(0, len(traits.volunteers), _BLOCK):
        block = slice(low, min(low + _BLOCK, len(traits.volunteers)))
        broken = _broken(traits, block)
        count = broken.sum(axis=0, dtype=np.int8)
        seen = np.zeros(count.shape, dtype=np.bool_)
        for rule, breaks in enumerate(broken):
            first[rule] += (breaks & ~seen).sum(axis=0)
            only[rule] += (breaks & (count == 1)).sum(axis=0)
            seen |= breaks
        rows, columns = np.nonzero(count == 0)
        volunteer.append(rows + low)
        shift.append(columns)
        score.append(parts_of(traits, rows + low, columns).sum(axis=0))
    what = np.concatenate(shift)
    order = np.argsort(what, kind="stable")
    return Ground(traits, np.concatenate(volunteer)[order], what[order], np.concatenate(score)[order], first, only)


def parts_of(traits: Traits, volunteer: Ints, shift: Ints) -> Ints:
    """Give the points of each part for the pairs asked for: parts by pairs."""
    weights = traits.case.weights
    wanted = traits.nice.sum(axis=1).astype(np.int64)
    have = nice_of(traits, volunteer, shift)
    share = np.where(wanted[shift] > 0, weights.skills * have // np.maximum(wanted[shift], 1), weights.skills)
    metres = metres_of(traits, volunteer, shift)
    near = weights.distance * np.maximum(weights.reach - metres, 0) // weights.reach
    either = traits.any_kind[volunteer] | traits.no_kind[shift]
    wish = np.where(either, weights.wish // 2, weights.wish * traits.wishes[volunteer, shift])
    load = np.minimum(_numbers(one.load for one in traits.volunteers), weights.heavy)
    priority = _numbers(one.priority for one in traits.shifts)
    return np.stack(
        (
            np.full(len(shift), weights.filled, dtype=np.int64),
            (weights.priority * priority // MOST_PRIORITY)[shift],
            share.astype(np.int64),
            weights.language * traits.speaks[volunteer, shift].astype(np.int64),
            wish.astype(np.int64),
            np.where(metres == _UNKNOWN, 0, near),
            (weights.load * (weights.heavy - load) // weights.heavy)[volunteer],
        )
    )


def nice_of(traits: Traits, volunteer: Ints, shift: Ints) -> Ints:
    """Count the nice skills that each pair has."""
    found = np.zeros(len(shift), dtype=np.int64)
    for skill in range(traits.has.shape[1]):
        found += (traits.has[volunteer, skill] * traits.nice[shift, skill]).astype(np.int64)
    return found


def metres_of(traits: Traits, volunteer: Ints, shift: Ints) -> Ints:
    """Give the way in metres, rounded up; 0 for what is done from home, -1 where the volunteer's place is unknown."""
    east, north, known = _points([one.at for one in traits.volunteers])
    shift_east, shift_north, placed = _points([one.at for one in traits.shifts])
    metres = _way(east[volunteer] - shift_east[shift], north[volunteer] - shift_north[shift])
    return np.where(placed[shift], np.where(known[volunteer], metres, _UNKNOWN), 0)


def _broken(traits: Traits, block: slice) -> Bools:
    """Tell which rules each pair of the block breaks: rules by volunteers by shifts."""
    volunteers = traits.volunteers[block]
    shape = (len(volunteers), len(traits.shifts))
    rows = np.repeat(np.arange(block.start, block.stop, dtype=np.int64), shape[1])
    metres = metres_of(traits, rows, np.tile(np.arange(shape[1], dtype=np.int64), shape[0])).reshape(shape)
    furthest = _numbers(_NO_LIMIT if one.furthest is None else one.furthest for one in volunteers)[:, None]
    uncalled = np.array([traits.case.call_up and not one.on_call for one in volunteers], dtype=np.bool_)
    needed = np.array([shift.language_must for shift in traits.shifts], dtype=np.bool_)
    broken = {
        "on_call": np.broadcast_to(uncalled[:, None], shape),
        "barred": _barred(volunteers, traits.shifts),
        "age": _wrong_age(volunteers, traits.shifts),
        "skills": traits.has[block] @ traits.must.T < traits.must.sum(axis=1)[None, :],
        "language": needed[None, :] & ~traits.speaks[block],
        "time": ~_free(volunteers, traits.start, traits.end),
        "minutes": traits.minutes[None, :] > traits.most[block][:, None],
        "distance": np.where(metres == _UNKNOWN, furthest < _NO_LIMIT, metres > furthest),
    }
    return np.stack([broken[rule] for rule in RULES])


def _free(volunteers: tuple[Volunteer, ...], start: Ints, end: Ints) -> Bools:
    """Tell whether one stretch of free time holds each shift whole; spans that touch are one stretch."""
    stretches = [_stretches(one) for one in volunteers]
    low = _numbers(span[0] for spans in stretches for span in spans)
    high = _numbers(span[1] for spans in stretches for span in spans)
    holds = (low[:, None] <= start[None, :]) & (high[:, None] >= end[None, :])
    offsets = np.cumsum([0, *(len(spans) for spans in stretches[:-1])])
    return np.asarray(np.logical_or.reduceat(holds, offsets, axis=0), dtype=np.bool_)


def _stretches(one: Volunteer) -> list[tuple[int, int]]:
    """Join spans that touch or overlap; whoever has none gets an empty stretch, which holds no shift."""
    joined: list[tuple[int, int]] = []
    for span in sorted(one.free):
        if joined and span.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span.end))
        else:
            joined.append((span.start, span.end))
    return joined or [(0, 0)]


def _barred(volunteers: tuple[Volunteer, ...], shifts: tuple[Shift, ...]) -> Bools:
    """Tell which pairs are barred, by the shift's id or its asker."""
    barred = np.zeros((len(volunteers), len(shifts)), dtype=np.bool_)
    for row, one in enumerate(volunteers):
        if one.barred:
            barred[row] = [shift.id in one.barred or shift.asker in one.barred for shift in shifts]
    return barred


def _wrong_age(volunteers: tuple[Volunteer, ...], shifts: tuple[Shift, ...]) -> Bools:
    """Tell where the age is outside the shift's bounds, or not known where there are bounds."""
    age = _numbers(_UNKNOWN if one.age is None else one.age for one in volunteers)[:, None]
    least = _numbers(_UNKNOWN if one.least_age is None else one.least_age for one in shifts)[None, :]
    greatest = _numbers(_NO_LIMIT if one.greatest_age is None else one.greatest_age for one in shifts)[None, :]
    bounded = (least != _UNKNOWN) | (greatest != _NO_LIMIT)
    return np.asarray(bounded & ((age == _UNKNOWN) | (age < least) | (age > greatest)), dtype=np.bool_)


def _points(points: list[Point | None]) -> tuple[Ints, Ints, Bools]:
    known = np.array([point is not None for point in points], dtype=np.bool_)
    east = _numbers(0 if point is None else point.east for point in points)
    return east, _numbers(0 if point is None else point.north for point in points), known


def _way(east: Ints, north: Ints) -> Ints:
    """Give the length in whole metres, rounded up; the root of a square is exact below 2 to the power 52."""
    return np.ceil(np.sqrt((east * east + north * north).astype(np.float64))).astype(np.int64)


def _index(words: Iterable[str]) -> dict[str, int]:
    return {word: place for place, word in enumerate(sorted(set(words)))}


def _table(sets: Iterable[frozenset[str]], index: dict[str, int]) -> npt.NDArray[np.float32]:
    """Lay sets of words as rows of zeros and ones; words that no shift asks for are left out."""
    rows = list(sets)
    table = np.zeros((len(rows), len(index)), dtype=np.float32)
    for row, words in enumerate(rows):
        for word in words:
            if word in index:
                table[row, index[word]] = 1
    return table


def _numbers(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)
