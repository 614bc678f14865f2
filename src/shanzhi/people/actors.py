"""From an account to the actor that operations and queries take."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.roles import Role
from shanzhi.people import minors
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Account, Person
from shanzhi.people.sign_in import SECOND_FACTOR_ROLES
from shanzhi.places.queries import predecessors, sole_successor
from shanzhi.work.planned import fetch_one

HOME: Final = LENGTHS[COMMUNITY]
# Two columns beside a person p: all roles ever given, with whether codes outside the role's area led into it, and the
# day on which the code of the home ended. Both changes are rare, and only then more is asked.
HELD: Final = f"""
(SELECT coalesce(json_agg(json_build_array(role, area, organization, starts_at, ends_at, moved)), '[]') FROM (
    SELECT g.role, g.area, g.organization, g.starts_at, g.ends_at, g.area <> '' AND EXISTS (
        SELECT FROM places_changelink l
        WHERE l.new_id >= g.area AND l.new_id < g.area || ':' AND NOT starts_with(l.old_id, g.area)
    ) AS moved
    FROM people_rolegrant g WHERE g.person_id = p.id ORDER BY g.starts_at, g.id
) given),
(SELECT valid_to FROM places_area WHERE code = left(p.area, {HOME}))
"""  # noqa: S608 - our own columns
_READ_HELD: Final = f"SELECT {HELD} FROM people_person p WHERE p.id = %s"  # noqa: S608 - our own columns


def grants_of(*, person: Person, at: datetime) -> tuple[Grant, ...]:
    """List what a person is at a moment: the roles given, and resident of the own area once the name is verified.

    Where codes changed since: a role in an area holds too for the former codes that led into it, whose records are left
    to somebody; and whose home's code has one successor is resident there. Asks nothing of the database where the
    person was read with the account (`backends.account_with_person`).
    """
    given, home_until = person.held or fetch_one(_READ_HELD, (person.pk,)) or ([], None)
    day = timezone.localdate(at)
    grants: list[Grant] = []
    for role, area, organization, starts, ends, moved in given:
        if datetime.fromisoformat(starts) > at or (ends is not None and datetime.fromisoformat(ends) <= at):
            continue
        grants.append(Grant(Role(role), area, organization and UUID(organization)))
        if moved:
            grants += [Grant(Role(role), code) for code in predecessors([area], day)]
    if person.area and person.real_name in VERIFIED:
        ended = home_until is not None and home_until <= day
        home = (sole_successor(person.area[:HOME], day) or person.area[:HOME]) if ended else person.area
        grants += [Grant(Role.RESIDENT, code) for code in dict.fromkeys((home, person.area))]
    return tuple(grants)


def awake(account: Account, grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Leave out the roles that sleep: where a second factor is demanded, those of staff without one."""
    if settings.SECOND_FACTOR != "demand" or all(grant.role not in SECOND_FACTOR_ROLES for grant in grants):
        return grants
    if proven(account):
        return grants
    return tuple(grant for grant in grants if grant.role not in SECOND_FACTOR_ROLES)


def proven(account: Account) -> bool:
    """Tell whether an account has a second factor: a code generator or a passkey."""
    if account.has_second_factor is None:
        account.has_second_factor = Authenticator.objects.filter(
            user_id=account.pk, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        ).exists()
    return account.has_second_factor


def second_factor_due(*, account: Account, at: datetime) -> bool:
    """Tell whether an account holds a role that asks for a second factor and has none."""
    if account.person is None or proven(account):
        return False
    return any(grant.role in SECOND_FACTOR_ROLES for grant in grants_of(person=account.person, at=at))


def actor_for(*, account: Account, at: datetime) -> Actor:
    """Give the actor behind an account: nobody without the sign-in being active, no roles without a person."""
    if not account.is_active:
        return Actor.anonymous()
    person: Person | None = account.person
    if person is None:
        return Actor(account_id=account.pk)
    grants = minors.fit_roles(person, grants_of(person=person, at=at), at)
    return Actor(
        person_id=person.pk,
        account_id=account.pk,
        grants=awake(account, grants),
        waits=minors.waits_for(person, at),
    )


def actor_of_person(*, person_id: UUID, at: datetime) -> Actor:
    """Give the actor of a person without a sign-in, for work started on the person's behalf."""
    person = Person.objects.get(pk=person_id)
    grants = minors.fit_roles(person, grants_of(person=person, at=at), at)
    return Actor(person_id=person.pk, grants=grants, waits=minors.waits_for(person, at))
