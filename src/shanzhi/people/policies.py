"""Who may do what to a person's record, and why not. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.kernel.roles import GRANTERS, RANK, STAFF_READERS, Role, may_grant
from shanzhi.people import holders, minors
from shanzhi.people.actors import grants_of
from shanzhi.people.lifecycle import VERIFIED, VERIFIERS
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


class MergedAway(Conflict):
    """The record gave way to another one of the same person."""

    code = "merged_away"
    message = _("This record was merged with another one of the same person. Open that one and do it there.")


class VerifiedStaffOnly(Forbidden):
    """Whoever says that two records are one person's must be known by the own name."""

    code = "verified_staff_only"
    message = _("Only staff whose own name is verified merge records. Have yours verified first.")


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

    A role in an organisation lies where that has its seat. Who was erased exists for nobody.
    """
    if person.erased_at is not None:
        return False
    if viewer.is_person(person.pk) or viewer.is_system:
        return True
    if not viewer.holds_anywhere(READERS):
        return False
    if person.area and viewer.holds(READERS, person.area):
        return True
    if viewer.holds(READERS, ""):
        return True
    held = grants_of(person=person, at=at)
    places = [g.area for g in held if g.organization is None and g.area]
    seats = [body.seat for body in holders.find(g.organization for g in held).values()]
    return any(viewer.holds(READERS, place) for place in (*places, *seats))


def load(*, viewer: Actor, person_id: UUID, at: datetime, lock: bool = True, merged_too: bool = False) -> Person:
    """Fetch a person for the viewer, locked for a change; outside the viewer's scope there is no such person.

    A record that gave way to another is not changed any more, unless `merged_too`. Raises MergedAway.
    """
    rows = Person.objects.select_for_update() if lock else Person.objects
    person = rows.filter(pk=person_id).first()
    if person is None or not sees(viewer=viewer, person=person, at=at):
        raise NotFound
    if lock and person.merged_into_id is not None and not merged_too:
        raise MergedAway
    return person


def own_or(*, actor: Actor, person: Person, roles: Iterable[Role]) -> Refusal | None:
    """Allow the person and those who hold one of the roles where the person lives."""
    return None if actor.is_person(person.pk) or actor.holds(roles, person.area) else Forbidden()


def may_verify(*, actor: Actor, person: Person) -> Refusal | None:
    """Allow staff of where the person lives; nobody vouches for themselves."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if actor.is_person(person.pk):
        return NotYourself()
    return None if actor.holds(VERIFIERS, person.area) else Forbidden()


def may_merge(*, actor: Actor, people: Iterable[Person], at: datetime) -> Refusal | None:
    """Allow verified staff who verify where both live; never about themselves nor about somebody who ranks higher.

    The record that stays has the roles of both, and who signs in by either acts as it: so whoever may not give a role
    may not hand it on by a merge either.
    """
    if not actor.signed_in:
        return SignInNeeded()
    for person in people:
        if actor.is_person(person.pk):
            return NotYourself()
        own = [grant for grant in actor.grants if grant.role in VERIFIERS and grant.organization is None]
        if not any(grant.reaches(person.area) for grant in own):
            return Forbidden()
        roles = grants_of(person=person, at=at)
        bodies = holders.find(held.organization for held in roles)
        for held in roles:
            body = bodies.get(held.organization) if held.organization else None
            reaching = [
                grant
                for grant in own
                if (holders.covered(grant.area, body) if held.organization else grant.reaches(held.area))
            ]
            if not reaching:
                return OutsideOwnScope()
            if RANK[held.role] > max(RANK[grant.role] for grant in reaching):
                return HigherPerson()
    if not Person.objects.filter(pk=actor.person(), real_name__in=VERIFIED).exists():
        return VerifiedStaffOnly()
    return None


def may_unmask(*, actor: Actor, person: Person) -> Refusal | None:
    """Allow the person itself, and staff who verify where the person lives (they must give a reason)."""
    return own_or(actor=actor, person=person, roles=VERIFIERS)


def may_import(*, actor: Actor, area: str) -> Refusal | None:
    """Allow staff who verify in the area to bring in its list of residents."""
    return None if actor.holds(IMPORTERS, area) else Forbidden()


def speaks_for(actor: Actor, organization: UUID) -> bool:
    """Tell whether the actor may act in the name of an organisation: whoever holds a role in it."""
    return organization in actor.organizations(set(Role))


def may_give(*, actor: Actor, role: Role, area: str, organization: UUID | None) -> Refusal | None:
    """Allow to give or end a role within the own scope and never above the own role.

    A scope is an area that covers the role's or the seat of its organisation, or the same organisation. A place of the
    whole country takes a granter of the whole country: an administrator of a part cannot make things at the top.
    """
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds_anywhere(GRANTERS):
        return Forbidden()
    if organization is None:
        held = [grant.role for grant in actor.grants if grant.organization is None and covers(grant.area, area)]
    else:
        body = holders.find([organization]).get(organization)
        held = [
            grant.role
            for grant in actor.grants
            if grant.organization == organization or (grant.organization is None and holders.covered(grant.area, body))
        ]
    granters = [role_held for role_held in held if role_held in GRANTERS]
    if not granters:
        return OutsideOwnScope()
    return None if any(may_grant(role_held, role) for role_held in granters) else AboveOwnRole()


def may_grant_to(*, actor: Actor, person: Person, role: Role, area: str, organization: UUID | None) -> Refusal | None:
    """Allow what `may_give` allows, but never to oneself."""
    if actor.is_person(person.pk):
        return NotYourself()
    return may_give(actor=actor, role=role, area=area, organization=organization)


def may_close_account(*, actor: Actor, person: Person, at: datetime) -> Refusal | None:
    """Allow officers in charge of where the person lives and works, unless the person ranks higher."""
    if actor.is_person(person.pk):
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
