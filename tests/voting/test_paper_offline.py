"""A booth without network, home visits, registration on the spot."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.test import Client

from shanzhi.kernel.canonical import canonical, digest_bytes
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people_operations
from shanzhi.people.models import Consent, Person
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Booth, BoothList, PaperMark, RollEntry
from shanzhi.voting.operations import Newcomer
from tests.support import people
from tests.support.places import load_districts
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall, another_hall, officer_of, vote_at
from tests.voting.support import STAFF, actor, now

pytestmark = pytest.mark.django_db


def ago(minutes: int) -> datetime:
    """Some minutes ago."""
    return now() - timedelta(minutes=minutes)


def a_quiet_hall(voters: int = 3, **terms: object) -> Hall:
    """A booth that has been open for fifty minutes."""
    hall = a_hall(voters, received=None, **terms)  # type: ignore[arg-type]
    operations.print_sheets(actor=STAFF, booth_id=hall.booth.pk, number=20, at=ago(50))
    operations.open_booth(actor=hall.first, booth_id=hall.booth.pk, received=20, at=ago(50))
    return hall


def states(outcomes: list[operations.LineOutcome]) -> list[tuple[str, str]]:
    """Give state and reason of each."""
    return [(one.mark.state, one.mark.void_reason) for one in outcomes]


class TestTheSignedList:
    def test_holds_numbers_masked_names_and_marks_until_its_minute(self) -> None:
        hall = a_quiet_hall()
        hall.mark(hall.voters[0])
        vote_at(hall.voters[1], hall.poll.pk, ["1"], now())
        made = operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())
        rows = {row["number"]: row for row in made.body["rows"]}
        assert set(rows) == {hall.number(person) for person in hall.voters}
        one = rows[hall.number(hall.voters[0])]
        assert one["marked"]
        assert not rows[hall.number(hall.voters[1])]["marked"]  # who voted online is not told
        assert one["name"] == str(hall.voters[0].name) != hall.voters[0].name.reveal()
        assert len(one["document"]) == 4

    def test_is_signed_with_a_key_outside_the_database(self) -> None:
        hall = a_quiet_hall()
        made = operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())
        content = canonical(made.body)
        assert made.digest == digest_bytes(content)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(made.public_key)).verify(
            bytes.fromhex(made.signature), content
        )
        kept = BoothList.objects.get()
        assert (kept.number, kept.digest, kept.rows) == (1, made.digest, 3)

    def test_is_for_officers_of_a_running_vote(self) -> None:
        hall = a_quiet_hall()
        with pytest.raises(operations.NotAnOfficer):
            operations.export_list(actor=officer_of(), booth_id=hall.booth.pk, at=now())
        hall.close(unissued=20, cast=0)
        with pytest.raises(operations.NoListNow):
            operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())


class TestAnUpload:
    def test_settles_two_votes_by_the_time_of_casting(self) -> None:
        hall = a_quiet_hall()
        paper_first, online_first, paper_alone = hall.voters
        vote_at(paper_first, hall.poll.pk, ["1"], ago(10))
        vote_at(online_first, hall.poll.pk, ["2"], ago(30))
        vote_at(online_first, hall.poll.pk, ["3"], ago(5))  # changing a ballot does not make it a later vote
        outcomes = hall.upload((paper_first, ago(20)), (online_first, ago(20)), (paper_alone, ago(20)))
        told = {one.mark.person_id: (one.mark.state, one.mark.void_reason) for one in outcomes}
        assert told == {
            paper_first.pk: ("accepted", ""),
            online_first.pk: ("void", "online_first"),
            paper_alone.pk: ("accepted", ""),
        }
        assert queries.own_ballot(viewer=actor(paper_first), poll_id=hall.poll.pk) is None
        own = queries.own_ballot(viewer=actor(online_first), poll_id=hall.poll.pk)
        assert own is not None
        assert own.choices == ["3"]
        for person in (paper_first, paper_alone):
            with pytest.raises(operations.VotedOnPaper):
                support.vote(person, hall.poll.pk, ["1"])

    def test_in_the_same_minute_leaves_the_ballot_that_cannot_be_taken_out(self) -> None:
        hall = a_quiet_hall()
        moment = ago(20)
        vote_at(hall.voters[0], hall.poll.pk, ["1"], moment)
        assert states(hall.upload((hall.voters[0], moment))) == [("void", "online_first")]

    def test_takes_an_envelope_without_a_minute_as_the_first(self) -> None:
        hall = a_quiet_hall()
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE voting_envelope SET since = NULL")
        assert states(hall.upload((hall.voters[0], ago(20)))) == [("void", "online_first")]

    def test_sent_again_changes_nothing(self) -> None:
        hall = a_quiet_hall()
        lines = [(person, ago(20)) for person in hall.voters]
        first = hall.upload(*lines)
        again = hall.upload(*lines)
        assert [one.mark.pk for one in first] == [one.mark.pk for one in again]
        assert not any(one.known for one in first)
        assert all(one.known for one in again)
        assert PaperMark.objects.count() == 3

    def test_with_wrong_lines_names_each_and_takes_over_none(self) -> None:
        hall = a_quiet_hall()
        number = hall.number(hall.voters[0])
        line = operations.OfflineLine
        wrong = [
            line(10**9, ago(20)),
            line(number, ago(20)),
            line(number, ago(19)),
            line(hall.number(hall.voters[1]), ago(120)),
            line(hall.number(hall.voters[2]), ago(3), "A7KE9X"),
        ]
        with pytest.raises(operations.BadLines) as told:
            operations.upload_marks(actor=hall.first, booth_id=hall.booth.pk, lines=wrong, at=now())
        assert [place for place, _words in told.value.faults] == [1, 3, 4, 5]
        assert not PaperMark.objects.exists()

    def test_of_two_booths_counts_the_earlier_while_the_other_is_shut(self) -> None:
        hall = a_quiet_hall()
        other = another_hall(hall.poll)
        operations.open_booth(actor=other.first, booth_id=other.booth.pk, received=9, at=ago(50))
        voter = hall.voters[0]
        hall.upload((voter, ago(20)))
        assert states(other.upload((voter, ago(10)))) == [("void", "paper_elsewhere")]
        second = hall.voters[1]
        hall.upload((second, ago(20)))
        assert states(other.upload((second, ago(30)))) == [("accepted", "")]
        assert PaperMark.objects.get(booth=hall.booth, person=second).state == "void"

    def test_gives_way_to_a_ballot_in_the_box(self) -> None:
        hall = a_quiet_hall()
        other = another_hall(hall.poll)
        operations.open_booth(actor=other.first, booth_id=other.booth.pk, received=9, at=ago(50))
        hall.mark(hall.voters[0])
        assert states(other.upload((hall.voters[0], ago(30)))) == [("void", "paper_elsewhere")]
        hall.upload((hall.voters[1], ago(20)))
        hall.close(unissued=18, cast=2)
        operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=now())
        assert states(other.upload((hall.voters[1], ago(30)))) == [("void", "paper_elsewhere")]

    def test_is_counted_and_its_void_ones_are_shown_as_such(self) -> None:
        hall = a_quiet_hall()
        vote_at(hall.voters[0], hall.poll.pk, ["1"], ago(30))
        vote_at(hall.voters[1], hall.poll.pk, ["1"], ago(10))
        hall.upload(*[(person, ago(20)) for person in hall.voters])
        hall.close(unissued=17, cast=2)
        with pytest.raises(operations.OutersFirst):
            hall.enter_all([["2"], ["3"]])
        assert operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=now()) == 2
        assert operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=now()) == 0
        hall.enter_all([["2"], ["3"]])
        booth = hall.reconcile()
        assert (booth.sheets_issued, booth.sheets_cast, booth.sheets_void) == (3, 2, 1)
        told = support.close(hall.poll).channels
        assert (told["online"], told["online_void"], told["paper"]) == (1, 1, 2)
        assert (told["provisional"], told["provisional_void"]) == (2, 1)


class TestAHomeVisit:
    def test_takes_two_officers(self) -> None:
        hall = a_hall(2, kind="home_visit", received=5)
        mark = hall.mark(hall.voters[0])
        assert (mark.state, mark.kind) == ("awaiting", "home_visit")
        assert mark.outer
        confirm = {"booth_id": hall.booth.pk, "mark_ids": [mark.pk], "at": now()}
        with pytest.raises(operations.SameOfficer):
            operations.confirm_visits(actor=hall.first, **confirm)  # type: ignore[arg-type]
        hall.close(unissued=4, cast=1)
        with pytest.raises(operations.DoesNotReconcile) as told:
            hall.reconcile()
        assert "pending" in {one.code for one in told.value.differences}
        assert operations.confirm_visits(actor=hall.second, **confirm) == 1  # type: ignore[arg-type]
        assert operations.confirm_visits(actor=hall.third, **confirm) == 0  # type: ignore[arg-type]
        operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=now())
        hall.enter_all([["1"]])
        hall.reconcile()
        assert support.close(hall.poll).channels["visits"] == 1

    def test_that_nobody_confirms_is_void_and_the_person_may_vote(self) -> None:
        hall = a_hall(2, kind="home_visit", received=5)
        mark = hall.mark(hall.voters[0])
        with pytest.raises(operations.ReasonForRecount):
            operations.refuse_visit(actor=hall.second, booth_id=hall.booth.pk, mark_id=mark.pk, reason="", at=now())
        operations.refuse_visit(actor=hall.second, booth_id=hall.booth.pk, mark_id=mark.pk, reason="独自一人", at=now())
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        hall.close(unissued=4, cast=0)
        assert hall.reconcile().sheets_void == 1
        assert support.close(hall.poll).channels["visits_void"] == 1

    def test_without_network_waits_for_the_second_officer_too(self) -> None:
        hall = a_quiet_hall(kind="home_visit")
        (outcome,) = hall.upload((hall.voters[0], ago(20)))
        assert (outcome.mark.state, outcome.mark.kind) == ("awaiting", "home_visit")


def a_newcomer(**fields: object) -> Newcomer:
    """Somebody at the door with a document."""
    given = {
        "name": "示例新来",
        "area": "370102001002",
        "document": "resident_id",
        "id_number": people.an_id_number(born_on=date(1979, 3, 1)),
        "consent": True,
        **fields,
    }
    return Newcomer(**given)  # type: ignore[arg-type]


def register(hall: Hall, newcomer: Newcomer, key: str = "") -> int:
    """Register at the booth."""
    return operations.register_voter(
        actor=hall.first, booth_id=hall.booth.pk, newcomer=newcomer, key=key or secrets.token_hex(8), at=now()
    )


class TestRegistrationOnTheSpot:
    @pytest.fixture(autouse=True)
    def _places(self) -> None:
        load_districts()

    def test_makes_a_verified_record_and_a_place_on_the_supplementary_roll(self) -> None:
        hall = a_hall(1, registration=True)
        newcomer = a_newcomer()
        number = register(hall, newcomer, "one-request")
        assert register(hall, newcomer, "one-request") == number
        assert register(hall, newcomer) == number
        entry = RollEntry.objects.get(pk=number)
        assert entry.added_at_booth == hall.booth
        person = entry.person
        assert (person.real_name, person.verified_by_id, person.area) == ("verified", hall.first.person(), entry.area)
        assert Consent.objects.filter(person=person).count() == 1
        hall.mark(person)
        hall.close(unissued=19, cast=1)
        hall.enter_all([["1"]])
        hall.reconcile()
        poll = support.close(hall.poll)
        figures = queries.turnout(viewer=STAFF, poll_id=poll.pk)
        assert (figures.roll, figures.added, figures.ballots) == (1, 1, 1)

    def test_verifies_a_record_that_is_there(self) -> None:
        hall = a_hall(1, registration=True)
        office = people.an_actor(Role.COMMUNITY_SECRETARY, support.COMMUNITY)
        known = people_operations.new_person(actor=office, name="示例已在", area=support.COMMUNITY, at=now())
        number = people.an_id_number(born_on=date(1970, 2, 2))
        people_operations.verify(actor=office, person_id=known.pk, document="resident_id", id_number=number, at=now())
        people_operations.revoke(actor=office, person_id=known.pk, reason="改名", at=now())
        with pytest.raises(operations.OtherName):
            register(hall, a_newcomer(id_number=number))
        entry = register(hall, a_newcomer(id_number=number, name="示例已在"))
        assert RollEntry.objects.get(pk=entry).person == known
        known.refresh_from_db()
        assert known.real_name == "verified"

    def test_is_for_officers_who_verify_real_names_there(self) -> None:
        hall = a_hall(1, registration=True)
        helper = officer_of(Role.VOLUNTEER)
        operations.give_officer(actor=STAFF, booth_id=hall.booth.pk, person_id=helper.person(), at=now())
        before = Person.objects.count()
        with pytest.raises(operations.NotARegistrar):
            operations.register_voter(
                actor=helper, booth_id=hall.booth.pk, newcomer=a_newcomer(), key=secrets.token_hex(8), at=now()
            )
        assert Person.objects.count() == before
        for officer, status in ((helper, 403), (hall.first, 200)):
            desk = people.sign_in(Client(), Person.objects.get(pk=officer.person()))
            address = f"/desk/booths/{hall.booth.pk}/register/"
            assert (address in desk.get(f"/desk/booths/{hall.booth.pk}/").content.decode()) == (status == 200)
            assert desk.get(address).status_code == status
        assert hall.mark(hall.voters[0], by=helper).state == "cast"

    def test_is_refused_where_the_terms_do_not_allow_it(self) -> None:
        before = Person.objects.count()
        hall = a_hall(1)
        with pytest.raises(operations.NoRegistrationHere):
            register(hall, a_newcomer())
        assert Person.objects.count() == before + 4  # the voter and three officers

    def test_refuses_the_young_strangers_and_those_who_do_not_agree(self) -> None:
        hall = a_hall(1, registration=True)
        child = people.an_id_number(born_on=now().date() - timedelta(days=4000))
        for wrong, refusal in (
            ({"id_number": child}, operations.TooYoung),
            ({"area": "370102002002"}, operations.NotResidentHere),
            ({"consent": False}, operations.ConsentMissing),
        ):
            people_before = Person.objects.count()
            with pytest.raises(refusal):
                register(hall, a_newcomer(**wrong))  # type: ignore[arg-type]
            assert Person.objects.count() == people_before
        assert Booth.objects.count() == 1
