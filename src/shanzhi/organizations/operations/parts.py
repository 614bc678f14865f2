"""Members and contacts, links and documents of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.organizations import policies
from shanzhi.organizations.models import Document, FilingApplication, Link, Membership, Organization, Paper, Part, Tie
from shanzhi.organizations.operations.organizations import ClosedAlready, plain_phone
from shanzhi.people import queries as people
from shanzhi.people.operations import note_looks
from shanzhi.work.files import checked, shown_name, store

ROOM: Final = "organizations"
LONGEST_NAME: Final = 60
MOST_FILES: Final = 30


class NameMissing(Invalid):
    """A member has a name."""

    code = "member_name_missing"
    message = _("Write the member's name, with at most 60 characters.")


class BadPart(Invalid):
    """There is no such part."""

    code = "bad_part"
    message = _("Choose what the person is in the organisation.")


class BadDay(Invalid):
    """The day lies in the future, or before the beginning."""

    code = "bad_day"
    message = _("Give a day that is not in the future, and not before the beginning.")


class MemberAlready(Conflict):
    """The person has this part already."""

    code = "member_already"
    message = _("This person has this part in the organisation already. End it first, or choose another part.")


class BadTie(Invalid):
    """There is no such link, or the other organisation is not on record."""

    code = "bad_tie"
    message = _("Choose a link, and another organisation that is on record and open to you.")


class LinkedAlready(Conflict):
    """The link is there, or the organisation has a parent."""

    code = "linked_already"
    message = _("This link is there already. An organisation belongs to one other at most: end that link first.")


class ParentCircle(Conflict):
    """Organisations would belong to one another in a circle."""

    code = "parent_circle"
    message = _("The other organisation belongs to this one, directly or by others in between. End one of these first.")


class TooManyDocuments(Invalid):
    """As many files as an organisation may have."""

    code = "too_many_files"
    message = _("An organisation holds at most %(most)s documents. Remove one first.")


class BadPaper(Invalid):
    """There is no such kind of document."""

    code = "bad_paper"
    message = _("Choose what the document is.")


class UnmaskReasonMissing(Invalid):
    """Names are shown in full for a reason."""

    code = "reason_missing"
    message = _("Write why you need the names in full; it is kept on record with your name.")


def guided(actor: Actor, organization_id: UUID, *, applicant_too: bool = False) -> Organization:
    """Lock a living organisation for who keeps its parts; outside the actor's reach there is none."""
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    rows = Organization.objects.select_for_update(no_key=True).filter(pk=organization_id)
    found = rows.filter(policies.readable(actor)).first()
    if found is None and applicant_too:
        own = FilingApplication.objects.filter(
            organization=organization_id, applicant__in=actor.persons, state__in=("draft", "returned")
        )
        found = rows.first() if own.exists() else None
        if found is not None:
            return found
    if found is None:
        raise NotFound
    policies.require(policies.may_guide(actor=actor, seat=found.area, organization=found.pk))
    if not found.open:
        raise ClosedAlready
    return found


def _note(
    actor: Actor, verb: str, found: Organization, change: Mapping[str, object], at: datetime, why: str = ""
) -> None:
    record(
        actor=actor, verb=f"organizations.{verb}", subject=found, area=found.area, change=change, at=at, reason=why
    )  # fmt: skip


def add_member(
    *,
    actor: Actor,
    organization_id: UUID,
    part: str,
    starts_on: date,
    at: datetime,
    name: str = "",
    phone: str = "",
    person_id: UUID | None = None,
) -> Membership:
    """Put somebody among the members, by a name or as a person on record whom the actor sees; a contact has a phone.

    Raises NotFound, Forbidden, ClosedAlready, NameMissing, BadPart, BadDay, NotAPhone, MemberAlready.
    """
    try:
        with transaction.atomic():
            found = guided(actor, organization_id)
            if part not in Part.values:
                raise BadPart(field="part")
            if starts_on > timezone.localdate(at) or starts_on.year < 1900:
                raise BadDay(field="starts_on")
            person = people.person(viewer=actor, person_id=person_id, at=at) if person_id else None
            shown = person.name.reveal() if person else " ".join(name.split())
            if not shown or len(shown) > LONGEST_NAME:
                raise NameMissing(field="name")
            made = Membership.objects.create(
                organization=found, person=person, name=shown, phone=plain_phone(phone), part=part, starts_on=starts_on,
                created_at=at,
            )  # fmt: skip
            _note(actor, "member.add", found, {"member": str(made.pk), "part": part}, at)
    except IntegrityError as fault:
        if "organizations_membership_once" in str(fault):
            raise MemberAlready(field="part") from fault
        raise
    return made


