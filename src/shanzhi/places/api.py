"""The areas over the API: the tree, an area with figures and changes, search, stations. Open to everybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Path, Query

from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, queries
from shanzhi.places.models import Area, AreaChange, ChangeLink, Station
from shanzhi.ui.http import BadCursor

router = Router(tags=["places"])
CODE = Path(..., pattern="^[0-9]{2,21}$")
PARENT = Query("", pattern="^([0-9]{2,21})?$")
LIMIT = Query(100, ge=1, le=500)
AFTER = Query(None, description="The `next` of the page before.")
WORDS = Query("", max_length=100)


class AreaOut(Schema):
    """An area. `kind` is empty but for communities; `valid_to` is the first day on which the code no longer holds."""

    code: str
    name: str
    level: str
    parent_code: str | None
    kind: str
    made_locally: bool
    valid_from: date | None
    valid_to: date | None

    @staticmethod
    def resolve_parent_code(area: Area | dict[str, Any]) -> str | None:
        """Give the code above."""
        return area.parent_id if isinstance(area, Area) else area["parent_code"]


class AreaPage(Schema):
    """Areas by code; `next` is the `after` of the next page, empty at the end."""

    items: list[AreaOut]
    next: str


class FigureOut(Schema):
    """A figure: persons, households, square metres or millionths of a degree."""

    measure: str
    value: int
    valid_from: date
    source: str


class RevisionOut(FigureOut):
    """A figure as it was recorded: `value` is empty where it was taken back; only one that `stands` counts.

    Corrections have a `revision` above 1 and give their reason.
    """

    id: UUID
    value: int | None  # type: ignore[assignment]  # one that was taken back has none
    revision: int
    stands: bool
    reason: str
    created_at: datetime


class RevisionPage(Schema):
    """Figures by measure, the latest day and revision first; `next` is the `after` of the next page."""

    items: list[RevisionOut]
    next: UUID | None


class LinkOut(Schema):
    """From which code to which, with the names of the day."""

    old: str | None
    old_name: str
    new: str | None
    new_name: str

    @staticmethod
    def resolve_old(link: ChangeLink) -> str | None:
        """Give the code before."""
        return link.old_id

    @staticmethod
    def resolve_new(link: ChangeLink) -> str | None:
        """Give the code after."""
        return link.new_id


class ChangeOut(Schema):
    """One change of an area's name or code; `links` are those that touch the area."""

    id: UUID
    kind: str
    on: date
    reason: str
    source: str
    links: list[LinkOut]

    @staticmethod
    def resolve_links(change: AreaChange) -> list[ChangeLink]:
        """Give the links that came along."""
        return list(change.links.all())


class ChangePage(Schema):
    """Changes, newest first; `next` is the `after` of the next page."""

    items: list[ChangeOut]
    next: UUID | None


class FormerNameOut(Schema):
    """A former name and the day on which it ended."""

    name: str
    valid_from: date | None
    valid_to: date


class StationOut(Schema):
    """A social-work station."""

    id: str
    area: str
    name: str
    address: str
    phone: str
    opened_on: date
    closed_on: date | None

    @staticmethod
    def resolve_id(station: Station) -> str:
        """Write the id as text."""
        return str(station.pk)

    @staticmethod
    def resolve_area(station: Station) -> str:
        """Give the area's code."""
        return station.area_id


class StationPage(Schema):
    """Stations, newest first; `next` is the `after` of the next page."""

    items: list[StationOut]
    next: UUID | None


class AreaDetail(AreaOut):
    """An area with the areas above it, its former names and its figures of today."""

    above: list[AreaOut]
    former_names: list[FormerNameOut]
    figures: list[FigureOut]


class ResolvedOut(Schema):
    """What became of a code by a day: `current` codes hold, `passed` ones led there."""

    code: str
    current: list[str]
    passed: list[str]


def _cut(rows: QuerySet[Any], limit: int) -> tuple[list[Any], Any]:
    """Give a page's rows, and the last of them when there are more."""
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1] if len(found) > limit else None


def _page(rows: QuerySet[Area], limit: int) -> dict[str, Any]:
    found, last = _cut(rows, limit)
    return {"items": found, "next": last.code if last else ""}


def _marked(rows: QuerySet[Any], limit: int) -> dict[str, Any]:
    found, last = _cut(rows, limit)
    return {"items": found, "next": last.pk if last else None}


def _last(rows: QuerySet[Any], after: UUID) -> Any:
    """Find the row that a page ended with; raise BadCursor for one that is none of the list's."""
    found = rows.filter(pk=after).first()
    if found is None:
        raise BadCursor(field="after")
    return found


