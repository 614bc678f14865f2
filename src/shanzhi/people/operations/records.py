"""Real-name records: declared and corrected by the person, kept by the office, shown plain for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS, covers
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, SignInNeeded
from shanzhi.kernel.roles import RANK, Role
from shanzhi.people import minors, policies
from shanzhi.people.documents import clean_name
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, both_marks, marks
from shanzhi.people.lifecycle import REAL_NAME, VERIFIED, VERIFIERS
from shanzhi.people.models import Account, Consent, ConsentText, Guardianship, Person
from shanzhi.people.texts import BY_GUARDIAN, PRIVACY, TEXTS, Text
from shanzhi.places import queries as places

OLDEST_YEARS: Final = 130
MARKS: Final = {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE}
MARK_COLUMNS: Final = {"name": "name_mark", "id_number": "id_mark", "phone": "phone_mark"}


class HomeMissing(Invalid):
    """The area is no community nor anything below one."""

    code = "home_missing"
    message = _("Choose the community in which the person lives.")


class ConsentNeeded(Invalid):
    """Without consent no record is made (个人信息保护法 art. 13, 29)."""

    code = "consent_needed"
    message = _("Read how your data is used and agree to it; without that we may not keep your name.")


class AlreadyDeclared(Conflict):
    """The account has its person already."""

    code = "already_declared"
    message = _("Your name is on record already. Correct it on the page of your account.")


class PhoneTaken(Conflict):
    """Another record has this phone; who that is is not told."""

    code = "phone_taken"
    message = _("This phone stands on another record. If it is yours, ask your community office to put that right.")


class IdTaken(Conflict):
    """Another record has this number; who that is is not told."""

    code = "id_taken"
    message = _("This document number stands on another record. The office in charge must put that right first.")


class BadBirth(Invalid):
    """The date of birth is missing, or lies in the future or too far back."""

    code = "bad_birth"
    message = _("Write the date of birth as it stands in the document.")


class BadDocument(Invalid):
    """The number does not fit the kind of document."""

    code = "bad_document"
    message = _("This is no number of such a document. Compare it with the document, character by character.")


class ReasonNeeded(Invalid):
    """The act needs a reason, which is kept."""

    code = "reason_needed"
    message = _("Write the reason; it is kept in the record of events.")


class Stale(Conflict):
    """The record was changed since the form was opened."""

    code = "stale"
    message = _("Someone changed this record while you had it open. Reload the page, look at it and try again.")


def put(person: Person, field: str, value: str | None) -> None:
    """Set a sealed value together with its blind index."""
    setattr(person, field, value)
    held, following = both_marks(value, purpose=MARKS[field])
    setattr(person, MARK_COLUMNS[field], held)
    setattr(person, f"{MARK_COLUMNS[field]}_next", following)


@contextmanager
def taken() -> Iterator[None]:
    """Turn what the unique indexes refuse into words that do not tell whose number it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        text = str(error)
        if "phone_mark" in text:
            raise PhoneTaken(field="phone") from None
        if "id_mark" in text:
            raise IdTaken(field="id_number") from None
        raise


def clean_home(code: str, *, at: datetime) -> str:
    """Check that a code is a community that stands, or a place inside one."""
    try:
        if len(code) < LENGTHS[COMMUNITY]:
            raise NotFound
        found = places.area(code=code, at=at)
    except NotFound as missing:
        raise HomeMissing(field="area") from missing
    if found.valid_to is not None and found.valid_to <= timezone.localdate(at):
        raise HomeMissing(field="area")
    return code


def new_person(
    *, actor: Actor, name: str, area: str, at: datetime, phone: str | None = None, synthetic: bool = False
) -> Person:
    """Make a record in the state 'declared', with its event; raise PhoneTaken. `phone` is E.164."""
    person = Person(area=area, created_at=at, synthetic=synthetic)
    put(person, "name", clean_name(name))
    put(person, "phone", phone)
    with taken():
        person.save(force_insert=True)
    change = {"state": person.real_name, "area": area}
    record(actor=actor, verb="people.person.declare", subject=person, area=area, change=change, at=at)
    return person


def clean_birth(born_on: date, *, at: datetime) -> date:
    """Check that a date of birth is one that somebody alive can have; raise BadBirth."""
    today = timezone.localdate(at)
    if not today.year - OLDEST_YEARS <= born_on.year or born_on > today:
        raise BadBirth(field="born_on")
    return born_on


