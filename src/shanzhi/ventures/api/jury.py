"""The API of juries: a juror's own sheets, the closing, the published scores."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.kernel.errors import NotFound
from shanzhi.ui.http import Given, actor_of, signed_in
from shanzhi.ventures import operations, queries
from shanzhi.ventures.api.routing import moment_of
from shanzhi.ventures.queries import jury as reading

router = Router(tags=["ventures"])
Points = Annotated[int, Field(ge=0, le=100, strict=True)]
CriterionKey = Annotated[str, Field(max_length=40)]


class VoiceOut(Schema):
    """One juror's part in a score, by number; fractions are written as fractions."""

    juror: int
    scores: dict[str, int]
    given: str
    used: str
    dropped: bool


class ScoreOut(Schema):
    """A project's score in hundredths of 0 to 100."""

    project: str
    score: int
    voices: list[VoiceOut]


class ClosingOut(Schema):
    """The scores of a closed jury with the method and the digest over terms and scores."""

    closed_at: datetime
    digest: str
    method: dict[str, Any]
    results: list[ScoreOut]


class DutyOut(Schema):
    """A project before a juror, with how the own sheet stands."""

    proposal: UUID
    number: str
    title: str
    position: int | None
    state: Literal["todo", "draft", "handed_in", "void", "interest"]


class SheetOut(Schema):
    """A juror's own sheet."""

    state: str
    version: int
    scores: dict[str, int]
    comment: str


class SheetIn(Given):
    """A sheet to save, or with `hand_in` to hand in; `version` 0 for a new one."""

    version: int = Field(ge=0, le=1_000_000)
    scores: dict[CriterionKey, Points] = Field(max_length=20)
    comment: str = Field("", max_length=2000)
    hand_in: bool = False


class InterestsIn(Given):
    """Own interests by project; none says that there is none."""

    interests: dict[UUID, Literal["team", "relative", "organization", "other"]] = Field(max_length=500)


class DeclaredOut(Schema):
    """When the juror declared, and how many sheets the whole jury still owes."""

    declared_at: datetime
    due: int


@router.get("/calls/{uuid:call_id}/jury", response=ClosingOut, summary="Scores of a closed jury")
def read_scores(request: HttpRequest, call_id: UUID) -> Any:
    """Give the scores once the chair has closed the jury; before that there is nothing for anybody."""
    closing = reading.closing(found=queries.call(viewer=actor_of(request), call_id=call_id))
    if closing is None:
        raise NotFound
    return closing


@router.get("/juries/{uuid:call_id}", response=list[DutyOut], summary="A juror's projects")
def read_duties(request: HttpRequest, call_id: UUID) -> Any:
    """List the projects in the order of pitches with the state of the own sheets."""
    rows = reading.projects(viewer=signed_in(request), found=reading.jury_call(call_id=call_id), at=moment_of(request))
    return [
        {"proposal": row.proposal.pk, "number": row.code, "title": row.proposal.title, "position": row.position,
         "state": row.state}
        for row in rows
    ]  # fmt: skip


@router.post("/juries/{uuid:call_id}/interests", response=DeclaredOut, summary="Declare own interests")
def declare(request: HttpRequest, call_id: UUID, body: InterestsIn) -> Any:
    """Declare; what was declared before stays."""
    viewer = signed_in(request)
    done = operations.declare_interests(
        actor=viewer, call_id=call_id, interests=dict(body.interests), at=moment_of(request)
    )
    return {"declared_at": done.declared_at, "due": reading.due(viewer=viewer, found=done.call, at=moment_of(request))}


@router.get("/juries/{uuid:call_id}/sheets/{uuid:proposal_id}", response=SheetOut, summary="The own sheet")
def read_sheet(request: HttpRequest, call_id: UUID, proposal_id: UUID) -> Any:
    """Open the own sheet of a project."""
    found = reading.jury_call(call_id=call_id)
    return reading.own_sheet(viewer=signed_in(request), found=found, proposal_id=proposal_id, at=moment_of(request))


@router.put("/juries/{uuid:call_id}/sheets/{uuid:proposal_id}", response=SheetOut, summary="Save or hand in a sheet")
def save_sheet(request: HttpRequest, call_id: UUID, proposal_id: UUID, body: SheetIn) -> Any:
    """Save the own sheet; the same content again changes nothing, so that a lost answer can be asked for again."""
    viewer = signed_in(request)
    operations.save_sheet(
        actor=viewer, call_id=call_id, proposal_id=proposal_id, version=body.version, scores=body.scores,
        comment=body.comment, hand_in=body.hand_in, at=moment_of(request),
    )  # fmt: skip
    return reading.own_sheet(
        viewer=viewer, found=reading.jury_call(call_id=call_id), proposal_id=proposal_id, at=moment_of(request)
    )


@router.post("/juries/{uuid:call_id}/close", response=ClosingOut, summary="Close the jury")
def close(request: HttpRequest, call_id: UUID) -> Any:
    """Close the jury, by its chair; again, it gives the same."""
    return operations.close_jury(actor=signed_in(request), call_id=call_id, at=moment_of(request))
