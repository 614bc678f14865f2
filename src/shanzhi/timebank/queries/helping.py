"""Reading offers, requests and promises: for the members of the bank, promises for the two of them and who keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Sum, Value, When

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors
from shanzhi.people.models import Guardianship
from shanzhi.timebank import policies
from shanzhi.timebank.lifecycle import HOLDING, LIVING
from shanzhi.timebank.models import Bank, Deal, Member, OfferHours, Post, Rating
from shanzhi.timebank.operations.dealing import minor_and_grown
from shanzhi.timebank.operations.helping import ROOM
from shanzhi.work.files import path_of

HIDDEN_FOR: Final = timedelta(days=14)
"""How long one rating waits for the other."""
MOST_WAITING: Final = 50
"""How many answers that wait for a guardian are listed."""
MOST_OWN: Final = 50
"""How many of one's own requests and offers stand on the page of one's own; all are in the list of the bank."""
BOTH: Final = 2
"""How many ratings a promise has when both of the two have rated."""
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
    rows = Post.objects.filter(bank=found).select_related("author__person__merged_into").prefetch_related("hours")
    mine = Q(author__person__in=viewer.persons)
    return rows.filter(Q(state="open") | mine).annotate(own=Case(When(mine, then=Value(True)), default=Value(False)))


def own_posts(*, viewer: Actor) -> list[Post]:
    """Give what the viewer asks for and offers now at any bank, newest first."""
    rows = Post.objects.filter(author__person__in=viewer.persons, state="open").select_related("bank")
    return list(rows.order_by("-created_at", "pk")[:MOST_OWN])


def search_posts(rows: QuerySet[Post], words: str) -> QuerySet[Post]:
    """Find by a part of the title."""
    return rows.filter(title__has=words.strip())


def on_weekday(weekday: int | str) -> Q:
    """Give the condition that an offer holds on a day of the week, 1 (Monday) to 7."""
    return Q(Exists(OfferHours.objects.filter(post=OuterRef("pk"), weekday=weekday)))


def post(*, viewer: Actor, post_id: UUID, at: datetime) -> Post:
    """Give one of them: an open one to members, a closed one only to whom it still concerns, and who keeps the bank."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Post.objects.select_related("bank", "author__person__merged_into")
    found = rows.filter(pk=post_id).first()
    if found is None or not _reads(viewer, found, at):
        raise NotFound
    return found


def _reads(viewer: Actor, found: Post, at: datetime) -> bool:
    """Tell whether the viewer reads a post.

    Members do while it is open; always its author, who keeps the bank, the two of a promise upon it or of an answer
    that waits, and their guardians.
    """
    if viewer.is_person(found.author.person_id) or policies.keeps(viewer, found.bank):
        return True
    if found.state == "open" and policies.own_member(viewer, found.bank) is not None:
        return True
    rows = Deal.objects.filter(Q(state__in=LIVING) | Q(promised_at__isnull=False), post=found)
    mine = Q(helper__person__in=viewer.persons) | Q(taker__person__in=viewer.persons)
    return rows.filter(mine | _of_wards(viewer, at)).exists()


def _of_wards(viewer: Actor, at: datetime) -> Q:
    """Give the condition that one of the two of a promise is a ward of the viewer."""
    wards = Guardianship.objects.filter(minors.running(at), guardian__in=viewer.persons).values("ward")
    paths = [f"{side}__person{end}" for side in ("helper", "taker") for end in ("", "__merged_into")]
    return reduce(or_, (Q(**{f"{path}__in": wards}) for path in paths))


def photo(*, viewer: Actor, post_id: UUID, at: datetime) -> Path:
    """Give where the photo of a post lies."""
    found = post(viewer=viewer, post_id=post_id, at=at)
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
    return policies.guards(viewer, found.helper, at) or policies.guards(viewer, found.taker, at)


def wards_deals(*, viewer: Actor, at: datetime) -> list[Deal]:
    """Give the answers that wait for the viewer's yes as a guardian, in three queries however many they are."""
    rows = Deal.objects.filter(_of_wards(viewer, at), state="asked", guardian_at__isnull=True).select_related(
        "post__bank", "helper__person__merged_into", "taker__person__merged_into"
    )
    waiting = [(one, minor_and_grown(one, at)) for one in rows.order_by("asked_at", "pk")[:MOST_WAITING]]
    pairs = {(two[1].pk, two[0].human.pk) for _one, two in waiting if two is not None}
    links = Guardianship.objects.filter(minors.running(at), guardian__in={grown for grown, _ward in pairs})
    known = set(links.values_list("guardian", "ward"))
    return [one for one, two in waiting if two is not None and (two[1].pk, two[0].human.pk) not in known]


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
    return rows if late or len(rows) == BOTH else []


def own_rating(*, viewer: Actor, found: Deal) -> Rating | None:
    """Give the viewer's own rating."""
    return Rating.objects.filter(deal=found, by__person__in=viewer.persons).first()


def mean_of(member: Member, at: datetime) -> tuple[int, int] | None:
    """Give ten times the mean of the shown ratings of a member, and how many they are; None where they are few."""
    mine = Q(deal__helper=member) | Q(deal__taker=member)
    rated = Deal.objects.annotate(both=Count("ratings")).filter(both__gte=BOTH).values("pk")
    shown = Q(deal__ended_at__lte=at - HIDDEN_FOR) | Q(deal__in=rated)
    told = Rating.objects.filter(mine & shown).exclude(by=member).aggregate(total=Sum("stars"), times=Count("pk"))
    times = int(told["times"])
    return ((told["total"] * 10 + times // 2) // times, times) if times >= LEAST_RATED else None
