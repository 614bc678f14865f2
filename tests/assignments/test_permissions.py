"""Every address of assignments meets every role, inside and outside its area."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.activities.models import Shift
from shanzhi.assignments.models import Proposal, Run
from shanzhi.kernel.roles import Role
from shanzhi.volunteering.models import TeamMember
from tests.activities.support import an_activity
from tests.activities.test_permissions import (
    LATER,
    PLANNERS,
    POST,
    READERS,
    ROLES,
    SIGN_IN,
    _team,
    listed,
    of_planners,
    of_team,
    signed_in,
    team,
)
from tests.assignments.support import a_pair, a_run
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.people import AT
from tests.support.permissions import Row, check, missing, only, settled
from tests.volunteering.support import a_volunteer

API = "/api/v1/assignments"
DESK = "/desk/assignments"
OF = {"first_day": "2026-01-01", "last_day": "2026-01-02", "most": 2, "reason": "示例"}


def _shift() -> Shift:
    found = an_activity(_team()).shifts.get()
    found.starts_at, found.ends_at, found.sequence = LATER, LATER + timedelta(hours=2), 1
    found.save()
    return found


def run(path: str, root: str = "/assignments/", **fields: Any) -> Any:
    return lambda: f"{root}{_run(**fields).pk}{path}"


def _run(**fields: Any) -> Run:
    return a_run(area=COMMUNITY, last_at=LATER + timedelta(days=1), **fields)


def _pair(state: str = "proposed") -> Proposal:
    who = TeamMember.objects.filter(team=_team()).first()
    return a_pair(_run(), _shift(), who.volunteer if who else a_volunteer(), state)


def pair(path: str, root: str = "/assignments/pairs/", state: str = "proposed") -> Any:
    return lambda: f"{root}{_pair(state).pk}{path}"


def read(path: Any, anonymous: int = SIGN_IN) -> Row:
    return only(READERS, path, refused=404, anonymous=anonymous)


PAGES: dict[str, Row] = {
    "assignments:asked": signed_in("/account/asked/"),
    "POST assignments:on_call": signed_in("/account/asked/on-call/", 302, data={"step": "agree"}, **POST),
    "POST assignments:answer": signed_in(pair("/", "/account/asked/", "asked"), 404, **POST),
    "assignments:desk": listed(READERS, f"{DESK}/", anonymous=SIGN_IN),
    "assignments:new": listed(PLANNERS, f"{DESK}/new/", anonymous=SIGN_IN),
    "assignments:call_up": listed(PLANNERS, f"{DESK}/call-up/", anonymous=SIGN_IN),
    "assignments:team": of_team(team("/assignments/"), anonymous=SIGN_IN),
    "assignments:team_new": of_team(team("/assignments/new/"), anonymous=SIGN_IN),
    "assignments:team_call_up": of_team(team("/assignments/call-up/"), anonymous=SIGN_IN),
    "assignments:run": read(run("/")),
    "assignments:open": read(run("/open/")),
    "assignments:ask": of_planners(run("/ask/"), anonymous=SIGN_IN),
    "assignments:close": of_planners(run("/close/"), anonymous=SIGN_IN),
    "assignments:pair": read(pair("/")),
    "assignments:drop": of_planners(pair("/drop/"), anonymous=SIGN_IN),
}
RUNS, PAIRS, ME = f"{API}/runs", f"{API}/pairs", f"{API}/me"


def call_up_by_api() -> dict[str, Any]:
    return {"shift_id": str(_shift().pk), "reason": "示例", "wanted": 0}


ROUTES: dict[str, Row] = {
    f"GET {RUNS}": listed(READERS, RUNS, anonymous=401),
    f"POST {RUNS}": only(
        PLANNERS, RUNS, refused=403, allowed=422, anonymous=401, json={**OF, "area": COMMUNITY}, **POST),
    f"POST {API}/call-ups": only(
        (), f"{API}/call-ups", refused=404, anonymous=401, **POST,
        json={"shift_id": "00000000-0000-4000-8000-000000000000", "reason": "示例", "wanted": 1}),
    f"GET {API}/teams/{{team_id}}/runs": of_team(team("/runs", f"{API}/teams/"), anonymous=401),
    f"GET {RUNS}/{{run_id}}": read(run("", f"{RUNS}/"), 401),
    f"GET {RUNS}/{{run_id}}/pairs": read(run("/pairs", f"{RUNS}/"), 401),
    f"GET {RUNS}/{{run_id}}/open-shifts": read(run("/open-shifts", f"{RUNS}/"), 401),
    f"POST {RUNS}/{{run_id}}/ask": of_planners(
        run("/ask", f"{RUNS}/"), 422, anonymous=401, json={"pairs": []}, **POST),
    f"POST {RUNS}/{{run_id}}/close": of_planners(
        run("/close", f"{RUNS}/", state="closed", closed_at=AT), 409, anonymous=401, json={}, **POST),
    f"GET {PAIRS}/{{pair_id}}": read(pair("", f"{PAIRS}/"), 401),
    f"POST {PAIRS}/{{pair_id}}/drop": of_planners(
        pair("/drop", f"{PAIRS}/"), 422, anonymous=401, json={"reason": " "}, **POST),
    f"GET {ME}/asked": signed_in(f"{ME}/asked", anonymous=401),
    f"POST {ME}/asked/{{pair_id}}/accept": signed_in(
        pair("/accept", f"{ME}/asked/", "asked"), 404, 401, json={"risks_read": True}, **POST),
    f"POST {ME}/asked/{{pair_id}}/decline": signed_in(
        pair("/decline", f"{ME}/asked/", "asked"), 404, 401, json={}, **POST),
    f"GET {ME}/on-call": signed_in(f"{ME}/on-call", anonymous=401),
    f"POST {ME}/on-call": signed_in(f"{ME}/on-call", 409, 401, json={}, **POST),
    f"POST {ME}/on-call/end": signed_in(f"{ME}/on-call/end", 409, 401, json={}, **POST),
}  # fmt: skip
TABLE = {**PAGES, **ROUTES}


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


def test_the_table_names_every_address() -> None:
    assert missing(TABLE, urls="shanzhi.assignments.urls", api_prefix=f"{API}/") == set()


def test_only_who_plans_for_the_shift_calls_up() -> None:
    path, body = f"{API}/call-ups", {"shift_id": str(_shift().pk), "reason": "示例", "wanted": 0}
    for role in Role:
        inside, outside = ROLES.clients(role)
        headers = {"Idempotency-Key": f"call-up-{role}"}
        met = inside.post(path, body, content_type="application/json", headers=headers).status_code
        assert met == (422 if role in PLANNERS else 403), role
        assert outside.post(path, body, content_type="application/json", headers=headers).status_code == 403, role
    assert not Run.objects.filter(emergency=True).exists()
