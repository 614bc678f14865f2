"""What the parts of the demo share: who acts, where it is, and people who are made up."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.people.operations.records import put
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.timebank.models import Member
from shanzhi.ventures.demo.people import FAMILY, GIVEN, number_of

SYSTEM: Final = Actor.system("demo")
DISTRICT: Final = "370102"


def seats(at: datetime, most: int) -> list[str]:
    """Give the communities of the district in which people are made up to live."""
    rows = Area.objects.filter(places.within("code", DISTRICT), places.valid(at), level="community")
    return list(rows.order_by("code").values_list("code", flat=True)[:most])


def made_up(group: str, place: int, area: str, at: datetime) -> Person:
    """Make up somebody whose name an office saw in a passport's number that no country issues."""
    draw = Random(f"shanzhi {group} {place}")  # noqa: S311 - made-up names, the same at each run
    person = Person(
        area=area, born_on=date(1945 + draw.randrange(60), 1 + draw.randrange(12), 1 + draw.randrange(28)),
        real_name="verified", verified_at=at, verified_against="passport", synthetic=True, created_at=at,
    )  # fmt: skip
    put(person, "name", draw.choice(FAMILY) + draw.choice(GIVEN))
    put(person, "id_number", number_of(group, place))
    return person


def own(member: Member, at: datetime) -> Actor:
    """Give the actor of a member."""
    return actor_of_person(person_id=member.person_id, at=at)
