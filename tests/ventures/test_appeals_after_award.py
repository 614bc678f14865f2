"""Appeals once a round is decided: its close waits, a disqualified winner's place is kept and can be given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Award, Call, Notice, Proposal
from shanzhi.ventures.queries.disputes import decision_on
from tests.ventures.dispute_world import appeal, refused, rule
from tests.ventures.support import SUBDISTRICT, World, day, staff
from tests.ventures.test_leaving import LATER, decide, leave, states, voted

SOON = LATER + timedelta(hours=1)


@pytest.fixture
def call(world: World) -> Call:
    """A decided call: 1 and 3 won, 2 is next in line; the purse holds two of them."""
    return decide(world, voted(world, purse_fen=900_000))


@pytest.fixture
def other(world: World) -> Actor:
    """Another officer of the subdistrict."""
    return staff(Role.SUBDISTRICT_OFFICER, SUBDISTRICT, 104)


def disqualified(world: World, call: Call, number: int = 1) -> Proposal:
    one = call.proposals.get(number=number)
    return operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="材料不实", at=LATER)


def fill(world: World, call: Call, at: Any) -> Any:
    call.refresh_from_db()
    return operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=at)


def blocks(world: World, call: Call, at: Any) -> list[str]:
    preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=at)
    assert all("%(" not in str(check.words) + str(check.cure) for check in preview.blocks)
    return [check.code for check in preview.blocks]


class TestThePlaceOfADisqualifiedWinner:
    def test_is_kept_while_an_appeal_may_come_and_filled_afterwards(self, world: World, call: Call) -> None:
        until = decision_on(disqualified(world, call)).appeal_until
        for at in (SOON, until - timedelta(seconds=1)):
            assert f"{timezone.localtime(until):%Y-%m-%d}" in refused("place_held", fill, world, call, at).text
        assert not Notice.objects.filter(call=call, kind="succession").exists()
        assert [one.number for one in fill(world, call, until).moved_up] == [2]

    def test_is_kept_until_the_ruling_also_when_the_days_are_over(self, world: World, call: Call, other: Actor) -> None:
        one = disqualified(world, call)
        found = appeal(world, one, SOON)
        late = decision_on(one).appeal_until + timedelta(days=1)
        refused("place_held", fill, world, call, late)
        rule(other, found, at=late)
        assert [moved.number for moved in fill(world, call, late).moved_up] == [2]

    def test_is_given_back_by_an_upheld_appeal(self, world: World, call: Call, other: Actor) -> None:
        before = list(Award.objects.filter(call=call).values_list("proposal", "position", "amount_fen"))
        found = appeal(world, disqualified(world, call), SOON)
        assert rule(other, found, "upheld", at=SOON).effect == "reinstated"
        assert states(call) == {1: "won", 2: "lost", 3: "won"}
        assert list(Award.objects.filter(call=call).values_list("proposal", "position", "amount_fen")) == before
        shown = queries.awards(viewer=world.officer, call_id=call.pk)
        assert [award.proposal.number for award in shown] == [1, 3]

    def test_is_not_what_another_winner_gives_up(self, world: World, call: Call, other: Actor) -> None:
        found = appeal(world, disqualified(world, call), SOON)
        leave(world, call, 3, SOON)
        placing = queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=SOON)
        assert [(one.number, until) for one, until in placing.held] == [(1, None)]
        assert [one.number for one in fill(world, call, SOON).moved_up] == [2]
        rule(other, found, "upheld", at=SOON)
        assert states(call) == {1: "won", 2: "won", 3: "withdrawn"}
        awards = Award.objects.filter(call=call, proposal__state="won").values_list("amount_fen", flat=True)
        assert sum(awards) <= call.purse_fen

    def test_is_not_given_back_where_its_money_is_another_s(self, world: World, call: Call, other: Actor) -> None:
        one = disqualified(world, call)
        found = appeal(world, one, SOON)
        second = call.proposals.get(number=2)  # as an earlier release filled the place at once
        Proposal.objects.filter(pk=second.pk).update(state="won")
        Award.objects.create(call=call, proposal=second, position=9, amount_fen=second.amount_fen, created_at=SOON)
        rule(other, found, "upheld", at=SOON)
        assert states(call) == {1: "lost", 2: "won", 3: "won"}


class TestTheClose:
    def test_waits_while_a_team_may_appeal(self, world: World, call: Call) -> None:
        end = call.phases.get(kind="award").ends_at
        one = call.proposals.get(number=1)
        at = end - timedelta(hours=1)
        operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="材料不实", at=at)
        one.refresh_from_db()
        until = decision_on(one).appeal_until
        assert blocks(world, call, end) == ["appeal_days"]
        refused("blocked", operations.advance, actor=world.officer, call_id=call.pk, expected="award", at=end)
        assert blocks(world, call, until) == []
        done = operations.advance(actor=world.officer, call_id=call.pk, expected="award", at=until)
        assert done.state == "closed"

    def test_waits_for_the_ruling(self, world: World, call: Call, other: Actor) -> None:
        found = appeal(world, disqualified(world, call), SOON)
        end = call.phases.get(kind="award").ends_at
        assert end > day("award", 5)
        assert blocks(world, call, end) == ["appeals"]
        rule(other, found, at=end)
        assert blocks(world, call, end) == []

    def test_does_not_wait_for_who_gave_a_place_up(self, world: World, call: Call) -> None:
        end = call.phases.get(kind="award").ends_at
        leave(world, call, 1, end - timedelta(hours=1))
        assert blocks(world, call, end) == []
