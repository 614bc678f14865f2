"""The short way of transfers: a keeper's good one is answered as by the whole chain, anything else by that chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from shanzhi.config.lane import ShortLane
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations
from shanzhi.ledger.models import Entry
from tests.config.test_lane import NUMBER, TOKEN, Whole, asked, both, one_connection  # noqa: F401 - a fixture
from tests.people.conftest import COMMUNITY, make_areas
from tests.support import people as making
from tests.support.books import AT, SYSTEM, a_book, on

pytestmark = pytest.mark.django_db


class Moving:
    """A keeper, signed in, and the request that moves an amount in the book."""

    def __init__(self, role: Role = Role.TEAM_LEADER) -> None:
        make_areas()
        self.books = a_book(COMMUNITY)
        self.books.move(self.books.outside, self.books.fund, 10_000)
        self.person = making.a_person(COMMUNITY, role)
        if role == Role.TEAM_LEADER:
            operations.name_keeper(actor=SYSTEM, book_id=self.books.book.pk, person_id=self.person.pk, at=AT)
        client = making.sign_in(Client(), self.person)
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        self.sent: dict[str, Any] = {
            "source": str(self.books.fund.pk), "target": str(self.books.one.pk), "amount": 100, "on": "2026-03-05",
            "text": "示例",
        }  # fmt: skip
        self.key = uuid4().hex

    def environ(self) -> dict[str, Any]:
        body = json.dumps(self.sent).encode()
        cookies = {**self.cookies, settings.CSRF_COOKIE_NAME: TOKEN}
        return {
            "REQUEST_METHOD": "POST", "PATH_INFO": f"/api/v1/ledger/books/{self.books.book.pk}/transfers",
            "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "HTTP_X_REQUEST_ID": NUMBER, "HTTP_X_CSRFTOKEN": TOKEN, "HTTP_IDEMPOTENCY_KEY": self.key,
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        }  # fmt: skip


def test_a_keepers_transfer_is_answered_as_by_the_whole_chain_and_entered_once() -> None:
    case = Moving()
    whole, short, passed_on = both(case)  # type: ignore[arg-type]  # asks for `environ` alone
    assert short == whole
    assert (short[0], passed_on) == ("200 OK", 0)
    assert on(case.books.one) == 100
    assert Entry.objects.filter(key__endswith=case.key).count() == 1


WRONG: dict[str, tuple[str, Callable[[Moving], Any]]] = {
    "too much": ("409", lambda case: case.sent.update(amount=10_001)),
    "nothing": ("422", lambda case: case.sent.update(amount=0)),
    "an overflow": ("422", lambda case: case.sent.update(amount=2**63)),
    "a word too many": ("422", lambda case: case.sent.update(more=1)),
    "another book's account": ("422", lambda case: case.sent.update(target=str(a_book(COMMUNITY).one.pk))),
    "a text that no table holds": ("422", lambda case: case.sent.update(text="a\0b")),
    "a short key": ("422", lambda case: setattr(case, "key", "short")),
    "nobody": ("401", lambda case: case.cookies.clear()),
    "no such book": ("404", lambda case: setattr(case.books.book, "pk", uuid4())),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_goes_the_whole_way_and_is_refused_there(name: str) -> None:
    status, spoil = WRONG[name]
    case = Moving()
    spoil(case)
    whole, short, passed_on = both(case)  # type: ignore[arg-type]  # asks for `environ` alone
    assert (short[0], short[2], passed_on) == (whole[0], whole[2], 1)
    assert short[0].startswith(status), short
    assert on(case.books.one) == 0


def test_an_officers_transfer_goes_the_whole_way_for_roles_are_known_only_there() -> None:
    case = Moving(Role.SUBDISTRICT_OFFICER)
    passed = Whole()
    from_lane = asked(ShortLane(passed), case.environ())
    assert (from_lane[0], passed.asked) == ("200 OK", 1)
    assert on(case.books.one) == 100
