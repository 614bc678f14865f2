"""Opening and closing accounts at a bank."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Book, Nature, Owner
from shanzhi.people import minors
from shanzhi.people.models import Person
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.lifecycle import LIVING
from shanzhi.timebank.models import Bank, Deal, Member, Post
from shanzhi.timebank.operations.frames import (
    MINUTES,
    as_member,
    bank_of,
    lock_members,
    next_number,
    note,
    on_account,
    rules_now,
)
from shanzhi.timebank.operations.helping import end_post, locked_post

ROLES = (("credits", ""), ("bound", " · 仅可捐赠"), ("held", " · 预留"))


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
    kin = (person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True))
    if Member.objects.filter(bank=bank, person__in=kin, closed_at__isnull=True).exists():
        raise refusals.MemberAlready
    _require_fit(bank, person, kin[1:], student, at)
    old = lock_members(Member.objects.filter(bank=bank, person=person).values_list("pk", flat=True))
    for found in old.values():  # the account that was closed serves on, under its number
        found.closed_at, found.student = None, student
        found.save(update_fields=["closed_at", "student"])
        note(actor, "member.open", found, bank, at, {"account": found.number})
        return found
    return _opened(actor, bank, person, student, at)


def _opened(actor: Actor, bank: Bank, person: Person, student: bool, at: datetime) -> Member:
    made = Member(id=uuid4(), bank=bank, person=person, number=next_number(bank.area), student=student, opened_at=at)
    book = Book.objects.get(pk=bank.book_id)
    for role, ending in ROLES:
        account = ledger.make_account(
            actor=actor, book=book, owner_kind=Owner.PERSON, owner_id=person.pk, role=role,
            name=f"{made.number}{ending}", nature=Nature.LIABILITIES, commodity=MINUTES, at=at,
        )  # fmt: skip
        setattr(made, role, account.pk)
    made.save(force_insert=True)
    note(actor, "member.open", made, bank, at, {"account": made.number})
    return made


def _person(person_id: UUID) -> Person:
    """Lock whose account it is to be, so that two who open it at once find one another."""
    found = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None, merged_into=None).first()
    if found is None:
        raise NotFound(field="person_id")
    return found


def _require_fit(bank: Bank, person: Person, also: tuple[UUID, ...], student: bool, at: datetime) -> None:
    if person.real_name != "verified" or person.born_on is None:
        raise refusals.NameNotVerified
    if minors.waits_for(person, at, also):
        raise refusals.ConsentFirst
    _version, policy = rules_now(bank, at)
    today = timezone.localdate(at)
    who = as_member(Member(person=person, student=student), at)
    refused = kernel.may_earn(policy, who, today)
    if refused is not None and kernel.may_spend(policy, who, today) is not None:
        raise refusals.by_rules(refused)


@transaction.atomic
def close_account(*, actor: Actor, member_id: UUID, at: datetime) -> Member:
    """Close one's own empty account; what one still asks for or offers is closed with it.

    Raises NotFound, AccountNotOpen, AccountNotEmpty.
    """
    known = Member.objects.filter(pk=member_id).first()
    if known is None or not actor.is_person(known.person_id):
        raise NotFound
    return end_account(actor, member_id, at)


def end_account(actor: Actor, member_id: UUID, at: datetime) -> Member:
    """Close an empty account with its posts; who may is for the caller to decide.

    Posts are locked before the account, as a promise does it, so that nobody waits in a circle; one that is written
    meanwhile is met under the lock of the account, and refuses the closing.
    """
    posts = Post.objects.filter(author=member_id, state="open").order_by("pk").values_list("pk", flat=True)
    mine = [locked_post(one) for one in list(posts)]
    found = lock_members([member_id])[member_id]
    if found.closed_at is not None:
        raise refusals.AccountNotOpen
    for one in mine:
        if one.state == "open":
            end_post(actor, one, at)
    living = Deal.objects.filter(Q(helper=found) | Q(taker=found), state__in=LIVING)
    something = Post.objects.filter(author=found, state="open").exists() or living.exists()
    if something or any(on_account(one) for one in (found.credits, found.bound, found.held)):
        raise refusals.AccountNotEmpty
    found.closed_at = at
    found.save(update_fields=["closed_at"])
    note(actor, "member.close", found, found.bank, at, {"account": found.number})
    return found
