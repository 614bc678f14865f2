"""Volunteers answer what they are asked, and agree to be called up or end that. Nobody else says yes for them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.activities import operations as activities
from shanzhi.activities.operations.refusals import SignedUpAlready
from shanzhi.assignments import policies
from shanzhi.assignments.lifecycle import PROPOSAL
from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.operations.frames import LONGEST, locked_shift, note
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations.volunteers import own_locked, require_active


def accept_ask(*, actor: Actor, pair_id: UUID, risks_read: bool, at: datetime) -> Proposal:
    """Say yes: sign up for the shift by one's own right, with all that signing up asks for.

    Where the places were taken meanwhile one waits in line, as everybody does. Raises NotFound, NotAsked, and whatever
    signing up refuses (`activities.operations.sign_up`); then one stays asked.
    """
    with transaction.atomic():
        row = _own(actor, pair_id)
        with suppress(SignedUpAlready):  # signed up by oneself meanwhile: the answer is the same
            activities.sign_up(actor=actor, shift_id=row.shift_id, risks_read=risks_read, at=at)
        row.state, row.answered_at = PROPOSAL.move(row.state, "accept"), at
        row.save(update_fields=["state", "answered_at"])
        _note(actor, "accept", row, at)
    return row


def decline_ask(*, actor: Actor, pair_id: UUID, reason: str, at: datetime) -> Proposal:
    """Say no, with a reason if one likes. Raises NotFound, NotAsked, ReasonNeeded where it is too long."""
    words = reason.strip()
    if len(words) > LONGEST:
        raise refusals.ReasonNeeded(field="reason", most=LONGEST)
    with transaction.atomic():
        row = _own(actor, pair_id)
        row.state, row.answered_at, row.reason = PROPOSAL.move(row.state, "decline"), at, words
        row.save(update_fields=["state", "answered_at", "reason"])
        _note(actor, "decline", row, at)
    return row


def _own(actor: Actor, pair_id: UUID) -> Proposal:
    """Lock shift and pair for who is asked; for all others there is none."""
    if not actor.persons:
        raise SignInNeeded
    found = Proposal.objects.select_related("volunteer").filter(pk=pair_id).first()
    if found is None or not policies.is_asked(actor, found) or found.state in ("proposed", "dropped"):
        raise NotFound
    shift = locked_shift(found.shift_id)
    row = Proposal.objects.select_for_update(of=("self",)).select_related("run", "volunteer").get(pk=pair_id)
    if row.state != "asked":
        raise refusals.NotAsked
    row.shift = shift
    return row


def _note(actor: Actor, verb: str, row: Proposal, at: datetime) -> None:
    told = {"number": row.volunteer.number, "shift": row.shift.starts_at}
    note(actor, f"pair.{verb}", row.run, at, told)


def agree_on_call(*, actor: Actor, at: datetime) -> OnCall:
    """Agree to be called up in an emergency; agreed already, nothing changes.

    Raises SignInNeeded, NotAVolunteer, NotActive, OnlyGrownUps.
    """
    with transaction.atomic():
        volunteer = own_locked(actor)
        require_active(volunteer, at)
        if minors.is_minor(volunteer.human, at):
            raise refusals.OnlyGrownUps
        held = OnCall.objects.filter(volunteer=volunteer, ended_at=None).first()
        if held is not None:
            return held
        made = OnCall.objects.create(volunteer=volunteer, agreed_at=at)
        _note_call(actor, "agree", volunteer, at)
    return made


def end_on_call(*, actor: Actor, at: datetime) -> None:
    """Be called up no more; where one was not, nothing happens. Raises SignInNeeded, NotAVolunteer."""
    with transaction.atomic():
        volunteer = own_locked(actor)
        if OnCall.objects.filter(volunteer=volunteer, ended_at=None).update(ended_at=at):
            _note_call(actor, "end", volunteer, at)


def _note_call(actor: Actor, verb: str, volunteer: Volunteer, at: datetime) -> None:
    change = {"number": volunteer.number}
    record(
        actor=actor, verb=f"assignments.on_call.{verb}", subject=volunteer, area=volunteer.area, change=change, at=at
    )  # fmt: skip
