"""Objections, answers and rulings on them: who may do what until when, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.ventures import operations, queries
from shanzhi.ventures.lifecycle import RULING_DAYS
from shanzhi.ventures.models import Call, Dispute
from tests.ventures.dispute_support import ANSWER, GROUNDS, RULING
from tests.ventures.dispute_world import (
    NOW,
    answer,
    appeal,
    first,
    home_of,
    neighbour,
    objection,
    receivers,
    refused,
    rejected,
    rule,
)
from tests.ventures.support import (
    ELSEWHERE,
    SUBDISTRICT,
    World,
    bring,
    make_call,
    make_person,
    resident,
    staff,
)


@pytest.fixture
def call(world: World) -> Call:
    """A call under notice with two proposals that passed."""
    return bring(world, make_call(world), "notice", proposals=2)


@pytest.fixture
def other(world: World) -> Actor:
    """Another officer of the subdistrict."""
    return staff(Role.SUBDISTRICT_OFFICER, SUBDISTRICT, 104)


class TestAnObjection:
    def test_is_kept_with_its_grounds_and_a_day_for_the_ruling(self, world: World, call: Call) -> None:
        found = objection(world, call)
        found.refresh_from_db()
        assert (found.kind, found.state, found.standing, found.place) == ("objection", "filed", "resident", home_of(7))
        assert found.due_at == NOW + timedelta(days=RULING_DAYS)
        event = Event.objects.get(verb="ventures.dispute.object")
        assert (event.subject_id, event.area) == (str(found.pk), first(call).community)
        assert GROUNDS not in str(event.change)

    def test_may_come_from_staff_there(self, world: World, call: Call) -> None:
        assert objection(world, call, world.worker).standing == "staff"

    def test_of_a_stranger_an_outside_officer_and_nobody_is_refused(self, world: World, call: Call) -> None:
        stranger = resident(make_person(50, area=ELSEWHERE))
        refused("may_not_object", objection, world, call, replace(stranger, grants=()))
        refused("may_not_object", objection, world, call, world.outsider)
        refused("sign_in_needed", objection, world, call, Actor.anonymous())

    def test_of_the_team_is_refused(self, world: World, call: Call) -> None:
        refused("own_objection", objection, world, call, world.team)

    def test_needs_grounds_of_bearable_length(self, world: World, call: Call) -> None:
        assert refused("grounds_missing", objection, world, call, grounds=" \n").field == "grounds"
        assert refused("bad_value", objection, world, call, grounds="长" * 2001).field == "grounds"

    def test_is_one_a_person_until_it_ends(self, world: World, call: Call, other: Actor) -> None:
        found = objection(world, call)
        refused("objected_already", objection, world, call)
        assert objection(world, call, neighbour(world, 9)).state == "filed"
        rule(other, found)
        assert objection(world, call).state == "filed"

    def test_after_the_notice_or_against_what_did_not_pass_is_refused(self, world: World, call: Call) -> None:
        ends = call.phases.get(kind="notice").ends_at
        assert objection(world, call, at=ends - timedelta(seconds=1)).state == "filed"
        refused("not_under_notice", objection, world, call, neighbour(world, 9), at=ends)
        gone = call.proposals.get(number=2)
        operations.withdraw_proposal(actor=resident(world.people[1]), proposal_id=gone.pk, reason="不办了", at=NOW)
        refused("not_under_notice", objection, world, call, proposal_id=gone.pk)

    def test_before_the_notice_finds_nothing(self, world: World) -> None:
        early = bring(world, make_call(world), "review")
        refused("not_found", objection, world, early)
        refused("not_under_notice", objection, world, early, world.worker)

    def test_tells_team_and_officers_without_a_word_of_it(self, world: World, call: Call) -> None:
        objection(world, call)
        told = {notice.kind: notice for notice in Notice.objects.filter(kind__startswith="disputes.")}
        assert set(told) == {"disputes.objection", "disputes.filed"}
        assert GROUNDS not in str([(one.values, one.words) for one in told.values()])
        assert receivers(told["disputes.objection"]) == {world.people[0].pk}
        assert receivers(told["disputes.filed"]) == {world.officer.person_id}

    def test_of_an_officer_is_not_told_to_the_officer(self, world: World, call: Call, other: Actor) -> None:
        objection(world, call, world.officer)
        assert receivers(Notice.objects.get(kind="disputes.filed")) == {other.person_id}


class TestAnAnswer:
    def test_stands_beside_the_objection_and_can_be_changed_until_the_ruling(
        self, world: World, call: Call, other: Actor
    ) -> None:
        found = answer(world, objection(world, call))
        assert (found.state, found.answer, found.answered_by_id) == ("answered", ANSWER, world.people[0].pk)
        found = answer(world, found, answer="补充说明")
        found = rule(other, found)
        assert found.answer == "补充说明"
        refused("move_refused", answer, world, found)

    def test_is_the_teams_alone(self, world: World, call: Call) -> None:
        found = objection(world, call)
        refused("not_your_proposal", answer, world, found, actor=neighbour(world, 9))
        refused("not_your_proposal", answer, world, found, actor=world.officer)

    def test_on_a_version_gone_by_or_without_words_is_refused(self, world: World, call: Call) -> None:
        found = objection(world, call)
        refused("stale_dispute", answer, world, found, version=found.version + 1)
        assert refused("grounds_missing", answer, world, found, answer="").field == "answer"

    def test_is_for_objections_alone(self, world: World) -> None:
        _call, one = rejected(world)
        refused("no_answer", answer, world, appeal(world, one))


class TestWithdrawing:
    def test_ends_it_and_hides_it_from_all_but_who_filed(self, world: World, call: Call) -> None:
        found = objection(world, call)
        operations.withdraw_dispute(actor=neighbour(world), dispute_id=found.pk, version=1, at=NOW)
        for viewer, number in ((Actor.anonymous(), 0), (world.team, 0), (neighbour(world), 1)):
            assert queries.disputes_of(viewer=viewer, proposal_id=found.proposal_id).count() == number
        assert objection(world, call).state == "filed"

    def test_is_for_who_filed_and_before_the_ruling(self, world: World, call: Call, other: Actor) -> None:
        found = objection(world, call)
        given = {"dispute_id": found.pk, "at": NOW}
        for actor in (world.team, world.officer, neighbour(world, 9)):
            refused("not_your_dispute", operations.withdraw_dispute, actor=actor, version=1, **given)
        refused("stale_dispute", operations.withdraw_dispute, actor=neighbour(world), version=2, **given)
        rule(other, found)
        refused("move_refused", operations.withdraw_dispute, actor=neighbour(world), version=2, **given)


class TestARulingOnAnObjection:
    def test_that_dismisses_is_public_and_changes_nothing(self, world: World, call: Call) -> None:
        found = rule(world.officer, objection(world, call))
        assert (found.state, found.outcome, found.effect, found.ruling) == ("ruled", "dismissed", "", RULING)
        assert first(call).state == "passed"
        event = Event.objects.get(verb="ventures.dispute.rule")
        assert (event.reason, event.change["outcome"]) == (RULING, "dismissed")
        told = Notice.objects.get(kind="disputes.ruled")
        assert receivers(told) == {world.people[0].pk, world.people[7].pk}
        assert RULING not in str((told.values, told.words))

    def test_that_upholds_may_only_note_it(self, world: World, call: Call) -> None:
        assert rule(world.officer, objection(world, call), "upheld").effect == "noted"
        assert first(call).state == "passed"

    def test_that_upholds_may_disqualify_in_the_same_step(self, world: World, call: Call) -> None:
        found = rule(world.officer, objection(world, call), "upheld", disqualify=True)
        one = first(call)
        assert (found.effect, one.state, one.decision_reason) == ("disqualified", "disqualified", RULING)
        assert call.notices.filter(kind="left").count() == 1

    def test_is_for_those_who_run_the_call(self, world: World, call: Call) -> None:
        found = objection(world, call)
        refused("not_your_call", rule, world.worker, found)
        refused("not_your_call", rule, world.outsider, found)
        refused("not_your_call", rule, neighbour(world, 9), found)

    def test_is_not_for_who_filed_it_nor_for_the_team(self, world: World, call: Call) -> None:
        refused("not_impartial", rule, world.officer, objection(world, call, world.officer))
        of_team = replace(world.team, grants=(*world.team.grants, *world.officer.grants))
        refused("not_impartial", rule, of_team, objection(world, call))

    def test_needs_words_a_known_outcome_and_the_version_seen(self, world: World, call: Call) -> None:
        found = objection(world, call)
        assert refused("grounds_missing", rule, world.officer, found, ruling=" ").field == "ruling"
        assert refused("bad_value", rule, world.officer, found, "perhaps").field == "outcome"
        assert refused("bad_value", rule, world.officer, found, "dismissed", disqualify=True).field == "outcome"
        answer(world, found)
        refused("stale_dispute", rule, world.officer, found, version=1)
        assert Dispute.objects.get().state == "answered"

    def test_is_given_once(self, world: World, call: Call, other: Actor) -> None:
        found = rule(world.officer, objection(world, call))
        refused("move_refused", rule, other, found, "upheld")

    def test_of_what_cannot_be_disqualified_any_more_keeps_nothing(self, world: World, call: Call) -> None:
        found = objection(world, call)
        operations.withdraw_proposal(actor=world.team, proposal_id=found.proposal_id, reason="不办了", at=NOW)
        refused("move_refused", rule, world.officer, found, "upheld", disqualify=True)
        assert Dispute.objects.get().state == "filed"
