"""Who may do what to a project. Each check raises a refusal with words, or does nothing."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.funding import policies as funding
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.people.policies import require_taking_part
from shanzhi.places.queries import within_any
from shanzhi.projects.lifecycle import MANAGERS, MENTORS
from shanzhi.projects.models import Ceremony, Project
from shanzhi.ventures import policies as ventures
from shanzhi.ventures.models import Proposal

READERS: Final = STAFF_READERS


class NotYourProject(Forbidden):
    """The actor is not of the team."""

    code = "not_your_project"
    message = _("Only the team that carries this project out may do this. Ask its contact person to add you.")


class NotYourRound(Forbidden):
    """The actor does not run the round."""

    code = "not_your_round"
    message = _("Only staff who run the round of this project may do this. Ask the officer or the operator named.")


class NotAReviewer(Forbidden):
    """The actor reviews nothing there."""

    code = "not_a_reviewer"
    message = _("Only social workers and officers of this area may do this. Ask the office that runs the round.")


class OwnProject(Forbidden):
    """The actor is or was of the team."""

    code = "own_project"
    message = _("You belong or belonged to the team of this project, so somebody else must do this.")


class NotImpartialHere(Forbidden):
    """Who would rule filed it, or decided what it is against."""

    code = "not_impartial_here"
    message = _("You filed this, or took the decision that it is against, so somebody else must rule on it.")


def of_team(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer is of the team, in whatever role."""
    return ventures.of_team(viewer, project.proposal)


def writes(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer writes for the team."""
    return ventures.writes(viewer, project.proposal)


def is_staff(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer reads the project as staff of its area, as its operator, or as its mentor."""
    return (
        viewer.holds(READERS, project.community)
        or ventures.reviews(viewer, project.proposal)
        or (viewer.is_person(project.mentor_id) and viewer.holds_anywhere(READERS))
    )


def reads_inside(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer reads what is not public: plans, visits, sheets, words of participants."""
    return is_staff(viewer, project) or of_team(viewer, project)


def runs(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer runs the round of the project and is not of its team."""
    return ventures.runs(viewer, project.proposal.call) and not ventures.is_party(viewer, project.proposal)


def reviews(viewer: Actor, project: Project) -> bool:
    """Tell whether the viewer gives marks to the project and visits it."""
    return ventures.reviews(viewer, project.proposal) and not ventures.is_party(viewer, project.proposal)


def staffed(viewer: Actor) -> Q:
    """Give the condition of projects where the viewer is staff."""
    codes = viewer.areas(READERS)
    if COUNTRY in codes:
        return Q(pk__isnull=False)
    found = within_any("community", codes)
    bodies = viewer.organizations(Role.OPERATOR)
    if bodies:
        found |= Q(proposal__call__operator_organization__in=bodies)
    return found | Q(mentor__in=viewer.persons) if viewer.holds_anywhere(READERS) and viewer.persons else found


def own(viewer: Actor) -> Q:
    """Give the condition of projects of whose team the viewer is."""
    return Q(proposal__in=Proposal.objects.filter(ventures.own_proposals(viewer)).values("pk"))


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of projects."""
    return viewer.signed_in and viewer.holds_anywhere(READERS)


def require_desk(viewer: Actor) -> None:
    """Refuse who is no staff anywhere."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(READERS):
        raise Forbidden


def _require_person(actor: Actor) -> None:
    if not actor.signed_in and not actor.is_system and actor.person_id is None:
        raise SignInNeeded


def require_writer(actor: Actor, project: Project) -> None:
    """Refuse who does not write for the team."""
    _require_person(actor)
    if not of_team(actor, project):
        raise NotYourProject
    ventures.require_writer(actor, project.proposal)
    require_taking_part(actor)


def require_inside(viewer: Actor, project: Project) -> None:
    """Hide what only the team and staff read."""
    if not reads_inside(viewer, project):
        raise NotFound


def require_runs(actor: Actor, project: Project) -> None:
    """Refuse who does not run the round, and whoever is or was of the team."""
    _require_person(actor)
    if not ventures.runs(actor, project.proposal.call):
        raise NotYourRound
    if ventures.is_party(actor, project.proposal):
        raise OwnProject


def require_grants(actor: Actor) -> None:
    """Refuse who manages no funds."""
    refusal = funding.may_begin(actor=actor)
    if refusal is not None:
        raise refusal


def require_reviewer(actor: Actor, project: Project) -> None:
    """Refuse who does not check projects there, and whoever is or was of the team."""
    _require_person(actor)
    mentors = actor.is_person(project.mentor_id) and actor.holds_anywhere(MENTORS)
    if not ventures.reviews(actor, project.proposal) and not mentors:
        raise NotAReviewer
    if ventures.is_party(actor, project.proposal):
        raise OwnProject


def manages(actor: Actor, area: str) -> bool:
    """Tell whether the actor runs rounds in this area, and so writes its rules and holds its ceremonies."""
    return actor.holds(MANAGERS, area)


def require_manages(actor: Actor, area: str) -> None:
    """Refuse who does not run rounds in this area."""
    _require_person(actor)
    if not manages(actor, area):
        raise NotYourRound


def may_manage_somewhere(viewer: Actor) -> bool:
    """Tell whether the viewer runs rounds in some area."""
    return bool(viewer.areas(MANAGERS))


def require_manages_ceremony(actor: Actor, ceremony: Ceremony) -> None:
    """Refuse who does not hold this ceremony."""
    require_manages(actor, ceremony.area)
