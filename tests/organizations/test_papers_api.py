"""Documents, certificates and members in full by the API."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations
from shanzhi.people import queries as people
from shanzhi.people.models import Person
from tests.organizations.filing_support import PDF, granted, resident, secretary
from tests.people.conftest import COMMUNITY
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, client_for, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
API = "/api/v1/organizations"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{API}{path}", body, content_type="application/json",
                       headers={"Idempotency-Key": uuid4().hex})  # fmt: skip


def test_a_document_is_put_there_read_and_taken_away() -> None:
    desk, made = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY), an_organization(COMMUNITY)
    body = {"paper": "charter", "name": "章程.pdf", "content": b64encode(PDF).decode()}
    key = post(desk, f"/{made.pk}/documents", body).json()["id"]
    (told,) = desk.get(f"{API}/{made.pk}/documents").json()
    assert (told["id"], told["name"], told["size"]) == (key, "章程.pdf", len(PDF))
    assert b"".join(desk.get(f"{API}/documents/{key}")) == PDF
    assert post(desk, f"/{made.pk}/documents", {**body, "content": "no base64"}).status_code == 422
    assert post(desk, f"/{made.pk}/documents/{key}/remove", {}).json() == {"id": key}
    assert desk.get(f"{API}/{made.pk}/documents").json() == []


def test_the_applicant_prints_the_certificate() -> None:
    by = resident()
    found = granted(by)
    answer = sign_in(Client(), Person.objects.get(pk=by.person())).get(f"{API}/filings/{found.pk}/certificate")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_members_are_shown_in_full_for_a_reason_that_each_of_them_reads() -> None:
    made, person = an_organization(COMMUNITY), a_person(COMMUNITY, name="诸葛示例")
    operations.add_member(
        actor=secretary(), organization_id=made.pk, name="", person_id=person.pk, part="member",
        starts_on=AT.date(), at=AT,
    )  # fmt: skip
    desk = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    assert post(desk, f"/{made.pk}/members/unmask", {"reason": " "}).status_code == 422
    for times in (1, 2):  # each call is a look of its own
        answer = post(desk, f"/{made.pk}/members/unmask", {"reason": "核对名单"})
        assert (answer.json()[0]["name"], answer["Cache-Control"]) == ("诸葛示例", "no-store")
        assert len(people.looks(viewer=actor(person))) == times
