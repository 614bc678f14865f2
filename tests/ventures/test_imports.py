"""Elections of elsewhere as finished calls, and the clock's command."""

from fractions import Fraction
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from shanzhi.kernel.actor import Actor
from shanzhi.tally.election import Election, Project, from_lists
from shanzhi.tally.spec import Spec
from shanzhi.ventures import operations, queries
from shanzhi.ventures.operations.calls import NotYourArea
from tests.ventures.support import AT, SUBDISTRICT, World, bring, day, make_call


def election() -> Election:
    """Three projects, a purse for two; the file says that the second alone won."""
    projects = [
        Project("a", Fraction(60), "甲", selected=False),
        Project("b", Fraction(40), "乙", selected=True),
        Project("c", Fraction("30.5"), "丙", selected=False),
    ]
    return from_lists(projects=projects, budget=100, kind="approval", ballots=[[0], [0, 1], [0, 1], [2], []])


class TestAnImportedRound:
    def make(self, actor: Actor) -> object:
        return operations.import_round(
            actor=actor, election=election(), title="别处的选举", areas=[SUBDISTRICT], source="测试文件.pb",
            spec=Spec("score"), at=AT,
        )  # fmt: skip

    def test_keeps_the_official_winners_beside_the_computed_ones(self, world: World) -> None:
        self.make(world.officer)
        call = queries.calls(viewer=Actor.anonymous()).get()
        assert (call.state, call.imported, call.purse_fen) == ("closed", True, 10_000)
        rows = {one.code: (one.state, one.official) for one in queries.proposals(viewer=Actor.anonymous())}
        assert rows == {"a": ("won", False), "b": ("won", True), "c": ("lost", False)}
        assert [award.proposal.code for award in queries.awards(viewer=Actor.anonymous(), call_id=call.pk)] == [
            "a",
            "b",
        ]

    def test_is_imported_once(self, world: World) -> None:
        self.make(world.officer)
        with pytest.raises(operations.ImportedAlready):
            self.make(world.officer)
        assert queries.calls(viewer=world.officer).count() == 1

    def test_needs_a_role_in_the_area_and_leaves_nothing_without(self, world: World) -> None:
        for actor in (world.outsider, world.worker, world.team):
            with pytest.raises(NotYourArea):
                self.make(actor)
        assert not queries.calls(viewer=Actor.system("test")).exists()

    def test_is_left_alone_by_the_clock(self, world: World) -> None:
        self.make(world.officer)
        assert operations.run_clock(at=day("award")) == []


class TestTheClocksCommand:
    def test_moves_what_is_due_and_says_so(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        out = StringIO()
        with time_machine.travel(day("submission"), tick=False):
            call_command("ventures_clock", stdout=out)
        call.refresh_from_db()
        assert call.state == "submission"
        assert f"{call.pk} submission moved" in out.getvalue()
