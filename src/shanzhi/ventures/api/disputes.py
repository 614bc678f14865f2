"""Routes of objections and appeals: read, file, answer, withdraw, rule. No answer says who filed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.ui.http import Given, Key, actor_of, signed_in
from shanzhi.ventures import operations, queries
from shanzhi.ventures.api.routing import PageIn, Reason, SavedOut, moment_of, page, repeated, saved
from shanzhi.ventures.models import Dispute

router = Router()
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class FileIn(Given):
    """The grounds, in words that everybody reads."""

    grounds: Words


class DisputeAnswerIn(Given):
    """The team's answer, with the version that was seen."""

    version: int
    answer: Words


class DisputeVersionIn(Given):
    """The version that was seen."""

    version: int


class RulingIn(Given):
    """A ruling in words; `disqualify` takes the proposal out of the round with an upheld objection."""

    version: int
    outcome: Literal["dismissed", "upheld"]
    ruling: Reason
    disqualify: bool = False


class DisputeOut(Schema):
    """An objection or appeal as everybody reads it; `place` is the community of a resident who filed it."""

    id: UUID
    proposal: UUID
    kind: str
    state: str
    standing: str
    place: str
    text: str
    filed_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None
    outcome: str
    effect: str
    ruling: str
    ruled_at: datetime | None
    version: int


class DisputePage(Schema):
    """A page of them; `next` reads on."""

    items: list[DisputeOut]
    next: UUID | None


def _write(found: Dispute) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in DisputeOut.model_fields if name != "proposal"}
    return plain | {"proposal": found.proposal_id}


@router.get(
    "/proposals/{uuid:proposal_id}/disputes", response=DisputePage, summary="Objections and appeals of a proposal"
)
def list_disputes(request: HttpRequest, proposal_id: UUID, asked: Query[PageIn]) -> dict[str, Any]:
    """List what was filed about a proposal that the viewer sees, newest first."""
    rows = queries.disputes_of(viewer=actor_of(request), proposal_id=proposal_id)
    return page(rows, asked, _write, by="filed_at")


@router.post("/proposals/{uuid:proposal_id}/objections", response=SavedOut, summary="Object to a proposal")
def object_to(request: HttpRequest, proposal_id: UUID, body: FileIn, idempotency_key: Key) -> dict[str, Any]:
    """Object while the public notice runs."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        return saved(operations.file_objection(actor=actor, proposal_id=proposal_id, grounds=body.grounds, at=at))

    sent = {"proposal": str(proposal_id), "grounds": body.grounds}
    return repeated(request, "ventures.object", idempotency_key, sent, run)


@router.post("/proposals/{uuid:proposal_id}/appeals", response=SavedOut, summary="Appeal against a decision")
def appeal(request: HttpRequest, proposal_id: UUID, body: FileIn, idempotency_key: Key) -> dict[str, Any]:
    """Appeal for the team against a rejection or disqualification."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        return saved(operations.file_appeal(actor=actor, proposal_id=proposal_id, grounds=body.grounds, at=at))

    sent = {"proposal": str(proposal_id), "grounds": body.grounds}
    return repeated(request, "ventures.appeal", idempotency_key, sent, run)


@router.put("/disputes/{uuid:dispute_id}/answer", response=SavedOut, summary="Answer an objection")
def answer(request: HttpRequest, dispute_id: UUID, body: DisputeAnswerIn) -> dict[str, Any]:
    """Answer for the team, or change the answer, until the ruling."""
    done = operations.answer_objection(
        actor=signed_in(request),
        dispute_id=dispute_id,
        version=body.version,
        answer=body.answer,
        at=moment_of(request),
    )
    return saved(done)


@router.post("/disputes/{uuid:dispute_id}/withdraw", response=SavedOut, summary="Withdraw what one filed")
def withdraw(request: HttpRequest, dispute_id: UUID, body: DisputeVersionIn) -> dict[str, Any]:
    """Withdraw before the ruling."""
    done = operations.withdraw_dispute(
        actor=signed_in(request), dispute_id=dispute_id, version=body.version, at=moment_of(request)
    )
    return saved(done)


@router.post("/disputes/{uuid:dispute_id}/ruling", response=SavedOut, summary="Rule on an objection or appeal")
def rule(request: HttpRequest, dispute_id: UUID, body: RulingIn, idempotency_key: Key) -> dict[str, Any]:
    """Dismiss or uphold, in words that everybody reads."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        return saved(
            operations.rule(
                actor=actor,
                dispute_id=dispute_id,
                version=body.version,
                outcome=body.outcome,
                ruling=body.ruling,
                disqualify=body.disqualify,
                at=at,
            )
        )

    sent = {"dispute": str(dispute_id), **body.model_dump(mode="json")}
    return repeated(request, "ventures.rule", idempotency_key, sent, run)
