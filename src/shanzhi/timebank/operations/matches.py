"""Members proposed for requests, as all writes of them share it: kept with their run, locked, answered, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from shanzhi import matching
from shanzhi.assignments.models import Run
from shanzhi.assignments.wants import as_hurdles, as_parts, key_of
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving
from shanzhi.timebank.lifecycle import MATCH, MATCHING, RUN_CLOSED, SERVES_NO_MORE
from shanzhi.timebank.models import HelpProposal, Member, OpenRequest, Post
from shanzhi.timebank.wants import owned
from shanzhi.volunteering.models import Volunteer

CHUNK: Final = 1000


def keep_matches(run: Run, pairs: Sequence[matching.Pair], left: Sequence[matching.Unfilled]) -> None:
    """Keep what a locked run proposes for requests, and those for which it proposes nobody."""
    banks = dict(Post.objects.filter(pk__in={key_of(one.shift) for one in pairs}).values_list("pk", "bank"))
    people = dict(
        Volunteer.objects.filter(pk__in={UUID(one.volunteer) for one in pairs})
        .annotate(owner=Coalesce("person__merged_into", "person")).values_list("pk", "owner")
    )  # fmt: skip
    rows = owned(Member.objects.filter(bank__in=set(banks.values())), owner="").filter(owner__in=set(people.values()))
    # Of two accounts the older one that is open acts. One that was closed since it was read keeps its pair, so that the
    # counts of the run are those of its rows; whoever asks drops it.
    rows = rows.order_by(F("closed_at").asc(nulls_last=True), "-opened_at", "-pk")
    accounts = {(bank, owner): key for bank, owner, key in rows.values_list("bank", "owner", "pk")}
    made = [
        HelpProposal(
            run=run, post_id=key_of(one.shift), score=one.score, parts=as_parts(one),
            member_id=accounts[banks[key_of(one.shift)], people[UUID(one.volunteer)]],
        )
        for one in pairs
    ]  # fmt: skip
    HelpProposal.objects.bulk_create(made, batch_size=CHUNK)
    nobody = [OpenRequest(run=run, post_id=key_of(one.shift), **as_hurdles(one)) for one in left]
    OpenRequest.objects.bulk_create(nobody, batch_size=CHUNK)


def close_matches(actor: Actor, run: Run, at: datetime) -> int:
    """Drop the pairs of a locked run that nobody was asked for; who was asked still answers."""
    keys = [row.pk for row in locked(Q(run=run, state="proposed"))]
    return HelpProposal.objects.filter(pk__in=keys).update(
        state=MATCH.move("proposed", "drop"), reason=RUN_CLOSED, decided_at=at, decided_by_id=actor.person_id
    )


def locked_posts(condition: Q) -> dict[UUID, Post]:
    """Lock requests in the order of their ids, before any pair of one of them is written."""
    rows = Post.objects.select_for_update(of=("self",), no_key=True).filter(condition).order_by("pk")
    return {row.pk: row for row in rows.select_related("bank", "author__person__merged_into")}


def locked(condition: Q) -> QuerySet[HelpProposal]:
    """Lock pairs in the order of their ids; after their requests, where one is asked for."""
    rows = HelpProposal.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("member__person__merged_into").filter(condition).order_by("pk")


def mark_answered(*, actor: Actor, post: Post, at: datetime) -> None:
    """Put down that who was asked for a locked request answered it, as everybody does."""
    for row in locked(Q(post=post, member__person__in=actor.persons, state="asked")):
        row.state, row.answered_at = MATCH.move(row.state, "answer"), at
        row.save(update_fields=["state", "answered_at"])
        note(actor, "answer", row.run, at, {"account": row.member.number})


def end_of_person(leaving: Leaving) -> list[str]:
    """End what is proposed and asked of somebody who is being erased; gives the rows."""
    rows = list(locked(Q(member__person=leaving.person_id, state__in=MATCHING)))
    for row in rows:
        end(row, "drop" if row.state == "proposed" else "lapse", SERVES_NO_MORE, leaving.at)
    return [str(row.pk) for row in rows]


def end(row: HelpProposal, move: str, reason: str, at: datetime, *, decided_by: UUID | None = None) -> None:
    """Let a pair come to nothing: dropped before it was asked, lapsed after."""
    row.state, row.reason = MATCH.move(row.state, move), reason
    if row.decided_at is None:
        row.decided_at, row.decided_by_id = at, decided_by
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def note(actor: Actor, verb: str, run: Run, at: datetime, change: dict[str, Any]) -> None:
    """Put on record, with its run, what was done to a pair; members are named by the numbers of their accounts."""
    record(actor=actor, verb=f"timebank.match.{verb}", subject=run, area=run.area, at=at, change=change)
