"""Who may read and change what of volunteering. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.organizations import policies as registry
from shanzhi.organizations.policies import LEADERS
from shanzhi.people import policies as people
from shanzhi.people.models import Person
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.volunteering.lifecycle import AGREERS, OFFICERS
from shanzhi.volunteering.models import Team, TeamMember, TeamMove, TeamRole, Volunteer

__all__ = [
    "AGREERS",
    "KEEPERS",
    "OFFICERS",
    "READERS",
    "at_the_desk",
    "imports_readable",
    "in_charge",
    "leads",
    "leads_unit",
    "led_teams",
    "may_agree",
    "may_ask_move",
    "may_begin_move",
    "may_bring_in",
    "may_decide_move",
    "may_import",
    "may_lead",
    "may_register",
    "may_rule",
    "may_set_words",
    "may_unmask",
    "may_vouch",
    "may_withdraw_move",
    "require",
    "require_desk",
    "sees_move",
    "volunteers_readable",
]  # fmt: skip

READERS: Final = people.READERS
# Who says that somebody was trained or checked: the community's staff and the offices above it.
KEEPERS: Final = AGREERS | {Role.SOCIAL_WORKER}
HEADS: Final = (TeamRole.LEADER, TeamRole.DEPUTY)


class NotTheLeader(Forbidden):
    """Only who leads a team, or the office of its area, does this."""

    code = "not_the_team_leader"
    message = _("Only the leader of the team or the office of its area does this. Ask one of them.")


class OwnTeam(Forbidden):
    """Nobody agrees to an own team."""

    code = "own_team"
    message = _("You founded this team, or lead it. Another member of staff decides on it.")


class OwnQualification(Forbidden):
    """Nobody vouches for oneself."""

    code = "own_qualification"
    message = _("Nobody vouches for their own training or check. Ask another member of staff.")


def volunteers_readable(viewer: Actor) -> Q:
    """Give the condition that a volunteer exists for the viewer: staff of the area of service, and oneself.

    Who was erased exists for nobody.
    """
    inside = places.within_any("area", viewer.areas(READERS))
    seen = inside if not inside else inside | Q(person__in=viewer.persons)
    return seen & Q(person__erased_at=None)


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of volunteering."""
    return bool(viewer.areas(READERS))


def require_desk(viewer: Actor) -> None:
    """Refuse who reads volunteers of no area."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def _staff(actor: Actor, roles: frozenset[Role], area: str) -> Refusal | None:
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(roles, area) else Forbidden()


def may_register(*, actor: Actor, person: Person) -> Refusal | None:
    """Allow oneself, and staff who verify where the person lives."""
    return None if actor.is_person(person.pk) else _staff(actor, KEEPERS, person.area)


def may_vouch(*, actor: Actor, volunteer: Volunteer) -> Refusal | None:
    """Allow staff of the area to say what somebody was trained or checked for, never for themselves."""
    if actor.is_person(volunteer.person_id):
        return OwnQualification()
    return _staff(actor, KEEPERS, volunteer.area)


def may_unmask(*, actor: Actor, volunteer: Volunteer) -> Refusal | None:
    """Allow staff of the area to see a volunteer's name, phone, limits and contact in full, for a reason."""
    return _staff(actor, KEEPERS, volunteer.area)


def may_set_words(*, actor: Actor, area: str) -> Refusal | None:
    """Allow officers of an area that covers it to keep its skills, qualifications and kinds of tasks."""
    refused = _staff(actor, OFFICERS, area)
    return Forbidden(field="area") if refused and actor.areas(OFFICERS) else refused


def role_in(viewer: Actor, team: Team) -> str:
    """Give the part that the viewer has in a team, '' for none."""
    if not viewer.persons:
        return ""
    rows = TeamMember.objects.filter(team=team, state="member", volunteer__person__in=viewer.persons)
    return str(rows.values_list("role", flat=True).first() or "")


