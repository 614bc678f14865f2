"""The short way of good ballots answers as the whole chain does, and takes only what the whole chain would take."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, connection
from django.test import Client, override_settings

from shanzhi.config import lane, ways
from shanzhi.config.lane import ShortLane
from shanzhi.config.logs import Lines
from shanzhi.people.models import Account, Person, SignIn
from shanzhi.people.sessions import EACH_SIGNED_IN, SIGNED_IN
from shanzhi.voting.models import Envelope, Poll
from shanzhi.work.prepared import Prepared
from tests.support import people as making
from tests.voting.support import a_person, an_open_poll, close, now

pytestmark = pytest.mark.django_db
TOKEN = "b" * 32
NUMBER = "abcd-1234"
CHANGING = {"seconds", "timestamp"}
Answer = tuple[str, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let requests leave the test's connection, with its transaction, open; Django's own client does the same."""
    request_started.disconnect(close_old_connections)
    monkeypatch.setattr(lane, "close_old_connections", lambda: None)
    yield
    request_started.connect(close_old_connections)


class Whole:
    """The whole chain, counting what comes to it."""

    def __init__(self) -> None:
        self.asked = 0
        self._handler = WSGIHandler()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        self.asked += 1
        return self._handler(environ, start_response)


class Case:
    """A voter, signed in, on the roll of an open poll; and the request that casts a good ballot."""

    def __init__(self) -> None:
        self.person: Person = a_person()
        self.others = [a_person()]
        self.poll: Poll = an_open_poll([self.person, *self.others])
        client = making.sign_in(Client(), self.person)
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.poll_id = str(self.poll.pk)
        self.body = json.dumps({"choices": ["3", "1"]}).encode()
        self.cookies = {settings.SESSION_COOKIE_NAME: self.session, settings.CSRF_COOKIE_NAME: TOKEN}
        self.more: dict[str, str] = {"HTTP_X_CSRFTOKEN": TOKEN, "HTTP_IDEMPOTENCY_KEY": "key-12345"}
        self.without: tuple[str, ...] = ()

    def environ(self) -> WSGIEnvironment:
        made: WSGIEnvironment = {
            "REQUEST_METHOD": "PUT",
            "PATH_INFO": f"/api/v1/voting/polls/{self.poll_id}/ballot",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "HTTP_X_REQUEST_ID": NUMBER,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)),
        } | self.more
        return {name: value for name, value in made.items() if name not in self.without}


def asked(application: Callable[..., Any], environ: WSGIEnvironment) -> Answer:
    """Ask an application; gives status, headers by name, body."""
    told: list[Any] = []
    answer = application(environ, lambda status, headers, exc_info=None: told.extend((status, headers)))
    body = b"".join(answer)
    headers = {name.lower(): value for name, value in told[1]}
    assert len(headers) == len(told[1]), told[1]
    return told[0], headers, body


def both(case: Case) -> tuple[Answer, Answer, int]:
    """Ask the whole chain, then the lane; gives both answers and how often the lane passed the request on."""
    whole = Whole()
    first = asked(WSGIHandler(), case.environ())
    second = asked(ShortLane(whole), case.environ())
    return first, second, whole.asked


def _close_poll(case: Case) -> None:
    close(case.poll)


def _sign_out(case: Case) -> None:
    Session.objects.filter(session_key=case.session).delete()


def _expire(case: Case) -> None:
    Session.objects.filter(session_key=case.session).update(expire_date=now() - timedelta(seconds=1))


def _close_account(case: Case) -> None:
    Account.objects.filter(person=case.person).update(is_active=False)


def _change_password(case: Case) -> None:
    account = Account.objects.get(person=case.person)
    account.set_password("another pass phrase")
    account.save()


def _leave_person(case: Case) -> None:
    Account.objects.filter(person=case.person).update(person=None)


def _other_person(case: Case) -> None:
    stranger = making.sign_in(Client(), a_person())
    case.cookies[settings.SESSION_COOKIE_NAME] = stranger.cookies[settings.SESSION_COOKIE_NAME].value


def _no_note(case: Case) -> None:
    assert SignIn.objects.filter(session_key=case.session).delete()[0] == 1


