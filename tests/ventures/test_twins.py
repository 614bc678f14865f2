"""Like projects of a round: who is shown which, and that a draft of others is nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel import likeness
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.ventures import operations, queries
from shanzhi.ventures.demo.rounds import content_of
from shanzhi.ventures.models import Call, Marks, Proposal, Twin
from shanzhi.ventures.queries import twins
from tests.ventures.merger_support import LAMPS, LIKE_LAMPS, MEALS, hand_in, leader, pair, seen
from tests.ventures.support import FIRST_DAY, World, bring, day, make_call

pytestmark = pytest.mark.django_db


def draft_like(world: World, call: Call, place: int) -> Proposal:
    """Have a resident write all of the lamps without handing it in."""
    who = leader(world, place)
    draft = operations.create_proposal(actor=who, call_id=call.pk, at=day("submission", 4)).proposal
    given = content_of(LIKE_LAMPS, FIRST_DAY)
    operations.save_proposal(actor=who, proposal_id=draft.pk, version=1, given=given, at=day("submission", 4))
    return draft


class TestATeam:
    def test_is_shown_that_a_project_is_like_its_own_and_none_of_its_words(self, world: World) -> None:
        first, second = pair(world)
        (one,) = seen(leader(world, 0), first)
        assert (one.proposal.pk, one.readable) == (second.pk, False)
        assert one.score in (20, 40), "how alike exactly would tell of the other's words"
        assert Twin.objects.get().score not in (20, 40)
        assert (one.words, one.parts) == ((), ())
        with pytest.raises(NotFound):
            queries.proposal(viewer=leader(world, 0), proposal_id=second.pk)

    def test_is_shown_none_that_does_not(self, world: World) -> None:
        _first, second = pair(world)
        assert seen(leader(world, 2), second) == []

    def test_is_shown_one_while_it_writes_a_draft(self, world: World) -> None:
        _first, second = pair(world)
        draft = draft_like(world, second.call, 4)
        assert [one.proposal.pk for one in seen(leader(world, 4), draft)] == [second.pk]

    def test_is_shown_no_draft_of_others_nor_are_staff(self, world: World) -> None:
        first, second = pair(world)
        draft = draft_like(world, first.call, 4)
        assert {one.proposal.pk for one in seen(leader(world, 0), first)} == {second.pk}
        assert not Marks.objects.filter(proposal=draft).exists()
        assert twins.desk_twins(viewer=world.officer).count() == 1
        with pytest.raises(NotFound):
            operations.set_findable(actor=leader(world, 4), proposal_id=draft.pk, findable=True, at=day("submission"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Twin.objects.create(call=first.call, one=first, other=draft, score=90, found_at=day("submission", 5))

    def test_is_shown_nothing_unlike_and_nothing_of_another_round(self, world: World) -> None:
        first, _second = pair(world)
        meals = hand_in(world, first.call, MEALS, 4)
        assert seen(leader(world, 4), meals) == []
        other = bring(world, make_call(world), "submission", proposals=0)
        elsewhere = hand_in(world, other, LAMPS, 6)
        assert seen(leader(world, 6), elsewhere) == []

    def test_finds_what_is_public_without_a_choice(self, world: World) -> None:
        first, second = pair(world)
        operations.set_findable(actor=leader(world, 2), proposal_id=second.pk, findable=False, at=day("submission", 5))
        assert seen(leader(world, 0), first) == []
        bring(world, first.call, "notice", proposals=0)
        (one,) = seen(leader(world, 0), first)
        assert one.readable
        assert "声控" in "".join(one.words)
        assert one.parts

    def test_alone_asks_for_the_twins_of_its_project(self, world: World) -> None:
        first, _second = pair(world)
        bring(world, first.call, "notice", proposals=0)
        with pytest.raises(NotFound):
            seen(world.officer, first)


class TestTheDesk:
    def test_lists_a_pair_once_where_both_are_of_the_own_area(self, world: World) -> None:
        first, second = pair(world)
        (one,) = twins.desk_twins(viewer=world.officer)
        assert (one.one_id, one.other_id) == (first.pk, second.pk)
        assert not twins.desk_twins(viewer=world.outsider).exists()
        with pytest.raises(Forbidden):
            twins.desk_twins(viewer=leader(world, 0))

    def test_follows_what_is_handed_in_anew(self, world: World) -> None:
        _first, second = pair(world)
        returned = operations.decide(
            actor=world.officer, proposal_id=second.pk, version=second.version, decision="return", reason="请改",
            deadline=day("submission", 60), at=day("submission", 5),
        )  # fmt: skip
        saved = operations.save_proposal(
            actor=leader(world, 2), proposal_id=second.pk, version=returned.version, at=day("submission", 6),
            given={name: value for name, value in content_of(MEALS, FIRST_DAY).items() if name != "truthful"},
        )  # fmt: skip
        assert Twin.objects.count() == 1
        operations.submit_proposal(
            actor=leader(world, 2), proposal_id=second.pk, version=saved.proposal.version, at=day("submission", 7)
        )  # fmt: skip
        assert not Twin.objects.exists()
        assert Marks.objects.get(proposal=second).findable

    def test_costs_the_same_however_many_pairs_there_are(self, world: World) -> None:
        first, _second = pair(world)

        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                for one in twins.desk_twins(viewer=world.officer):
                    assert twins.words_of(one.one, one.other)
            return len(asked)

        before = cost()
        for place in (4, 6, 8):
            hand_in(world, first.call, LIKE_LAMPS, place)
        assert Twin.objects.count() == 10
        assert cost() == before


class TestTheClock:
    def test_marks_what_was_handed_in_before_there_were_marks(self, world: World) -> None:
        pair(world)
        Marks.objects.all().delete()
        Twin.objects.all().delete()
        assert operations.mark_missing(at=day("submission", 9)) == 2
        assert (Marks.objects.count(), Twin.objects.count()) == (2, 1)
        assert operations.mark_missing(at=day("submission", 9)) == 0


def test_a_cut_leaves_out_the_least_alike(world: World) -> None:
    first, second = pair(world)
    less = hand_in(world, first.call, replace(MEALS, title=LAMPS.title), 4)
    hand_in(world, first.call, replace(LAMPS, need=MEALS.need, summary=MEALS.summary), 6)
    parts = twins.marks_of(less)
    rows = list(twins.most_shared(twins.candidates(first.call_id, parts, less.pk), parts))
    own = set(likeness.keys(parts))
    shared = [len(own & set(row.keys)) for row in rows]
    assert shared == sorted(shared, reverse=True)
    assert shared[0] > shared[-1]
    assert rows[-1].proposal_id == second.pk


def test_the_index_finds_candidates(world: World) -> None:
    first, _second = pair(world)
    rows = Marks.objects.filter(keys__overlap=likeness.keys(twins.marks_of(first)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "ventures_marks_keys" in rows.explain()
