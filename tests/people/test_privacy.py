"""No plain name, phone or document number in any table, log line or page of who has no right to it."""

import logging
import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import AT, a_person, an_actor, an_id_number, client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NAME, PHONE, LOCAL = "示例独一", "+8613912345678", "13912345678"


def everything_stored() -> str:
    """Write out every column of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        parts = []
        for table in tables:
            cursor.execute(f"SELECT t::text, encode(t::text::bytea, 'escape') FROM \"{table}\" t")
            parts += [f"{table}: {row} {raw}" for row, raw in cursor.fetchall()]
    return "\n".join(parts)


def live(caplog: pytest.LogCaptureFixture) -> tuple[str, str]:
    """Let a person sign up, be verified, be looked up and be shown; give the number and what pages strangers saw."""
    number = an_id_number()
    client = Client()
    client.post("/account/sign-up/", {"phone": LOCAL, "name": NAME, "area": COMMUNITY, "consent": "on"})
    code = re.search(r'id="shown-code">(\d{6})<', client.get("/account/sign-in/code/").content.decode())
    assert code
    client.post("/account/sign-in/code/", {"code": code[1], "action": "verify"})
    officer = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
    found = re.search(r"/desk/people/([0-9a-f-]{36})/", officer.get("/desk/people/", {"q": LOCAL}).content.decode())
    assert found
    path = f"/desk/people/{found[1]}/"
    officer.post(path + "verify/", {"document": "resident_id", "id_number": number})
    operations.unmask(
        actor=an_actor(Role.SOCIAL_WORKER, COMMUNITY),
        person_id=UUID(found[1]),
        fields=["name", "phone"],
        reason="核对",
        at=AT,
    )
    pages = [
        officer.get(url).content.decode()
        for url in ("/desk/people/", path, "/desk/people/roles/", f"/api/v1/people/{found[1]}", "/api/v1/people/")
    ]
    export = b"".join(officer.get("/desk/people/", {"export": "csv"}))
    return number, "\n".join([*pages, export.decode("utf-8-sig")])


class TestPersonalData:
    def test_is_nowhere_in_plain(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            number, pages = live(caplog)
        stored = everything_stored()
        for secret in (NAME, LOCAL, number):
            assert secret not in stored
            assert secret not in pages
            assert secret not in caplog.text
        assert "示**一" in pages or "示*一" in pages
        assert "139****5678" in pages

    def test_in_a_sheet_of_the_list_is_masked(self) -> None:
        a_person(COMMUNITY, name=NAME, phone=PHONE)
        officer = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        answer = officer.get("/desk/people/", {"export": "xlsx"})
        content = b"".join(answer) if answer.streaming else answer.content
        assert content[:2] == b"PK"

    def test_of_an_object_just_made_shows_masked(self) -> None:
        assert str(a_person(name=NAME).name) == "示*一"
        assert NAME not in repr(a_person(name=NAME).name)
