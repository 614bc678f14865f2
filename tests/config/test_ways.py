"""Requests that go together on the short way: each by its own session and number, and none spoils another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from shanzhi.attendance.models import Attendance
from shanzhi.audit.models import Event
from shanzhi.config import ways
from shanzhi.config.middleware import bind
from shanzhi.kernel.errors import Forbidden
from shanzhi.ledger import operations
from shanzhi.ledger.models import Entry
from shanzhi.people.models import Account, Person
from shanzhi.people.rights import SignIn
from shanzhi.people.sessions import voters_behind
from tests.attendance.support import Ground, a_ground
from tests.people.conftest import COMMUNITY, make_areas
from tests.support import people as making
from tests.support.books import AT, SYSTEM, Books, a_book, on

pytestmark = pytest.mark.django_db
CHECK_IN, TRANSFER = ways.WAYS[1:]


def session_of(person: Person) -> str:
    """Sign a person in; gives the key of the session."""
    return making.sign_in(Client(), person).cookies[settings.SESSION_COOKIE_NAME].value


def asked(session: str, thing: UUID, given: Any, number: str) -> ways.Asked:
    """Write down what one request asks for, under the number of that request."""
    context = copy_context()
    context.run(bind, number)
    return ways.Asked(session, thing, given, uuid4().hex, timezone.now(), context)


def at_gate(ground: Ground) -> Any:
    """What one sends who has the code of this moment."""
    return ways.AtGateIn.model_validate({"gate_code": ground.code(timezone.now())})


def together(way: ways.Way, some: list[ways.Asked]) -> list[bytes | None]:
    """Have some requests answered in one go."""
    assert isinstance(way, ways.Together)
    return way.run(some)


class TestTransfers:
    @pytest.fixture
    def books(self) -> Books:
        make_areas()
        books = a_book(COMMUNITY)
        books.move(books.outside, books.fund, 1_000)
        return books

    def keeper(self, books: Books) -> tuple[Person, str]:
        person = making.a_person(COMMUNITY)
        operations.name_keeper(actor=SYSTEM, book_id=books.book.pk, person_id=person.pk, at=AT)
        return person, session_of(person)

    def given(self, books: Books, amount: int) -> Any:
        return ways.TransferIn.model_validate({
            "source": str(books.fund.pk), "target": str(books.one.pk), "amount": amount, "on": "2026-03-05",
        })  # fmt: skip

    def test_of_two_keepers_and_strangers_enter_the_keepers_each_under_its_own_name_and_number(
        self, books: Books
    ) -> None:
        (first, one), (second, two) = self.keeper(books), self.keeper(books)
        stranger, gone = session_of(making.a_person(COMMUNITY)), self.keeper(books)[1]
        Session.objects.filter(session_key=gone).delete()
        book = books.book.pk
        answers = together(TRANSFER, [
            asked(one, book, self.given(books, 300), "first-number"),
            asked(stranger, book, self.given(books, 1), "stranger-number"),
            asked(gone, book, self.given(books, 1), "gone-number"),
            asked(one, uuid4(), self.given(books, 1), "no-such-book"),
            asked("'; --", book, self.given(books, 1), "no-such-session"),
            asked(two, book, self.given(books, 701), "too-much-number"),
            asked(two, book, self.given(books, 500), "second-number"),
        ])  # fmt: skip
        assert [one is not None for one in answers] == [True, False, False, False, False, False, True]
        assert on(books.one) == 800
        told = Event.objects.filter(verb="ledger.entry.enter", subject_id__in=map(str, self.entries(answers)))
        assert {(one.actor_person, one.request_id) for one in told} == {
            (first.pk, "first-number"), (second.pk, "second-number"),
        }  # fmt: skip
        keys = dict(Entry.objects.filter(pk__in=self.entries(answers)).values_list("key", "legs"))
        assert {key.split(":")[1] for key in keys} == {str(first.pk), str(second.pk)}

    def entries(self, answers: list[bytes | None]) -> list[UUID]:
        return [UUID(one.decode().split('"')[3]) for one in answers if one]


class TestCheckIns:
    def test_let_in_all_who_have_the_code_and_no_other(self) -> None:
        now = timezone.now()
        ground = a_ground(3, at=now)
        one, two, three = (session_of(volunteer.person) for volunteer in ground.volunteers)
        other, shift = a_ground(1, at=now), ground.shift.pk
        answers = together(CHECK_IN, [
            asked(one, shift, at_gate(ground), "number-one"),
            asked(two, shift, at_gate(other), "number-two"),  # the code of another gate
            asked(session_of(other.volunteers[0].person), shift, at_gate(ground), "number-four"),  # not signed up
            asked(three, shift, at_gate(ground), "number-three"),
        ])  # fmt: skip
        assert [one is not None for one in answers] == [True, False, False, True]
        assert self.here(ground) == {ground.volunteers[0].pk, ground.volunteers[2].pk}
        told = Event.objects.filter(verb="attendance.arrive").values_list("actor_person", "request_id")
        assert set(told) == {
            (ground.volunteers[0].person_id, "number-one"), (ground.volunteers[2].person_id, "number-three"),
        }  # fmt: skip

    def here(self, ground: Ground) -> set[UUID]:
        return set(Attendance.objects.filter(shift=ground.shift).values_list("volunteer_id", flat=True))


def _expire(person: Person, session: str) -> None:
    Session.objects.filter(session_key=session).update(expire_date=timezone.now() - timedelta(seconds=1))


def _leave(person: Person, session: str) -> None:
    Account.objects.filter(person=person).update(person=None)


def _close(person: Person, session: str) -> None:
    Account.objects.filter(person=person).update(is_active=False)


def _change_password(person: Person, session: str) -> None:
    account = Account.objects.get(person=person)
    account.set_password("another pass phrase")
    account.save()


@pytest.mark.parametrize("end", [_expire, _leave, _close, _change_password])
def test_a_look_at_many_sessions_finds_each_as_it_is(end: Callable[[Person, str], None]) -> None:
    make_areas()
    people = [making.a_person(COMMUNITY) for _ in range(3)]
    sessions = [session_of(person) for person in people]
    end(people[1], sessions[1])
    found = voters_behind([*sessions, "nobody's", "", '","', sessions[0]], at=timezone.now())
    assert [one and one.person_id for one in found] == [
        people[0].pk,
        None,
        people[2].pk,
        None,
        None,
        None,
        people[0].pk,
    ]
    assert voters_behind([], at=timezone.now()) == []


def test_a_look_at_many_sessions_goes_by_what_each_says_and_not_by_its_note() -> None:
    make_areas()
    people = [making.a_person(COMMUNITY) for _ in range(3)]
    sessions = [session_of(person) for person in people]
    SignIn.objects.filter(session_key=sessions[0]).delete()  # nobody noted it
    SignIn.objects.filter(session_key=sessions[1]).update(account=Account.objects.get(person=people[2]))
    found = voters_behind(sessions, at=timezone.now())
    assert [one and one.person_id for one in found] == [person.pk for person in people]


@pytest.mark.django_db(transaction=True)
def test_those_who_come_at_once_from_several_threads_are_each_answered_for_themselves() -> None:
    make_areas()
    books = a_book(COMMUNITY)
    books.move(books.outside, books.fund, 1_000)
    moving = TestTransfers()
    keepers = [moving.keeper(books) for _ in range(4)]
    stranger = session_of(making.a_person(COMMUNITY))
    sessions = [*(session for _person, session in keepers), stranger, "nobody"] * 5
    some = [
        asked(session, books.book.pk, moving.given(books, 1 + number), f"number-{number}")
        for number, session in enumerate(sessions)
    ]

    def ask(one: ways.Asked) -> bytes | None:
        try:
            return TRANSFER.answer(one)
        except Forbidden:  # the lane lets the whole chain say so
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, some))
    good = {number: answer for number, answer in enumerate(answers) if answer}
    assert set(good) == {number for number in range(len(some)) if number % 6 < 4}
    told = Event.objects.filter(verb="ledger.entry.enter", subject_id__in=map(str, moving.entries(answers)))
    assert {(one.actor_person, one.request_id) for one in told} == {
        (keepers[number % 6][0].pk, f"number-{number}") for number in good
    }
    assert on(books.one) == sum(number + 1 for number in good)


def test_what_breaks_in_one_is_left_to_the_whole_chain_and_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    ground = a_ground(2, at=now)
    real = ways.attendance.ready_by_code

    def broken(*, actor: Any, **given: Any) -> Any:
        if actor.person_id == ground.volunteers[0].person_id:
            raise RuntimeError
        return real(actor=actor, **given)

    monkeypatch.setattr(ways.attendance, "ready_by_code", broken)
    sessions = [session_of(volunteer.person) for volunteer in ground.volunteers]
    answers = together(CHECK_IN, [
        asked(one, ground.shift.pk, at_gate(ground), f"number-{n}") for n, one in enumerate(sessions)
    ])  # fmt: skip
    assert [one is not None for one in answers] == [False, True]
