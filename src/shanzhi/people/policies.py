"""Who may do what to a person's record, and why not. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.kernel.roles import GRANTERS, RANK, STAFF_READERS, Role, may_grant
from shanzhi.people import minors
from shanzhi.people.actors import grants_of
from shanzhi.people.lifecycle import VERIFIERS
from shanzhi.people.models import Person

CLOSERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
IMPORTERS: Final = VERIFIERS
# These see the desk of people at all.
READERS: Final = STAFF_READERS - {Role.OPERATOR}


class NotYourself(Forbidden):
    """One may not vouch for oneself."""

    code = "not_yourself"
    message = _("Nobody verifies or promotes themselves. Ask another member of staff.")


class AboveOwnRole(Forbidden):
    """The role to give or end is above the actor's own there."""

    code = "above_own_role"
    message = _("You cannot give or end this role: it is above yours. Ask someone with a higher role.")


class OutsideOwnScope(Forbidden):
    """The place of the role is not covered by the actor's own."""

    code = "outside_own_scope"
    message = _("You cannot give or end roles there: it lies outside your own area. Ask the office in charge of it.")


class HigherPerson(Forbidden):
    """The person holds a role above the actor's own."""

    code = "higher_person"
    message = _("This person holds a role above yours. Ask someone with a higher role.")


class GuardianConsentNeeded(Forbidden):
    """The person is under 14, and no guardian consented."""

    code = "guardian_consent_needed"
    message = _(
        "This waits for a guardian's consent: the person is under 14. The guardian goes to the community office once "
        "with the household register, then agrees on this site under My wards."
    )


class OwnConsentNeeded(Forbidden):
    """The person is between 14 and 17, and did not consent alone."""

    code = "own_consent_needed"
    message = _("From 14 on you decide yourself: first agree on the page of your account to how your data is used.")


class GuardianNotAsked(Forbidden):
    """A minor is to volunteer or to lead, and no guardian consented to that."""

    code = "guardian_not_asked"
    message = _(
        "The person is under 18: volunteering and leading a team need a guardian's consent. Note the guardian first, "
        "who then agrees on this site under My wards."
    )


class ForGrownUps(Forbidden):
    """A minor would become a juror or staff."""

    code = "for_grown_ups"
    message = _("The person is under 18 on that day: jurors and staff are grown-ups.")


def require_taking_part(actor: Actor) -> None:
    """Refuse a minor for whom a consent is missing; everybody else may go on to the rules of the thing itself."""
    if actor.waits == minors.GUARDIAN:
        raise GuardianConsentNeeded
    if actor.waits == minors.OWN:
        raise OwnConsentNeeded


def may_hold(*, person: Person, role: Role, starts_at: datetime, at: datetime) -> Refusal | None:
    """Allow roles by age: jurors and staff are grown-ups, other roles of minors need a guardian's consent."""
    if role not in minors.FOR_MINORS:
        return ForGrownUps(field="role") if minors.is_minor(person, max(starts_at, at)) else None
    if minors.is_minor(person, at) and not minors.guardian_agrees(person.pk, at):
        return GuardianNotAsked(field="role")
    return None


def require(refusal: Refusal | None) -> None:
    """Raise the refusal that a policy gave, if it gave one."""
    if refusal is not None:
        raise refusal


def sees(*, viewer: Actor, person: Person, at: datetime) -> bool:
    """Tell whether the person exists for the viewer: oneself, one's residents, and who holds a role in one's area.

    Who was erased exists for nobody.
    """
    if person.erased_at is not None:
        return False
    if viewer.person_id == person.pk or viewer.is_system:
        return True
    if not viewer.holds_anywhere(READERS):
        return False
    if person.area and viewer.holds(READERS, person.area):
        return True
    if viewer.holds(READERS, ""):
        return True
    places = [g.area for g in grants_of(person=person, at=at) if g.organization is None and g.area]
    return any(viewer.holds(READERS, place) for place in places)


def load(*, viewer: Actor, person_id: UUID, at: datetime, lock: bool = True) -> Person:
    """Fetch a person for the viewer, locked for a change; outside the viewer's scope there is no such person."""
    rows = Person.objects.select_for_update() if lock else Person.objects
    person = rows.filter(pk=person_id).first()
    if person is None or not sees(viewer=viewer, person=person, at=at):
        raise NotFound
    return person


def own_or(*, actor: Actor, person: Person, roles: Iterable[Role]) -> Refusal | None:
    """Allow the person and those who hold one of the roles where the person lives."""
    return None if actor.person_id == person.pk or actor.holds(roles, person.area) else Forbidden()


def may_verify(*, actor: Actor, person: Person) -> Refusal | None:
    """Allow staff of where the person lives; nobody vouches for themselves."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if actor.person_id == person.pk:
        return NotYourself()
    return None if actor.holds(VERIFIERS, person.area) else Forbidden()


def may_unmask(*, actor: Actor, person: Person) -> Refusal | None:
    """Allow the person itself, and staff who verify where the person lives (they must give a reason)."""
    return own_or(actor=actor, person=person, roles=VERIFIERS)


def may_import(*, actor: Actor, area: str) -> Refusal | None:
    """Allow staff who verify in the area to bring in its list of residents."""
    return None if actor.holds(IMPORTERS, area) else Forbidden()


def may_give(*, actor: Actor, role: Role, area: str, organization: UUID | None) -> Refusal | None:
    """Allow to give or end a role within the own scope and never above the own role.

    A scope is an area that covers the role's, or the same organisation. A place of the whole country takes a granter of
    the whole country: an administrator of a part cannot make things at the top.
    """
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds_anywhere(GRANTERS):
        return Forbidden()
    if organization is None:
        held = [grant.role for grant in actor.grants if grant.organization is None and covers(grant.area, area)]
    else:
        held = [g.role for g in actor.grants if g.organization == organization or (not g.organization and not g.area)]
    granters = [role_held for role_held in held if role_held in GRANTERS]
    if not granters:
        return OutsideOwnScope()
    return None if any(may_grant(role_held, role) for role_held in granters) else AboveOwnRole()


def may_grant_to(*, actor: Actor, person: Person, role: Role, area: str, organization: UUID | None) -> Refusal | None:
    """Allow what `may_give` allows, but never to oneself."""
    if actor.person_id == person.pk:
        return NotYourself()
    return may_give(actor=actor, role=role, area=area, organization=organization)


def may_close_account(*, actor: Actor, person: Person, at: datetime) -> Refusal | None:
    """Allow officers in charge of where the person lives and works, unless the person ranks higher."""
    if actor.person_id == person.pk:
        return NotYourself()
    if not actor.holds_anywhere(CLOSERS):
        return Forbidden()
    held = grants_of(person=person, at=at)
    places = {person.area, *(g.area for g in held if g.organization is None)} - {""}
    reach = [g for g in actor.grants if g.role in CLOSERS and g.organization is None]
    fit = [g for g in reach if all(covers(g.area, place) for place in places)]
    if not fit or (any(g.organization is None and not g.area for g in held) and not any(not g.area for g in fit)):
        return OutsideOwnScope()
    highest = max((RANK[g.role] for g in held), default=0)
    return None if any(RANK[g.role] >= highest for g in fit) else HigherPerson()


def grantable(*, actor: Actor) -> list[Role]:
    """List the roles that the actor may give somewhere; resident follows from the verified home and is never given."""
    highest = max((RANK[g.role] for g in actor.grants if g.role in GRANTERS), default=-1)
    return [role for role in Role if role is not Role.RESIDENT and RANK[role] <= highest]
