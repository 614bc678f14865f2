"""Gifts to relatives, donations to pools, credits whose day has come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.models import RELATION_WORDS, Bank, Gift, Lot, Member, Pool
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.frames import (
    as_member,
    bank_of,
    enter,
    lock_members,
    minutes_of,
    note,
    open_only,
    own_locked,
    pool_locked,
    rules_now,
)
from shanzhi.ui import formatting

SAID_FOR: Final = timedelta(days=365)
"""How long it counts what two members are to each other; a slip does not hold for ever."""


@transaction.atomic
def give(*, actor: Actor, bank_id: UUID, number: str, relation: str, minutes: int, at: datetime) -> Gift:
    """Give credits to a relative who has an account at the bank, by its number; `relation` is what that one is to one.

    They keep their days. Raises NotAMember, UnknownReceiver, NotOneself, NotEnough, ByTheRules,
    AnotherRelation, NoRoomThere.
    """
    bank = bank_of(bank_id)
    _version, policy = rules_now(bank, at)
    wanted, today = minutes_of(minutes), timezone.localdate(at)
    giver, receiver = _two(actor, bank, number)
    parts = lots.take(giver, wanted, "give", today)  # first: who has nothing to give learns nothing of others
    refused = kernel.may_give(policy, relation, as_member(receiver, at), today)
    if refused is not None:
        raise refusals.by_rules(refused, field="relation" if refused.code == "relation" else "number")
    _require_relation(giver, receiver, relation, at)
    require_room(policy, receiver, wanted, own=False)
    made = Gift(id=uuid4(), giver=giver, receiver=receiver, relation=relation, minutes=wanted, at=at)
    for row, part in parts:
        lots.put(receiver, part, policy=policy, earned=row.earned, expires=row.expires, at=at)
    moved = {**lots.off(giver, parts), receiver.credits: wanted}
    made.entry = enter(actor=actor, bank=bank, kind="gift", key=f"gift:{made.pk}", moved=moved, at=at)
    made.save(force_insert=True)
    note(actor, "gift.give", made, bank, at, {"minutes": wanted, "relation": relation})
    telling.tell_given(actor=actor, gift=made, bank=bank, at=at)
    return made


def _require_relation(giver: Member, receiver: Member, relation: str, at: datetime) -> None:
    """Refuse what contradicts the last gift between the two; both accounts are locked, so nobody gives meanwhile."""
    between = Q(giver=giver, receiver=receiver) | Q(giver=receiver, receiver=giver)
    last = Gift.objects.filter(between, at__gt=at - SAID_FOR).order_by("at", "pk").last()
    if last is None:
        return
    said = last.relation if last.giver_id == giver.pk else kernel.INVERSES[last.relation]
    if said != relation:
        raise refusals.AnotherRelation(
            field="relation", said=RELATION_WORDS[said], day=formatting.day(timezone.localdate(last.at))
        )


def _two(actor: Actor, bank: Bank, number: str) -> tuple[Member, Member]:
    """Lock the giver's account and the receiver's, in the order of their ids."""
    text = "".join(number.split())
    other = Member.objects.filter(bank=bank, number=text, closed_at__isnull=True).first()
    if other is None:
        raise refusals.UnknownReceiver(field="number")
    if actor.is_person(other.person_id):
        raise refusals.NotOneself(field="number")
    own = own_member(actor, bank)
    both = lock_members([own.pk, other.pk])
    return open_only(both[own.pk]), open_only(both[other.pk])


def own_member(actor: Actor, bank: Bank) -> Member:
    """Give the actor's own account, not locked yet. Raises NotAMember."""
    found = policies.own_member(actor, bank)
    if found is None:
        raise refusals.NotAMember
    return found


def require_room(policy: kernel.Policy, member: Member, minutes: int, *, own: bool = True) -> None:
    """Refuse what would bring a member above the cap; only who may know what is there is told how much fits."""
    free = kernel.room(policy, lots.balance(member))
    if free is not None and free < minutes and not own:
        raise refusals.NoRoomThere(field="minutes")
    if free is not None and free < minutes:
        raise refusals.OverCap(field="minutes", left=formatting.minutes(free))


@transaction.atomic
def donate(*, actor: Actor, bank_id: UUID, pool_id: UUID, minutes: int, at: datetime) -> Gift:
    """Donate credits to a pool; those that can only be donated go first.

    Raises NotAMember, UnknownPool, NotEnough.
    """
    bank = bank_of(bank_id)
    _version, policy = rules_now(bank, at)
    wanted = minutes_of(minutes)
    member = own_locked(actor, bank)
    pool = Pool.objects.filter(bank=bank, pk=pool_id).first()
    if pool is None or kernel.may_donate(policy, pool.name) is not None:
        raise refusals.UnknownPool(field="pool_id")
    parts = lots.take(member, wanted, "donate", timezone.localdate(at))
    made = Gift(id=uuid4(), giver=member, pool=pool, minutes=wanted, at=at)
    moved = {**lots.off(member, parts), pool.account: wanted}
    made.entry = enter(actor=actor, bank=bank, kind="donate", key=f"donate:{made.pk}", moved=moved, at=at)
    made.save(force_insert=True)
    note(actor, "gift.donate", made, bank, at, {"minutes": wanted, "pool": pool.name})
    return made


@transaction.atomic
def expire_lots(*, actor: Actor, member_id: UUID, at: datetime) -> int:
    """End the credits of a member whose day has come: to the pool of the rules in force, or they lapse. Gives minutes.

    Credits that are held for a promise end only when they come back.
    """
    member, today = lock_members([member_id])[member_id], timezone.localdate(at)
    _version, policy = rules_now(member.bank, at)
    rows = [row for row in lots.living(member) if not lots.as_lot(row).holds_on(today)]
    if not rows:
        return 0
    gone = kernel.expire(policy, tuple(lots.as_lot(row) for row in rows), today)
    parts = [(row, row.remains) for row in rows]
    moved = lots.off(member, parts)
    moved[member.bank.lapsed] = gone.lapsed
    for name, minutes in gone.donated:
        moved[pool_locked(member.bank, name).account] = minutes
    total = sum(part for _row, part in parts)
    enter(actor=actor, bank=member.bank, kind="expire", key=f"expire:{member.pk}:{uuid4()}", moved=moved, at=at)
    for row in rows:
        row.remains = 0
    Lot.objects.bulk_update(rows, ["remains"])
    note(actor, "member.expire", member, member.bank, at, {"minutes": total, "lapsed": gone.lapsed})
    return total


def due_to_expire(today: date) -> list[UUID]:
    """List the members who hold credits whose day has come."""
    rows = Lot.objects.filter(remains__gt=0, expires__lte=today)
    return list(rows.order_by("member").values_list("member", flat=True).distinct())
