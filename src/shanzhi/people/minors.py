"""What the age of a person asks for: whose consent counts, until when a guardian may act. All of it from dates.

Under 14 a guardian consents (个人信息保护法 art. 31); from 14 to 17 the own consent counts, and the guardian's is asked
for where somebody volunteers or leads; from 18 on nobody consents for another. Nothing here is switched by a job.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from shanzhi.kernel.actor import Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Consent, Guardianship, Person
from shanzhi.people.texts import MINOR, PRIVACY

ADULT: Final = 18
OWN_CONSENT: Final = 14
# Roles that minors may hold, with a guardian's consent; all others are for grown-ups.
FOR_MINORS: Final = frozenset({Role.VOLUNTEER, Role.TEAM_LEADER})
GUARDIAN, OWN = "guardian", "own"
"""Whose consent is waited for."""


def years(born_on: date, day: date) -> int:
    """Give the full years of age on a day; who was born on 29 February is a year older on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def born_by(day: date, age: int) -> date:
    """Give the last date of birth of those who are at least so old on a day."""
    year = day.year - age
    leapless = (day.month, day.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return date(year, 2, 28) if leapless else day.replace(year=year)


def age(person: Person, at: datetime) -> int | None:
    """Give the age of a person, None where the date of birth is not known."""
    return None if person.born_on is None else years(person.born_on, timezone.localdate(at))


def is_minor(person: Person, at: datetime) -> bool:
    """Tell whether somebody is known to be under 18."""
    found = age(person, at)
    return found is not None and found < ADULT


def is_child(person: Person, at: datetime) -> bool:
    """Tell whether somebody is known to be under 14."""
    return child_born(person.born_on, at)


def child_born(born_on: date | None, at: datetime) -> bool:
    """Tell whether who was born on a day is under 14; where the day is not known, nobody is known to be."""
    return born_on is not None and years(born_on, timezone.localdate(at)) < OWN_CONSENT


def majority(born_on: date) -> date:
    """Give the eighteenth birthday."""
    leap = (born_on.month, born_on.day) == (2, 29)
    return date(born_on.year + ADULT, 3, 1) if leap else born_on.replace(year=born_on.year + ADULT)


def running(at: datetime, prefix: str = "") -> Q:
    """Give the condition that a guardian link holds: begun, not over, the ward under 18, nobody of the two erased."""
    return not_over(at, prefix) & Q(**{f"{prefix}starts_on__lte": timezone.localdate(at)})


def not_over(at: datetime, prefix: str = "") -> Q:
    """Give the condition that a guardian link holds, or has yet to begin."""
    day = timezone.localdate(at)

    def held(**conditions: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    return (
        held(ward__born_on__gt=born_by(day, ADULT))
        & held(ward__erased_at=None, guardian__erased_at=None)
        & (held(ends_on=None) | held(ends_on__gte=day))
        & (held(ended_at=None) | held(ended_at__gt=at))
    )


def link_of(*, guardian_id: UUID, ward_id: UUID, at: datetime) -> Guardianship | None:
    """Give the link by which one person answers for another now."""
    return Guardianship.objects.filter(running(at), guardian_id=guardian_id, ward_id=ward_id).first()


def standing(at: datetime) -> QuerySet[Consent]:
    """Give the consents that guardians of now gave and did not take back, of whomever: the rule, for all who ask."""
    return Consent.objects.filter(running(at, "guardianship__"), purpose=MINOR.purpose, withdrawn_at=None)


def guardian_agrees(person_id: UUID, at: datetime) -> bool:
    """Tell whether a guardian's consent stands: to today's text, or to the one that stood when it was given."""
    return standing(at).filter(person_id=person_id).exists()


def agreed_for(people: Iterable[UUID], at: datetime) -> set[UUID]:
    """Give those of these minors for whom a guardian's consent stands, in one query."""
    return set(standing(at).filter(person__in=list(people)).values_list("person_id", flat=True))


def agrees_alone(records: Iterable[UUID]) -> bool:
    """Tell whether somebody's own consent stands, given by whichever record."""
    return Consent.objects.filter(
        person_id__in=list(records), guardianship=None, purpose=PRIVACY.purpose, withdrawn_at=None
    ).exists()


def waits_for(person: Person, at: datetime, also: Iterable[UUID] = ()) -> str:
    """Tell whose consent somebody waits for before taking part: GUARDIAN, OWN, or '' for nobody's.

    `also` are records of the same person that were merged into this one.
    """
    if not is_minor(person, at):
        return ""
    if is_child(person, at):
        return "" if guardian_agrees(person.pk, at) else GUARDIAN
    return "" if agrees_alone((person.pk, *also)) else OWN


def fit_roles(person: Person, grants: Iterable[Grant], at: datetime) -> tuple[Grant, ...]:
    """Leave out the roles that a minor cannot hold now: those of grown-ups, and the others without a guardian's yes."""
    given = tuple(grants)
    if not is_minor(person, at) or all(one.role is Role.RESIDENT for one in given):
        return given
    allowed = {Role.RESIDENT, *(FOR_MINORS if guardian_agrees(person.pk, at) else ())}
    return tuple(one for one in given if one.role in allowed)
