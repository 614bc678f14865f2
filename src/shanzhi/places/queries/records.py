"""Figures of areas, and social-work stations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from shanzhi.kernel import areas
from shanzhi.kernel.errors import NotFound
from shanzhi.places.models import AreaFigure, Station
from shanzhi.places.queries.tree import day_of, within


def figures(codes: Sequence[str], at: datetime | date) -> dict[str, dict[str, AreaFigure]]:
    """Give for each code the figure of each measure that holds on the day, in one query."""
    rows = (
        AreaFigure.objects.filter(area__in=codes, valid_from__lte=day_of(at))
        .order_by("area", "measure", "-valid_from")
        .distinct("area", "measure")
    )
    found: dict[str, dict[str, AreaFigure]] = {code: {} for code in codes}
    for row in rows:
        found[row.area_id][row.measure] = row
    return found


def figure_series(code: str) -> QuerySet[AreaFigure]:
    """Give all figures of an area, the newest of each measure first."""
    return AreaFigure.objects.filter(area=code).order_by("measure", "-valid_from")


def stations(code: str = areas.COUNTRY) -> QuerySet[Station]:
    """Give the social-work stations in an area, open and closed, newest first."""
    return Station.objects.filter(within("area", code)).select_related("area").order_by("-created_at", "id")


def station(*, station_id: UUID) -> Station:
    """Give a station, or raise NotFound."""
    found = Station.objects.select_related("area").filter(pk=station_id).first()
    if found is None:
        raise NotFound
    return found
