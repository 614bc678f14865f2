"""Routes of proposals and reviews."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.ui.http import Given, Key, Moment, actor_of, signed_in
from shanzhi.ventures import exchange, operations, queries
from shanzhi.ventures.api.routing import Code, Fen, PageIn, Reason, SavedOut, moment_of, page, repeated, saved
from shanzhi.ventures.models import Proposal

router = Router()
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class ActivityBody(Given):
    """A row of the schedule."""

    title: str = Field("", max_length=120)
    place: str = Field("", max_length=120)
    starts_on: date | None = None
    ends_on: date | None = None
    people: Count | None = None
    detail: str = Field("", max_length=1000)


class BudgetBody(Given):
    """A row of the budget; money in fen."""

    item: str = Field("", max_length=120)
    unit: str = Field("", max_length=20)
    quantity: Decimal = Field(Decimal(1), ge=0, max_digits=10, decimal_places=2)
    unit_price_fen: Fen = 0
    source: Literal["asked", "own", "other"] = "asked"
    note: str = Field("", max_length=200)
    category: str = Field("", max_length=40)


class MemberBody(Given):
    """A member of the team."""

    name: str = Field("", max_length=60)
    part: str = Field("", max_length=80)
    person: UUID | None = None


class ProposalFields(Given):
    """What a team types; what is left out stays."""

    title: str | None = Field(None, max_length=60)
    summary: str | None = Field(None, max_length=500)
    team_kind: Literal["resident", "residents", "organization"] | None = None
    team_name: str | None = Field(None, max_length=80)
    organization: UUID | None = None
    community: Code | None = None
    theme: str | None = Field(None, max_length=60)
    need: str | None = Field(None, max_length=5000)
    aims: str | None = Field(None, max_length=5000)
    people_reached: Count | None = None
    people_note: str | None = Field(None, max_length=300)
    risks: str | None = Field(None, max_length=5000)
    starts_on: date | None = None
    ends_on: date | None = None
    truthful: bool | None = None
    activities: list[ActivityBody] | None = Field(None, max_length=60)
    budget: list[BudgetBody] | None = Field(None, max_length=60)
    members: list[MemberBody] | None = Field(None, max_length=50)

    def given(self) -> dict[str, Any]:
        """List what was sent."""
        return {name: value for name, value in self.model_dump(exclude_unset=True).items() if value is not None}


class ProposalChange(Given):
    """Fields to save, with the version that was seen."""

    version: int
    fields: ProposalFields


class ProposalVersionIn(Given):
    """The version that was seen."""

    version: int


class WithdrawIn(Given):
    """Why a proposal is taken back; needed once it was handed in."""

    reason: Reason = ""


class AnswerBody(Given):
    """The answer to an item of the check list."""

    key: str = Field(max_length=40)
    outcome: Literal["pass", "fail", "na"]
    remark: str = Field("", max_length=1000)


class ReviewIn(Given):
    """A decision."""

    version: int
    decision: Literal["pass", "return", "reject"]
    answers: list[AnswerBody] = Field(default=[], max_length=30)
    reason: Reason = ""
    deadline: Moment | None = None


class ProposalOut(Schema):
    """A proposal in a list. Money in fen of the call's currency."""

    id: UUID
    call: UUID
    number: int | None
    state: str
    title: str
    summary: str
    team_kind: str
    team_name: str
    community: str
    theme: str
    people_reached: int | None
    amount_fen: int
    other_fen: int
    exclusive: str
    official: bool | None
    synthetic: bool
    version: int
    created_at: datetime
    submitted_at: datetime | None


class ActivityOut(Schema):
    """A row of the schedule."""

    title: str
    place: str
    starts_on: date | None
    ends_on: date | None
    people: int | None
    detail: str


class BudgetOut(Schema):
    """A row of the budget; money in fen."""

    item: str
    unit: str
    quantity: Decimal
    unit_price_fen: int
    amount_fen: int
    source: str
    note: str
    category: str
    category_name: str


class ProposalDetail(ProposalOut):
    """A proposal whole; names are masked for all but its team."""

    need: str
    aims: str
    people_note: str
    risks: str
    starts_on: date | None
    ends_on: date | None
    contact: str
    members: list[dict[str, str]]
    activities: list[ActivityOut]
    budget: list[BudgetOut]
    return_deadline: datetime | None
    decision_reason: str
    missing: list[str]


class ProposalPage(Schema):
    """A page of proposals; `next` reads on."""

    items: list[ProposalOut]
    next: UUID | None


class ProposalQuery(PageIn):
    """How proposals are narrowed."""

    call: UUID | None = None
    area: Code = ""
    state: Annotated[str, Field(max_length=12)] = ""
    search: Annotated[str, Field(max_length=100)] = ""


def write(found: Proposal) -> dict[str, Any]:
    """Write a proposal for a list."""
    plain = {name: getattr(found, name) for name in ProposalOut.model_fields if name != "call"}
    return plain | {"call": found.call_id}