def declare(*, actor: Actor, name: str, area: str, consent: bool, at: datetime, born_on: date | None = None) -> Person:
    """Put the signed-in person on record under the declared name, with consent to the text of today.

    When the office has a record with this proven phone and this very name and nobody signs in to it yet, that one
    becomes the account's, and nothing is asked twice; where it was merged with another, age and consent are noted on
    the one that stays, which is the one that counts. Of a minor the date of birth is kept, of others not before a
    document is seen. Who is under 14 cannot consent alone: then no consent is noted, and a guardian's is waited for.
    Raises AlreadyDeclared, ConsentNeeded, PhoneTaken, NameMissing, BadBirth.
    """
    if actor.account_id is None:
        raise SignInNeeded
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=actor.account_id)
        if account.person_id is not None:
            raise AlreadyDeclared
        if not consent:
            raise ConsentNeeded(field="consent")
        phone = account.phone.reveal() if account.phone and account.phone_verified else None
        person = _record_of(phone, clean_name(name)) if phone else None
        if person is None:
            person = new_person(actor=actor, name=name, area=clean_home(area, at=at), at=at, phone=phone)
        else:
            record(actor=actor, verb="people.person.claim", subject=person, area=person.area, at=at)
        home = person
        if person.merged_into_id is not None:
            home = Person.objects.select_for_update().get(pk=person.merged_into_id)
        _keep_birth(home, born_on, at)
        account.person = person
        account.save(update_fields=["person"])
        if not minors.is_child(home, at):
            put_consent(actor, home, PRIVACY, at)
    return person


def _keep_birth(person: Person, born_on: date | None, at: datetime) -> None:
    if born_on is None or person.born_on is not None:
        return
    if minors.years(clean_birth(born_on, at=at), timezone.localdate(at)) < minors.ADULT:
        person.born_on = born_on
        person.save(update_fields=["born_on"])


def _record_of(phone: str, name: str) -> Person | None:
    found = Person.objects.select_for_update().filter(phone_mark__in=marks(phone, purpose=PHONE)).first()
    if found is None:
        return None
    if bytes(found.name_mark or b"") not in marks(name, purpose=NAME) or Account.objects.filter(person=found).exists():
        raise PhoneTaken(field="phone")
    return found


def correct(*, actor: Actor, name: str, area: str, version: int | None, at: datetime) -> Person:
    """Correct the own name and home. What was verified no longer is: another name or home needs another look.

    Not where the home stayed and its code changed: whoever lived in a former code may say in which of the codes that
    follow it.
    """
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=actor.person(), at=at)
        if version is not None and version != person.version:
            raise Stale
        fields, moved = [], False
        if clean_name(name) != person.name.reveal():
            put(person, "name", clean_name(name))
            fields.append("name")
        if area != person.area:
            home = clean_home(area, at=at)
            moved = not _follows(person.area, home, at)
            person.area = home
            fields.append("area")
        if not fields:
            return person
        if person.real_name in VERIFIED and (moved or "name" in fields):
            person.real_name = REAL_NAME.move(person.real_name, "revoke")
        person.version += 1
        person.save(update_fields=["name", "name_mark", "name_mark_next", "area", "real_name", "version"])
        change = {"fields": fields, "state": person.real_name}
        record(actor=actor, verb="people.person.correct", subject=person, area=person.area, change=change, at=at)
    return person


def _follows(old: str, new: str, at: datetime) -> bool:
    """Tell whether a home's code ended and the new one is among those that follow it, or lies in one of them."""
    try:
        found = places.resolve(old[: LENGTHS[COMMUNITY]], at)
    except NotFound:
        return False
    return not found.unchanged and any(new.startswith(code) for code in found.current)


