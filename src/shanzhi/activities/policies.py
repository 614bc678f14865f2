"""Who may read and change what of activities. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.lifecycle import CHECKERS
from shanzhi.activities.models import Activity
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.people import policies as people
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.volunteering import policies as volunteering
from shanzhi.volunteering.models import Team

__all__ = [
    "CHECKERS", "PLANNERS", "READERS", "at_the_desk", "checks", "may_check", "may_plan", "plans", "readable",
    "require", "require_checker",
]  # fmt: skip

READERS: Final = people.READERS
# The community's staff and the offices above it plan beside the leaders of the team.
PLANNERS: Final = volunteering.KEEPERS


class NotAPlanner(Forbidden):
    """Only who leads the team, or staff of its area, plans."""

    code = "not_a_planner"
    message = _("Only who leads the team, or staff of its area, plans its activities. Ask one of them.")


class OwnPlan(Forbidden):
    """Nobody checks an own plan."""

    code = "own_plan"
    message = _("You planned this activity, changed it or handed it in, or lead its team. Another officer checks it.")


def plans(viewer: Actor, team: Team) -> bool:
    """Tell whether the viewer plans for a team."""
    return viewer.holds(PLANNERS, team.area) or volunteering.leads(viewer, team)


def may_plan(*, actor: Actor, team: Team) -> Refusal | None:
    """Allow leader and deputies of the team, and staff of its area."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if plans(actor, team) else NotAPlanner()


def may_check(*, actor: Actor, activity: Activity) -> Refusal | None:
    """Allow an officer of where it takes place who neither planned, changed nor handed it in, nor leads the team."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds(CHECKERS, activity.area):
        return Forbidden()
    behind = (activity.planned_by_id, activity.changed_by_id, activity.submitted_by_id)
    own = any(actor.is_person(one) for one in behind)
    return OwnPlan() if own or volunteering.leads(actor, activity.team) else None


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer reads activities of some area as staff."""
    return bool(viewer.areas(READERS))


def checks(viewer: Actor) -> bool:
    """Tell whether the viewer checks activities of some area."""
    return bool(viewer.areas(CHECKERS))


def require_checker(viewer: Actor) -> None:
    """Refuse who checks activities of no area."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not checks(viewer):
        raise Forbidden


def readable(viewer: Actor) -> Q:
    """Give the condition that staff read an activity before it is public: of its area, or of its team's."""
    areas = viewer.areas(READERS)
    return places.within_any("area", areas) | places.within_any("team__area", areas)
