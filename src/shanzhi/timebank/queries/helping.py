"""Reading offers, requests and promises: for the members of the bank, promises for the two of them and who keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors
from shanzhi.timebank import policies
from shanzhi.timebank.lifecycle import HOLDING, RATED
from shanzhi.timebank.models import Bank, Deal, Member, Post, Rating
from shanzhi.timebank.operations.helping import ROOM
from shanzhi.work.files import path_of

HIDDEN_FOR: Final = timedelta(days=14)
"""How long one rating waits for the other."""
LEAST_RATED: Final = 3
"""From how many ratings on a mean of them is shown."""


def reads_help(viewer: Actor, bank: Bank) -> bool:
    """Tell whether the viewer reads what members of a bank ask for and offer: its members, and who keeps it."""
    return policies.own_member(viewer, bank) is not None or policies.keeps(viewer, bank)


def posts(*, viewer: Actor, bank_id: UUID) -> QuerySet[Post]:
    """Give what is asked for and offered at a bank; who neither is a member nor keeps it finds nothing."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Bank.objects.filter(pk=bank_id).first()
    if found is None or not reads_help(viewer, found):
        raise NotFound
    rows = Post.objects.filter(bank=found).select_related("author__person__merged_into")
    return rows.filter(Q(state="open") | Q(author__person__in=viewer.persons))


def search_posts(rows: QuerySet[Post], words: str) -> QuerySet[Post]:
    """Find by a part of the title."""
    return rows.filter(title__has=words.strip())


def post(*, viewer: Actor, post_id: UUID) -> Post:
    """Give one of them."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Post.objects.select_related("bank", "author__person__merged_into")
    found = rows.filter(pk=post_id).first()
    if found is None or not reads_help(viewer, found.bank):
        raise NotFound
    return found


def photo(*, viewer: Actor, post_id: UUID) -> Path:
    """Give where the photo of a post lies."""
    found = post(viewer=viewer, post_id=post_id)
    if not found.photo:
        raise NotFound
    return path_of(found.photo, room=ROOM)


def deals_of(found: Post) -> list[Deal]:
    """Give the answers to a post, for its author."""
    rows = Deal.objects.filter(post=found).select_related("helper__person__merged_into", "taker__person__merged_into")
    return list(rows.order_by("-asked_at", "pk")[:100])


def own_deal(*, viewer: Actor, found: Post) -> Deal | None:
    """Give the viewer's own newest answer to a post."""
    mine = Q(helper__person__in=viewer.persons) | Q(taker__person__in=viewer.persons)
    return Deal.objects.filter(mine, post=found).order_by("-asked_at").first()


def deal(*, viewer: Actor, deal_id: UUID, at: datetime) -> Deal:
    """Give a promise to one of the two, to a guardian of one of them who is a minor, and to who keeps the bank."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Deal.objects.select_related(
        "post__bank", "post__author", "helper__person__merged_into", "taker__person__merged_into"
    )
    found = rows.filter(pk=deal_id).first()
    if found is None:
        raise NotFound
    if policies.is_party(viewer, found) or policies.keeps(viewer, found.post.bank) or guards(viewer, found, at):
        return found
    raise NotFound


def guards(viewer: Actor, found: Deal, at: datetime) -> bool:
    """Tell whether the viewer is a guardian of one of the two now."""
    wards = (found.helper.human.pk, found.taker.human.pk)
    return any(
        minors.link_of(guardian_id=one, ward_id=ward, at=at) is not None for one in viewer.persons for ward in wards
    )


def address_for(*, viewer: Actor, found: Deal) -> str:
    """Give the exact address to the two of a promise while it holds, and to nobody before; '' where there is none."""
    if found.state not in HOLDING or not policies.is_party(viewer, found) or found.post.address is None:
        return ""
    return str(found.post.address.reveal())


def deals(found: Bank) -> QuerySet[Deal]:
    """Give all promises of a bank, for its desk."""
    return Deal.objects.filter(post__bank=found).select_related("post", "helper", "taker")


def search_deals(rows: QuerySet[Deal], words: str) -> QuerySet[Deal]:
    """Find by the number of an account or its beginning."""
    text = words.strip()
    return rows.filter(Q(helper__number__startswith=text) | Q(taker__number__startswith=text))


def shown_ratings(found: Deal, at: datetime) -> list[Rating]:
    """Give the ratings of a promise when both are there, or two weeks have passed."""
    rows = list(Rating.objects.filter(deal=found).order_by("at"))
    late = found.ended_at is not None and at >= found.ended_at + HIDDEN_FOR
    return rows if late or len(rows) == len(RATED) else []


def own_rating(*, viewer: Actor, found: Deal) -> Rating | None:
    """Give the viewer's own rating."""
    return Rating.objects.filter(deal=found, by__person__in=viewer.persons).first()


def mean_of(member: Member, at: datetime) -> tuple[int, int] | None:
    """Give ten times the mean of the shown ratings of a member, and how many they are; None where they are few."""
    mine = Q(deal__helper=member) | Q(deal__taker=member)
    rated = Deal.objects.annotate(both=Count("ratings")).filter(both__gte=len(RATED)).values("pk")
    shown = Q(deal__ended_at__lte=at - HIDDEN_FOR) | Q(deal__in=rated)
    told = Rating.objects.filter(mine & shown).exclude(by=member).aggregate(total=Sum("stars"), times=Count("pk"))
    times = int(told["times"])
    return ((told["total"] * 10 + times // 2) // times, times) if times >= LEAST_RATED else None
