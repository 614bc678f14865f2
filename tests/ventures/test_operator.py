"""A support organisation that runs a call by its role in the organisation alone, without a role in the area."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person, RoleGrant
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, TeamMember
from tests.support.organizations import an_organization
from tests.support.people import merge_away
from tests.ventures.support import AT, DISTRICT, ELSEWHERE, World, bring, day, make_call, make_person, passing

ORGANIZATION = UUID("22222222-2222-4222-8222-222222222222")
OTHER = UUID("33333333-3333-4333-8333-333333333333")


def operator(number: int, organization: UUID = ORGANIZATION) -> Actor:
    person = make_person(number, area=ELSEWHERE)
    RoleGrant.objects.create(
        person=person, role=Role.OPERATOR, organization=organization, starts_at=AT.replace(year=2020), created_at=AT
    )
    return Actor(person_id=person.pk, account_id=person.pk, grants=(Grant(Role.OPERATOR, "", organization),))


@pytest.fixture(autouse=True)
def _bodies(world: World) -> None:
    for number, key in enumerate((ORGANIZATION, OTHER)):
        an_organization(name=f"示例机构{number}", pk=key)


@pytest.fixture
def call(world: World) -> Call:
    return bring(world, make_call(world, operator_organization=str(ORGANIZATION)), "review")


class TestTheOperatorOfACall:
    def test_reviews_sees_files_and_reviews_and_finds_reviewers(self, world: World, call: Call) -> None:
        actor = operator(120)
        one = call.proposals.order_by("number")[0]
        assert one in queries.review_queue(viewer=actor)
        assert queries.may_review(viewer=actor, found=one)
        assert queries.reads_inside(viewer=actor, found=one)
        able = {person.pk for person in queries.reviewers(viewer=actor, found=one, at=day("review"))}
        assert {actor.person_id, world.worker.person_id} <= able
        operations.assign(actor=actor, proposal_ids=[one.pk], reviewer_id=actor.person(), at=day("review"))
        assert [review.state for review in queries.reviews_of(viewer=actor, found=one)] == ["due"]
        done = operations.decide(
            actor=actor, proposal_id=one.pk, version=one.version, decision="pass", answers=passing(call),
            at=day("review", 2),
        )  # fmt: skip
        assert done.state == "passed"

    def test_finds_a_reviewer_by_the_record_that_stayed_and_none_of_the_team(self, world: World, call: Call) -> None:
        one, merged, kept = call.proposals.order_by("number")[0], operator(124).person(), world.people[6]
        viewer = operator(125)

        def able() -> set[Any]:
            return {person.pk for person in queries.reviewers(viewer=viewer, found=one, at=day("review"))}

        assert merged in able()
        merge_away(Person.objects.get(pk=merged), kept, staff=make_person(60))
        assert able() & {merged, kept.pk} == {kept.pk}
        TeamMember.objects.create(proposal=one, position=9, person_id=merged, name="示例成员")
        assert not able() & {merged, kept.pk}

    def test_moves_the_call_and_runs_its_vote(self, world: World, call: Call) -> None:
        actor = operator(121)
        operations.decide_many(
            actor=actor, proposal_ids=list(call.proposals.values_list("pk", flat=True)), decision="pass",
            at=day("review", 2),
        )  # fmt: skip
        for state, moment in (("notice", day("notice")), ("voting", day("voting"))):
            call = operations.advance(actor=actor, call_id=call.pk, expected=call.state, at=moment)
            assert call.state == state
            if state == "notice":
                assert operations.draw_roll(actor=actor, call_id=call.pk, at=day("voting", -20)) == 10

    def test_opens_no_call_by_itself_and_is_told_who_does(self, world: World) -> None:
        with pytest.raises(operations.NotYourArea, match=r"承办方|operator"):
            operations.create_call(actor=operator(122), areas=[DISTRICT], title="自己开一轮", at=AT)

    def test_of_another_organisation_is_a_stranger(self, world: World, call: Call) -> None:
        actor = operator(123, OTHER)
        one = call.proposals.order_by("number")[0]
        assert one not in queries.review_queue(viewer=actor)
        assert not queries.reads_inside(viewer=actor, found=one)
        assert queries.reviewers(viewer=actor, found=one, at=day("review")) == []
