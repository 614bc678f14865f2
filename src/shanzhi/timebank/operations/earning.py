"""Credits for verified service: once for each record, by the rules of its day; taken off again where it was wrong.

Nothing else makes credits. What was used of service that is taken back later is borne by the bank: it stands on an
account of its own and on the page of the month, and nobody's account goes below zero for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound
from shanzhi.service.models import Reversal, ServiceRecord
from shanzhi.timebank import policies, refusals
from shanzhi.timebank.models import SELF, Bank, Earning, Lot, Member, PolicyVersion, Pool, Review
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.frames import as_member, enter, lock_members, note, on_account, pool_locked, rules_on

WAITING = frozenset({"reviewers_missing", "guardian_missing"})
"""Reasons that pass: the record is looked at again later."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A verified record of service, as this room takes it; `minutes` whole ones, `reviewers` who confirmed it."""

    record: UUID
    person_id: UUID
    area: str
    day: date
    minutes: int
    kind: str = ""
    group: bool = False
    reviewers: frozenset[UUID] = frozenset()


def member_for(told: Verified) -> Member | None:
    """Give the open account to which the credit of a record goes: at the nearest bank around the place of service."""
    person = Q(person=told.person_id) | Q(person__merged_into=told.person_id)
    rows = Member.objects.select_related("bank").filter(person, closed_at__isnull=True)
    around = [row for row in rows if covers(row.bank.area, told.area)]
    return max(around, key=lambda row: (len(row.bank.area), -row.opened_at.timestamp()), default=None)


@transaction.atomic
def credit(*, actor: Actor, told: Verified, at: datetime) -> Earning | None:
    """Credit a record by the rules of its day; again, it gives what became of it. None where it waits for something.

    It waits while the person has no account there, or a reviewer or a consent is missing, and gives nothing where the
    record was reversed meanwhile.
    """
    found = member_for(told)
    if found is None:
        return None
    member = lock_members([found.pk])[found.pk]
    known = Earning.objects.filter(record=told.record).first()
    if known is not None:
        return known
    if member.closed_at is not None or not _stands(told.record):  # closed or reversed before the locks were had
        return None
    version = rules_on(member.bank, told.day)
    if version is None:
        return _write(actor, member, None, told, kernel.Earned(0, None, (), 0, kernel.Refused("not_in_force")), at)
    earned = kernel.earn(version.policy, _service(told, member), lots.balance(member), as_member(member, at))
    if earned.reason is not None and earned.reason.code in WAITING:
        return None
    return _write(actor, member, version, told, earned, at)


def _stands(record: UUID) -> bool:
    """Lock a record and tell whether it is verified and stands: whoever reverses it holds it too."""
    rows = ServiceRecord.objects.select_for_update(no_key=True).filter(pk=record, state="verified")
    return bool(list(rows.values_list("pk"))) and not Reversal.objects.filter(record=record).exists()


def _service(told: Verified, member: Member) -> kernel.Service:
    own = {member.person_id, member.human.pk}
    others = set(told.reviewers) | set(Review.objects.filter(record=told.record).values_list("reviewer", flat=True))
    return kernel.Service(told.day, told.minutes, told.kind, told.group, frozenset(str(one) for one in others - own))


def _write(
    actor: Actor, member: Member, version: PolicyVersion | None, told: Verified, earned: kernel.Earned, at: datetime
) -> Earning:
    bank, kept = member.bank, earned.kept
    moved, lot, pool = {bank.issued: 0}, None, None
    if earned.lot is not None and version is not None:
        lot = lots.put(
            member, kept, policy=version.policy, earned=earned.lot.earned, expires=earned.lot.expires,
            donate_only=earned.lot.donate_only, at=at,
        )  # fmt: skip
        moved[member.bound if lot.donate_only else member.credits] = kept
    for name, minutes in earned.donated:
        pool = pool_locked(bank, name)
        moved[pool.account] = minutes
    moved[bank.issued] = -sum(moved.values())
    entry = None
    if moved[bank.issued]:
        entry = enter(actor=actor, bank=bank, kind="earn", key=f"earn:{told.record}", moved=moved, at=at)
    made = Earning.objects.create(
        member=member, policy=version, record=told.record, on=told.day, minutes=told.minutes, kind=told.kind,
        group=told.group, value=earned.value, kept=kept, donated=sum(part for _name, part in earned.donated),
        refused=earned.refused, reason=earned.reason.code if earned.reason else "", lot=lot,
        pool=pool.pk if pool else None, entry=entry, at=at,
    )  # fmt: skip
    note(actor, "earning.credit", made, bank, at, {
        "value": made.value, "kept": kept, "donated": made.donated, "refused": made.refused, "why": made.reason,
    })  # fmt: skip
    return made


