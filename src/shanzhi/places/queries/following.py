"""What became of codes: a code followed to those that hold, a scope to all codes that mean the same place.

Records keep the code of their day. Links of changes are followed in the order of their days, so that a code that went
on under its own name is left by the changes after the arrival only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from shanzhi.kernel import areas
from shanzhi.kernel.errors import NotFound
from shanzhi.places.models import Area, AreaChange, ChangeLink
from shanzhi.places.queries.tree import day_of, within_any
from shanzhi.work.planned import fetch_all

# Where each code leads: from where a way has come to, on by a change of the same day or later. A rename leads nowhere.
# The look-ups in brackets of their own keep the planner, which expects far more rows, to one look into an index each.
_WAYS: Final = """
WITH RECURSIVE ways (origin, code, since, made) AS (
    SELECT s.code, s.code COLLATE "C", '-infinity'::date, '-infinity'::timestamptz
    FROM unnest(%(codes)s::text[]) s (code)
    UNION
    SELECT w.origin, step.code, step.on, step.created_at FROM ways w CROSS JOIN LATERAL (
        SELECT l.new_id AS code, c.on, c.created_at
        FROM places_changelink l JOIN places_areachange c ON c.id = l.change_id
        WHERE l.old_id = w.code AND l.new_id IS NOT NULL AND c.kind <> 'rename' AND c.on <= %(day)s
        AND (c.on, c.created_at) >= (w.since, w.made) OFFSET 0
    ) step
)
SELECT w.origin, w.code,
    (SELECT coalesce(a.valid_to <= %(day)s, false) FROM places_area a WHERE a.code = w.code) AS ended
FROM ways w GROUP BY w.origin, w.code ORDER BY min(w.since), w.code
"""
# The codes that lead to some: the same way back, by a change of the same day or earlier.
_BACK: Final = """
WITH RECURSIVE back (code, until, made) AS (
    SELECT s.code COLLATE "C", %(day)s::date, 'infinity'::timestamptz FROM unnest(%(codes)s::text[]) s (code)
    UNION
    SELECT step.code, step.on, step.created_at FROM back b CROSS JOIN LATERAL (
        SELECT l.old_id AS code, c.on, c.created_at
        FROM places_changelink l JOIN places_areachange c ON c.id = l.change_id
        WHERE l.new_id = b.code AND l.old_id IS NOT NULL AND c.kind <> 'rename'
        AND (c.on, c.created_at) <= (b.until, b.made) OFFSET 0
    ) step
)
SELECT DISTINCT b.code FROM back b
WHERE (SELECT a.valid_to <= %(day)s FROM places_area a WHERE a.code = b.code) ORDER BY b.code
"""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a code by a day: the codes that hold (`current`), and those it passed through to them."""

    code: str
    current: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        """Tell whether the code itself still holds."""
        return self.current == (self.code,)


def successor_areas(found: Area, at: datetime | date) -> list[Area]:
    """Give the areas that took the place of one that ended, on a day."""
    if found.valid_to is None:
        return []
    return list(Area.objects.filter(pk__in=resolve(found.code, at).current).exclude(pk=found.code))


def resolve(code: str, at: datetime | date) -> Resolved:
    """Follow a code through the changes up to a day, to the codes that hold then, in one query.

    A split gives several, a closure none. Raises NotFound for a code that never was. Cycles, which operations refuse
    to make, end where they close.
    """
    steps = _ways([code], day_of(at))[code]
    if (code, None) in steps:
        raise NotFound(field="area")
    current = tuple(sorted(step for step, ended in steps if not ended))
    return Resolved(code=code, current=current, passed=tuple(step for step, ended in steps if ended))


def successors(codes: Sequence[str], at: datetime | date) -> dict[str, tuple[str, ...]]:
    """Give for each of many codes those that hold now in its place, in one query; itself while it holds."""
    ways = _ways(sorted(set(codes)), day_of(at))
    return {code: tuple(sorted(step for step, ended in ways[code] if ended is False)) for code in ways}


