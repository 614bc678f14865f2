"""Credits that pass from a bank to another: a member's, and out of a pool what a bank settles. Both books, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.timebank import policies, refusals, telling_between
from shanzhi.timebank import refusals_between as between
from shanzhi.timebank.models import SELF, Bank, Crossing, Link, Lot, Member, Pool
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.agreeing import locked_link, pair
from shanzhi.timebank.operations.founding import pool_of
from shanzhi.timebank.operations.frames import (
    as_member,
    bank_of,
    enter,
    lock_members,
    minutes_of,
    note,
    on_account,
    open_only,
    reason_of,
    rules_now,
)
from shanzhi.timebank.operations.giving import own_member, require_room
from shanzhi.ui import formatting

AREA_POOL = "area"


@dataclass(frozen=True, slots=True)
class Passing:
    """What is to pass: between whom, which parts of lots with the day on which each ends there; what is left then."""

    link: Link
    bank: Bank
    there: Bank
    sender: Member
    receiver: Member
    policy: kernel.Policy
    parts: tuple[tuple[Lot, int, date | None], ...]
    left: int

    @property
    def first_end(self) -> date | None:
        """Give the day on which the first of them end there."""
        return min((end for _row, _part, end in self.parts if end is not None), default=None)


@transaction.atomic
def pass_on(
    *, actor: Actor, bank_id: UUID, to_bank_id: UUID, number: str, relation: str, minutes: int, at: datetime
) -> Crossing:  # fmt: skip
    """Pass one's credits on to an account at another bank, by its number: the own one ("self") or a relative's.

    By the rules of the own bank who may be given to, by those of the other how much one may hold. The credits keep the
    day on which they were earned, and end on the earlier day by the rules of both. Raises NotAMember, OwnBank,
    NoAgreement, UnknownReceiver, NotTheOwnAccount, TheOwnAccount, NotAllPasses, ByTheRules, OverCap, NoRoomThere,
    OverTheLimit.
    """
    found = _planned(actor, bank_id, to_bank_id, number, relation, minutes, at)
    link, bank, there, wanted = found.link, found.bank, found.there, minutes
    made = Crossing(
        id=uuid4(), link=link, source=bank, target=there, sender=found.sender, receiver=found.receiver,
        relation=relation, minutes=wanted, at=at,
    )  # fmt: skip
    for row, part, end in found.parts:
        lots.put(
            found.receiver, part, policy=found.policy, earned=row.earned, expires=end, at=at, came_by=made.pk
        )  # fmt: skip
    taken = lots.off(found.sender, [(row, part) for row, part, _end in found.parts])
    _enter_both(
        actor, made, "pass", {**taken, link.account_at(bank.pk): wanted},
        {found.receiver.credits: wanted, link.account_at(there.pk): -wanted}, at,
    )  # fmt: skip
    made.save(force_insert=True)
    told = {"minutes": wanted, "relation": relation}
    note(actor, "crossing.pass", made, bank, at, {**told, "bank": there.name})
    note(actor, "crossing.receive", made, there, at, {**told, "bank": bank.name})
    telling_between.tell_passed(actor=actor, crossing=made, at=at)
    return made


def foresee(
    *, actor: Actor, bank_id: UUID, to_bank_id: UUID, number: str, relation: str, minutes: int, at: datetime
) -> Passing:  # fmt: skip
    """Tell what `pass_on` would do, or raise what it would raise; nothing is changed."""
    with transaction.atomic():
        found = _planned(actor, bank_id, to_bank_id, number, relation, minutes, at)
        transaction.set_rollback(True)
    return found


def _planned(
    actor: Actor, bank_id: UUID, to_bank_id: UUID, number: str, relation: str, minutes: int, at: datetime
) -> Passing:  # fmt: skip
    """Lock the agreement, then both accounts; take the credits off their lots, and look at every rule.

    The own credits come first: so nobody learns of others' accounts, or of the limit, more than one could use.
    """
    bank, there = bank_of(bank_id), Bank.objects.filter(pk=to_bank_id).first()
    if there is None:
        raise NotFound(field="to_bank_id")
    if there == bank:
        raise between.OwnBank(field="to_bank_id")
    wanted, today = minutes_of(minutes), timezone.localdate(at)
    own = own_member(actor, bank)
    link = _in_force(bank, there)
    (_version, here_rules), (_same, there_rules) = rules_now(bank, at), rules_now(there, at)
    sender, receiver = _two(actor, own, there, number, relation)
    parts = _taken(sender, wanted, there_rules, today)
    if relation != SELF:
        refused = kernel.may_give(here_rules, relation, as_member(receiver, at), today)
        if refused is not None:
            raise refusals.by_rules(refused, field="relation" if refused.code == "relation" else "number")
    require_room(there_rules, receiver, wanted, own=relation == SELF)
    left = link.most - on_account(link.account_at(bank.pk))
    if left < wanted:
        raise between.OverTheLimit(field="minutes", left=formatting.minutes(max(left, 0)))
    return Passing(link, bank, there, sender, receiver, there_rules, parts, left - wanted)


def _in_force(bank: Bank, there: Bank) -> Link:
    try:
        return locked_link(bank, pair(bank.pk, there.pk) & Q(state="agreed"))
    except NotFound as error:
        raise between.NoAgreement(field="to_bank_id") from error


def _two(actor: Actor, own: Member, there: Bank, number: str, relation: str) -> tuple[Member, Member]:
    """Lock both accounts in the order of their ids, as gifts do."""
    text = "".join(number.split())
    other = Member.objects.filter(bank=there, number=text, closed_at__isnull=True).select_related("person").first()
    if other is None:
        raise refusals.UnknownReceiver(field="number")
    same = actor.is_person(other.human.pk) or actor.is_person(other.person_id)
    if relation == SELF and not same:
        raise between.NotTheOwnAccount(field="number")
    if relation != SELF and same:
        raise between.TheOwnAccount(field="relation")
    both = lock_members([own.pk, other.pk])
    return open_only(both[own.pk]), open_only(both[other.pk])


def _taken(
    sender: Member, wanted: int, there: kernel.Policy, today: date
) -> tuple[tuple[Lot, int, date | None], ...]:  # fmt: skip
    """Take credits of which something is left by the rules of both; each part with the day on which it ends there."""
    ends = {row.pk: _earlier(row.expires, lots.end_of(there, row.earned)) for row in lots.living(sender)}
    living = [row for row in lots.living(sender) if (end := ends[row.pk]) is None or today < end]
    usable = kernel.usable(tuple(lots.as_lot(row) for row in living), "give", today)
    if usable < wanted:
        raise between.NotAllPasses(field="minutes", left=formatting.minutes(usable))
    return tuple((row, part, ends[row.pk]) for row, part in lots.take(sender, wanted, "give", today, of=living))


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _enter_both(
    actor: Actor, made: Crossing, kind: str, out: Mapping[UUID, int], came: Mapping[UUID, int], at: datetime
) -> None:  # fmt: skip
    """Enter in both books, always in the order of their ids, so that two who pass at once never wait in a circle."""
    sides = (
        (made.source, made.target, f"{kind}_out", out, "out_entry"),
        (made.target, made.source, f"{kind}_in", came, "in_entry"),
    )
    for bank, other, name, moved, field in sorted(sides, key=lambda side: side[0].book_id):
        key = f"{name}:{made.pk}"
        setattr(made, field, enter(actor=actor, bank=bank, kind=name, key=key, moved=moved, at=at, text=other.name))


@transaction.atomic
def settle_position(
    *, actor: Actor, bank_id: UUID, link_id: UUID, minutes: int, reason: str, at: datetime, pool_id: UUID | None = None
) -> Crossing:  # fmt: skip
    """Settle what the other bank owes out of a common pool, by who keeps the bank that has the claim.

    The pool is that of the area where none is named. The credits go to the pool of the same name at the other bank, or
    to its pool of the area, and it owes as much less. Raises NotFound, NotTheKeeper, NoAgreement, NotSoMuchOwed,
    PoolShort, WhyMissing.
    """
    bank = policies.load_bank(actor=actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    wanted, why = minutes_of(minutes), reason_of(reason)
    link = locked_link(bank, Q(pk=link_id))
    if link.one_account is None:
        raise between.NoAgreement
    there = link.beside(bank.pk)
    claim = -on_account(link.account_at(bank.pk))
    if wanted > claim:
        raise between.NotSoMuchOwed(field="minutes", left=formatting.minutes(max(claim, 0)))
    own = _own_pool(actor, bank, pool_id, at)
    theirs = _common(there).filter(name=own.name).first() or _area_pool(actor, there, at)
    list(Pool.objects.select_for_update(no_key=True).filter(pk__in=(own.pk, theirs.pk)).order_by("pk"))
    if (have := on_account(own.account)) < wanted:
        raise refusals.PoolShort(field="minutes", left=formatting.minutes(have))
    made = Crossing(
        id=uuid4(), link=link, source=bank, target=there, from_pool=own, to_pool=theirs, minutes=wanted, reason=why,
        at=at,
    )  # fmt: skip
    made.settled_by_id = actor.person_id
    _enter_both(
        actor, made, "settle", {own.account: -wanted, link.account_at(bank.pk): wanted},
        {theirs.account: wanted, link.account_at(there.pk): -wanted}, at,
    )  # fmt: skip
    made.save(force_insert=True)
    for one, other in ((bank, there), (there, bank)):
        note(actor, "crossing.settle", made, one, at, {"minutes": wanted, "bank": other.name}, why)
    return made


def _common(bank: Bank) -> QuerySet[Pool]:
    return Pool.objects.filter(bank=bank, organization__isnull=True)


def _own_pool(actor: Actor, bank: Bank, pool_id: UUID | None, at: datetime) -> Pool:
    if pool_id is None:
        return _area_pool(actor, bank, at)
    found = _common(bank).filter(pk=pool_id).first()
    if found is None:
        raise NotFound(field="pool_id")
    return found


def _area_pool(actor: Actor, bank: Bank, at: datetime) -> Pool:
    return pool_of(actor=actor, bank=bank, name=AREA_POOL, at=at)
