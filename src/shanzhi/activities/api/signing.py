"""Signing up over the API, one's own shifts, one's own calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema

from shanzhi.activities import operations, queries
from shanzhi.activities.api.frames import write_once
from shanzhi.activities.models import SignUp
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["activities"])


class SignUpIn(Given):
    """That one has read which risks there are."""

    risks_read: bool


class SignUpOut(Schema):
    """A sign-up: `signed` has a place, `waiting` stands in line; `turn` is the order of coming."""

    id: UUID
    shift_id: UUID
    state: str
    turn: int


class OwnShiftOut(SignUpOut):
    """One's own sign-up; `before` wait ahead, `changed` asks to keep the place or to give it back."""

    activity_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    before: int
    changed: bool


class OwnCalendarOut(Schema):
    """The secret address of one's own calendar on this site."""

    path: str


class NothingOut(Schema):
    """There is nothing to give."""


def _told(row: SignUp) -> dict[str, Any]:
    return {"id": str(row.pk), "shift_id": str(row.shift_id), "state": row.state, "turn": row.turn}


@router.get("/me/shifts", response=list[OwnShiftOut], summary="My shifts to come")
def own_shifts(request: HttpRequest) -> list[dict[str, Any]]:
    """List one's own living sign-ups, by time."""
    rows = queries.mine(viewer=signed_in(request), at=moment(request))
    return [
        {
            **_told(one), "activity_id": one.shift.activity_id, "title": one.shift.activity.title,
            "starts_at": one.shift.starts_at, "ends_at": one.shift.ends_at, "place": one.shift.where,
            "before": getattr(one, "before", 0), "changed": one.kept < one.shift.sequence,
        }
        for one in rows
    ]  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/sign", response=SignUpOut, summary="Sign up for a shift")
def sign(request: HttpRequest, shift_id: UUID, body: SignUpIn, idempotency_key: Key) -> dict[str, Any]:
    """Take a free place, or wait in line; first come, first served."""
    return write_once(request, "sign", idempotency_key, body, lambda: _told(operations.sign_up(
        shift_id=shift_id, risks_read=body.risks_read, **signed_acting(request)
    )))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/leave", response=SignUpOut, summary="Give a place back")
def leave(request: HttpRequest, shift_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Give a place, or one in line, back before the shift begins."""
    return write_once(request, "leave", idempotency_key, None, lambda: _told(operations.leave_shift(
        shift_id=shift_id, **signed_acting(request)
    )))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/keep", response=SignUpOut, summary="Keep a place after a change")
def keep(request: HttpRequest, shift_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Keep the place after a change of time or place."""
    return write_once(request, "keep", idempotency_key, None, lambda: _told(operations.keep_place(
        shift_id=shift_id, **signed_acting(request)
    )))  # fmt: skip


@router.get("/me/calendar", response=OwnCalendarOut, summary="The address of my calendar")
def own_calendar(request: HttpRequest) -> dict[str, Any]:
    """Give the secret address as it holds now, '' where there is none."""
    found = queries.own_feed(viewer=signed_in(request))
    return {"path": reverse("activities:own_feed", args=[queries.secret_of(found)]) if found else ""}


@router.post("/me/calendar", response=NothingOut, summary="Make the address of my calendar anew")
def renew_calendar(request: HttpRequest, idempotency_key: Key) -> dict[str, Any]:
    """Make a new secret address; older ones are void. It is read by GET, since answers to repeated calls are kept."""

    def run() -> dict[str, Any]:
        operations.renew_feed(**signed_acting(request))
        return {}

    return write_once(request, "renew_calendar", idempotency_key, None, run)


@router.post("/me/calendar/end", response=NothingOut, summary="End the address of my calendar")
def end_calendar(request: HttpRequest, idempotency_key: Key) -> dict[str, Any]:
    """Make the secret address void; where there is none, nothing happens."""

    def run() -> dict[str, Any]:
        operations.end_feed(**signed_acting(request))
        return {}

    return write_once(request, "end_calendar", idempotency_key, None, run)
