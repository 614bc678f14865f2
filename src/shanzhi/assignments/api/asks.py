"""Answering what is asked of oneself over the API, and being called up in an emergency."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.assignments import operations, queries
from shanzhi.assignments.api.runs import AssignmentDoneOut, write_once
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["assignments"])


class AcceptAskIn(Given):
    """That one has read which risks there are."""

    risks_read: bool


class DeclineAskIn(Given):
    """Why not, if one likes to say."""

    reason: str = Field("", max_length=200)


class OwnAskOut(Schema):
    """What is asked of oneself; a yes signs up for the shift."""

    id: UUID
    activity_id: UUID
    shift_id: UUID
    title: str
    team: str
    starts_at: datetime
    ends_at: datetime
    place: str
    risks: str
    emergency: bool


class OnCallOut(Schema):
    """Whether one agreed to be called up, and since when."""

    agreed: bool
    since: datetime | None


class OnCallDoneOut(Schema):
    """There is nothing to give."""


@router.get("/me/asked", response=list[OwnAskOut], summary="What is asked of me")
def own_asks(request: HttpRequest) -> list[dict[str, Any]]:
    """List what can still be answered, call-ups first."""
    rows = queries.asked(viewer=signed_in(request), at=moment(request))
    return [
        {
            "id": one.pk, "activity_id": one.shift.activity_id, "shift_id": one.shift_id,
            "title": one.shift.activity.title, "team": one.shift.activity.team.name, "starts_at": one.shift.starts_at,
            "ends_at": one.shift.ends_at, "place": one.shift.where, "risks": one.shift.activity.risks,
            "emergency": one.run.emergency,
        }
        for one in rows
    ]  # fmt: skip


@router.post("/me/asked/{uuid:pair_id}/accept", response=AssignmentDoneOut, summary="Say yes")
def accept(request: HttpRequest, pair_id: UUID, body: AcceptAskIn, idempotency_key: Key) -> dict[str, Any]:
    """Sign up for the shift that one is asked for."""
    return write_once(request, "accept", idempotency_key, body, lambda: operations.accept_ask(
        pair_id=pair_id, risks_read=body.risks_read, **signed_acting(request)
    ))  # fmt: skip


@router.post("/me/asked/{uuid:pair_id}/decline", response=AssignmentDoneOut, summary="Say no")
def decline(request: HttpRequest, pair_id: UUID, body: DeclineAskIn, idempotency_key: Key) -> dict[str, Any]:
    """Say no, with a reason if one likes."""
    return write_once(request, "decline", idempotency_key, body, lambda: operations.decline_ask(
        pair_id=pair_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/me/on-call", response=OnCallOut, summary="Whether I am called up in an emergency")
def own_on_call(request: HttpRequest) -> dict[str, Any]:
    """Tell whether one agreed to be called up."""
    held = queries.on_call(viewer=signed_in(request))
    return {"agreed": held is not None, "since": held.agreed_at if held else None}


@router.post("/me/on-call", response=AssignmentDoneOut, summary="Agree to be called up")
def agree(request: HttpRequest, idempotency_key: Key) -> dict[str, Any]:
    """Agree to be called up in an emergency."""
    return write_once(request, "agree", idempotency_key, None, lambda: operations.agree_on_call(
        **signed_acting(request)
    ))  # fmt: skip


@router.post("/me/on-call/end", response=OnCallDoneOut, summary="Be called up no more")
def end(request: HttpRequest, idempotency_key: Key) -> dict[str, Any]:
    """End the agreement; where there is none, nothing happens."""

    def run() -> dict[str, Any]:
        operations.end_on_call(**signed_acting(request))
        return {}

    return write_once(request, "end_on_call", idempotency_key, None, run)
