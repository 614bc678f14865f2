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
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Account, Person
from shanzhi.people.sign_in import SECOND_FACTOR_ROLES
from shanzhi.places.queries import predecessors, sole_successor
from shanzhi.work.planned import fetch_all

HOME: Final = LENGTHS[COMMUNITY]
# By a prepared statement, since every signed-in request asks this. The last column tells whether codes outside the
# role's area led into it; a last row tells whether the home's code ended. Both are rare, and only then more is asked.
_HELD: Final = """
SELECT role, area, organization, area <> '' AND EXISTS (
    SELECT FROM places_changelink l
    WHERE l.new_id >= area AND l.new_id < area || ':' AND NOT starts_with(l.old_id, area)
) FROM (
    SELECT role, area, organization FROM people_rolegrant
    WHERE person_id = %(person)s AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)
    ORDER BY starts_at, id
) held
UNION ALL SELECT NULL, code, NULL, true FROM places_area WHERE code = %(home)s AND valid_to <= %(day)s
"""


def grants_of(*, person: Person, at: datetime) -> tuple[Grant, ...]:
    """List what a person is at a moment: the roles given, and resident of the own area once the name is verified.

    Where codes changed since: a role in an area holds too for the former codes that led into it, whose records are left
    to somebody; and whose home's code has one successor is resident there.
    """
    day = timezone.localdate(at)
    values = {"person": person.pk, "at": at, "home": person.area[:HOME], "day": day}
    grants, home = [], person.area
    for role, area, organization, moved in fetch_all(_HELD, values):
        if role is None:
            home = sole_successor(area, day) or area
            continue
        grants.append(Grant(Role(role), area, organization))
        if moved:
            grants += [Grant(Role(role), code) for code in predecessors([area], day)]
    if person.area and person.real_name in VERIFIED:
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
    return Actor(person_id=person.pk, account_id=account.pk, grants=awake(account, grants_of(person=person, at=at)))


def actor_of_person(*, person_id: UUID, at: datetime) -> Actor:
    """Give the actor of a person without a sign-in, for work started on the person's behalf."""
    person = Person.objects.get(pk=person_id)
    return Actor(person_id=person.pk, grants=grants_of(person=person, at=at))
