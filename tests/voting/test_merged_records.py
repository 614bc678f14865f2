"""A person on a roll under several records, which were merged, casts one ballot, by whichever sign-in it comes."""

import secrets
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person, PersonMerge
from shanzhi.people.queries import preview
from shanzhi.voting import exchange, operations, queries
from shanzhi.voting.models import Ballot, Envelope, PaperEntry, Poll, RollEntry, Upload
from shanzhi.voting.operations.merged import OtherEntry
from shanzhi.voting.operations.uploads import waiting_upload
from tests.support.people import an_actor
from tests.voting.paper_support import a_hall
from tests.voting.support import AREA, STAFF, a_draft, a_person, actor, an_open_poll, close, now, vote
from tests.voting.test_paper_offline import a_quiet_hall, ago, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> tuple[Actor, Actor]:
    return an_actor(Role.SUBDISTRICT_OFFICER, AREA), an_actor(Role.SUBDISTRICT_OFFICER, AREA)


def several(number: int = 2) -> list[Person]:
    """Make one person verified against the card and again, under other records, against passports."""
    found = [a_person() for _ in range(number)]
    Person.objects.filter(pk__in=[one.pk for one in found[1:]]).update(verified_against="passport")
    return found


def merge(staff: tuple[Actor, Actor], kept: Person, merged: Person) -> PersonMerge:
    found = people.propose_merge(actor=staff[0], kept_id=kept.pk, merged_id=merged.pk, reason="同一人", at=now())
    return people.approve_merge(actor=staff[1], merge_id=found.pk, at=now())


def undo(staff: tuple[Actor, Actor], found: PersonMerge) -> None:
    people.undo_merge(actor=staff[0], merge_id=found.pk, reason="两个人", at=now())


def lying(poll: Poll) -> list[tuple[bytes, bytes]]:
    rows = Envelope.objects.filter(poll=poll).order_by("voter_mac").values_list("voter_mac", "sealed")
    return [(bytes(mark), bytes(sealed)) for mark, sealed in rows]


