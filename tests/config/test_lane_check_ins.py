"""The short way of check-ins: a good one is answered as by the whole chain, anything else by that chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shanzhi.activities.models import SignUp
from shanzhi.attendance import queries
from shanzhi.attendance.models import Attendance
from shanzhi.config.lane import ShortLane
from tests.attendance.support import SPRING, a_ground
from tests.config.test_lane import NUMBER, TOKEN, Whole, asked, both, one_connection  # noqa: F401 - a fixture
from tests.support import people as making

pytestmark = pytest.mark.django_db


class Coming:
    """One who signed up, signed in, and the request that signs in at the gate."""

    def __init__(self) -> None:
        self.ground = a_ground(1, at=timezone.now())
        self.shift = str(self.ground.shift.pk)
        client = making.sign_in(Client(), self.ground.volunteers[0].person)
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        self.sent: dict[str, Any] = {"gate_code": self.ground.code(timezone.now())}

    def environ(self) -> dict[str, Any]:
        body = json.dumps(self.sent).encode()
        cookies = {**self.cookies, settings.CSRF_COOKIE_NAME: TOKEN}
        return {
            "REQUEST_METHOD": "POST", "PATH_INFO": f"/api/v1/attendance/shifts/{self.shift}/check-in",
            "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "HTTP_X_REQUEST_ID": NUMBER, "HTTP_X_CSRFTOKEN": TOKEN,
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        }  # fmt: skip


def test_a_good_check_in_is_answered_as_by_the_whole_chain_and_stands_once() -> None:
    case = Coming()
    first = asked(ShortLane(whole := Whole()), case.environ())
    again, short, passed_on = both(case)  # type: ignore[arg-type]  # asks for `environ` alone
    assert first == again == short
    assert (first[0], whole.asked, passed_on) == ("200 OK", 0, 0)
    assert json.loads(first[2]) == {"id": str(Attendance.objects.get().pk)}
    far = Coming()
    far.sent["position"] = {"north": SPRING[0] // 1000 + 50, "east": SPRING[1] // 1000}
    assert asked(ShortLane(Whole()), far.environ())[0] == "200 OK"
    assert Attendance.objects.get(review="waiting").shift == far.ground.shift


def _give_back(case: Coming) -> None:
    SignUp.objects.update(state="left", ended_at=timezone.now())


def _old_code(case: Coming) -> None:
    case.sent["gate_code"] = queries.code_of(case.ground.shift.pk, timezone.now() - timedelta(minutes=2))


WRONG: dict[str, tuple[str, Callable[[Coming], Any]]] = {
    "an old code": ("422", _old_code),
    "a made-up code": ("422", lambda case: case.sent.update(gate_code="x" * 40)),
    "a word too many": ("422", lambda case: case.sent.update(more=1)),
    "no place on earth": ("422", lambda case: case.sent.update(position={"north": 10**9, "east": 0})),
    "given back": ("409", _give_back),
    "nobody": ("401", lambda case: case.cookies.clear()),
    "no such shift": ("422", lambda case: setattr(case, "shift", str(uuid4()))),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_goes_the_whole_way_and_is_refused_there(name: str) -> None:
    status, spoil = WRONG[name]
    case = Coming()
    spoil(case)
    whole, short, passed_on = both(case)  # type: ignore[arg-type]  # asks for `environ` alone
    assert (short[0], short[2], passed_on) == (whole[0], whole[2], 1)
    assert short[0].startswith(status), short
    assert not Attendance.objects.exists()
