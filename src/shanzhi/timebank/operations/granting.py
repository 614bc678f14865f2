"""Grants from a pool to somebody who needs help and has no credits: proposed by one keeper, agreed to by two others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.lifecycle import GRANT
from shanzhi.timebank.models import GrantYes, Member, Pool, PoolGrant
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.frames import (
    enter,
    lock_members,
    minutes_of,
    note,
    on_account,
    reason_of,
    rules_now,
)
from shanzhi.timebank.operations.giving import require_room
from shanzhi.ui import formatting

NEEDED = 2


@transaction.atomic
def propose_grant(*, actor: Actor, pool_id: UUID, number: str, minutes: int, reason: str, at: datetime) -> PoolGrant:
    """Propose to give credits of a pool to a member, by who keeps the bank, for a reason that says no names.

    Raises NotFound, NotTheKeeper, UnknownReceiver, BadMinutes, WhyMissing, PoolShort.
    """
    pool = Pool.objects.select_related("bank").filter(pk=pool_id).first()
    if pool is None:
        raise NotFound
    bank = policies.load_bank(actor=actor, bank_id=pool.bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    member = Member.objects.filter(bank=bank, number="".join(number.split()), closed_at__isnull=True).first()
    if member is None:
        raise refusals.UnknownReceiver(field="number")
    if policies.concerns(actor, member, at):
        raise refusals.OwnMatter
    wanted = minutes_of(minutes)
    _require_there(pool, wanted)
    made = PoolGrant.objects.create(
        pool=pool, member=member, minutes=wanted, reason=reason_of(reason), proposed_by_id=actor.person_id,
        proposed_at=at,
    )  # fmt: skip
    note(actor, "grant.propose", made, bank, at, {"minutes": wanted, "pool": pool.name, "account": member.number})
    return made


def _require_there(pool: Pool, minutes: int) -> None:
    there = on_account(pool.account)
    if there < minutes:
        raise refusals.PoolShort(field="minutes", left=formatting.minutes(there))


@transaction.atomic
def agree_to_grant(*, actor: Actor, grant_id: UUID, at: datetime) -> PoolGrant:
    """Agree to a grant, by who keeps the bank; with the second yes it is given.

    Raises NotFound, OwnMatter, NotTheKeeper, NothingToReview, PoolShort, OverCap.
    """
    found = _locked(actor, grant_id)
    policies.require(policies.may_review(actor=actor, grant=found, at=at))
    GRANT.move(found.state, "give")
    if GrantYes.objects.filter(grant=found, reviewer__in=actor.persons).exists():
        raise refusals.NothingToReview
    GrantYes.objects.create(grant=found, reviewer_id=actor.person(), at=at)
    note(actor, "grant.agree", found, found.pool.bank, at, {"minutes": found.minutes})
    if GrantYes.objects.filter(grant=found).count() >= NEEDED:
        _give(actor, found, at)
    return found


def _give(actor: Actor, found: PoolGrant, at: datetime) -> None:
    bank, today = found.pool.bank, timezone.localdate(at)
    _version, policy = rules_now(bank, at)
    member = lock_members([found.member_id])[found.member_id]
    pool = Pool.objects.select_for_update(no_key=True).get(pk=found.pool_id)
    if member.closed_at is not None:
        raise refusals.AccountNotOpen
    _require_there(pool, found.minutes)
    require_room(policy, member, found.minutes)
    lots.put(member, found.minutes, policy=policy, earned=today, expires=lots.end_of(policy, today), at=at)
    moved = {pool.account: -found.minutes, member.credits: found.minutes}
    found.entry = enter(actor=actor, bank=bank, kind="grant", key=f"grant:{found.pk}", moved=moved, at=at)
    found.state, found.decided_at = GRANT.move(found.state, "give"), at
    found.save(update_fields=["entry", "state", "decided_at"])
    note(actor, "grant.give", found, bank, at, {"minutes": found.minutes, "state": found.state})
    telling.tell_granted(actor=actor, grant=found, bank=bank, at=at)


@transaction.atomic
def decline_grant(*, actor: Actor, grant_id: UUID, reason: str, at: datetime) -> PoolGrant:
    """Decline a grant for a reason, by who keeps the bank and neither receives it nor guards who does.

    Raises NotFound, NotTheKeeper, OwnMatter, WhyMissing.
    """
    found = _locked(actor, grant_id)
    if policies.concerns(actor, found.member, at):
        raise refusals.OwnMatter
    policies.require(policies.may_keep(actor=actor, bank=found.pool.bank))
    found.state = GRANT.move(found.state, "decline")
    found.declined_reason, found.decided_at = reason_of(reason), at
    found.save(update_fields=["state", "declined_reason", "decided_at"])
    note(actor, "grant.decline", found, found.pool.bank, at, {"state": found.state})
    return found


def _locked(actor: Actor, grant_id: UUID) -> PoolGrant:
    rows = PoolGrant.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("pool__bank", "member__person__merged_into")
    found = rows.filter(pk=grant_id).first()
    if found is None:
        raise NotFound
    policies.load_bank(actor=actor, bank_id=found.pool.bank_id)
    return found
