"""Guardian links: noted by staff against a document, used to consent for a ward, ended early for a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people import minors, policies, signals
from shanzhi.people.fields import ID_NUMBER, marks
from shanzhi.people.guardianship import KINDS, PROOFS
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Consent, Guardianship, Person
from shanzhi.people.operations.erasure import ConfirmNeeded, erase_for, hold_rooms
from shanzhi.people.operations.records import (
    BadBirth,
    ReasonNeeded,
    clean_birth,
    put_consent,
    unverify,
    unverify_merged,
)
from shanzhi.people.texts import MINOR

LEAST_TAIL, MOST_TAIL = 2, 6


class NotAMinor(Conflict):
    """The person is 18 or older, or the age is not known."""

    code = "not_a_minor"
    message = _("Only who is under 18 has a guardian here. Check the date of birth in the document.")


class GuardianMissing(Invalid):
    """Nobody grown up and verified has the number; why exactly is not told."""

    code = "guardian_missing"
    message = _(
        "No grown-up with a verified real name has this number. Have the guardian sign up and be verified first, then "
        "note the link."
    )


class BadProof(Invalid):
    """The kind of document or its last characters are missing or unusable."""

    code = "bad_proof"
    message = _("Choose what you saw, and write the last 2 to 6 letters and digits of its number.")


class BadSpan(Invalid):
    """The link would end before it begins, has ended already, or begins in the future."""

    code = "bad_span"
    message = _("The guardianship begins today or earlier, and its last day is today or later.")


class LinkedAlready(Conflict):
    """The same two are linked."""

    code = "linked_already"
    message = _("This guardian is noted for this minor already. End that link first.")


class LinkEnded(Conflict):
    """The link is over."""

    code = "link_ended"
    message = _("This guardian link is over already.")


class TooOldForThat(Conflict):
    """From 14 on the ward decides on the own data."""

    code = "too_old_for_that"
    message = _("From 14 on your ward decides on this alone, on the own account.")


@dataclass(frozen=True, slots=True)
class Proof:
    """What staff read in the documents before them; the numbers stay out of what is printed of it."""

    kind: str
    document: str
    document_tail: str = field(repr=False)
    starts_on: date
    ends_on: date | None = None
    born_on: date | None = field(default=None, repr=False)


def link_guardian(*, actor: Actor, ward_id: UUID, guardian_number: str, proof: Proof, at: datetime) -> Guardianship:
    """Note that staff saw who the guardian of a minor is.

    By those who verify real names where the minor lives, and never for themselves. The guardian is found by the whole
    number of the verified document. Where the minor's date of birth is not on record it comes from the same document.
    Raises NotYourself, NotAMinor, GuardianMissing, BadProof, BadSpan, BadBirth, LinkedAlready.
    """
    with transaction.atomic():
        ward = policies.load(viewer=actor, person_id=ward_id, at=at)
        policies.require(policies.may_verify(actor=actor, person=ward))
        tail = _check(proof, at)
        _note_birth(ward, proof.born_on, at)
        guardian = _guardian(guardian_number, ward, at)
        if actor.is_person(guardian.pk):
            raise policies.NotYourself
        _refuse_twice(ward, guardian, at)
        made = Guardianship.objects.create(
            ward=ward, guardian=guardian, kind=proof.kind, starts_on=proof.starts_on, ends_on=proof.ends_on,
            document=proof.document, document_tail=tail, verified_by_id=actor.person(), verified_at=at,
        )  # fmt: skip
        _note(actor, "link", made, at, {"kind": made.kind, "document": made.document})
        signals.guardian_linked.send(
            Guardianship, actor=actor, ward_id=ward.pk, guardian_id=guardian.pk, link_id=made.pk, at=at
        )
    return made


def _check(proof: Proof, at: datetime) -> str:
    tail = "".join(proof.document_tail.split()).upper()
    fits = LEAST_TAIL <= len(tail) <= MOST_TAIL and tail.isascii() and tail.isalnum()
    if proof.kind not in KINDS or proof.document not in PROOFS or not fits:
        raise BadProof(field="document_tail")
    day = timezone.localdate(at)
    if proof.starts_on > day or (proof.ends_on is not None and proof.ends_on < day):
        raise BadSpan(field="starts_on" if proof.starts_on > day else "ends_on")
    return tail


def _note_birth(ward: Person, born_on: date | None, at: datetime) -> None:
    if ward.born_on is None:
        if born_on is None:
            raise BadBirth(field="born_on")
        ward.born_on, ward.version = clean_birth(born_on, at=at), ward.version + 1
        if minors.is_minor(ward, at):
            ward.save(update_fields=["born_on", "version"])
    if not minors.is_minor(ward, at):
        raise NotAMinor(field="born_on")


def _guardian(number: str, ward: Person, at: datetime) -> Person:
    """Find the guardian by the whole number; who is none, too young or not verified is told of in the same words."""
    found = Person.objects.select_for_update().filter(
        id_mark__in=marks("".join(number.split()).upper(), purpose=ID_NUMBER), erased_at=None, real_name__in=VERIFIED
    ).exclude(pk=ward.pk).first()  # fmt: skip
    if found is not None and found.merged_into_id is not None:
        found = Person.objects.select_for_update().filter(
            pk=found.merged_into_id, erased_at=None, real_name__in=VERIFIED
        ).first()  # fmt: skip
    if found is None or found.pk == ward.pk or found.born_on is None or minors.is_minor(found, at):
        raise GuardianMissing(field="guardian_number")
    return found


def _refuse_twice(ward: Person, guardian: Person, at: datetime) -> None:
    """Refuse a second link of the two; one whose last day has passed is closed, so that it stands in no one's way."""
    same = Guardianship.objects.select_for_update().filter(ward=ward, guardian=guardian, ended_at=None)
    if same.filter(minors.running(at)).exists():
        raise LinkedAlready(field="guardian_number")
    same.update(ended_at=at)


