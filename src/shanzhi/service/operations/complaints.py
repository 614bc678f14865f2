"""Complaints about records, answered by somebody else; thanks, read by somebody else before they are shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.service import policies
from shanzhi.service.lifecycle import COMPLAINT, LIVE, THANKS
from shanzhi.service.models import LONGEST_REASON, LONGEST_THANKS, Complaint, Reversal, ServiceRecord, Thanks
from shanzhi.service.operations import refusals
from shanzhi.service.operations.recording import locked_records
from shanzhi.service.operations.verifying import reason_of, refuse_locked, reverse_locked
from shanzhi.service.queries.rules import ruling
from shanzhi.volunteering.models import TeamMember, Volunteer


def complain(*, actor: Actor, record_id: UUID, words: str, at: datetime) -> Complaint:
    """Say that a record is wrong: the volunteer, or somebody who is in the team. While it is open nobody verifies it.

    Raises NotFound, ReversedAlready, BadWords, ComplaintThere.
    """
    with transaction.atomic():
        (one,) = locked_records(actor, [record_id], at)
        inside = one.team_id is not None and TeamMember.objects.filter(
            team=one.team_id, state="member", volunteer__person__in=actor.persons
        ).exists()  # fmt: skip
        if (not inside and not actor.is_person(one.volunteer.person_id)) or one.state not in LIVE:
            raise NotFound
        if Reversal.objects.filter(record=one).exists():
            raise refusals.ReversedAlready
        text = _text(words, LONGEST_REASON)
        due = timezone.localdate(at) + timedelta(days=ruling(one.area, timezone.localdate(at)).answer_days)
        try:
            with transaction.atomic():
                made = Complaint.objects.create(
                    record=one, complainant_id=actor.person_id, matter=text, made_at=at, due_on=due
                )
        except IntegrityError as fault:
            if "service_complaint_once" in str(fault):
                raise refusals.ComplaintThere from fault
            raise
        _note(actor, "make", made, one.area, at)
    return made


def answer_complaint(*, actor: Actor, complaint_id: UUID, upheld: bool, answer: str, at: datetime) -> Complaint:
    """Answer a complaint with reasons; upheld, the record is refused, or reversed where it was verified.

    Raises NotFound, NotTheLeader, SomebodyElseAnswers, ReasonMissing, MoveRefused.
    """
    with transaction.atomic():
        found, one = _of(actor, complaint_id, at)
        policies.require(policies.in_charge(actor=actor, record=one))
        parts = (found.complainant_id, one.volunteer.person_id, one.recorded_by_id, one.verified_by_id)
        if any(actor.is_person(part) for part in parts):
            raise refusals.SomebodyElseAnswers
        found.answer = reason_of(answer)
        found.state = COMPLAINT.move(found.state, "uphold" if upheld else "reject")
        found.answered_by_id, found.answered_at = actor.person_id, at
        found.save()
        _note(actor, "uphold" if upheld else "reject", found, one.area, at, found.answer)
        if upheld and one.state == "verified" and getattr(one, "reversal", None) is None:
            reverse_locked(actor, one, found.answer, at)
        elif upheld and one.state in ("recorded", "noticed"):
            refuse_locked(actor, [one], found.answer, at)
    return found


def withdraw_complaint(*, actor: Actor, complaint_id: UUID, at: datetime) -> Complaint:
    """Take the own complaint back. Raises NotFound, MoveRefused."""
    with transaction.atomic():
        found, one = _of(actor, complaint_id, at)
        if not actor.is_person(found.complainant_id):
            raise NotFound
        found.state = COMPLAINT.move(found.state, "withdraw")
        found.save(update_fields=["state"])
        _note(actor, "withdraw", found, one.area, at)
    return found


def write_thanks(*, actor: Actor, number: str, words: str, at: datetime) -> Thanks:
    """Thank a volunteer, by the volunteer number, in a short note. Raises SignInNeeded, NoSuchVolunteer, OwnThanks."""
    if not actor.persons:
        raise SignInNeeded
    with transaction.atomic():
        found = Volunteer.objects.filter(number=number.strip(), person__erased_at=None).first()
        if found is None:
            raise refusals.NoSuchVolunteer(field="number")
        if actor.is_person(found.person_id):
            raise refusals.OwnThanks(field="number")
        text = _text(" ".join(words.split()), LONGEST_THANKS)
        made = Thanks.objects.create(volunteer=found, author_id=actor.person_id, note=text, written_at=at)
        change = {"number": found.number}
        record(actor=actor, verb="service.thanks.write", subject=made, area=found.area, change=change, at=at)
    return made


def read_thanks(*, actor: Actor, thanks_id: UUID, shown: bool, reason: str, at: datetime) -> Thanks:
    """Show a note of thanks, or not, for a reason; staff of the area who neither wrote it nor are thanked.

    Raises NotFound, Forbidden, OwnThanks, ReasonMissing, MoveRefused.
    """
    with transaction.atomic():
        rows = Thanks.objects.select_for_update(of=("self",)).select_related("volunteer")
        found = rows.filter(pk=thanks_id).first()
        if found is None or not actor.holds(policies.READERS, found.volunteer.area):
            raise NotFound
        policies.require(policies.may_moderate(actor=actor, area=found.volunteer.area))
        if actor.is_person(found.author_id) or actor.is_person(found.volunteer.person_id):
            raise refusals.OwnThanks
        found.state = THANKS.move(found.state, "show" if shown else "hide")
        found.reason = "" if shown else reason_of(reason)
        found.read_by_id, found.read_at = actor.person_id, at
        found.save()
        verb, area = "show" if shown else "hide", found.volunteer.area
        record(
            actor=actor, verb=f"service.thanks.{verb}", subject=found, area=area, change={"state": found.state}, at=at,
            reason=found.reason,
        )  # fmt: skip
    return found


def _of(actor: Actor, complaint_id: UUID, at: datetime) -> tuple[Complaint, ServiceRecord]:
    """Lock a complaint and the record that it is about, which exists for the actor."""
    there = Complaint.objects.filter(pk=complaint_id).values_list("record", flat=True).first()
    if there is None:
        raise NotFound
    (one,) = locked_records(actor, [there], at)
    return Complaint.objects.select_for_update().get(pk=complaint_id), one


def _text(words: str, most: int) -> str:
    text = words.strip()
    if not 1 <= len(text) <= most:
        raise refusals.BadWords(field="words", most=most)
    return text


def _note(actor: Actor, verb: str, found: Complaint, area: str, at: datetime, reason: str = "") -> None:
    change = {"state": found.state, "due_on": found.due_on.isoformat()}
    record(
        actor=actor, verb=f"service.complaint.{verb}", subject=found, area=area, change=change, at=at, reason=reason
    )  # fmt: skip
