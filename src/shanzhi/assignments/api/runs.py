"""Runs over the API: begun, read, asked, closed; and call-ups."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities.api.frames import onward
from shanzhi.assignments import operations, queries, tasks
from shanzhi.assignments.models import OpenShift, Proposal, Run
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["assignments"])
write_once = writes_of("assignments")


class AssignmentRunIn(Given):
    """Over which area or team, which days, how many shifts each, what for."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")] = ""
    team_id: UUID | None = None
    first_day: date
    last_day: date
    most: int = Field(2, ge=0, le=100)
    reason: str = Field(min_length=1, max_length=200)


class CallUpIn(Given):
    """For which shift, why, how many."""

    shift_id: UUID
    reason: str = Field(min_length=1, max_length=200)
    wanted: int = Field(ge=0, le=100_000)


class AskPairsIn(Given):
    """Whom to ask, by the ids of pairs."""

    pairs: list[UUID] = Field(max_length=1000)


class DropPairIn(Given):
    """Why somebody is not asked."""

    reason: str = Field(min_length=1, max_length=200)


class AssignmentDoneOut(Schema):
    """What was made or changed, by its id."""

    id: UUID


class AskedOut(Schema):
    """How many were asked, and how many pairs were dropped since they do not suit any more."""

    asked: int
    dropped: int


class AssignmentRunOut(Schema):
    """A run; `total` and `plain_total` are points of the proposal and of the plain way; no way has over `bound`.

    `wants` are requests of neighbours that take part; `wants_filled` and `plain_wants` how many of them have somebody.
    """

    id: UUID
    area: str
    team_id: UUID | None
    emergency: bool
    shift_id: UUID | None
    wanted: int | None
    reason: str
    first_at: datetime
    last_at: datetime
    most: int
    state: str
    made_at: datetime
    finished_at: datetime | None
    volunteers: int
    shifts: int
    places: int
    filled: int
    plain_filled: int
    wants: int
    wants_filled: int
    plain_wants: int
    total: int
    plain_total: int
    bound: int | None
    synthetic: bool


class AssignmentRunPage(Schema):
    """A page of runs; `next` reads on."""

    items: list[AssignmentRunOut]
    next: UUID | None


class PairPartOut(Schema):
    """A part of the points: `got` of `of`, for `value` of `whole` (see the decision on matching)."""

    name: str
    got: int
    of: int
    value: int
    whole: int


class AssignmentPairOut(Schema):
    """A pair; the name is masked, the parts sum to the score."""

    id: UUID
    shift_id: UUID
    title: str
    starts_at: datetime
    number: str
    name: str
    score: int
    parts: list[PairPartOut]
    state: str
    reason: str


class AssignmentPairPage(Schema):
    """A page of pairs; `next` reads on."""

    items: list[AssignmentPairOut]
    next: UUID | None


class HurdleOut(Schema):
    """A rule, how many it kept away as the first in order, and for how many it was the only one."""

    rule: str
    removed: int
    only: int


class OpenShiftOut(Schema):
    """A shift with places left open; `engaged` counts who would suit by what binds them."""

    id: UUID
    shift_id: UUID
    title: str
    starts_at: datetime
    places: int
    missing: int
    hurdles: list[HurdleOut]
    engaged: dict[str, int]


class OpenShiftPage(Schema):
    """A page of shifts left open; `next` reads on."""

    items: list[OpenShiftOut]
    next: UUID | None


class AssignmentOnward(Schema):
    """Where to read on, and how many."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _run(row: Run) -> dict[str, Any]:
    return {"id": row.pk, **{name: getattr(row, name) for name in AssignmentRunOut.model_fields if name != "id"}}


def _pair(row: Proposal) -> dict[str, Any]:
    names = ("name", "got", "of", "value", "whole")
    return {
        "id": row.pk, "shift_id": row.shift_id, "title": row.shift.activity.title, "starts_at": row.shift.starts_at,
        "number": row.volunteer.number, "name": str(row.volunteer.human.name), "score": row.score,
        "parts": [dict(zip(names, part, strict=True)) for part in row.parts], "state": row.state, "reason": row.reason,
    }  # fmt: skip


def _open(row: OpenShift) -> dict[str, Any]:
    return {
        "id": row.pk, "shift_id": row.shift_id, "title": row.shift.activity.title, "starts_at": row.shift.starts_at,
        "places": row.places, "missing": row.missing, "engaged": dict(row.engaged),
        "hurdles": [{"rule": rule, "removed": removed, "only": only} for rule, removed, only in row.hurdles],
    }  # fmt: skip


@router.get("/runs", response=AssignmentRunPage, summary="Proposals of who helps where, for staff")
def list_runs(request: HttpRequest, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the runs of the viewer's areas, newest first."""
    rows = queries.runs(viewer=signed_in(request)).order_by("-made_at", "id")
    return page_after(rows, asked.after, asked.limit, _run, by="made_at")


