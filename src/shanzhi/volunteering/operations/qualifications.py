"""Trainings and background checks: entered by who saw them, taken back for a reason. Looks at what is sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors
from shanzhi.people.operations import note_looks
from shanzhi.volunteering import policies, queries, telling
from shanzhi.volunteering.models import Qualification, Volunteer
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.teams import reason_of

LONGEST_EVIDENCE: Final = 200
SHOWN: Final = ("name", "phone", "health", "emergency_name", "emergency_phone")


def add_qualification(
    *, actor: Actor, volunteer_id: UUID, code: str, starts_on: date, evidence: str, at: datetime,
    ends_on: date | None = None,
) -> Qualification:  # fmt: skip
    """Enter that a volunteer was trained or checked, as staff of the area who saw it.

    Without `ends_on` it holds as long as its kind says. Raises NotFound, OwnQualification, UnknownQualification,
    BadSpanOfQualification, EvidenceMissing, QualificationThere.
    """
    try:
        with transaction.atomic():
            found = _seen(actor, volunteer_id)
            policies.require(policies.may_vouch(actor=actor, volunteer=found))
            kind = next((one for one in queries.qualification_kinds(found.area) if one.code == code), None)
            if kind is None:
                raise refusals.UnknownQualification(field="code")
            if starts_on > timezone.localdate(at) or starts_on.year < 1950:
                raise refusals.BadSpanOfQualification(field="starts_on")
            if ends_on is None and kind.months is not None:
                ends_on = queries.last_day(starts_on, kind.months)
            if ends_on and ends_on < starts_on:
                raise refusals.BadSpanOfQualification(field="ends_on")
            words = " ".join(evidence.split())
            if not words or len(words) > LONGEST_EVIDENCE:
                raise refusals.EvidenceMissing(field="evidence")
            made = Qualification.objects.create(
                volunteer=found, kind=kind, starts_on=starts_on, ends_on=ends_on, evidence=words,
                verified_by_id=actor.person_id, verified_at=at,
            )  # fmt: skip
            _note(actor, "add", made, at)
            telling.tell_qualification(actor=actor, kind=telling.QUALIFIED, row=made, at=at)
    except IntegrityError as fault:
        if "volunteering_qualification_once" in str(fault):
            raise refusals.QualificationThere(field="starts_on") from fault
        raise
    return made


def revoke_qualification(*, actor: Actor, qualification_id: UUID, reason: str, at: datetime) -> Qualification:
    """Take a qualification back for a reason; it stays on record. Raises NotFound, OwnQualification, WhyMissing."""
    with transaction.atomic():
        rows = Qualification.objects.select_for_update(of=("self",)).select_related(
            "volunteer__person__merged_into", "kind"
        )
        row = rows.filter(pk=qualification_id, revoked_at=None).first()
        if row is None:
            raise NotFound
        found = _seen(actor, row.volunteer_id)
        policies.require(policies.may_vouch(actor=actor, volunteer=found))
        row.revoked_at, row.revoked_by_id, row.revoked_reason = at, actor.person_id, reason_of(reason)
        row.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        _note(actor, "revoke", row, at, row.revoked_reason)
        telling.tell_qualification(actor=actor, kind=telling.REVOKED, row=row, at=at)
    return row


def unmask_volunteer(*, actor: Actor, volunteer_id: UUID, reason: str, at: datetime) -> dict[str, str]:
    """Give name, phone, limits of health and emergency contact in full, for a reason; the volunteer sees who looked.

    What is not known is ''. Raises NotFound, Forbidden, WhyMissing.
    """
    with transaction.atomic():
        found = _seen(actor, volunteer_id)
        policies.require(policies.may_unmask(actor=actor, volunteer=found))
        why = reason_of(reason)
        record(
            actor=actor, verb="volunteering.volunteer.unmask", subject=found, area=found.area, at=at, reason=why
        )  # fmt: skip
        note_looks(actor=actor, people=[found.human], fields=SHOWN, area=found.area, reason=why, at=at)
    values = {"name": found.human.name, "phone": found.human.phone}
    values |= {name: getattr(found, name) for name in SHOWN[2:]}
    if minors.is_minor(found.human, at):  # said before the age was known
        values["health"] = None
    return {name: value.reveal() if value is not None else "" for name, value in values.items()}


def _seen(actor: Actor, volunteer_id: UUID) -> Volunteer:
    """Give a volunteer whom the actor sees; a stranger's does not exist."""
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    rows = Volunteer.objects.select_related("person__merged_into").filter(
        policies.volunteers_readable(actor), pk=volunteer_id
    )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def _note(actor: Actor, verb: str, row: Qualification, at: datetime, reason: str = "") -> None:
    change = {"qualification": row.kind.code, "from": row.starts_on.isoformat()}
    if row.ends_on:
        change["until"] = row.ends_on.isoformat()
    record(
        actor=actor, verb=f"volunteering.qualification.{verb}", subject=row.volunteer, area=row.volunteer.area,
        change=change, at=at, reason=reason,
    )  # fmt: skip
