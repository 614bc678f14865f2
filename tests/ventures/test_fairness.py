"""What keeps a decision fair where things come in another order: late teams, projects that left, small votes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Conflict, Proposal
from shanzhi.ventures.operations.sheets import OwnInterest, due_sheets
from shanzhi.ventures.queries import jury
from tests.ventures.jury_support import cast, make_panel, pitching
from tests.ventures.support import World, bring, day, make_call, resident


class TestAJurorWhoseTeamCameLater:
    def test_neither_sees_nor_fills_in_the_sheet_and_nobody_waits_for_it(self, world: World) -> None:
        panel = make_panel(world, jurors=2)
        own = panel.projects[0]
        Proposal.objects.filter(pk=own.pk).update(contact=panel.actors[1].person())
        panel.declare(0)
        panel.declare(1)
        assert not Conflict.objects.exists()
        with pytest.raises(OwnInterest):
            operations.save_sheet(
                actor=panel.actors[1], call_id=panel.call.pk, proposal_id=own.pk, version=0,
                scores={"need": 100, "plan": 100}, hand_in=True, at=pitching(1),
            )  # fmt: skip
        with pytest.raises(jury.OwnInterest):
            jury.own_sheet(viewer=panel.actors[1], found=panel.call, proposal_id=own.pk, at=pitching())
        seen = {
            row.proposal.pk: row.state for row in jury.projects(viewer=panel.actors[1], found=panel.call, at=pitching())
        }
        assert seen[own.pk] == "interest"
        assert (2, "001") not in due_sheets(panel.call, pitching())
        assert (1, "001") in due_sheets(panel.call, pitching())


class TestSheetsOfAProjectThatLeft:
    def test_move_no_other_score(self, world: World) -> None:
        panel = make_panel(world, jurors=2, normalise="shift")
        panel.declare(0)
        panel.declare(1)
        for juror, points in ((0, (70, 60, 0)), (1, (80, 80, 100))):
            for project, given in enumerate(points):
                panel.score(juror, project, (given, given))
        third = panel.projects[2]
        operations.withdraw_proposal(
            actor=resident(world.people[2]), proposal_id=third.pk, reason="搬走", at=pitching(2)
        )
        closed = panel.close()
        found = {one["project"]: one["score"] for one in closed.results}
        # Each juror's mean of the two that stand (65 and 80) is moved to the mean of all (72.5).
        assert found == {"001": 7500 + 0, "002": 7000}


class TestPlacesInASmallVote:
    def test_are_filled_in_the_order_that_was_foretold(self, world: World) -> None:
        rule = {
            "rule": "score", "satisfaction": "cost", "completion": "none", "ties": ["votes", "id"],
            "threshold": {"voters": 0, "share": "0", "by_cost": 0}, "composite": None,
        }  # fmt: skip
        call = bring(world, make_call(world, purse_fen=700_000, rule=rule), "voting", proposals=6)
        for place, person in enumerate(world.people[:5]):  # five for the third, four for the fourth, three, two
            cast(person, call, ["003", "004", "001", "006"][: 4 - max(0, place - 1)])
        call = operations.advance(actor=world.officer, call_id=call.pk, expected="voting", at=day("award"))
        assert [one.proposal.number for one in queries.awards(viewer=world.officer, call_id=call.pk)] == [3, 6]
        at = day("award", 5)
        third = call.proposals.get(number=3)
        operations.disqualify_proposal(actor=world.officer, proposal_id=third.pk, reason="材料不实", at=at)
        at += timedelta(days=7)  # nobody appealed
        foretold = queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=at)
        call.refresh_from_db()
        done = operations.fill_places(
            actor=world.officer, call_id=call.pk, version=call.version, at=at + timedelta(minutes=1)
        )
        assert [one.number for one in foretold.moved_up] == [one.number for one in done.moved_up] == [4]
        assert [one.number for one, _why in done.passed_over] == [1]
