"""Reviews by check list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, Proposal, Review
from shanzhi.ventures.policies import OwnProposal
from tests.ventures.support import HERE, World, bring, day, make_call, passing, resident, staff

NOW = day("review", 4)


@pytest.fixture
def call(world: World) -> Call:
    """A call under review with three proposals."""
    return bring(world, make_call(world), "review")


def decide(actor: Actor, one: Proposal, decision: str, **more: Any) -> Proposal:
    """Decide on a proposal as it stands."""
    one.refresh_from_db()
    return operations.decide(actor=actor, proposal_id=one.pk, version=one.version, decision=decision, at=NOW, **more)


class TestAReview:
    def test_that_passes_answers_each_required_item(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        with pytest.raises(operations.ChecklistOpen) as refused:
            decide(world.worker, one, "pass", answers=passing(call)[1:])
        assert call.checklist[0]["text"] in refused.value.text
        failing = [operations.Answer(call.checklist[0]["key"], "fail"), *passing(call)[1:]]
        with pytest.raises(operations.ChecklistOpen):
            decide(world.worker, one, "pass", answers=failing)
        assert decide(world.worker, one, "pass", answers=passing(call)).state == "passed"
        review = Review.objects.get(proposal=one)
        assert review.items.count() == len(call.checklist)
        assert review.items.first().text == call.checklist[0]["text"]  # type: ignore[union-attr]

    @pytest.mark.parametrize("decision", ["return", "reject"])
    def test_that_does_not_pass_says_why(self, world: World, call: Call, decision: str) -> None:
        with pytest.raises(operations.ReasonMissing):
            decide(world.worker, call.proposals.get(number=1), decision, deadline=NOW + timedelta(days=1))

    @pytest.mark.parametrize("deadline", [None, NOW - timedelta(hours=1), day("notice", 5)])
    def test_that_returns_sets_a_deadline_within_the_review(self, world: World, call: Call, deadline: Any) -> None:
        with pytest.raises(operations.DeadlineMissing):
            decide(world.worker, call.proposals.get(number=1), "return", reason="补", deadline=deadline)

    def test_of_the_own_proposal_is_refused(self, world: World, call: Call) -> None:
        person = world.people[0]
        both = Actor(person_id=person.pk, grants=(Grant(Role.SOCIAL_WORKER, HERE),))
        with pytest.raises(OwnProposal):
            decide(both, call.proposals.get(number=1), "pass", answers=passing(call))

    def test_of_a_changed_proposal_is_refused(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        with pytest.raises(Refusal) as refused:
            operations.decide(
                actor=world.worker, proposal_id=one.pk, version=one.version - 1, decision="reject", reason="x", at=NOW
            )
        assert refused.value.code == "stale_proposal"

    def test_in_another_community_is_refused(self, world: World, call: Call) -> None:
        there = call.proposals.get(number=2)
        with pytest.raises(NotFound):
            decide(world.worker, there, "pass", answers=passing(call))
        with pytest.raises(NotFound):
            decide(world.outsider, there, "pass", answers=passing(call))

    def test_by_residents_and_auditors_is_refused(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        auditor = staff(Role.AUDITOR, "370102", 130)
        with pytest.raises(Forbidden):
            decide(auditor, one, "pass", answers=passing(call))
        with pytest.raises(NotFound):
            decide(resident(world.people[3]), one, "pass", answers=passing(call))

    def test_passes_over_a_required_item_only_with_the_reason_why_it_does_not_apply(
        self, world: World, call: Call
    ) -> None:
        one = call.proposals.get(number=1)
        first, *others = passing(call)
        with pytest.raises(operations.ChecklistOpen):
            decide(world.worker, one, "pass", answers=[operations.Answer(first.key, "na"), *others])
        said = operations.Answer(first.key, "na", "项目不用场地")
        assert decide(world.worker, one, "pass", answers=[said, *others]).state == "passed"

    def test_counts_once_enough_reviewers_passed(self, world: World) -> None:
        call = bring(world, make_call(world, reviews_needed=2), "review")
        one = call.proposals.get(number=1)
        assert decide(world.worker, one, "pass", answers=passing(call)).state == "submitted"
        with pytest.raises(Refusal):
            decide(world.worker, one, "pass", answers=passing(call))
        assert decide(world.officer, one, "pass", answers=passing(call)).state == "passed"

    def test_leaves_an_event_without_personal_data(self, world: World, call: Call) -> None:
        one = decide(world.worker, call.proposals.get(number=1), "reject", reason="与上一轮重复")
        event = Event.objects.get(verb="ventures.proposal.review", subject_id=str(one.pk))
        assert event.change == {"decision": "reject", "state": "rejected", "round": 1}
        assert event.area == HERE


class TestAnAssignment:
    def test_appears_as_due_until_it_is_done(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        person = world.worker.person_id
        assert person is not None
        worker = world.worker
        made = operations.assign(actor=world.officer, proposal_ids=[one.pk], reviewer_id=person, deadline=NOW, at=NOW)
        assert made == 1
        assert operations.assign(actor=world.officer, proposal_ids=[one.pk], reviewer_id=person, at=NOW) == 0
        due = {item.key: item.count for item in queries.due_today(viewer=worker, at=NOW)}
        assert due == {"my_reviews": 1, "queue": 2}
        row: Any = queries.review_queue(viewer=worker).get(pk=one.pk)
        assert (row.reviews_due, row.mine_due, row.reviews_done) == (1, 1, 0)
        decide(worker, one, "pass", answers=passing(call))
        assert {item.key for item in queries.due_today(viewer=worker, at=NOW)} == {"queue"}

    def test_to_someone_without_the_role_is_refused(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        with pytest.raises(operations.NotAReviewer):
            operations.assign(actor=world.officer, proposal_ids=[one.pk], reviewer_id=world.people[4].pk, at=NOW)


class TestManyAtOnce:
    def test_go_each_for_itself(self, world: World, call: Call) -> None:
        ids = list(call.proposals.values_list("pk", flat=True))
        lines = operations.decide_many(actor=world.worker, proposal_ids=ids, decision="pass", at=NOW)
        assert {event.change["together"] for event in Event.objects.filter(verb="ventures.proposal.review")} == {
            len(ids)
        }
        done = {line.proposal_id for line in lines if line.refusal is None}
        assert done == set(call.proposals.filter(community=HERE).values_list("pk", flat=True))
        refused = [line.refusal for line in lines if line.refusal is not None]
        assert [refusal.code for refusal in refused] == ["not_found"]

    def test_cannot_be_returned(self, world: World, call: Call) -> None:
        with pytest.raises(operations.BadValue):
            operations.decide_many(actor=world.officer, proposal_ids=[], decision="return", at=NOW)


class TestTheQueue:
    @pytest.mark.parametrize(
        ("who", "count"),
        [(lambda w: w.officer, 3), (lambda w: w.worker, 2), (lambda w: w.outsider, 0), (lambda w: w.team, 0)],
    )
    def test_holds_what_waits_in_the_own_area(
        self, world: World, call: Call, who: Callable[[World], Actor], count: int
    ) -> None:
        assert queries.review_queue(viewer=who(world)).count() == count
