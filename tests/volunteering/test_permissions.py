"""Every address of volunteering meets every role, inside and outside its area."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.volunteering import queries
from shanzhi.volunteering.models import Qualification, QualificationKind, Skill, TeamMember
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.people import AT
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.volunteering.import_table import TABLE as IMPORTS
from tests.volunteering.move_table import TABLE as MOVES
from tests.volunteering.support import a_team, a_volunteer, join

API = "/api/v1/volunteering"
DESK = "/desk/volunteering"
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS - {Role.OPERATOR})
OFFICERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
AGREERS = (Role.COMMUNITY_SECRETARY, *OFFICERS)
KEEPERS = (Role.SOCIAL_WORKER, *AGREERS)
SIGN_IN = 302
POST: dict[str, Any] = {"method": "POST"}
WHY = {"reason": " "}


def signed_in(path: Any, status: int = 200, anonymous: int = SIGN_IN, **row: Any) -> Row:
    """Make the row of what meets whoever signed in alike."""
    return only((), path, refused=status, anonymous=anonymous, **row)


def listed(roles: tuple[Role, ...], path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (status, status)), **row)


def of_readers(roles: tuple[Role, ...], path: Any, **row: Any) -> Row:
    """Make the row of what some readers of an area do; its other readers may not, all others see nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, path, refused=404, but=others, **row)