def _note_of_another(case: Case) -> None:
    """Let the note of a sign-in name somebody who may vote too: the session itself says whose it is."""
    _no_note(case)
    account = making.an_account(case.others[0])
    SignIn.objects.create(account=account, session_key=case.session, network="house", started_at=now(), seen_at=now())


def _body(text: bytes) -> Callable[[Case], None]:
    return lambda case: setattr(case, "body", text)


def _header(name: str, value: str) -> Callable[[Case], None]:
    return lambda case: case.more.update({name: value})


def _without(*names: str) -> Callable[[Case], None]:
    return lambda case: setattr(case, "without", names)


def _cookie(name: str, value: str) -> Callable[[Case], None]:
    return lambda case: case.cookies.update({name: value})


def _poll(value: str) -> Callable[[Case], None]:
    return lambda case: setattr(case, "poll_id", value)


BAD: dict[str, tuple[Callable[[Case], None], int]] = {
    "no CSRF token": (_without("HTTP_X_CSRFTOKEN"), 403),
    "wrong CSRF token": (_header("HTTP_X_CSRFTOKEN", "c" * 32), 403),
    "malformed CSRF token": (_header("HTTP_X_CSRFTOKEN", "c"), 403),
    "no cookie": (_without("HTTP_COOKIE"), 403),
    "wrong origin": (_header("HTTP_ORIGIN", "https://evil.example"), 403),
    "no origin worth the name": (_header("HTTP_ORIGIN", "null"), 403),
    "secure, without a referer": (_header("wsgi.url_scheme", "https"), 403),
    "unknown host": (_header("HTTP_HOST", "evil.example"), 400),
    "no session": (_cookie("sessionid", "x" * 32), 401),
    "empty session": (_cookie("sessionid", ""), 401),
    "signed out": (_sign_out, 401),
    "session over": (_expire, 401),
    "account closed": (_close_account, 401),
    "password changed": (_change_password, 401),
    "no person behind the account": (_leave_person, 401),
    "off the roll": (_other_person, 403),
    "closed poll": (_close_poll, 409),
    "unknown poll": (_poll("00000000-0000-4000-8000-000000000009"), 404),
    "no poll": (_poll("x"), 404),
    "no JSON": (_body(b"{"), 400),
    "no UTF-8": (_body(b'{"choices": ["\xff"]}'), 400),
    "a list": (_body(b'["1"]'), 422),
    "a misspelt field": (_body(b'{"choice": ["1"]}'), 422),
    "choices and points": (_body(b'{"choices": ["1"], "points": {"1": 1}}'), 422),
    "unknown option": (_body(b'{"choices": ["77"]}'), 422),
    "an option twice": (_body(b'{"choices": ["1", "1"]}'), 422),
    "too many": (_body(b'{"choices": ["1", "2", "3", "4"]}'), 422),
    "a huge body": (_body(b'{"choices": ["1"], "more": "' + b"x" * 100_000 + b'"}'), 422),
    "an empty body": (_body(b""), 422),
    "no key": (_without("HTTP_IDEMPOTENCY_KEY"), 422),
    "a short key": (_header("HTTP_IDEMPOTENCY_KEY", "short"), 422),
}
GOOD: dict[str, Callable[[Case], None]] = {
    "plain": lambda case: None,
    "own origin": _header("HTTP_ORIGIN", "http://localhost"),
    "in English": _header("HTTP_ACCEPT_LANGUAGE", "en"),
    "language chosen by cookie": _cookie("language", "en"),
    "masked token": _header("HTTP_X_CSRFTOKEN", "a" * 32 + "b" * 32),  # b is 1 after a, and a + 1 is b
    "accepting gzip": _header("HTTP_ACCEPT_ENCODING", "gzip, br"),
    "a secure referer": lambda case: case.more.update(
        {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://localhost/polls/"}
    ),
    "blank": _body(b"{}"),
    "no content type": _without("CONTENT_TYPE"),
    "a session that nobody noted": _no_note,
    "a note that names another account": _note_of_another,
}


class TestAGoodBallot:
    @pytest.mark.parametrize("name", GOOD)
    def test_is_answered_by_the_lane_exactly_as_by_the_whole_chain(self, name: str) -> None:
        case = Case()
        GOOD[name](case)
        whole, short, passed_on = both(case)
        assert short == whole
        assert (short[0], passed_on) == ("200 OK", 0)
        assert Envelope.objects.count() == 1  # both were cast for the same voter

    def test_is_stored_and_replaces_the_earlier_one(self) -> None:
        case = Case()
        case.more["HTTP_IDEMPOTENCY_KEY"] = "key-first"
        first = asked(ShortLane(Whole()), case.environ())
        case.more["HTTP_IDEMPOTENCY_KEY"] = "key-later"
        second = asked(ShortLane(Whole()), case.environ())
        assert first[2] != second[2]
        assert Envelope.objects.filter(poll=case.poll).count() == 1

    @pytest.mark.parametrize("listens", ["ours alone", "others too"])
    def test_is_counted_and_logged_as_any_request(self, monkeypatch: pytest.MonkeyPatch, listens: str) -> None:
        written = StringIO()
        counted: list[dict[str, Any]] = []
        handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, Lines))
        others = [] if listens == "ours alone" else [logging.NullHandler()]
        monkeypatch.setattr(logging.root, "handlers", [handler, *others])
        monkeypatch.setattr(handler, "stream", written)
        monkeypatch.setattr("shanzhi.config.metrics.observe", lambda **given: counted.append(given))
        both(Case())
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
        whole, short = ({k: v for k, v in one.items() if k not in CHANGING} for one in lines)
        assert list(whole.items()) == list(short.items())
        assert [list(line) for line in lines] == [list(lines[0])] * 2
        assert short["route"].endswith(":poll_id>/ballot")
        assert [{**one, "elapsed": 0} for one in counted] == [{**counted[0], "elapsed": 0}] * 2

    def test_counts_also_where_its_line_cannot_be_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = StringIO()
        closed.close()
        handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, Lines))
        monkeypatch.setattr(logging.root, "handlers", [handler])
        monkeypatch.setattr(handler, "stream", closed)
        monkeypatch.setattr(logging, "raiseExceptions", False)
        assert asked(ShortLane(Whole()), Case().environ())[0] == "200 OK"
        assert Envelope.objects.count() == 1

    def test_goes_the_whole_way_when_the_lane_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(ways, "voter_behind", broken)
        _whole, short, passed_on = both(Case())
        assert (short[0], passed_on) == ("200 OK", 1)


