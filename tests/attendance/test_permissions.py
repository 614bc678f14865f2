"""Every address of attendance meets every role, inside and outside its area."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.attendance import queries
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.roles import STAFF_READERS, Role
from tests.attendance.support import SPRING, Ground, a_ground
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled

API = "/api/v1/attendance"
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS - {Role.OPERATOR})
AGREERS = (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
SIGN_IN = 302
POST: dict[str, Any] = {"method": "POST"}
WHY = {"kept": False, "reason": " "}
TAPS = {"sent_at": "2026-01-01T00:00:00Z", "taps": []}
NEAR = {"position": {"north": SPRING[0] // 1000, "east": SPRING[1] // 1000}}


def signed_in(path: Any, status: int = 200, anonymous: int = SIGN_IN, **row: Any) -> Row:
    """Make the row of what meets whoever signed in alike."""
    return only((), path, refused=status, anonymous=anonymous, **row)


def listed(path: Any, **row: Any) -> Row:
    """Make the row of what is open to readers wherever they are."""
    return only(READERS, path, but=dict.fromkeys(READERS, (200, 200)), **row)


def kept(path: Any, status: int = 200, anonymous: int = SIGN_IN, **row: Any) -> Row:
    """Make the row of what the office of the area does; its other readers may not, all others see nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(AGREERS), (403, 404))
    return only(AGREERS, path, allowed=status, refused=404, anonymous=anonymous, but=others, **row)


def ground() -> Ground:
    return a_ground(1, at=timezone.now(), area=COMMUNITY)


def shift(path: str, root: str = "/attendance/shifts") -> Any:
    return lambda: f"{root}/{ground().shift.pk}/{path}"


def record(path: str = "", root: str = "/attendance/records") -> Any:
    def made() -> str:
        found = ground()
        row = Attendance.objects.create(
            shift=found.shift, volunteer=found.volunteers[0], arrived_at=found.at, way_in="code", entered_at=found.at
        )
        return f"{root}/{row.pk}{path}"

    return made


def code() -> str:
    return f"/g/{queries.code_of(ground().shift.pk, timezone.now())}/"


PAGES: dict[str, Row] = {
    "attendance:gate": signed_in(code),
    "POST attendance:gate": signed_in(code, 409, **POST),
    "attendance:mine": signed_in("/account/attendance/"),
    "attendance:record": only(READERS, record("/"), refused=404, anonymous=SIGN_IN),
    "attendance:decide": kept(record("/decide/")),
    "POST attendance:decide": kept(record("/decide/"), 422, **POST),
    "attendance:correct": kept(record("/correct/")),
    "POST attendance:correct": kept(record("/correct/"), 422, **POST),
    "attendance:doubts": listed("/attendance/doubts/", anonymous=SIGN_IN),
    "attendance:here": signed_in(shift("here/")),
    "POST attendance:here": signed_in(shift("here/"), 422, **POST),
    "attendance:screen": kept(shift("screen/")),
    "attendance:walk_in": kept(shift("walk-in/")),
    "POST attendance:walk_in": kept(shift("walk-in/"), 422, **POST),
    "attendance:enter": kept(shift("enter/")),
    "POST attendance:enter": kept(shift("enter/"), 422, **POST),
    "attendance:manner": kept(shift("manner/")),
    "POST attendance:manner": kept(shift("manner/"), 422, **POST),
    "attendance:worker": everyone("/attendance/list/worker.js"),
    "attendance:forget": everyone("/attendance/forget/"),
    "attendance:list": kept(shift("", "/attendance/list")),
    "POST attendance:list": kept(shift("", "/attendance/list"), 302, **POST),
    "POST attendance:sync": kept(shift("sync/", "/attendance/list"), json=TAPS, **POST),
}


def sent(path: Any, json: Any, status: int = 200) -> Row:
    return kept(path, status, 401, json=json, **POST)


def of_shift(path: str) -> Any:
    return shift(path, f"{API}/shifts")


SHIFT = f"{API}/shifts/{{shift_id}}"
RECORD = f"{API}/records/{{presence_id}}"
CALLS: dict[str, Row] = {
    f"POST {SHIFT}/check-in": signed_in(of_shift("check-in"), 422, 401, json={"gate_code": "x"}, **POST),
    f"POST {SHIFT}/check-out": signed_in(of_shift("check-out"), 422, 401, json={"gate_code": "x"}, **POST),
    f"POST {SHIFT}/here": signed_in(of_shift("here"), 409, 401, json=NEAR, **POST),
    f"POST {SHIFT}/gone": signed_in(of_shift("gone"), 409, 401, json=NEAR, **POST),
    f"GET {API}/me": signed_in(f"{API}/me", anonymous=401),
    f"GET {API}/doubts": listed(f"{API}/doubts"),
    f"GET {RECORD}": only(READERS, record("", f"{API}/records"), refused=404),
    f"POST {RECORD}/decide": sent(record("/decide", f"{API}/records"), WHY, 422),
    f"POST {RECORD}/correct": sent(
        record("/correct", f"{API}/records"), {"arrived_at": "2026-01-01T00:00:00Z", "reason": "x"}, 422),
    f"GET {SHIFT}/code": kept(of_shift("code"), anonymous=401),
    f"GET {SHIFT}/list": kept(of_shift("list"), anonymous=401),
    f"POST {SHIFT}/mark": sent(
        of_shift("mark"), {"volunteer_id": "00000000-0000-4000-8000-000000000000", "act": "arrive"}, 409),
    f"POST {SHIFT}/walk-in": sent(of_shift("walk-in"), {"number": "1"}, 409),
    f"POST {SHIFT}/enter": sent(
        of_shift("enter"),
        {"number": "1", "arrived_at": "2026-01-01T00:00:00Z", "left_at": "2026-01-01T01:00:00Z", "reason": "x"}, 422),
    f"POST {SHIFT}/manner": sent(of_shift("manner"), {"walk_ins": True, "metres": 2000}),
    f"POST {SHIFT}/end": sent(of_shift("end"), {}),
    f"POST {SHIFT}/taps": sent(of_shift("taps"), TAPS),
}  # fmt: skip
TABLE = PAGES | CALLS


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with settled(django_db_blocker, ROLES, make_areas):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role(name: str) -> None:
    check(TABLE[name], ROLES)


def test_table_is_complete() -> None:
    assert not missing(TABLE, urls="shanzhi.attendance.urls", api_prefix="/api/v1/attendance/")


def test_who_leads_does_all_of_it_and_only_at_the_own_shift() -> None:
    own, other = ground(), ground()
    for found, status in ((own, None), (other, "not_found")):
        try:
            queries.led_shift(viewer=own.lead, shift_id=found.shift.pk)
            said = None
        except Exception as refusal:  # noqa: BLE001 - compared by its code
            said = getattr(refusal, "code", "")
        assert said == status
