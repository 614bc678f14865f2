"""Two teams making one proposal of theirs, with the consent of both to the very same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.notices.models import Notice
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Merger, Proposal, Twin
from shanzhi.ventures.operations.sections import locked_sections, stale
from shanzhi.ventures.policies import NotYourCall, OwnProposal
from shanzhi.ventures.queries import mergers, training
from shanzhi.ventures.queries.sections import SECTION_OF, SECTIONS
from tests.ventures.merger_support import (
    LAMPS,
    MEALS,
    consents,
    digest,
    hand_in,
    invited,
    leader,
    merged,
    opened,
    pair,
    planned,
)
from tests.ventures.support import World, bring, day, make_person
from tests.ventures.training_support import asking, plan

pytestmark = pytest.mark.django_db
CLOCK = Actor.system("clock")


def told(kind: str) -> int:
    return Notice.objects.filter(kind=f"mergers.{kind}").count()


class TestAskingAnotherTeam:
    def test_shows_it_the_own_proposal_and_not_the_other_way(self, world: World) -> None:
        first, second = pair(world)
        found = invited(world, first, second)
        theirs = mergers.merger(viewer=leader(world, 2), merger_id=found.pk)
        assert [side.readable for side in theirs.sides] == [True, True]
        ours = mergers.merger(viewer=leader(world, 0), merger_id=found.pk)
        assert [(side.named, side.readable) for side in ours.sides] == [(True, True), (True, False)]
        assert ours.together is None
        assert told("invited") == 1

    def test_is_not_found_by_strangers(self, world: World) -> None:
        found = invited(world, *pair(world))
        for who in (leader(world, 4), world.outsider, Actor.anonymous()):
            with pytest.raises(NotFound):
                mergers.merger(viewer=who, merger_id=found.pk)

    def test_reaches_only_like_projects_that_let_themselves_be_found(self, world: World) -> None:
        first, second = pair(world)
        meals = hand_in(world, first.call, MEALS, 4)
        operations.set_findable(actor=leader(world, 4), proposal_id=meals.pk, findable=True, at=day("submission", 4))
        with pytest.raises(NotFound):
            invited(world, first, meals)
        operations.set_findable(actor=leader(world, 2), proposal_id=second.pk, findable=False, at=day("submission", 4))
        with pytest.raises(NotFound):
            invited(world, first, second)

    def test_is_for_the_contact_person(self, world: World) -> None:
        first, second = pair(world)
        first.members.create(position=9, person=world.people[6], name="队员")
        with pytest.raises(operations.NotTheLeader):
            operations.invite(
                actor=leader(world, 6), proposal_id=first.pk, other_id=second.pk, at=day("submission", 5)
            )  # fmt: skip

    def test_binds_each_proposal_once(self, world: World) -> None:
        first, second = pair(world)
        found = invited(world, first, second)
        with pytest.raises(operations.MergingAlready):
            invited(world, first, second)
        with pytest.raises(IntegrityError), transaction.atomic():
            Merger.objects.create(
                call=first.call, first=second, second=first, created_at=found.created_at, lapses_at=found.lapses_at
            )  # fmt: skip

    def test_ends_with_a_word_or_by_its_day(self, world: World) -> None:
        first, second = pair(world)
        found = invited(world, first, second)
        refused = operations.refuse(
            actor=leader(world, 2), merger_id=found.pk, reason="时间排不开", at=day("submission", 6)
        )  # fmt: skip
        assert (refused.state, refused.reason, told("refused")) == ("refused", "时间排不开", 1)
        again = invited(world, first, second, hours=7)
        assert not operations.lapse_mergers(actor=CLOCK, at=again.lapses_at - timedelta(minutes=1))
        with pytest.raises(operations.MergerLapsed):
            operations.show(actor=leader(world, 2), merger_id=again.pk, at=again.lapses_at)
        assert operations.lapse_mergers(actor=CLOCK, at=again.lapses_at) == 1
        assert Merger.objects.get(pk=again.pk).state == "lapsed"
        assert told("lapsed") == 1
        theirs = mergers.merger(viewer=leader(world, 2), merger_id=again.pk)
        assert [side.readable for side in theirs.sides] == [False, True]

    def test_lapses_with_the_phase(self, world: World) -> None:
        found = invited(world, *pair(world))
        bring(world, found.call, "notice", proposals=0)
        assert operations.lapse_mergers(actor=CLOCK, at=day("notice")) == 1


class TestStaffSuggesting:
    def test_shows_neither_team_the_other(self, world: World) -> None:
        _first, second = pair(world)
        operations.set_findable(actor=leader(world, 2), proposal_id=second.pk, findable=False, at=day("submission", 4))
        found = operations.suggest(
            actor=world.officer, twin_id=Twin.objects.get().pk, message="两队都想换灯", at=day("submission", 5)
        )  # fmt: skip
        for place, own in ((0, 0), (2, 1)):
            sides = mergers.merger(viewer=leader(world, place), merger_id=found.pk).sides
            assert (sides[own].readable, sides[1 - own].named) == (True, False)
        for place in (0, 2):
            found = operations.show(actor=leader(world, place), merger_id=found.pk, at=day("submission", 6))
        assert found.state == "open"

    def test_is_for_staff_of_both_places_outside_both_teams(self, world: World) -> None:
        first, _second = pair(world)
        twin = Twin.objects.get().pk
        with pytest.raises(NotFound):
            operations.suggest(actor=world.outsider, twin_id=twin, message="x", at=day("submission", 5))
        with pytest.raises(operations.ReasonMissing):
            operations.suggest(actor=world.officer, twin_id=twin, message=" ", at=day("submission", 5))
        first.members.create(position=9, person_id=world.officer.person_id, name="干部")
        with pytest.raises(OwnProposal):
            operations.suggest(actor=world.officer, twin_id=twin, message="x", at=day("submission", 5))


class TestConsenting:
    def test_needs_both_to_the_very_same(self, world: World) -> None:
        found = planned(world, opened(world, *pair(world)))
        consents(world, found, 0)
        read = digest(world, found)
        planned(world, found, texts={"risks": "second"})
        with pytest.raises(operations.PlanChanged):
            operations.consent(actor=leader(world, 2), merger_id=found.pk, digest=read, at=day("submission", 9))
        consents(world, found, 2, hours=9)
        assert Merger.objects.get(pk=found.pk).state == "open"

    def test_falls_when_a_proposal_changes(self, world: World) -> None:
        first, second = pair(world)
        found = planned(world, opened(world, first, second))
        consents(world, found, 0)
        operations.decide(
            actor=world.officer, proposal_id=second.pk, version=Proposal.objects.get(pk=second.pk).version,
            decision="return", reason="请补充", deadline=day("submission", 60), at=day("submission", 9),
        )  # fmt: skip
        sides = mergers.merger(viewer=leader(world, 0), merger_id=found.pk).sides
        assert [side.consents for side in sides] == [False, False]
        consents(world, found, 2, hours=10)
        assert Merger.objects.get(pk=found.pk).state == "open"

    def test_can_be_taken_back_until_the_merging(self, world: World) -> None:
        found = planned(world, opened(world, *pair(world)))
        consents(world, found, 0)
        operations.take_back_consent(actor=leader(world, 0), merger_id=found.pk, at=day("submission", 9))
        consents(world, found, 2, hours=9)
        found = consents(world, found, 0, hours=10)
        assert found.state == "merged"
        with pytest.raises(MoveRefused):
            operations.take_back_consent(actor=leader(world, 0), merger_id=found.pk, at=day("submission", 11))

    def test_is_refused_for_what_asks_too_much(self, world: World) -> None:
        found = opened(world, *pair(world))
        with pytest.raises(operations.OverLimit):
            consents(world, found, 0)
        assert consents(world, planned(world, found), 0).first_consent

    def test_merges_nothing_once_the_review_is_over(self, world: World) -> None:
        found = planned(world, opened(world, *pair(world)))
        consents(world, found, 0)
        bring(world, found.call, "notice", proposals=0)
        with pytest.raises((operations.NotMergeable, operations.PlanChanged)):
            consents(world, found, 2)

    def test_cannot_be_passed_over_in_the_database(self, world: World) -> None:
        found = planned(world, opened(world, *pair(world)))
        consents(world, found, 0)
        now = Merger.objects.get(pk=found.pk)
        values = {"state": "merged", "stays": now.first, "goes": now.second, "merged_at": day("submission", 9)}
        with pytest.raises(IntegrityError), transaction.atomic():
            Merger.objects.filter(pk=found.pk).update(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=now.second_id).update(state="merged")


class TestTheMerging:
    def test_makes_one_of_two_as_planned_and_reviews_it_anew(self, world: World) -> None:
        found, stays, goes = merged(world)
        assert (found.state, stays.state, goes.state) == ("merged", "submitted", "merged")
        assert (stays.title, stays.review_round) == (LAMPS.title, 2)
        assert "楼道" in stays.aims
        assert [row.item for row in stays.budget.all()] == [line[0] for line in LAMPS.lines] + ["电工劳务"]
        assert stays.amount_fen == 288_800 + 36_000
        names = [row.name.reveal() for row in stays.members.all()]
        assert names == ["王建国", "李桂芳", "赵敏", str(world.people[2].name), "孙立新"]
        assert stays.versions.latest("number").kind == "merged"
        assert not Twin.objects.exists()
        assert told("merged") == 1

    def test_lets_nobody_write_over_it_from_a_page_opened_before(self, world: World) -> None:
        _found, stays, _goes = merged(world)
        rows = locked_sections(stays, SECTION_OF)
        assert set(rows) == set(SECTIONS)
        for name, part in SECTION_OF.items():
            assert stale(stays, {part: rows[part]}, [name], stays.version - 1)
            assert not stale(stays, {part: rows[part]}, [name], stays.version)

    def test_keeps_the_other_readable_to_the_one_team_and_leads_there(self, world: World) -> None:
        found, stays, goes = merged(world)
        for place in (0, 2):
            viewer = leader(world, place)
            old = queries.proposal(viewer=viewer, proposal_id=goes.pk)
            assert queries.reads_inside(viewer=viewer, found=old)
            assert queries.of_team(viewer=viewer, found=stays)
            assert mergers.leads_to(viewer=viewer, proposal_id=goes.pk) == stays.pk
        assert mergers.leads_to(viewer=Actor.anonymous(), proposal_id=goes.pk) is None
        bring(world, found.call, "notice", proposals=0)
        assert mergers.leads_to(viewer=Actor.anonymous(), proposal_id=goes.pk) == stays.pk
        with pytest.raises(NotFound):
            queries.proposal(viewer=Actor.anonymous(), proposal_id=goes.pk)

    def test_is_told_in_words_in_both_histories(self, world: World) -> None:
        _found, stays, goes = merged(world)
        for one, last in ((stays, "ventures.proposal.take_in"), (goes, "ventures.proposal.merge")):
            events = queries.proposal_history(viewer=leader(world, 2), proposal_id=one.pk)
            verbs = list(events.values_list("verb", flat=True))
            assert verbs[-1] == last
            assert {"ventures.merger.invite", "ventures.merger.show", "ventures.merger.consent"} <= set(verbs)

    def test_counts_the_training_of_both(self, world: World) -> None:
        draft = asking(world)
        session = plan(world, draft, 3, required=True, starts_at=day("submission", 1))
        first, second = pair(world, draft)
        operations.record_team(
            actor=world.officer, session_id=session.pk, proposal_id=second.pk, at=day("submission", 4)
        )  # fmt: skip
        assert session in training.standings(first.call, [first])[first.pk].lacks
        found = planned(world, opened(world, first, second))
        consents(world, found, 0)
        consents(world, found, 2, hours=9)
        assert training.standings(first.call, [first])[first.pk].attended == (session,)

    def test_leaves_a_draft_a_draft(self, world: World) -> None:
        first, second = pair(world)
        draft = operations.create_proposal(
            actor=leader(world, 4), call_id=first.call_id, given={"title": "楼道声控灯换新灯"}, at=day("submission", 5)
        ).proposal
        found = operations.invite(
            actor=leader(world, 4), proposal_id=draft.pk, other_id=second.pk, at=day("submission", 6)
        )  # fmt: skip
        found = operations.show(actor=leader(world, 2), merger_id=found.pk, at=day("submission", 7))
        assert found.plan["stays"] == "second"
        with pytest.raises(operations.BadValue):
            planned(world, found, stays="first")
        for place in (4, 2):
            together = mergers.merger(viewer=leader(world, 4), merger_id=found.pk).together
            assert together is not None
            operations.consent(
                actor=leader(world, place), merger_id=found.pk, digest=together.digest, at=day("submission", 8)
            )  # fmt: skip
        draft.refresh_from_db()
        assert (draft.state, draft.number) == ("merged", None)


class TestUndoing:
    def test_brings_both_back_as_they_were(self, world: World) -> None:
        found, stays, goes = merged(world)
        operations.undo_merger(
            actor=world.officer, merger_id=found.pk, reason="两队意见不合", at=day("submission", 12)
        )  # fmt: skip
        stays.refresh_from_db()
        goes.refresh_from_db()
        assert (stays.state, goes.state, stays.amount_fen) == ("submitted", "submitted", 288_800)
        assert stays.aims == LAMPS.aims
        assert [row.name.reveal() for row in stays.members.all()] == ["王建国", "李桂芳", "赵敏"]
        assert [row.name.reveal() for row in goes.members.all()] == ["孙立新", "李桂芳"]
        assert Twin.objects.count() == 1
        assert told("undone") == 1
        assert mergers.leads_to(viewer=leader(world, 2), proposal_id=goes.pk) is None

    def test_is_for_who_runs_the_round_with_a_reason_before_the_review_ends(self, world: World) -> None:
        found, _stays, _goes = merged(world)
        with pytest.raises(NotYourCall):
            operations.undo_merger(actor=leader(world, 0), merger_id=found.pk, reason="x", at=day("submission", 12))
        with pytest.raises(operations.ReasonMissing):
            operations.undo_merger(actor=world.officer, merger_id=found.pk, reason="", at=day("submission", 12))
        bring(world, found.call, "notice", proposals=0)
        with pytest.raises(operations.TooLateToUndo):
            operations.undo_merger(actor=world.officer, merger_id=found.pk, reason="x", at=day("notice"))


class TestTheTimeOfMerging:
    def test_lies_before_neighbours_speak_so_that_no_backing_counts_twice(self, world: World) -> None:
        found, stays, goes = merged(world)
        neighbour = leader(world, 8)
        with pytest.raises(NotFound):
            operations.endorse(actor=neighbour, proposal_id=goes.pk, at=day("submission", 12))
        bring(world, found.call, "notice", proposals=0)
        operations.endorse(actor=neighbour, proposal_id=stays.pk, at=day("notice"))
        with pytest.raises(NotFound):
            operations.endorse(actor=neighbour, proposal_id=goes.pk, at=day("notice"))


def test_a_stranger_joins_no_team(world: World) -> None:
    found = opened(world, *pair(world))
    stranger = make_person(55)
    with pytest.raises(NotFound):
        operations.consent(
            actor=Actor(person_id=stranger.pk, account_id=None), merger_id=found.pk, digest="x", at=day("submission", 8)
        )  # fmt: skip