@transaction.atomic
def take_back(*, actor: Actor, record: UUID, at: datetime) -> Earning:
    """Take the credit of a record off again, since the record does not stand any more; once.

    What is still there comes off the lot and the pool that got it, then off credits of its day that the same person
    passed on to another bank and back again; the rest is borne by the bank. Raises NotFound.
    """
    found = Earning.objects.filter(record=record).first()
    if found is None:
        raise NotFound
    own = _accounts(found.member)
    member = lock_members(own)[found.member_id]
    found = Earning.objects.select_for_update().get(pk=found.pk)
    if found.reversed_at is not None:
        return found
    bank, given = member.bank, found.kept + found.donated
    moved, back = {bank.issued: given}, 0
    if found.lot_id is not None:
        lot = Lot.objects.get(pk=found.lot_id)
        back = lot.remains
        moved[member.bound if lot.donate_only else member.credits] = -back
        lot.remains = 0
        lot.save(update_fields=["remains"])
        back += _came_back(moved, own, lot, found.kept - back)
    if found.pool is not None:
        pool = Pool.objects.select_for_update(no_key=True).get(pk=found.pool)
        there = min(on_account(pool.account), found.donated)
        moved[pool.account] = -there
        back += there
    moved[bank.uncovered] = back - given
    if given:
        enter(actor=actor, bank=bank, kind="take_back", key=f"take_back:{record}", moved=moved, at=at)
    found.reversed_at, found.returned, found.uncovered = at, back, given - back
    found.save(update_fields=["reversed_at", "returned", "uncovered"])
    note(actor, "earning.take_back", found, bank, at, {"returned": back, "uncovered": found.uncovered})
    return found


def _accounts(member: Member) -> list[UUID]:
    """Give the accounts of somebody at a bank, closed ones too."""
    person = Q(person=member.human) | Q(person__merged_into=member.human)
    return list(Member.objects.filter(person, bank=member.bank_id).values_list("pk", flat=True))


def _came_back(moved: dict[UUID, int], own: list[UUID], lot: Lot, short: int) -> int:
    """Take what a lot lacks off lots of its day that came from the own account elsewhere; gives how much that was.

    Credits keep the day on which they were earned when they pass: what was passed on of the lot is of no other day.
    """
    rows = Lot.objects.filter(member__in=own, remains__gt=0, earned=lot.earned, came_by__relation=SELF)
    taken = []
    for row in rows.select_related("member").order_by("at", "pk") if short else ():
        part = min(row.remains, short)
        row.remains, short = row.remains - part, short - part
        moved[row.member.credits] = moved.get(row.member.credits, 0) - part
        taken.append((row, part))
    Lot.objects.bulk_update([row for row, _part in taken], ["remains"])
    return sum(part for _row, part in taken)


@transaction.atomic
def review_record(*, actor: Actor, bank_id: UUID, told: Verified, at: datetime) -> Review:
    """Confirm a verified record for a bank as a further reviewer: who keeps the bank, never of an own record.

    Raises NotFound, NotTheKeeper, OwnMatter, NothingToReview.
    """
    bank: Bank = policies.load_bank(actor=actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    member = member_for(told)
    if member is None or member.bank_id != bank.pk:
        raise NotFound
    if policies.concerns(actor, member, at) or actor.is_person(told.person_id):
        raise refusals.OwnMatter
    own = set(actor.persons)
    lock_members([member.pk])  # before the record, as whoever credits it
    if not _stands(told.record):
        raise refusals.NothingToReview
    given = set(Review.objects.filter(record=told.record).values_list("reviewer", flat=True))
    if own & (given | set(told.reviewers)) or Earning.objects.filter(record=told.record).exists():
        raise refusals.NothingToReview
    made = Review.objects.create(bank=bank, record=told.record, reviewer_id=actor.person(), at=at)
    note(actor, "record.review", made, bank, at, {"account": member.number})
    credit(actor=actor, told=told, at=at)
    return made
