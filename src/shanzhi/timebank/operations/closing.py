"""Closing accounts at a bank."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.timebank import refusals
from shanzhi.timebank.lifecycle import LIVING
from shanzhi.timebank.models import Deal, Member, Post
from shanzhi.timebank.operations.frames import lock_members, note, on_account
from shanzhi.timebank.operations.helping import end_post, locked_post


@transaction.atomic
def close_account(*, actor: Actor, member_id: UUID, at: datetime) -> Member:
    """Close one's own empty account; what one still asks for or offers is closed with it.

    Raises NotFound, AccountNotOpen, AccountNotEmpty.
    """
    known = Member.objects.filter(pk=member_id).first()
    if known is None or not actor.is_person(known.person_id):
        raise NotFound
    # Posts are locked before the account, as a promise does it, so that nobody waits in a circle; one that is written
    # meanwhile is met under the lock of the account, and refuses the closing.
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