def end_member(
    *, actor: Actor, organization_id: UUID, membership_id: UUID, ends_on: date, at: datetime
) -> Membership:  # fmt: skip
    """End a membership on a day; it stays on record. Raises NotFound, Forbidden, ClosedAlready, BadDay."""
    with transaction.atomic():
        found = guided(actor, organization_id)
        row = Membership.objects.select_for_update().filter(pk=membership_id, organization=found, ends_on=None).first()
        if row is None:
            raise NotFound
        if not row.starts_on <= ends_on <= timezone.localdate(at):
            raise BadDay(field="ends_on")
        row.ends_on = ends_on
        row.save(update_fields=["ends_on"])
        change = {"member": str(row.pk), "part": row.part, "ends_on": ends_on.isoformat()}
        _note(actor, "member.end", found, change, at)
    return row


def unmask_members(*, actor: Actor, organization_id: UUID, reason: str, at: datetime) -> list[dict[str, str]]:
    """Give the names and phones of the running members in full, for a reason that goes on record with who looked.

    Each member on record as a person finds it on the own page; one known by name alone has no page to find it on.
    Each: `id`, `name`, `phone`, `part`. Raises NotFound, Forbidden, ClosedAlready, UnmaskReasonMissing.
    """
    with transaction.atomic():
        found = guided(actor, organization_id)
        if not reason.strip():
            raise UnmaskReasonMissing(field="reason")
        rows = list(
            Membership.objects.filter(organization=found, ends_on=None)
            .select_related("person")
            .order_by("created_at", "pk")
        )
        _note(actor, "member.unmask", found, {"members": len(rows)}, at, reason.strip())
        known = {row.person_id: row.person for row in rows if row.person is not None}
        note_looks(
            actor=actor, people=known.values(), fields=["name", "phone"], area=found.area, reason=reason.strip(), at=at,
            otherwise=Role.TEAM_LEADER,
        )  # fmt: skip
    return [
        {"id": str(row.pk), "name": row.name.reveal(), "phone": row.phone.reveal() if row.phone else "",
         "part": row.part}
        for row in rows
    ]  # fmt: skip


def add_link(*, actor: Actor, organization_id: UUID, tie: str, other_id: UUID, at: datetime) -> Link:
    """Hang an organisation on another one that the actor sees.

    Raises NotFound, Forbidden, ClosedAlready, BadTie, LinkedAlready, ParentCircle.
    """
    try:
        with transaction.atomic():
            found = guided(actor, organization_id)
            other = Organization.objects.filter(policies.readable(actor), pk=other_id).first()
            if tie not in Tie.values or other is None or other == found:
                raise BadTie(field="other" if tie in Tie.values else "tie")
            made = Link.objects.create(organization=found, other=other, tie=tie, created_at=at)
            _note(actor, "link.add", found, {"tie": tie, "other": str(other.pk)}, at)
    except IntegrityError as fault:
        if "organizations_parent_circle" in str(fault):
            raise ParentCircle(field="other") from fault
        if "organizations_one_parent" in str(fault) or "organizations_link_once" in str(fault):
            raise LinkedAlready(field="other") from fault
        raise
    return made


def end_link(*, actor: Actor, organization_id: UUID, link_id: UUID, at: datetime) -> Link:
    """End a link; it stays on record. Raises NotFound, Forbidden, ClosedAlready."""
    with transaction.atomic():
        found = guided(actor, organization_id)
        row = Link.objects.select_for_update().filter(pk=link_id, organization=found, ended_at=None).first()
        if row is None:
            raise NotFound
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _note(actor, "link.end", found, {"tie": row.tie, "other": str(row.other_id)}, at)
    return row


def add_document(
    *, actor: Actor, organization_id: UUID, paper: str, name: str, content: bytes, at: datetime
) -> Document:  # fmt: skip
    """Put a file beside an organisation, also as the applicant of an open draft; the same again gives the first.

    Raises UnknownFile, FileTooLarge, FileInfected, ScannerAway, BadPaper, TooManyDocuments, NotFound, Forbidden.
    """
    kind = checked(content)
    if paper not in Paper.values:
        raise BadPaper(field="paper")
    with transaction.atomic():
        found = guided(actor, organization_id, applicant_too=True)
        digest = digest_bytes(content)
        known = Document.objects.filter(organization=found, digest=digest).first()
        if known is not None:
            return known
        if found.documents.count() >= MOST_FILES:
            raise TooManyDocuments(field="file", most=MOST_FILES)
        made = Document.objects.create(
            organization=found, paper=paper, name=shown_name(name, kind), kind=kind,
            digest=store(content, room=ROOM), size=len(content), added_by_id=actor.person_id, created_at=at,
        )  # fmt: skip
        _note(actor, "document.add", found, {"paper": paper, "digest": digest, "size": len(content)}, at)
    return made


def remove_document(*, actor: Actor, organization_id: UUID, document_id: UUID, at: datetime) -> None:
    """Take a file away; its bytes stay, for another organisation may hold the same. Raises NotFound, Forbidden."""
    with transaction.atomic():
        found = guided(actor, organization_id, applicant_too=True)
        row = Document.objects.filter(pk=document_id, organization=found).first()
        if row is None:
            raise NotFound
        row.delete()
        _note(actor, "document.remove", found, {"paper": row.paper, "digest": row.digest}, at)
