"""Routes of comments, answers and backing, of versions, and of copies of earlier proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.ui.http import Given, Key, actor_of, signed_in
from shanzhi.ventures import operations, queries
from shanzhi.ventures.api.routing import PageIn, Reason, SavedOut, moment_of, page, repeated, saved
from shanzhi.ventures.models import Comment, ProposalVersion

router = Router()


class WordsIn(Given):
    """A comment or an answer, plain text."""

    text: str = Field(min_length=2, max_length=500)


class HideIn(Given):
    """Why words are hidden; public."""

    reason: Reason


class EarlierIn(Given):
    """The earlier proposal of one's own team."""

    proposal: UUID


class CommentOut(Schema):
    """A neighbour's comment, or the team's answer to one. Who wrote it is not told; `text` is empty unless shown."""

    id: UUID
    kind: str
    answers: UUID | None
    community: str
    state: str
    text: str
    reason: str
    created_at: datetime


class CommentsOut(Schema):
    """A page of comments and answers, newest first."""

    items: list[CommentOut]
    next: UUID | None


class SaidOut(Schema):
    """What became of a comment."""

    id: UUID
    state: str


class BackingOut(Schema):
    """How many back a project. It is no vote; from the vote on the number stays as it is."""

    number: int
    open: bool


class VersionOut(Schema):
    """A kept state of a proposal: money in fen, members by their number alone."""

    number: int
    kind: str
    at: datetime
    digest: str
    content: dict[str, Any]


def _comment(row: Comment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "answers": row.answers_id,
        "community": row.community,
        "state": row.state,
        "text": row.text if row.state == "shown" else "",
        "reason": row.reason,
        "created_at": row.created_at,
    }


def _version(row: ProposalVersion) -> dict[str, Any]:
    return {"number": row.number, "kind": row.kind, "at": row.at, "digest": row.digest, "content": row.content}


@router.get("/proposals/{proposal_id}/comments", response=CommentsOut, summary="Comments and answers on a project")
def list_comments(request: HttpRequest, proposal_id: UUID, asked: Query[PageIn]) -> dict[str, Any]:
    """List them, newest first; nothing before the project is public."""
    rows = queries.comments(viewer=actor_of(request), proposal_id=proposal_id)
    return page(rows, asked, _comment)


@router.post("/proposals/{proposal_id}/comments", response=SaidOut, summary="Comment on a public project")
def write_comment(request: HttpRequest, proposal_id: UUID, body: WordsIn, idempotency_key: Key) -> dict[str, Any]:
    """Verified residents of the round's areas; shown with the community, never with a name."""

    def run() -> dict[str, Any]:
        made = operations.write_comment(
            actor=actor_of(request), proposal_id=proposal_id, words=body.text, at=moment_of(request)
        )
        return {"id": str(made.pk), "state": made.state}

    sent = {"proposal": proposal_id, "text": body.text}
    return repeated(request, "ventures.comment.write", idempotency_key, sent, run)


@router.post("/comments/{comment_id}/answers", response=SaidOut, summary="Answer a comment")
def answer_comment(request: HttpRequest, comment_id: UUID, body: WordsIn, idempotency_key: Key) -> dict[str, Any]:
    """The team of the project."""

    def run() -> dict[str, Any]:
        made = operations.answer_comment(
            actor=actor_of(request), comment_id=comment_id, words=body.text, at=moment_of(request)
        )
        return {"id": str(made.pk), "state": made.state}

    sent = {"comment": comment_id, "text": body.text}
    return repeated(request, "ventures.comment.answer", idempotency_key, sent, run)


@router.post("/comments/{comment_id}/withdraw", response=SaidOut, summary="Take one's own words back")
def withdraw_comment(request: HttpRequest, comment_id: UUID) -> Comment:
    """Take them back within an hour; they are erased."""
    return operations.withdraw_comment(actor=signed_in(request), comment_id=comment_id, at=moment_of(request))


@router.post("/comments/{comment_id}/hide", response=SaidOut, summary="Hide a comment")
def hide_comment(request: HttpRequest, comment_id: UUID, body: HideIn) -> Comment:
    """Those who run the round; the reason is public, the words are kept for the audit."""
    return operations.hide_comment(
        actor=signed_in(request), comment_id=comment_id, reason=body.reason, at=moment_of(request)
    )


def _backing(request: HttpRequest, proposal_id: UUID) -> queries.Backing:
    found = queries.proposal(viewer=actor_of(request), proposal_id=proposal_id)
    return queries.backing(viewer=actor_of(request), found=found)


@router.get("/proposals/{proposal_id}/backing", response=BackingOut, summary="How many back a project")
def see_backing(request: HttpRequest, proposal_id: UUID) -> queries.Backing:
    """Give the number alone; nobody is told who."""
    return _backing(request, proposal_id)


@router.post("/proposals/{proposal_id}/backing", response=BackingOut, summary="Back a project")
def back(request: HttpRequest, proposal_id: UUID) -> queries.Backing:
    """Verified residents of the round's areas, while the public notice lasts; a second time changes nothing."""
    operations.endorse(actor=signed_in(request), proposal_id=proposal_id, at=moment_of(request))
    return _backing(request, proposal_id)


@router.post("/proposals/{proposal_id}/backing/end", response=BackingOut, summary="Back a project no longer")
def stop_backing(request: HttpRequest, proposal_id: UUID) -> queries.Backing:
    """Take the own backing back, while the public notice lasts."""
    operations.take_back_endorsement(actor=signed_in(request), proposal_id=proposal_id, at=moment_of(request))
    return _backing(request, proposal_id)


@router.get("/proposals/{proposal_id}/versions", response=list[VersionOut], summary="Versions of a proposal")
def list_versions(request: HttpRequest, proposal_id: UUID) -> list[dict[str, Any]]:
    """List the last 100, newest first: all to the team, those handed in to staff of the area."""
    _found, rows = queries.versions(viewer=actor_of(request), proposal_id=proposal_id)
    return [_version(row) for row in rows[:100]]


@router.post("/calls/{call_id}/copies", response=SavedOut, summary="Begin a draft from an earlier proposal")
def copy_proposal(request: HttpRequest, call_id: UUID, body: EarlierIn, idempotency_key: Key) -> dict[str, Any]:
    """Take over what the call can take; `problems` names what was left out."""

    def run() -> dict[str, Any]:
        made = operations.copy_proposal(
            actor=actor_of(request), proposal_id=body.proposal, call_id=call_id, at=moment_of(request)
        )
        return saved(made.proposal, made.problems)

    sent = {"call": call_id, "proposal": body.proposal}
    return repeated(request, "ventures.proposal.copy", idempotency_key, sent, run)
