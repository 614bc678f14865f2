"""A small district for the tests of the rounds: areas, people, a call that is brought to any phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.areas import ancestors_of, level_of, parent_of
from shanzhi.kernel.roles import Role
from shanzhi.people.fields import ID_NUMBER, mark
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places.models import Area
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.demo.people import number_of
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.models import Call, Proposal

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FIRST_DAY = timezone.localtime(AT).replace(hour=9, minute=0, second=0, microsecond=0)
DISTRICT, SUBDISTRICT, HERE, THERE, ELSEWHERE = (
    "370102",
    "370102001",
    "370102001002",
    "370102001003",
    "370102002002",
)


def day(phase: str, hours: int = 1) -> datetime:
    """Give a moment in a phase of the usual plan, `hours` after its start."""
    return FIRST_DAY + rounds.PLAN[phase] * rounds.DAY + timedelta(hours=hours)


def make_areas() -> None:
    """Make the communities used here with all above them."""
    codes = {code for leaf in (HERE, THERE, ELSEWHERE) for code in (*ancestors_of(leaf), leaf)}
    for code in sorted(codes, key=len):
        Area.objects.create(code=code, name=f"地区{code}", level=level_of(code), parent_id=parent_of(code) or None)


def make_person(number: int, area: str = HERE, born: date = date(1970, 5, 1)) -> Person:
    """Make a verified synthetic resident."""
    document = number_of("TEST", number)
    return Person.objects.create(
        name=f"测试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
        id_number=document,
        id_mark=mark(document, purpose=ID_NUMBER),
        born_on=born,
        area=area,
        real_name="verified",
        verified_at=AT - timedelta(days=90),
        verified_against="passport",
        synthetic=True,
        created_at=AT - timedelta(days=90),
    )


def resident(person: Person) -> Actor:
    """Give the actor of a resident."""
    return Actor(person_id=person.pk, account_id=None, grants=(Grant(Role.RESIDENT, person.area),))


def staff(role: Role, area: str, number: int) -> Actor:
    """Give the actor of somebody with a role in an area, living elsewhere."""
    person = make_person(number, area=ELSEWHERE)
    early = AT - timedelta(days=30)
    RoleGrant.objects.create(person=person, role=role, area=area, starts_at=early, created_at=early)
    return Actor(person_id=person.pk, account_id=person.pk, grants=(Grant(role, area),))


@dataclass
class World:
    """Who is there."""

    people: list[Person]
    officer: Actor
    worker: Actor
    outsider: Actor

    @property
    def team(self) -> Actor:
        """The contact person of the first proposal."""
        return resident(self.people[0])


def make_world() -> World:
    """Make areas, ten residents in two communities, an officer, a social worker, and an officer of another place."""
    make_areas()
    return World(
        people=[make_person(number, (HERE, THERE)[number % 2]) for number in range(10)],
        officer=staff(Role.SUBDISTRICT_OFFICER, SUBDISTRICT, 101),
        worker=staff(Role.SOCIAL_WORKER, HERE, 102),
        outsider=staff(Role.SUBDISTRICT_OFFICER, "370102002", 103),
    )


def make_call(world: World, **changed: Any) -> Call:
    """Make a draft with the usual plan, in the subdistrict."""
    call = rounds.new_call(
        actor=world.officer, areas=[SUBDISTRICT], title="测试征集", first_day=FIRST_DAY, at=FIRST_DAY - rounds.DAY
    )
    if changed:
        call = operations.save_call(
            actor=world.officer, call_id=call.pk, version=call.version, given=changed, at=FIRST_DAY - rounds.DAY
        ).call
    return call


def bring(world: World, call: Call, state: str, *, proposals: int = 3) -> Call:
    """Bring a draft to a state, with proposals handed in and passed on the way."""
    order = ["draft", "publicity", "submission", "review", "notice", "voting", "award"]
    for target in order[order.index(call.state) + 1 : order.index(state) + 1]:
        call = rounds.move(world.officer, call, day(target))
        if target == "submission":
            for place in range(proposals):
                propose(world, call, place)
        if target == "review":
            ids = list(call.proposals.filter(state="submitted").values_list("pk", flat=True))
            if state != "review":
                lines = operations.decide_many(
                    actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 2)
                )
                assert all(line.refusal is None for line in lines)
        if target == "notice":
            operations.draw_roll(actor=world.officer, call_id=call.pk, at=day("voting", -20))
    call.refresh_from_db()
    return call


def propose(world: World, call: Call, place: int) -> Proposal:
    """Hand in the demo's project of this place by the resident of this place."""
    return rounds.hand_in(
        call=call,
        project=PROJECTS[place],
        contact=world.people[place],
        first_day=FIRST_DAY,
        at=day("submission", 2 + place),
    )


def passing(call: Call) -> list[operations.Answer]:
    """Answer every item as met."""
    return rounds.passes(call)
