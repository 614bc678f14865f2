"""Inviting a colleague: a role that is taken up within days with a link, a code and the phone it was meant for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound, Refusal, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.people import holders, policies
from shanzhi.people.actors import actor_of_person
from shanzhi.people.fields import PHONE_OF_INVITATION, both_marks, marks
from shanzhi.people.lifecycle import INVITATION
from shanzhi.people.models import Account, Invitation, RoleGrant
from shanzhi.people.operations.accounts import SIGN_IN
from shanzhi.people.operations.records import ReasonNeeded
from shanzhi.people.operations.roles import BadRole, check_place, put_grant

DAYS: Final = 7
MOST_TRIES: Final = 5


class InvitationUnusable(Conflict):
    """It is over, taken, was tried too often, or is meant for another; which of these is not told."""

    code = "invitation_unusable"
    message = _(
        "This invitation cannot be used: it is over, was taken up, or the code or your phone does not fit. "
        "Ask who invited you for a new one."
    )


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made; secret and code are shown this once and kept as digests alone."""

    invitation: Invitation
    secret: str
    code: str


def digest_of(text: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(f"invitation:{text}".encode()).hexdigest()


def invite(
    *, actor: Actor, phone: str, role: Role, area: str, organization: UUID | None = None, reason: str, at: datetime
) -> Invited:
    """Invite who has this phone (E.164) to a role, never above the own one and within the own scope."""
    if role is Role.RESIDENT:
        raise BadRole(field="role")
    policies.require(policies.may_give(actor=actor, role=role, area=area, organization=organization))
    check_place(role, area, organization)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    secret, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**8):08d}"
    held, following = both_marks(phone, purpose=PHONE_OF_INVITATION)
    with transaction.atomic():
        made = Invitation.objects.create(
            phone=phone, phone_mark=held, phone_mark_next=following, role=role, area=area, organization=organization,
            reason=reason.strip(), secret=digest_of(secret), code=digest_of(secret + code),
            invited_by_id=actor.person(), created_at=at, expires_at=at + timedelta(days=DAYS),
        )  # fmt: skip
        place, known = _place(made)
        change = {"role": str(role), "area": area, **known}
        record(
            actor=actor, verb="people.invitation.make", subject=made, area=place, change=change, at=at,
            reason=reason.strip(),
        )  # fmt: skip
    return Invited(made, secret, code)


def _place(found: Invitation) -> tuple[str, dict[str, str]]:
    """Give the code of the area in which an invitation lies, and what an event tells of its organisation."""
    body = holders.body_of(found)
    return (body.seat, {"organization": str(body.id), "in": body.name}) if body else (found.area, {})


def take_invitation(*, actor: Actor, secret: str, code: str, at: datetime) -> RoleGrant:
    """Take an invitation up: the secret of the link, the code, and the phone proven by signing in all fit.

    The role is given on behalf of who invited, who must still be allowed to give it. A wrong code counts; after five
    the invitation is dead. Raises InvitationUnusable for whatever does not fit.
    """
    if actor.account_id is None:
        raise SignInNeeded
    if not _tried(actor.account_id, secret, code, at):
        raise InvitationUnusable
    with transaction.atomic():
        found = Invitation.objects.select_for_update().filter(secret=digest_of(secret), state="open").first()
        if found is None or actor.person_id is None:
            raise InvitationUnusable
        inviter = _inviter(found.invited_by_id, at)
        try:
            given = put_grant(
                actor=inviter, person_id=actor.person_id, role=Role(found.role), area=found.area,
                organization=found.organization, starts_at=at, reason=found.reason, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            raise InvitationUnusable from refusal
        found.state, found.taken_by_id, found.ended_at = INVITATION.move(found.state, "take"), actor.person_id, at
        found.phone = found.phone_mark = found.phone_mark_next = None  # done its work
        found.save()
        change = {"grant": str(given.pk)}
        place = _place(found)[0]
        record(actor=actor, verb="people.invitation.take", subject=found, area=place, change=change, at=at)
    return given


def _inviter(person_id: UUID, at: datetime) -> Actor:
    """Give who invited with the roles of now, or nobody when that sign-in was closed since."""
    account = Account.objects.filter(person_id=person_id, is_active=True).first()
    if account is None:
        return Actor.anonymous()
    return replace(actor_of_person(person_id=person_id, at=at), account_id=account.pk)


def _tried(account_id: UUID, secret: str, code: str, at: datetime) -> bool:
    """Compare all that must fit, and count a try that does not; committed even though the caller refuses then."""
    with transaction.atomic():
        found = Invitation.objects.select_for_update().filter(secret=digest_of(secret), state="open").first()
        if found is None or at >= found.expires_at or found.tries >= MOST_TRIES:
            return False
        account = Account.objects.get(pk=account_id)
        phone = account.phone.reveal() if account.phone and account.phone_verified else ""
        wanted = bytes(found.phone_mark or b"")
        fits = any(constant_time_compare(one, wanted) for one in marks(phone, purpose=PHONE_OF_INVITATION))
        fits &= constant_time_compare(digest_of(secret + code), found.code)
        if not fits:
            found.tries += 1
            found.save(update_fields=["tries"])
            record(actor=SIGN_IN, verb="people.invitation.miss", subject=found, area=_place(found)[0], at=at)
        return fits


def end_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> None:
    """Take an invitation back: who could give its role may."""
    with transaction.atomic():
        found = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
        if found is None or not actor.holds(policies.READERS, _place(found)[0]):
            raise NotFound
        policies.require(
            policies.may_give(actor=actor, role=Role(found.role), area=found.area, organization=found.organization)
        )
        found.state, found.ended_at = INVITATION.move(found.state, "end"), at
        found.phone = found.phone_mark = found.phone_mark_next = None
        found.save()
        record(actor=actor, verb="people.invitation.end", subject=found, area=_place(found)[0], at=at)
