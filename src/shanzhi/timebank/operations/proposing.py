"""Members proposed for requests are asked by who keeps the bank, say no, and are asked no more where it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.assignments.models import Run
from shanzhi.assignments.operations.frames import LONGEST
from shanzhi.assignments.operations.frames import reason_of as why_of
from shanzhi.assignments.operations.refusals import NotAsked, NotProposed, ReasonNeeded, RunNotReady, TooManyPairs
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.timebank import policies, queries, telling
from shanzhi.timebank.lifecycle import BEGUN, CLOSED, MATCH, MATCHING, NO_ACCOUNT, PROMISED
from shanzhi.timebank.models import Deal, HelpProposal, Post
from shanzhi.timebank.operations import suiting
from shanzhi.timebank.operations.frames import lock_members
from shanzhi.timebank.operations.helping import is_promised, locked_post
from shanzhi.timebank.operations.matches import end, locked, locked_posts, note
from shanzhi.timebank.wants import TAKEN

MOST_AT_ONCE: Final = 200
"""Pairs that one press asks, each looked at again before."""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """How many were asked, and how many pairs were dropped since they do not suit any more."""

    asked: int
    dropped: int


def ask_help(*, actor: Actor, run_id: UUID, pairs: Sequence[UUID], at: datetime) -> HelpAsked:
    """Ask the members of chosen pairs, as who keeps their banks; one that does not suit any more is dropped.

    Of what is chosen only pairs that the actor sees count; one that was decided before stays as it is. Raises NotFound,
    NotTheKeeper, OwnMatter, RunNotReady, TooManyPairs.
    """
    chosen = set(pairs)
    with transaction.atomic():
        seen = queries.matched_run(viewer=actor, run_id=run_id)
        policies.require(policies.may_ask(actor=actor, run=seen))
        if not 1 <= len(chosen) <= MOST_AT_ONCE:
            raise TooManyPairs(field="pairs", most=MOST_AT_ONCE)
        mine = list(queries.matched(viewer=actor, run=seen).filter(pk__in=chosen))
        for bank in {one.post.bank for one in mine}:
            policies.require(policies.may_keep(actor=actor, bank=bank))
        for one in mine:
            policies.require(policies.own_match(actor=actor, match=one))
        run = _ready(run_id)
        told = _ask(actor, run, [one for one in mine if one.state == "proposed"], at)
        if told.asked or told.dropped:
            note(actor, "ask", run, at, {"asked": told.asked, "dropped": told.dropped})
    return told


def _ask(actor: Actor, run: Run, waiting: Sequence[HelpProposal], at: datetime) -> HelpAsked:
    """Ask the members of pairs of a locked run, those of most points first."""
    posts = locked_posts(Q(pk__in={one.post_id for one in waiting}))
    # as they stand under the lock: who closed the account since is dropped, and stops nobody else's being asked
    members = lock_members({one.member_id for one in waiting})
    told = suiting.known(list(posts.values()), list(members.values()), at)
    rows = locked(Q(run=run, pk__in=[one.pk for one in waiting], state="proposed"))
    asked = dropped = 0
    for row in sorted(rows, key=lambda one: (-one.score, one.pk)):
        row.post, row.member = posts[row.post_id], members[row.member_id]
        why = suiting.against(row.post, row.member, told, at)
        if why:
            end(row, "drop", why, at, decided_by=actor.person_id)
            dropped += 1
            continue
        row.state, row.decided_at, row.decided_by_id = MATCH.move(row.state, "ask"), at, actor.person_id
        row.save(update_fields=["state", "decided_at", "decided_by"])
        told.put_down(row.post, row.member)
        telling.tell_suits(actor=actor, match=row, at=at)
        asked += 1
    return HelpAsked(asked, dropped)


def _ready(run_id: UUID) -> Run:
    """Lock a run that waits to be looked at."""
    run = Run.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    if run.state != "proposed":
        raise RunNotReady
    return run


def drop_match(*, actor: Actor, match_id: UUID, reason: str, at: datetime) -> HelpProposal:
    """Drop a pair that nobody was asked for, for a reason, as who keeps the bank.

    Raises NotFound, NotTheKeeper, OwnMatter, RunNotReady, NotProposed, ReasonNeeded.
    """
    with transaction.atomic():
        found = queries.match(viewer=actor, match_id=match_id)
        policies.require(policies.may_drop(actor=actor, match=found))
        run = _ready(found.run_id)
        (row,) = locked(Q(pk=match_id))
        if row.state != "proposed":
            raise NotProposed
        end(row, "drop", why_of(reason), at, decided_by=actor.person_id)
        # The event is read by who plans in the area, the reason by who keeps the bank alone: it stays with the pair.
        note(actor, "drop", run, at, {"account": row.member.number})
    return row


def decline_match(*, actor: Actor, match_id: UUID, reason: str, at: datetime) -> HelpProposal:
    """Say, as who is asked, that a request is not for one, with a reason if one likes.

    Raises SignInNeeded, NotFound, NotAsked, ReasonNeeded where it is too long.
    """
    words = reason.strip()
    if len(words) > LONGEST:
        raise ReasonNeeded(field="reason", most=LONGEST)
    if not actor.persons:
        raise SignInNeeded
    with transaction.atomic():
        found = HelpProposal.objects.select_related("member").filter(pk=match_id).first()
        hidden = found is None or found.state in ("proposed", "dropped")
        if found is None or hidden or not actor.is_person(found.member.person_id):
            raise NotFound
        locked_post(found.post_id)
        (row,) = locked(Q(pk=match_id))
        if row.state != "asked":
            raise NotAsked
        row.state, row.answered_at, row.reason = MATCH.move(row.state, "decline"), at, words
        row.save(update_fields=["state", "answered_at", "reason"])
        note(actor, "decline", row.run, at, {"account": row.member.number})
    return row


def over(at: datetime) -> QuerySet[Any, UUID]:
    """Give the requests that are over, closed or promised, and of whose pairs some are open still."""
    promised = Deal.objects.filter(post=OuterRef("post"), state__in=TAKEN)
    gone = Q(post__state="closed") | Q(post__starts_at__lte=at) | Q(member__closed_at__isnull=False) | Exists(promised)
    rows = HelpProposal.objects.filter(gone, state__in=MATCHING).order_by("post")
    return rows.values_list("post", flat=True).distinct()


def end_matches(*, actor: Actor, post_id: UUID, at: datetime) -> int | None:
    """End the pairs of a request that is over: asks lapse, what nobody was asked for is dropped. Gives how many."""
    with transaction.atomic():
        post, ended = locked_post(post_id), 0
        for row in locked(Q(post=post, state__in=MATCHING)):
            why = _over(post, row, at)
            if why:
                end(row, "drop" if row.state == "proposed" else "lapse", why, at)
                note(actor, "lapse", row.run, at, {"account": row.member.number})
                ended += 1
    return ended or None


def _over(post: Post, row: HelpProposal, at: datetime) -> str:
    if is_promised(post):
        return PROMISED
    if post.starts_at is None or post.starts_at <= at:
        return BEGUN
    if post.state != "open":
        return CLOSED
    return NO_ACCOUNT if row.member.closed_at is not None else ""