@router.post("/runs", response=AssignmentDoneOut, summary="Have volunteers matched with shifts")
def begin(request: HttpRequest, body: AssignmentRunIn, idempotency_key: Key) -> dict[str, Any]:
    """Begin a run over an area or for a team; it is worked out in the background, until `state` is `proposed`."""

    def run() -> Run:
        made = operations.begin_run(**body.model_dump(), **signed_acting(request))
        tasks.match.enqueue(str(made.pk))
        return made

    return write_once(request, "begin", idempotency_key, body, run)


@router.post("/call-ups", response=AssignmentDoneOut, summary="Find whom to call up in an emergency")
def call_up(request: HttpRequest, body: CallUpIn, idempotency_key: Key) -> dict[str, Any]:
    """Find whom to call up for a shift, at once; ask them by the pairs of the run."""
    return write_once(request, "call_up", idempotency_key, body, lambda: operations.call_up(
        **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/teams/{uuid:team_id}/runs", response=AssignmentRunPage, summary="Proposals of a team")
def list_team_runs(request: HttpRequest, team_id: UUID, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the runs of a team, newest first, for who plans for it."""
    team = queries.team_of(viewer=signed_in(request), team_id=team_id)
    rows = queries.team_runs(viewer=signed_in(request), team=team).order_by("-made_at", "id")
    return page_after(rows, asked.after, asked.limit, _run, by="made_at")


@router.get("/runs/{uuid:run_id}", response=AssignmentRunOut, summary="One proposal")
def get_run(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    """Give a run with what it came to."""
    return _run(queries.run(viewer=signed_in(request), run_id=run_id))


@router.get("/runs/{uuid:run_id}/pairs", response=AssignmentPairPage, summary="The pairs of a proposal")
def list_pairs(request: HttpRequest, run_id: UUID, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the pairs, those of most points last, with the parts of their points."""
    found = queries.run(viewer=signed_in(request), run_id=run_id)
    return onward(queries.pairs(found), asked.after, asked.limit, _pair, by="score")


@router.get("/runs/{uuid:run_id}/open-shifts", response=OpenShiftPage, summary="Shifts that a proposal leaves open")
def list_open_shifts(request: HttpRequest, run_id: UUID, asked: Query[AssignmentOnward]) -> dict[str, Any]:
    """List the shifts with places left open, those that lack least first, and why."""
    found = queries.run(viewer=signed_in(request), run_id=run_id)
    return onward(queries.open_shifts(found), asked.after, asked.limit, _open, by="missing")


@router.post("/runs/{uuid:run_id}/ask", response=AskedOut, summary="Ask volunteers")
def ask(request: HttpRequest, run_id: UUID, body: AskPairsIn, idempotency_key: Key) -> dict[str, Any]:
    """Ask the volunteers of some pairs; each is looked at again first."""

    def run() -> dict[str, Any]:
        told = operations.ask_pairs(run_id=run_id, pairs=body.pairs, **signed_acting(request))
        return {"asked": told.asked, "dropped": told.dropped}

    return write_once(request, "ask", idempotency_key, body, run)


@router.post("/runs/{uuid:run_id}/close", response=AssignmentDoneOut, summary="Close a proposal")
def close(request: HttpRequest, run_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Close a run: whom nobody asked is not asked any more."""
    return write_once(request, "close", idempotency_key, None, lambda: operations.close_run(
        run_id=run_id, **signed_acting(request)
    ))  # fmt: skip


@router.get("/pairs/{uuid:pair_id}", response=AssignmentPairOut, summary="One pair")
def get_pair(request: HttpRequest, pair_id: UUID) -> dict[str, Any]:
    """Give a pair with the parts of its points."""
    return _pair(queries.pair(viewer=signed_in(request), pair_id=pair_id))


@router.post("/pairs/{uuid:pair_id}/drop", response=AssignmentDoneOut, summary="Do not ask somebody")
def drop(request: HttpRequest, pair_id: UUID, body: DropPairIn, idempotency_key: Key) -> dict[str, Any]:
    """Drop a pair that nobody was asked for, for a reason."""
    return write_once(request, "drop", idempotency_key, body, lambda: operations.drop_pair(
        pair_id=pair_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
