"""A booth: its officers, its sheets, its voters, its figures; the database holds what the operations promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Booth, Envelope, PaperEntry, PaperMark, RollEntry, Sheet
from shanzhi.voting.operations import SheetCount, SheetReading
from tests.support import people
from tests.voting import support
from tests.voting.paper_support import a_hall, a_plan, another_hall, officer_of, vote_at
from tests.voting.support import ELSEWHERE, STAFF, a_draft, a_person, actor, now

pytestmark = pytest.mark.django_db


class TestABooth:
    def test_lies_in_the_area_and_the_time_of_its_poll(self) -> None:
        poll = a_draft()
        plan = a_plan(poll)
        for wrong in (
            {"area": ELSEWHERE},
            {"planned_to": plan.planned_from},
            {"planned_to": poll.closes_at + timedelta(hours=1)},
            {"name": " "},
            {"kind": "bus"},
        ):
            given = operations.BoothPlan(**{**plan_fields(plan), **wrong})  # type: ignore[arg-type]
            with pytest.raises(operations.BadBooth):
                operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=given, at=now())
        operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=plan, at=now())
        with pytest.raises(operations.BadBooth):
            operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=plan, at=now())

    def test_opens_with_two_officers_while_the_vote_runs(self) -> None:
        hall = a_hall(received=None)
        for one in (hall.second, hall.third):
            operations.end_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=one.person(), at=now())
        with pytest.raises(operations.TooFewOfficers):
            hall.open(5)
        operations.give_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=hall.second.person(), at=now())
        hall.open(5)
        with pytest.raises(operations.TooFewOfficers):
            operations.end_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=hall.second.person(), at=now())
        with pytest.raises(MoveRefused):
            operations.open_booth(actor=hall.first, booth_id=hall.booth.pk, received=5, at=now())

    def test_takes_officers_with_a_role_there_alone(self) -> None:
        hall = a_hall(received=None)
        for person in (a_person(), people.a_person("", officer_role(), role_area=ELSEWHERE)):
            with pytest.raises(operations.OfficerNeedsRole):
                operations.give_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=person.pk, at=now())
        with pytest.raises(operations.OfficerAlready):
            operations.give_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=hall.first.person(), at=now())

    def test_is_worked_by_its_officers_alone(self) -> None:
        hall = a_hall()
        other = officer_of()
        with pytest.raises(operations.NotAnOfficer):
            hall.mark(hall.voters[0], by=other)
        with pytest.raises(NotFound):
            hall.mark(hall.voters[0], by=actor(hall.voters[1]))
        with pytest.raises(operations.NotAnOfficer):
            hall.mark(hall.voters[0], by=STAFF)

    def test_prints_sheets_only_of_a_frozen_ballot(self) -> None:
        poll = a_draft()
        booth = operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=a_plan(poll), at=now())
        with pytest.raises(operations.PollNotOpen):
            operations.print_sheets(actor=STAFF, booth_id=booth.pk, number=5, at=now())
        for number in (0, 501):
            with pytest.raises(operations.BadBooth):
                operations.print_sheets(actor=STAFF, booth_id=booth.pk, number=number, at=now())

    def test_that_never_opened_is_cancelled_or_left_to_the_close(self) -> None:
        hall = a_hall(received=None)
        another = another_hall(hall.poll)
        with pytest.raises(operations.BadBooth):
            operations.cancel_booth(actor=STAFF, booth_id=hall.booth.pk, reason=" ", at=now())
        operations.cancel_booth(actor=STAFF, booth_id=hall.booth.pk, reason="下雨", at=now())
        support.close(hall.poll)
        another.booth.refresh_from_db()
        assert another.booth.state == "cancelled"


def plan_fields(plan: operations.BoothPlan) -> dict[str, object]:
    """Give the fields of a plan."""
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def officer_role() -> object:
    """Give a role that officers may hold."""
    return "volunteer"


class TestAVoterAtABooth:
    def test_is_marked_at_once_and_cannot_vote_online(self) -> None:
        hall = a_hall()
        voter = hall.voters[0]
        hall.mark(voter)
        with pytest.raises(operations.VotedOnPaper):
            support.vote(voter, hall.poll.pk, ["1"])
        told = queries.may_vote(viewer=actor(voter), poll_id=hall.poll.pk, at=now())
        assert (told.allowed, told.code) == (False, "voted_on_paper")
        assert queries.own_ballot(viewer=actor(voter), poll_id=hall.poll.pk) is None

    def test_gets_no_second_sheet_at_any_booth(self) -> None:
        hall = a_hall()
        other = another_hall(hall.poll)
        other.open()
        hall.mark(hall.voters[0])
        for where in (hall, other):
            with pytest.raises(operations.MarkedAlready) as told:
                where.mark(hall.voters[0])
            assert hall.booth.name in told.value.text

    def test_who_voted_online_is_told_to_change_that_ballot(self) -> None:
        hall = a_hall()
        receipt = support.vote(hall.voters[0], hall.poll.pk, ["1"])
        for replace in (False, True):  # the poll's terms do not allow replacing
            with pytest.raises(operations.VotedOnline):
                hall.mark(hall.voters[0], replace_online=replace)
        own = queries.own_ballot(viewer=actor(hall.voters[0]), poll_id=hall.poll.pk)
        assert own is not None
        assert own.receipt == receipt

    def test_may_replace_the_online_ballot_where_the_terms_say_so(self) -> None:
        hall = a_hall(replaces=True)
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        with pytest.raises(operations.VotedOnline):
            hall.mark(hall.voters[0])
        mark = hall.mark(hall.voters[0], replace_online=True)
        assert mark.envelope_void
        with pytest.raises(operations.VotedOnPaper):
            support.vote(hall.voters[0], hall.poll.pk, ["1"])

    def test_shows_a_document_first(self) -> None:
        hall = a_hall()
        with pytest.raises(operations.DocumentNotSeen):
            operations.mark_voter(
                actor=hall.first, booth_id=hall.booth.pk, voter=hall.number(hall.voters[0]), document_seen=False,
                key="a" * 8, at=now(),
            )  # fmt: skip

    def test_stands_on_the_booths_part_of_the_roll(self) -> None:
        hall = a_hall()
        with pytest.raises(operations.NotOnThisRoll):
            operations.mark_voter(
                actor=hall.first, booth_id=hall.booth.pk, voter=10**9, document_seen=True, key="b" * 8, at=now()
            )

    def test_is_marked_once_by_a_request_sent_twice(self) -> None:
        hall = a_hall()
        given = {"actor": hall.first, "booth_id": hall.booth.pk, "voter": hall.number(hall.voters[0])}
        marks = [
            operations.mark_voter(**given, document_seen=True, key="same-key", at=now()).pk  # type: ignore[arg-type]
            for _ in range(2)
        ]
        assert len(set(marks)) == 1
        assert PaperMark.objects.count() == 1

    def test_who_hands_the_sheet_back_may_vote_online(self) -> None:
        hall = a_hall()
        mark = hall.mark(hall.voters[0])
        for _ in range(2):
            operations.hand_back(actor=hall.first, booth_id=hall.booth.pk, mark_id=mark.pk, at=now())
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        with pytest.raises(operations.VotedOnline):
            hall.mark(hall.voters[0])

    def test_gets_no_sheet_that_is_not_there(self) -> None:
        hall = a_hall(received=1)
        hall.mark(hall.voters[0])
        with pytest.raises(operations.NoSheetLeft):
            hall.mark(hall.voters[1])
        operations.receive_sheets(actor=hall.first, booth_id=hall.booth.pk, number=1, at=now())
        hall.mark(hall.voters[1])

    def test_comes_too_late_after_the_close_of_the_vote(self) -> None:
        hall = a_hall()
        with pytest.raises(operations.PollOver):
            hall.mark(hall.voters[0], at=hall.poll.closes_at)

    def test_is_linked_to_no_sheet_in_any_event(self) -> None:
        hall = a_hall()
        hall.mark(hall.voters[0])
        (serial, *_rest) = hall.serials(1)
        operations.spoil_sheet(actor=hall.first, booth_id=hall.booth.pk, serial=serial, at=now())
        verbs = set()
        for event in Event.objects.filter(verb__startswith="voting.booth."):
            text = f"{event.change} {event.subject_id} {event.reason}"
            verbs.add(event.verb)
            assert not any(sheet in text for sheet in Sheet.objects.values_list("serial", flat=True))
            assert str(hall.voters[0].pk) not in text
        assert {"voting.booth.look", "voting.booth.mark", "voting.booth.spoil"} <= verbs


class TestASpoiledSheet:
    def test_is_replaced_once_and_never_read_in(self) -> None:
        hall = a_hall(received=3)
        hall.mark(hall.voters[0])
        serial = hall.serials(1)[0]
        for _ in range(2):
            operations.spoil_sheet(actor=hall.first, booth_id=hall.booth.pk, serial=serial, at=now())
        with pytest.raises(operations.UnknownSheet):
            operations.spoil_sheet(actor=hall.first, booth_id=hall.booth.pk, serial="A7K123456Q", at=now())
        hall.close(unissued=1, cast=1, spoiled=1)
        with pytest.raises(operations.SheetSpoiled):
            hall.enter(hall.first, serial, SheetReading("valid", ["1"]))
        hall.enter_all([["1"]])
        booth = hall.reconcile()
        assert (booth.sheets_issued, booth.sheets_entered) == (2, 1)


class TestReconciling:
    def test_names_each_difference_with_its_numbers(self) -> None:
        hall = a_hall(received=10)
        for voter in hall.voters[:3]:
            hall.mark(voter)
        wrong = {"unissued": 5, "cast": 4, "spoiled": 1, "returned": 1}
        known = {"received": (10, 8), "spoiled": (1, 0), "returned": (1, 0), "issued": (3, 6)}
        with pytest.raises(operations.CountsDiffer) as told:
            hall.close(**wrong)
        assert {one.code: (one.left, one.right) for one in told.value.differences} == known
        assert "10" in told.value.text
        hall.booth.refresh_from_db()
        assert (hall.booth.state, hall.booth.sheets_unissued) == ("open", None)
        hall.close(unissued=7, cast=3)
        operations.recount_sheets(
            actor=hall.first, booth_id=hall.booth.pk, count=SheetCount(**wrong), reason="x", at=now()
        )
        with pytest.raises(operations.DoesNotReconcile) as told:
            hall.reconcile()
        found = {one.code: (one.left, one.right) for one in told.value.differences}
        assert found == {**known, "cast": (4, 0)}

    def test_waits_for_the_second_reading(self) -> None:
        hall = a_hall(received=5)
        hall.mark(hall.voters[0])
        hall.close(unissued=4, cast=1)
        hall.enter(hall.first, hall.serials(1)[0], SheetReading("valid", ["1"]))
        with pytest.raises(operations.DoesNotReconcile) as told:
            hall.reconcile()
        assert {one.code for one in told.value.differences} == {"cast", "unresolved"}

    def test_goes_through_after_a_recount_for_a_reason(self) -> None:
        hall = a_hall(received=5)
        operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())
        hall.mark(hall.voters[0])
        hall.close(unissued=3, cast=1)  # one mark may still come by the list
        hall.enter_all([["1"]])
        count = SheetCount(unissued=4, spoiled=0, returned=0, cast=1)
        recount = {"actor": hall.first, "booth_id": hall.booth.pk, "count": count, "at": now()}
        with pytest.raises(operations.ReasonForRecount):
            operations.recount_sheets(**recount, reason=" ")  # type: ignore[arg-type]
        operations.recount_sheets(**recount, reason="两张粘在一起")  # type: ignore[arg-type]
        assert hall.reconcile().state == "reconciled"

    def test_counts_a_sheet_carried_off(self) -> None:
        hall = a_hall(received=5)
        mark = hall.mark(hall.voters[0])
        operations.carry_off(actor=hall.first, booth_id=hall.booth.pk, mark_id=mark.pk, reason="带走了", at=now())
        hall.close(unissued=4, cast=0)
        assert hall.reconcile().sheets_carried_off == 1
        assert support.close(hall.poll).channels["booths"][0]["carried_off"] == 1

    def test_is_held_by_the_database_too(self) -> None:
        hall = a_hall(received=5)
        hall.mark(hall.voters[0])
        hall.close(unissued=4, cast=1)
        figures = {"sheets_issued": 1, "sheets_void": 0, "sheets_carried_off": 0, "sheets_entered": 1}
        rows = Booth.objects.filter(pk=hall.booth.pk)
        with pytest.raises(IntegrityError, match="do not agree"), transaction.atomic():
            rows.update(state="reconciled", reconciled_at=now(), **figures)
        hall.enter_all([["1"]])
        with pytest.raises(IntegrityError, match="voting_booth_reconciled"), transaction.atomic():
            rows.update(state="reconciled", reconciled_at=now(), **{**figures, "sheets_unissued": 3})
        hall.reconcile()
        for change in ({"sheets_cast": 2}, {"state": "closed"}):
            with pytest.raises(IntegrityError, match="no longer changes"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(IntegrityError, match="entered after"), transaction.atomic():
            PaperEntry.objects.all()._raw_delete("default")


class TestThePoll:
    def test_does_not_close_while_a_booth_is_open_or_not_reconciled(self) -> None:
        hall = a_hall(received=5)
        with pytest.raises(operations.BoothsUnreconciled) as told:
            support.close(hall.poll)
        assert hall.booth.name in told.value.text
        hall.close(unissued=5, cast=0)
        with pytest.raises(operations.BoothsUnreconciled):
            operations.close_poll(actor=STAFF, poll_id=hall.poll.pk, at=hall.poll.closes_at)
        hall.reconcile()
        assert support.close(hall.poll).state == "closed"

    def test_is_held_open_by_the_database_too(self) -> None:
        hall = a_hall(received=5)
        rows = type(hall.poll).objects.filter(pk=hall.poll.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="reconciled booths"), transaction.atomic():
            rows.update(state="closed", ballots_total=0, blank_total=0)

    def test_freezes_its_terms_of_paper(self) -> None:
        hall = a_hall(received=None, registration=True)
        given = {"booth_registration": False, "paper_replaces_online": True}
        with pytest.raises(operations.BadPoll):
            operations.set_paper_terms(actor=STAFF, poll_id=hall.poll.pk, at=now(), **given)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            type(hall.poll).objects.filter(pk=hall.poll.pk).update(**given)
        assert operations.polls.terms(hall.poll)["booth_registration"] is True
        assert "paper_replaces_online" not in operations.polls.terms(hall.poll)


class TestTheDatabase:
    def test_fills_no_place_that_is_taken_on_paper(self) -> None:
        hall = a_hall()
        hall.mark(hall.voters[0])
        with pytest.raises(IntegrityError, match="taken by a vote on paper"), transaction.atomic():
            Envelope.objects.update(sealed=b"x" * 40)

    def test_empties_no_envelope_by_deleting_it(self) -> None:
        hall = a_hall()
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        with pytest.raises(IntegrityError, match="emptied at the close alone"), transaction.atomic():
            Envelope.objects.all()._raw_delete("default")

    def test_refuses_a_close_with_a_place_too_many(self) -> None:
        hall = a_hall(received=5)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO voting_envelope (poll_id, voter_mac, sealed) VALUES (%s, %s, '')",
                [hall.poll.pk, b"z" * 32],
            )
        hall.close(unissued=5, cast=0)
        hall.reconcile()
        with pytest.raises(Conflict) as told:
            support.close(hall.poll)
        assert told.value.code == "places_disagree"

    def test_lets_onto_a_running_roll_only_who_was_added_at_an_open_booth(self) -> None:
        hall = a_hall(registration=True)
        closed_terms = a_hall()
        child = a_person(born=now().date() - timedelta(days=3650))
        unverified, stranger, right = a_person(verified=False), a_person(ELSEWHERE), a_person()
        for person, poll, booth in (
            (right, hall.poll, None),
            (right, closed_terms.poll, closed_terms.booth),
            (right, hall.poll, closed_terms.booth),
            (child, hall.poll, hall.booth),
            (unverified, hall.poll, hall.booth),
            (stranger, hall.poll, hall.booth),
        ):
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                RollEntry.objects.create(poll=poll, person=person, area=person.area, added_at_booth=booth)
        entry = RollEntry.objects.create(poll=hall.poll, person=right, area=right.area, added_at_booth=hall.booth)
        for change in (lambda: entry.delete(), lambda: RollEntry.objects.filter(pk=entry.pk).update(area=ELSEWHERE)):
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                change()


class TestVotingAfterAMark:
    def test_counts_one_ballot_for_each_person(self) -> None:
        hall = a_hall(received=6)
        vote_at(hall.voters[0], hall.poll.pk, ["1"], now())
        hall.mark(hall.voters[1])
        hall.close(unissued=5, cast=1)
        hall.enter_all([["2"]])
        hall.reconcile()
        closed = support.close(hall.poll)
        assert closed.ballots_total == 2
        assert (closed.channels["online"], closed.channels["paper"]) == (1, 1)


class TestTheMarksOfABooth:
    def test_show_staff_of_a_part_the_voters_of_that_part(self) -> None:
        hall = a_hall(2)
        hall.mark(hall.voters[0])
        other = people.an_actor(Role.SOCIAL_WORKER, "370102001009")
        own = people.an_actor(Role.SOCIAL_WORKER, hall.voters[0].area[:12])
        assert not queries.marks(viewer=other, booth_id=hall.booth.pk).exists()
        assert queries.marks(viewer=own, booth_id=hall.booth.pk).count() == 1
        assert queries.marks(viewer=hall.first, booth_id=hall.booth.pk).count() == 1
