"""Taking in sheets of figures and of stations for many areas: whole or not at all, and safe to send twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.places import policies
from shanzhi.places.exchange import BadRows, Line, Row, Rows, figures_of, stations_of
from shanzhi.places.models import AreaFigure, SentSheet, SheetKind, Station
from shanzhi.places.operations.figures import event_of_figure, follower
from shanzhi.places.operations.planning import Plan, Step, plan_figures, plan_stations

CHUNK: Final = 1000
STATION_FIELDS: Final = ("address", "phone", "opened_on", "closed_on")
# A sheet whose sender never said yes is forgotten.
KEPT: Final = timedelta(days=7)
ROLES: Final = {SheetKind.FIGURES: policies.LOCAL, SheetKind.STATIONS: policies.STATIONS}
Progress = Callable[[int, int], None]


class EmptySheet(Invalid):
    """There is no row in the sheet."""

    code = "empty_sheet"
    message = _("There is nothing filled in on this sheet. Check that it is the right one, the first of the file.")


class SheetOvertaken(Conflict):
    """The records changed between the look at a sheet and its writing."""

    code = "sheet_overtaken"
    message = _("Somebody else recorded some of this meanwhile; nothing was written. Look at the sheet again.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sheet did, in numbers of rows."""

    read: int
    added: int
    changed: int
    kept: int


def keep_sheet(
    *,
    actor: Actor,
    kind: SheetKind,
    name: str,
    lines: Sequence[Line],
    at: datetime,
    on: date | None = None,
    source: str = "",
) -> SentSheet:
    """Keep a sheet until its sender has looked at what it would do; `on` and `source` are for lines without their own.

    Raises Forbidden, EmptySheet.
    """
    policies.require_anywhere(actor, ROLES[kind])
    sheet = SentSheet(
        owner=actor.person(),
        kind=kind,
        name=name[:200],
        rows=[[line.number, line.cells] for line in lines],
        given={"on": on.isoformat(), "source": source} if on else {"source": source},
        created_at=at,
    )
    found = _rows(sheet)
    if not found.rows and not found.faults:
        raise EmptySheet(field="file")
    SentSheet.objects.filter(written_at__isnull=True, created_at__lt=at - KEPT).delete()
    sheet.save(force_insert=True)
    return sheet


def _rows(sheet: SentSheet) -> Rows:
    """Read the lines of a kept sheet, in the language of the one who looks."""
    lines = [Line(number, cells) for number, cells in sheet.rows or ()]
    if sheet.kind == SheetKind.STATIONS:
        return stations_of(sheet.name, lines)
    on = date.fromisoformat(sheet.given["on"]) if "on" in sheet.given else None
    return figures_of(sheet.name, lines, on=on, source=sheet.given.get("source", ""))


def planned(*, actor: Actor, sheet: SentSheet, at: datetime) -> Plan:
    """Work out what a kept sheet would do now; nothing is written."""
    plan = plan_figures if sheet.kind == SheetKind.FIGURES else plan_stations
    return plan(actor=actor, rows=_rows(sheet), at=at)


def write_sheet(*, actor: Actor, sheet_id: UUID, at: datetime) -> SentSheet:
    """Write a kept sheet after its sender's yes; a second yes finds it written. Raises NotFound and as `take` does."""
    with transaction.atomic():
        sheet = (
            SentSheet.objects.select_for_update().filter(pk=sheet_id, owner__in=(actor.person(), *actor.also)).first()
        )
        if sheet is None:
            raise NotFound
        if sheet.written_at is None:
            taken = _write(actor, SheetKind(sheet.kind), planned(actor=actor, sheet=sheet, at=at), at, _silent)
            sheet.rows, sheet.written_at, sheet.result = None, at, asdict(taken)
            sheet.save(update_fields=["rows", "written_at", "result"])
            record(actor=actor, verb="places.sheet.write", subject=sheet, area="", change=asdict(taken), at=at)
    return sheet


