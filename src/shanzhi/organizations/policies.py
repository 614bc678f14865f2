"""Who may read and change the registry of organisations. A policy gives None for yes, or a refusal with its reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.kernel.roles import IN_ORGANIZATION, STAFF_READERS, Role
from shanzhi.organizations.lifecycle import OFFICERS
from shanzhi.people.policies import require
from shanzhi.places import queries as places

__all__ = [
    "ADVISERS", "LEADERS", "MANAGERS", "READERS", "SEATS", "NotInCharge", "applications_readable", "at_the_desk",
    "held_by", "in_charge", "may_advise", "may_apply", "may_apply_at_all", "may_create", "may_decide", "may_guide",
    "may_import", "may_manage", "may_set_rules", "readable", "registers_readable", "require", "require_desk",
    "speaks_for",
]  # fmt: skip

SEATS: Final = (areas.DISTRICT, areas.SUBDISTRICT, areas.COMMUNITY)
# Staff and auditors of the area of the seat read; besides, everybody reads the organisations they hold a role in.
READERS: Final = STAFF_READERS
# Who files and guides organisations in their area puts them on record.
MANAGERS: Final = OFFICERS
# The residents' committee: who gives the opinion, and who keeps the members and documents of a body that it guides.
ADVISERS: Final = frozenset({Role.COMMUNITY_SECRETARY, Role.SOCIAL_WORKER})
LEADERS: Final = frozenset({Role.TEAM_LEADER, Role.OPERATOR})


class NotInCharge(Forbidden):
    """The seat does not lie in an area that the actor is in charge of."""

    code = "not_in_charge"
    message = _("Organisations are put on record by the subdistrict or district office of their seat. Ask that office.")


class NotTheApplicantsPlace(Forbidden):
    """A group is filed by who lives there, an organisation by who leads it."""

    code = "not_the_applicants_place"
    message = _(
        "A group is filed by a verified resident of its place, an organisation by its team leader. Choose your own "
        "community, or ask the team leader."
    )


class NotYourApplication(Forbidden):
    """Only who applied, or leads the organisation, changes an application."""

    code = "not_your_application"
    message = _("Only the applicant or a team leader of the organisation does this. Ask one of them.")


class OwnApplication(Forbidden):
    """Nobody gives an opinion on, or decides, an own application; who gave the opinion does not decide."""

    code = "own_application"
    message = _(
        "You applied for this yourself, or gave the committee's opinion on it. Another member of staff goes on from "
        "here."
    )


def held_by(viewer: Actor) -> Q:
    """Give the condition that the viewer holds a role in an organisation."""
    return Q(pk__in=viewer.organizations(Role))


def readable(viewer: Actor) -> Q:
    """Give the condition that an organisation exists for the viewer."""
    inside = places.within_any("area", viewer.areas(READERS))
    return inside if not inside else inside | held_by(viewer)


def applications_readable(viewer: Actor) -> Q:
    """Give the condition that an application exists for the viewer: applicant, leaders, staff of the area."""
    inside = places.within_any("area", viewer.areas(READERS))
    own = Q(applicant__in=viewer.persons) | Q(organization__in=viewer.organizations(LEADERS))
    return inside if not inside else inside | own


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of organisations at all."""
    return bool(viewer.areas(READERS)) or bool(viewer.organizations(IN_ORGANIZATION))


def require_desk(viewer: Actor) -> None:
    """Refuse who reads no organisation."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def may_manage(*, actor: Actor, seat: str) -> Refusal | None:
    """Allow the officers of an area that covers the seat."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds_anywhere(MANAGERS):
        return Forbidden()
    return None if actor.holds(MANAGERS, seat) else NotInCharge(field="area")


def may_create(*, actor: Actor) -> Refusal | None:
    """Allow to begin with a record: officers; the seat decides when it is known."""
    if not actor.signed_in:
        return SignInNeeded()
    return None if actor.areas(MANAGERS) else Forbidden()


def speaks_for(actor: Actor, organization: UUID) -> bool:
    """Tell whether the actor leads an organisation."""
    return organization in actor.organizations(LEADERS)


def may_guide(*, actor: Actor, seat: str, organization: UUID) -> Refusal | None:
    """Allow to keep members, links and documents: who leads it, the residents' committee, and officers of the seat."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if speaks_for(actor, organization) or actor.holds(ADVISERS | MANAGERS, seat):
        return None
    return Forbidden()


def may_apply_at_all(*, actor: Actor) -> Refusal | None:
    """Allow to begin an application: whoever has a verified home, leads a team, or leads an organisation."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if actor.is_system or actor.areas({Role.RESIDENT, Role.TEAM_LEADER}) or actor.organizations(LEADERS):
        return None
    return NotTheApplicantsPlace()


def may_apply(*, actor: Actor, seat: str, organization: UUID | None) -> Refusal | None:
    """Allow a resident or team leader of the place for a new group; who leads an organisation for that one."""
    refused = may_apply_at_all(actor=actor)
    if refused or actor.is_system:
        return refused
    if organization is not None:
        return None if speaks_for(actor, organization) else NotYourApplication()
    homes = actor.areas({Role.RESIDENT, Role.TEAM_LEADER})
    near = any(covers(seat, home) or covers(home, seat) for home in homes)
    return None if near else NotTheApplicantsPlace(field="area")


def may_advise(*, actor: Actor, seat: str, applicant: UUID | None) -> Refusal | None:
    """Allow the residents' committee of the seat, never on an own application."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.is_system and not actor.holds(ADVISERS, seat):
        return Forbidden()
    return OwnApplication() if actor.is_person(applicant) else None


def may_decide(*, actor: Actor, seat: str, others: tuple[UUID | None, ...]) -> Refusal | None:
    """Allow officers of the seat who neither applied nor gave the opinion (`others`)."""
    refused = may_manage(actor=actor, seat=seat)
    if refused:
        return refused
    return OwnApplication() if any(actor.is_person(one) for one in others) else None


def may_set_rules(*, actor: Actor, area: str) -> Refusal | None:
    """Allow officers of an area that covers it."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(MANAGERS, area) else Forbidden(field="area" if actor.areas(MANAGERS) else None)


def may_import(*, actor: Actor, area: str) -> Refusal | None:
    """Allow officers to bring in a register for an area that they are in charge of, the whole country to the system."""
    if actor.is_system:
        return None
    refused = may_create(actor=actor)
    if refused:
        return refused
    fits = areas.LEVELS.get(len(area)) in SEATS and actor.holds(MANAGERS, area)
    return None if fits else NotInCharge(field="area")


def in_charge(*, actor: Actor, area: str) -> Refusal | None:
    """Tell whether who began a job is still in charge of the area when it runs; jobs run without a sign-in."""
    return None if actor.holds(MANAGERS, area) else NotInCharge()


def registers_readable(viewer: Actor) -> Q:
    """Give the condition that a register exists for the viewer: its rows name people, so officers of its area alone."""
    return places.within_any("area", viewer.areas(MANAGERS))
