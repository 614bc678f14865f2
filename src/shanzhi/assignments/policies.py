"""Who may have volunteers matched, asked and called up. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from shanzhi.activities import policies as activities
from shanzhi.activities.models import Activity
from shanzhi.activities.policies import PLANNERS, READERS, NotAPlanner, at_the_desk
from shanzhi.assignments.models import Proposal, Run
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import DISTRICT, LENGTHS, covers
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.volunteering.models import Team
from shanzhi.volunteering.policies import led_teams

__all__ = [
    "PLANNERS", "READERS", "at_the_desk", "is_asked", "led_by", "may_decide", "may_match", "plans_somewhere", "reach",
    "readable", "require", "require_desk",
]  # fmt: skip

WIDEST: Final = LENGTHS[DISTRICT]


def may_match(*, actor: Actor, area: str, team: Team | None) -> Refusal | None:
    """Allow staff who plan in the area, and for a team also who leads it: no more rights are needed than to plan."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if team is not None:
        return activities.may_plan(actor=actor, team=team)
    if actor.holds(PLANNERS, area):
        return None
    return Forbidden(field="area") if actor.areas(PLANNERS) else Forbidden()


def may_decide(*, actor: Actor, run: Run) -> Refusal | None:
    """Allow whoever might have made the run to ask, drop and close."""
    return may_match(actor=actor, area=run.area, team=run.team)


def reach(actor: Actor, activity: Activity) -> tuple[str, Team | None]:
    """Give whom the actor may call up for an activity: the widest own area around it, or the team alone.

    No call-up goes beyond a district. Raises NotAPlanner.
    """
    for code in actor.areas(PLANNERS):
        if covers(code, activity.area):
            return (code if len(code) >= WIDEST else activity.area[:WIDEST]), None
    if activities.plans(actor, activity.team):
        return activity.team.area, activity.team
    raise NotAPlanner


def plans_somewhere(viewer: Actor) -> bool:
    """Tell whether the viewer plans as staff of some area."""
    return bool(viewer.areas(PLANNERS))


def require_desk(viewer: Actor) -> None:
    """Refuse who reads activities of no area as staff."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def led_by(viewer: Actor) -> Q:
    """Give the condition that a run is of a team that the viewer leads."""
    return Q(team__in=led_teams(viewer))


def readable(viewer: Actor) -> Q:
    """Give the condition that a run exists for the viewer: staff of its area, and who leads its team."""
    inside = places.within_any("area", viewer.areas(READERS))
    return inside if not inside else inside | led_by(viewer)


def is_asked(viewer: Actor, pair: Proposal) -> bool:
    """Tell whether the viewer is who is asked."""
    return viewer.is_person(pair.volunteer.person_id)
