"""The made-up people of the first round: staff with roles in its years, and the contact of each project (示例)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.people.operations import grant, verify
from shanzhi.people.operations.records import new_person
from shanzhi.ventures.demo.people import FAMILY, GIVEN, SYSTEM, as_actor, number_of

SUBDISTRICT: Final = "370102004"
COMMUNITIES: Final = ("370102004003", "370102004006", "370102004008")
# Two offices approve payments, a third person asks for them; nobody does two of the three.
STAFF: Final = (
    ("district", Role.DISTRICT_OFFICER, "370102"),
    ("second", Role.DISTRICT_OFFICER, "370102"),
    ("subdistrict", Role.SUBDISTRICT_OFFICER, SUBDISTRICT),
    ("operator", Role.OPERATOR, "370102"),
    ("worker", Role.SOCIAL_WORKER, SUBDISTRICT),
    ("secretary", Role.COMMUNITY_SECRETARY, SUBDISTRICT),
)


def _verified(group: str, place: int, area: str, at: datetime) -> Person:
    name = FAMILY[place % len(FAMILY)] + GIVEN[(place * 7 + 3) % len(GIVEN)]
    person = new_person(actor=SYSTEM, name=name, area=area, at=at, synthetic=True)
    born = date(1952 + place % 30, 1 + place % 12, 1 + place % 28)
    return verify(
        actor=SYSTEM, person_id=person.pk, document="passport", id_number=number_of(group, place), born_on=born, at=at
    )


def contacts(count: int, at: datetime) -> list[Person]:
    """Have one grown-up resident for each project, spread over the communities."""
    return [_verified("FIRST", place, COMMUNITIES[place % len(COMMUNITIES)], at) for place in range(count)]


def staff(at: datetime, until: datetime) -> dict[str, Person]:
    """Have the staff of the round, in office until a moment."""
    found = {}
    for place, (login, role, area) in enumerate(STAFF):
        person = _verified("OFFICE", place, "370102001002", at)
        grant(
            actor=SYSTEM, person_id=person.pk, role=role, area=area, starts_at=at, ends_at=until, reason="示例首轮",
            at=at,
        )  # fmt: skip
        found[login] = person
    return found


Staff = dict[str, Actor]


def acting(person: Person, at: datetime) -> Actor:
    """Give a made-up person as one who signed in; no account is opened for the years of the first round."""
    return replace(as_actor(person, at), account_id=person.pk)