class TestOneBallot:
    @pytest.mark.parametrize("first", [0, 1])
    @pytest.mark.parametrize("second", [0, 1])
    def test_is_cast_by_either_sign_in_and_replaces_the_one_before(
        self, staff: tuple[Actor, Actor], first: int, second: int
    ) -> None:
        records = several()
        poll = an_open_poll(records)
        merge(staff, *records)
        vote(records[first], poll.pk, ["1"])
        receipt = vote(records[second], poll.pk, ["2"])
        me = actor_of_person(person_id=records[0].pk, at=now())
        own = queries.own_ballot(viewer=me, poll_id=poll.pk)
        assert own is not None
        assert own.receipt == receipt
        assert queries.may_vote(viewer=me, poll_id=poll.pk, at=now()).allowed
        assert queries.own_votes(viewer=me).count() == 1
        close(poll)
        assert Ballot.objects.filter(poll=poll).count() == 1

    @pytest.mark.parametrize("voted", [0, 1])
    def test_cast_before_the_merge_stays_the_one(self, staff: tuple[Actor, Actor], voted: int) -> None:
        records = several()
        poll = an_open_poll(records)
        vote(records[voted], poll.pk, ["1"])
        before = lying(poll)
        found = merge(staff, *records)
        for record in records:
            vote(record, poll.pk, ["3"])
        assert len([sealed for _mark, sealed in lying(poll) if sealed]) == 1
        undo(staff, found)
        assert [mark for mark, _sealed in lying(poll)] == [mark for mark, _sealed in before]

    def test_is_all_where_only_one_record_is_on_the_roll(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        Person.objects.filter(pk=records[0].pk).update(area="370102002001")
        poll = an_open_poll([])
        merge((an_actor(Role.DISTRICT_OFFICER, "370102"), an_actor(Role.DISTRICT_OFFICER, "370102")), *records)
        for record in records:
            vote(record, poll.pk, ["1"])
        close(poll)
        assert Ballot.objects.filter(poll=poll).count() == 1

    def test_is_held_by_the_key_of_the_envelopes(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        poll = an_open_poll(records)
        merge(staff, *records)
        (held,) = lying(poll)
        with pytest.raises(DatabaseError, match="taken by a vote on paper"), transaction.atomic():
            Envelope.objects.filter(poll=poll, voter_mac=held[0]).update(sealed=b"x" * 40)

    def test_is_held_for_three_records_and_given_back_in_order(self, staff: tuple[Actor, Actor]) -> None:
        records = several(3)
        poll = an_open_poll(records)
        vote(records[2], poll.pk, ["1"])
        before = lying(poll)
        first = merge(staff, records[0], records[1])
        between = lying(poll)
        last = merge(staff, records[0], records[2])
        for record in records:
            with suppress(operations.NotOnRoll):
                vote(record, poll.pk, ["2"])
        assert sorted(bool(sealed) for _mark, sealed in lying(poll)) == [False, False, True]
        undo(staff, last)
        assert [mark for mark, _sealed in lying(poll)] == [mark for mark, _sealed in between]
        undo(staff, first)
        assert [mark for mark, _sealed in lying(poll)] == [mark for mark, _sealed in before]

    def test_costs_other_casts_no_further_statement(self, staff: tuple[Actor, Actor]) -> None:
        records, other = several(), a_person()
        poll = an_open_poll([*records, other])
        vote(other, poll.pk, ["1"])
        with CaptureQueriesContext(connection) as plain:
            vote(other, poll.pk, ["2"])
        merge(staff, *records)
        with CaptureQueriesContext(connection) as after:
            vote(other, poll.pk, ["1"])
            vote(records[0], poll.pk, ["1"])
        assert len(after) == 2 * len(plain) > 0


class TestWhatStandsInTheWay:
    def test_is_a_ballot_of_each_in_a_running_vote(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        poll = an_open_poll(records)
        for record in records:
            vote(record, poll.pk, ["1"])
        with pytest.raises(people.CannotMerge, match=r"Spring|春季"):
            merge(staff, *records)
        tried = Event.objects.filter(verb="people.merge.fail", actor_person=staff[1].person())
        assert set(tried.values_list("subject_id", flat=True)) == {str(one.pk) for one in records}
        people.refuse_merge(actor=staff[0], merge_id=PersonMerge.objects.get().pk, reason="等投票结束", at=now())
        close(poll)
        assert merge(staff, *records).state == "done"
        assert Ballot.objects.filter(poll=poll).count() == 2  # what was counted stays

    def test_is_not_told_beforehand_where_it_is_that_both_voted(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        poll = an_open_poll(records)
        shown = []
        for record in (None, *records):
            if record is not None:
                vote(record, poll.pk, ["1"])
            with CaptureQueriesContext(connection) as asked:
                kept, merged = (one.pk for one in records)
                beside = preview(viewer=staff[0], kept_id=kept, merged_id=merged, at=now())
            shown.append((beside.hindrances, beside.needs_second, beside.kept.counts, beside.merged.counts))
            said = " ".join(one["sql"] or "" for one in asked)
            assert "people_person" in said
            assert not {"voting_envelope", "voting_papermark"} & set(said.replace('"', " ").split())
        assert shown[0] == shown[1] == shown[2]
        assert shown[0][0] == []

    def test_is_a_sheet_of_one_beside_a_ballot_of_the_other(self, staff: tuple[Actor, Actor]) -> None:
        hall = a_hall(2)
        one, other = hall.voters
        Person.objects.filter(pk=other.pk).update(verified_against="passport")
        hall.mark(one)
        vote(other, hall.poll.pk, ["1"])
        with pytest.raises(people.CannotMerge):
            merge(staff, one, other)

    def test_is_work_of_both_at_one_polling_place(self) -> None:
        hall = a_hall(1)
        officers = [Person.objects.get(pk=one.person()) for one in (hall.first, hall.second)]
        Person.objects.filter(pk=officers[1].pk).update(verified_against="passport")
        wide = an_actor(Role.DISTRICT_OFFICER, ""), an_actor(Role.DISTRICT_OFFICER, "")
        with pytest.raises(people.CannotMerge):
            merge(wide, *officers)


class TestOnPaper:
    def test_one_sheet_is_given_by_the_entry_that_votes(self, staff: tuple[Actor, Actor]) -> None:
        hall = a_hall(2)
        kept, merged = hall.voters
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        merge(staff, kept, merged)
        with pytest.raises(OtherEntry):
            hall.mark(merged)
        hall.mark(kept)
        for person in (kept, merged):
            with pytest.raises(operations.VotedOnPaper):
                vote(person, hall.poll.pk, ["1"])
        serials = hall.serials(1)
        hall.close(unissued=19, cast=1)
        for by in (hall.first, hall.second):
            hall.enter(by, serials[0], operations.SheetReading("valid", ["1"]))
        hall.reconcile()
        close(hall.poll)
        assert Ballot.objects.filter(poll=hall.poll).count() == 1

    @pytest.mark.parametrize("marked", [0, 1])
    def test_is_told_whichever_entry_has_the_sheet(self, staff: tuple[Actor, Actor], marked: int) -> None:
        hall = a_hall(2)
        kept, merged = hall.voters
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        hall.mark(sorted(hall.voters, key=hall.number)[marked])
        merge(staff, kept, merged)
        me = actor_of_person(person_id=kept.pk, at=now())
        assert queries.may_vote(viewer=me, poll_id=hall.poll.pk, at=now()).code == "voted_on_paper"

    @pytest.mark.parametrize("online", [True, False])
    def test_is_void_by_the_other_entry_whether_or_not_that_one_voted(
        self, staff: tuple[Actor, Actor], online: bool
    ) -> None:
        hall = a_quiet_hall(2)
        kept, merged = hall.voters
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        if online:
            vote(kept, hall.poll.pk, ["1"])
        merge(staff, kept, merged)
        assert states(hall.upload((merged, ago(10)))) == [("void", "other_entry")]

    def test_a_reading_under_the_other_record_is_the_own(self, staff: tuple[Actor, Actor]) -> None:
        hall = a_hall(1)
        hall.mark(hall.voters[0])
        (serial,) = hall.serials(1)
        hall.close(unissued=19, cast=1)
        for by, choice in ((hall.first, "1"), (hall.second, "2")):
            hall.enter(by, serial, operations.SheetReading("valid", [choice]))
        me = replace(hall.third, also=(hall.first.person(),))
        assert [row["yours"] for row in queries.differing(viewer=hall.third, booth_id=hall.booth.pk)] == [False]
        assert [row["yours"] for row in queries.differing(viewer=me, booth_id=hall.booth.pk)] == [True]
        operations.take_back_entry(actor=me, booth_id=hall.booth.pk, serial=serial, at=now())
        assert PaperEntry.objects.filter(sheet__booth=hall.booth).count() == 1

    def test_an_election_brought_in_under_the_other_record_is_the_own(self) -> None:
        first, other = a_person(), a_person()
        found = Upload.objects.create(owner=first, name="x.pb", content=b"x", summary={}, created_at=now())
        me = replace(actor(other), also=(first.pk,))
        assert exchange.upload(viewer=me, upload_id=found.pk) == found
        assert waiting_upload(actor=me, upload_id=found.pk) == found


class TestTheRoll:
    def test_is_drawn_without_merged_records(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        merge(staff, *records)
        poll = an_open_poll(records)
        assert list(RollEntry.objects.filter(poll=poll).values_list("person", flat=True)) == [records[0].pk]

    def test_fixed_before_the_merge_holds_the_place_from_the_opening_on(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        poll = a_draft()
        operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
        found = merge(staff, *records)
        poll = operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())
        assert [sealed for _mark, sealed in lying(poll)] == [b""]
        vote(records[1], poll.pk, ["1"])
        assert len(lying(poll)) == 2
        undo(staff, found)
        assert len(lying(poll)) == 1

    def test_takes_no_merged_record_whoever_writes_it(self, staff: tuple[Actor, Actor]) -> None:
        records = several()
        merge(staff, *records)
        poll = a_draft()
        with pytest.raises(DatabaseError, match="by one record"), transaction.atomic():
            RollEntry.objects.create(poll=poll, person=records[1], area=records[1].area)


def test_a_request_that_comes_again_by_the_other_sign_in_is_the_same(staff: tuple[Actor, Actor]) -> None:
    records = several()
    poll = an_open_poll(records)
    merge(staff, *records)
    key = secrets.token_hex(8)
    assert vote(records[1], poll.pk, ["1"], key) == vote(records[0], poll.pk, ["1"], key)
    assert actor(records[0]).person_id == records[0].pk