def give_consent(*, actor: Actor, purpose: str, at: datetime) -> Consent:
    """Agree to the text of today; agreeing twice counts once. Who is under 14 cannot: raises GuardianConsentNeeded."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=actor.person(), at=at)
        text = TEXTS.get(purpose)
        if text is None or purpose == BY_GUARDIAN:
            raise NotFound
        if minors.is_child(person, at):
            raise policies.GuardianConsentNeeded
        return put_consent(actor, person, text, at)


def put_consent(
    actor: Actor, person: Person, text: Text, at: datetime, guardianship: Guardianship | None = None
) -> Consent:
    """Note a consent of the person, or with a link of that guardian for the person; the caller saw that it may be."""
    given, fresh = Consent.objects.get_or_create(
        person=person,
        guardianship=guardianship,
        purpose=text.purpose,
        text_version=text.version,
        withdrawn_at=None,
        defaults={"text_digest": text.digest, "given_at": at},
    )
    if fresh:
        ConsentText.objects.get_or_create(
            digest=text.digest,
            defaults={
                "purpose": text.purpose, "version": text.version, "title": text.title, "kept_at": at,
                "paragraphs": {language: list(words) for language, words in text.paragraphs.items()},
            },
        )  # fmt: skip
        change = {"purpose": text.purpose, "version": text.version, "digest": text.digest}
        record(actor=actor, verb="people.consent.give", subject=person, area=person.area, change=change, at=at)
    return given


def withdraw_consent(*, actor: Actor, purpose: str, at: datetime) -> None:
    """Take a consent back. Without consent to the real-name text every record of the person counts as declared only."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=actor.person(), at=at)
        standing = Consent.objects.select_for_update().filter(
            person__in=actor.persons, guardianship=None, purpose=purpose, withdrawn_at=None
        )
        if not standing.update(withdrawn_at=at):
            raise NotFound
        if purpose == PRIVACY.purpose:
            unverify_merged(actor, person, purpose, at)
            unverify(person)
        change = {"purpose": purpose, "state": person.real_name}
        record(actor=actor, verb="people.consent.withdraw", subject=person, area=person.area, change=change, at=at)


def unverify(person: Person) -> bool:
    """Have a locked record count as declared only; tell whether it was verified."""
    if person.real_name not in VERIFIED:
        return False
    person.real_name = REAL_NAME.move(person.real_name, "revoke")
    person.version += 1
    person.save(update_fields=["real_name", "version"])
    return True


def unverify_merged(actor: Actor, person: Person, purpose: str, at: datetime) -> None:
    """Have the records merged into a person's count as declared only, so that none is verified once they are apart."""
    for one in Person.objects.select_for_update().filter(merged_into=person.pk).order_by("pk"):
        if unverify(one):
            change = {"purpose": purpose, "state": one.real_name}
            record(actor=actor, verb="people.consent.withdraw", subject=one, area=one.area, change=change, at=at)


def unmask(*, actor: Actor, person_id: UUID, fields: Iterable[str], reason: str, at: datetime) -> dict[str, str]:
    """Give sealed values in plain to one who may see them; who looked in which role, at what and why goes on record.

    The person finds all of it on the own page.
    """
    wanted = sorted(set(fields) & set(MARKS))
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at, merged_too=True)
        policies.require(policies.may_unmask(actor=actor, person=person))
        if not reason.strip() or not wanted:
            raise ReasonNeeded(field="reason")
        change = {"fields": wanted, **_office(actor, person.area)}
        record(
            actor=actor, verb="people.person.unmask", subject=person, area=person.area, change=change, at=at,
            reason=reason.strip(),
        )  # fmt: skip
    values = {field: getattr(person, field) for field in wanted}
    return {field: value.reveal() for field, value in values.items() if value is not None}


def note_looks(
    *, actor: Actor, people: Iterable[Person], fields: Sequence[str], area: str, reason: str, at: datetime,
    otherwise: Role | None = None,
) -> None:  # fmt: skip
    """Put on record that people's data was shown in full by a room above, so that each finds it on the own page.

    Inside the caller's transaction; `area` is where the actor acts, `otherwise` the role of who holds no office there.
    Who may, and that there is a reason, the caller saw.
    """
    office = _office(actor, area)
    if not office and otherwise is not None:
        office = {"seen_as": str(otherwise), "seen_in": area}
    change = {"fields": sorted(fields), **office}
    for one in people:
        record(
            actor=actor, verb="people.person.unmask", subject=one, area=one.area, change=change, at=at, reason=reason
        )


def _office(actor: Actor, area: str) -> dict[str, str]:
    """Tell in which role, held where, somebody acts on a person of an area: the highest that reaches it."""
    held = [
        one for one in actor.grants if one.role in VERIFIERS and one.organization is None and covers(one.area, area)
    ]
    found = max(held, key=lambda one: RANK[one.role], default=None)
    return {"seen_as": str(found.role), "seen_in": found.area} if found else {}
