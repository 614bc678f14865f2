"""Reading moves of teams between areas: staff of both, who leads the team, and who asked."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations.policies import LEADERS
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import Team, TeamMove
from shanzhi.volunteering.queries.teams import COUNTED
from shanzhi.volunteering.queries.volunteers import AREA_NAME

FROM_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("from_area")).values("name")[:1])
TO_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("to_area")).values("name")[:1])


def desk_moves(*, viewer: Actor) -> QuerySet[TeamMove]:
    """List the moves from and to the viewer's areas, the newest first."""
    policies.require_desk(viewer)
    areas = viewer.areas(policies.READERS)
    return _named().filter(places.within_any("from_area", areas) | places.within_any("to_area", areas))


def _named() -> QuerySet[TeamMove]:
    rows = TeamMove.objects.select_related("team").annotate(
        from_name=FROM_NAME, to_name=TO_NAME, team_name=F("team__name")
    )
    return rows.order_by("-asked_at", "id")


def team_move(*, viewer: Actor, move_id: UUID) -> TeamMove:
    """Give a move to staff of either area, and to who leads the team or asked; for others there is none."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    found = _named().filter(pk=move_id).first()
    if found is None or not policies.sees_move(viewer, found):
        raise NotFound
    return found


def open_move(team: Team) -> TeamMove | None:
    """Give the move of a team that waits for a yes."""
    return TeamMove.objects.filter(team=team, state="asked").first()


def unit_teams(*, viewer: Actor) -> QuerySet[Team]:
    """Give the teams of the organisations that the viewer leads, in whatever state, those that wait among them."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Team.objects.filter(Q(organization__in=viewer.organizations(LEADERS)))
    return rows.annotate(area_name=AREA_NAME, size=COUNTED, unit_name=F("organization__name"))


def leads_a_unit(viewer: Actor) -> bool:
    """Tell whether the viewer leads any organisation, which may have teams."""
    return bool(viewer.organizations(LEADERS))
