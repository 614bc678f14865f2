"""What follows when somebody signs in or changes a second factor by allauth's own flows."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.people import signals
from shanzhi.people.middleware import actor_behind
from shanzhi.people.models import Account
from shanzhi.people.operations.accounts import renew_hash
from shanzhi.people.operations.sessions import FACTOR, end_sessions, keep_session, note_sign_in


def noted(*, request: HttpRequest | None, user: Account, **_more: Any) -> None:
    """Put a sign-in on the owner's list of devices."""
    if request is not None:
        note_sign_in(account=user, request=request, at=getattr(request, "now", None) or timezone.now())


def factor_changed(*, request: HttpRequest, user: Account, authenticator: Any, signal: Any, **_more: Any) -> None:
    """Put the change on record, tell the owner, and end the other sessions.

    They were opened without the factor, or by one that is lost.
    """
    at = request.now  # type: ignore[attr-defined]  # our own attribute
    change = {"kind": str(authenticator.type)}
    verb = "people.factor.add" if signal is authenticator_added else "people.factor.remove"
    actor = actor_behind(user, request)
    with transaction.atomic():
        record(actor=actor, verb=verb, subject=user.person or user, area=user.person.area if user.person else "",
               change=change, at=at)  # fmt: skip
        end_sessions(account_id=user.pk, why=FACTOR, at=at, keep=request.session.session_key or "")
        keep_session(request=request)
        if user.person_id is not None and authenticator.type != Authenticator.Type.RECOVERY_CODES:
            signals.factor_changed.send(Account, actor=actor, person_id=user.person_id, at=at)


def hash_renewed(*, account: Account, password: str, **_more: Any) -> None:
    """Have the hash of a password made anew."""
    renew_hash(account=account, password=password, at=timezone.now())


def connect() -> None:
    """Listen."""
    signals.hash_outdated.connect(hash_renewed, dispatch_uid="people.hash")
    user_logged_in.connect(noted, dispatch_uid="people.sign_in")
    authenticator_added.connect(factor_changed, dispatch_uid="people.factor.added")
    authenticator_removed.connect(factor_changed, dispatch_uid="people.factor.removed")
