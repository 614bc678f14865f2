"""Booths of a community whose code changed after the roll was drawn: records bear the codes of their day."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shanzhi.kernel.errors import NotFound
from shanzhi.people import operations as records
from shanzhi.people.models import Person
from shanzhi.places import operations as places
from shanzhi.places.operations import Part
from shanzhi.places.queries import kin
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Poll, RollEntry
from tests.places.test_following import HALF, MOVED, NORTH, OTHER_HALF, SOUTH, STREET, YUNQUYUAN, split_south
from tests.places.test_following import yunquyuan as yunquyuan
from tests.support import people
from tests.support.places import SYSTEM, load_districts
from tests.voting.paper_support import Hall, a_plan, officer_of
from tests.voting.support import STAFF, a_draft, a_person, now
from tests.voting.test_paper_offline import a_newcomer, register

pytestmark = pytest.mark.django_db

FORMER, NEIGHBOUR, FAR = "370102001002", "370102001003", "370102002002"
EAST, WEST = "370102001901", "370102001902"


def a_split_poll(areas: tuple[str, ...], *, registration: bool = False) -> Poll:
    """Make an open poll whose roll was drawn the day before its community was split in two."""
    poll = a_draft(areas=areas)
    yesterday = timezone.localdate() - timedelta(days=1)
    Poll.objects.filter(pk=poll.pk).update(roll_date=yesterday, booth_registration=registration)
    operations.draw_roll(actor=STAFF, poll_id=poll.pk, at=now())
    parts = [Part("东社区", EAST), Part("西社区", WEST)]
    places.split(actor=SYSTEM, code=FORMER, parts=parts, on=timezone.localdate(), reason="社区调整", at=now())
    return operations.open_poll(actor=STAFF, poll_id=poll.pk, at=now())


def a_hall_in(poll: Poll, area: str, officers: str) -> Hall:
    """Open a booth of an area with officers who hold their roles by a code."""
    booth = operations.create_booth(actor=STAFF, poll_id=poll.pk, plan=a_plan(poll, area=area), at=now())
    working = [officer_of(area=officers) for _ in range(3)]
    for one in working:
        operations.give_officer(actor=STAFF, booth_id=booth.pk, person_id=one.person(), at=now())
    hall = Hall(poll, booth, *working)
    hall.open()
    return hall


def found_by(hall: Hall, person: Person) -> bool:
    """Tell whether the officer of a booth finds a voter by number and by the page of the voter."""
    number = hall.number(person)
    listed = [one.number for one in queries.find_voters(viewer=hall.first, booth_id=hall.booth.pk, words=str(number))]
    try:
        queries.voter(viewer=hall.first, booth_id=hall.booth.pk, number=number)
    except NotFound:
        assert not listed
        return False
    assert listed == [number]
    return True


@pytest.fixture
def _areas() -> None:
    load_districts()


@pytest.mark.usefixtures("_areas")
class TestAfterASplitBetweenRollAndVote:
    @pytest.mark.parametrize("area", [EAST, WEST])
    def test_either_part_takes_the_voters_of_the_former_code_and_nobody_else(self, area: str) -> None:
        voter, stranger = a_person(FORMER), a_person(NEIGHBOUR)
        hall = a_hall_in(a_split_poll((FORMER, NEIGHBOUR)), area, area)
        assert found_by(hall, voter)
        assert not found_by(hall, stranger)
        with pytest.raises(operations.NotOnThisRoll):
            hall.mark(stranger)
        assert hall.mark(voter).state == "cast"

    def test_a_booth_of_the_former_code_goes_on_and_nobody_votes_in_both_parts(self) -> None:
        voter = a_person(FORMER)
        poll = a_split_poll((FORMER,))
        east, former = a_hall_in(poll, EAST, FORMER), a_hall_in(poll, FORMER, WEST)
        former.mark(voter)
        with pytest.raises(operations.MarkedAlready):
            east.mark(voter)

    def test_the_signed_list_and_the_upload_know_the_voter(self) -> None:
        voter = a_person(FORMER)
        hall = a_hall_in(a_split_poll((FORMER,)), WEST, WEST)
        listed = operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())
        assert [row["number"] for row in listed.body["rows"]] == [hall.number(voter)]
        assert [one.mark.state for one in hall.upload((voter, now()))] == ["accepted"]

    def test_officers_are_chosen_by_either_code(self) -> None:
        a_person(FORMER)
        hall = a_hall_in(a_split_poll((FORMER,)), WEST, WEST)
        old, other = officer_of(area=FORMER), officer_of(area=EAST)
        choices = dict(queries.officer_choices(viewer=STAFF, booth=hall.booth, at=now()))
        assert str(old.person()) in choices
        assert str(other.person()) not in choices

    @pytest.mark.parametrize(("booth", "home"), [(EAST, FORMER), (EAST, EAST), (FORMER, WEST)])
    def test_who_is_not_on_the_roll_registers_by_either_code(self, booth: str, home: str) -> None:
        a_person(FORMER)
        hall = a_hall_in(a_split_poll((FORMER,), registration=True), booth, FORMER[:9])
        number = register(hall, a_newcomer_of(home))
        assert RollEntry.objects.get(pk=number).area == home
        assert operations.mark_voter(
            actor=hall.first, booth_id=hall.booth.pk, voter=number, document_seen=True,
            key=secrets.token_hex(8), at=now(),
        )  # fmt: skip

    @pytest.mark.parametrize(("booth", "home"), [(EAST, WEST), (EAST, NEIGHBOUR), (EAST, FAR)])
    def test_who_lives_elsewhere_is_refused_and_by_the_database_too(self, booth: str, home: str) -> None:
        a_person(FORMER)
        hall = a_hall_in(a_split_poll((FORMER, NEIGHBOUR), registration=True), booth, FORMER[:9])
        with pytest.raises(operations.NotResidentHere):
            register(hall, a_newcomer_of(home))
        assert not may_insert(hall, a_person(home))
        assert may_insert(hall, a_person(FORMER))


def a_newcomer_of(home: str) -> operations.Newcomer:
    """Somebody at the door; the former code stands in a record from before the split."""
    number = people.an_id_number()
    if home != FORMER:
        return a_newcomer(area=home, id_number=number)
    known = a_person(FORMER, verified=False)
    records.verify(actor=STAFF, person_id=known.pk, document="resident_id", id_number=number, at=now())
    return a_newcomer(area=EAST, id_number=number, name=known.name.reveal())


def may_insert(hall: Hall, person: Person) -> bool:
    """Tell whether the database lets a person onto the supplementary roll of a booth."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO voting_rollentry (poll_id, person_id, area, added_at_booth_id) VALUES (%s, %s, %s, %s)",
                [hall.poll.pk, person.pk, person.area, hall.booth.pk],
            )
    except IntegrityError:
        return False
    return True


@pytest.mark.usefixtures("_areas", "yunquyuan")
class TestKin:
    def test_of_a_part_knows_the_former_code_and_of_the_former_both_parts(self) -> None:
        assert kin(SOUTH) == (YUNQUYUAN, SOUTH)
        assert kin(NORTH) == (YUNQUYUAN, NORTH)
        assert kin(YUNQUYUAN) == (YUNQUYUAN, SOUTH, NORTH)
        assert kin(STREET) == (STREET,)

    def test_goes_through_chains_and_across_the_border_of_a_subdistrict(self) -> None:
        split_south()
        places.succeed(
            actor=SYSTEM, code=HALF, into=Part("南三", MOVED), on=timezone.localdate(), reason="示例", at=now()
        )
        assert kin(MOVED) == (MOVED, YUNQUYUAN, SOUTH, HALF)
        assert kin(OTHER_HALF) == (YUNQUYUAN, SOUTH, OTHER_HALF)
        assert set(kin(SOUTH)) == {SOUTH, YUNQUYUAN, OTHER_HALF, MOVED, HALF}
