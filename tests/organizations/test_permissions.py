"""Every address of organisations meets every role, inside and outside its area, and who holds a role in one."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import IN_ORGANIZATION, STAFF_READERS, Role
from shanzhi.organizations import operations
from shanzhi.organizations.models import Document, Finding, Membership, Organization, Sign
from tests.organizations.filing_support import PDF, begun, granted, handed_in, resident
from tests.organizations.register_table import TABLE as REGISTERS
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.ground import undone
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, sign_in
from tests.support.permissions import NO_ROLE, Roles, Row, check, everyone, missing, only, settled

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


ADVISERS = (Role.COMMUNITY_SECRETARY, Role.SOCIAL_WORKER)
GUIDES = (*ADVISERS, *MANAGERS)
LATER = "2999-01-01"
UNVERIFIED = {NO_ROLE: (403, 403)}
APPLICATION = {"name": "x", "area": COMMUNITY}


def signed_in(path: str, status: int = 200, anonymous: int = 401, beyond: int | None = None, **row: Any) -> Row:
    """Make the row of what is open to whoever signed in."""
    return only((), path, refused=status, anonymous=anonymous, outside=status if beyond is None else beyond, **row)


def of_readers(roles: tuple[Role, ...], path: Any, **row: Any) -> Row:
    """Make the row of what some of the readers of an area do; its other readers may not, and all others see nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(roles), (403, 404))
    return only(roles, path, refused=404, but=others, **row)


def part(make: Any, path: str) -> Any:
    """Make an organisation with something that hangs on it, and give the address of that."""

    def address() -> str:
        body = an_organization(COMMUNITY)
        return path.format(body=body.pk, one=make(body).pk)

    return address


def a_member(body: Organization) -> Membership:
    return Membership.objects.create(organization=body, name="欧阳示例", starts_on=AT.date(), created_at=AT)


def a_finding(body: Organization) -> Finding:
    return Finding.objects.create(organization=body, matter="abnormal", on=AT.date(), source="x", created_at=AT)


def a_sign(body: Organization) -> Sign:
    return Sign.objects.create(organization=body, kind="activity", on=AT.date(), present=9, created_at=AT)


def a_document(body: Organization) -> Document:
    return operations.add_document(
        actor=Actor.system("test"), organization_id=body.pk, paper="charter", name="章程.pdf", content=PDF, at=AT
    )


def filing(make: Any, path: str = "", root: str = "/filing") -> Any:
    """Make an application of somebody else, and give an address of it."""
    return lambda: f"{root}/{make(resident()).pk}/{path}"


def of_filed(path: str) -> Any:
    """Have an organisation filed, and give an address by its id or by the code of its certificate."""

    def address() -> str:
        found = granted(resident())
        return path.format(body=found.organization_id, code=found.filing.code)

    return address