def _detail(request: HttpRequest, found: Proposal) -> dict[str, Any]:
    viewer = actor_of(request)
    inside = queries.reads_inside(viewer=viewer, found=found)
    names = ("need", "aims", "people_note", "risks", "starts_on", "ends_on")
    editable = queries.may_edit(viewer=viewer, found=found)
    return {
        **write(found),
        **{name: getattr(found, name) for name in names},
        **queries.people_of(viewer=viewer, found=found),
        "activities": list(found.activities.all()),
        "budget": list(found.budget.all()),
        "return_deadline": found.return_deadline if inside else None,
        "decision_reason": found.decision_reason if inside else "",
        "missing": [one.field for one in queries.lacks(found)] if editable else [],
    }


@router.get("/proposals", response=ProposalPage, summary="Proposals, newest first")
def list_proposals(request: HttpRequest, asked: Query[ProposalQuery]) -> dict[str, Any]:
    """List the proposals that the viewer may see."""
    rows = queries.proposals(
        viewer=actor_of(request),
        call_id=asked.call,
        area=asked.area,
        states=(asked.state.replace("\x00", ""),) if asked.state else (),
        search=asked.search,
    )
    return page(rows, asked, write)


@router.get("/proposals/mine", response=ProposalPage, summary="The own proposals")
def list_mine(request: HttpRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """List the proposals of whose team one is, drafts too."""
    return page(queries.my_proposals(viewer=signed_in(request)), asked, write)


@router.post("/calls/{uuid:call_id}/proposals", response=SavedOut, summary="Begin a proposal")
def create_proposal(request: HttpRequest, call_id: UUID, body: ProposalFields, idempotency_key: Key) -> dict[str, Any]:
    """Begin a draft in a call that takes proposals."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        done = operations.create_proposal(actor=actor, call_id=call_id, given=body.given(), at=at)
        return saved(done.proposal, done.problems)

    sent = {"call": str(call_id), "fields": body.model_dump(mode="json", exclude_unset=True)}
    return repeated(request, "ventures.create_proposal", idempotency_key, sent, run)


@router.get("/proposals/{uuid:proposal_id}", response=ProposalDetail, summary="One proposal")
def read_proposal(request: HttpRequest, proposal_id: UUID) -> dict[str, Any]:
    """Give a proposal that the viewer may see."""
    return _detail(request, queries.proposal(viewer=actor_of(request), proposal_id=proposal_id))


@router.patch("/proposals/{uuid:proposal_id}", response=SavedOut, summary="Save a draft")
def save_proposal(request: HttpRequest, proposal_id: UUID, body: ProposalChange) -> dict[str, Any]:
    """Save any part of a draft; the same content again changes nothing."""
    done = operations.save_proposal(
        actor=signed_in(request),
        proposal_id=proposal_id,
        version=body.version,
        given=body.fields.given(),
        at=moment_of(request),
    )
    return saved(done.proposal, done.problems)


@router.post("/proposals/{uuid:proposal_id}/submit", response=SavedOut, summary="Hand a proposal in")
def submit(request: HttpRequest, proposal_id: UUID, body: ProposalVersionIn, idempotency_key: Key) -> dict[str, Any]:
    """Hand in, or hand in again after mending."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        return saved(operations.submit_proposal(actor=actor, proposal_id=proposal_id, version=body.version, at=at))

    sent = {"proposal": str(proposal_id), "version": body.version}
    return repeated(request, "ventures.submit", idempotency_key, sent, run)


@router.post("/proposals/{uuid:proposal_id}/withdraw", response=SavedOut, summary="Take a proposal back")
def withdraw(request: HttpRequest, proposal_id: UUID, body: WithdrawIn) -> dict[str, Any]:
    """Withdraw before the ballot."""
    return saved(
        operations.withdraw_proposal(
            actor=signed_in(request), proposal_id=proposal_id, reason=body.reason, at=moment_of(request)
        )
    )


@router.get("/proposals/{uuid:proposal_id}/document", summary="A proposal as Word", include_in_schema=True)
def read_document(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Give the application form."""
    viewer = actor_of(request)
    found = queries.proposal(viewer=viewer, proposal_id=proposal_id)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return HttpResponse(exchange.proposal_document(viewer=viewer, proposal=found), content_type=kind)


@router.get("/reviews", response=ProposalPage, summary="Proposals that wait for one's review")
def review_queue(request: HttpRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """List what waits in the areas where one reviews."""
    return page(queries.review_queue(viewer=signed_in(request)).order_by("-created_at", "id"), asked, write)


@router.post("/proposals/{uuid:proposal_id}/reviews", response=SavedOut, summary="Review a proposal")
def review(request: HttpRequest, proposal_id: UUID, body: ReviewIn) -> dict[str, Any]:
    """Pass, return for mending, or reject."""
    done = operations.decide(
        actor=signed_in(request),
        proposal_id=proposal_id,
        version=body.version,
        decision=body.decision,
        answers=[operations.Answer(one.key, one.outcome, one.remark) for one in body.answers],
        reason=body.reason,
        deadline=body.deadline,
        at=moment_of(request),
    )
    return saved(done)
