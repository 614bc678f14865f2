"""The route of a team's roles; it reads alone: roles are given and taken up on pages that say what they mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from shanzhi.ui.http import actor_of
from shanzhi.ventures import queries
from shanzhi.ventures.queries import seats

router = Router()


class TeamPlaceOut(Schema):
    """Somebody in a team, masked; `since` is null for who is named in the proposal's list of members."""

    name: str
    role: str
    since: datetime | None
    own: bool


@router.get("/proposals/{uuid:proposal_id}/team", response=list[TeamPlaceOut], summary="The team and its roles")
def list_team(request: HttpRequest, proposal_id: UUID) -> list[dict[str, Any]]:
    """Give the team who is in it, the leader first."""
    found = queries.proposal(viewer=actor_of(request), proposal_id=proposal_id)
    names = ("name", "role", "since", "own")
    return [{name: getattr(one, name) for name in names} for one in seats.places(viewer=actor_of(request), found=found)]