class TestTheLookAtASession:
    @pytest.mark.parametrize("look", [SIGNED_IN, EACH_SIGNED_IN])
    def test_goes_by_keys_even_as_planned_while_the_tables_are_empty(self, look: Prepared) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {look.numbered}")
            lines = [line.strip() for (line,) in cursor.fetchall()]
        assert sum(line.startswith("Index Cond:") for line in lines) == 3, lines
        assert not any("Seq Scan" in line or "Filter: (session_key" in line for line in lines), lines


class TestABadBallot:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("name", BAD)
    def test_is_refused_by_the_whole_chain_in_the_same_words(self, name: str, language: str) -> None:
        case = Case()
        worsen, status = BAD[name]
        worsen(case)
        case.more["HTTP_ACCEPT_LANGUAGE"] = language
        whole, short, passed_on = both(case)
        assert short == whole
        assert (int(short[0].split()[0]), passed_on) == (status, 1)
        assert not Envelope.objects.exists()

    @pytest.mark.parametrize("end", [_sign_out, _close_account, _change_password, _close_poll])
    def test_is_refused_although_the_one_before_was_taken(self, end: Callable[[Case], None]) -> None:
        case = Case()
        short = ShortLane(Whole())
        assert asked(short, case.environ())[0] == "200 OK"
        end(case)
        assert asked(short, case.environ())[0] != "200 OK"


class TestAnotherRequest:
    def test_goes_the_whole_way(self) -> None:
        whole = Whole()
        case = Case()
        case.more["REQUEST_METHOD"] = "GET"
        assert asked(ShortLane(whole), case.environ())[0].startswith("404")
        assert whole.asked == 1

    def test_to_a_site_that_wants_tls_is_sent_there_by_the_whole_chain(self) -> None:
        lane.manners.cache_clear()
        with override_settings(SECURE_SSL_REDIRECT=True):
            whole, short, passed_on = both(Case())
        lane.manners.cache_clear()
        assert short == whole
        assert (short[0].split()[0], passed_on) == ("301", 1)
