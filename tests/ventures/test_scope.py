"""Who sees what: calls, proposals, queries that stay as many however much there is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations, queries
from shanzhi.ventures.operations.calls import NotYourArea
from shanzhi.ventures.policies import NotYourCall
from tests.ventures.support import (
    ELSEWHERE,
    FIRST_DAY,
    SUBDISTRICT,
    World,
    bring,
    day,
    make_call,
    propose,
    resident,
    staff,
)

Who = Callable[[World], Actor]
EVERYBODY: list[tuple[str, Who]] = [
    ("officer", lambda w: w.officer),
    ("worker", lambda w: w.worker),
    ("outsider", lambda w: w.outsider),
    ("team", lambda w: w.team),
    ("neighbour", lambda w: resident(w.people[5])),
    ("nobody", lambda _w: Actor.anonymous()),
    ("administrator", lambda _w: Actor.system("test")),
]


def who_sees(world: World, **narrowed: Any) -> dict[str, int]:
    """Count the proposals that each sees."""
    return {name: queries.proposals(viewer=who(world), **narrowed).count() for name, who in EVERYBODY}


class TestAProposal:
    def test_handed_in_is_seen_by_team_and_staff_of_its_area(self, world: World) -> None:
        bring(world, make_call(world), "review")
        assert who_sees(world) == {
            "officer": 3, "worker": 2, "outsider": 0, "team": 1, "neighbour": 0, "nobody": 0, "administrator": 3,
        }  # fmt: skip

    def test_that_passed_is_seen_by_all_from_the_notice_on(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        assert set(who_sees(world, call_id=call.pk).values()) == {3}

    def test_that_was_rejected_stays_with_team_and_staff(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        one = call.proposals.get(number=1)
        operations.decide(
            actor=world.worker,
            proposal_id=one.pk,
            version=one.version,
            decision="reject",
            reason="x",
            at=day("review", 2),
        )
        bring(world, call, "review")
        ids = list(call.proposals.filter(state="submitted").values_list("pk", flat=True))
        operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 3))
        call = bring(world, call, "notice")
        assert who_sees(world, states=("rejected",)) == {
            "officer": 1, "worker": 1, "outsider": 0, "team": 1, "neighbour": 0, "nobody": 0, "administrator": 1,
        }  # fmt: skip
        with pytest.raises(NotFound):
            queries.proposal(viewer=Actor.anonymous(), proposal_id=one.pk)

    def test_is_found_by_words_and_number(self, world: World) -> None:
        bring(world, make_call(world), "notice")
        nobody = Actor.anonymous()
        assert queries.proposals(viewer=nobody, search="楼道").get().number == 1
        assert queries.proposals(viewer=nobody, search="2").filter(number=2).exists()
        assert not queries.proposals(viewer=nobody, search="无此").exists()
        assert not queries.proposals(viewer=nobody, area=ELSEWHERE).exists()


class TestADraftCall:
    def test_is_seen_by_staff_over_its_area_alone(self, world: World) -> None:
        call = make_call(world)
        seen = {name for name, who in EVERYBODY if queries.calls(viewer=who(world)).exists()}
        assert seen == {"officer", "administrator"}
        with pytest.raises(NotFound):
            queries.call(viewer=world.team, call_id=call.pk)

    def test_is_made_only_where_one_is_in_charge(self, world: World) -> None:
        for actor in (world.worker, world.outsider, world.team, Actor.anonymous()):
            with pytest.raises(NotYourArea):
                operations.create_call(actor=actor, areas=[SUBDISTRICT], title="x", at=FIRST_DAY)
        with pytest.raises(NotYourArea):
            operations.create_call(actor=world.officer, areas=[SUBDISTRICT, ELSEWHERE], title="x", at=FIRST_DAY)


class TestAPublishedCall:
    def test_is_found_by_area_from_above_and_below(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        nobody = Actor.anonymous()
        for area in ("37", SUBDISTRICT, SUBDISTRICT + "002"):
            assert list(queries.calls(viewer=nobody, area=area)) == [call]
        assert not queries.calls(viewer=nobody, area=ELSEWHERE).exists()

    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (Role.RESIDENT, False),
            (Role.VOLUNTEER, False),
            (Role.TEAM_LEADER, False),
            (Role.SOCIAL_WORKER, False),
            (Role.COMMUNITY_SECRETARY, True),
            (Role.SUBDISTRICT_OFFICER, True),
            (Role.DISTRICT_OFFICER, True),
            (Role.OPERATOR, True),
            (Role.JUROR, False),
            (Role.AUDITOR, False),
            (Role.ADMINISTRATOR, True),
        ],
    )
    def test_is_run_by_its_managers_and_nobody_else(self, world: World, role: Role, may: bool) -> None:
        call = bring(world, make_call(world), "publicity")
        actor = staff(role, SUBDISTRICT, 140)
        given = {"about": "新说明"}
        save: dict[str, Any] = {"call_id": call.pk, "version": call.version, "given": given, "at": FIRST_DAY}
        if may:
            assert operations.save_call(actor=actor, **save).call.about == "新说明"
        else:
            with pytest.raises(NotYourCall):
                operations.save_call(actor=actor, **save)
        with pytest.raises(NotYourCall):
            operations.save_call(actor=staff(role, ELSEWHERE, 141), **save)


class TestTheNumberOfQueries:
    @pytest.mark.parametrize(
        ("ask", "most"),
        [
            (lambda v, c, p: list(queries.calls(viewer=v)), 3),
            (lambda v, c, p: queries.call(viewer=v, call_id=c), 3),
            (lambda v, c, p: [one.call.title for one in queries.proposals(viewer=v, call_id=c)], 1),
            (lambda v, c, p: queries.lacks(queries.proposal(viewer=v, proposal_id=p)), 7),
            (lambda v, c, p: [one.call.title for one in queries.review_queue(viewer=v)], 1),
            (lambda v, c, p: queries.due_today(viewer=v, at=day("review", 2)), 7),
            (lambda v, c, p: queries.preview_of_move(viewer=v, call_id=c, at=day("notice")), 9),
            (lambda v, c, p: list(queries.notices(viewer=v, call_id=c)), 1),
        ],
    )
    def test_stays_the_same_with_more_rows(self, world: World, ask: Callable[..., Any], most: int) -> None:
        call = bring(world, make_call(world), "submission", proposals=1)
        one = call.proposals.get()
        few = self.count(lambda: ask(world.officer, call.pk, one.pk))
        for place in range(1, 6):
            propose(world, call, place)
        bring(world, make_call(world), "publicity")
        many = self.count(lambda: ask(world.officer, call.pk, one.pk))
        assert few == many
        assert many <= most

    def count(self, ask: Callable[[], Any]) -> int:
        """Count the queries of one question."""
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask()
        return len(captured)
