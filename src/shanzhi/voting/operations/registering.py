"""Registration on the spot: who is not on the roll shows a document at a booth and is put on the supplementary roll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid
from shanzhi.people import operations as people
from shanzhi.people.actors import records_of
from shanzhi.people.documents import clean_name
from shanzhi.people.lifecycle import VERIFIED, VERIFIERS
from shanzhi.people.models import Person
from shanzhi.people.operations.verification import read_document
from shanzhi.people.queries import by_proven_id
from shanzhi.people.texts import PRIVACY
from shanzhi.places.queries import kin
from shanzhi.voting.models import Booth, RollEntry
from shanzhi.voting.operations.booths import takes
from shanzhi.voting.operations.marks import open_now
from shanzhi.voting.operations.polls import latest_birth
from shanzhi.work.operations import once


class NoRegistrationHere(Forbidden):
    """The poll's terms do not allow it."""

    code = "no_registration_here"
    message = _("The terms of this vote do not allow registration on the spot. Only those on the roll can vote.")


class NotARegistrar(Forbidden):
    """The officer's role does not verify real names where this person lives."""

    code = "not_a_registrar"
    message = _(
        "Your role does not verify real names here. Ask an officer of this place who is a social worker, the "
        "community's secretary or of the subdistrict."
    )


class NotResidentHere(Conflict):
    """The person lives elsewhere."""

    code = "not_resident_here"
    message = _("This person lives outside the area of this polling place. The right one stands on the page of places.")


class TooYoung(Conflict):
    """The person had not the age on the roll date."""

    code = "too_young"
    message = _("This person had not reached the age for this vote on its roll date.")


class OtherName(Conflict):
    """The document's number is on record under another name."""

    code = "other_name"
    message = _("This document is on record under another name. The community's office must put that right first.")


class ConsentMissing(Invalid):
    """A record is made with consent."""

    code = "consent_needed"
    message = _("Explain how the data is used and tick that the person agrees; without that no record is made.")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who registers at a booth: name, home (area code), and the document as shown. Never shown by repr."""

    name: str = field(repr=False)
    area: str = field(repr=False)
    document: str = field(repr=False)
    id_number: str = field(repr=False)
    born_on: date | None = field(default=None, repr=False)
    consent: bool = False


def registers(actor: Actor, booth: Booth) -> bool:
    """Tell whether an officer may register at a booth: a role that verifies, at, above or inside its area.

    To work at a booth is not enough: a real name once verified counts in every later vote and for every role.
    """
    held = actor.areas(VERIFIERS)
    return any(covers(area, code) or covers(code, area) for code in kin(booth.area) for area in held)


def require_registrar(actor: Actor, booth: Booth) -> None:
    """Refuse an officer who may not register here. Raises NotARegistrar."""
    if not registers(actor, booth):
        raise NotARegistrar


def register_voter(*, actor: Actor, booth_id: UUID, newcomer: Newcomer, key: str, at: datetime) -> int:
    """Put a resident on the supplementary roll against a document seen at the booth; gives the voter's number.

    A record is made, or the one with this document verified, by the operations of people, whose refusals come through.
    Who stands on the roll already just gets the number. Raises NoRegistrationHere, NotARegistrar, NotResidentHere,
    TooYoung, OtherName, ConsentMissing.
    """
    number, born = read_document(
        document=newcomer.document, id_number=newcomer.id_number, born_on=newcomer.born_on, at=at
    )
    answer = once(
        actor=actor,
        operation="voting.booth.register",
        key=key,
        request={"booth": str(booth_id), "key": key},  # nothing personal is kept, not even its digest
        at=at,
        run=lambda: {"voter": _register(actor, booth_id, newcomer, number, born, at)},
    )
    return int(answer["voter"])


def _register(actor: Actor, booth_id: UUID, newcomer: Newcomer, number: str, born: date, at: datetime) -> int:
    booth = open_now(actor, booth_id, at)
    poll = booth.poll
    if not poll.booth_registration:
        raise NoRegistrationHere
    require_registrar(actor, booth)
    if born > latest_birth(poll.roll_date, poll.minimum_age) and poll.minimum_age:
        raise TooYoung(field="born_on")
    found = by_proven_id(viewer=actor, id_number=number)
    person = _known(actor, found, newcomer, number, at) if found else _fresh(actor, booth, newcomer, number, at)
    if not takes(booth, person.area):
        raise NotResidentHere(field="area")
    standing = RollEntry.objects.filter(poll=poll, person__in=records_of(person.pk)).order_by("pk").first()
    if standing is not None:
        return standing.pk
    entry = RollEntry.objects.create(poll=poll, person=person, area=person.area, added_at_booth=booth)
    change = {"voter": entry.pk, "new_record": found is None}
    record(actor=actor, verb="voting.booth.register", subject=booth, area=booth.area, change=change, at=at)
    return entry.pk


def _require_home(actor: Actor, home: str) -> None:
    if not actor.holds(VERIFIERS, home):
        raise NotARegistrar(field="area")


def _known(actor: Actor, person: Person, newcomer: Newcomer, number: str, at: datetime) -> Person:
    if person.name.reveal() != clean_name(newcomer.name):
        raise OtherName(field="name")
    if person.real_name in VERIFIED:
        return person
    _require_home(actor, person.area)
    return people.verify(
        actor=actor,
        person_id=person.pk,
        document=newcomer.document,
        id_number=number,
        born_on=newcomer.born_on,
        at=at,
    )


def _fresh(actor: Actor, booth: Booth, newcomer: Newcomer, number: str, at: datetime) -> Person:
    home = people.records.clean_home(newcomer.area, at=at)
    if not takes(booth, home):
        raise NotResidentHere(field="area")
    _require_home(actor, home)
    if not newcomer.consent:
        raise ConsentMissing(field="consent")
    person = people.new_person(actor=actor, name=newcomer.name, area=home, at=at)
    agreed = Actor(person_id=person.pk, label="told an officer")
    people.give_consent(actor=agreed, purpose=PRIVACY.purpose, at=at)
    return people.verify(
        actor=actor,
        person_id=person.pk,
        document=newcomer.document,
        id_number=number,
        born_on=newcomer.born_on,
        at=at,
    )
