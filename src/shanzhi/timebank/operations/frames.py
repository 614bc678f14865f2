"""What the operations of a bank share: the rules of a day, one way into the ledger, words, locks, the record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils import timezone
from stdnum.iso7064 import mod_11_10

from shanzhi.audit.operations import record
from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Balance
from shanzhi.organizations.models import Organization
from shanzhi.people import minors
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.models import Bank, Member, PolicyVersion, Pool

MINUTES: Final = "MIN"
MOST_MINUTES: Final = 600_000
"""Ten thousand hours: more than one moves at once."""
LONGEST_REASON: Final = 500


def rules_on(bank: Bank, day: date) -> PolicyVersion | None:
    """Give the version of the rules that holds on a day."""
    return PolicyVersion.objects.filter(bank=bank, from_day__lte=day).order_by("-from_day").first()


def rules_now(bank: Bank, at: datetime) -> tuple[PolicyVersion, kernel.Policy]:
    """Give the rules in force today. Raises NoRules."""
    found = rules_on(bank, timezone.localdate(at))
    if found is None:
        raise refusals.NoRules
    return found, found.policy


def enter(
    *, actor: Actor, bank: Bank, kind: str, key: str, moved: Mapping[UUID, int], at: datetime, text: str = ""
) -> UUID:  # fmt: skip
    """Enter in the book of a bank what each account gains or loses, in minutes; the same key once. Gives the entry.

    `text` is read with it on statements: the name of another bank, never of a person.
    """
    legs = [ledger.Leg(account, amount) for account, amount in sorted(moved.items()) if amount]
    return ledger.enter(
        actor=actor, book=bank.book_id, area=bank.area, on=timezone.localdate(at), at=at, kind=f"timebank.{kind}",
        key=f"timebank:{key}", legs=legs, text=text,
    ).id  # fmt: skip


def note(
    actor: Actor, verb: str, subject: models.Model, bank: Bank, at: datetime, change: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    """Put on record what was done at a bank."""
    record(
        actor=actor, verb=f"timebank.{verb}", subject=subject, area=bank.area, at=at, change=change or {},
        reason=reason,
    )  # fmt: skip


def lock_members(ids: Iterable[UUID]) -> dict[UUID, Member]:
    """Lock accounts in the order of their ids, so that nobody waits in a circle."""
    rows = Member.objects.select_for_update(no_key=True, of=("self",)).select_related("person__merged_into", "bank")
    return {row.pk: row for row in rows.filter(pk__in=set(ids)).order_by("pk")}


def own_locked(actor: Actor, bank: Bank) -> Member:
    """Lock the actor's own open account. Raises SignInNeeded, NotAMember, AccountNotOpen."""
    if not actor.persons:
        raise SignInNeeded
    found = policies.own_member(actor, bank)
    if found is None:
        raise refusals.NotAMember
    return open_only(lock_members([found.pk])[found.pk])


def open_only(member: Member) -> Member:
    """Give a locked account back, or refuse where it was closed before the lock was had."""
    if member.closed_at is not None:
        raise refusals.AccountNotOpen
    return member


def bank_of(bank_id: UUID) -> Bank:
    """Fetch a bank; banks are public."""
    found = Bank.objects.filter(pk=bank_id).first()
    if found is None:
        raise NotFound
    return found


def body_of(bank: Bank, organization_id: UUID) -> Organization:
    """Fetch an organisation that is not closed and sits in the area of a bank. Raises NotFound."""
    found = Organization.objects.filter(pk=organization_id, closed_at=None).first()
    if found is None or not covers(bank.area, found.area):
        raise NotFound(field="organization_id")
    return found


def pool_locked(bank: Bank, name: str) -> Pool:
    """Lock the common pool of a kind, so that what is on it stays as it was read."""
    return Pool.objects.select_for_update(no_key=True).get(bank=bank, name=name, organization__isnull=True)


def on_account(account: UUID) -> int:
    """Give what is on an account of the ledger now, in minutes."""
    return Balance.objects.values_list("amount", flat=True).get(account=account)


def as_member(member: Member, at: datetime) -> kernel.Member:
    """Give somebody as far as the rules ask; a birthday that is not known counts as of today."""
    person = member.human
    return kernel.Member(
        id=str(person.pk), born=person.born_on or timezone.localdate(at), student=member.student,
        guardian=minors.guardian_agrees(person.pk, at),
    )  # fmt: skip


def minutes_of(number: int, field: str = "minutes") -> int:
    """Give an amount of credits in minutes. Raises BadMinutes."""
    if not 1 <= number <= MOST_MINUTES:
        raise refusals.BadMinutes(field=field, most=MOST_MINUTES)
    return number


def words(text: str, field: str, *, most: int, needed: bool = True) -> str:
    """Give a text in bounds, without blanks around it. Raises BadName."""
    plain = text.strip()
    if (needed and not plain) or len(plain) > most:
        raise refusals.BadName(field=field, most=most)
    return plain


def reason_of(text: str, field: str = "reason") -> str:
    """Give a reason, or refuse."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST_REASON:
        raise refusals.WhyMissing(field=field)
    return plain


def next_numbers(area: str, count: int) -> list[str]:
    """Draw so many account numbers that nobody has: area, random digits, and one that checks the rest (ISO 7064).

    In one query unless one was drawn that somebody has.
    """
    found: set[str] = set()
    while len(found) < count:
        drawn = {_drawn(area) for _ in range(count - len(found))}
        found |= drawn - set(Member.objects.filter(number__in=drawn).values_list("number", flat=True))
    return list(found)


def _drawn(area: str) -> str:
    body = f"{area[:6]:0<6}" + f"{secrets.randbelow(10**8):08d}"
    return body + str(mod_11_10.calc_check_digit(body))
