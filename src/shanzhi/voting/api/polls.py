"""The API of polls: reading them, casting, results."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.pagination import paginate
from ninja.params.functions import Header, Query
from pydantic import Field, StrictInt

from shanzhi.kernel.errors import NotFound
from shanzhi.ui.http import Given
from shanzhi.ui.paging import Pages
from shanzhi.voting import operations, queries
from shanzhi.voting.api.routing import ask, router
from shanzhi.voting.models import Poll
from shanzhi.voting.voter import voter


class PollOut(Schema):
    """A poll. Money in fen of its currency; `spec` is the rule of counting."""

    id: UUID
    title: str
    title_en: str
    areas: list[str]
    state: str
    ballot_kind: str
    min_choices: int
    max_choices: int | None
    purse_limit: bool
    points_total: int | None
    blank_allowed: bool
    minimum_age: int
    budget_fen: int
    currency: str
    spec: str
    opens_at: datetime
    closes_at: datetime
    imported: bool
    source: str
    digest: str


class OptionOut(Schema):
    """A project on the ballot; cost in fen. One that has `left` is chosen no more, and every count passes over it."""

    code: str
    title: str
    summary: str
    cost_fen: int
    exclusive: str
    theme: str
    link: str
    left: bool


class BallotIn(Given):
    """A ballot: codes (best first when ranked) in `choices`, or points by code in `points`; both empty: blank."""

    choices: list[str] = Field(default_factory=list, max_length=5000)
    points: dict[str, StrictInt] = Field(default_factory=dict, max_length=5000)


class ReceiptOut(Schema):
    """The receipt of a ballot."""

    receipt: str


class OwnBallotOut(Schema):
    """What the own envelope holds; nothing when there is none."""

    receipt: str
    choices: list[str]
    points: dict[str, int]
    blank: bool


class ReceiptIn(Given):
    """A receipt to look up after the close; in the body, since addresses end in logs."""

    receipt: str = Field(max_length=60)


class CountedOut(Schema):
    """A ballot as counted; `alike` ballots of the file say the same, nothing where the file does not show them.

    `invalid` says why a sheet was found invalid. `proof` is the file by which `shanzhi count --receipt` finds the
    ballot under the seal of the published file.
    """

    receipt: str
    invalid: str
    choices: list[str]
    points: list[int | None]
    alike: int | None
    proof: dict[str, Any] | None


class ResultOut(Schema):
    """A count: outcome with the whole course, reasons in both languages, other rules, official winners if known.

    `publication` says whether all is told (kind `whole`) or, of a small electorate, what was held back and by which
    measure; figures that are held back are null.
    `number` counts the counts of a vote: a further one passes over the projects of the codes in `left_out`, which have
    left since. `channels`, where there were polling places, tells how many came online and on paper, by polling place.
    """

    number: int
    left_out: list[str]
    digest: str
    seal: str
    file_digest: str
    created_at: datetime
    result: dict[str, Any]
    ballots: int | None
    blank: int | None
    roll: int | None
    publication: dict[str, Any]
    channels: dict[str, Any] | None


@router.get("/polls", response=list[PollOut])
@paginate(Pages, page_size=50)
def list_polls(request: HttpRequest) -> Any:
    """List polls, newest first."""
    return queries.polls(viewer=ask(request).actor)


@router.get("/polls/{uuid:poll_id}", response=PollOut)
def read_poll(request: HttpRequest, poll_id: UUID) -> Poll:
    """Read a poll with its rules."""
    return queries.poll(viewer=ask(request).actor, poll_id=poll_id)


@router.get("/polls/{uuid:poll_id}/options", response=list[OptionOut])
@paginate(Pages, page_size=200)
def list_options(request: HttpRequest, poll_id: UUID) -> Any:
    """List the projects on the ballot in their order."""
    poll = queries.poll(viewer=ask(request).actor, poll_id=poll_id)
    gone = {one.option.code for one in queries.departures(poll=poll)}
    listed = queries.options(poll=poll)
    for option in listed:
        option.left = option.code in gone  # type: ignore[attr-defined]  # for the answer alone
    return listed


@router.put("/polls/{uuid:poll_id}/ballot", response=ReceiptOut)
def cast(
    request: HttpRequest,
    poll_id: UUID,
    ballot: BallotIn,
    idempotency_key: str = Header(min_length=8, max_length=100),
) -> dict[str, str]:
    """Cast the own ballot, or replace it. The same Idempotency-Key with the same choices gives the same receipt."""
    if ballot.choices and ballot.points:
        raise operations.BadPoints(field="choices")
    made = operations.cast(
        actor=voter(request),
        poll_id=poll_id,
        choices=ballot.points or ballot.choices,
        key=idempotency_key,
        at=ask(request).now,
    )
    return {"receipt": made.receipt}


@router.get("/polls/{uuid:poll_id}/ballot", response=OwnBallotOut)
def own_ballot(request: HttpRequest, poll_id: UUID) -> dict[str, Any]:
    """Read the own ballot while the vote runs; afterwards nobody can, and this is not found."""
    own = queries.own_ballot(viewer=ask(request).actor, poll_id=poll_id)
    if own is None:
        raise NotFound
    points = own.choices if isinstance(own.choices, dict) else {}
    return {"receipt": own.receipt, "choices": list(own.choices), "points": points, "blank": own.blank}


@router.post("/polls/{uuid:poll_id}/receipt", response=CountedOut)
def check_receipt(request: HttpRequest, poll_id: UUID, given: ReceiptIn) -> dict[str, Any]:
    """Find a counted ballot by its receipt."""
    found = queries.receipt(viewer=ask(request).actor, poll_id=poll_id, code=given.receipt)
    return {
        "receipt": found.receipt,
        "invalid": str(found.invalid),
        "choices": [option.code for option, _points in found.options],
        "points": [points for _option, points in found.options],
        "alike": found.alike,
        "proof": found.proof,
    }


@router.get("/polls/{uuid:poll_id}/result", response=ResultOut)
def result(request: HttpRequest, poll_id: UUID, count: int | None = Query(None, ge=1, le=9999)) -> dict[str, Any]:
    """Read the newest result, or that of a count, with course and reasons; refused for everybody before the close."""
    viewer = ask(request).actor
    made = queries.result(viewer=viewer, poll_id=poll_id, number=count)
    figures = queries.turnout(viewer=viewer, poll_id=poll_id)
    return {
        "number": made.number,
        "left_out": made.left_out,
        "digest": made.digest,
        "seal": made.seal,
        "file_digest": made.file_digest,
        "created_at": made.created_at,
        "result": made.result,
        "ballots": figures.ballots,
        "blank": figures.blank,
        "roll": figures.roll,
        "publication": made.publication or {"kind": "whole"},
        "channels": figures.channels,
    }


@router.get("/polls/{uuid:poll_id}/file")
def file(request: HttpRequest, poll_id: UUID, count: int | None = Query(None, ge=1, le=9999)) -> HttpResponse:
    """Download the published Pabulib file of the newest count, or of one by its number."""
    made = queries.published_file(viewer=ask(request).actor, poll_id=poll_id, number=count)
    return HttpResponse(made.file.encode(), content_type="text/plain; charset=utf-8")
