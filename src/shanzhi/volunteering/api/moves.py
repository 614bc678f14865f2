"""The API of moves of teams between areas, and of the teams of organisations that one leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.api.frames import ServiceDoneOut, write_once
from shanzhi.volunteering.api.mine import Area
from shanzhi.volunteering.api.teams import MembersQuery, TeamPage
from shanzhi.volunteering.models import TeamMove

router = Router(tags=["volunteering"])


class TeamMoveOut(Schema):
    """A move of a team: from, to, why, and when each area said yes."""

    id: UUID
    team: UUID
    name: str
    from_area: str
    to_area: str
    reason: str
    state: str
    asked_at: datetime
    left_at: datetime | None
    taken_at: datetime | None
    ended_at: datetime | None
    refusal: str


class TeamMovesPage(Schema):
    """A page of moves; `next` reads on."""

    items: list[TeamMoveOut]
    next: UUID | None


class MoveIn(Given):
    """Where a team is to serve, and why."""

    area: Area
    reason: str = Field(min_length=1, max_length=500)


class MoveAnswerIn(Given):
    """What becomes of a move; a no needs its reason."""

    answer: Literal["agree", "refuse", "withdraw"]
    reason: str = Field("", max_length=500)


def _plain(row: TeamMove) -> dict[str, Any]:
    own = {"team", "name"}
    values = {name: getattr(row, name) for name in TeamMoveOut.model_fields if name not in own}
    return {**values, "team": row.team_id, "name": row.team.name}


@router.get("/moves", response=TeamMovesPage, summary="Moves of teams from and to the own areas, newest first")
def list_moves(request: HttpRequest, asked: Query[MembersQuery]) -> dict[str, Any]:
    """List the moves that staff of either area see."""
    rows = queries.desk_moves(viewer=signed_in(request))
    return page_after(rows, asked.after, asked.limit, _plain, by="asked_at")


@router.get("/moves/{uuid:move_id}", response=TeamMoveOut, summary="One move of a team")
def get_move(request: HttpRequest, move_id: UUID) -> dict[str, Any]:
    """Give a move to staff of either area and to who leads the team."""
    return _plain(queries.team_move(viewer=signed_in(request), move_id=move_id))


@router.post("/teams/{uuid:team_id}/move", response=ServiceDoneOut, summary="Ask that a team moves to another area")
def ask_move(request: HttpRequest, team_id: UUID, body: MoveIn, idempotency_key: Key) -> dict[str, Any]:
    """Ask as its leader or an office of either area; who is in charge of both moves it at once."""
    return write_once(request, "move", idempotency_key, body, lambda: operations.ask_move(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/moves/{uuid:move_id}/answer", response=ServiceDoneOut, summary="Answer a move, or take it back")
def answer_move(request: HttpRequest, move_id: UUID, body: MoveAnswerIn, idempotency_key: Key) -> dict[str, Any]:
    """Say yes or no for the own area, or take the wish back."""

    def run() -> TeamMove:
        if body.answer == "agree":
            return operations.agree_move(move_id=move_id, **signed_acting(request))
        if body.answer == "refuse":
            return operations.refuse_move(move_id=move_id, reason=body.reason, **signed_acting(request))
        return operations.withdraw_move(move_id=move_id, **signed_acting(request))

    queries.team_move(viewer=signed_in(request), move_id=move_id)
    return write_once(request, "move_answer", idempotency_key, body, run)


@router.get("/unit-teams", response=TeamPage, summary="Teams of the organisations that one leads")
def list_unit_teams(request: HttpRequest, asked: Query[MembersQuery]) -> dict[str, Any]:
    """List them in whatever state, newest first; those that are proposed wait for a yes."""
    rows = queries.unit_teams(viewer=signed_in(request)).order_by("-created_at", "id")
    return page_after(rows, asked.after, asked.limit, lambda row: row)
