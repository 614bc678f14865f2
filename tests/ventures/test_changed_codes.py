"""A round in a community whose code changed: old records still count where their people live now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import policies as people
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.people.operations import correct
from shanzhi.places import operations as places
from shanzhi.places.operations import Part
from shanzhi.ventures import operations
from shanzhi.ventures.models import Call
from shanzhi.ventures.policies import MayNotPropose
from shanzhi.voting.models import RollEntry
from shanzhi.voting.operations import draw_roll
from tests.support.places import SYSTEM
from tests.ventures.support import AT, HERE, World, bring, day, make_call, staff
from tests.voting.support import a_draft

FIRST, SECOND = "370102001901", "370102001902"
DAY = date(2026, 11, 24)
EARLY = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past one in the morning of the 25th, over there


def split(at: datetime = AT) -> None:
    parts = [Part("东社区", FIRST), Part("西社区", SECOND)]
    places.split(actor=SYSTEM, code=HERE, parts=parts, on=DAY, reason="社区调整", at=at)


def succeed(at: datetime = AT) -> None:
    places.succeed(actor=SYSTEM, code=HERE, into=Part("新社区", FIRST), on=DAY, reason="社区调整", at=at)


def secretary(code: str, number: int) -> Actor:
    actor = staff(Role.COMMUNITY_SECRETARY, code, number)
    return actor_of_person(person_id=actor.person(), at=AT)


def now(person: Person, at: datetime = AT) -> Actor:
    return actor_of_person(person_id=person.pk, at=at)


def propose(actor: Actor, call: Call) -> Any:
    return operations.create_proposal(actor=actor, call_id=call.pk, at=day("submission", 4)).proposal


class TestTheSecretaryOfAPartOfAFormerCommunity:
    @pytest.mark.parametrize("code", [FIRST, SECOND])
    def test_sees_the_people_whom_the_record_leaves_at_the_former_code(self, world: World, code: str) -> None:
        split()
        viewer = secretary(code, 130)
        homes = {person.area for person in world.people if people.sees(viewer=viewer, person=person, at=AT)}
        assert homes == {HERE}

    def test_sees_nobody_of_the_neighbours(self, world: World) -> None:
        split()
        places.succeed(
            actor=SYSTEM, code="370102001003", into=Part("别处", "370102001903"), on=DAY, reason="调整", at=AT
        )
        viewer = secretary(FIRST, 131)
        assert not any(people.sees(viewer=viewer, person=p, at=AT) for p in world.people if p.area != HERE)


class TestAResidentOfACommunityWithANewCode:
    def test_proposes_and_votes_in_a_call_of_the_new_code(self, world: World) -> None:
        succeed()
        call = bring(world, make_call(world, areas=[FIRST]), "submission", proposals=0)
        made = propose(now(world.people[0]), call)
        assert made.community == FIRST

    @pytest.mark.parametrize("code", [HERE, FIRST])
    def test_stands_on_the_roll_of_a_vote_of_the_new_code_and_of_the_former(self, world: World, code: str) -> None:
        succeed()
        mover = world.people[0]
        correct(actor=now(mover), name=mover.name.reveal(), area=FIRST, version=None, at=AT)
        poll = a_draft(areas=(code,))
        draw_roll(actor=SYSTEM, poll_id=poll.pk, at=timezone.now())
        voters = set(RollEntry.objects.filter(poll=poll).values_list("person", flat=True))
        assert voters == {person.pk for person in world.people if person.area == HERE}


class TestAResidentOfACommunityThatWasSplit:
    def test_says_in_which_part_the_home_lies_and_stays_verified(self, world: World) -> None:
        split()
        person = world.people[0]
        call = bring(world, make_call(world, areas=[FIRST]), "submission", proposals=0)
        with pytest.raises(MayNotPropose):
            propose(now(person), call)
        said = correct(actor=now(person), name=person.name.reveal(), area=FIRST, version=None, at=AT)
        assert said.real_name == "verified"
        assert propose(now(person), call).community == FIRST

    def test_is_looked_at_again_when_the_home_is_said_to_lie_elsewhere(self, world: World) -> None:
        split()
        person = world.people[0]
        said = correct(actor=now(person), name=person.name.reveal(), area="370102001003", version=None, at=AT)
        assert said.real_name == "declared"

    def test_is_looked_at_again_under_another_name(self, world: World) -> None:
        split()
        said = correct(actor=now(world.people[0]), name="测试壬", area=FIRST, version=None, at=AT)
        assert said.real_name == "declared"


class TestTheSmallHours:
    def test_belong_to_the_new_day(self, world: World) -> None:
        places.rename(actor=SYSTEM, code=HERE, name="新名字", on=date(2026, 11, 25), reason="更名", at=EARLY)
