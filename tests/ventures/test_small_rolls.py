"""A small roll is said before the vote opens, with figures; what counts as small is frozen with the terms."""

from typing import Any

import pytest
from django.utils import translation

from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations.call_fields import READERS
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.queries.secrecy import limits_of
from tests.ventures import desk_support as desk
from tests.ventures.support import World, bring, day, make_call, make_person, make_world

pytestmark = pytest.mark.django_db
BALLOT = {"kind": "approval", "smallest_electorate": 40, "smallest_group": 4}


@pytest.fixture
def world() -> World:
    return make_world()


def warned(world: World, call: Call) -> str:
    """What the preview of the next move warns of, in English."""
    with translation.override("en"):
        preview = queries.preview_of_move(viewer=world.officer, call_id=call.pk, at=day("voting"))
        return " ".join(map(str, preview.warnings))


class TestBeforeTheVoteOpens:
    def test_a_small_roll_is_said_with_figures(self, world: World) -> None:
        call = bring(world, make_call(world, ballot=BALLOT), "notice")
        total = operations.draw_roll(actor=world.officer, call_id=call.pk, at=day("voting", -3))
        said = warned(world, call)
        assert f"The roll holds {total} people, fewer than 40" in said
        assert "fewer than 8 people are on the roll" in said

    def test_few_residents_are_said_before_the_terms_freeze(self, world: World) -> None:
        call = bring(world, make_call(world, ballot=BALLOT), "publicity")
        assert "verified residents, fewer than 40" in warned(world, call)

    def test_a_large_roll_is_not_warned_of(self, world: World) -> None:
        call = bring(world, make_call(world, ballot={**BALLOT, "smallest_electorate": 5}), "notice")
        for number in range(200, 210):
            make_person(number)
        operations.draw_roll(actor=world.officer, call_id=call.pk, at=day("voting", -3))
        assert "The roll holds" not in warned(world, call)

    def test_nothing_is_said_where_every_vote_is_published_whole(self, world: World) -> None:
        call = bring(world, make_call(world, ballot={**BALLOT, "smallest_electorate": 0}), "notice")
        assert warned(world, call) == ""

    def test_the_page_of_the_phase_shows_it(self) -> None:
        call = desk.a_draft()
        Call.objects.filter(pk=call.pk).update(ballot={**call.ballot, **BALLOT})
        page = desk.officer().get(f"/desk/calls/{call.pk}/phase/").content.decode()
        assert "投票人数少" in page
        assert "不足 40 人" in page


class TestWhatCountsAsSmall:
    def test_comes_from_the_settings_and_is_part_of_the_frozen_terms(self, world: World, settings: Any) -> None:
        settings.SMALLEST_ELECTORATE, settings.SMALLEST_GROUP = 70, 6
        call = bring(world, make_call(world), "notice")
        settings.SMALLEST_ELECTORATE, settings.SMALLEST_GROUP = 10, 3
        frozen = call.terms.get(version=1).terms["ballot"]
        assert (frozen["smallest_electorate"], frozen["smallest_group"]) == (70, 6)
        assert call.poll is not None
        assert (call.poll.smallest_electorate, call.poll.smallest_group) == (70, 6) == limits_of(call)

    @pytest.mark.parametrize("wrong", [{"smallest_group": 2}, {"smallest_electorate": -1}, {"smallest_group": "x"}])
    def test_is_refused_where_it_makes_no_sense(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(BadValue):
            READERS["ballot"]({**BALLOT, **wrong})

    def test_is_said_among_the_terms(self, world: World) -> None:
        call = bring(world, make_call(world, ballot=BALLOT), "submission")
        page = desk.Client().get(f"/calls/{call.pk}/").content.decode()
        assert "选票不足 40 张时，不公布涉及不足 4 人的内容" in page
