"""Pages of guardians, wards and the desk that notes them: who sees what, and where each step leads."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account, Consent, Guardianship, Person
from tests.people.conftest import COMMUNITY
from tests.people.test_attacks import PHONE, shown
from tests.people.test_guardians import CHILD, YOUTH, a_guardian, linked
from tests.support.people import AT, a_person, client_for, proved, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)
    cache.clear()


def text(client: Client, path: str) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheDesk:
    def test_notes_a_guardian_from_the_page_of_the_minor(self) -> None:
        guardian, number = a_guardian()
        ward = a_person(COMMUNITY, verified=False, born_on=None)
        staff = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        path = f"/desk/people/{ward.pk}/guardian/"
        assert path in text(staff, f"/desk/people/{ward.pk}/")
        sent = {"guardian_number": number, "kind": "relative", "document": "court_decision", "document_tail": "88",
                "starts_on": "2026-01-01"}  # fmt: skip
        assert staff.post(path, sent).status_code == 422  # the date of birth is missing
        assert staff.post(path, {**sent, "born_on": "2015-03-01"})["Location"] == f"/desk/people/{ward.pk}/"
        page = text(staff, f"/desk/people/{ward.pk}/")
        assert str(guardian.name) in page
        assert "示例家长" not in page

    def test_finds_filters_and_exports_links_with_masked_names(self) -> None:
        ward, guardian, _staff = linked()
        number = Person.objects.get(pk=guardian.person_id).id_number
        assert number is not None
        staff, path = client_for(Role.AUDITOR, COMMUNITY), f"/desk/people/guardians/{Guardianship.objects.get().pk}/"
        for query, found in ((f"?q={number.reveal()}", True), ("?q=示例孩子", True), ("?q=示例甲", False),
                             ("?state=holds", True), ("?state=over", False), ("?kind=other", False)):  # fmt: skip
            assert (path in text(staff, f"/desk/people/guardians/{query}")) == found, query
        sheet = staff.get("/desk/people/guardians/?export=csv")
        rows = (b"".join(sheet) if sheet.streaming else sheet.content).decode("utf-8-sig")  # type: ignore[arg-type]
        assert str(ward.name) in rows
        assert "示例孩子" not in rows

    def test_ends_a_link_for_a_reason_that_is_shown(self) -> None:
        linked()
        staff, link = client_for(Role.SOCIAL_WORKER, COMMUNITY), Guardianship.objects.get()
        path = f"/desk/people/guardians/{link.pk}/"
        assert staff.post(path, {"reason": "法院变更"})["Location"] == "/desk/people/guardians/"
        page = text(staff, path)
        assert "法院变更" in page
        assert 'name="reason"' not in page


class TestAGuardian:
    def test_agrees_and_takes_it_back_on_the_page_of_the_ward(self) -> None:
        ward, guardian, _staff = linked()
        client = sign_in(Client(), Person.objects.get(pk=guardian.person_id))
        path = f"/account/wards/{ward.pk}/"
        assert "Waits for your consent" in text(client, "/account/wards/")
        assert "/account/wards/" in text(client, "/today/")
        assert client.post(f"{path}consent/", {"act": "give"})["Location"] == path
        page = text(client, path)
        assert "I agree for my ward" not in page
        assert CHILD.strftime("%Y") in page, "what is held on a child is shown to its guardian"
        given = Consent.objects.get()
        assert "consent: a minor" in text(client, f"/consents/{given.pk}/")
        client.post(f"{path}consent/", {"act": "withdraw"})
        assert "I agree for my ward" in text(client, path)

    def test_takes_along_and_erases_what_is_held_on_a_child(self) -> None:
        ward, guardian, _staff = linked()
        client = sign_in(Client(), Person.objects.get(pk=guardian.person_id))
        path = f"/account/wards/{ward.pk}/"
        assert client.get(f"{path}file/").json()["person"] == str(ward.pk)
        unproved = client.post(f"{path}erase/", {"confirmed": "on"}, headers=ENGLISH)
        assert "First prove that it is you" in unproved.content.decode()
        assert client.get(path).status_code == 200, "nothing is erased for who did not prove to be the guardian"
        proved(client)
        assert client.post(f"{path}erase/", {"confirmed": ""}).status_code == 422
        assert client.post(f"{path}erase/", {"confirmed": "on"})["Location"] == "/account/wards/"
        assert client.get(path).status_code == 404

    def test_of_a_youth_reads_no_more_than_the_state(self) -> None:
        ward, guardian, _staff = linked(YOUTH)
        client = sign_in(Client(), Person.objects.get(pk=guardian.person_id))
        path = f"/account/wards/{ward.pk}/"
        page = text(client, path)
        assert "2010" not in page
        assert "reads, takes along and erases the rest" in page
        assert (client.get(f"{path}file/").status_code, client.get(f"{path}erase/").status_code) == (409, 409)


class TestAWard:
    def test_reads_who_the_guardians_are_and_what_they_agreed_to(self) -> None:
        ward, guardian, _staff = linked()
        client = sign_in(Client(), ward)
        assert "Waits for a guardian" in text(client, "/account/")
        sign_in(Client(), Person.objects.get(pk=guardian.person_id)).post(
            f"/account/wards/{ward.pk}/consent/", {"act": "give"}
        )
        page = text(client, "/account/guardians/")
        assert "given by the guardian" in page
        assert "Waits for a guardian" not in page
        assert client.get(f"/account/wards/{ward.pk}/").status_code == 404, "nobody is the own guardian"

    def test_signs_up_with_the_date_of_birth_and_waits(self) -> None:
        client = Client()
        sent = {"phone": PHONE, "name": "示例新", "area": COMMUNITY, "born_on": "2015-03-01", "consent": "on"}
        assert client.post("/account/sign-up/", sent).status_code == 302
        client.post("/account/sign-in/code/", {"code": shown(client), "action": "verify"})
        person = Account.objects.get().person
        assert person is not None
        assert (person.born_on, Consent.objects.count()) == (date(2015, 3, 1), 0)
        assert "You are under 14" in text(client, "/account/")
