"""Areas to choose from: those open to somebody, all of them where they are few, else by what is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Left, Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import (
    CITY,
    COMMUNITY,
    COUNTRY,
    DISTRICT,
    LENGTHS,
    PROVINCE,
    SUBDISTRICT,
    ancestors_of,
    covers,
)
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.identifiers import uuid_or_none
from shanzhi.kernel.roles import GRANTERS
from shanzhi.people import holders, policies
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import MOST_LISTED, MOST_MATCHES, AreaSource, Place
from shanzhi.ui.listing import Recent

OFFICIAL: Final = (PROVINCE, CITY, DISTRICT, SUBDISTRICT, COMMUNITY)
UPPER: Final = OFFICIAL[:-1]
MOST_ABOVE: Final = 200
MOST_WAYS: Final = 3
DEEPEST: Final = 4
MOST_LOOKS: Final = 12
# The names of all that an area lies in, the widest first, read with the area itself.
_STEPS: Final = ArraySubquery(
    Area.objects.filter(code__in=[Left(OuterRef("code"), length) for length in sorted(LENGTHS.values())])
    .exclude(code=OuterRef("code"))
    .order_by(Length("code"))
    .values("name")
)
_few: Recent[tuple[Place, ...] | str] = Recent()
_MANY: Final = "many"


@dataclass(frozen=True, slots=True)
class Open:
    """Which areas are open: all at the levels named that lie in one of the codes and hold at the moment."""

    codes: tuple[str, ...]
    at: datetime
    levels: tuple[str, ...] = OFFICIAL

    @property
    def condition(self) -> Q:
        """What an open area fulfils."""
        return places.valid(self.at) & places.within_any("code", self.codes) & Q(level__in=self.levels)

    def few(self) -> tuple[Place, ...] | None:
        """Give all of them where a list can hold them; that is kept for a minute, for areas change rarely."""
        key = (self.codes, self.levels, places.day_of(self.at))
        kept = _few.get(key)
        if kept is None:
            rows = list(_all(self.condition).annotate(steps=_STEPS)[: MOST_LISTED + 1])
            kept = _MANY if len(rows) > MOST_LISTED else tuple(_stepped(rows))
            _few.keep(key, kept)
        return None if isinstance(kept, str) else kept

    def find(self, codes: Iterable[str]) -> Mapping[str, Place]:
        """Give those of the codes that are open, in one query at most."""
        wanted = [code for code in codes if code]
        kept = (self.few() or ()) if wanted else ()
        if kept or not wanted:
            return {place.code: place for place in kept if place.code in wanted}
        above = {step for code in wanted for step in ancestors_of(code)}
        is_open = ExpressionWrapper(self.condition & Q(pk__in=wanted), output_field=BooleanField())
        rows = Area.objects.filter(pk__in=above.union(wanted)).annotate(is_open=is_open)
        names = {area.code: area.name for area in rows}
        return {area.code: _place(area, names) for area in rows if area.is_open}

    def search(self, words: str) -> Sequence[Place]:
        """Give the areas that fit what was typed, best first; one too many tells that there are more."""
        text = "".join(words.split())
        return _placed(_matching(self.condition, text, self.at)) if text else ()


def _stepped(rows: Iterable[Any]) -> list[Place]:
    """Name areas with all they lie in, whose names came with them."""
    return [Place(area.code, area.name, " ".join(area.steps)) for area in rows]


def _placed(rows: Iterable[Area]) -> list[Place]:
    """Name areas with all they lie in, in one query."""
    listed = list(rows)
    names = places.names(step for area in listed for step in ancestors_of(area.code))
    return [_place(area, names) for area in listed]


def _place(area: Area, names: Mapping[str, str]) -> Place:
    return Place(area.code, area.name, " ".join(names[step] for step in ancestors_of(area.code) if step in names))


def _all(condition: Q) -> QuerySet[Area]:
    return Area.objects.filter(condition).order_by("code")


def _matching(
    condition: Q, text: str, at: datetime, inside: Q | None = None, depth: int = 0, looks: list[str] | None = None
) -> list[Area]:
    """Find by name or code; else take the start of the text for an area above, as in 历下区泉城路社区 or 历下泉城路.

    `looks` gathers what was looked for: anybody may ask, so one question costs MOST_LOOKS looks at most.
    """
    inside = Q() if inside is None else inside
    looks = [] if looks is None else looks
    if len(looks) == MOST_LOOKS:
        return []
    looks.append(text)
    named = places.search(text, at=at).filter(condition, inside) if text else _all(condition & inside)
    found = list(named[: MOST_MATCHES + 1])
    if found or depth == DEEPEST or len(text) < 2:
        return found
    rests = _rests(text, at, inside)
    for rest in sorted(rests, key=len)[:MOST_WAYS]:
        found += _matching(condition, rest, at, places.within_any("code", rests[rest]), depth + 1, looks)
    return found[: MOST_MATCHES + 1]


def _rests(text: str, at: datetime, inside: Q) -> dict[str, list[str]]:
    """Give what is left of the text behind the name of an area above a community, with the codes of such areas."""
    rests: dict[str, list[str]] = {}
    above = Area.objects.filter(places.valid(at), inside, level__in=UPPER).annotate(head=Left("name", 2))
    rows = above.filter(head=text[:2]).order_by(Length("code"), "code")
    for code, name in rows.values_list("code", "name")[:MOST_ABOVE]:
        rests.setdefault(text[_same(name, text) :], []).append(code)
    return rests


def _same(name: str, text: str) -> int:
    """Give how many characters both begin with."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(name, text, strict=False)))


