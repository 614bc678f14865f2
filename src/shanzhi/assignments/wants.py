"""What a run fills beside shifts: rooms above register where it comes from, and what becomes of it.

One case holds all of it, so that nobody is proposed for two things at one time, and turns and load are those of both.
An id in the case is that of a shift, or begins with the prefix of its source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from shanzhi import matching
from shanzhi.assignments.models import Run
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.models import Volunteer

Words = str | Promise
Times = Mapping[UUID, Sequence[tuple[datetime, datetime]]]
"""At which times people are bound, by the records that are kept."""
BETWEEN: Final = ":"


@dataclass(frozen=True, slots=True)
class Want:
    """Something for one person at one time; its way ends at the centre of `area`.

    `asker` stands for whoever asked, so that a volunteer can be barred from all of it; `must` are codes that one needs,
    `nice` ones and the `language` raise the points.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    area: str
    asker: str
    must: frozenset[str] = frozenset()
    nice: frozenset[str] = frozenset()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Wants:
    """What is wanted, and what it says of volunteers, by their ids.

    `codes` are those of `must`, `barred` ids or askers, `busy` spans of minutes since 1970 bound already, `load`
    minutes given lately or promised.
    """

    wanted: tuple[Want, ...] = ()
    codes: Mapping[UUID, AbstractSet[str]] = field(default_factory=dict)
    barred: Mapping[UUID, AbstractSet[str]] = field(default_factory=dict)
    busy: Mapping[UUID, Sequence[tuple[int, int]]] = field(default_factory=dict)
    load: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """What the page of a run says of it: a heading, what it came to, and the ways on, the main one first."""

    heading: Words
    lead: Words
    facts: Sequence[tuple[Words, int]] = ()
    ways: Sequence[tuple[Words, str]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of somebody: where one reads it and says yes, and the address to which a no is sent."""

    title: str
    when: str
    where: str
    url: str
    decline_url: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where such things come from.

    `there` tells whether a run would have any; `read` reads them for those who take part, in a fixed number of queries;
    `keep` keeps the pairs and what stays open of a locked run; `close` ends what nobody was asked for, and counts it;
    `left` counts it before; `section` gives what a viewer reads of it on the run's page; `asked` what is asked of a
    viewer now; `bound` at which times between two moments people are bound by it, in a fixed number of queries.
    """

    prefix: str
    there: Callable[[Run, datetime], bool]
    read: Callable[[Run, QuerySet[Volunteer], Sequence[Volunteer], datetime], Wants]
    keep: Callable[[Run, Sequence[matching.Pair], Sequence[matching.Unfilled]], None]
    close: Callable[[Actor, Run, datetime], int]
    left: Callable[[Actor, Run], int]
    section: Callable[[Actor, Run], Section | None]
    asked: Callable[[Actor, datetime], Sequence[Asked]]
    bound: Callable[[Collection[UUID], datetime, datetime], Times]


_sources: Final[dict[str, Source]] = {}


def register(source: Source) -> None:
    """Register a source; registering the same again replaces it."""
    _sources[source.prefix] = source


def id_of(prefix: str, key: UUID) -> str:
    """Give the id in the case of something of a source."""
    return f"{prefix}{BETWEEN}{key}"


def key_of(found: str) -> UUID:
    """Give the key behind an id in the case."""
    return UUID(found.rpartition(BETWEEN)[2])


def is_shift(found: str) -> bool:
    """Tell whether an id in the case is that of a shift."""
    return BETWEEN not in found


def there(run: Run, at: datetime) -> bool:
    """Tell whether a run has anything to fill beside shifts."""
    return any(one.there(run, at) for one in _sources.values())


def read(run: Run, who: QuerySet[Volunteer], people: Sequence[Volunteer], at: datetime) -> Wants:
    """Read what all sources have for a run."""
    codes: dict[UUID, set[str]] = defaultdict(set)
    barred: dict[UUID, set[str]] = defaultdict(set)
    busy: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    load: dict[UUID, int] = defaultdict(int)
    wanted: list[Want] = []
    for source in _sources.values():
        found = source.read(run, who, people, at)
        wanted += found.wanted
        for owner, known in found.codes.items():
            codes[owner] |= known
        for owner, known in found.barred.items():
            barred[owner] |= known
        for owner, spans in found.busy.items():
            busy[owner] += spans
        for owner, minutes in found.load.items():
            load[owner] += minutes
    return Wants(tuple(wanted), codes, barred, busy, load)


def keep(run: Run, answer: matching.Answer) -> None:
    """Keep what a run proposes beside shifts, each with its source."""
    for source in _sources.values():
        head = source.prefix + BETWEEN
        pairs = [one for one in answer.pairs if one.shift.startswith(head)]
        left = [one for one in answer.unfilled if one.shift.startswith(head)]
        source.keep(run, pairs, left)


def close(actor: Actor, run: Run, at: datetime) -> int:
    """End what nobody was asked for beside shifts; give how many."""
    return sum(one.close(actor, run, at) for one in _sources.values())


def as_parts(pair: matching.Pair) -> list[list[Any]]:
    """Give the parts of the points of a pair as they are kept: name, got, possible, measure and whole."""
    return [[part.name, part.got, part.of, part.value, part.whole] for part in pair.parts]


def as_hurdles(left: matching.Unfilled) -> dict[str, list[list[Any]]]:
    """Give as they are kept why something stays open: `hurdles` and who is `engaged`."""
    hurdles = [[row.rule, row.removed, row.only] for row in left.hurdles]
    return {"hurdles": hurdles, "engaged": [list(row) for row in left.engaged]}


def left(viewer: Actor, run: Run) -> int:
    """Count what closing a run would end beside shifts."""
    return sum(one.left(viewer, run) for one in _sources.values())


def sections(viewer: Actor, run: Run) -> list[Section]:
    """Give what the page of a run says of things beside shifts."""
    return [found for one in _sources.values() if (found := one.section(viewer, run)) is not None]


def asked(viewer: Actor, at: datetime) -> list[Asked]:
    """List what is asked of a viewer beside shifts."""
    return [row for one in _sources.values() for row in one.asked(viewer, at)]


def bound(people: Collection[UUID], starts: datetime, ends: datetime) -> Times:
    """Give at which times between two moments people are bound by things beside shifts."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for source in _sources.values():
        for owner, times in source.bound(people, starts, ends).items():
            found[owner] += times
    return found


def overlap(times: Iterable[tuple[datetime, datetime]], starts: datetime, ends: datetime) -> bool:
    """Tell whether one of some times meets the one from `starts` to `ends`, the first moment outside."""
    return any(begins < ends and over > starts for begins, over in times)
