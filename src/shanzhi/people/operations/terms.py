"""What dates alone make of roles: one that begins or ends by its date ends the sessions of before, and is on record.

Whether a role holds is asked of its dates with every request, so nothing here gives or takes power: it carries out what
follows from it, within a minute, and marks the role so that it is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.people import signals
from shanzhi.people.models import Person, RoleGrant
from shanzhi.people.operations.roles import note
from shanzhi.people.operations.sessions import ROLE, end_for

# So many at one look; the clock looks again within a minute.
MOST: Final = 1000
CLOCK: Final = Actor.system("clock")


def begin_grants(*, at: datetime) -> int:
    """Carry out the beginning of roles given for later; run by the clock, safe to run again and beside another.

    Who holds the role signs in anew: a session of before was let in for less.
    """
    return _carry_out(Q(begins_later=True, over_at=None, starts_at__lte=at), _begin, at)


def expire_grants(*, at: datetime) -> int:
    """Carry out the end of roles whose date has come; run by the clock, safe to run again and beside another."""
    return _carry_out(Q(over_at=None, ends_at__lte=at), _expire, at)


def _carry_out(due: Q, act: Callable[[RoleGrant, datetime], None], at: datetime) -> int:
    found = RoleGrant.objects.filter(due).order_by("ends_at", "pk").values_list("pk", "person_id")[:MOST]
    return sum(_carried_out(due, grant_id, person_id, act, at) for grant_id, person_id in list(found))


def _carried_out(
    due: Q, grant_id: UUID, person_id: UUID, act: Callable[[RoleGrant, datetime], None], at: datetime
) -> bool:
    """Do it for one role in a transaction of its own; what somebody holds just now waits for the next look.

    The person is locked first, as whoever gives a role or erases a person does. Nothing is waited for, so this can
    stand in no circle of those who wait for each other.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=person_id).first()
        grants = RoleGrant.objects.select_for_update(skip_locked=True)
        given = grants.filter(due, pk=grant_id).first() if person else None
        if person is None or given is None:
            return False
        given.person = person
        act(given, at)
    return True


def _begin(given: RoleGrant, at: datetime) -> None:
    given.begins_later = False
    given.save(update_fields=["begins_later"])
    end_for(person_id=given.person_id, why=ROLE, at=at)
    note(CLOCK, "people.role.begin", given, at)


def _expire(given: RoleGrant, at: datetime) -> None:
    given.over_at, given.begins_later = at, False
    given.save(update_fields=["over_at", "begins_later"])
    end_for(person_id=given.person_id, why=ROLE, at=at)
    note(CLOCK, "people.role.expire", given, at)
    signals.role_ended.send(RoleGrant, actor=CLOCK, grant=given, at=at)