RULES = {
    "least_members": 1, "charter": False, "premises": False, "in_charge": False, "opinion": False, "opinion_days": 1,
    "decision_days": 1, "validity_years": 1, "prefix": " ", "source": "x", "example": True,
}  # fmt: skip
DESK = "/desk/organizations"
FILINGS = f"{API}/filings"
NEW = {
    "organizations:targets_new": listed(MANAGERS, f"{DESK}/targets/new/", anonymous=SIGN_IN),
    "organizations:move": managed(one("move/"), anonymous=SIGN_IN),
    "organizations:member": of_readers(GUIDES, one("members/new/"), anonymous=SIGN_IN),
    "organizations:unmask": of_readers(GUIDES, one("members/unmask/"), anonymous=SIGN_IN),
    "organizations:member_end": of_readers(
        GUIDES, part(a_member, f"{DESK}/{{body}}/members/{{one}}/end/"), anonymous=SIGN_IN),
    "organizations:link": of_readers(GUIDES, one("links/new/"), anonymous=SIGN_IN),
    "POST organizations:link_end": of_readers(
        GUIDES, lambda: f"{DESK}/{an_organization(COMMUNITY).pk}/links/{uuid4()}/end/", anonymous=SIGN_IN,
        method="POST", allowed=404),
    "organizations:standing": only(READERS, one("standing/"), refused=404, anonymous=SIGN_IN),
    "organizations:finding_new": managed(one("standing/new/"), anonymous=SIGN_IN),
    "organizations:finding": managed(part(a_finding, f"{DESK}/findings/{{one}}/"), anonymous=SIGN_IN),
    "organizations:finding_end": managed(part(a_finding, f"{DESK}/findings/{{one}}/end/"), anonymous=SIGN_IN),
    "organizations:signs": only(READERS, one("signs/"), refused=404, anonymous=SIGN_IN),
    "organizations:sign_new": of_readers(GUIDES, one("signs/new/"), anonymous=SIGN_IN),
    "POST organizations:sign_new": of_readers(
        GUIDES, one("signs/new/"), anonymous=SIGN_IN, method="POST", allowed=422),
    "organizations:sign": of_readers(GUIDES, part(a_sign, f"{DESK}/signs/{{one}}/"), anonymous=SIGN_IN),
    "organizations:applications": signed_in("/filing/", anonymous=SIGN_IN),
    "organizations:apply": signed_in("/filing/new/", anonymous=SIGN_IN, but=UNVERIFIED),
    "POST organizations:apply": signed_in("/filing/new/", 422, anonymous=SIGN_IN, method="POST", but=UNVERIFIED),
    "organizations:apply_for": of_readers(
        (), lambda: f"/filing/for/{an_organization(COMMUNITY).pk}/first/", anonymous=SIGN_IN),
    "organizations:rules": signed_in("/filing/rules/", anonymous=SIGN_IN),
    "organizations:rules_new": listed(MANAGERS, "/filing/rules/new/", anonymous=SIGN_IN),
    "organizations:document": only(
        READERS, part(a_document, "/filing/documents/{one}/"), refused=404, anonymous=SIGN_IN),
    "organizations:document_new": of_readers(
        GUIDES, lambda: f"/filing/documents/of/{an_organization(COMMUNITY).pk}/new/", anonymous=SIGN_IN),
    "POST organizations:document_remove": of_readers(
        GUIDES, lambda: f"/filing/documents/of/{an_organization(COMMUNITY).pk}/{uuid4()}/remove/", anonymous=SIGN_IN,
        method="POST", allowed=404),
    "organizations:application": only(READERS, filing(begun), refused=404, anonymous=SIGN_IN),
    "organizations:application_edit": of_readers((), filing(begun, "edit/"), anonymous=SIGN_IN),
    "POST organizations:hand_in": of_readers((), filing(begun, "hand-in/"), anonymous=SIGN_IN, method="POST",
                                             data={"version": "1"}),
    "POST organizations:withdraw": of_readers((), filing(begun, "withdraw/"), anonymous=SIGN_IN, method="POST",
                                              data={"version": "1"}),
    "organizations:opinion": of_readers(ADVISERS, filing(handed_in, "opinion/"), anonymous=SIGN_IN),
    "POST organizations:opinion": of_readers(ADVISERS, filing(handed_in, "opinion/"), anonymous=SIGN_IN,
                                             method="POST", allowed=422),
    "organizations:decide": managed(filing(handed_in, "decide/"), anonymous=SIGN_IN),
    "POST organizations:decide": managed(filing(handed_in, "decide/"), anonymous=SIGN_IN, method="POST", allowed=422),
    "organizations:certificate_file": only(
        READERS, filing(granted, "certificate.pdf"), refused=404, anonymous=SIGN_IN),
    "organizations:certificate": everyone(of_filed("/certificates/filing/{code}/")),
    "organizations:filed": everyone("/organizations/"),
    "organizations:public_one": everyone(of_filed("/organizations/{body}/")),
    "organizations:targets": everyone("/organizations/targets/370102/"),
    f"POST {API}/{{organization_id}}/move": managed(
        by_api("/move"), method="POST", json={"move": "x", "reason": "x", "version": 1}, allowed=422),
    f"GET {API}/{{organization_id}}/parts": only(READERS, by_api("/parts"), refused=404),
    f"POST {API}/{{organization_id}}/members": of_readers(
        GUIDES, by_api("/members"), method="POST", json={"starts_on": LATER}, allowed=422),
    f"POST {API}/{{organization_id}}/members/{{membership_id}}/end": of_readers(
        GUIDES, part(a_member, f"{API}/{{body}}/members/{{one}}/end"), method="POST", json={"ends_on": LATER},
        allowed=422),
    f"POST {API}/{{organization_id}}/links": of_readers(
        GUIDES, by_api("/links"), method="POST", json={"tie": "parent", "other_id": str(uuid4())}, allowed=422),
    f"POST {API}/{{organization_id}}/links/{{link_id}}/end": of_readers(
        GUIDES, lambda: f"{API}/{an_organization(COMMUNITY).pk}/links/{uuid4()}/end", method="POST", json={},
        allowed=404),
    f"GET {API}/{{organization_id}}/documents": only(READERS, by_api("/documents"), refused=404),
    f"POST {API}/{{organization_id}}/documents": of_readers(
        GUIDES, by_api("/documents"), method="POST",
        json={"paper": "charter", "name": "x.pdf", "content": b64encode(PDF).decode()}),
    f"GET {API}/documents/{{document_id}}": only(READERS, part(a_document, f"{API}/documents/{{one}}"), refused=404),
    f"POST {API}/{{organization_id}}/documents/{{document_id}}/remove": of_readers(
        GUIDES, lambda: f"{API}/{an_organization(COMMUNITY).pk}/documents/{uuid4()}/remove", method="POST", json={},
        allowed=404),
    f"GET {API}/filings/{{application_id}}/certificate": only(
        READERS, filing(granted, "certificate", root=f"{API}/filings"), refused=404),
    f"POST {API}/{{organization_id}}/members/unmask": of_readers(
        GUIDES, by_api("/members/unmask"), method="POST", json={"reason": " "}, allowed=422),
    f"GET {API}/{{organization_id}}/standing": only(READERS, by_api("/standing"), refused=404),
    f"POST {API}/{{organization_id}}/findings": managed(
        by_api("/findings"), method="POST", json={"matter": "applied", "on": LATER, "source": "x"}, allowed=422),
    f"POST {API}/findings/{{finding_id}}/end": managed(
        part(a_finding, f"{API}/findings/{{one}}/end"), method="POST", json={"ends_on": LATER}, allowed=422),
    f"POST {API}/findings/{{finding_id}}/take-back": managed(
        part(a_finding, f"{API}/findings/{{one}}/take-back"), method="POST", json={"reason": " "}, allowed=422),
    f"GET {API}/{{organization_id}}/signs": only(READERS, by_api("/signs"), refused=404),
    f"POST {API}/{{organization_id}}/signs": of_readers(
        GUIDES, by_api("/signs"), method="POST", json={"kind": "activity", "on": LATER, "present": 9}, allowed=422),
    f"POST {API}/signs/{{sign_id}}/take-back": of_readers(
        GUIDES, part(a_sign, f"{API}/signs/{{one}}/take-back"), method="POST", json={"reason": " "}, allowed=422),
    f"GET {FILINGS}": signed_in(FILINGS),
    f"POST {FILINGS}": signed_in(FILINGS, 422, beyond=403, method="POST", json={**APPLICATION, "ask": "renewal"},
                                    but=UNVERIFIED),
    f"GET {FILINGS}/{{application_id}}": only(
        READERS, lambda: f"{FILINGS}/{begun(resident()).pk}", refused=404),
    f"POST {FILINGS}/{{application_id}}/change": of_readers(
        (), filing(begun, "change", FILINGS), method="POST", json={**APPLICATION, "version": 1}),
    f"POST {FILINGS}/{{application_id}}/hand-in": of_readers(
        (), filing(begun, "hand-in", FILINGS), method="POST", json={"version": 1}),
    f"POST {FILINGS}/{{application_id}}/withdraw": of_readers(
        (), filing(begun, "withdraw", FILINGS), method="POST", json={"version": 1}),
    f"POST {FILINGS}/{{application_id}}/opinion": of_readers(
        ADVISERS, filing(handed_in, "opinion", FILINGS), method="POST",
        json={"opinion": "for", "words": " ", "version": 2}, allowed=422),
    f"POST {FILINGS}/{{application_id}}/decide": managed(
        filing(handed_in, "decide", FILINGS), method="POST", json={"decision": "return", "reason": " ", "version": 2},
        allowed=422),
    f"GET {API}/rules/{{code}}": signed_in(f"{API}/rules/370102"),
    f"POST {API}/rules": only(
        MANAGERS, f"{API}/rules", method="POST", json={**RULES, "area": COMMUNITY}, allowed=422),
    f"GET {API}/filed": everyone(f"{API}/filed"),
    f"GET {API}/certificates/{{code}}": everyone(of_filed(f"{API}/certificates/{{code}}")),
    f"GET {API}/targets/{{code}}": everyone(f"{API}/targets/370102"),
    f"POST {API}/targets": only(
        MANAGERS, f"{API}/targets", method="POST", json={"area": COMMUNITY, "urban": 1, "rural": 1, "source": " "},
        allowed=422),
}  # fmt: skip
TABLE: dict[str, Row] = {
    **NEW,
    **REGISTERS,
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
