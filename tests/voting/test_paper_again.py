"""Lines sent again, visits made again, and envelopes that give way, without network."""

from __future__ import annotations

import pytest

from shanzhi.voting import operations, queries
from shanzhi.voting.models import PaperMark
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall, another_hall, vote_at
from tests.voting.support import STAFF, actor, now
from tests.voting.test_paper_offline import a_quiet_hall, ago, states

pytestmark = pytest.mark.django_db


def refuse(hall: Hall, mark: PaperMark) -> None:
    """Let the second officer not confirm a visit."""
    operations.refuse_visit(actor=hall.second, booth_id=hall.booth.pk, mark_id=mark.pk, reason="独自一人", at=now())


class TestALineSentAgain:
    @pytest.mark.parametrize("ended", ["returned", "void"])
    def test_after_its_mark_ended_leaves_the_ballot_cast_online_since(self, ended: str) -> None:
        hall = a_quiet_hall(kind="home_visit")
        voter, line = hall.voters[0], (hall.voters[0], ago(20))
        (first,) = hall.upload(line)
        if ended == "void":
            refuse(hall, first.mark)
        else:
            operations.hand_back(actor=hall.first, booth_id=hall.booth.pk, mark_id=first.mark.pk, at=now())
        support.vote(voter, hall.poll.pk, ["1"])
        (again,) = hall.upload(line)
        assert (again.known, again.mark.pk, again.mark.state) == (True, first.mark.pk, ended)
        own = queries.own_ballot(viewer=actor(voter), poll_id=hall.poll.pk)
        assert own is not None
        assert own.choices == ["1"]

    def test_needs_no_sheet(self) -> None:
        hall = a_hall(1, kind="home_visit", received=None)
        operations.print_sheets(actor=STAFF, booth_id=hall.booth.pk, number=1, at=ago(50))
        operations.open_booth(actor=hall.first, booth_id=hall.booth.pk, received=1, at=ago(50))
        line = (hall.voters[0], ago(20))
        (first,) = hall.upload(line)
        operations.hand_back(actor=hall.first, booth_id=hall.booth.pk, mark_id=first.mark.pk, at=now())
        assert hall.upload(line)[0].known


class TestAVisitMadeAgain:
    def test_with_network_after_nobody_confirmed_the_first(self) -> None:
        hall = a_hall(2, kind="home_visit", received=5)
        voter = hall.voters[0]
        first = hall.mark(voter)
        refuse(hall, first)
        second = hall.mark(voter)
        assert (second.state, second.outer) == ("awaiting", first.outer)
        with pytest.raises(operations.MarkedAlready):
            hall.mark(voter)

    def test_without_network_is_told_from_the_first_by_its_minute(self) -> None:
        hall = a_quiet_hall(kind="home_visit")
        early, late = (hall.voters[0], ago(30)), (hall.voters[0], ago(10))
        (first,) = hall.upload(early)
        refuse(hall, first.mark)
        (second,) = hall.upload(late)
        assert (second.known, second.mark.state) == (False, "awaiting")
        for line, mark in ((early, first.mark), (late, second.mark)):
            (again,) = hall.upload(line)
            assert (again.known, again.mark.pk) == (True, mark.pk)
        assert PaperMark.objects.count() == 2


class TestAnEnvelopeThatGivesWay:
    def test_hands_on_that_an_online_ballot_is_void(self) -> None:
        hall = a_quiet_hall()
        other = another_hall(hall.poll)
        operations.open_booth(actor=other.first, booth_id=other.booth.pk, received=9, at=ago(50))
        operations.print_sheets(actor=STAFF, booth_id=other.booth.pk, number=9, at=now())
        voter = hall.voters[0]
        vote_at(voter, hall.poll.pk, ["1"], ago(5))
        hall.upload((voter, ago(20)))
        assert states(other.upload((voter, ago(30)))) == [("accepted", "")]
        hall.close(unissued=19, cast=0)
        other.close(unissued=8, cast=1)
        operations.open_outers(actor=other.first, booth_id=other.booth.pk, at=now())
        other.enter_all([["2"]])
        hall.reconcile()
        other.reconcile()
        told = support.close(hall.poll).channels
        assert (told["online"], told["online_void"], told["paper"]) == (0, 1, 1)
        assert (told["provisional"], told["provisional_void"]) == (1, 1)
