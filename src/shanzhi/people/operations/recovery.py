"""The way back for who lost the second factor: a stolen phone alone never opens a staff account.

One officer sees the person and the document; another one confirms; then a time passes in which the person, signed in
anywhere, or any officer can stop it; only then is the second factor removed and every session ended. Roles of staff
sleep until a new one is set up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.people import policies, signals
from shanzhi.people.fields import ID_NUMBER, marks
from shanzhi.people.lifecycle import RECOVERERS, RECOVERY
from shanzhi.people.models import Account, Person, Recovery
from shanzhi.people.operations.accounts import AccountMissing
from shanzhi.people.operations.records import BadDocument, ReasonNeeded
from shanzhi.people.operations.sessions import FACTOR, end_sessions

WAIT: Final = timedelta(hours=24)


class DocumentDiffers(Conflict):
    """The document shown is not the one on record, or none is on record."""

    code = "document_differs"
    message = _(
        "The number of this document is not the one on record, so nothing was begun. Have the name verified first."
    )


class SecondOfficerNeeded(Forbidden):
    """One officer may not decide alone."""

    code = "second_officer_needed"
    message = _("Another officer than the one who saw the document has to confirm this.")


class StillWaiting(Conflict):
    """The time of waiting is not over."""

    code = "still_waiting"
    message = _("The time of waiting is not over yet. The page tells until when.")


class RecoveryOpen(Conflict):
    """One is under way."""

    code = "recovery_open"
    message = _("A recovery of this account is under way already.")


def _may(actor: Actor, person: Person, at: datetime) -> None:
    policies.require(policies.may_close_account(actor=actor, person=person, at=at))
    if not actor.holds_anywhere(RECOVERERS):
        raise Forbidden


def begin_recovery(*, actor: Actor, person_id: UUID, id_number: str, reason: str, at: datetime) -> Recovery:
    """Note that the person stood before the officer with the document on record and lost the second factor."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        _may(actor, person, at)
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        account = Account.objects.select_for_update().filter(person=person).first()
        if account is None:
            raise AccountMissing
        number = "".join(id_number.split()).upper()
        if not number:
            raise BadDocument(field="id_number")
        if person.id_mark is None or bytes(person.id_mark) not in marks(number, purpose=ID_NUMBER):
            raise DocumentDiffers(field="id_number")
        if Recovery.objects.filter(account=account, state__in=("asked", "waiting")).exists():
            raise RecoveryOpen
        begun = Recovery.objects.create(
            account=account, person=person, asked_by_id=actor.person(), asked_at=at,
            document=person.verified_against or "document", reason=reason.strip(),
        )  # fmt: skip
        _note(actor, begun, "begin", at, reason.strip())
    return begun


def _moved(actor: Actor, recovery_id: UUID, name: str, at: datetime) -> Recovery:
    found = Recovery.objects.select_for_update(of=("self",)).select_related("person").filter(pk=recovery_id).first()
    if found is None or not policies.sees(viewer=actor, person=found.person, at=at):
        raise NotFound
    found.state = RECOVERY.move(found.state, name)
    return found


def _note(actor: Actor, found: Recovery, name: str, at: datetime, reason: str = "") -> None:
    """Put a step on record and tell the person of it, on every channel there is."""
    change = {"recovery": str(found.pk)}
    person = found.person
    record(
        actor=actor, verb=f"people.recovery.{name}", subject=person, area=person.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip
    signals.recovery_moved.send(Recovery, actor=actor, person_id=person.pk, state=found.state, at=at)


def approve_recovery(*, actor: Actor, recovery_id: UUID, at: datetime) -> Recovery:
    """Confirm as a second officer; the time of waiting begins. Raises SecondOfficerNeeded."""
    with transaction.atomic():
        found = _moved(actor, recovery_id, "approve", at)
        _may(actor, found.person, at)
        if actor.is_person(found.asked_by_id):
            raise SecondOfficerNeeded
        found.approved_by_id, found.approved_at, found.ready_at = actor.person(), at, at + WAIT
        found.save()
        _note(actor, found, "approve", at)
    return found


def stop_recovery(*, actor: Actor, recovery_id: UUID, reason: str, at: datetime) -> Recovery:
    """Stop a recovery: the person it is about, from any session that is signed in, or an officer, for a reason."""
    with transaction.atomic():
        found = _moved(actor, recovery_id, "stop", at)
        if not actor.is_person(found.person_id):
            _may(actor, found.person, at)
            if not reason.strip():
                raise ReasonNeeded(field="reason")
        found.ended_at, found.ended_by_id, found.ended_reason = at, actor.person(), reason.strip()
        found.save()
        _note(actor, found, "stop", at, reason.strip())
    return found


def finish_recovery(*, actor: Actor, recovery_id: UUID, at: datetime) -> Recovery:
    """Remove the second factor after the time of waiting, and end every session. Raises StillWaiting."""
    with transaction.atomic():
        found = _moved(actor, recovery_id, "finish", at)
        _may(actor, found.person, at)
        if found.ready_at is None or at < found.ready_at:
            raise StillWaiting
        Authenticator.objects.filter(user_id=found.account_id).delete()
        end_sessions(account_id=found.account_id, why=FACTOR, at=at)
        found.ended_at, found.ended_by_id = at, actor.person()
        found.save()
        _note(actor, found, "finish", at)
    return found
