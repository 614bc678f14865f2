"""Every address of organisations meets every role, inside and outside its area, and who holds a role in one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import IN_ORGANIZATION, STAFF_READERS, Role
from shanzhi.organizations.models import Organization
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.organizations import an_organization
from tests.support.people import a_person, sign_in
from tests.support.permissions import Roles, Row, check, missing, only, settled

API = "/api/v1/organizations"
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS)
MANAGERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
BODY = {"name": "邻里互助队（示例）", "kind": "volunteer_team", "area": COMMUNITY}
SIGN_IN = 302


def one(path: str = "") -> Any:
    """Make an organisation in the community and give an address of it."""
    return lambda: f"/desk/organizations/{an_organization(COMMUNITY).pk}/{path}"


def by_api(path: str) -> Any:
    return lambda: f"{API}/{an_organization(COMMUNITY).pk}{path}"


def listed(roles: tuple[Role, ...], path: str, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (status, status)), **row)


def managed(path: Any, **row: Any) -> Row:
    """Make the row of what officers do to an organisation of their area; its other readers may not."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(MANAGERS), (403, 404))
    return only(MANAGERS, path, refused=404, but=others, **row)


TABLE: dict[str, Row] = {
    "organizations:desk": listed(READERS, "/desk/organizations/", anonymous=SIGN_IN),
    "organizations:organization": only(READERS, one(), refused=404, anonymous=SIGN_IN),
    "organizations:new": listed(MANAGERS, "/desk/organizations/new/", anonymous=SIGN_IN),
    "POST organizations:new": listed(MANAGERS, "/desk/organizations/new/", 422, anonymous=SIGN_IN, method="POST"),
    "organizations:edit": managed(one("edit/"), anonymous=SIGN_IN),
    "POST organizations:edit": managed(one("edit/"), anonymous=SIGN_IN, method="POST", allowed=422),
    "organizations:close": managed(one("close/"), anonymous=SIGN_IN),
    "POST organizations:close": managed(one("close/"), anonymous=SIGN_IN, method="POST", allowed=422),
    f"GET {API}/": listed(READERS, f"{API}/"),
    f"POST {API}/": only(MANAGERS, f"{API}/", method="POST", json={**BODY, "credit_code": "1"}, allowed=422),
    f"GET {API}/{{organization_id}}": only(READERS, by_api(""), refused=404),
    f"POST {API}/{{organization_id}}/change": managed(
        by_api("/change"), method="POST", json={**BODY, "version": 1, "area": "999999"}, allowed=403),
    f"POST {API}/{{organization_id}}/close": managed(
        by_api("/close"), method="POST", json={"reason": " ", "version": 1}, allowed=422),
}  # fmt: skip


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
    assert missing(TABLE, urls="shanzhi.organizations.urls", api_prefix=f"{API}/") == set()


@pytest.mark.parametrize("role", sorted(IN_ORGANIZATION))
def test_who_holds_a_role_in_one_reads_that_one_and_nothing_else(role: Role) -> None:
    own, other = an_organization(COMMUNITY), an_organization(COMMUNITY, name="另一家（示例）")
    person = a_person(COMMUNITY, role, organization=own.pk)
    a_person(COMMUNITY, Role.OPERATOR, organization=own.pk, name="欧阳示例")
    client = sign_in(Client(), person)
    assert "另一家" not in client.get("/desk/organizations/").content.decode()
    page = client.get(f"/desk/organizations/{own.pk}/").content.decode()
    assert own.name in page
    assert "欧*" not in page  # whom else the organisation has is for staff
    assert client.get(f"/desk/organizations/{other.pk}/").status_code == 404
    assert client.get(f"{API}/{other.pk}").status_code == 404
    assert [one["id"] for one in client.get(f"{API}/").json()["items"]] == [str(own.pk)]
    for path in ("edit/", "close/"):
        assert client.get(f"/desk/organizations/{own.pk}/{path}").status_code == 403
    for path in ("/desk/people/", "/desk/people/roles/", "/desk/organizations/new/"):
        assert client.get(path).status_code == 403, path
    assert client.get(f"/desk/people/{a_person(COMMUNITY).pk}/").status_code == 404


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    made = an_organization(COMMUNITY)
    for role in Role:
        outside = ROLES.clients(role)[1]
        data = {**BODY, "version": 1, "reason": "示例"}
        for path in ("edit", "close"):
            assert outside.post(f"/desk/organizations/{made.pk}/{path}/", data).status_code == 404
        answer = outside.post("/desk/organizations/new/", data)
        assert answer.status_code in (403, 422)
    assert [(row.name, row.version, row.open) for row in Organization.objects.all()] == [(made.name, 1, True)]
