"""Routes of calls: reading, making, changing, moving on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from shanzhi.ui.http import Key, actor_of, signed_in
from shanzhi.ventures import operations, queries
from shanzhi.ventures.api.routing import SavedOut, moment_of, page, repeated, saved
from shanzhi.ventures.api.schemas import (
    AwardOut,
    CallChange,
    CallIn,
    CallMoveIn,
    CallOut,
    CallPage,
    CallQuery,
    CallReasonIn,
    CheckOut,
    NoticeOut,
    PreviewOut,
    RollOut,
    TermsChange,
    TermsOut,
)
from shanzhi.ventures.models import Call

router = Router()


def write(found: Call) -> dict[str, Any]:
    """Write a call in plain values."""
    plain = {name: getattr(found, name) for name in CallOut.model_fields if hasattr(found, name)}
    return plain | {
        "areas": [area.code for area in found.areas.all()],
        "phases": list(found.phases.all()),
        "poll": found.poll_id,
    }


def _check(check: queries.Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "ok": check.ok,
        "words": str(check.words),
        "cure": str(check.cure),
        "field": check.field,
        "blocking": check.blocking,
    }


@router.get("/calls", response=CallPage, summary="Calls, newest first")
def list_calls(request: HttpRequest, asked: Query[CallQuery]) -> dict[str, Any]:
    """List published calls, and drafts of the own areas."""
    return page(queries.calls(viewer=actor_of(request), area=asked.area, ended=asked.ended), asked, write)


@router.post("/calls", response=SavedOut, summary="Make a call")
def create_call(request: HttpRequest, body: CallIn, idempotency_key: Key) -> dict[str, Any]:
    """Make a call as a draft in areas that one is in charge of."""
    actor, at = signed_in(request), moment_of(request)

    def run() -> dict[str, Any]:
        return saved(operations.create_call(actor=actor, at=at, **body.given()))

    return repeated(request, "ventures.create_call", idempotency_key, body.model_dump(mode="json"), run)


@router.get("/calls/{uuid:call_id}", response=CallOut, summary="One call")
def read_call(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """Give a call that the viewer may see."""
    return write(queries.call(viewer=actor_of(request), call_id=call_id))


@router.patch("/calls/{uuid:call_id}", response=SavedOut, summary="Save a call before its terms are frozen")
def save_call(request: HttpRequest, call_id: UUID, body: CallChange) -> dict[str, Any]:
    """Save fields; the same content again changes nothing."""
    done = operations.save_call(
        actor=signed_in(request),
        call_id=call_id,
        version=body.version,
        given=body.fields.given(),
        at=moment_of(request),
    )
    return saved(done.call, done.problems)


@router.get("/calls/{uuid:call_id}/terms", response=list[TermsOut], summary="Published versions of the terms")
def read_terms(request: HttpRequest, call_id: UUID) -> Any:
    """List the versions, the newest first."""
    return queries.terms(viewer=actor_of(request), call_id=call_id)


@router.post("/calls/{uuid:call_id}/terms", response=SavedOut, summary="Change frozen terms, with a public reason")
def change_terms(request: HttpRequest, call_id: UUID, body: TermsChange) -> dict[str, Any]:
    """Publish a new version and a notice."""
    return saved(
        operations.change_terms(
            actor=signed_in(request),
            call_id=call_id,
            version=body.version,
            given=body.fields.given(),
            reason=body.reason,
            at=moment_of(request),
        )
    )


@router.get("/calls/{uuid:call_id}/notices", response=list[NoticeOut], summary="Public notices of a call")
def read_notices(request: HttpRequest, call_id: UUID) -> Any:
    """List the last hundred notices, the newest first."""
    viewer = actor_of(request)
    queries.call(viewer=viewer, call_id=call_id)
    return list(queries.notices(viewer=viewer, call_id=call_id)[:100])


@router.get("/calls/{uuid:call_id}/awards", response=list[AwardOut], summary="Winners of a call")
def read_awards(request: HttpRequest, call_id: UUID) -> Any:
    """List the winners in the order of selection."""
    return [
        {
            "position": award.position,
            "proposal": award.proposal_id,
            "number": award.proposal.number,
            "title": award.proposal.title,
            "amount_fen": award.amount_fen,
            "reason": award.reason,
        }
        for award in queries.awards(viewer=actor_of(request), call_id=call_id)
    ]


@router.get("/calls/{uuid:call_id}/checks", response=list[CheckOut], summary="Checks of the builder")
def read_checks(request: HttpRequest, call_id: UUID) -> Any:
    """Check a call for those who run it."""
    found = queries.builder_checks(viewer=actor_of(request), call_id=call_id, at=moment_of(request))
    return [_check(check) for check in found]


@router.get("/calls/{uuid:call_id}/preview", response=PreviewOut, summary="What the next move would do")
def read_preview(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """Foretell the next move to those who run the call."""
    found = queries.preview_of_move(viewer=actor_of(request), call_id=call_id, at=moment_of(request))
    return {
        "move": found.move,
        "source": found.source,
        "target": found.target,
        "due_at": found.due_at,
        "version": found.version,
        "facts": [{"key": one.key, "label": str(one.label), "value": one.value} for one in found.facts],
        "told": [{"key": one.key, "label": str(one.label), "value": one.value} for one in found.told],
        "final": [str(words) for words in found.final],
        "blocks": [_check(check) for check in found.blocks],
    }


@router.post("/calls/{uuid:call_id}/advance", response=SavedOut, summary="Move a call into its next phase")
def advance(request: HttpRequest, call_id: UUID, body: CallMoveIn) -> dict[str, Any]:
    """Move on from the state that was seen; sent twice, the second is told that it has moved."""
    return saved(
        operations.advance(
            actor=signed_in(request),
            call_id=call_id,
            expected=body.expected,
            version=body.version,
            at=moment_of(request),
        )
    )


@router.post("/calls/{uuid:call_id}/roll", response=RollOut, summary="Draw the roll of voters")
def draw_roll(request: HttpRequest, call_id: UUID) -> dict[str, int]:
    """Fix who may vote."""
    return {"roll": operations.draw_roll(actor=signed_in(request), call_id=call_id, at=moment_of(request))}


@router.post("/calls/{uuid:call_id}/cancel", response=SavedOut, summary="Cancel a call before its vote")
def cancel(request: HttpRequest, call_id: UUID, body: CallReasonIn) -> dict[str, Any]:
    """Cancel, with a public reason."""
    return saved(
        operations.cancel_call(actor=signed_in(request), call_id=call_id, reason=body.reason, at=moment_of(request))
    )
