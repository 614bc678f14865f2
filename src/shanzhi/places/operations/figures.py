"""Figures of an area: population, households, size, centre."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.places import policies, queries
from shanzhi.places.models import AreaFigure, Measure


class FigureTaken(Conflict):
    """There is a figure of this measure for that day already."""

    code = "figure_taken"
    message = _("A figure of this kind for that day was recorded before. Give the day from which the new one holds.")


class FigureOutOfRange(Invalid):
    """Counts are not negative, coordinates lie on the globe."""

    code = "figure_out_of_range"
    message = _("The value is out of range: counts are 0 or more; coordinates are millionths of a degree on the globe.")


def record_figure(
    *, actor: Actor, code: str, measure: str, value: int, valid_from: date, source: str, at: datetime
) -> AreaFigure:
    """Record a figure that holds from a day on; earlier ones stay.

    `value` is a whole number: persons, households, square metres, or millionths of a degree. Raises NotFound,
    Forbidden, FigureTaken, FigureOutOfRange.
    """
    area = queries.area(code=code, at=at)
    policies.require(actor, policies.LOCAL, code)
    try:
        with transaction.atomic():
            made = AreaFigure.objects.create(
                area=area,
                measure=Measure(measure),
                value=value,
                valid_from=valid_from,
                source=source.strip(),
                created_at=at,
            )
            told = {"measure": made.measure, "value": value, "valid_from": valid_from.isoformat()}
            record(actor=actor, verb="places.figure.record", subject=made, area=code, change=told, at=at)
    except IntegrityError as fault:
        if "places_figure_once" in str(fault):
            raise FigureTaken(field="valid_from") from fault
        raise FigureOutOfRange(field="value") from fault
    return made
