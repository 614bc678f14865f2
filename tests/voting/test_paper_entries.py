"""Paper ballots read in twice, counted with those cast online; nothing tells how they stand before the close."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.kernel.errors import NotFound
from shanzhi.people.models import Person
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Ballot, InvalidSheet, PaperEntry, Poll
from shanzhi.voting.operations import BallotRules, CastChoices, SheetReading
from shanzhi.voting.operations.keys import key_store
from shanzhi.voting.operations.sealed_sheets import PaperSealer
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall, another_hall, officer_of
from tests.voting.support import STAFF, actor, an_open_poll, now, vote

pytestmark = pytest.mark.django_db
VOTES: tuple[list[str], ...] = (["1", "2"], ["2"], [], ["1", "2", "3"], ["3"], ["1"], ["2", "5"], ["4"])


def counted_hall(votes: int = 3, **terms: object) -> Hall:
    """A closed booth with so many voters marked, whose sheets wait to be read in."""
    hall = a_hall(votes, received=votes + 2, **terms)  # type: ignore[arg-type]
    for voter in hall.voters:
        hall.mark(voter)
    hall.close(unissued=2, cast=votes)
    return hall


class TestASheet:
    def test_is_settled_by_two_people_who_read_the_same(self) -> None:
        hall = counted_hall()
        serial = hall.serials(1)[0]
        first = hall.enter(hall.first, serial, SheetReading("valid", ["2", "1"]))
        assert (first.round, first.settled) == (1, False)
        with pytest.raises(operations.ReadByYou):
            hall.enter(hall.first, serial, SheetReading("valid", ["2", "1"]))
        second = hall.enter(hall.second, serial, SheetReading("valid", ["1", "2"]))
        assert (second.round, second.settled) == (2, True)
        with pytest.raises(operations.ReadTwice):
            hall.enter(hall.third, serial, SheetReading("valid", ["1"]))

    def test_read_differently_is_settled_by_a_third_who_is_neither(self) -> None:
        hall = counted_hall(1)
        serial = hall.serials(1)[0]
        hall.enter(hall.first, serial, SheetReading("valid", ["1"]))
        assert not hall.enter(hall.second, serial, SheetReading("invalid", reason="unclear")).settled
        for one in (hall.first, hall.second):
            with pytest.raises(operations.ReadByYou):
                hall.enter(one, serial, SheetReading("valid", ["1"]))
        with pytest.raises(operations.ReadsNeither):
            hall.enter(hall.third, serial, SheetReading("valid", ["3"]))
        assert hall.enter(hall.third, serial, SheetReading("valid", ["3"]), sure=True).settled
        with pytest.raises(operations.DifferenceSettled):
            hall.enter(officer_of_area(), serial, SheetReading("valid", ["1"]))
        hall.reconcile()
        support.close(hall.poll)
        assert Ballot.objects.get().choices == [2]

    def test_is_held_to_two_people_by_the_database(self) -> None:
        hall = counted_hall(1)
        hall.enter(hall.first, hall.serials(1)[0], SheetReading("valid", ["1"]))
        entry = PaperEntry.objects.get()
        for change in ({"round": 2}, {"round": 1, "entered_by_id": hall.second.person()}):
            values = {"round": entry.round, "entered_by_id": entry.entered_by_id, **change}
            with pytest.raises(IntegrityError), transaction.atomic():
                PaperEntry.objects.create(sheet=entry.sheet, sealed=b"", tag=b"", **values)
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            PaperEntry.objects.update(tag=b"")

    def test_of_a_wrong_serial_is_taken_back_by_its_reader_alone(self) -> None:
        hall = counted_hall(1)
        serial = hall.serials(1)[0]
        hall.enter(hall.first, serial, SheetReading("valid", ["1"]))
        with pytest.raises(NotFound):
            operations.take_back_entry(actor=hall.second, booth_id=hall.booth.pk, serial=serial, at=now())
        operations.take_back_entry(actor=hall.first, booth_id=hall.booth.pk, serial=serial, at=now())
        assert not PaperEntry.objects.exists()

    def test_that_breaks_a_rule_is_refused_as_valid(self) -> None:
        hall = counted_hall(1)
        serial = hall.serials(1)[0]
        with pytest.raises(operations.TooMany):
            hall.enter(hall.first, serial, SheetReading("valid", ["1", "2", "3", "4"]))
        with pytest.raises(operations.ReasonMissing):
            hall.enter(hall.first, serial, SheetReading("invalid", reason="because"))
        with pytest.raises(operations.UnknownSheet):
            hall.enter(hall.first, "nothing", SheetReading("valid", ["1"]))

    def test_is_read_in_by_staff_of_the_area_after_the_booth_closed(self) -> None:
        hall = a_hall(1, received=2)
        hall.mark(hall.voters[0])
        serial = hall.serials(1)[0]
        with pytest.raises(operations.BoothNotClosed):
            hall.enter(hall.first, serial, SheetReading("valid", ["1"]))
        hall.close(unissued=1, cast=1)
        with pytest.raises(operations.MayNotEnter):
            hall.enter(officer_of(), serial, SheetReading("valid", ["1"]))
        with pytest.raises(NotFound):
            hall.enter(actor(hall.voters[0]), serial, SheetReading("valid", ["1"]))
        hall.enter(officer_of_area(), serial, SheetReading("valid", ["1"]))


def officer_of_area() -> object:
    """Somebody in charge of the booth's area who is no officer of it."""
    return officer_of(support_role(), support.AREA)


