"""Sessions and devices: noted when one signs in, ended by the owner, by staff in charge, or by what changed."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import policies
from shanzhi.people.actors import records_of
from shanzhi.people.models import Account, Person, SignIn
from shanzhi.people.operations.records import ReasonNeeded

NOTED: Final = "people_sign_in"
SEEN: Final = "people_seen"
SEEN_EVERY: Final = timedelta(hours=1)
OWNER, OFFICE, ROLE, PASSWORD, FACTOR, CLOSED = "owner", "office", "role", "password", "factor", "closed"
ERASED: Final = "erased"
# In this order: browsers call themselves by the names of others too.
BROWSERS: Final = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """Name browser and system of a device from what the browser says of itself; nothing else of it is kept."""
    browser = next((name for mark, name in BROWSERS if re.search(rf"\b{mark}", agent)), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system)))


def network_of(address: str) -> str:
    """Tell the kind of an address: this machine, a network of the house, or the internet; the address is not kept."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.is_loopback:
        return "machine"
    return "house" if found.is_private else "internet"


def note_sign_in(*, account: Account, request: HttpRequest, at: datetime) -> SignIn:
    """Note that an account signed in on a device; the session remembers the note."""
    session = request.session
    if session.session_key is None:
        session.save()
    noted = SignIn.objects.create(
        account=account,
        session_key=session.session_key or "",
        device=device_of(request.META.get("HTTP_USER_AGENT", "")),
        network=network_of(request.META.get("REMOTE_ADDR", "")),
        started_at=at,
        seen_at=at,
    )
    session[NOTED], session[SEEN] = str(noted.pk), int(at.timestamp())
    return noted


def note_seen(*, session: Any, at: datetime) -> None:
    """Note at most once an hour that a session is in use."""
    noted, seen = session.get(NOTED), session.get(SEEN, 0)
    if noted and at.timestamp() - seen >= SEEN_EVERY.total_seconds():
        SignIn.objects.filter(pk=noted, ended_at=None).update(seen_at=at, session_key=session.session_key or "")
        session[SEEN] = int(at.timestamp())


def end_sessions(*, account_id: UUID, why: str, at: datetime, keep: str = "") -> int:
    """End all sessions of an account at once, also those that nobody noted; `keep` is the key of one that goes on.

    Called inside the operation that is the reason. The count in the account shuts out every session of before; the
    view whose session goes on calls `keep_session`.
    """
    Account.objects.filter(pk=account_id).update(session_count=F("session_count") + 1)
    rows = SignIn.objects.filter(account_id=account_id, ended_at=None).exclude(session_key=keep or "-")
    keys = [key for key in rows.values_list("session_key", flat=True) if key]
    Session.objects.filter(session_key__in=keys).delete()
    return rows.update(ended_at=at, ended_why=why, session_key="")


def keep_session(*, request: HttpRequest) -> None:
    """Let the session of this request go on after all of its account were ended."""
    account = Account.objects.get(pk=request.user.pk or UUID(int=0))
    request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()


def end_session(*, actor: Actor, sign_in_id: UUID, at: datetime) -> None:
    """End one of the own sessions; another's does not exist."""
    if actor.account_id is None:
        raise SignInNeeded
    with transaction.atomic():
        rows = SignIn.objects.select_for_update().filter(account_id=actor.account_id, ended_at=None)
        found = rows.filter(pk=sign_in_id).first()
        if found is None:
            raise NotFound
        Session.objects.filter(session_key=found.session_key).delete()
        found.ended_at, found.ended_why, found.session_key = at, OWNER, ""
        found.save(update_fields=["ended_at", "ended_why", "session_key"])
        record(actor=actor, verb="people.session.end", subject=found.account, area="", at=at)


def end_other_sessions(*, actor: Actor, keep: str, at: datetime) -> int:
    """End all own sessions but the one whose key is `keep`."""
    if actor.account_id is None:
        raise SignInNeeded
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=actor.account_id)
        ended = end_sessions(account_id=account.pk, why=OWNER, at=at, keep=keep)
        record(actor=actor, verb="people.session.end_all", subject=account, area="", change={"ended": ended}, at=at)
    return ended


def end_sessions_of(*, actor: Actor, person_id: UUID, reason: str, at: datetime) -> None:
    """End all sessions of somebody the actor is in charge of, for a reason."""
    with transaction.atomic():
        person = policies.load(viewer=actor, person_id=person_id, at=at)
        policies.require(policies.may_close_account(actor=actor, person=person, at=at))
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        end_for(person_id=person_id, why=OFFICE, at=at)
        record(
            actor=actor, verb="people.session.end_all", subject=person, area=person.area, at=at, reason=reason.strip()
        )


def end_for(*, person_id: UUID, why: str, at: datetime) -> None:
    """End all sessions of a person, by whichever record it signs in; called inside the operation that is the reason."""
    person = Person.objects.get(pk=person_id)
    records = records_of(person.merged_into_id or person.pk)
    for account_id in Account.objects.filter(person__in=records).order_by("pk").values_list("pk", flat=True):
        end_sessions(account_id=account_id, why=why, at=at)
