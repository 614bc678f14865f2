"""Roles that begin or end by their dates: the sessions of before end, it is on record, and it is done once."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.verification import verify
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.models import Account, Person, RoleGrant, SignIn
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.people.test_attack_races import together
from tests.support.people import AT, a_person, an_account, an_actor, client_for, give_role, merge_away, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DAY = timedelta(days=1)
END = AT + DAY


@pytest.fixture
def officer() -> Actor:
    return an_actor(Role.DISTRICT_OFFICER, DISTRICT)


def given(officer: Actor, person: Person, role: Role = Role.JUROR, **dates: Any) -> RoleGrant:
    dates = {"starts_at": AT, "ends_at": END, "at": AT, **dates}
    return operations.grant(
        actor=officer, person_id=person.pk, role=role, area=COMMUNITY, reason="评审一天", **dates
    )  # fmt: skip


def events(name: str) -> list[Event]:
    return list(Event.objects.filter(verb=f"people.role.{name}"))


def lets_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


class TestTheEndOfARole:
    def test_by_its_date_ends_the_sessions_and_is_on_record_once(self, officer: Actor) -> None:
        person = a_person(COMMUNITY)
        one = given(officer, person)
        browser = sign_in(Client(), person)
        seal(at=AT)
        before = {(fault.table, fault.key) for fault in verify().mismatches}  # people were put there without events
        assert operations.expire_grants(at=END - timedelta(seconds=1)) == 0
        assert lets_in(browser)
        assert operations.expire_grants(at=END + timedelta(seconds=20)) == 1
        assert not lets_in(browser)
        assert operations.expire_grants(at=END + DAY) == 0
        assert SignIn.objects.get().ended_why == "role"
        (event,) = events("expire")
        assert (event.actor_label, event.subject_id, event.area) == ("system:clock", str(person.pk), COMMUNITY)
        assert event.change.items() >= {"grant": str(one.pk), "role": "juror", "ends_at": END.isoformat()}.items()
        seal(at=END + DAY)
        assert {(fault.table, fault.key) for fault in verify().mismatches} == before

    def test_is_carried_out_by_the_clock_beside_the_worker(self, officer: Actor) -> None:
        now, said = timezone.now(), StringIO()
        given(officer, a_person(COMMUNITY), at=now - DAY, starts_at=now - DAY, ends_at=now - timedelta(seconds=1))
        given(officer, a_person(COMMUNITY), at=now - DAY, starts_at=now - timedelta(seconds=1), ends_at=None)
        RoleGrant.objects.filter(over_at=None).update(confirmed_at=now)
        call_command("people_clock", stdout=said)
        assert said.getvalue() == "1 roles begun, 1 over, 0 lapsed\n"

    def test_by_hand_leaves_the_clock_nothing_to_do(self, officer: Actor) -> None:
        now, later = a_person(COMMUNITY), a_person(COMMUNITY)
        running, not_begun = given(officer, now), given(officer, later, starts_at=END, ends_at=END + DAY)
        for one in (running, not_begun):
            operations.end_grant(actor=officer, grant_id=one.pk, reason="改派", at=AT + timedelta(hours=1))
        browsers = [sign_in(Client(), person) for person in (now, later)]
        assert operations.begin_grants(at=END + DAY) == operations.expire_grants(at=END + DAY) == 0
        assert all(lets_in(browser) for browser in browsers)
        assert len(events("end")) == 2

    def test_by_the_review_leaves_the_clock_nothing_to_do(self) -> None:
        give_role(a_person(COMMUNITY), Role.SOCIAL_WORKER, area=COMMUNITY)
        assert operations.lapse_grants(at=AT) == 1
        assert operations.expire_grants(at=END) == 0

    def test_of_who_was_erased_just_before_is_told_to_nobody(self, officer: Actor) -> None:
        person = a_person(COMMUNITY)
        given(officer, person, Role.VOLUNTEER)
        given(officer, person, Role.TEAM_LEADER, ends_at=None)
        operations.erase_person(
            actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), person_id=person.pk, reason="本人要求", at=END
        )
        assert operations.expire_grants(at=END + DAY) == 0
        assert set(RoleGrant.objects.filter(person=person).values_list("over_at", flat=True)) == {END}

    def test_held_by_a_record_that_gave_way_ends_the_sessions_of_both_sign_ins(self, officer: Actor) -> None:
        kept, merged = a_person(COMMUNITY), a_person(COMMUNITY)
        an_account(kept)
        given(officer, merged)
        merge_away(merged, kept, staff=a_person(COMMUNITY))
        browsers = [sign_in(Client(), person) for person in (kept, merged)]
        assert operations.expire_grants(at=END) == 1
        assert not any(lets_in(browser) for browser in browsers)

    @pytest.mark.parametrize("fields", [{"ends_at": None}, {"ends_at": END, "begins_later": True}])
    def test_is_never_carried_out_without_an_end_or_before_its_beginning(self, fields: Any) -> None:
        with pytest.raises(IntegrityError, match="people_role_over_has_end"), transaction.atomic():
            give_role(a_person(COMMUNITY), Role.JUROR, area=COMMUNITY, over_at=END, **fields)


class TestTheBeginningOfARole:
    def test_by_its_date_ends_the_sessions_of_before_once(self, officer: Actor) -> None:
        person = a_person(COMMUNITY)
        one = given(officer, person, starts_at=END, ends_at=None)
        browser = sign_in(Client(), person)
        assert operations.begin_grants(at=END - timedelta(seconds=1)) == 0
        assert lets_in(browser)
        assert operations.begin_grants(at=END) == 1
        assert not lets_in(browser)
        assert operations.begin_grants(at=END + DAY) == 0
        (event,) = events("begin")
        assert event.change.items() >= {"grant": str(one.pk), "role": "juror", "starts_at": END.isoformat()}.items()

    def test_at_once_leaves_the_clock_nothing_to_do(self, officer: Actor) -> None:
        given(officer, a_person(COMMUNITY))
        assert operations.begin_grants(at=AT) == 0

    def test_is_on_record_too_where_the_clock_looks_when_it_is_over(self, officer: Actor) -> None:
        given(officer, a_person(COMMUNITY), starts_at=AT + timedelta(hours=1))
        assert (operations.begin_grants(at=END), operations.expire_grants(at=END)) == (1, 1)
        assert (len(events("begin")), len(events("expire"))) == (1, 1)

    def test_gives_a_session_without_a_second_factor_nothing_before_the_clock_looks(
        self, officer: Actor, settings: Any
    ) -> None:
        """The role sleeps from its first moment, whenever the session began."""
        settings.SECOND_FACTOR = "demand"
        client = client_for(Role.RESIDENT, COMMUNITY)
        now = timezone.now()
        given(
            officer, client.person, Role.SOCIAL_WORKER,  # type: ignore[attr-defined]  # tests ask who the client is
            at=now - DAY, starts_at=now - timedelta(seconds=30), ends_at=None,
        )  # fmt: skip
        again = sign_in(Client(), client.person)  # type: ignore[attr-defined]
        assert again.get("/desk/people/")["Location"] == "/account/second-factor/"
        assert again.get("/api/v1/people/").status_code == 403
        assert operations.begin_grants(at=now) == 1
        assert not lets_in(again)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_carry_each_date_out_once(officer: Actor) -> None:
    people = [a_person(COMMUNITY) for _n in range(4)]
    for number, person in enumerate(people):
        an_account(person)
        dates: dict[str, Any] = {"starts_at": END, "ends_at": END + DAY} if number % 2 else {}
        given(officer, person, **dates)
    counts = dict(Account.objects.values_list("person", "session_count"))

    def tick() -> None:
        operations.begin_grants(at=END)
        operations.expire_grants(at=END)

    assert together(tick, tick, tick) == [True] * 3
    tick()  # what one skipped, since the other held it, is done by the next look at the latest
    assert (len(events("begin")), len(events("expire"))) == (2, 2)
    after = dict(Account.objects.values_list("person", "session_count"))
    assert {after[one.pk] - counts[one.pk] for one in people} == {1}
