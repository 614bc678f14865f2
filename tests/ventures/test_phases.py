"""The moves of a call from phase to phase."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Award, Call, Notice
from shanzhi.ventures.policies import NotYourCall
from shanzhi.voting.operations import leftover_keys
from tests.ventures.support import FIRST_DAY, World, bring, day, make_call, make_world, propose


def move(world: World, call: Call, at: Any, actor: Any = None) -> Call:
    """Advance a call from the state that it holds."""
    return operations.advance(actor=actor or world.officer, call_id=call.pk, expected=call.state, at=at)


class TestAWholeRound:
    def test_ends_with_awards_within_the_purse_and_an_event_for_each_move(self, world: World) -> None:
        call = bring(world, make_call(world), "award")
        assert call.state == "award"
        assert call.result_digest.startswith("sha256:")
        assert Notice.objects.filter(call=call, kind="result").count() == 1
        verbs = set(Event.objects.filter(subject_id=str(call.pk)).values_list("verb", flat=True))
        moves = ("publish", "open_submission", "open_review", "give_notice", "open_voting", "award")
        assert verbs >= {f"ventures.call.{name}" for name in moves}
        assert Award.objects.filter(call=call).count() == call.proposals.filter(state="won").count()
        assert set(call.proposals.values_list("state", flat=True)) <= {"won", "lost"}

    def test_notes_when_each_phase_really_began_and_ended(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        review = call.phases.get(kind="review")
        assert (review.opened_at, review.closed_at) == (day("review"), day("notice"))
        assert call.phases.get(kind="notice").closed_at is None


class TestAMove:
    def test_before_its_day_is_refused_with_the_cure(self, world: World) -> None:
        call = make_call(world)
        with pytest.raises(operations.Blocked) as refused:
            move(world, call, FIRST_DAY - timedelta(hours=1))
        assert [check.code for check in refused.value.checks] == ["date"]
        assert "%" not in refused.value.text

    def test_of_an_unfinished_call_is_refused_with_all_that_is_missing(self, world: World) -> None:
        call = operations.create_call(actor=world.officer, areas=["370102001"], title="空", at=FIRST_DAY)
        with pytest.raises(operations.Blocked) as refused:
            move(world, call, FIRST_DAY)
        assert {check.code for check in refused.value.checks} >= {"purse", "limit", "phases", "roll_date", "sponsor"}

    def test_to_the_review_needs_a_proposal(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(operations.Blocked) as refused:
            move(world, call, day("review"))
        assert [check.code for check in refused.value.checks] == ["proposals"]

    def test_to_the_notice_waits_for_open_reviews_and_for_teams_that_mend(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        first = call.proposals.get(number=1)
        operations.decide(
            actor=world.officer, proposal_id=first.pk, version=first.version, decision="return", reason="补单价",
            deadline=day("notice", 10) - timedelta(hours=12), at=day("review", 3),
        )  # fmt: skip
        preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=day("notice") - timedelta(hours=4))
        assert {check.code for check in preview.blocks} == {"date", "reviews", "mending", "passed"}
        with pytest.raises(operations.Blocked):
            move(world, call, day("notice"))

    def test_to_the_vote_needs_the_roll_and_the_days_of_notice(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        ids = list(call.proposals.values_list("pk", flat=True))
        operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 2))
        call = move(world, call, day("voting", -3))
        with pytest.raises(operations.Blocked) as refused:
            move(world, call, day("voting"))
        assert {check.code for check in refused.value.checks} == {"notice_days", "roll"}

    def test_lapses_drafts_and_puts_only_what_passed_on_the_ballot(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        draft = operations.create_proposal(actor=world.team, call_id=call.pk, at=day("submission", 20)).proposal
        call = bring(world, call, "voting")
        draft.refresh_from_db()
        assert draft.state == "lapsed"
        assert call.poll is not None
        assert [option.code for option in call.poll.options.order_by("position")] == ["001", "002", "003"]

    def test_by_someone_of_another_place_is_refused(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        with pytest.raises(NotYourCall):
            move(world, call, day("submission"), actor=world.outsider)
        with pytest.raises(NotYourCall):
            move(world, call, day("submission"), actor=world.worker)

    def test_of_a_draft_by_a_stranger_finds_nothing(self, world: World) -> None:
        call = make_call(world)
        with pytest.raises(NotFound):
            move(world, call, FIRST_DAY, actor=world.outsider)

    def test_from_a_state_that_is_past_is_refused(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        with pytest.raises(operations.MovedMeanwhile):
            operations.advance(actor=world.officer, call_id=call.pk, expected="publicity", at=day("submission"))


@pytest.mark.django_db(transaction=True)
class TestTwoMovesAtOnce:
    def test_move_the_call_once(self) -> None:
        world = make_world()
        call = bring(world, make_call(world), "publicity")
        barrier = Barrier(2)
        answers: list[str] = []

        def go() -> None:
            barrier.wait()
            try:
                answers.append(move(world, call, day("submission")).state)
            except Refusal as refusal:
                answers.append(refusal.code)
            finally:
                connection.close()

        threads = [Thread(target=go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["moved_meanwhile", "submission"]
        assert call.terms.count() == 1

    def test_number_proposals_without_gap_or_double(self) -> None:
        world = make_world()
        call = bring(world, make_call(world), "submission", proposals=0)
        barrier = Barrier(4)

        def go(place: int) -> None:
            barrier.wait()
            try:
                propose(world, call, place)
            finally:
                connection.close()

        threads = [Thread(target=go, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(call.proposals.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]


class TestTheClock:
    def test_moves_what_is_due_and_leaves_what_is_blocked(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        still = make_call(world, moves_by_clock=False)
        bring(world, still, "publicity")
        assert [(line.call_id, line.state) for line in operations.run_clock(at=day("submission"))] == [
            (call.pk, "submission")
        ]
        assert operations.run_clock(at=day("submission", 2)) == []
        blocked = operations.run_clock(at=day("review"))
        assert [(line.state, line.refusal.code if line.refusal else "") for line in blocked] == [
            ("submission", "blocked")
        ]

    def test_draws_the_roll_on_its_day_opens_the_vote_and_decides(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        ids = list(call.proposals.values_list("pk", flat=True))
        operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 2))
        for moment in (day("notice"), day("voting", -20), day("voting"), day("award")):
            operations.run_clock(at=moment)
        call.refresh_from_db()
        assert call.state == "award"

    def test_never_publishes_a_draft(self, world: World) -> None:
        make_call(world)
        assert operations.run_clock(at=day("award")) == []


class TestAPreview:
    def test_says_who_is_told_and_what_becomes_final(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=day("voting"))
        assert preview.target == "voting"
        assert preview.blocks == ()
        assert {fact.key: fact.value for fact in preview.told} == {"residents": 10, "teams": 3}
        assert {fact.key: fact.value for fact in preview.facts} == {"passed": 3, "roll": 10}
        assert preview.final

    def test_is_for_those_who_run_the_call(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        with pytest.raises(NotYourCall):
            queries.preview_of_move(viewer=world.team, call_id=call.pk, at=day("voting"))


class TestACancelledCall:
    def test_tells_the_public_why(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        operations.cancel_call(actor=world.officer, call_id=call.pk, reason="资金未到位", at=day("submission", 9))
        notice = queries.notices(viewer=world.team, call_id=call.pk)[0]
        assert (notice.kind, notice.body) == ("cancelled", "资金未到位")

    def test_cannot_be_one_whose_vote_has_opened(self, world: World) -> None:
        call = bring(world, make_call(world), "voting")
        with pytest.raises(Refusal) as refused:
            operations.cancel_call(actor=world.officer, call_id=call.pk, reason="不办了", at=day("voting", 2))
        assert refused.value.code == "move_refused"


@pytest.mark.django_db(transaction=True)
class TestTheEndOfAVote:
    def test_opens_the_ballots_and_destroys_the_key_where_people_move_the_call(self) -> None:
        world = make_world()
        call = bring(world, make_call(world, moves_by_clock=False), "voting")
        assert call.poll is not None
        operations.run_clock(at=call.poll.closes_at)
        call = Call.objects.select_related("poll").get(pk=call.pk)
        assert (call.state, call.poll.state) == ("voting", "closed")
        assert call.poll_id not in leftover_keys()
        assert bring(world, call, "award").state == "award"
