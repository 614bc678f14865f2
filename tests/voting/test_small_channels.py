"""How many came by which way is told only as far as it tells of nobody: page, file, API and event agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shanzhi.audit.models import Event
from shanzhi.voting import operations
from shanzhi.voting.models import Poll
from shanzhi.voting.operations import SheetReading
from shanzhi.voting.operations.channels import channel_meta
from shanzhi.voting.operations.publishing import told_channels
from tests.voting import support
from tests.voting.paper_support import a_hall

FIGURES = ("online", "paper", "invalid", "roll_added", "visits", "visits_void")


def a_closed(*, online: int, paper: int, invalid: int = 0, electorate: int = 50, group: int = 5) -> Poll:
    """A closed poll as its row tells; it is kept nowhere."""
    raw = {"online": online, "paper": paper, "invalid": invalid, "roll_added": 1, "visits": 1, "visits_void": 0}
    return Poll(
        ballots_total=online + paper,
        blank_total=0,
        smallest_electorate=electorate,
        smallest_group=group,
        channels={**raw, "booth_least": 10, "booths": [{"code": "AAA", "cast": paper + invalid}]},
    )


def told(**figures: int) -> dict[str, Any]:
    """What is told of it; figures alone."""
    found = told_channels(a_closed(**figures))
    assert found is not None
    assert (found["booths"] is None) == bool(found["least"])  # what booths add up to tells of invalid sheets
    return {name: found[name] for name in FIGURES if found[name] is not None}


class TestOfFewBallots:
    def test_ways_are_told_that_a_smallest_group_took(self) -> None:
        assert told(online=15, paper=5, invalid=2) == {"online": 15, "paper": 5}

    @pytest.mark.parametrize(("online", "paper"), [(16, 4), (4, 16), (19, 1)])
    def test_neither_way_is_told_when_fewer_took_one(self, online: int, paper: int) -> None:
        assert told(online=online, paper=paper) == {}  # one is what the other lacks of the ballots

    def test_nothing_is_told_where_the_ballots_are_not(self) -> None:
        assert told(online=9, paper=0) == {}

    def test_a_way_that_nobody_took_is_told(self) -> None:
        assert told(online=0, paper=20, invalid=1) == {"online": 0, "paper": 20}


class TestOfManyBallots:
    def test_everything_is_told(self) -> None:
        assert told(online=60, paper=5, invalid=2) == {
            "online": 60, "paper": 5, "invalid": 2, "roll_added": 1, "visits": 1, "visits_void": 0,
        }  # fmt: skip

    def test_nothing_is_told_of_few_on_paper(self) -> None:
        assert told(online=60, paper=4, invalid=0) == {}

    def test_nothing_tells_that_every_sheet_was_invalid(self) -> None:
        assert told(online=60, paper=0, invalid=12) == {}

    def test_nobody_on_paper_may_be_told(self) -> None:
        assert told(online=60, paper=0)["paper"] == 0

    def test_everything_is_told_where_nothing_is_to_be_held_back(self) -> None:
        assert told(online=3, paper=1, invalid=1, electorate=0)["invalid"] == 1


class TestThePublishedFile:
    def test_has_no_figure_that_is_held_back_and_says_so(self) -> None:
        meta = channel_meta(a_closed(online=15, paper=5, invalid=2))
        assert set(meta) == {"votes_online", "votes_paper", "votes_held_back"}
        assert "fewer than 5 voters" in meta["votes_held_back"]
        assert "votes_held_back" not in channel_meta(a_closed(online=60, paper=5))


@pytest.mark.django_db
class TestAVoteOfFewAtAPollingPlace:
    def test_tells_the_same_everywhere(self) -> None:
        hall = a_hall(9, smallest_electorate=50, smallest_group=3)
        for person in hall.voters[:5]:
            support.vote(person, hall.poll.pk, ["1"])
        for person in hall.voters[5:]:
            hall.mark(person)
        hall.close(unissued=16, cast=4)
        serials = hall.serials(4)
        readings = [*[SheetReading("valid", ["1"])] * 2, *[SheetReading("invalid", reason="unclear")] * 2]
        for serial, reading in zip(serials, readings, strict=True):
            for by in (hall.first, hall.second):
                hall.enter(by, serial, reading)
        hall.reconcile()
        poll = support.close(hall.poll)
        assert (poll.channels["paper"], poll.channels["invalid"]) == (2, 2)
        count = operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now())
        closing = Event.objects.get(verb="voting.poll.close", subject_id=str(poll.pk))
        answer = Client().get(f"/api/v1/voting/polls/{poll.pk}/result").json()["channels"]
        assert closing.change["channels"] == answer == {**dict.fromkeys(poll.channels), "least": 3}
        assert "votes_online" not in count.file
        assert "votes_held_back" in count.file
        for page in ("results", "places"):
            text = Client(headers={"accept-language": "en"}).get(reverse(f"voting:{page}", args=[poll.pk]))
            assert "is told only where 3 voters or more came by each" in text.content.decode()
