"""Figures of areas, social-work stations, and sheets that wait for their sender's yes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Length

from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places.models import AreaFigure, Measure, SentSheet, Station
from shanzhi.places.queries.tree import day_of, within

_LONGEST: Final = max(areas.LENGTHS.values())


def _later() -> Exists:
    """Tell whether a correction took a figure's place."""
    same = {name: OuterRef(name) for name in ("area", "measure", "valid_from")}
    return Exists(AreaFigure.objects.filter(**same, revision__gt=OuterRef("revision")))


def standing() -> QuerySet[AreaFigure]:
    """Give the figures that no correction has taken the place of, those taken back among them."""
    return AreaFigure.objects.filter(~_later())


def figures(codes: Sequence[str], at: datetime | date) -> dict[str, dict[str, AreaFigure]]:
    """Give for each code the figure of each measure that holds on the day, in one query."""
    rows = (
        standing()
        .filter(area__in=codes, valid_from__lte=day_of(at), value__isnull=False)
        .order_by("area", "measure", "-valid_from")
        .distinct("area", "measure")
    )
    found: dict[str, dict[str, AreaFigure]] = {code: {} for code in codes}
    for row in rows:
        found[row.area_id][row.measure] = row
    return found


def figures_on(codes: Iterable[str], days: Iterable[date]) -> dict[tuple[str, str, date], AreaFigure]:
    """Give the standing figures of many areas that begin on certain days, by area, measure and day, in one query."""
    rows = standing().filter(area__in=set(codes), valid_from__in=set(days))
    return {(row.area_id, row.measure, row.valid_from): row for row in rows}


def figure_series(code: str) -> QuerySet[AreaFigure]:
    """Give the whole series of an area as it stands, the newest of each measure first.

    Each row carries `place`, a unique text: by it rows of one day stand in the order of the measures.
    """
    return _placed(standing().filter(area=code, value__isnull=False)).order_by("measure", "-valid_from")


def revisions(code: str, *, all_of_them: bool = True) -> QuerySet[Any]:
    """Give every figure that an area ever had, in the order of the series; `stands` tells which were not corrected.

    Without `all_of_them` only those that stand and have a value.
    """
    rows = AreaFigure.objects.filter(area=code).annotate(stands=~_later())
    if not all_of_them:
        rows = rows.filter(stands=True, value__isnull=False)
    return rows.order_by("measure", "-valid_from", "-revision")


def corrections(code: str) -> QuerySet[Any]:
    """Give the corrections of an area's figures, the newest first; `before` is the value that each corrected.

    `stands` tells which were not corrected again.
    """
    earlier = AreaFigure.objects.filter(
        area=OuterRef("area"),
        measure=OuterRef("measure"),
        valid_from=OuterRef("valid_from"),
        revision=OuterRef("revision") - 1,
    )
    before = Subquery(earlier.values("value"), output_field=BigIntegerField())
    rows = AreaFigure.objects.filter(area=code, revision__gt=1).annotate(before=before, stands=~_later())
    return _placed(rows).order_by("-created_at", "id")


def _placed(rows: QuerySet[AreaFigure]) -> QuerySet[AreaFigure]:
    order = Case(
        *(When(measure=measure, then=Value(str(number))) for number, measure in enumerate(Measure.values)),
        output_field=TextField(),
    )
    parts = (order, Cast("valid_from", TextField()), Cast("revision", TextField()))
    return rows.annotate(place=Concat(*parts, output_field=TextField()))


def figure(*, figure_id: UUID) -> AreaFigure:
    """Give a figure, also one that was corrected since, or raise NotFound."""
    found = AreaFigure.objects.select_related("area").filter(pk=figure_id).first()
    if found is None:
        raise NotFound
    return found


def stations(code: str = areas.COUNTRY) -> QuerySet[Station]:
    """Give the social-work stations in an area with the areas above, open and closed, newest first.

    `width` orders them by level: it is larger the more an area takes in.
    """
    return (
        Station.objects.filter(within("area", code))
        .select_related("area__parent__parent__parent__parent")
        .annotate(width=_LONGEST - Length("area"))
        .order_by("-created_at", "id")
    )


def station(*, station_id: UUID) -> Station:
    """Give a station, or raise NotFound."""
    found = Station.objects.select_related("area").filter(pk=station_id).first()
    if found is None:
        raise NotFound
    return found


def sheet(*, viewer: Actor, sheet_id: UUID) -> SentSheet:
    """Give a sheet to the one who sent it; raise NotFound for all others."""
    found = SentSheet.objects.filter(pk=sheet_id, owner__in=(viewer.person(), *viewer.also)).first()
    if found is None:
        raise NotFound
    return found