def source_of(open_ones: Open, *, url: str = "", **more: Any) -> AreaSource:
    """Make the source of a field or filter of what is open."""
    return AreaSource(search=open_ones.search, find=open_ones.find, few=open_ones.few(), url=url, **more)


def home_areas(*, at: datetime) -> AreaSource:
    """Give the communities in which one can live: all that hold; they are public."""
    return source_of(Open((COUNTRY,), at, (COMMUNITY,)), url=reverse("people:areas", args=["home"]))


def granted_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer may give roles, the whole country where that is theirs."""
    codes = viewer.areas(GRANTERS)
    whole = _("The whole country") if COUNTRY in codes else ""
    return source_of(Open(codes, at), url=reverse("people:areas", args=["role"]), whole=whole)


def granted_organizations(*, viewer: Actor, at: datetime) -> AreaSource | None:
    """Give the organisations in which the viewer may give roles: open ones seated in the own areas; None for none."""
    return organizations_in(codes=viewer.areas(GRANTERS), url=reverse("people:areas", args=["organization"]))


def organizations_in(*, codes: Sequence[str], url: str = "") -> AreaSource | None:
    """Give the open organisations seated in these areas, to choose one; None where there are none."""

    def find(keys: Iterable[str]) -> Mapping[str, Place]:
        known = holders.find(uuid_or_none(key) for key in keys)
        inside = [one for one in known.values() if one.open and any(covers(code, one.seat) for code in codes)]
        return {place.code: place for place in _bodies(inside)}

    def search(words: str) -> Sequence[Place]:
        text = words.strip()
        return _bodies(holders.bodies().open_in(codes, words=text, most=MOST_MATCHES + 1)) if text else ()

    few = holders.bodies().open_in(codes, most=MOST_LISTED + 1)
    if not few:
        return None
    return AreaSource(
        search=search,
        find=find,
        few=None if len(few) > MOST_LISTED else _bodies(few),
        url=url,
        nothing=_("No organisation fits. Type a shorter part of its name."),
    )


def _bodies(found: Iterable[holders.Body]) -> list[Place]:
    """Show organisations with the area of their seat, since names repeat; in one query."""
    listed = list(found)
    seats = places.full_names(one.seat for one in listed) if listed else {}
    return [Place(str(one.id), one.name, seats.get(one.seat, one.seat)) for one in listed]


def listed_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas for which the viewer may bring in lists of residents."""
    return source_of(Open(viewer.areas(policies.IMPORTERS), at), url=reverse("people:areas", args=["list"]))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose people the viewer sees, for filters."""
    return source_of(Open(viewer.areas(policies.READERS), at))


def all_areas(*, at: datetime) -> AreaSource:
    """Give every area down to the community, for filters of public lists."""
    return source_of(Open((COUNTRY,), at))


def areas_for(*, kind: str, viewer: Actor, at: datetime) -> AreaSource:
    """Give the source of a kind of choice, for the places that come while one types. Raises NotFound."""
    if kind == "home":
        return home_areas(at=at)
    makers = {"role": granted_areas, "list": listed_areas, "organization": granted_organizations}
    source = makers[kind](viewer=viewer, at=at) if kind in makers else None
    if source is None:
        raise NotFound
    return source
