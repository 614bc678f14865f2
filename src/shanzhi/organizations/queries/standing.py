"""The registration track, computed: prerequisites, duties of the year, conditions of a rating, with what is missing.

Sources: the regulations on registering social associations and private non-enterprise units, and 社会组织评估管理办法
(2011), as docs/standards tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.models import Finding, Kind, Link, Matter, Organization, Tie
from shanzhi.organizations.queries.checks import Check, counted
from shanzhi.ui import formatting

PERSONS: Final = 50
UNITS: Final = 30
MIXED: Final = 50
DECISION_DAYS: Final = 60
"""A registrar decides on an association within 60 days."""
REPORT_DAYS: Final = {"supervisor": (3, 31), "registrar": (5, 31)}
"""The annual report of a service institution: month and day of the year after, for each who gets it."""
LEAST_YEARS: Final = 2
BAD_INSPECTIONS: Final = ("failed", "missed")


@dataclass(frozen=True, slots=True)
class Duty:
    """A report that is due: about which year, to whom, until when, and when it was handed in."""

    year: int
    to: str
    due_on: date
    done_on: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is computed of a body's way to registration and beyond."""

    association: list[Check]
    rating: list[Check]
    grade: str
    grade_until: date | None
    duties: list[Duty]
    abnormal: bool
    decision_due: date | None
    decision_late: bool


def findings_of(found: Organization) -> list[Finding]:
    """Give the findings that count, the newest fact first."""
    rows = Finding.objects.filter(organization=found, taken_back_at=None)
    return list(rows.order_by("-on", "-created_at", "id"))


def standing(found: Organization, on: date) -> Standing:
    """Compute all of it for a day, in five queries at most."""
    rows = findings_of(found)
    rated = next((one for one in rows if one.matter == Matter.RATING and one.ends_on and one.ends_on >= on), None)
    applied = next((one for one in rows if one.matter == Matter.APPLIED and one.ends_on is None), None)
    due = applied.on + timedelta(days=DECISION_DAYS) if applied else None
    return Standing(
        association=association_checks(found, on),
        rating=rating_checks(rows, on),
        grade=rated.result if rated else "",
        grade_until=rated.ends_on if rated else None,
        duties=duties(found, rows, on),
        abnormal=_open(rows, Matter.ABNORMAL, on),
        decision_due=due,
        decision_late=due is not None and due < on,
    )


def association_checks(found: Organization, on: date) -> list[Check]:
    """Say whether a body has members enough to register as an association: 50 persons, 30 units, or 50 together."""
    persons = max(found.size_stated or 0, counted(found.pk, on))
    units = Link.objects.filter(other=found, tie=Tie.PARENT, ended_at=None, organization__closed_at=None).count()
    enough = persons >= PERSONS or units >= UNITS or (units > 0 and persons > 0 and persons + units >= MIXED)
    there = gettext("%(persons)s persons and %(units)s units") % {"persons": persons, "units": units}
    if enough:
        return [Check("members", gettext("Members enough: %(there)s") % {"there": there}, True)]
    lacking = gettext(
        "Members are missing: %(there)s; it takes 50 persons (%(persons)s more), or 30 units (%(units)s more), or "
        "50 of both (%(mixed)s more)"
    ) % {
        "there": there,
        "persons": max(PERSONS - persons, 0),
        "units": max(UNITS - units, 0),
        "mixed": max(MIXED - persons - units, 1 if not persons or not units else 0),
    }
    return [Check("members", lacking, False)]


def rating_hindrances(found: Organization, on: date) -> list[Check]:
    """Give the conditions of a rating that do not hold on a day."""
    return [one for one in rating_checks(findings_of(found), on) if not one.good]


def rating_checks(rows: Sequence[Finding], on: date) -> list[Check]:
    """Say of each condition of a rating whether it holds on a day: age, inspections, penalties, investigations.

    Inspections and penalties of the two years before count.
    """
    since = next((one.on for one in rows if one.matter == Matter.REGISTERED), None)
    old = since is not None and _years_before(on, LEAST_YEARS) >= since
    age = (
        gettext("Registered for two years: since %(day)s") % {"day": formatting.day(since)}
        if since
        else gettext("Registered for two years: the day of registration is not on record")
    )
    bad = [one for one in rows if one.matter == Matter.INSPECTION and one.result in BAD_INSPECTIONS]
    recent = [one for one in bad if one.year is not None and one.year >= on.year - LEAST_YEARS]
    fined = [one for one in rows if one.matter == Matter.PENALTY and one.on > _years_before(on, LEAST_YEARS)]
    years = gettext(", ").join(str(one.year) for one in recent)
    inspections = (
        gettext("Annual inspections failed or missed: %(years)s") % {"years": years}
        if recent
        else gettext("No annual inspection failed or missed in the two years before")
    )
    penalties = (
        gettext("Penalty on %(day)s, within two years") % {"day": formatting.day(fined[0].on)}
        if fined
        else gettext("No penalty in the two years before")
    )
    asked = _open(rows, Matter.INVESTIGATION, on)
    return [
        Check("age", age, old),
        Check("inspections", inspections, not recent),
        Check("penalties", penalties, not fined),
        Check("investigation", gettext("An investigation is open") if asked else gettext("No open investigation"),
              not asked),
    ]  # fmt: skip


def duties(found: Organization, rows: Sequence[Finding], on: date) -> list[Duty]:
    """Give the reports that a service institution owes about the year before, if it was registered then."""
    since = next((one.on for one in rows if one.matter == Matter.REGISTERED), None)
    year = on.year - 1
    if found.kind != Kind.INSTITUTION or not found.open or since is None or since.year > year:
        return []
    done = {one.result: one.on for one in rows if one.matter == Matter.REPORT and one.year == year}
    owed = []
    for to, (month, day) in REPORT_DAYS.items():
        due, handed = date(on.year, month, day), done.get(to)
        owed.append(Duty(year, to, due, handed, (handed or on) > due))
    return owed


def _open(rows: Sequence[Finding], matter: Matter, on: date) -> bool:
    return any(one.matter == matter and one.on <= on and (one.ends_on is None or one.ends_on > on) for one in rows)


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def all_findings(found: Organization) -> QuerySet[Finding]:
    """Give every finding of an organisation, those taken back among them."""
    return Finding.objects.filter(organization=found).order_by("-on", "id")


def finding(*, viewer: Actor, finding_id: UUID) -> Finding:
    """Give a finding that counts, of an organisation that exists for the viewer."""
    if not viewer.signed_in:
        raise SignInNeeded
    row = Finding.objects.select_related("organization").filter(pk=finding_id, taken_back_at=None).first()
    seen = row is not None and Organization.objects.filter(policies.readable(viewer), pk=row.organization_id).exists()
    if row is None or not seen:
        raise NotFound
    return row
