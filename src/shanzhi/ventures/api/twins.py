"""Routes of like projects and of mergers; they read alone: consent is given on the page that shows all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from shanzhi.ui.http import actor_of, signed_in
from shanzhi.ventures import queries
from shanzhi.ventures.api.routing import PageIn, page
from shanzhi.ventures.models import Merger, Twin
from shanzhi.ventures.queries import mergers, twins

router = Router()


class AlikeOut(Schema):
    """A project like one's own: points of 100 and what both say; who may not read it gets 20 or 40, and no words."""

    proposal: UUID
    title: str
    team: str
    community: str
    score: int
    words: list[str]


class TwinOut(Schema):
    """Two projects of a round that are alike, with their points of 100; null where one of the two lacks the part."""

    id: UUID
    call: UUID
    one: UUID
    other: UUID
    score: int
    title: int | None
    need: int | None
    activities: int | None
    place: int | None
    merging: str | None
    found_at: datetime


class TwinsOut(Schema):
    """A page of pairs, those found last first."""

    items: list[TwinOut]
    next: UUID | None


class MergerOut(Schema):
    """A merger of two proposals and where it stands."""

    id: UUID
    first: UUID
    second: UUID
    state: str
    suggested: bool
    stays: UUID | None
    goes: UUID | None
    lapses_at: datetime
    created_at: datetime
    merged_at: datetime | None
    ended_at: datetime | None


def _twin(row: Twin) -> dict[str, Any]:
    points = {name: getattr(row, name) for name in ("score", "title", "need", "activities", "place")}
    merging = row.merging  # type: ignore[attr-defined]  # annotated
    return {
        "id": row.pk,
        "call": row.call_id,
        "one": row.one_id,
        "other": row.other_id,
        "merging": merging,
        "found_at": row.found_at,
        **points,
    }


def _merger(row: Merger) -> dict[str, Any]:
    names = ("state", "suggested", "lapses_at", "created_at", "merged_at", "ended_at")
    links = {"first": row.first_id, "second": row.second_id, "stays": row.stays_id, "goes": row.goes_id}
    return {"id": row.pk, **links, **{name: getattr(row, name) for name in names}}


@router.get("/proposals/{proposal_id}/twins", response=list[AlikeOut], summary="Projects like one's own")
def list_alike(request: HttpRequest, proposal_id: UUID) -> list[dict[str, Any]]:
    """Give its team the projects of the round that are like it, as far as it may see them; the most alike first."""
    found = queries.proposal(viewer=actor_of(request), proposal_id=proposal_id)
    return [
        {
            "proposal": one.proposal.pk,
            "title": one.proposal.title,
            "team": one.proposal.team_name,
            "community": one.proposal.community,
            "score": one.score,
            "words": list(one.words),
        }
        for one in twins.twins_of(viewer=actor_of(request), found=found)
    ]


@router.get("/proposals/{proposal_id}/mergers", response=list[MergerOut], summary="Mergers of a proposal")
def list_mergers(request: HttpRequest, proposal_id: UUID) -> list[dict[str, Any]]:
    """List the last 100 that the viewer may see, newest first: of the own team, and where one is staff for both."""
    queries.proposal(viewer=actor_of(request), proposal_id=proposal_id)
    return [_merger(row) for row in mergers.mergers_of(viewer=actor_of(request), proposal_id=proposal_id)[:100]]


@router.get("/twins", response=TwinsOut, summary="Pairs of like projects")
def list_twins(request: HttpRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """Staff: the pairs of which both lie in the own areas."""
    rows = twins.desk_twins(viewer=signed_in(request)).order_by("-found_at", "id")
    return page(rows, asked, _twin, by="found_at")
