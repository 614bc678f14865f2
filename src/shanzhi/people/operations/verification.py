"""Making sure of a real name: by staff against a document, by an outside service; and taking that back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.kernel.identifiers import NotAResidentId
from shanzhi.people import drivers, minors, policies
from shanzhi.people.documents import DOCUMENTS, OTHER_NUMBER, WITH_RESIDENT_ID
from shanzhi.people.lifecycle import REAL_NAME
from shanzhi.people.models import Person
from shanzhi.people.operations.records import (
    BadBirth,
    BadDocument,
    IdTaken,
    ReasonNeeded,
    Stale,
    clean_birth,
    put,
    taken,
)


class NotVouched(Conflict):
    """The outside service does not know name and number together, or none is connected."""

    code = "not_vouched"
    message = _("The outside service could not confirm name and number. Go to your community office with the document.")


def read_document(*, document: str, id_number: str, born_on: date | None, at: datetime) -> tuple[str, date]:
    """Check a document's number and give it in plain form with the birth date; raise BadDocument, BadBirth."""
    if document not in DOCUMENTS:
        raise BadDocument(field="document")
    if document in WITH_RESIDENT_ID:
        try:
            number = identifiers.resident_id(id_number)
        except NotAResidentId as wrong:
            raise NotAResidentId(field="id_number") from wrong
        born_on = identifiers.birth_date_of(number)
    else:
        number = id_number.strip().upper()
        if not OTHER_NUMBER.fullmatch(number):
            raise BadDocument(field="id_number")
    if born_on is None:
        raise BadBirth(field="born_on")
    return number, clean_birth(born_on, at=at)


def verify(
    *,
    actor: Actor,
    person_id: UUID,
    document: str,
    id_number: str,
    at: datetime,
    born_on: date | None = None,
    version: int | None = None,
) -> Person:
    """Note that staff saw a document of the person and that the name stands in it.

    The number is checked (GB 11643), kept encrypted and unique, the birth date read from it; a document of another kind
    brings its own `born_on`. Raises IdTaken when the number is on another record, without telling whose.
    """
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        policies.require(policies.may_verify(actor=actor, person=person))
        if version is not None and version != person.version:
            raise Stale
        number, born = read_document(document=document, id_number=id_number, born_on=born_on, at=at)
        state = REAL_NAME.move(person.real_name, "verify")
        if person.id_number is not None and person.id_number.reveal() != number:
            # The document of before stays the measure: another number means another human being.
            raise IdTaken(field="id_number")
        _note(person, number, born, document, state, actor, at)
    return person


def _note(person: Person, number: str, born: date, document: str, state: str, actor: Actor, at: datetime) -> None:
    person.born_on = born
    if minors.is_child(person, at) and not minors.guardian_agrees(person.pk, at):
        raise policies.GuardianConsentNeeded
    put(person, "id_number", number)
    person.verified_against, person.real_name = document, state
    person.verified_at, person.verified_by_id = at, actor.person_id
    person.version += 1
    with taken():
        person.save()
    change = {"state": state, "document": document}
    record(actor=actor, verb="people.person.verify", subject=person, area=person.area, change=change, at=at)


def verify_outside(*, actor: Actor, id_number: str, at: datetime) -> Person:
    """Verify the own real name through the outside service that this installation names; raise NotVouched."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=actor.person(), at=at)
        number, born = read_document(document="resident_id", id_number=id_number, born_on=None, at=at)
        state = REAL_NAME.move(person.real_name, "verify_outside")
        if not drivers.vouches(person.name.reveal(), number):
            raise NotVouched(field="id_number")
        _note(person, number, born, "outside", state, actor, at)
    return person


def revoke(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> Person:
    """Take a verification back for a reason; the number stays, so that it cannot be used on another record."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        policies.require(policies.may_verify(actor=actor, person=person))
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        person.real_name = REAL_NAME.move(person.real_name, "revoke")
        person.version += 1
        person.save(update_fields=["real_name", "version"])
        record(
            actor=actor, verb="people.person.revoke", subject=person, area=person.area,
            change={"state": person.real_name}, at=at, reason=reason.strip(),
        )  # fmt: skip
    return person