def _silent(done: int, total: int) -> None:
    """Show no progress."""


def take(*, actor: Actor, kind: SheetKind, rows: Rows, at: datetime, progress: Progress = _silent) -> Taken:
    """Check a sheet and write it at once, whole or not at all; the same sheet again changes nothing.

    Raises BadRows with row, column and cure, EmptySheet, SheetOvertaken.
    """
    if not rows.rows and not rows.faults:
        raise EmptySheet(field="file")
    plan = plan_figures if kind == SheetKind.FIGURES else plan_stations
    with transaction.atomic():
        return _write(actor, kind, plan(actor=actor, rows=rows, at=at), at, progress)


def _write(actor: Actor, kind: SheetKind, plan: Plan, at: datetime, progress: Progress) -> Taken:
    if plan.faults:
        raise BadRows(plan.faults)
    write = _write_figures if kind == SheetKind.FIGURES else _write_stations
    try:
        with transaction.atomic():
            write(actor, plan, at, progress)
    except IntegrityError as fault:
        raise SheetOvertaken from fault
    return Taken(len(plan.steps), plan.count("add"), plan.count("change"), plan.count("keep"))


def _write_figures(actor: Actor, plan: Plan, at: datetime, progress: Progress) -> None:
    made = [_figure(step, at) for step in plan.steps if step.does != "keep"]
    for start in range(0, len(made), CHUNK):
        some = AreaFigure.objects.bulk_create(made[start : start + CHUNK])
        record_many(event_of_figure(actor, figure) for figure in some)
        progress(start + len(some), len(made))


def _figure(step: Step, at: datetime) -> AreaFigure:
    row = step.row
    if step.does == "change":
        return follower(step.before, value=row["value"], source=row["source"], reason=row["reason"], at=at)
    return AreaFigure(
        area=step.area,
        measure=row["measure"],
        value=row["value"],
        valid_from=date.fromisoformat(row["valid_from"]),
        source=row["source"],
        created_at=at,
    )


def _write_stations(actor: Actor, plan: Plan, at: datetime, progress: Progress) -> None:
    fresh, steps = plan.doing("add"), plan.doing("change")
    made = Station.objects.bulk_create(
        (_filled(Station(area=step.area, name=step.row["name"], created_at=at), step.row) for step in fresh),
        batch_size=CHUNK,
    )
    record_many(_event(actor, "create", station, step, at) for station, step in zip(made, fresh, strict=True))
    there = Station.objects.select_for_update().in_bulk([step.before.pk for step in steps])
    for step in steps:
        station = there[step.before.pk]
        if station.version != step.before.version:
            raise SheetOvertaken
        _filled(station, step.row).version += 1
    Station.objects.bulk_update(there.values(), [*STATION_FIELDS, "version"], batch_size=CHUNK)
    changed = [(there[step.before.pk], step) for step in steps]
    record_many(
        _event(actor, "edit" if station.closed_on == step.before.closed_on else "close", station, step, at)
        for station, step in changed
    )
    progress(len(made) + len(changed), len(made) + len(changed))


def _filled(station: Station, row: Row) -> Station:
    """Put the cells that are filled in onto a station."""
    for name in ("address", "phone"):
        setattr(station, name, row[name] or getattr(station, name))
    for name in ("opened_on", "closed_on"):
        if row[name]:
            setattr(station, name, date.fromisoformat(row[name]))
    return station


def _event(actor: Actor, verb: str, station: Station, step: Step, at: datetime) -> Event:
    before = step.before
    changed = [name for name in STATION_FIELDS if before and getattr(before, name) != getattr(station, name)]
    told = {"fields": changed} if before else {"name": station.name}
    return event_of(
        actor=actor,
        verb=f"places.station.{verb}",
        subject=station,
        area=station.area_id,
        change=told,
        at=at,
        reason=step.row["reason"],
    )
