"""What goes into a match: volunteers, shifts, weights, limits. Whole numbers throughout.

Time is minutes of one absolute count that the caller chooses (minutes since 1970, say), half open. Places are whole
metres on a plane about the middle of the run; `on_plane` makes them of degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, pi, radians
from typing import Final

#: Metres in one microdegree along a meridian (a sphere of 6,371,000 m).
_METRES: Final = pi * 6_371_000 / 180 / 1_000_000

ORDINARY_PRIORITY: Final = 1
MOST_PRIORITY: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to but without `end`, in minutes."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Point:
    """A place in whole metres east and north of the middle of the run."""

    east: int
    north: int


def on_plane(latitude: int, longitude: int, *, about: tuple[int, int]) -> Point:
    """Give the point for a place in microdegrees, on a plane that touches the earth at `about`.

    Within a city (50 km) distances on it are right to about half a per cent; it is not for a whole province.
    """
    north = (latitude - about[0]) * _METRES
    east = (longitude - about[1]) * _METRES * cos(radians(about[0] / 1_000_000))
    return Point(east=round(east), north=round(north))


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody who may be asked.

    `free` are spans of minutes; `at` is where the way begins, None when it is not known; `furthest` in metres, None
    for no limit; `load` minutes given lately; `kinds` what is wished for, empty for anything; `age` full years, None
    when not known; `barred` ids of shifts or of askers with whom this volunteer is never matched; `most` minutes in
    this run, None for no limit; `on_call`: agreed to be called up in an emergency.
    """

    id: str
    free: tuple[Span, ...]
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    at: Point | None = None
    furthest: int | None = None
    load: int = 0
    kinds: frozenset[str] = frozenset()
    age: int | None = None
    barred: frozenset[str] = frozenset()
    most: int | None = None
    on_call: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift or a request: so many places at one time.

    `must` skills are needed of each, `nice` ones raise the score; a `language` raises it too, or is needed of each if
    `language_must`; `at` is None for what is done from home; ages are full years, both included; `priority` 0 to 3;
    an empty `kind` is none; `asker` is whoever asked, so that a pair can be barred for all of somebody's requests.
    """

    id: str
    when: Span
    kind: str = ""
    places: int = 1
    must: frozenset[str] = frozenset()
    nice: frozenset[str] = frozenset()
    language: str | None = None
    language_must: bool = False
    at: Point | None = None
    least_age: int | None = None
    greatest_age: int | None = None
    priority: int = ORDINARY_PRIORITY
    asker: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each part of a score, all whole, none below 0 (docs/decisions/2026-11-27-matching.md).

    `filled` counts for any pair, `priority` by the shift's priority of 3, `skills` by the share of nice skills,
    `language` and `wish` wholly or not (half a wish for who wished nothing, and for what has no kind), `distance`
    falls to 0 at `reach` metres, `load` falls to 0 at `heavy` minutes given lately. `again` is taken off for each shift
    that the same volunteer has in the run already: nothing for the first, once for the second, twice for the third.
    """

    filled: int = 100
    priority: int = 60
    skills: int = 20
    language: int = 10
    wish: int = 20
    distance: int = 20
    load: int = 30
    again: int = 10
    reach: int = 5_000
    heavy: int = 1_200


ORDINARY: Final = Weights()
#: A call-up: who is near and able comes first; wish, load and turns count nothing.
EMERGENCY: Final = Weights(
    filled=100, priority=60, skills=40, language=10, wish=0, distance=50, load=0, again=0, reach=10_000
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a match goes.

    `shifts` is the most that one volunteer is given in the run, `between` the least minutes from the end of one to the
    start of the next. The prices begin with `candidates` pairs for each place and take in what they lack; the search
    then looks among about `searched` pairs, those that the prices put nearest. `effort` is the most work of the prices
    and of the search, each in the solver's own count: it is the same on each machine, busy or not, so that a limit
    never makes the answer another one. A unit is some 10 to 20 seconds.
    """

    shifts: int = 3
    between: int = 0
    candidates: int = 10
    searched: int = 8_000
    effort: int = 10


@dataclass(frozen=True, slots=True)
class Case:
    """All of one run. `call_up` lets only those take part who agreed to be called."""

    volunteers: tuple[Volunteer, ...]
    shifts: tuple[Shift, ...]
    weights: Weights = ORDINARY
    limits: Limits = field(default_factory=Limits)
    call_up: bool = False


def call_up(volunteers: tuple[Volunteer, ...], shifts: tuple[Shift, ...], limits: Limits | None = None) -> Case:
    """Make the case of an emergency: the same engine, its own weights, only who agreed to be called."""
    return Case(volunteers, shifts, EMERGENCY, limits or Limits(), call_up=True)
