"""Reading comments and backing: words and numbers for everybody, who wrote or backed for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures.lifecycle import BACKS, PUBLIC_PROPOSALS, SHOWS_PROPOSALS, TALKS
from shanzhi.ventures.models import Call, Comment, Endorsement, EndorsementCount, Proposal
from shanzhi.ventures.policies import (
    READERS,
    home_communities,
    is_party,
    of_one_team_now,
    of_team,
    role_in,
    runs,
    visible_proposals,
)
from shanzhi.ventures.queries.naming import area_name

ON_A_PAGE: Final = 10
WITHDRAW_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment or an answer as everybody may read it; the author is no part of it.

    `own` words are the viewer's, `mine` those that can still be taken back.
    """

    id: UUID
    place: str
    text: str
    state: str
    reason: str
    at: datetime
    mine: bool
    own: bool
    answers: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Backing:
    """How many back a project, whether that is still open, the viewer's own backing, what the viewer may do."""

    number: int
    open: bool
    mine: bool
    may_back: bool
    own: UUID | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A page of the comments on a project, and what the viewer may do here."""

    page: Page[Any]
    said: tuple[Said, ...]
    open: bool
    may_write: bool
    may_answer: bool
    may_hide: bool
    reads_history: bool


def talk_open(found: Proposal) -> bool:
    """Tell whether a project takes comments: public, in its round, and the round not closed."""
    return found.state in PUBLIC_PROPOSALS and found.call.state in TALKS and not found.call.imported


def backing_open(found: Proposal) -> bool:
    """Tell whether a project can be backed: public, and the vote not open yet."""
    return found.state in PUBLIC_PROPOSALS and found.call.state in BACKS and not found.call.imported


def has_voices(found: Proposal) -> bool:
    """Tell whether a project's page shows comments and backing: it is or was public, in a round held here."""
    public = found.state in PUBLIC_PROPOSALS and found.call.state in SHOWS_PROPOSALS
    return (public or found.left_shown) and not found.call.imported


def visible_comments(viewer: Actor) -> Q:
    """Give the condition of comments that a viewer may see: those on projects that the viewer sees."""
    return Q(proposal__in=Proposal.objects.filter(visible_proposals(viewer)).values("pk"))


def reads_course(viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer reads what became of comments on a project: team, staff of the area, who runs the call.

    Who wrote a neighbour's comment nobody reads.
    """
    staff = viewer.holds(READERS, found.community or found.call.area) or runs(viewer, found.call)
    return staff or of_one_team_now(viewer, found)


def _lives_there(viewer: Actor, found: Proposal) -> bool:
    return bool(home_communities(viewer, tuple(area.code for area in found.call.areas.all())))


def talk(*, viewer: Actor, found: Proposal, page: str, at: datetime) -> Talk:
    """Give a page of the comments on a project fetched by `proposal`, newest first, each with its answers."""
    answers = Comment.objects.filter(kind="answer").order_by("created_at", "id")
    rows = (
        Comment.objects.filter(proposal=found, kind="comment")
        .annotate(place_name=area_name("community"))
        .prefetch_related(Prefetch("given_answers", queryset=answers))
        .order_by("-created_at", "id")
    )
    shown = Paginator(rows, ON_A_PAGE).get_page(page)
    role, opened = role_in(viewer, found), talk_open(found)
    return Talk(
        page=shown,
        said=tuple(_said(row, viewer, at) for row in shown.object_list),
        open=opened,
        may_write=opened and not role and _lives_there(viewer, found),
        may_answer=opened and role in ("leader", "editor"),
        may_hide=runs(viewer, found.call) and not is_party(viewer, found),
        reads_history=reads_course(viewer, found),
    )


def _said(row: Comment, viewer: Actor, at: datetime) -> Said:
    own = viewer.is_person(row.author_id)
    answers = row.given_answers.all() if row.kind == "comment" else ()
    return Said(
        id=row.pk,
        place=getattr(row, "place_name", None) or "",
        text=row.text if row.state == "shown" else "",
        state=row.state,
        reason=row.reason,
        at=row.created_at,
        own=own,
        mine=own and row.state == "shown" and at - row.created_at <= WITHDRAW_WITHIN,
        answers=tuple(_said(one, viewer, at) for one in answers),
    )


def backing(*, viewer: Actor, found: Proposal) -> Backing:
    """Give how many back a project; from the vote on the number is the one written down when it opened."""
    opened = backing_open(found)
    frozen = (
        None if opened else EndorsementCount.objects.filter(proposal=found).values_list("number", flat=True).first()
    )
    rows = Endorsement.objects.filter(proposal=found)
    mine = rows.filter(person__in=viewer.persons) if viewer.person_id is not None else rows.none()
    own = mine.values_list("pk", flat=True).first()
    return Backing(
        number=rows.count() if frozen is None else frozen,
        open=opened,
        mine=own is not None,
        may_back=opened and not of_team(viewer, found) and _lives_there(viewer, found),
        own=own,
    )


def comments(*, viewer: Actor, proposal_id: UUID) -> QuerySet[Comment]:
    """Give the comments and answers on a project that the viewer sees, newest first. Raises NotFound."""
    if not Proposal.objects.filter(visible_proposals(viewer), pk=proposal_id).exists():
        raise NotFound
    return Comment.objects.filter(proposal=proposal_id).defer("author").order_by("-created_at", "id")


def comments_of_call(*, viewer: Actor, found: Call) -> QuerySet[Comment]:
    """Give the comments on a call's projects, hidden words too, to staff who read its desk. Raises NotFound."""
    if not (viewer.holds(READERS, found.area) or runs(viewer, found)):
        raise NotFound
    return (
        Comment.objects.filter(proposal__call=found)
        .select_related("proposal")
        .annotate(place_name=area_name("community"))
        .defer("author")
        .order_by("-created_at", "id")
    )


def comment(*, viewer: Actor, comment_id: UUID) -> Comment:
    """Give a comment on a project that the viewer sees, with project and call. Raises NotFound."""
    rows = Comment.objects.filter(visible_comments(viewer), pk=comment_id).annotate(place_name=area_name("community"))
    found = rows.select_related("proposal__call").prefetch_related("proposal__call__areas").first()
    if found is None:
        raise NotFound
    return found
