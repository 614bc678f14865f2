"""The areas over the API: the tree, an area, what became of a code, search. Open to everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Path, Query

from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, queries
from shanzhi.places.models import Area, Station

router = Router(tags=["places"])
CODE = Path(..., pattern="^[0-9]{2,21}$")
PARENT = Query("", pattern="^([0-9]{2,21})?$")
LIMIT = Query(100, ge=1, le=500)


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


def _page(rows: QuerySet[Area], after: str, limit: int) -> dict[str, Any]:
    found = list(rows.filter(code__gt=after)[: limit + 1] if after else rows[: limit + 1])
    more = len(found) > limit
    return {"items": found[:limit], "next": found[limit - 1].code if more else ""}


@router.get("/areas", response=AreaPage, summary="List the areas directly below one, or all levels below it")
def list_areas(
    request: HttpRequest, parent: str = PARENT, after: str = PARENT, limit: int = LIMIT, deep: bool = False
) -> dict[str, Any]:
    """Without `parent` the provinces; with `deep` the whole subtree, by code."""
    if parent:
        queries.area(code=parent)
    rows = queries.subtree(parent) if deep else queries.children(parent)
    return _page(rows, after, limit)


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


@router.get("/areas/{code}/outline", response=dict[str, Any], summary="Get an area's outline as GeoJSON")
def get_outline(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """Only the districts that come with the program have one."""
    found = exchange.outline(code)
    if found is None:
        raise NotFound(field="code")
    return found


@router.get("/search", response=list[AreaOut], summary="Find areas by name, former name or start of the code")
def search_areas(
    request: HttpRequest, q: str = Query(..., min_length=1, max_length=100), inside: str = PARENT, limit: int = LIMIT
) -> list[Area]:
    """The exact name first, then names that start so."""
    return list(queries.search(q.replace("\x00", ""), inside=inside)[:limit])


@router.get("/stations", response=list[StationOut], summary="List social-work stations")
def list_stations(request: HttpRequest, area: str = PARENT, limit: int = LIMIT) -> list[Station]:
    """Newest first; `area` narrows to a subtree."""
    return list(queries.stations(area)[:limit])