def sole_successor(code: str, at: datetime | date) -> str | None:
    """Give the one code that holds now in the place of an ended one, in one query.

    None for a code that holds itself, for one without a successor or with several, and for one that never was.
    """
    try:
        found = resolve(code, at)
    except NotFound:
        return None
    return found.current[0] if len(found.current) == 1 and found.current != (code,) else None


def reach(codes: Sequence[str], at: datetime | date) -> tuple[str, ...]:
    """Give the codes by which records of a scope may know its places, old and new; at most six queries.

    `codes` may have ended since they were written down. The answer holds them; the codes that now stand in the place of
    any that ended among them or below; and ended codes that those follow wholly: a former code of which a part lies
    elsewhere is left out, because its records may belong there. No code of the answer covers another one.
    """
    if areas.COUNTRY in codes:
        return (areas.COUNTRY,)
    day = day_of(at)
    inside = areas.outermost({*codes, *_current(_ended_in(codes, day), day)})
    return areas.outermost({*inside, *_wholly_followed(inside, day)})


def predecessors(codes: Sequence[str], at: datetime | date) -> tuple[str, ...]:
    """Give every ended code of which at least a part lies inside the codes now, in two queries.

    For what staff may see: records of a former code may be theirs even where others follow that code too.
    """
    day = day_of(at)
    holding = Q(new__valid_to__isnull=True) | Q(new__valid_to__gt=day)
    ends = ChangeLink.objects.filter(holding, within_any("new", codes), old__isnull=False)
    starts = list(ends.order_by().values_list("new", flat=True).distinct())
    return tuple(row.pk for row in Area.objects.raw(_BACK, {"codes": starts, "day": day})) if starts else ()


def kin(code: str) -> tuple[str, ...]:
    """Give every code by which records may know the places of an area, in one query: its own, later and former ones.

    Wider than `reach`: a former code of which a part lies elsewhere belongs to it too. For doors at which somebody
    looks at the person. The database's guards ask the same function. No code of the answer covers another one.
    """
    return areas.outermost({row[0] for row in fetch_all("SELECT places_kin(%s::text)", (code,))})


def _wholly_followed(inside: Sequence[str], day: date) -> list[str]:
    """Give the ended codes outside that lead into the codes and nowhere else, with all that ended below them."""
    found = [code for code in predecessors(inside, day) if not _covered(code, inside)]
    if not found:
        return []
    outside = {
        origin
        for origin, steps in _ways(_ended_in(found, day), day).items()
        if any(not ended and not _covered(step, inside) for step, ended in steps)
    }
    return [code for code in found if not any(areas.covers(code, origin) for origin in outside)]


def _covered(code: str, inside: Sequence[str]) -> bool:
    return code in inside or any(step in inside for step in areas.ancestors_of(code))


def _ended_in(codes: Sequence[str], day: date) -> list[str]:
    """Give the codes among some and below them that ended by a change."""
    links = ChangeLink.objects.filter(within_any("old", codes), old__valid_to__lte=day)
    return list(links.order_by().values_list("old", flat=True).distinct())


def _current(codes: Sequence[str], day: date) -> set[str]:
    return {step for steps in _ways(codes, day).values() for step, ended in steps if not ended}


def _ways(codes: Sequence[str], day: date) -> dict[str, list[tuple[str, bool | None]]]:
    """Give for each code where it leads, itself first, and whether that ended by the day; None for what never was."""
    ways: dict[str, list[tuple[str, bool | None]]] = {code: [] for code in codes}
    rows: Iterable[Any] = Area.objects.raw(_WAYS, {"codes": list(codes), "day": day}) if codes else ()
    for row in rows:
        ways[row.origin].append((row.code, row.ended))
    return ways


def changes(code: str) -> QuerySet[AreaChange]:
    """Give what happened to a code, newest first, each with those of its links that touch the code.

    A change may link the codes of a whole country, so the others stay where they are.
    """
    touching = ChangeLink.objects.filter(Q(old=code) | Q(new=code))
    return (
        AreaChange.objects.filter(pk__in=touching.values("change"))
        .prefetch_related(Prefetch("links", queryset=touching.order_by("old", "new")))
        .order_by("-on", "id")
    )
