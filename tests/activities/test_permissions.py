"""Every address of activities meets every role, inside and outside its area."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.activities import queries
from shanzhi.activities.models import CalendarFeed
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.volunteering.models import Team, TeamMember
from tests.activities.support import an_activity
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.people import AT
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.volunteering.support import a_team

API = "/api/v1/activities"
DESK = "/desk/activities"
LATER = AT.replace(year=2190)
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS - {Role.OPERATOR})
OFFICERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
CHECKERS = (Role.COMMUNITY_SECRETARY, *OFFICERS)
PLANNERS = (Role.SOCIAL_WORKER, *CHECKERS)
SIGN_IN = 302
POST: dict[str, Any] = {"method": "POST"}
WHY = {"reason": " "}
PLAN = {"area": COMMUNITY, "task": "no_such_task", "title": "示例", "what": "示例", "place": "示例"}
TIMES = {"starts_at": "2026-01-01T01:00:00Z", "ends_at": "2026-01-01T03:00:00Z", "places": 3}


def signed_in(path: Any, status: int = 200, anonymous: int = SIGN_IN, **row: Any) -> Row:
    """Make the row of what meets whoever signed in alike."""
    return only((), path, refused=status, anonymous=anonymous, **row)


def listed(roles: tuple[Role, ...], path: Any, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (200, 200)), **row)


def of_planners(path: Any, allowed: int = 200, roles: tuple[Role, ...] = PLANNERS, **row: Any) -> Row:
    """Make the row of what planners do; the other readers of the area may not, all others find nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, path, refused=404, but=others, allowed=allowed, **row)


def of_team(path: Any, allowed: int = 200, **row: Any) -> Row:
    """Make the row of what is done for a team, which everybody sees: who may not plan for it is refused."""
    return only(PLANNERS, path, refused=403, allowed=allowed, **row)


def _team() -> Team:
    return Team.objects.filter(area=COMMUNITY).first() or a_team(COMMUNITY)


def one(path: str = "", root: str = "/activities/", **fields: Any) -> Any:
    def made() -> str:
        return f"{root}{an_activity(_team(), shifts=0 if fields else 1, **_later(fields)).pk}{path}"

    return made


def _later(fields: dict[str, Any]) -> dict[str, Any]:
    return {"state": "published", **fields}


def shift(path: str = "", root: str = "/activities/shifts/", starts: Any = LATER) -> Any:
    def made() -> str:
        found = an_activity(_team()).shifts.get()
        found.starts_at, found.ends_at, found.sequence = starts, starts.replace(hour=starts.hour + 2), 1
        found.save()
        return f"{root}{found.pk}{path}"

    return made


def team(path: str, root: str = "/teams/") -> Any:
    return lambda: f"{root}{_team().pk}{path}"


def feed() -> str:
    who = TeamMember.objects.filter(team=_team()).earliest("pk").volunteer
    found = CalendarFeed.objects.filter(volunteer=who).first() or CalendarFeed.objects.create(
        volunteer=who, created_at=AT
    )
    return f"/activities/feeds/mine/{queries.secret_of(found)}.ics"


PAGES: dict[str, Row] = {
    "activities:mine": signed_in("/account/shifts/"),
    "activities:nearby": signed_in("/account/shifts/near/"),
    "activities:past": signed_in("/account/shifts/past/"),
    "POST activities:own_calendar": signed_in("/account/shifts/calendar/", 302, **POST),
    "activities:activities": everyone("/activities/"),
    "activities:month": everyone("/activities/calendar/"),
    "activities:map": everyone("/activities/map/"),
    "activities:feeds": everyone("/activities/feeds/"),
    "activities:area_feed": everyone(f"/activities/feeds/areas/{COMMUNITY}.ics"),
    "activities:team_feed": everyone(team(".ics", "/activities/feeds/teams/")),
    "activities:own_feed": everyone(feed),
    "activities:activity": everyone(one("/")),
    "activities:poster": everyone(one("/poster.pdf")),
    "activities:plan": only(READERS, one("/plan/"), refused=404, anonymous=SIGN_IN),
    "activities:edit": of_planners(one("/edit/"), anonymous=SIGN_IN),
    "POST activities:step": of_planners(
        one("/step/", state="draft"), 302, anonymous=SIGN_IN, data={"step": "submit"}, **POST),
    "activities:cancel": of_planners(one("/cancel/"), anonymous=SIGN_IN),
    "activities:emergency": of_planners(one("/emergency/"), anonymous=SIGN_IN),
    "activities:check": of_planners(one("/check/", state="submitted"), roles=CHECKERS, anonymous=SIGN_IN),
    "activities:shift_new": of_planners(one("/shifts/new/"), anonymous=SIGN_IN),
    "activities:shift": of_planners(shift("/"), anonymous=SIGN_IN),
    "activities:shift_edit": of_planners(shift("/edit/"), anonymous=SIGN_IN),
    "activities:shift_cancel": of_planners(shift("/cancel/"), anonymous=SIGN_IN),
    "activities:sign": signed_in(shift("/sign/"), 302),
    "activities:leave": signed_in(shift("/leave/"), 409),
    "POST activities:keep": signed_in(shift("/keep/"), 302, **POST),
    "activities:team": of_team(team("/activities/"), anonymous=SIGN_IN),
    "activities:new": of_team(team("/activities/new/"), anonymous=SIGN_IN),
    "activities:desk": listed(READERS, f"{DESK}/", anonymous=SIGN_IN),
    "activities:checks": listed(CHECKERS, f"{DESK}/checks/", anonymous=SIGN_IN),
}  # fmt: skip
SHIFTS = f"{API}/shifts"
EVENT = f"{API}/{{event_id}}"


