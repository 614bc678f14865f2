"""Objections, appeals, answers and rulings: who may do what until when, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Delivery, Notice
from shanzhi.ventures import operations, queries
from shanzhi.ventures.lifecycle import APPEAL_DAYS, RULING_DAYS
from shanzhi.ventures.models import Call, Dispute, Proposal
from shanzhi.ventures.queries.disputes import decision_on
from tests.ventures.dispute_support import ANSWER, GROUNDS, RULING
from tests.ventures.support import (
    ELSEWHERE,
    HERE,
    SUBDISTRICT,
    World,
    bring,
    day,
    make_call,
    make_person,
    make_world,
    resident,
    staff,
)

NOW = day("notice", 3)


@pytest.fixture
def call(world: World) -> Call:
    """A call under notice with two proposals that passed."""
    return bring(world, make_call(world), "notice", proposals=2)


@pytest.fixture
def other(world: World) -> Actor:
    """Another officer of the subdistrict."""
    return staff(Role.SUBDISTRICT_OFFICER, SUBDISTRICT, 104)


def first(call: Call) -> Proposal:
    return call.proposals.get(number=1)


def neighbour(world: World, place: int = 7) -> Actor:
    return resident(world.people[place])


def objection(world: World, call: Call, actor: Actor | None = None, **changed: Any) -> Dispute:
    given = {"proposal_id": first(call).pk, "grounds": GROUNDS, "at": NOW, **changed}
    return operations.file_objection(actor=actor or neighbour(world), **given)


def answer(world: World, found: Dispute, **changed: Any) -> Dispute:
    given = {"dispute_id": found.pk, "version": found.version, "answer": ANSWER, "at": NOW, **changed}
    return operations.answer_objection(actor=given.pop("actor", world.team), **given)


def rule(actor: Actor, found: Dispute, outcome: str = "dismissed", **changed: Any) -> Dispute:
    given = {"version": found.version, "ruling": RULING, "at": NOW + timedelta(hours=1), **changed}
    return operations.rule(actor=actor, dispute_id=found.pk, outcome=outcome, **given)


def refused(code: str, act: Any, *args: Any, **given: Any) -> Refusal:
    """Have something refused, for this reason and in words that have no empty place."""
    with pytest.raises(Refusal) as found:
        act(*args, **given)
    assert found.value.code == code
    assert "%(" not in found.value.text
    return found.value


def rejected(world: World) -> tuple[Call, Proposal]:
    """Bring a call under review and have the officer reject its first proposal."""
    call = bring(world, make_call(world), "review", proposals=1)
    one = first(call)
    done = operations.decide(
        actor=world.officer, proposal_id=one.pk, version=one.version, decision="reject", reason="超出范围",
        at=day("review", 3),
    )  # fmt: skip
    return call, done


def appeal(world: World, proposal: Proposal, at: datetime | None = None, **changed: Any) -> Dispute:
    given = {"proposal_id": proposal.pk, "grounds": GROUNDS, "at": at or day("review", 4), **changed}
    return operations.file_appeal(actor=given.pop("actor", world.team), **given)


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
        assert _receivers(told["disputes.objection"]) == {world.people[0].pk}
        assert _receivers(told["disputes.filed"]) == {world.officer.person_id}

    def test_of_an_officer_is_not_told_to_the_officer(self, world: World, call: Call, other: Actor) -> None:
        objection(world, call, world.officer)
        assert _receivers(Notice.objects.get(kind="disputes.filed")) == {other.person_id}


def home_of(place: int) -> str:
    """Give the community of a resident of the world."""
    return (HERE, "370102001003")[place % 2]


def _receivers(notice: Notice) -> set[Any]:
    return set(Delivery.objects.filter(notice=notice, channel="app").values_list("person", flat=True))


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
        assert _receivers(told) == {world.people[0].pk, world.people[7].pk}
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
