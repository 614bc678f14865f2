"""What a sheet of figures or stations would do, row by row, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.places import policies, queries
from shanzhi.places.exchange import FIELDS, Fault, Row, Rows, listed, units
from shanzhi.places.models import Area, AreaFigure, Measure, Station
from shanzhi.places.operations.changes import AreaEnded
from shanzhi.places.operations.figures import FigureOutOfRange, FigureTooEarly, check_day
from shanzhi.places.operations.stations import LEVELS, WrongStationDay, WrongStationLevel

_RANGES = {Measure.LONGITUDE: (-180_000_000, 180_000_000), Measure.LATITUDE: (-90_000_000, 90_000_000)}


@dataclass(frozen=True, slots=True)
class Step:
    """What comes of one row: something new, a change of `before`, or nothing, because it is on record already."""

    row: Row
    area: Area
    does: Literal["add", "change", "keep"]
    before: Any = None


@dataclass
class Plan:
    """The steps of a sheet, and what stands against it."""

    name: str
    faults: list[Fault]
    places: dict[str, Area] = field(default_factory=dict)
    after: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each code that ended: those in its place."""
    steps: list[Step] = field(default_factory=list)

    def count(self, does: str) -> int:
        """Count the rows of which something certain comes."""
        return sum(step.does == does for step in self.steps)

    def doing(self, does: str) -> list[Step]:
        """Give the rows of which something certain comes."""
        return [step for step in self.steps if step.does == does]

    def wrong(self, row: Row, name: str, words: object) -> None:
        """Note what is wrong in a row, with its cure."""
        self.faults.append(Fault(self.name, row["row"], str(FIELDS.get(name, name)), str(words)))


def plan_figures(*, actor: Actor, rows: Rows, at: datetime) -> Plan:
    """Compare a sheet of figures with the records; nothing is written.

    A row that says what is on record already does nothing; one that says something else corrects it where it gives the
    reason, and is a fault otherwise.
    """
    plan = _begun(actor, rows, policies.LOCAL, at)
    known = queries.figures_on((row["area"] for row in rows.rows), {_day(row["valid_from"]) for row in rows.rows})
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows.rows:
        key = (row["area"], row["measure"], row["valid_from"])
        area = plan.places.get(row["area"])
        if area is None or _again(plan, row, "measure", seen, key) or not _fits(plan, row, area, at):
            continue
        before = known.get((row["area"], row["measure"], _day(row["valid_from"])))
        if before is None:
            plan.steps.append(Step(row, area, "add"))
        elif before.value == row["value"]:
            plan.steps.append(Step(row, area, "keep", before))
        elif row["reason"]:
            plan.steps.append(Step(row, area, "change", before))
        else:
            plan.wrong(row, row["measure"], _unlike(before))
    return _sorted(plan)


def _unlike(before: AreaFigure) -> str:
    return _(
        "On record for that day is %(value)s. If that is wrong, say why in the column “Reason” (更正原因), and this "
        "row corrects it; if not, take the row out."
    ) % {"value": units.in_words(before.measure, before.value)}


def _fits(plan: Plan, row: Row, area: Area, at: datetime) -> bool:
    """Check value and day of a figure as recording it would."""
    low, high = _RANGES.get(row["measure"], (0, None))
    if row["value"] < low or (high is not None and row["value"] > high):
        plan.wrong(row, row["measure"], FigureOutOfRange.message)
        return False
    try:
        check_day(area, _day(row["valid_from"]), at)
    except AreaEnded:
        plan.wrong(row, "area", _ended(plan, area))
    except FigureTooEarly as wrong:
        plan.wrong(row, "valid_from", wrong.text)
    else:
        return True
    return False


def plan_stations(*, actor: Actor, rows: Rows, at: datetime) -> Plan:
    """Compare a sheet of stations with the records; nothing is written.

    A station is known by area and name. Cells that are filled in and say something else change it; empty ones leave it.
    """
    plan = _begun(actor, rows, policies.STATIONS, at)
    found = Station.objects.filter(area__in={row["area"] for row in rows.rows})
    known = {(station.area_id, station.name): station for station in found}
    seen: dict[tuple[str, str], int] = {}
    for row in rows.rows:
        key, area = (row["area"], row["name"]), plan.places.get(row["area"])
        if area is None or _again(plan, row, "name", seen, key):
            continue
        if area.level not in LEVELS:
            plan.wrong(row, "area", WrongStationLevel.message)
        elif key in known:
            _compare(plan, row, area, known[key])
        elif not queries.holds(area, at):
            plan.wrong(row, "area", _ended(plan, area))
        elif not row["opened_on"]:
            plan.wrong(row, "opened_on", _("Give the day on which the station opened, such as 2023-01-01."))
        elif row["closed_on"] and row["closed_on"] < row["opened_on"]:
            plan.wrong(row, "closed_on", WrongStationDay.message)
        else:
            plan.steps.append(Step(row, area, "add"))
    return _sorted(plan)


def _compare(plan: Plan, row: Row, area: Area, station: Station) -> None:
    opened = _day(row["opened_on"]) if row["opened_on"] else station.opened_on
    closed = _day(row["closed_on"]) if row["closed_on"] else station.closed_on
    if closed is not None and closed < opened:
        plan.wrong(row, "closed_on", WrongStationDay.message)
    elif closed != station.closed_on and not row["reason"]:
        plan.wrong(row, "reason", _("Say why the station closed, in the column “Reason” (关闭原因)."))
    else:
        same = opened == station.opened_on and closed == station.closed_on
        same = same and all(not row[name] or row[name] == getattr(station, name) for name in ("address", "phone"))
        plan.steps.append(Step(row, area, "keep" if same else "change", station))


def _begun(actor: Actor, rows: Rows, roles: frozenset[Role], at: datetime) -> Plan:
    """Begin a plan with what reading found, and with the areas that the actor may write to."""
    found = Area.objects.in_bulk({row["area"] for row in rows.rows})
    mine = {code: area for code, area in found.items() if policies.may(actor, roles, code)}
    ended = [code for code, area in mine.items() if not queries.holds(area, at)]
    plan = Plan(rows.name, list(rows.faults), mine, queries.successors(ended, at))
    for row in rows.rows:
        code = row["area"]
        if code not in found:
            plan.wrong(row, "area", _("There is no area %(code)s. Look its code up under “Areas”.") % {"code": code})
        elif code not in mine:
            words = _("%(area)s is not yours to write to. Take the row out, or ask the office in charge.")
            plan.wrong(row, "area", words % {"area": found[code].name})
    return plan


def _ended(plan: Plan, area: Area) -> str:
    current = plan.after.get(area.code)
    if not current:
        return _("The code %(area)s no longer holds, and nothing took its place.") % {"area": area.code}
    words = _("The code %(area)s no longer holds. Take the one in its place: %(codes)s.")
    return words % {"area": area.code, "codes": listed(current)}


def _again(plan: Plan, row: Row, name: str, seen: dict[Any, int], key: tuple[str, ...]) -> bool:
    """Note a row that says again what an earlier one said."""
    if key not in seen:
        seen[key] = row["row"]
        return False
    plan.wrong(row, name, _("The same as in row %(row)s. Keep one of the two.") % {"row": seen[key]})
    return True


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _sorted(plan: Plan) -> Plan:
    """Put the faults in the order of the rows; what a row of several measures would tell again is told once."""
    plan.faults = sorted(dict.fromkeys(plan.faults), key=lambda fault: fault.row)
    return plan
