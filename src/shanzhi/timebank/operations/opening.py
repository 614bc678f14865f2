"""Opening accounts at a bank: one's own, somebody's, or many at once when a bank opens for who volunteers already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal, SignInNeeded
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Account, Book, Nature, Owner
from shanzhi.people import minors
from shanzhi.people.actors import records_of
from shanzhi.people.models import Person
from shanzhi.places import queries as places
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.models import Bank, Member
from shanzhi.timebank.operations.frames import (
    MINUTES,
    as_member,
    bank_of,
    lock_members,
    next_numbers,
    note,
    rules_now,
)
from shanzhi.volunteering.models import Volunteer

ROLES: Final = (("credits", ""), ("bound", " · 仅可捐赠"), ("held", " · 预留"))
MOST: Final = 1000
"""Accounts opened in one go."""
NOBODY: Final = UUID(int=0)


@transaction.atomic
def open_account(*, actor: Actor, bank_id: UUID, student: bool, at: datetime, person_id: UUID | None = None) -> Member:
    """Open one's own account at a bank, or as who keeps it that of somebody; each person has one.

    By the rules in force the person may earn or may spend. Raises NoRules, NameNotVerified, ConsentFirst, ByTheRules,
    MemberAlready.
    """
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    bank = bank_of(bank_id)
    if person_id is not None and not actor.is_person(person_id):
        policies.require(policies.may_keep(actor=actor, bank=bank))
    person = _person(person_id or actor.person())
    kin = records_of(person.pk)
    if Member.objects.filter(bank=bank, person__in=kin, closed_at__isnull=True).exists():
        raise refusals.MemberAlready
    policies.require(_unready(person, waits=bool(minors.waits_for(person, at, kin[1:]))))
    _version, policy = rules_now(bank, at)
    policies.require(_ruled_out(policy, as_member(Member(person=person, student=student), at), timezone.localdate(at)))
    old = lock_members(Member.objects.filter(bank=bank, person=person).values_list("pk", flat=True))
    for found in old.values():  # the account that was closed serves on, under its number
        found.closed_at, found.student = None, student
        found.save(update_fields=["closed_at", "student"])
        note(actor, "member.open", found, bank, at, {"account": found.number})
        return found
    return _opened(actor, bank, [person], at, student=student)[0]


def _person(person_id: UUID) -> Person:
    """Lock whose account it is to be, so that two who open it at once find one another."""
    found = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None, merged_into=None).first()
    if found is None:
        raise NotFound(field="person_id")
    return found


def _unready(person: Person, *, waits: bool) -> Refusal | None:
    """Tell what somebody lacks for an account at any bank; `waits` says that a consent is lacking."""
    if person.real_name != "verified" or person.born_on is None:
        return refusals.NameNotVerified()
    return refusals.ConsentFirst() if waits else None


def _ruled_out(policy: kernel.Policy, who: kernel.Member, today: date) -> Refusal | None:
    """Tell why the rules let somebody neither earn nor spend."""
    refused = kernel.may_earn(policy, who, today)
    out = refused is not None and kernel.may_spend(policy, who, today) is not None
    return refusals.by_rules(refused) if out and refused else None


@dataclass
class Opened:
    """The accounts that were opened, and whom the bank passed over, with the reason."""

    made: list[Member] = field(default_factory=list)
    passed: dict[UUID, Refusal] = field(default_factory=dict)


@dataclass
class OpenedByNumber:
    """How many accounts were opened, and which volunteers' numbers the bank passed over, with the reason."""

    made: int
    passed: dict[str, Refusal] = field(default_factory=dict)


