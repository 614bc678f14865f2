"""Accounts for many at once, as when a bank opens for the volunteers that its area has already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger.models import Account, Book, Nature, Owner
from shanzhi.ledger.operations import make_accounts
from shanzhi.people import minors
from shanzhi.people.models import Person
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.models import Bank, Member
from shanzhi.timebank.operations.frames import MINUTES, bank_of, next_numbers, rules_now
from shanzhi.timebank.operations.members import ROLES

MOST: Final = 1000
"""Accounts opened in one go."""


@dataclass
class Opened:
    """The accounts that were opened, and whom the bank passed over: by what code of a refusal."""

    made: list[Member] = field(default_factory=list)
    passed: dict[UUID, str] = field(default_factory=dict)


def open_accounts(*, actor: Actor, bank_id: UUID, person_ids: Collection[UUID], at: datetime) -> Opened:
    """Open accounts for residents, at most MOST, as who keeps the bank; sent again it opens none a second time.

    Passed over, each with its reason: who has an account or had one, whose name is not verified, minors (their consents
    are looked at singly), and whom the rules in force let neither earn nor spend. Raises NotTheKeeper, NoRules,
    TooManyAtOnce, and NotFound where a record is none of the bank's area.
    """
    if not 1 <= len(person_ids) <= MOST:
        raise refusals.TooManyAtOnce(field="person_ids", most=MOST)
    with transaction.atomic():
        bank = bank_of(bank_id)
        policies.require(policies.may_keep(actor=actor, bank=bank))
        _version, policy = rules_now(bank, at)
        rows = Person.objects.select_for_update(no_key=True).filter(
            pk__in=person_ids, area__startswith=bank.area, erased_at=None, merged_into=None
        )
        people = list(rows.order_by("pk"))
        if missing := set(person_ids) - {one.pk for one in people}:
            raise NotFound(field=str(min(missing)))
        found = Opened()
        known = _kin(bank, people)
        fit = [one for one in people if not _passed(found, one, known, policy, at)]
        found.made = _opened(actor, bank, fit, at)
    return found


def _kin(bank: Bank, people: Sequence[Person]) -> set[UUID]:
    """Tell who of these has an account, be it under a record that was merged into theirs."""
    rows = Member.objects.filter(Q(person__in=people) | Q(person__merged_into__in=people), bank=bank)
    return {one.human.pk for one in rows.select_related("person__merged_into")}


def _passed(found: Opened, person: Person, known: set[UUID], policy: kernel.Policy, at: datetime) -> bool:
    """Note why somebody is passed over; False where nothing stands against the account."""
    today = timezone.localdate(at)
    code = ""
    if person.pk in known:
        code = refusals.MemberAlready.code
    elif person.real_name != "verified" or person.born_on is None:
        code = refusals.NameNotVerified.code
    elif minors.is_minor(person, at):
        code = refusals.ConsentFirst.code
    else:
        who = kernel.Member(id=str(person.pk), born=person.born_on, student=False, guardian=False)
        refused = kernel.may_earn(policy, who, today)
        if refused is not None and kernel.may_spend(policy, who, today) is not None:
            code = refusals.ByTheRules.code
    if code:
        found.passed[person.pk] = code
    return bool(code)


def _opened(actor: Actor, bank: Bank, people: Sequence[Person], at: datetime) -> list[Member]:
    """Write accounts in the ledger and at the bank."""
    accounts, made = [], []
    for person, number in zip(people, next_numbers(bank.area, len(people)), strict=True):
        member = Member(id=uuid4(), bank=bank, person=person, number=number, student=False, opened_at=at)
        for role, ending in ROLES:
            account = Account(
                owner_kind=Owner.PERSON, owner_id=person.pk, role=role, name=f"{number}{ending}",
                nature=Nature.LIABILITIES, commodity_id=MINUTES,
            )  # fmt: skip
            setattr(member, role, account.pk)
            accounts.append(account)
        made.append(member)
    if made:
        make_accounts(actor=actor, book=Book.objects.get(pk=bank.book_id), accounts=accounts, at=at)
        Member.objects.bulk_create(made)
        record_many(
            event_of(
                actor=actor, verb="timebank.member.open", subject=one, area=bank.area, at=at,
                change={"account": one.number},
            )
            for one in made
        )  # fmt: skip
    return made
