"""From an answer to the promise, and out of it again: credits are held from the promise on, never spent twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors
from shanzhi.people.models import Person
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.lifecycle import DEAL
from shanzhi.timebank.models import Deal, Member, Post, Reserved, Sort
from shanzhi.timebank.operations import lots, paying
from shanzhi.timebank.operations.frames import (
    enter,
    lock_members,
    minutes_of,
    note,
    own_locked,
    reason_of,
    rules_now,
    words,
)
from shanzhi.timebank.operations.helping import is_promised, locked_post, require_earner, require_spender
from shanzhi.timebank.operations.matches import mark_answered

PATIENCE: Final = timedelta(days=7)
"""How long the other may keep silent after one of the two said that it is done."""
ASKED: Final = timedelta(days=14)
"""How long an answer waits for the promise."""
PROMISED: Final = timedelta(days=30)
"""How long a promise of which nobody said that it is done stands, from its hour on where it has one."""


@transaction.atomic
def answer_post(*, actor: Actor, post_id: UUID, message: str, at: datetime, minutes: int | None = None) -> Deal:
    """Answer a request by offering to help, or an offer by asking for `minutes` of credit of it.

    Raises NotFound, NotAMember, OwnPost, PostClosed, AnsweredAlready, ByTheRules, BadMinutes.
    """
    post = locked_post(post_id)
    own = own_locked(actor, post.bank)
    if own.pk == post.author_id or actor.is_person(post.author.person_id):
        raise refusals.OwnPost
    over = post.state != "open" or post.author.closed_at is not None or post.until < timezone.localdate(at)
    if over or is_promised(post):
        raise refusals.PostClosed
    _version, policy = rules_now(post.bank, at)
    asks = post.sort == Sort.REQUEST
    (require_earner if asks else require_spender)(policy, own, at)
    wanted = post.minutes if asks or minutes is None else minutes_of(minutes)
    helper, taker = (own.pk, post.author_id) if asks else (post.author_id, own.pk)
    try:
        with transaction.atomic():
            made = Deal.objects.create(
                post=post, helper_id=helper, taker_id=taker, minutes=wanted, asked_at=at,
                message=words(message, "message", most=200, needed=False),
            )  # fmt: skip
    except IntegrityError as fault:
        if "timebank_deal_once" in str(fault):
            raise refusals.AnsweredAlready from fault
        raise
    note(actor, "deal.answer", made, post.bank, at, {"minutes": wanted})
    mark_answered(actor=actor, post=post, at=at)
    telling.tell_deal(actor=actor, kind=telling.ANSWERED, deal=made, at=at, to=[post.author])
    minor = needs_guardian(made, at)
    if minor is not None:
        telling.tell_guardians(actor=actor, deal=made, minor=minor, at=at)
    return made


def locked_deal(actor: Actor, deal_id: UUID) -> Deal:
    """Lock a promise with its post, whoever acts; that one may act on it is for the caller to ask. Raises NotFound."""
    if not actor.persons and not actor.is_system:
        raise SignInNeeded
    post = Post.objects.filter(deals=deal_id).values_list("pk", flat=True).first()
    if post is None:
        raise NotFound
    locked_post(post)
    rows = Deal.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "post__bank", "post__author", "helper__person__merged_into", "taker__person__merged_into"
    )
    return rows.get(pk=deal_id)


def party(actor: Actor, deal_id: UUID) -> tuple[Deal, Member]:
    """Lock a promise for one of the two, and say who of them acts."""
    found = locked_deal(actor, deal_id)
    for one in (found.helper, found.taker):
        if actor.is_person(one.person_id):
            return found, one
    raise NotFound


def minor_and_grown(found: Deal, at: datetime) -> tuple[Member, Person] | None:
    """Give the minor and the grown-up of a promise; None where it is not between such two."""
    helper, taker = found.helper.human, found.taker.human
    young = [minors.is_minor(one, at) for one in (helper, taker)]
    if young[0] == young[1]:
        return None
    return (found.helper, taker) if young[0] else (found.taker, helper)


def needs_guardian(found: Deal, at: datetime) -> Member | None:
    """Give the minor of a promise whose guardian is asked first: the other is a grown-up, and not a guardian itself."""
    two = minor_and_grown(found, at)
    if two is None:
        return None
    minor, grown = two
    linked = minors.link_of(guardian_id=grown.pk, ward_id=minor.human.pk, at=at)
    return None if linked is not None else minor


@transaction.atomic
def agree_as_guardian(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Agree, as a guardian of the minor of the two, that they meet; a second yes changes nothing.

    Raises NotFound, NotAGuardian, PostClosed.
    """
    found = locked_deal(actor, deal_id)
    minor = needs_guardian(found, at)
    if minor is None or not any(
        minors.link_of(guardian_id=one, ward_id=minor.human.pk, at=at) for one in actor.persons
    ):
        raise (refusals.NotAGuardian if policies.is_party(actor, found) else NotFound)
    if found.state != "asked":
        raise refusals.PostClosed
    if found.guardian_at is not None:
        return found
    found.guardian_id, found.guardian_at, found.version = actor.person(), at, found.version + 1
    found.save(update_fields=["guardian", "guardian_at", "version"])
    note(actor, "deal.guardian", found, found.post.bank, at)
    return found