def support_role() -> object:
    """Give a role in charge."""
    return "subdistrict_officer"


class TestBeforeTheClose:
    def test_no_reading_looks_like_another(self) -> None:
        hall = counted_hall(3)
        readings = (
            SheetReading("valid", ["1"]),
            SheetReading("valid", ["1"]),
            SheetReading("invalid", reason="marked"),
        )
        for serial, reading in zip(hall.serials(3), readings, strict=True):
            hall.enter(hall.first, serial, reading)
        rows = PaperEntry.objects.all()
        assert len({bytes(row.tag) for row in rows}) == 3
        assert len({bytes(row.sealed) for row in rows}) == 3
        assert len({len(bytes(row.sealed)) for row in rows}) == 1

    def test_no_row_and_no_event_tells_kind_or_choice(self) -> None:
        hall = counted_hall(2)
        hall.enter(hall.first, hall.serials(2)[0], SheetReading("invalid", reason="too_many"))
        hall.enter(hall.first, hall.serials(2)[1], SheetReading("valid", ["1"]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT e::text FROM voting_paperentry e")
            rows = " ".join(row[0] for row in cursor.fetchall())
            cursor.execute("SELECT change::text || reason FROM audit_event WHERE verb LIKE 'voting.paper%'")
            events = " ".join(row[0] for row in cursor.fetchall())
        assert not re.search("invalid|too_many|valid|choices", rows + events)

    def test_the_serial_does_not_give_the_receipt(self) -> None:
        poll = an_open_poll()
        ours = PaperSealer(poll_id=poll.pk, key=key_store().read(poll.pk))
        other = PaperSealer(poll_id=poll.pk, key=b"x" * 32)
        assert ours.receipt("A7K123456Q") == ours.receipt("A7K123456Q") != other.receipt("A7K123456Q")
        assert re.fullmatch("[A-Z2-7]{24}", ours.receipt("A7K123456Q"))


class TestTheClose:
    def test_gives_each_sheet_its_receipt_and_its_ballot(self) -> None:
        hall = counted_hall(3)
        sealer = PaperSealer(poll_id=hall.poll.pk, key=key_store().read(hall.poll.pk))
        serials = hall.enter_all([["1"], ["2", "3"], ["5"]])
        receipts = [sealer.receipt(serial) for serial in serials]
        hall.reconcile()
        support.close(hall.poll)
        found = queries.receipt(viewer=STAFF, poll_id=hall.poll.pk, code=receipts[1])
        assert [option.code for option, _worth in found.options] == ["2", "3"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT receipt FROM voting_ballot ORDER BY ctid")
            assert [row[0] for row in cursor.fetchall()] == sorted(receipts)
        assert not PaperEntry.objects.exists()

    def test_counts_blank_and_invalid_sheets_as_kinds_of_their_own(self) -> None:
        hall = counted_hall(3)
        sealer = PaperSealer(poll_id=hall.poll.pk, key=key_store().read(hall.poll.pk))
        readings = (
            SheetReading("valid", ["1"]), SheetReading("blank"), SheetReading("invalid", reason="marked"),
        )  # fmt: skip
        serials = hall.serials(3)
        for serial, reading in zip(serials, readings, strict=True):
            for by in (hall.first, hall.second):
                hall.enter(by, serial, reading)
        hall.reconcile()
        poll = support.close(hall.poll)
        assert (poll.ballots_total, poll.blank_total, poll.channels["invalid"]) == (2, 1, 1)
        assert "invalid" not in poll.channels["booths"][0]  # three ballots: by booth it would tell too much
        found = queries.receipt(viewer=STAFF, poll_id=poll.pk, code=sealer.receipt(serials[2]))
        assert found.invalid
        assert InvalidSheet.objects.get().reason == "marked"
        figures = queries.turnout(viewer=STAFF, poll_id=poll.pk)
        assert (figures.ballots, figures.invalid) == (2, 1)

    def test_takes_a_blank_sheet_as_invalid_where_blanks_are_not_taken(self) -> None:
        hall = counted_hall(1, rules=BallotRules(blank_allowed=False))
        for by in (hall.first, hall.second):
            hall.enter(by, hall.serials(1)[0], SheetReading("blank"))
        hall.reconcile()
        poll = support.close(hall.poll)
        assert (poll.ballots_total, poll.channels["invalid"]) == (0, 1)

    def test_tells_invalid_sheets_by_booth_where_all_booths_are_large(self) -> None:
        hall = counted_hall(10)
        hall.enter_all([["1"]] * 9)
        for by in (hall.first, hall.second):
            hall.enter(by, hall.serials(10)[9], SheetReading("invalid", reason="unclear"))
        hall.reconcile()
        assert support.close(hall.poll).channels["booths"][0]["invalid"] == 1

    def test_leaves_no_way_from_a_voter_to_a_ballot(self) -> None:
        hall = counted_hall(2)
        sealer = PaperSealer(poll_id=hall.poll.pk, key=key_store().read(hall.poll.pk))
        receipts = [sealer.receipt(serial) for serial in hall.enter_all([["1"], ["2"]])]
        hall.reconcile()
        support.close(hall.poll)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                " AND table_type = 'BASE TABLE'"
            )
            tables = [row[0] for row in cursor.fetchall()]
            rows = {}
            for table in tables:
                cursor.execute(f'SELECT t::text FROM "{table}" AS t')
                rows[table] = [row[0] for row in cursor.fetchall()]
        for receipt in receipts:
            assert [table for table in tables if any(receipt in row for row in rows[table])] == ["voting_ballot"]


def twin(votes: tuple[CastChoices, ...], people: list[Person], **terms: object) -> Poll:
    """The same votes, all cast online."""
    poll = an_open_poll(people, **terms)
    for person, choices in zip(people, votes, strict=True):
        vote(person, poll.pk, choices)
    return support.close(poll)


class TestAMixedRound:
    @pytest.mark.parametrize("kind", ["approval", "points", "ranked"])
    def test_half_online_half_on_paper_equals_its_all_online_twin(self, kind: str) -> None:
        votes: tuple[CastChoices, ...] = VOTES
        terms: dict[str, object] = {}
        if kind == "points":
            votes = ({"1": 5, "2": 5}, {"3": 10}, {}, {"4": 7, "2": 3}, {"1": 1}, {"5": 4, "1": 6}, {"2": 2}, {"3": 3})
            terms = {"rules": BallotRules(kind="points", points_total=10),
                     "spec": {"rule": "equal-shares", "satisfaction": "points", "completion": "add1u"}}  # fmt: skip
        elif kind == "ranked":
            terms = {"rules": BallotRules(kind="ranked"), "spec": {"rule": "score", "satisfaction": "borda"}}
        hall = a_hall(8, received=10, **terms)
        half = len(votes) // 2
        for person, choices in zip(hall.voters[:half], votes[:half], strict=True):
            vote(person, hall.poll.pk, choices)
        for person in hall.voters[half:]:
            hall.mark(person)
        hall.close(unissued=6, cast=4)
        hall.enter_all(votes[half:])
        hall.reconcile()
        mixed = support.close(hall.poll)
        other = twin(votes, hall.voters, **terms)
        counts = [operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now()) for poll in (mixed, other)]
        assert counts[0].result["outcome"] == counts[1].result["outcome"]
        assert counts[0].digest == counts[1].digest
        bodies = {count.file.split("PROJECTS\n")[1] for count in counts}
        assert len(bodies) == 1
        assert (mixed.ballots_total, mixed.blank_total) == (other.ballots_total, other.blank_total)
        assert (mixed.channels["online"], mixed.channels["paper"]) == (4, 4)
        assert other.channels is None


class TestTypedNumbers:
    CODES = ("001", "002", "012")

    def test_are_read_as_people_type_them(self) -> None:
        read = operations.typed_choices
        assert read("approval", "1，12、 002", self.CODES) == ["001", "012", "002"]
        assert read("points", "1:5 12＝3", self.CODES) == {"001": 5, "012": 3}
        assert read("ranked", "", self.CODES) == []

    @pytest.mark.parametrize(
        ("kind", "text"), [("approval", "9"), ("points", "1"), ("points", "1:x"), ("points", "1:2 1:3")]
    )
    def test_that_make_no_sense_are_refused(self, kind: str, text: str) -> None:
        with pytest.raises(operations.UnknownOption):
            operations.typed_choices(kind, text, self.CODES)


class TestTwoBooths:
    def test_are_told_apart_in_the_totals(self) -> None:
        hall = a_hall(3, received=5)
        other = another_hall(hall.poll)
        other.open(5)
        hall.mark(hall.voters[0])
        other.mark(hall.voters[1])
        other.mark(hall.voters[2])
        for where, cast in ((hall, 1), (other, 2)):
            where.close(unissued=5 - cast, cast=cast)
            where.enter_all([["1"]] * cast)
            where.reconcile()
        told = support.close(hall.poll).channels
        assert {one["code"]: one["cast"] for one in told["booths"]} == {hall.booth.code: 1, other.booth.code: 2}
        assert told["paper"] == 3