@transaction.atomic
def open_accounts(*, actor: Actor, bank_id: UUID, person_ids: Collection[UUID], at: datetime) -> Opened:
    """Open accounts for residents, at most MOST, as who keeps the bank; sent again it opens none a second time.

    Passed over, each with its reason: who has an account or had one, whose name is not verified, minors (their consents
    are looked at singly), and whom the rules in force let neither earn nor spend. The statements do not grow with the
    people. Raises NotTheKeeper, NoRules, TooManyAtOnce, and NotFound where a record is none of the bank's area.
    """
    if not 1 <= len(person_ids) <= MOST:
        raise refusals.TooManyAtOnce(field="person_ids", most=MOST)
    bank = bank_of(bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    people = _residents(bank, person_ids)
    if missing := set(person_ids) - {one.pk for one in people}:
        raise NotFound(field=str(min(missing)))
    return _opened_for(actor, bank, people, at)


@transaction.atomic
def open_for_volunteers(*, actor: Actor, bank_id: UUID, numbers: Collection[str], at: datetime) -> OpenedByNumber:
    """Open accounts for volunteers by their numbers, at most MOST, as `open_accounts` does; each number once.

    A number that is none, or of somebody who lives outside the bank's area, is passed over with the same words: who
    keeps a bank learns nothing of other areas. Raises NotFound, NotTheKeeper, NoRules, TooManyAtOnce.
    """
    bank = policies.load_bank(actor=actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    wanted = list(dict.fromkeys(numbers))
    if not 1 <= len(wanted) <= MOST:
        raise refusals.TooManyAtOnce(field="numbers", most=MOST)
    rows = Volunteer.objects.filter(number__in=wanted).annotate(owner=Coalesce("person__merged_into", "person"))
    owners: dict[str, UUID] = dict(rows.values_list("number", "owner"))
    found = _opened_for(actor, bank, _residents(bank, owners.values()), at)
    told, fresh = OpenedByNumber(made=len(found.made)), {one.person_id for one in found.made}
    for number in wanted:
        owner = owners.get(number, NOBODY)
        if owner in fresh:
            fresh.remove(owner)
            found.passed[owner] = refusals.MemberAlready()  # for a second number of the same human
        else:
            told.passed[number] = found.passed.get(owner, refusals.UnknownVolunteer())
    return told


def _residents(bank: Bank, person_ids: Collection[UUID]) -> list[Person]:
    """Lock those of these who live in the bank's area, in one order."""
    rows = Person.objects.select_for_update(no_key=True).filter(
        places.within("area", bank.area), pk__in=person_ids, erased_at=None, merged_into=None
    )
    return list(rows.order_by("pk"))


def _opened_for(actor: Actor, bank: Bank, people: Sequence[Person], at: datetime) -> Opened:
    """Open accounts for whom nothing stands against it, tell of the others."""
    _version, policy = rules_now(bank, at)
    found, known = Opened(), _known(bank, people)
    for one in people:
        refusal = refusals.MemberAlready() if one.pk in known else _against(policy, one, at)
        if refusal is not None:
            found.passed[one.pk] = refusal
    found.made = _opened(actor, bank, [one for one in people if one.pk not in found.passed], at)
    return found


def _known(bank: Bank, people: Sequence[Person]) -> set[UUID]:
    """Tell who of these has an account or had one, be it under a record that was merged into theirs."""
    rows = Member.objects.filter(Q(person__in=people) | Q(person__merged_into__in=people), bank=bank)
    return {one.human.pk for one in rows.select_related("person__merged_into")}


def _against(policy: kernel.Policy, person: Person, at: datetime) -> Refusal | None:
    """Tell what stands against the account of one of many: a minor is looked at singly, with the consents."""
    unready = _unready(person, waits=minors.is_minor(person, at))
    if unready is not None or person.born_on is None:
        return unready
    who = kernel.Member(id=str(person.pk), born=person.born_on, student=False, guardian=False)
    return _ruled_out(policy, who, timezone.localdate(at))


def _opened(
    actor: Actor, bank: Bank, people: Sequence[Person], at: datetime, *, student: bool = False
) -> list[Member]:  # fmt: skip
    """Write accounts in the ledger and at the bank."""
    accounts, made = [], []
    for person, number in zip(people, next_numbers(bank.area, len(people)), strict=True):
        member = Member(id=uuid4(), bank=bank, person=person, number=number, student=student, opened_at=at)
        for role, ending in ROLES:
            account = Account(
                owner_kind=Owner.PERSON, owner_id=person.pk, role=role, name=f"{number}{ending}",
                nature=Nature.LIABILITIES, commodity_id=MINUTES,
            )  # fmt: skip
            setattr(member, role, account.pk)
            accounts.append(account)
        made.append(member)
    if made:
        ledger.make_accounts(actor=actor, book=Book.objects.get(pk=bank.book_id), accounts=accounts, at=at)
        Member.objects.bulk_create(made)
        record_many(
            event_of(
                actor=actor, verb="timebank.member.open", subject=one, area=bank.area, at=at,
                change={"account": one.number},
            )
            for one in made
        )  # fmt: skip
    return made