@transaction.atomic
def promise(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Accept an answer to one's own post: the credits of who pays are held from now on.

    Raises NotFound, PostClosed, AccountNotOpen, GuardianFirst, ByTheRules, NotEnough.
    """
    found, own = party(actor, deal_id)
    if own.pk != found.post.author_id:
        raise NotFound
    target = DEAL.move(found.state, "promise")
    if found.post.state != "open" or is_promised(found.post):
        raise refusals.PostClosed
    if needs_guardian(found, at) is not None and found.guardian_at is None:
        raise refusals.GuardianFirst
    bank, today = found.post.bank, timezone.localdate(at)
    _version, policy = rules_now(bank, at)
    both = lock_members([found.taker_id, found.helper_id])
    taker, helper = both[found.taker_id], both[found.helper_id]
    if taker.closed_at is not None or helper.closed_at is not None:
        raise refusals.AccountNotOpen
    require_spender(policy, taker, at)
    require_earner(policy, helper, at)
    parts = lots.take(taker, found.minutes, "spend", today)
    Reserved.objects.bulk_create([Reserved(deal=found, lot=row, minutes=part) for row, part in parts])
    moved = {taker.credits: -found.minutes, taker.held: found.minutes}
    enter(actor=actor, bank=bank, kind="hold", key=f"hold:{found.pk}", moved=moved, at=at)
    found.state, found.promised_at, found.version = target, at, found.version + 1
    found.save(update_fields=["state", "promised_at", "version"])
    note(actor, "deal.promise", found, bank, at, {"minutes": found.minutes, "state": found.state})
    telling.tell_deal(actor=actor, kind=telling.PROMISED, deal=found, at=at)
    return found


@transaction.atomic
def refuse_answer(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Say no to an answer to one's own post. Raises NotFound."""
    found, own = party(actor, deal_id)
    if own.pk != found.post.author_id:
        raise NotFound
    done = _end(actor, found, "refuse", at)
    telling.tell_deal(actor=actor, kind=telling.REFUSED, deal=done, at=at)
    return done


@transaction.atomic
def withdraw_answer(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Take one's own answer back before it is promised. Raises NotFound."""
    found, own = party(actor, deal_id)
    if own.pk == found.post.author_id:
        raise NotFound
    done = _end(actor, found, "withdraw", at)
    telling.tell_deal(actor=actor, kind=telling.ENDED, deal=done, at=at, to=[found.post.author])
    return done


def _end(actor: Actor, found: Deal, move: str, at: datetime, reason: str = "") -> Deal:
    found.state = DEAL.move(found.state, move)
    found.ended_at, found.reason, found.version = at, reason, found.version + 1
    found.save(update_fields=["state", "ended_at", "reason", "version"])
    note(actor, f"deal.{move}", found, found.post.bank, at, {"state": found.state})
    return found


@transaction.atomic
def cancel(*, actor: Actor, deal_id: UUID, reason: str, at: datetime) -> Deal:
    """Call a promise off, as one of the two, before anybody said that it is done; the credits go back.

    Raises NotFound, ConfirmedAlready, WhyMissing.
    """
    found, _own = party(actor, deal_id)
    DEAL.move(found.state, "cancel")
    if found.helper_done_at or found.taker_done_at:
        raise refusals.ConfirmedAlready
    why = reason_of(reason)
    paying.release(actor, paying.held_by(found), at)
    done = _end(actor, found, "cancel", at, why)
    telling.tell_deal(actor=actor, kind=telling.CANCELLED, deal=done, at=at)
    return done


def over(at: datetime) -> Q:
    """Give the condition that nobody went on with an answer or a promise in time."""
    asked = Q(state="asked", asked_at__lte=at - ASKED)
    idle = Q(state="promised", helper_done_at__isnull=True, taker_done_at__isnull=True)
    before = at - PROMISED
    late = Q(promised_at__lte=before) & (Q(post__starts_at__isnull=True) | Q(post__starts_at__lte=before))
    return asked | (idle & late)


def lapse(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal | None:
    """End what nobody went on with, by the clock; what was held goes back.

    Asked again under the lock: who promised or confirmed since it was listed went on with it. Gives None then.
    """
    with transaction.atomic():
        found = locked_deal(actor, deal_id)
        if not Deal.objects.filter(over(at), pk=found.pk).exists():
            return None
        if found.state == "promised":
            paying.release(actor, paying.held_by(found), at)
        done = _end(actor, found, "lapse", at)
        telling.tell_deal(actor=actor, kind=telling.ENDED, deal=done, at=at)
        return done


@transaction.atomic
def confirm(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Say that it is done, as one of the two; when both did, the helper is paid. Raises NotFound, TooEarly."""
    found, own = party(actor, deal_id)
    if found.state != "promised":
        DEAL.move(found.state, "pay")
    if found.post.starts_at is not None and found.post.starts_at > at:
        raise refusals.TooEarly
    field = "helper_done_at" if own.pk == found.helper_id else "taker_done_at"
    if getattr(found, field) is None:
        setattr(found, field, at)
        found.version += 1
        found.save(update_fields=[field, "version"])
        note(actor, "deal.confirm", found, found.post.bank, at, {"by": field.removesuffix("_done_at")})
    if found.helper_done_at and found.taker_done_at:
        return _paid(actor, found, at)
    telling.tell_deal(actor=actor, kind=telling.DONE, deal=found, at=at)
    return found


def _paid(actor: Actor, found: Deal, at: datetime) -> Deal:
    done = paying.pay(actor, found, "pay", found.minutes, at)
    telling.tell_deal(actor=actor, kind=telling.PAID, deal=done, at=at)
    return done


def pay_silent(*, actor: Actor, deal_id: UUID, at: datetime) -> Deal | None:
    """Pay what one of the two confirmed a week ago and the other did not deny, by the clock."""
    with transaction.atomic():
        found = locked_deal(actor, deal_id)
        told = [one for one in (found.helper_done_at, found.taker_done_at) if one is not None]
        if found.state != "promised" or not told or min(told) > at - PATIENCE:
            return None
        return _paid(actor, found, at)


@transaction.atomic
def dispute(*, actor: Actor, deal_id: UUID, reason: str, at: datetime) -> Deal:
    """Say, as one of the two, that it was not done as promised; a keeper of the bank decides. Raises WhyMissing."""
    found, own = party(actor, deal_id)
    found.state = DEAL.move(found.state, "dispute")
    found.reason, found.version = reason_of(reason), found.version + 1
    found.save(update_fields=["state", "reason", "version"])
    by = "helper" if own.pk == found.helper_id else "taker"
    note(actor, "deal.dispute", found, found.post.bank, at, {"state": found.state, "by": by})
    telling.tell_deal(actor=actor, kind=telling.DISPUTED, deal=found, at=at)
    return found


@transaction.atomic
def settle(*, actor: Actor, deal_id: UUID, minutes: int, decision: str, at: datetime) -> Deal:
    """Decide a dispute, as who keeps the bank and is no party: `minutes` to the helper, the rest goes back.

    Raises NotFound, NotTheKeeper, OwnMatter, BadMinutes, WhyMissing.
    """
    found = locked_deal(actor, deal_id)
    if not policies.is_party(actor, found):
        policies.load_bank(actor=actor, bank_id=found.post.bank_id)
    policies.require(policies.may_decide(actor=actor, deal=found, at=at))
    DEAL.move(found.state, "settle")
    if not 0 <= minutes <= found.minutes:
        raise refusals.BadMinutes(field="minutes", most=found.minutes)
    found.decision, found.decided_by_id = reason_of(decision, "decision"), actor.person_id
    found.save(update_fields=["decision", "decided_by"])
    done = paying.pay(actor, found, "settle", minutes, at)
    telling.tell_deal(actor=actor, kind=telling.SETTLED, deal=done, at=at)
    return done
