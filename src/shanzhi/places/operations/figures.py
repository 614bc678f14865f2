"""Figures of an area: population, households, size, centre. Recorded once, corrected by rows that take their place."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, write
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.places import policies, queries
from shanzhi.places.exchange import units
from shanzhi.places.models import Area, AreaFigure, Measure
from shanzhi.places.operations.changes import AreaEnded

_ONCE = "places_figure_once"


class FigureTaken(Conflict):
    """There is a figure of this measure for that day already."""

    code = "figure_taken"
    message = _(
        "For that day the area has a figure of this kind already: %(value)s. If it is wrong, open “All figures” on the "
        "area's page and correct it with a reason; if the new one is later, give the day from which it holds."
    )


class FigureOutOfRange(Invalid):
    """Counts are not negative, coordinates lie on the globe."""

    code = "figure_out_of_range"
    message = _("The value is out of range: counts are 0 or more; coordinates are millionths of a degree on the globe.")


class FigureTooEarly(Invalid):
    """A figure of a day that has not come is an expectation."""

    code = "figure_too_early"
    message = _("That day has not come yet. Give the day from which the figure holds, today at the latest.")


class FigureCorrected(Conflict):
    """Somebody corrected the figure meanwhile."""

    code = "figure_corrected"
    message = _("This figure was corrected meanwhile. Open the list of figures again and look at the newest one.")


class NothingCorrected(Invalid):
    """A correction that changes neither value nor source."""

    code = "nothing_corrected"
    message = _("Value and source are the same as before. Change one of them, or go back.")


class ReasonMissing(Invalid):
    """A correction without its reason."""

    code = "reason_missing"
    message = _("Say why the figure was wrong; everybody sees the reason in the list of corrections.")


def record_figure(
    *, actor: Actor, code: str, measure: str, value: int, valid_from: date, source: str, at: datetime
) -> AreaFigure:
    """Record a figure that holds from a day on; earlier ones stay.

    `value` is a whole number: persons, households, square metres, or millionths of a degree. An area that ended takes
    figures of its own days still. Raises NotFound, Forbidden, AreaEnded, FigureTooEarly, FigureTaken, FigureOutOfRange.
    """
    area = queries.area(code=code)
    policies.require(actor, policies.LOCAL, code)
    check_day(area, valid_from, at)
    made = AreaFigure(
        area=area,
        measure=Measure(measure),
        value=value,
        valid_from=valid_from,
        source=source.strip(),
        created_at=at,
    )
    try:
        return _saved(actor, made)
    except IntegrityError as fault:
        if _ONCE in str(fault):
            raise FigureTaken(field="valid_from", value=_value_there(made)) from fault
        raise FigureOutOfRange(field="value") from fault


def correct_figure(
    *, actor: Actor, figure_id: UUID, value: int | None, source: str, reason: str, at: datetime
) -> AreaFigure:
    """Put a right figure in the place of a wrong one; None takes it back, so that the day has none.

    The wrong one stays on record with the reason. Raises NotFound, Forbidden, ReasonMissing, NothingCorrected,
    FigureCorrected, FigureOutOfRange.
    """
    wrong = queries.figure(figure_id=figure_id)
    policies.require(actor, policies.LOCAL, wrong.area_id)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if value == wrong.value and source.strip() in ("", wrong.source):
        raise NothingCorrected(field="value")
    try:
        return _saved(actor, follower(wrong, value=value, source=source, reason=reason, at=at))
    except IntegrityError as fault:
        if _ONCE in str(fault):
            raise FigureCorrected(field="value") from fault
        raise FigureOutOfRange(field="value") from fault


def follower(wrong: AreaFigure, *, value: int | None, source: str, reason: str, at: datetime) -> AreaFigure:
    """Make the row that takes a wrong figure's place."""
    return AreaFigure(
        area_id=wrong.area_id,
        measure=wrong.measure,
        value=value,
        valid_from=wrong.valid_from,
        source=source.strip() or wrong.source,
        revision=wrong.revision + 1,
        reason=reason.strip(),
        created_at=at,
    )


def check_day(area: Area, day: date, at: datetime) -> None:
    """Refuse a day that has not come, or on which the area's code held no more: FigureTooEarly, AreaEnded."""
    if day > queries.day_of(at):
        raise FigureTooEarly(field="valid_from")
    if area.valid_to is not None and day >= area.valid_to:
        raise AreaEnded(area=area.code, field="valid_from")


def event_of_figure(actor: Actor, figure: AreaFigure) -> Event:
    """Build the event of a new row."""
    told = {"measure": figure.measure, "value": figure.value, "valid_from": figure.valid_from.isoformat()}
    corrected = figure.revision > 1
    return event_of(
        actor=actor,
        verb="places.figure.correct" if corrected else "places.figure.record",
        subject=figure,
        area=figure.area_id,
        change={**told, "revision": figure.revision} if corrected else told,
        at=figure.created_at,
        reason=figure.reason,
    )


def _saved(actor: Actor, figure: AreaFigure) -> AreaFigure:
    with transaction.atomic():
        figure.save(force_insert=True)
        write(event_of_figure(actor, figure))
    return figure


def _value_there(figure: AreaFigure) -> str:
    key = (figure.area_id, figure.measure, figure.valid_from)
    there = queries.figures_on([figure.area_id], [figure.valid_from])[key]
    return units.in_words(there.measure, there.value)
