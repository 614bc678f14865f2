"""What becomes of credits that were held: paid to the helper, above the cap to the pool of the rules, the rest back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.timebank.lifecycle import DEAL
from shanzhi.timebank.models import Bank, Deal, Lot, Member, Reserved, Voucher
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.frames import enter, lock_members, note, pool_locked, rules_now

Held = tuple[Lot, int]


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds credits, a promise or a voucher: its id, whose credits they are, at which bank."""

    key: UUID
    holds: Q
    member_id: UUID
    bank: Bank


def held_by(found: Deal | Voucher) -> Holding:
    """Give a promise or a voucher as what holds credits."""
    if isinstance(found, Deal):
        return Holding(found.pk, Q(deal=found), found.taker_id, found.post.bank)
    return Holding(found.pk, Q(voucher=found), found.member_id, found.good.bank)


def release(actor: Actor, found: Holding, at: datetime) -> None:
    """Give all that is held back to whom it belongs."""
    member = lock_members([found.member_id])[found.member_id]
    _give_back(actor, found, member, take_held(found), at)


def pay(actor: Actor, found: Deal, move: str, minutes: int, at: datetime) -> Deal:
    """End a promise: of what is held `minutes` go to the helper, as far as the cap allows, the rest goes back.

    What is above the cap goes to its pool, or back where there is none. What is paid begins anew, since it was served
    for: its days count from today.
    """
    bank, today = found.post.bank, timezone.localdate(at)
    _version, policy = rules_now(bank, at)
    both = lock_members([found.taker_id, found.helper_id])
    taker, helper = both[found.taker_id], both[found.helper_id]
    free = kernel.room(policy, lots.balance(helper))
    paid = minutes if free is None else min(minutes, free)
    over = minutes - paid if policy.cap is not None and policy.cap.pool is not None else 0
    holding = held_by(found)
    held, used = take_held(holding), paid + over
    moved: dict[UUID, int] = {taker.held: -used, helper.credits: paid}
    if paid:
        lots.put(helper, paid, policy=policy, earned=today, expires=lots.end_of(policy, today), at=at)
    if over and policy.cap is not None and policy.cap.pool is not None:
        moved[pool_locked(bank, policy.cap.pool).account] = over
    if used:
        enter(actor=actor, bank=bank, kind="pay", key=f"pay:{found.pk}", moved=moved, at=at)
    _give_back(actor, holding, taker, _after(held, used), at)
    found.state, found.ended_at, found.version = DEAL.move(found.state, move), at, found.version + 1
    found.paid, found.overflow = paid, over
    found.save(update_fields=["state", "ended_at", "paid", "overflow", "version"])
    note(actor, f"deal.{move}", found, bank, at, {"state": found.state, "minutes": paid, "overflow": over})
    return found


def take_held(found: Holding) -> list[Held]:
    """Take what is held out of its rows, what came first at first."""
    rows = Reserved.objects.filter(found.holds).select_related("lot", "lot__earning").order_by("lot__earned", "pk")
    held = [(row.lot, row.minutes) for row in rows]
    Reserved.objects.filter(found.holds).delete()
    return held


def _after(held: Sequence[Held], used: int) -> list[Held]:
    """Give what is left of parts when the first `used` minutes are gone."""
    left: list[Held] = []
    for row, part in held:
        gone = min(used, part)
        used -= gone
        if part > gone:
            left.append((row, part - gone))
    return left


def _give_back(actor: Actor, found: Holding, member: Member, parts: Sequence[Held], at: datetime) -> None:
    """Put parts back into their lots; what came of service that was taken back meanwhile pays what the bank bore."""
    if not parts:
        return
    good = [(row, part) for row, part in parts if not _taken_back(row)]
    lots.put_back(good)
    total, back = sum(part for _row, part in parts), sum(part for _row, part in good)
    bank = found.bank
    moved = {member.held: -total, member.credits: back, bank.uncovered: total - back}
    enter(actor=actor, bank=bank, kind="release", key=f"release:{found.key}", moved=moved, at=at)


def _taken_back(row: Lot) -> bool:
    earning = getattr(row, "earning", None)
    return earning is not None and earning.reversed_at is not None
