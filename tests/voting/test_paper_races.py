"""Real races at the polling place: threads with connections of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shanzhi.voting import operations
from shanzhi.voting.models import Ballot, Envelope, PaperEntry, PaperMark
from shanzhi.voting.operations import SheetReading
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall, another_hall
from tests.voting.support import now, vote
from tests.voting.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def finish(hall: Hall, cast: int) -> None:
    """Close, read in and reconcile a booth with so many ballots."""
    hall.close(unissued=(hall.booth.sheets_received or 0) - cast, cast=cast)
    hall.enter_all([["1"]] * cast)
    hall.reconcile()


class TestACastAgainstAMark:
    def test_of_one_voter_leaves_one_vote(self) -> None:
        hall = a_hall(12)
        operations.casting.open_form(hall.poll.pk)
        marked = 0
        for voter in hall.voters:
            answers = together(
                lambda voter=voter: vote(voter, hall.poll.pk, ["1"]),  # type: ignore[misc]
                lambda voter=voter: hall.mark(voter),  # type: ignore[misc]
            )
            kinds = (type(answers[0]), type(answers[1]))
            assert kinds in ((str, operations.VotedOnline), (operations.VotedOnPaper, PaperMark))
            marked += kinds[1] is PaperMark
        assert Envelope.objects.count() == 12
        finish(hall, marked)
        closed = support.close(hall.poll)
        assert closed.ballots_total == Ballot.objects.count() == 12
        assert (closed.channels["online"], closed.channels["paper"]) == (12 - marked, marked)

    def test_that_replaces_the_online_ballot_leaves_one_vote(self) -> None:
        hall = a_hall(6, replaces=True)
        for voter in hall.voters:
            vote(voter, hall.poll.pk, ["2"])
            answers = together(
                lambda voter=voter: vote(voter, hall.poll.pk, ["1"]),  # type: ignore[misc]
                lambda voter=voter: hall.mark(voter, replace_online=True),  # type: ignore[misc]
            )
            assert isinstance(answers[1], PaperMark)
        finish(hall, 6)
        closed = support.close(hall.poll)
        assert (closed.ballots_total, closed.channels["online_void"]) == (6, 6)


class TestTwoBooths:
    def test_that_mark_one_voter_at_once_leave_one_mark(self) -> None:
        hall = a_hall(6)
        other = another_hall(hall.poll)
        other.open()
        for voter in hall.voters:
            answers = together(
                lambda voter=voter: hall.mark(voter),  # type: ignore[misc]
                lambda voter=voter: other.mark(voter),  # type: ignore[misc]
            )
            assert {type(answer) for answer in answers} == {PaperMark, operations.MarkedAlready}
        assert PaperMark.objects.count() == 6

    def test_that_upload_one_voter_at_once_leave_one_vote(self) -> None:
        hall = a_hall(4)
        other = another_hall(hall.poll)
        other.open()
        for voter in hall.voters:
            moment = now()
            together(
                lambda voter=voter, moment=moment: hall.upload((voter, moment)),  # type: ignore[misc]
                lambda voter=voter, moment=moment: other.upload((voter, moment)),  # type: ignore[misc]
            )
            assert PaperMark.objects.filter(person=voter).exclude(state="void").count() == 1


class TestAMarkAgainstTheClose:
    def test_of_the_booth_is_counted_or_refused(self) -> None:
        for _round in range(3):
            hall = a_hall(3, received=10)
            acts: list[Callable[[], object]] = [lambda v=v, hall=hall: hall.mark(v) for v in hall.voters]  # type: ignore[misc]
            acts.insert(1, lambda hall=hall: hall.close(unissued=10, cast=0))  # type: ignore[misc]
            answers = together(*acts)
            closed = answers.pop(1)
            marks = PaperMark.objects.filter(booth=hall.booth).count()
            assert marks == sum(isinstance(answer, PaperMark) for answer in answers)
            if closed is None:  # the close was first, with no sheet handed out; so whoever came after it came too late
                assert {type(answer) for answer in answers} == {operations.BoothNotOpen}
            else:  # a mark was first: the count that knows none of it is refused, and the booth stays open for the rest
                assert (type(closed), marks) == (operations.CountsDiffer, len(hall.voters))


class TestTwoWhoReadOneSheet:
    def test_at_once_make_the_first_and_the_second_reading(self) -> None:
        hall = a_hall(1, received=5)
        hall.mark(hall.voters[0])
        hall.close(unissued=4, cast=1)
        serial = hall.serials(1)[0]
        together(
            *[lambda by=by: hall.enter(by, serial, SheetReading("valid", ["1"])) for by in (hall.first, hall.second)]
        )  # type: ignore[misc]
        assert sorted(PaperEntry.objects.values_list("round", flat=True)) == [1, 2]
        together(*[lambda: operations.reconcile_booth(actor=hall.first, booth_id=hall.booth.pk, at=now())] * 2)
        hall.booth.refresh_from_db()
        assert hall.booth.state == "reconciled"