def by_api(path: str = "", **fields: Any) -> Any:
    return one(path, f"{API}/", **fields)


def call(path: Any, allowed: int, body: Any = None) -> Row:
    """Make the row of what is done to something public: everybody sees it, planners alone act."""
    return of_team(path, allowed, anonymous=401, json=body or {}, **POST)


ROUTES: dict[str, Row] = {
    f"GET {API}/shifts": everyone(f"{API}/shifts"),
    f"GET {EVENT}": everyone(by_api()),
    f"GET {API}/me/shifts": signed_in(f"{API}/me/shifts", anonymous=401),
    f"GET {API}/me/near": signed_in(f"{API}/me/near", 404, 401),
    f"GET {API}/me/calendar": signed_in(f"{API}/me/calendar", anonymous=401),
    f"POST {API}/me/calendar": signed_in(f"{API}/me/calendar", 409, 401, **POST, json={}),
    f"POST {API}/me/calendar/end": signed_in(f"{API}/me/calendar/end", 409, 401, **POST, json={}),
    f"POST {SHIFTS}/{{shift_id}}/sign": signed_in(
        shift("/sign", f"{SHIFTS}/"), 409, 401, json={"risks_read": True}, **POST),
    f"POST {SHIFTS}/{{shift_id}}/leave": signed_in(shift("/leave", f"{SHIFTS}/"), 409, 401, json={}, **POST),
    f"POST {SHIFTS}/{{shift_id}}/keep": signed_in(shift("/keep", f"{SHIFTS}/"), 409, 401, json={}, **POST),
    f"GET {API}/teams/{{team_id}}": of_team(team("", f"{API}/teams/"), anonymous=401),
    f"POST {API}/teams/{{team_id}}": of_team(team("", f"{API}/teams/"), 422, anonymous=401, json=PLAN, **POST),
    f"GET {API}/checks": listed(CHECKERS, f"{API}/checks", anonymous=401),
    f"POST {EVENT}/change": call(by_api("/change"), 409, {**PLAN, "version": 7}),
    f"POST {EVENT}/submit": call(by_api("/submit"), 409),
    f"POST {EVENT}/publish": call(by_api("/publish"), 409),
    f"POST {EVENT}/check": of_planners(
        by_api("/check", state="draft"), 409, CHECKERS, anonymous=401, json={"passed": True, "version": 1}, **POST),
    f"POST {EVENT}/cancel": call(by_api("/cancel"), 422, WHY),
    f"POST {EVENT}/emergency": call(by_api("/emergency"), 422, {"happens": "warn", "words": " "}),
    f"POST {EVENT}/shifts": call(by_api("/shifts"), 422, TIMES),
    f"POST {SHIFTS}/{{shift_id}}/change": call(shift("/change", f"{SHIFTS}/"), 422, TIMES),
    f"POST {SHIFTS}/{{shift_id}}/cancel": call(shift("/cancel", f"{SHIFTS}/"), 422, WHY),
    f"GET {SHIFTS}/{{shift_id}}/sign-ups": of_planners(shift("/sign-ups", f"{SHIFTS}/"), anonymous=401),
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
    assert missing(TABLE, urls="shanzhi.activities.urls", api_prefix=f"{API}/") == set()


def test_a_plan_that_is_not_published_is_there_for_its_planners_and_staff_alone() -> None:
    check(only(READERS, one("/", state="draft"), refused=404, anonymous=404), ROLES)
    check(only(READERS, by_api(state="checked"), refused=404, anonymous=404), ROLES)


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    found = an_activity(_team())
    line = found.shifts.get()
    for role in (Role.RESIDENT, *CHECKERS, Role.TEAM_LEADER):
        outside = ROLES.clients(role)[1]
        for path in ("edit", "cancel", "emergency", "shifts/new"):
            assert outside.post(f"/activities/{found.pk}/{path}/", {"reason": "x"}).status_code == 404
        for path in ("edit", "cancel"):
            assert outside.post(f"/activities/shifts/{line.pk}/{path}/", {"reason": "x"}).status_code == 404
    found.refresh_from_db()
    line.refresh_from_db()
    assert (found.state, found.version, line.state, line.sequence) == ("published", 1, "open", 0)
