"""Sign-ins: made by a phone or by an operator, closed and opened again by those in charge."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people import policies, signals
from shanzhi.people.actors import records_of
from shanzhi.people.fields import PHONE_OF_ACCOUNT, both_marks, marks
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.people.operations.records import ReasonNeeded, new_person
from shanzhi.people.operations.sessions import CLOSED, PASSWORD, end_sessions

# Who proves a phone is nobody yet: what signing in itself writes is put down as its own act.
SIGN_IN: Final = Actor.system("sign-in")


class LoginNameTaken(Conflict):
    """Another account has this sign-in name."""

    code = "login_name_taken"
    message = _("This sign-in name is taken. Choose another one.")


class AccountMissing(NotFound):
    """The person has no sign-in."""

    code = "account_missing"
    message = _("This person has no sign-in yet. It is made when the person first signs in by phone.")


class WeakPassword(Invalid):
    """The password is too easily guessed; the message lists why."""

    code = "weak_password"


def account_for_phone(*, phone: str, at: datetime) -> Account:
    """Give the account of a phone (E.164), or make one that nobody has proven yet.

    It is made before the code is sent, so that a known and an unknown phone are answered alike. It holds nothing, and
    whoever later receives the code on this phone gets it, so there is nothing to win by asking for a stranger's.
    """
    account = Account(phone=phone, created_at=at)
    account.set_unusable_password()
    held, following = both_marks(phone, purpose=PHONE_OF_ACCOUNT)
    with transaction.atomic():
        found, made = Account.objects.get_or_create(
            phone_mark__in=marks(phone, purpose=PHONE_OF_ACCOUNT),
            defaults={
                "phone": phone,
                "phone_mark": held,
                "phone_mark_next": following,
                "created_at": at,
                "password": account.password,
            },
        )
        if made:
            record(actor=SIGN_IN, verb="people.account.make", subject=found, area="", at=at)
    return found


def set_account_phone(*, account: Account, phone: str, verified: bool, at: datetime) -> None:
    """Set an account's phone (E.164) and whether it received its code; the same again changes nothing."""
    wanted = marks(phone, purpose=PHONE_OF_ACCOUNT)
    if account.phone_verified == verified and bytes(account.phone_mark or b"") in wanted:
        return
    account.phone = phone
    account.phone_mark, account.phone_mark_next = both_marks(phone, purpose=PHONE_OF_ACCOUNT)
    account.phone_verified = verified
    with transaction.atomic():
        account.save(update_fields=["phone", "phone_mark", "phone_mark_next", "phone_verified"])
        record(actor=SIGN_IN, verb="people.account.phone", subject=account, area="", at=at)


def set_password(*, actor: Actor, account_id: UUID, password: str, at: datetime, keep: str = "") -> Account:
    """Set the password of the actor's own account and end its sessions but the one with the key `keep`.

    Raises WeakPassword with the reasons.
    """
    if actor.account_id != account_id:
        raise NotFound
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        _put_password(account, password)
        account.save(update_fields=["password"])
        end_sessions(account_id=account.pk, why=PASSWORD, at=at, keep=keep)
        account.refresh_from_db(fields=["session_count"])
        record(actor=actor, verb="people.account.password", subject=account, area="", at=at)
        if account.person_id is not None:
            signals.password_set.send(Account, actor=actor, person_id=account.person_id, at=at)
    return account


def renew_hash(*, account: Account, password: str, at: datetime) -> None:
    """Hash a password that was just given rightly in today's way; one that was changed meanwhile stays as it is."""
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        if held.password != account.password:
            return
        account.set_password(password)
        account.save(update_fields=["password"])
        record(actor=SIGN_IN, verb="people.account.rehash", subject=account, area="", at=at)


def _put_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise WeakPassword(" ".join(weak.messages), field="password") from weak
    account.set_password(password)


def close_account(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """Close a person's sign-in: sessions end at their next request. Needs a reason."""
    _set_active(actor, person_id, reason, at, active=False)


def open_account(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """Open a closed sign-in again. Needs a reason."""
    _set_active(actor, person_id, reason, at, active=True)


def _set_active(actor: Actor, person_id: UUID, reason: str, at: datetime, *, active: bool) -> None:
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        policies.require(policies.may_close_account(actor=actor, person=person, at=at))
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        accounts = Account.objects.select_for_update().filter(person__in=records_of(person.pk)).order_by("pk")
        if not accounts:
            raise AccountMissing
        for account in accounts:  # of merged records too: all of them lead to this person
            account.is_active = active
            account.save(update_fields=["is_active"])
            if not active:
                end_sessions(account_id=account.pk, why=CLOSED, at=at)
        verb = "people.account.open" if active else "people.account.close"
        record(actor=actor, verb=verb, subject=person, area=person.area, at=at, reason=reason)


def create_administrator(*, login_name: str, name: str, password: str, area: str = "", at: datetime) -> Account:
    """Make a first administrator with a sign-in name: for the operator at the machine, never through the web."""
    actor = Actor.system("operator")
    with transaction.atomic():
        if Account.objects.filter(login_name__iexact=login_name).exists():
            raise LoginNameTaken(field="login_name")
        person: Person = new_person(actor=actor, name=name, area="", at=at)
        account = Account(person=person, login_name=login_name, created_at=at)
        _put_password(account, password)
        account.save(force_insert=True)
        given = RoleGrant.objects.create(
            person=person,
            role=Role.ADMINISTRATOR,
            area=area,
            starts_at=at,
            created_at=at,
            reason=str(_("First administrator, made by the operator")),
        )
        change = {"role": given.role, "area": area, "grant": str(given.pk)}
        record(actor=actor, verb="people.role.grant", subject=person, area=area, change=change, at=at)
    return account