def leads(viewer: Actor, team: Team) -> bool:
    """Tell whether the viewer leads the team, or is a deputy."""
    return bool(viewer.persons) and led_teams(viewer).filter(team=team).exists()


def led_teams(viewer: Actor) -> QuerySet[TeamMember, UUID]:
    """Give the ids of the teams that the viewer leads, or is a deputy of."""
    rows = TeamMember.objects.filter(volunteer__person__in=viewer.persons, state="member", role__in=HEADS)
    return rows.values_list("team", flat=True)


def may_lead(*, actor: Actor, team: Team) -> Refusal | None:
    """Allow leader, deputies and the office of the area: requests, members, code."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(AGREERS, team.area) or leads(actor, team) else NotTheLeader()


def may_rule(*, actor: Actor, team: Team) -> Refusal | None:
    """Allow the leader and the office of the area: parts, agreement, handing over, dissolving."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if actor.holds(AGREERS, team.area) or role_in(actor, team) == TeamRole.LEADER:
        return None
    return NotTheLeader()


def leads_unit(viewer: Actor, team: Team) -> bool:
    """Tell whether the viewer leads the organisation whose team it is."""
    return team.organization_id is not None and team.organization_id in viewer.organizations(LEADERS)


def may_agree(*, actor: Actor, team: Team) -> Refusal | None:
    """Allow the residents' committee and those above it, or who leads the team's organisation; never to an own team."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    unit = leads_unit(actor, team)
    if not unit and not actor.holds(AGREERS, team.area):
        return Forbidden()
    own = not unit and (actor.is_person(team.founded_by_id) or leads(actor, team))
    return OwnTeam() if own else None


def may_ask_move(*, actor: Actor, team: Team, area: str) -> Refusal | None:
    """Allow who leads a team and the offices of either area to ask that it moves."""
    if actor.holds(AGREERS, area):
        return None
    refused = may_rule(actor=actor, team=team)
    return Forbidden(field="area") if refused and actor.areas(AGREERS) else refused


def may_begin_move(*, actor: Actor, team: Team) -> Refusal | None:
    """Allow these, and every office to take in a team that works; where to decides once the area is known."""
    takes_in = team.state == "active" and bool(actor.areas(AGREERS))
    return None if takes_in else may_rule(actor=actor, team=team)


def may_decide_move(*, actor: Actor, move: TeamMove) -> Refusal | None:
    """Allow the offices of either area to say yes or no for theirs; never of a team that they lead."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds(AGREERS, move.from_area) and not actor.holds(AGREERS, move.to_area):
        return Forbidden()
    return OwnTeam() if leads(actor, move.team) else None


def may_withdraw_move(*, actor: Actor, move: TeamMove) -> Refusal | None:
    """Allow who asked and who leads the team to take the wish back."""
    return None if actor.is_person(move.asked_by_id) else may_rule(actor=actor, team=move.team)


def sees_move(viewer: Actor, move: TeamMove) -> bool:
    """Tell whether a move exists for the viewer."""
    staff = viewer.holds(READERS, move.from_area) or viewer.holds(READERS, move.to_area)
    return staff or viewer.is_system or viewer.is_person(move.asked_by_id) or leads(viewer, move.team)


def may_import(*, actor: Actor, area: str) -> Refusal | None:
    """Allow officers to bring in a list of volunteers for an area that they are in charge of, as with registers."""
    return registry.may_import(actor=actor, area=area)


def may_bring_in(*, actor: Actor) -> Refusal | None:
    """Allow officers of any area to begin with a list; the area decides when it is known."""
    return registry.may_create(actor=actor)


def in_charge(*, actor: Actor, area: str) -> Refusal | None:
    """Tell whether who began a job is still in charge of the area when it runs."""
    return registry.in_charge(actor=actor, area=area)


def imports_readable(viewer: Actor) -> Q:
    """Give the condition that an import exists for the viewer: its rows name people, so officers of its area alone."""
    return registry.registers_readable(viewer)