def _note(
    actor: Actor, verb: str, link: Guardianship, at: datetime, change: dict[str, str], *, reason: str = ""
) -> None:
    record(
        actor=actor, verb=f"people.guardian.{verb}", subject=link, area=link.ward.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip


def end_link(*, actor: Actor, link_id: UUID, reason: str, at: datetime) -> Guardianship:
    """End a guardian link early, for a reason, by those who verify where the ward lives. Raises LinkEnded, NotFound."""
    with transaction.atomic():
        found = Guardianship.objects.select_for_update(of=("self",)).select_related("ward").filter(pk=link_id).first()
        if found is None or not policies.sees(viewer=actor, person=found.ward, at=at):
            raise NotFound
        policies.require(policies.may_verify(actor=actor, person=found.ward))
        if actor.is_person(found.guardian_id):
            raise policies.NotYourself
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        if not Guardianship.objects.filter(minors.running(at), pk=link_id).exists():
            raise LinkEnded
        found.ended_at, found.ended_by_id, found.ended_reason = at, actor.person_id, reason.strip()
        found.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        _note(actor, "end", found, at, {"kind": found.kind}, reason=found.ended_reason)
        told = {"ward_id": found.ward_id, "guardian_id": found.guardian_id, "link_id": found.pk}
        signals.guardian_ended.send(Guardianship, actor=actor, at=at, **told)
    return found


def _own_link(actor: Actor, ward_id: UUID, at: datetime) -> tuple[Person, Guardianship]:
    """Lock a ward of the actor's, with the link that makes it one; a stranger's ward does not exist."""
    link = minors.link_of(guardian_id=actor.person(), ward_id=ward_id, at=at)
    if link is None:
        raise NotFound
    return Person.objects.select_for_update().get(pk=ward_id), link


def consent_for(*, actor: Actor, ward_id: UUID, at: datetime) -> Consent:
    """Agree for a ward, as the guardian, to the text on minors of today; agreeing twice counts once."""
    with transaction.atomic():
        ward, link = _own_link(actor, ward_id, at)
        given = put_consent(actor, ward, MINOR, at, link)
        signals.guardian_consent.send(Consent, actor=actor, ward_id=ward.pk, consent_id=given.pk, at=at)
    return given


def withdraw_for(*, actor: Actor, ward_id: UUID, at: datetime) -> None:
    """Take back, as a guardian, all that guardians agreed to for a ward: the no of one of them is enough.

    A ward under 14 counts as declared only from then on. Raises NotFound where nothing stands.
    """
    with transaction.atomic():
        ward, _link = _own_link(actor, ward_id, at)
        standing = Consent.objects.select_for_update().filter(
            person=ward, purpose=MINOR.purpose, guardianship__isnull=False, withdrawn_at=None
        )
        keys = list(standing.values_list("pk", flat=True))
        if not keys:
            raise NotFound
        standing.update(withdrawn_at=at, withdrawn_by_id=actor.person())
        if minors.is_child(ward, at):
            unverify_merged(actor, ward, MINOR.purpose, at)
            unverify(ward)
        change = {"purpose": MINOR.purpose, "state": ward.real_name}
        record(actor=actor, verb="people.consent.withdraw", subject=ward, area=ward.area, change=change, at=at)
        signals.guardian_consent.send(Consent, actor=actor, ward_id=ward.pk, consent_id=keys[0], at=at)


def erase_ward(*, actor: Actor, ward_id: UUID, confirmed: bool, at: datetime) -> None:
    """Erase a ward under 14, as the guardian. Raises TooOldForThat, ConfirmNeeded, NotYet, LogDiffers, NotFound."""
    if not confirmed:
        raise ConfirmNeeded(field="confirmed")
    with transaction.atomic():
        hold_rooms(ward_id)
        ward, _link = _own_link(actor, ward_id, at)
        if not minors.is_child(ward, at):
            raise TooOldForThat
        erase_for(actor=actor, person_id=ward.pk, at=at)
