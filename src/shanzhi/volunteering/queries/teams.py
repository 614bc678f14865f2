"""Reading teams: those that work are public, their members are not."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Count, F, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid, NotFound, SignInNeeded
from shanzhi.places import queries as places
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import Team, TeamAgreement, TeamMember, TeamRole
from shanzhi.volunteering.queries.volunteers import AREA_NAME, NEWEST


class CodeOver(Invalid):
    """The code is void or past its time."""

    code = "joining_code_over"
    message = _("This code does not hold any more. Ask the leader of the team for a new one.")


SALT: Final = "volunteering.joining-code"
COUNTED: Final = Count("members", filter=Q(members__state="member"))


def teams(*, at: datetime) -> QuerySet[Team]:
    """Give the teams that work, for anybody, each with `area_name` and the number of members, `size`."""
    return Team.objects.filter(state="active").annotate(area_name=AREA_NAME, size=COUNTED)


def search_teams(rows: QuerySet[Team], words: str) -> QuerySet[Team]:
    """Find by a part of the name."""
    return rows.filter(name__has=words.strip())


def team(*, viewer: Actor, team_id: UUID) -> Team:
    """Give a team: one that works to anybody, any other to who is or was in it, its unit and staff of its area."""
    found = (
        Team.objects.select_related("organization")
        .annotate(area_name=AREA_NAME, size=COUNTED)
        .filter(pk=team_id)
        .first()
    )
    if found is None:
        raise NotFound
    if found.state == "active" or viewer.holds(policies.READERS, found.area):
        return found
    if policies.leads_unit(viewer, found):
        return found
    if viewer.persons and TeamMember.objects.filter(team=found, volunteer__person__in=viewer.persons).exists():
        return found
    raise NotFound


def led_team(*, viewer: Actor, team_id: UUID) -> Team:
    """Give a team to who leads it and to staff of its area; to others there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = team(viewer=viewer, team_id=team_id)
    if not policies.leads(viewer, found) and not viewer.holds(policies.READERS, found.area):
        raise NotFound
    return found


def movable_team(*, viewer: Actor, team_id: UUID) -> Team:
    """Give a team to who leads it and to staff of its area, and one that works to every office that may take it in."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = team(viewer=viewer, team_id=team_id)
    begins = policies.may_begin_move(actor=viewer, team=found) is None
    return found if begins else led_team(viewer=viewer, team_id=team_id)


def desk_teams(*, viewer: Actor) -> QuerySet[Team]:
    """Give the teams of the viewer's areas, in whatever state."""
    policies.require_desk(viewer)
    rows = Team.objects.filter(places.within_any("area", viewer.areas(policies.READERS)))
    return rows.annotate(area_name=AREA_NAME, size=COUNTED)


def agreement(found: Team) -> TeamAgreement:
    """Give the newest agreement of a team."""
    return TeamAgreement.objects.filter(team=found).order_by("-version")[0]


def members(found: Team, *, decides: bool = False) -> QuerySet[TeamMember]:
    """Give who is in a team, asked to be and was in it, for who leads it; `decides`: the reader may act."""
    rows = TeamMember.objects.filter(team=found).select_related("volunteer__person__merged_into", "agreement")
    return rows.annotate(number=F("volunteer__number"), newest=NEWEST, decides=Value(decides))


def heads(found: Team) -> QuerySet[TeamMember]:
    """Give the places of who leads a team, the leader's and the deputies', for whoever tells them something."""
    return TeamMember.objects.filter(team=found, state="member", role__in=policies.HEADS)


def leader_of(found: Team | OuterRef) -> QuerySet[TeamMember]:
    """Give the place of who leads a team today, at most one; an `OuterRef` for the teams of a query around it."""
    return TeamMember.objects.filter(team=found, state="member", role=TeamRole.LEADER)


def member(*, viewer: Actor, member_id: UUID) -> TeamMember:
    """Give a place in a team to who leads that team."""
    row = (
        TeamMember.objects.select_related("team", "volunteer__person__merged_into", "agreement")
        .filter(pk=member_id)
        .first()
    )
    if row is None:
        raise NotFound
    row.team = led_team(viewer=viewer, team_id=row.team_id)
    return row


def place_in(*, viewer: Actor, found: Team) -> TeamMember | None:
    """Give the viewer's own place in a team, asked for or held."""
    if not viewer.persons:
        return None
    rows = TeamMember.objects.filter(
        team=found, volunteer__person__in=viewer.persons, state__in=("requested", "member")
    )
    return rows.select_related("agreement").first()


def own_team(*, viewer: Actor, team_id: UUID, state: str = "") -> Team:
    """Give a team that the viewer is in, or asked to join; with `state` only one in which the place stands so."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = team(viewer=viewer, team_id=team_id)
    row = place_in(viewer=viewer, found=found)
    if row is None or (state and row.state != state):
        raise NotFound
    return found


def search_members(rows: QuerySet[TeamMember], words: str) -> QuerySet[TeamMember]:
    """Find by the volunteer number or its beginning."""
    return rows.filter(volunteer__number__startswith=words.strip())


def code_of(found: Team) -> str:
    """Give the joining code of a team as it holds now: its number and serial, signed."""
    return Signer(salt=SALT).sign(f"{found.pk.hex}.{found.code_serial}").replace(":", ".")


def team_of_code(*, token: str, at: datetime) -> UUID:
    """Give the team that a joining code is for. Raises CodeOver where it is void, past its time or made up."""
    head, dot, seal = token.rpartition(".")
    try:
        Signer(salt=SALT).unsign(f"{head}:{seal}" if dot else "")
        found = Team.objects.filter(pk=UUID(head.partition(".")[0]), state="active", code_until__gt=at).first()
    except (BadSignature, ValueError) as wrong:
        raise CodeOver from wrong
    if found is None or code_of(found) != token:
        raise CodeOver
    return found.pk