@router.get("/areas", response=AreaPage, summary="List the areas directly below one, or all levels below it")
def list_areas(
    request: HttpRequest, parent: str = PARENT, after: str = PARENT, limit: int = LIMIT, deep: bool = False
) -> dict[str, Any]:
    """Without `parent` the provinces; with `deep` the whole subtree, by code."""
    if parent:
        queries.area(code=parent)
    rows = queries.subtree(parent) if deep else queries.children(parent)
    return _page(rows.filter(code__gt=after) if after else rows, limit)


@router.get("/areas/{code}", response=AreaDetail, summary="Get an area")
def get_area(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """A former code is given too; see `valid_to`."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound(field="code")
    plain = AreaOut.from_orm(steps[-1]).dict()
    held = queries.figures([code], request.now)[code]  # type: ignore[attr-defined]  # set by the middleware
    return {
        **plain,
        "above": steps[:-1],
        "former_names": list(queries.former_names(code)),
        "figures": list(held.values()),
    }


@router.get("/areas/{code}/resolve", response=ResolvedOut, summary="Follow a code to those that hold")
def resolve_code(request: HttpRequest, code: str = CODE, at: date | None = None) -> dict[str, Any]:
    """`at` is a day, by default today."""
    found = queries.resolve(code, at or request.now)  # type: ignore[attr-defined]  # set by the middleware
    return {"code": found.code, "current": list(found.current), "passed": list(found.passed)}


@router.get("/areas/{code}/changes", response=ChangePage, summary="List what happened to an area")
def list_changes(
    request: HttpRequest, code: str = CODE, after: UUID | None = AFTER, limit: int = LIMIT
) -> dict[str, Any]:
    """Renames, splits, mergers and all other changes, newest first."""
    queries.area(code=code)
    rows = queries.changes(code)
    if after is not None:
        last = _last(rows, after)
        rows = rows.filter(Q(on__lt=last.on) | Q(on=last.on, pk__gt=last.pk))
    return _marked(rows, limit)


@router.get("/areas/{code}/figures", response=RevisionPage, summary="List an area's whole series of figures")
def list_figures(
    request: HttpRequest,
    code: str = CODE,
    measure: str = Query("", pattern="^[a-z0-9_]{0,16}$"),
    revisions: bool = False,
    after: UUID | None = AFTER,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """Those that stand; with `revisions` also what was corrected or taken back."""
    queries.area(code=code)
    rows = queries.revisions(code, all_of_them=revisions)
    if measure:
        rows = rows.filter(measure=measure)
    if after is not None:
        last = _last(rows, after)
        same = Q(measure=last.measure)
        older = Q(valid_from__lt=last.valid_from) | Q(valid_from=last.valid_from, revision__lt=last.revision)
        rows = rows.filter(Q(measure__gt=last.measure) | (same & older))
    return _marked(rows, limit)


@router.get("/areas/{code}/outline", response=dict[str, Any], summary="Get an area's outline as GeoJSON")
def get_outline(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """Only the districts that come with the program have one."""
    found = exchange.outline(code)
    if found is None:
        raise NotFound(field="code")
    return found


@router.get("/search", response=AreaPage, summary="Find areas by name, former name or start of the code")
def search_areas(
    request: HttpRequest,
    q: str = Query(..., min_length=1, max_length=100),
    inside: str = PARENT,
    after: str = PARENT,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """The exact name first, then names that start so; `after` is the `next` of the page before."""
    rows = queries.search(q.replace("\x00", ""), inside=inside)
    if after:
        try:
            rows = queries.after(rows, after)
        except NotFound as fault:
            raise BadCursor(field="after") from fault
    return _page(rows, limit)


@router.get("/stations", response=StationPage, summary="List social-work stations")
def list_stations(
    request: HttpRequest,
    area: str = PARENT,
    level: Literal["", "district", "subdistrict", "community"] = "",
    open: bool | None = None,  # noqa: A002 - the name in the address
    q: str = WORDS,
    after: UUID | None = AFTER,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """Newest first; `area` narrows to a subtree, `q` to a part of the name, `open` to open or closed ones."""
    rows = queries.stations(area)
    if level:
        rows = rows.filter(area__level=level)
    if open is not None:
        rows = rows.filter(closed_on__isnull=open)
    if q:
        rows = rows.filter(name__icontains=q.replace("\x00", ""))
    if after is not None:
        last = _last(rows, after)
        rows = rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__gt=last.pk))
    return _marked(rows, limit)
