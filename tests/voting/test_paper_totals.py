"""Totals by channel add up on every way that a voter can take between a sheet and an online ballot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from shanzhi.people.models import Person
from shanzhi.voting import operations
from shanzhi.voting.models import PaperMark
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall
from tests.voting.support import now

pytestmark = pytest.mark.django_db
LONGEST = 4
# What can be done where the voter's place is free, holds an online ballot, or is taken by a mark.
NEXT = {
    "free": {"online": "online", "mark": "paper"},
    "online": {"online": "online", "replace": "paper"},
    "paper": {"hand back": "free", "refuse": "free"},
}


@dataclass
class Expected:
    """What all ways together must come to."""

    filled: int = 0
    online: int = 0
    online_void: int = 0
    paper: int = 0
    returned: int = 0
    void: int = 0

    def add(self, way: tuple[str, ...]) -> None:
        """Add one voter's way, told from its acts alone."""
        place = "free"
        for act in way:
            self.filled += act == "online" and place == "free"
            self.online_void += act == "replace"
            self.returned += act == "hand back"
            self.void += act == "refuse"
            place = NEXT[place][act]
        self.online += place == "online"
        self.paper += place == "paper"


def ways(place: str = "free", done: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give every sequence of acts that the rules allow, up to the longest."""
    yield done
    if len(done) < LONGEST:
        for act, then in NEXT[place].items():
            yield from ways(then, (*done, act))


def go(hall: Hall, voter: Person, way: tuple[str, ...]) -> None:
    """Do what the way says, for one voter."""
    for act in way:
        if act == "online":
            support.vote(voter, hall.poll.pk, ["1"])
        elif act in ("mark", "replace"):
            hall.mark(voter, replace_online=act == "replace")
        else:
            mark = PaperMark.objects.get(person=voter, state="awaiting")
            if act == "hand back":
                operations.hand_back(actor=hall.first, booth_id=hall.booth.pk, mark_id=mark.pk, at=now())
            else:
                operations.refuse_visit(
                    actor=hall.second, booth_id=hall.booth.pk, mark_id=mark.pk, reason="独自一人", at=now()
                )


def test_totals_add_up_for_every_sequence() -> None:
    every, expected = list(ways()), Expected()
    assert len(every) == 2 ** (LONGEST + 1) - 1
    hall = a_hall(len(every), kind="home_visit", replaces=True, received=200)
    for voter, way in zip(hall.voters, every, strict=True):
        go(hall, voter, way)
        expected.add(way)
    standing = list(PaperMark.objects.filter(state="awaiting").values_list("pk", flat=True))
    operations.confirm_visits(actor=hall.second, booth_id=hall.booth.pk, mark_ids=standing, at=now())
    issued = expected.paper + expected.returned + expected.void
    hall.close(unissued=200 - issued, cast=expected.paper, returned=expected.returned)
    operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=now())
    hall.enter_all([["2"]] * expected.paper)
    hall.reconcile()
    told = support.close(hall.poll).channels
    assert told is not None
    assert {name: told[name] for name in ("online", "online_void", "paper", "visits", "visits_void")} == {
        "online": expected.online, "online_void": expected.online_void, "paper": expected.paper,
        "visits": expected.paper, "visits_void": expected.void,
    }  # fmt: skip
    assert told["online"] + told["online_void"] == expected.filled
    (booth,) = told["booths"]
    assert (booth["issued"], booth["returned"], booth["void"], booth["cast"]) == (
        issued, expected.returned, expected.void, expected.paper,
    )  # fmt: skip
