"""Appeals; how rulings hold up the vote; the desk; what the database holds; two rulings at once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations, queries
from shanzhi.ventures.lifecycle import APPEAL_DAYS
from shanzhi.ventures.models import Call, Dispute
from shanzhi.ventures.queries.disputes import decision_on
from tests.ventures.dispute_world import (
    NOW,
    answer,
    appeal,
    first,
    neighbour,
    objection,
    refused,
    rejected,
    rule,
)
from tests.ventures.support import (
    SUBDISTRICT,
    World,
    bring,
    day,
    make_call,
    make_world,
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


class TestAnAppeal:
    def test_against_a_rejection_brings_it_back_to_the_review(self, world: World, other: Actor) -> None:
        _call, one = rejected(world)
        found = appeal(world, one)
        assert (found.standing, found.decided_at) == ("team", day("review", 3))
        done = rule(other, found, "upheld", at=day("review", 5))
        one.refresh_from_db()
        assert (done.effect, one.state) == ("reinstated", "submitted")

    def test_against_a_disqualification_brings_it_back_into_the_notice(
        self, world: World, call: Call, other: Actor
    ) -> None:
        found = objection(world, call)
        rule(world.officer, found, "upheld", disqualify=True)
        later = NOW + timedelta(hours=2)
        mine = appeal(world, first(call), later)
        refused("not_impartial", rule, world.officer, mine, at=later)  # the one who disqualified
        assert rule(other, mine, "upheld", at=later).effect == "reinstated"
        assert first(call).state == "passed"

    def test_that_is_dismissed_changes_nothing(self, world: World, other: Actor) -> None:
        _call, one = rejected(world)
        assert rule(other, appeal(world, one), at=day("review", 5)).effect == ""
        one.refresh_from_db()
        assert one.state == "rejected"

    def test_is_not_ruled_on_by_who_rejected(self, world: World) -> None:
        _call, one = rejected(world)
        words = refused("not_impartial", rule, world.officer, appeal(world, one)).text
        assert "level above" in words or "上一级" in words

    def test_is_for_the_team_against_what_was_decided(self, world: World, call: Call) -> None:
        refused("not_your_proposal", appeal, world, first(call), NOW, actor=neighbour(world))
        refused("nothing_to_appeal", appeal, world, first(call), NOW)

    def test_of_a_stranger_finds_nothing(self, world: World) -> None:
        _call, one = rejected(world)
        refused("not_found", appeal, world, one, actor=neighbour(world))

    def test_ends_with_the_last_day(self, world: World) -> None:
        _call, one = rejected(world)
        until = decision_on(one).appeal_until
        assert timedelta(days=APPEAL_DAYS) < until - day("review", 3) <= timedelta(days=APPEAL_DAYS + 1)
        refused("appeal_over", appeal, world, one, until)
        assert appeal(world, one, until - timedelta(seconds=1)).state == "filed"

    def test_is_possible_once_a_decision_also_when_withdrawn(self, world: World, other: Actor) -> None:
        _call, one = rejected(world)
        found = appeal(world, one)
        refused("appealed_already", appeal, world, one)
        operations.withdraw_dispute(actor=world.team, dispute_id=found.pk, version=1, at=day("review", 5))
        refused("appealed_already", appeal, world, one)

    def test_against_a_new_decision_is_possible_again(self, world: World, other: Actor) -> None:
        _call, one = rejected(world)
        rule(other, appeal(world, one), "upheld", at=day("review", 5))
        one.refresh_from_db()
        operations.decide(
            actor=other, proposal_id=one.pk, version=one.version, decision="reject", reason="仍超出",
            at=day("review", 6),
        )  # fmt: skip
        again = appeal(world, one, day("review", 7))
        assert again.decided_at == day("review", 6)
        assert rule(world.officer, again, at=day("review", 8)).state == "ruled"

    def test_that_comes_too_late_to_return_is_upheld_and_noted(self, world: World, other: Actor) -> None:
        call, one = rejected(world)
        found = appeal(world, one)
        operations.cancel_call(actor=world.officer, call_id=call.pk, reason="资金未到位", at=day("review", 5))
        assert rule(other, found, "upheld", at=day("review", 6)).effect == "noted"


class TestTheVote:
    def test_waits_for_the_ruling_and_says_so(self, world: World, call: Call) -> None:
        found = objection(world, call)
        preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=day("voting"))
        assert [check.code for check in preview.blocks] == ["disputes"]
        lines = operations.run_clock(at=day("voting"))
        assert [line.refusal.code for line in lines if line.refusal] == ["blocked"]
        rule(world.officer, found)
        assert [(line.state, line.refusal) for line in operations.run_clock(at=day("voting"))] == [("voting", None)]

    def test_waits_for_an_appeal_too(self, world: World, call: Call, other: Actor) -> None:
        operations.disqualify_proposal(actor=world.officer, proposal_id=first(call).pk, reason="材料不实", at=NOW)
        found = appeal(world, first(call), NOW)
        refused(
            "blocked", operations.advance, actor=world.officer, call_id=call.pk, expected="notice", at=day("voting")
        )
        rule(other, found)
        done = operations.advance(actor=world.officer, call_id=call.pk, expected="notice", at=day("voting"))
        assert done.state == "voting"

    def test_does_not_wait_for_objections_to_what_has_left(self, world: World, call: Call) -> None:
        found = objection(world, call)
        operations.withdraw_proposal(actor=world.team, proposal_id=found.proposal_id, reason="不办了", at=NOW)
        preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=day("voting"))
        assert preview.blocks == ()


class TestTheDesk:
    def test_sees_its_own_areas(self, world: World, call: Call) -> None:
        found = objection(world, call)
        for actor in (world.officer, world.worker):
            assert [one.pk for one in queries.desk_disputes(viewer=actor)] == [found.pk]
        assert not queries.desk_disputes(viewer=world.outsider)
        with pytest.raises(NotFound):
            queries.desk_dispute(viewer=world.outsider, dispute_id=found.pk)
        refused("forbidden", queries.desk_disputes, viewer=world.team)

    def test_is_told_what_is_due_and_the_team_what_to_answer(self, world: World, call: Call) -> None:
        found = objection(world, call)
        due = {item.key: item for item in queries.due_today(viewer=world.officer, at=NOW)}
        assert (due["disputes"].count, due["disputes"].late) == (1, False)
        later = {
            item.key: item for item in queries.due_today(viewer=world.officer, at=found.due_at + timedelta(hours=1))
        }
        assert later["disputes"].late
        mine = {item.key for item in queries.due_today(viewer=world.team, at=NOW)}
        assert "answers" in mine
        answer(world, found)
        assert "answers" not in {item.key for item in queries.due_today(viewer=world.team, at=NOW)}


class TestTheTable:
    """What the database holds, whoever writes."""

    def held(self, found: Dispute, **changed: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Dispute.objects.filter(pk=found.pk).update(**changed)

    def test_keeps_what_was_filed(self, world: World, call: Call) -> None:
        found = objection(world, call)
        self.held(found, text="改过")
        self.held(found, filed_by=world.people[9].pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            Dispute.objects.filter(pk=found.pk).delete()

    def test_keeps_rulings_whole_and_for_good(self, world: World, call: Call) -> None:
        found = objection(world, call)
        whole = {"state": "ruled", "outcome": "dismissed", "ruling": "x", "ruled_at": NOW}
        self.held(found, **{**whole, "ruling": ""}, ruled_by=world.officer.person_id)
        self.held(found, **whole, ruled_by=found.filed_by_id)
        self.held(found, **whole, ruled_by=world.people[0].pk)
        rule(world.officer, found)
        self.held(found, ruling="改过")

    def test_holds_one_open_objection_and_one_appeal(self, world: World, call: Call) -> None:
        found = objection(world, call)
        twin = {"kind": "objection", "text": "x", "standing": "resident", "filed_at": NOW, "due_at": day("award")}
        with pytest.raises(DatabaseError), transaction.atomic():
            Dispute.objects.create(proposal_id=found.proposal_id, filed_by_id=found.filed_by_id, **twin)
        twin |= {"kind": "appeal", "standing": "team", "decided_at": NOW, "filed_by_id": world.people[0].pk}
        Dispute.objects.create(proposal_id=found.proposal_id, **twin)
        with pytest.raises(DatabaseError), transaction.atomic():
            Dispute.objects.create(proposal_id=found.proposal_id, **twin)


@pytest.mark.django_db(transaction=True)
class TestTwoRulingsAtOnce:
    def test_leave_one(self) -> None:
        world = make_world()
        call = bring(world, make_call(world), "notice", proposals=1)
        found = objection(world, call)
        rulers = (world.officer, staff(Role.SUBDISTRICT_OFFICER, SUBDISTRICT, 104))
        barrier = Barrier(2)
        answers: list[str] = []

        def go(actor: Actor, outcome: str) -> None:
            barrier.wait()
            try:
                answers.append(rule(actor, found, outcome, disqualify=outcome == "upheld").state)
            except Refusal as refusal:
                answers.append(refusal.code)
            finally:
                connection.close()

        threads = [Thread(target=go, args=pair) for pair in zip(rulers, ("upheld", "dismissed"), strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["move_refused", "ruled"]
        found.refresh_from_db()
        assert (first(call).state == "disqualified") == (found.outcome == "upheld")
        assert Event.objects.filter(verb="ventures.dispute.rule").count() == 1
