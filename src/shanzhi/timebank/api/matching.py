"""The API of members proposed for requests: what a run proposes, asking, dropping, and what is asked of oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities.api.frames import onward
from shanzhi.assignments.api.runs import AskedOut, AssignmentOnward, HurdleOut, PairPartOut
from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import CreditsDoneOut, write_once
from shanzhi.ui.http import Given, Key, signed_acting, signed_in, viewing

router = Router(tags=["timebank"])
PART = ("name", "got", "of", "value", "whole")


class HelpMatchOut(Schema):
    """A member proposed for a request; title and reason are empty for who may not read them, the name masked."""

    id: UUID
    run_id: UUID
    post_id: UUID
    bank_id: UUID
    title: str
    starts_at: datetime
    number: str
    name: str
    score: int
    parts: list[PairPartOut]
    state: str
    reason: str


class HelpMatchPage(Schema):
    """A page of them; `next` reads on."""

    items: list[HelpMatchOut]
    next: UUID | None


class OpenHelpOut(Schema):
    """A request for which a run proposes nobody; `engaged` counts who would suit by what binds them."""

    id: UUID
    post_id: UUID
    title: str
    starts_at: datetime
    hurdles: list[HurdleOut]
    engaged: dict[str, int]


class OpenHelpPage(Schema):
    """A page of them; `next` reads on."""

    items: list[OpenHelpOut]
    next: UUID | None


class AskMembersGiven(Given):
    """Whom to ask, by the ids of pairs."""

    pairs: list[UUID] = Field(max_length=1000)


class DropMemberGiven(Given):
    """Why somebody is not asked."""

    reason: str = Field(min_length=1, max_length=200)


class DeclineRequestGiven(Given):
    """Why not, if one likes to say."""

    reason: str = Field("", max_length=200)


class SuitingRequestOut(Schema):
    """A request that one is asked for; answering it says yes."""

    id: UUID
    post_id: UUID
    bank_id: UUID
    title: str
    area: str
    starts_at: datetime
    minutes: int


def _match(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "run_id": row.run_id, "post_id": row.post_id, "bank_id": row.post.bank_id, "title": row.title,
        "starts_at": row.begins, "number": row.number, "name": str(row.member.human.name), "score": row.score,
        "parts": [dict(zip(PART, part, strict=True)) for part in row.parts], "state": row.state, "reason": row.why,
    }  # fmt: skip


def _open(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "post_id": row.post_id, "title": row.title, "starts_at": row.begins, "engaged": dict(row.engaged),
        "hurdles": [{"rule": rule, "removed": removed, "only": only} for rule, removed, only in row.hurdles],
    }  # fmt: skip


@router.get("/runs/{uuid:run_id}/matches", response=HelpMatchPage, summary="Members proposed for requests")
def list_matches(request: HttpRequest, run_id: UUID, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the pairs of a run that one may see, those of most points last, with the parts of their points."""
    viewer = signed_in(request)
    run = queries.matched_run(viewer=viewer, run_id=run_id)
    return onward(queries.matched(viewer=viewer, run=run), asked.after, asked.limit, _match, by="score")


@router.get("/runs/{uuid:run_id}/open-requests", response=OpenHelpPage, summary="Requests that a proposal leaves open")
def list_open_requests(request: HttpRequest, run_id: UUID, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the requests for which a run proposes nobody, the next one first, and why."""
    viewer = signed_in(request)
    run = queries.matched_run(viewer=viewer, run_id=run_id)
    return onward(queries.nobody_for(viewer=viewer, run=run), asked.after, asked.limit, _open, by="begins")


@router.post("/runs/{uuid:run_id}/ask", response=AskedOut, summary="Ask members for requests")
def ask(request: HttpRequest, run_id: UUID, body: AskMembersGiven, idempotency_key: Key) -> dict[str, Any]:
    """Ask the members of some pairs, as who keeps their banks; each is looked at again first."""

    def run() -> dict[str, Any]:
        told = operations.ask_help(run_id=run_id, pairs=body.pairs, **signed_acting(request))
        return {"asked": told.asked, "dropped": told.dropped}

    return write_once(request, "ask_help", idempotency_key, body, run)


@router.get("/matches/{uuid:match_id}", response=HelpMatchOut, summary="One member proposed for a request")
def get_match(request: HttpRequest, match_id: UUID) -> dict[str, Any]:
    """Give a pair with the parts of its points."""
    return _match(queries.match(viewer=signed_in(request), match_id=match_id))


@router.post("/matches/{uuid:match_id}/drop", response=CreditsDoneOut, summary="Do not ask a member")
def drop(request: HttpRequest, match_id: UUID, body: DropMemberGiven, idempotency_key: Key) -> dict[str, Any]:
    """Drop a pair that nobody was asked for, for a reason."""
    return write_once(request, "drop_match", idempotency_key, body, lambda: operations.drop_match(
        match_id=match_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/me/asked", response=list[SuitingRequestOut], summary="Requests that I am asked for")
def own_asks(request: HttpRequest) -> list[dict[str, Any]]:
    """List the requests that one is asked for and can still answer, the next one first."""
    signed_in(request)
    return [
        {"id": one.pk, "post_id": one.post_id, "bank_id": one.post.bank_id, "title": one.post.title,
         "area": one.post.area, "starts_at": one.post.starts_at, "minutes": one.post.minutes}
        for one in queries.asked_to_help(**viewing(request))
    ]  # fmt: skip


@router.post("/matches/{uuid:match_id}/decline", response=CreditsDoneOut, summary="Say that a request is not for one")
def decline(request: HttpRequest, match_id: UUID, body: DeclineRequestGiven, idempotency_key: Key) -> dict[str, Any]:
    """Say no, with a reason if one likes."""
    return write_once(request, "decline_match", idempotency_key, body, lambda: operations.decline_match(
        match_id=match_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
