"""What authorities found about a registered body: put on record, ended, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.models import RESULTS, Finding, Matter, Organization
from shanzhi.organizations.operations.deciding import years_on
from shanzhi.organizations.queries.standing import rating_hindrances

RATING_YEARS = 5
"""A rating holds five years (社会组织评估管理办法, 2011)."""
OF_A_YEAR = (Matter.REPORT, Matter.INSPECTION)
ONCE = ("organizations_one_inspection", "organizations_one_report", "organizations_registered_once")
ENDED = (Matter.APPLIED, Matter.INVESTIGATION, Matter.ABNORMAL)


class BadMatter(Invalid):
    """There is no such matter."""

    code = "bad_matter"
    message = _("Choose what the finding is about.")


class BadResult(Invalid):
    """The result is none of this matter."""

    code = "bad_result"
    message = _("Choose a result that this matter has; investigations, penalties and listings have none.")


class BadYear(Invalid):
    """The year is missing, or given where there is none."""

    code = "bad_year"
    message = _("Give the year that the report or inspection is about, not a coming one; other matters have none.")


class BadFindingDay(Invalid):
    """The day lies in the future, or before the beginning."""

    code = "bad_day"
    message = _("Give a day that is not in the future, and not before the beginning.")


class FindingSourceMissing(Invalid):
    """A finding names the paper that it stands on."""

    code = "source_missing"
    message = _("Name the paper of the authority: its number, or what it is called and of which day.")


class FindingThere(Conflict):
    """There is one of this year already."""

    code = "finding_there"
    message = _("This is on record already. Take that one back first if it was wrong.")


class NotRegistered(Conflict):
    """Only registered bodies are inspected and rated."""

    code = "not_registered"
    message = _(
        "Only a registered body reports, is inspected and is rated. Enter its credit code and register it first."
    )


class RatingBarred(Conflict):
    """A condition of the rating does not hold."""

    code = "rating_barred"
    message = _("It cannot be rated now: %(why)s.")


class TakeBackReasonMissing(Invalid):
    """A finding is taken back for a reason."""

    code = "reason_missing"
    message = _("Write why it is taken back; both stay on record.")


def _managed(actor: Actor, organization_id: UUID) -> Organization:
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    rows = Organization.objects.select_for_update(no_key=True).filter(policies.readable(actor), pk=organization_id)
    found = rows.first()
    if found is None:
        raise NotFound
    policies.require(policies.may_manage(actor=actor, seat=found.area))
    return found


def add_finding(
    *,
    actor: Actor,
    organization_id: UUID,
    matter: str,
    on: date,
    source: str,
    at: datetime,
    result: str = "",
    year: int | None = None,
) -> Finding:
    """Put on record what an authority found. A rating is refused while its conditions do not hold on its day.

    Raises NotFound, Forbidden, NotInCharge, BadMatter, BadResult, BadYear, BadFindingDay, FindingSourceMissing,
    NotRegistered, FindingThere, RatingBarred.
    """
    try:
        with transaction.atomic():
            found = _managed(actor, organization_id)
            _check(matter, on, source, result, year, at)
            if not found.credit_code and matter != Matter.APPLIED:
                raise NotRegistered
            if matter == Matter.RATING:
                barred = [one.words for one in rating_hindrances(found, on)]
                if barred:
                    raise RatingBarred(field="matter", why="；".join(barred))
            made = Finding.objects.create(
                organization=found, matter=matter, on=on, year=year, result=result, source=source.strip(),
                ends_on=years_on(on, RATING_YEARS) if matter == Matter.RATING else None,
                recorded_by_id=actor.person_id, created_at=at,
            )  # fmt: skip
            told = {"matter": matter, "result": result, "on": on.isoformat(), "year": year}
            _note(actor, "add", made, found, told, at)
    except IntegrityError as fault:
        if any(name in str(fault) for name in ONCE):
            raise FindingThere(field="matter") from fault
        raise
    return made


def _check(matter: str, on: date, source: str, result: str, year: int | None, at: datetime) -> None:
    today = timezone.localdate(at)
    if matter not in Matter.values:
        raise BadMatter(field="matter")
    if result not in (RESULTS.get(Matter(matter)) or {"": ""}):
        raise BadResult(field="result")
    if (matter in OF_A_YEAR) != (year is not None) or (year is not None and not 1990 <= year <= today.year):
        raise BadYear(field="year")
    if not on.year >= 1949 or on > today:
        raise BadFindingDay(field="on")
    if not 1 <= len(source.strip()) <= 200:
        raise FindingSourceMissing(field="source")


def end_finding(*, actor: Actor, finding_id: UUID, ends_on: date, at: datetime) -> Finding:
    """End an application, an investigation or a listing of abnormal operation. Raises NotFound, BadFindingDay."""
    with transaction.atomic():
        row, found = _finding(actor, finding_id)
        if row.matter not in ENDED or row.ends_on is not None:
            raise NotFound
        if not row.on <= ends_on <= timezone.localdate(at):
            raise BadFindingDay(field="ends_on")
        row.ends_on = ends_on
        row.save(update_fields=["ends_on"])
        _note(actor, "end", row, found, {"matter": row.matter, "ends_on": ends_on.isoformat()}, at)
    return row


def take_back_finding(*, actor: Actor, finding_id: UUID, reason: str, at: datetime) -> Finding:
    """Take a finding back that was wrong; it counts no more and stays on record. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row, found = _finding(actor, finding_id)
        if not reason.strip():
            raise TakeBackReasonMissing(field="reason")
        row.taken_back_at, row.taken_back_reason = at, reason.strip()
        row.save(update_fields=["taken_back_at", "taken_back_reason"])
        _note(actor, "take_back", row, found, {"matter": row.matter, "result": row.result}, at, reason.strip())
    return row


def _finding(actor: Actor, finding_id: UUID) -> tuple[Finding, Organization]:
    body = Finding.objects.filter(pk=finding_id).values_list("organization", flat=True).first()
    if body is None and (actor.signed_in or actor.is_system):
        raise NotFound
    found = _managed(actor, body or UUID(int=0))
    row = Finding.objects.select_for_update().filter(pk=finding_id, taken_back_at=None).first()
    if row is None:
        raise NotFound
    return row, found


def _note(
    actor: Actor,
    verb: str,
    row: Finding,
    found: Organization,
    change: Mapping[str, object],
    at: datetime,
    why: str = "",
) -> None:
    change = {"finding": str(row.pk), **change}
    record(
        actor=actor, verb=f"organizations.finding.{verb}", subject=found, area=found.area, change=change, at=at,
        reason=why,
    )  # fmt: skip
