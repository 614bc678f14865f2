"""What erasing a person takes from the bank: the account, words, address and photo of help; what moved stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.ledger.models import Balance
from shanzhi.timebank import telling
from shanzhi.timebank.lifecycle import DEAL, MATCHING, POST
from shanzhi.timebank.models import Deal, HelpProposal, Member, OfferHours, Post
from shanzhi.timebank.operations.frames import lock_members
from shanzhi.timebank.operations.helping import ROOM
from shanzhi.timebank.operations.matches import end_of_person
from shanzhi.work.files import drop_unused

GONE = "—"
ERASING: Final = Actor.system("erasing")


def hold_posts(people: Collection[UUID]) -> None:
    """Lock the posts that hang on these people and then their accounts, by their ids, before any person is locked.

    Whoever asks or answers holds the post when it tells the people; whoever credits a record holds the account first.
    """
    _held(people)
    lock_members(Member.objects.filter(person__in=people).values_list("pk", flat=True))


def _held(people: Collection[UUID]) -> list[Post]:
    """Lock the posts that people wrote, whose answers of theirs wait, or for which they are proposed or asked."""
    own = Member.objects.filter(person__in=people).values("pk")
    answered = Deal.objects.filter(Q(helper__in=own) | Q(taker__in=own), state="asked").values("post")
    asked = HelpProposal.objects.filter(member__in=own, state__in=MATCHING).values("post")
    rows = Post.objects.select_for_update(of=("self",), no_key=True).select_related("author")
    return list(rows.filter(Q(author__in=own) | Q(pk__in=answered) | Q(pk__in=asked)).order_by("pk"))


def empty_posts(leaving: Leaving) -> Touched:
    """End what somebody asked for, offered and answered, close the empty accounts, take out words, places and photo.

    What was promised upon it stays; `holds_credits` keeps who still has credits, or a promise, from being erased.
    """
    held = _held([leaving.person_id])
    rows = [one for one in held if one.author.person_id == leaving.person_id]
    ended = _end_answers(held, leaving)
    photos = {row.photo for row in rows if row.photo}
    for row in rows:
        if row.state == "open":
            row.state, row.closed_at = POST.move(row.state, "close"), leaving.at
        row.title, row.about, row.place, row.address, row.photo = GONE, GONE, "", None, ""
        row.skills, row.language = [], ""
    Post.objects.bulk_update(
        rows, ["title", "about", "place", "address", "photo", "skills", "language", "state", "closed_at"]
    )
    hours = OfferHours.objects.filter(post__in=rows)  # of offers that are closed now
    gone = [str(key) for key in hours.values_list("pk", flat=True)]
    hours.delete()
    drop_unused(photos, room=ROOM)
    # Accounts before pairs, as who asks locks them.
    lock_members(Member.objects.filter(person=leaving.person_id).values_list("pk", flat=True))
    return {
        "timebank_post": [str(row.pk) for row in rows], "timebank_offerhours": gone, "timebank_deal": ended,
        "timebank_helpproposal": end_of_person(leaving), "timebank_member": _close_empty(leaving),
    }  # fmt: skip


def _end_answers(posts: list[Post], leaving: Leaving) -> list[str]:
    """End the answers that wait upon posts of who leaves, and those that the same one sent; the other is told."""
    mine = {one.pk for one in posts if one.author.person_id == leaving.person_id}
    own = Q(helper__person=leaving.person_id) | Q(taker__person=leaving.person_id)
    rows = list(
        Deal.objects.select_for_update(of=("self",))
        .select_related("post__bank", "helper__person__merged_into", "taker__person__merged_into")
        .filter(own, post__in=posts, state="asked").order_by("pk")
    )  # fmt: skip
    for row in rows:
        row.state = DEAL.move(row.state, "lapse" if row.post_id in mine else "withdraw")
        row.ended_at, row.version = leaving.at, row.version + 1
    Deal.objects.bulk_update(rows, ["state", "ended_at", "version"])
    for row in rows:
        other = row.taker if row.helper.person_id == leaving.person_id else row.helper
        telling.tell_deal(actor=ERASING, kind=telling.ENDED, deal=row, at=leaving.at, to=[other])
    return [str(row.pk) for row in rows]


def _close_empty(leaving: Leaving) -> list[str]:
    """Close the locked accounts on which nothing is."""
    closed = []
    for row in Member.objects.filter(person=leaving.person_id, closed_at__isnull=True).order_by("pk"):
        on_them = Balance.objects.filter(account__in=(row.credits, row.bound, row.held))
        if not on_them.exclude(amount=0).exists():
            row.closed_at = leaving.at
            row.save(update_fields=["closed_at"])
            closed.append(str(row.pk))
    return closed
