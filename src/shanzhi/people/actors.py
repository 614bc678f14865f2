"""From an account to the actor that operations and queries take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
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
from shanzhi.work.models import Job
from shanzhi.work.planned import fetch_one

HOME: Final = LENGTHS[COMMUNITY]
# Three columns beside a person p: all roles ever given to it or to a record merged into it, with whether codes outside
# the role's area led into it; the day on which the code of the home ended; and the records merged into it. All these
# changes are rare, and only then more is asked.
HELD: Final = f"""
(SELECT coalesce(json_agg(json_build_array(role, area, organization, starts_at, ends_at, moved)), '[]') FROM (
    SELECT g.role, g.area, g.organization, g.starts_at, g.ends_at, g.area <> '' AND EXISTS (
        SELECT FROM places_changelink l
        WHERE l.new_id >= g.area AND l.new_id < g.area || ':' AND NOT starts_with(l.old_id, g.area)
    ) AS moved
    FROM people_rolegrant g WHERE g.person_id = ANY (ARRAY(
        SELECT p.id UNION ALL SELECT m.id FROM people_person m WHERE m.merged_into_id = p.id
    )) ORDER BY g.starts_at, g.id
) given),
(SELECT valid_to FROM places_area WHERE code = left(p.area, {HOME})),
(SELECT coalesce(json_agg(m.id ORDER BY m.id), '[]') FROM people_person m WHERE m.merged_into_id = p.id)
"""  # noqa: S608 - our own columns
_READ_HELD: Final = f"SELECT {HELD} FROM people_person p WHERE p.id = %s"  # noqa: S608 - our own columns


def held_by(person: Person) -> tuple[Any, Any, Any]:
    """Give the columns of `HELD`, as read with the account or asked for now; those read with it are asked for once."""
    given, home_until, merged = person.held or fetch_one(_READ_HELD, (person.pk,)) or ([], None, [])
    return given, home_until, merged


def survivor(person: Person) -> Person:
    """Give the record that a person goes by: the one it was merged into, else itself."""
    return person if person.merged_into_id is None else Person.objects.get(pk=person.merged_into_id)


def records_of(person_id: UUID) -> list[UUID]:
    """List the records of one person, from the one that it goes by: that one, then those merged into it."""
    merged = Person.objects.filter(merged_into=person_id).order_by("pk").values_list("pk", flat=True)
    return [person_id, *merged]


def records_among(people: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give all records of some people, from those that they go by: each with the one that it goes by, in one query."""
    kept = set(people)
    merged = Person.objects.filter(merged_into__in=kept).values_list("pk", "merged_into")
    return {key: key for key in kept} | {key: home for key, home in merged if home is not None}


def homes_of(keys: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """Say by which record each person goes: the own one, or the one that it was merged into."""
    asked = {key for key in keys if key is not None}
    merged = Person.objects.filter(pk__in=asked, merged_into__isnull=False) if asked else Person.objects.none()
    moved = {key: home for key, home in merged.values_list("pk", "merged_into") if home is not None}
    return {key: key for key in asked} | moved


def grants_of(*, person: Person, at: datetime) -> tuple[Grant, ...]:
    """List what a person is at a moment: the roles given, and resident of the own area once the name is verified.

    Where codes changed since: a role in an area holds too for the former codes that led into it, whose records are left
    to somebody; and whose home's code has one successor is resident there. Asks nothing of the database where the
    person was read with the account (`backends.account_with_person`).
    """
    return _given(person, held_by(person), at)


def _given(person: Person, held: tuple[Any, Any, Any], at: datetime) -> tuple[Grant, ...]:
    given, home_until, _merged = held
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
    return any(grant.role in SECOND_FACTOR_ROLES for grant in grants_of(person=survivor(account.person), at=at))


def actor_for(*, account: Account, at: datetime) -> Actor:
    """Give the actor behind an account: nobody without the sign-in being active, no roles without a person."""
    if not account.is_active:
        return Actor.anonymous()
    person: Person | None = account.person
    if person is None:
        return Actor(account_id=account.pk)
    return replace(_acting(survivor(person), at, account), account_id=account.pk)


def actor_of_person(*, person_id: UUID, at: datetime) -> Actor:
    """Give the actor of a person without a sign-in, for work started on the person's behalf."""
    return _acting(survivor(Person.objects.get(pk=person_id)), at)


def actor_of_job(*, job: Job, command: str, at: datetime) -> Actor:
    """Give the actor of who began a job, with the roles of this moment; behind a command's stands the system."""
    return Actor.system(command) if job.owner is None else actor_of_person(person_id=job.owner, at=at)


def _acting(person: Person, at: datetime, account: Account | None = None) -> Actor:
    """Give the actor of a record that others were merged into or none, with the roles that do not sleep."""
    held = held_by(person)
    also = tuple(UUID(one) for one in held[2])
    grants = minors.fit_roles(person, _given(person, held, at), at)
    return Actor(
        person_id=person.pk,
        grants=awake(account, grants) if account else grants,
        waits=minors.waits_for(person, at, also),
        also=also,
    )
