"""From an account to the actor that operations and queries take."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.lifecycle import VERIFIED
from shanzhi.people.models import Account, Person
from shanzhi.work.planned import fetch_all

# By a prepared statement, since every signed-in request asks this.
_HELD: Final = """
SELECT role, area, organization FROM people_rolegrant
WHERE person_id = %s AND starts_at <= %s AND (ends_at IS NULL OR ends_at > %s) ORDER BY starts_at, id
"""


def grants_of(*, person: Person, at: datetime) -> tuple[Grant, ...]:
    """List what a person is at a moment: the roles given, and resident of the own area once the name is verified."""
    held = fetch_all(_HELD, (person.pk, at, at))
    grants = [Grant(Role(role), area, organization) for role, area, organization in held]
    if person.area and person.real_name in VERIFIED:
        grants.append(Grant(Role.RESIDENT, person.area))
    return tuple(grants)


def actor_for(*, account: Account, at: datetime) -> Actor:
    """Give the actor behind an account: nobody without the sign-in being active, no roles without a person."""
    if not account.is_active:
        return Actor.anonymous()
    person: Person | None = account.person
    if person is None:
        return Actor(account_id=account.pk)
    return Actor(person_id=person.pk, account_id=account.pk, grants=grants_of(person=person, at=at))


def actor_of_person(*, person_id: UUID, at: datetime) -> Actor:
    """Give the actor of a person without a sign-in, for work started on the person's behalf."""
    person = Person.objects.get(pk=person_id)
    return Actor(person_id=person.pk, grants=grants_of(person=person, at=at))