def at_the_desk(roles: tuple[Role, ...], path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of a thing at the desk: other readers of its area may not, those outside find none."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, path, but={**others, **dict.fromkeys(roles, (status, 404))}, **row)


def team(path: str = "", root: str = "/teams", **fields: Any) -> Any:
    return lambda: f"{root}/{a_team(COMMUNITY, **fields).pk}/{path}"


def by_api(path: str = "", **fields: Any) -> Any:
    return lambda: f"{API}/teams/{a_team(COMMUNITY, **fields).pk}{path}"


def place(path: str, state: str, root: str) -> Any:
    return lambda: f"{root}/{join(a_team(COMMUNITY), a_volunteer(), state=state).pk}/{path}"


def code() -> str:
    found = a_team(COMMUNITY, code_serial=1, code_until=AT.replace(year=2999))
    return f"/teams/by-code/{queries.code_of(found)}/"


def volunteer(path: str = "", root: str = DESK) -> Any:
    return lambda: f"{root}/{a_volunteer(area=COMMUNITY).pk}{path}"


def a_qualification() -> Qualification:
    kind = QualificationKind.objects.create(
        area="", code="basics", name="基础", name_en="Basics", sort="training", created_at=AT
    )
    return Qualification.objects.create(
        volunteer=a_volunteer(area=COMMUNITY), kind=kind, starts_on=AT.date(), evidence="x", verified_at=AT
    )


def word() -> str:
    made = Skill.objects.create(area=COMMUNITY, code="law", name="法律", name_en="Law", created_at=AT)
    return f"{DESK}/words/skills/{made.pk}/"


PAGES: dict[str, Row] = {
    "volunteering:mine": signed_in("/account/volunteering/"),
    "volunteering:register": signed_in("/account/volunteering/register/"),
    "POST volunteering:register": signed_in("/account/volunteering/register/", 422, **POST),
    "volunteering:edit": signed_in("/account/volunteering/edit/", 302),
    "POST volunteering:step": signed_in("/account/volunteering/step/", 302, **POST, data={"step": "pause"}),
    "volunteering:leave": signed_in("/account/volunteering/leave/", 302),
    "volunteering:teams": everyone("/teams/"),
    "volunteering:team": everyone(team()),
    "volunteering:found": signed_in("/teams/new/"),
    "POST volunteering:found": signed_in("/teams/new/", 422, **POST),
    "volunteering:by_code": signed_in(code, 302),
    "volunteering:join": signed_in(team("join/"), 302),
    "volunteering:sign": signed_in(team("sign/"), 404),
    "volunteering:leave_team": signed_in(team("leave/"), 404),
    "volunteering:team_desk": only(READERS, team("desk/"), refused=404, anonymous=SIGN_IN),
    "volunteering:team_edit": of_readers(AGREERS, team("edit/"), anonymous=SIGN_IN),
    "volunteering:agreement": of_readers(AGREERS, team("agreement/"), anonymous=SIGN_IN),
    "volunteering:code": of_readers(AGREERS, team("code/"), anonymous=SIGN_IN),
    "POST volunteering:code": of_readers(AGREERS, team("code/"), anonymous=SIGN_IN, allowed=302, **POST),
    "volunteering:decide": of_readers(AGREERS, team("decide/", state="proposed"), anonymous=SIGN_IN),
    "POST volunteering:decide": of_readers(
        AGREERS, team("decide/", state="proposed"), anonymous=SIGN_IN, allowed=422, **POST),
    "volunteering:dissolve": of_readers(AGREERS, team("dissolve/"), anonymous=SIGN_IN),
    "volunteering:request": of_readers(
        AGREERS, place("request/", "requested", "/teams/members"), anonymous=SIGN_IN),
    "volunteering:part": of_readers(AGREERS, place("part/", "member", "/teams/members"), anonymous=SIGN_IN),
    "volunteering:end_place": of_readers(AGREERS, place("end/", "member", "/teams/members"), anonymous=SIGN_IN),
    "POST volunteering:end_place": of_readers(
        AGREERS, place("end/", "member", "/teams/members"), anonymous=SIGN_IN, allowed=422, **POST),
    "volunteering:volunteers": listed(READERS, f"{DESK}/", anonymous=SIGN_IN),
    "volunteering:desk_teams": listed(READERS, f"{DESK}/teams/", anonymous=SIGN_IN),
    "volunteering:volunteer": at_the_desk(READERS, volunteer("/"), anonymous=SIGN_IN),
    "volunteering:unmask": at_the_desk(KEEPERS, volunteer("/unmask/"), anonymous=SIGN_IN),
    "POST volunteering:unmask": at_the_desk(KEEPERS, volunteer("/unmask/"), 422, anonymous=SIGN_IN, **POST),
    "volunteering:qualify": at_the_desk(KEEPERS, volunteer("/qualifications/new/"), anonymous=SIGN_IN),
    "volunteering:revoke": at_the_desk(
        KEEPERS, lambda: f"{DESK}/qualifications/{a_qualification().pk}/revoke/", anonymous=SIGN_IN),
    "volunteering:words": listed(READERS, f"{DESK}/words/skills/", anonymous=SIGN_IN),
    "volunteering:word_new": listed(OFFICERS, f"{DESK}/words/tasks/new/", anonymous=SIGN_IN),
    "POST volunteering:word_new": listed(OFFICERS, f"{DESK}/words/tasks/new/", 422, anonymous=SIGN_IN, **POST),
    "POST volunteering:examples": listed(
        OFFICERS, f"{DESK}/words/skills/examples/", 302, anonymous=SIGN_IN, **POST),
    "volunteering:word": at_the_desk(OFFICERS, word, anonymous=SIGN_IN),
}  # fmt: skip
TEAM = {"name": "x", "kind": "community", "area": COMMUNITY, "about": "x"}
WORD = {"area": COMMUNITY, "code": "law", "name": " ", "name_en": "Law"}
PLACES = f"{API}/places"
VOLUNTEERS = f"{API}/volunteers"


def api(path: Any, status: int, **row: Any) -> Row:
    return signed_in(path, status, anonymous=401, **row)


TABLE: dict[str, Row] = {
    **PAGES,
    f"GET {API}/me": api(f"{API}/me", 404),
    f"POST {API}/me": api(f"{API}/me", 422, **POST, json={"area": "999999"}),
    f"POST {API}/me/change": api(f"{API}/me/change", 409, **POST, json={"area": COMMUNITY, "version": 1}),
    f"POST {API}/me/step": api(f"{API}/me/step", 409, **POST, json={"step": "pause"}),
    f"GET {API}/me/teams": api(f"{API}/me/teams", 404),
    f"GET {API}/me/fitness": api(f"{API}/me/fitness", 404),
    f"GET {API}/skills/{{area}}": everyone(f"{API}/skills/370102"),
    f"GET {API}/tasks/{{area}}": everyone(f"{API}/tasks/370102"),
    f"GET {API}/teams": everyone(f"{API}/teams"),
    f"POST {API}/teams": api(f"{API}/teams", 409, **POST, json=TEAM),
    f"POST {API}/teams/by-code": api(f"{API}/teams/by-code", 422, **POST, json={"joining_code": "x", "signed": 1}),
    f"GET {API}/teams/{{team_id}}": everyone(by_api()),
    f"POST {API}/teams/{{team_id}}/change": only(
        AGREERS, by_api("/change"), **POST, json={"name": "x", "about": "x", "join_way": "code", "version": 9},
        allowed=409),
    f"POST {API}/teams/{{team_id}}/decide": of_readers(
        AGREERS, by_api("/decide", state="proposed"), **POST, json={"agreed": False, **WHY}, allowed=422),
    f"POST {API}/teams/{{team_id}}/dissolve": only(AGREERS, by_api("/dissolve"), **POST, json=WHY, allowed=422),
    f"POST {API}/teams/{{team_id}}/agreement": only(
        AGREERS, by_api("/agreement"), **POST, json={"text": " "}, allowed=422),
    f"POST {API}/teams/{{team_id}}/join": api(by_api("/join"), 409, **POST, json={"signed": 1}),
    f"POST {API}/teams/{{team_id}}/sign": api(by_api("/sign"), 404, **POST, json={"signed": 1}),
    f"POST {API}/teams/{{team_id}}/leave": api(by_api("/leave"), 404, **POST, json={}),
    f"GET {API}/teams/{{team_id}}/code": of_readers(AGREERS, by_api("/code")),
    f"POST {API}/teams/{{team_id}}/code": only(AGREERS, by_api("/code"), **POST, json={}),
    f"GET {API}/teams/{{team_id}}/members": only(READERS, by_api("/members"), refused=404),
    f"POST {PLACES}/{{place_id}}/decide": only(
        AGREERS, place("decide", "requested", PLACES), refused=404, **POST, json={"agreed": False, **WHY},
        allowed=422),
    f"POST {PLACES}/{{place_id}}/part": only(
        AGREERS, place("part", "requested", PLACES), refused=404, **POST, json={"role": "deputy"}, allowed=409),
    f"POST {PLACES}/{{place_id}}/end": only(
        AGREERS, place("end", "member", PLACES), refused=404, **POST, json=WHY, allowed=422),
    f"GET {VOLUNTEERS}": listed(READERS, VOLUNTEERS),
    f"GET {VOLUNTEERS}/{{volunteer_id}}": at_the_desk(READERS, volunteer(root=VOLUNTEERS)),
    f"POST {VOLUNTEERS}/{{volunteer_id}}/unmask": of_readers(
        KEEPERS, volunteer("/unmask", VOLUNTEERS), **POST, json=WHY, allowed=422),
    f"GET {VOLUNTEERS}/{{volunteer_id}}/qualifications": at_the_desk(
        READERS, volunteer("/qualifications", VOLUNTEERS)),
    f"POST {VOLUNTEERS}/{{volunteer_id}}/qualifications": of_readers(
        KEEPERS, volunteer("/qualifications", VOLUNTEERS), **POST, allowed=422,
        json={"code": "none_such", "starts_on": "2026-01-01", "evidence": "x"}),
    f"POST {API}/qualifications/{{qualification_id}}/revoke": of_readers(
        KEEPERS, lambda: f"{API}/qualifications/{a_qualification().pk}/revoke", **POST, json=WHY, allowed=422),
    f"POST {API}/words/{{vocabulary}}": only(OFFICERS, f"{API}/words/skills", **POST, json=WORD, allowed=422),
}  # fmt: skip

TABLE |= IMPORTS | MOVES


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the areas, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, make_areas):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    assert missing(TABLE, urls="shanzhi.volunteering.urls", api_prefix=f"{API}/") == set()


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    made = a_team(COMMUNITY)
    row = join(made, a_volunteer())
    for role in Role:
        outside = ROLES.clients(role)[1]
        for path in ("edit", "agreement", "dissolve", "code"):
            assert outside.post(f"/teams/{made.pk}/{path}/", {"reason": "x", "text": "x"}).status_code == 404
        for path in ("part", "end"):
            assert outside.post(f"/teams/members/{row.pk}/{path}/", {"role": "leader"}).status_code == 404
    made.refresh_from_db()
    assert (made.state, made.version, made.code_serial, made.agreements.count()) == ("active", 1, 0, 1)
    assert TeamMember.objects.get(pk=row.pk).state == "member"
