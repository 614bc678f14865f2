"""Seeing, taking along and erasing one's own data; texts agreed to; who looked; the pages around them."""

import ast
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, queries
from shanzhi.people.models import Consent, ConsentText, Guardianship, Person
from shanzhi.people.queries import own_data_schema
from shanzhi.people.texts import EVERY, PRIVACY, TEXTS
from shanzhi.ventures.models import Call, Proposal, ProposalVersion
from tests.architecture.source import PACKAGE
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.people.erasure_support import DOCUMENT, MAIL, MOBILE, WHO, a_marked_person
from tests.support.people import AT, a_person, actor, an_account, an_actor, client_for, proved, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


class TestTheOwnData:
    def test_are_given_whole_in_the_documented_form_and_to_nobody_else(self, files: Path) -> None:
        person = a_marked_person()
        client = sign_in(Client(), person)
        found = client.get("/account/own-data/file/").json()
        jsonschema_rs.validate(client.get("/account/own-data/schema/").json(), found)
        text = json.dumps(found, ensure_ascii=False)
        assert all(told in text for told in (WHO, MOBILE, DOCUMENT, MAIL, "绝无仅有的附件"))
        assert {"people.Consent", "ventures.Proposal", "voting.RollEntry", "notices.Delivery"} <= set(found["records"])
        page = client.get("/account/own-data/").content.decode()
        assert WHO in page
        assert DOCUMENT in page
        other = client_for(Role.RESIDENT, COMMUNITY)
        assert WHO not in other.get("/account/own-data/file/").content.decode()

    def test_hold_no_secret_of_the_sign_in(self, files: Path) -> None:
        found = sign_in(Client(), a_marked_person()).get("/account/own-data/file/").json()["records"]
        assert not {"password", "session_key", "data", "phone_mark"} & {
            name for rows in found.values() for row in rows for name in row
        }

    def test_schema_refuses_what_it_does_not_name(self) -> None:
        wrong = {"format": "x", "at": "", "person": "", "records": {"people.Person": [{}]}, "left_out": {}}
        assert not jsonschema_rs.is_valid(own_data_schema(), wrong)

    def test_show_what_is_no_text(self, files: Path) -> None:
        person = a_person(COMMUNITY)
        call = Call.objects.create(title="轮次", area=DISTRICT, created_at=AT)
        proposal = Proposal.objects.create(call=call, contact=person, created_at=AT, changed_at=AT)
        ProposalVersion.objects.create(
            proposal=proposal, number=1, kind="draft", content={"title": "楼道灯"}, digest="x", at=AT
        )
        answer = sign_in(Client(), person).get("/account/own-data/")
        assert answer.status_code == 200
        assert "<code>{&quot;title&quot;: &quot;楼道灯&quot;}</code>" in answer.content.decode()

    def test_need_as_many_queries_for_many_rows(self, files: Path) -> None:
        person = a_person(COMMUNITY)
        client = sign_in(Client(), person)
        asked = []
        for number in (1, 30):
            for _ in range(number):
                operations.unmask(actor=actor(person), person_id=person.pk, fields=["name"], reason="x", at=AT)
            client.get("/account/own-data/")
            with CaptureQueriesContext(connection) as seen:
                assert client.get("/account/own-data/").status_code == 200
            asked.append(len(seen))
        assert asked[0] == asked[1] <= 90  # one or two for each sort of record that a room keeps

    def test_tell_each_row_once_with_all_that_is_ones_own_in_it(self, files: Path) -> None:
        person, child = a_person(COMMUNITY), a_person(COMMUNITY, verified=False, born_on=date(2015, 3, 1))
        link = Guardianship.objects.create(
            ward=child, guardian=person, kind="parent", starts_on=date(2026, 1, 1), document="birth_certificate",
            document_tail="12", verified_by=a_person(COMMUNITY), verified_at=AT,
        )  # fmt: skip
        operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
        operations.consent_for(actor=actor(person), ward_id=child.pk, at=AT)
        operations.withdraw_for(actor=actor(person), ward_id=child.pk, at=AT)
        found = queries.held_about_me(viewer=actor(person), at=AT)["records"]
        own, given = sorted(found["people.Consent"], key=lambda row: "guardianship" in row)
        assert {"purpose", "text_version"} <= set(own)
        assert given["guardianship"] == str(link.pk)
        assert given["withdrawn_by"] == str(person.pk)
        assert "purpose" not in given, "what a child agreed to is the child's"
        held = next(one for one in queries.held_in_words(viewer=actor(person), at=AT) if one.number == 2)
        labels = [{str(label) for label, _words, _stored in row} for row in held.rows]
        assert max(map(len, labels)) > min(map(len, labels)), "a short row hides no field of a longer one"


class TestThePageOfErasing:
    def test_asks_for_a_fresh_proof(self) -> None:
        person = a_person(COMMUNITY)
        client = sign_in(Client(), person)
        page = client.get("/account/own-data/erase/").content.decode()
        assert 'name="confirmed"' not in page
        client.post("/account/own-data/erase/", {"confirmed": "on"})
        person.refresh_from_db()
        assert person.erased_at is None

    def test_leads_who_has_a_password_to_typing_it(self) -> None:
        person = a_person(COMMUNITY)
        an_account(person, password="a long pass phrase of 2026")
        answer = sign_in(Client(), person).get("/account/own-data/erase/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/again/")

    def test_erases_after_a_tick_and_signs_out(self) -> None:
        person = a_person(COMMUNITY)
        client = proved(sign_in(Client(), person))
        assert client.post("/account/own-data/erase/", {"other": "x"}).status_code == 422
        assert client.post("/account/own-data/erase/", {"confirmed": "on"})["Location"] == "/"
        person.refresh_from_db()
        assert person.erased_at is not None
        assert client.get("/account/").status_code == 302

    def test_says_what_stays_why_and_what_forbids_it(self) -> None:
        staff = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        page = proved(sign_in(Client(), staff)).get("/account/own-data/erase/", headers={"accept-language": "en"})
        text = page.content.decode()
        assert "Not possible yet" in text
        assert "Personal Information Protection Law" in text
        assert 'name="confirmed"' not in text

    def test_is_there_for_the_office_too_and_hides_the_person_then(self) -> None:
        person = a_person(COMMUNITY)
        officer = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        path = f"/desk/people/{person.pk}/"
        assert officer.post(f"{path}erase/", {"reason": "本人来所要求"}).status_code == 302
        assert officer.get(path).status_code == 404
        assert str(person.pk) not in officer.get("/desk/people/").content.decode()


class TestConsents:
    def test_can_be_read_as_they_were_whatever_the_program_says_now(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = a_person(COMMUNITY)
        given = operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
        words = PRIVACY.paragraphs["zh"][0], PRIVACY.paragraphs["en"][0]
        monkeypatch.setattr("shanzhi.people.queries.consents.EVERY", ())
        client = sign_in(Client(), person)
        page = client.get(f"/consents/{given.pk}/").content.decode()
        assert all(one in page for one in words)
        assert f"/consents/{given.pk}/" in client.get("/account/consents/").content.decode()
        assert client_for(Role.SOCIAL_WORKER, COMMUNITY).get(f"/consents/{given.pk}/").status_code == 200
        assert client_for(Role.SOCIAL_WORKER, "110114008001").get(f"/consents/{given.pk}/").status_code == 404
        assert client_for(Role.RESIDENT, COMMUNITY).get(f"/consents/{given.pk}/").status_code == 404

    def test_from_before_texts_were_kept_find_theirs_in_the_program(self) -> None:
        person = a_person(COMMUNITY)
        Consent.objects.create(person=person, purpose="real_name", text_version=EVERY[0].version,
                               text_digest=EVERY[0].digest, given_at=AT)  # fmt: skip
        (found,) = queries.agreed(viewer=actor(person), person_id=person.pk, at=AT)
        assert found.text == EVERY[0]
        assert found.standing  # the text of now widens nothing
        assert not queries.consent_due(viewer=actor(person), at=AT)

    def test_are_asked_for_anew_where_a_text_widens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = a_person(COMMUNITY)
        operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
        monkeypatch.setitem(TEXTS, "real_name", replace(PRIVACY, version="2027-01", covers=()))
        assert queries.consent_due(viewer=actor(person), at=AT)
        operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
        assert not queries.consent_due(viewer=actor(person), at=AT)
        assert ConsentText.objects.count() == 2
        operations.withdraw_consent(actor=actor(person), purpose="real_name", at=AT)
        assert not queries.consent_due(viewer=actor(person), at=AT), "who took it back is not asked again"

    def test_texts_never_change(self) -> None:
        assert {f"{one.purpose} {one.version}": one.digest for one in EVERY} == DIGESTS, (
            "changed words are a new version"
        )
        operations.give_consent(actor=actor(a_person(COMMUNITY)), purpose="real_name", at=AT)
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentText.objects.update(version="x")


DIGESTS = {
    "real_name 2026-11": "sha256:b512c33bd57ae5a177c26f71d1782a525565e9328913022f123cc92dbdfadb2d",
    "real_name 2026-12": "sha256:810c9b02b73dcdb1805c04e926902fcb950af5da1caa4950231176db1e240feb",
    "minor 2026-12": "sha256:973e6b014974abddc54574ba12e38c55b6a221413d4db92d20dc8766bd77df9f",
}  # fmt: skip

# Where sealed values are opened, and what becomes of them. A call that is not here fails the test below.
DOORS = {
    "people/operations/records.py unmask": "logged",
    "organizations/operations/parts.py unmask_members": "logged",
    "volunteering/operations/qualifications.py unmask_volunteer": "logged",
    "volunteering/views/mine.py _form": "own",
    "service/operations/printing.py own_copy": "own",  # on the holder's own certificate, and on record
    "timebank/queries/helping.py address_for": "own",  # and the other of the two, while the promise holds
    "organizations/views/filing.py application_edit": "own",
    "ledger/views/bill_lines.py line": "kept",  # the words of a line, to the keepers of the book; its name is masked
    "ledger/api/bills.py get_line": "kept",
    "people/queries/own_data.py _plain": "own",
    "people/views/account.py correct": "own",
    "ventures/queries/proposals.py shown": "own",
    "ventures/queries/content.py content": "own",
    "ventures/operations/sheets.py _write": "own",
    "ventures/queries/jury.py own_sheet": "own",
    "people/fields.py __str__": "masked",
    "voting/operations/offline.py _list_body": "masked",
    "places/exchange/lists/kept.py previews": "masked",
    "organizations/queries/registers.py told": "masked",
    "volunteering/queries/imports.py told": "masked",
    "ventures/queries/jury.py comments": "published",
    "ventures/operations/sheets.py _results": "published",
    **dict.fromkeys(
        (
            "people/fields.py __eq__", "people/fields.py __hash__", "people/fields.py get_prep_value",
            "people/adapter.py get_phone", "people/operations/records.py declare",
            "people/operations/records.py correct",
            "people/operations/verification.py verify", "people/operations/verification.py verify_outside",
            "people/operations/invitations.py _tried", "people/operations/imports.py write_import",
            "people/operations/erasing.py numbers_of", "people/operations/erasing.py erase_from_lists",
            "people/operations/erasure.py _erase_held", "people/operations/erasure.py _plain",
            "notices/operations/writing.py _addresses", "notices/operations/erasing.py erase_from_outbox",
            "notices/operations/erasing.py own_addresses", "ventures/operations/erasing.py erase_named_members",
            "voting/operations/registering.py _known", "ventures/operations/attendance.py _wrong",
            "ventures/queries/combining.py shared_members", "ventures/operations/merging.py _own_members",
            "volunteering/operations/volunteers.py change_volunteer",
            "organizations/operations/parts.py add_member", "organizations/queries/checks.py checks",
            "places/exchange/lists/kept.py read_again", "places/exchange/lists/leaving.py emptied",
            "places/exchange/lists/leaving.py tells",
            *(f"volunteering/operations/imports/{door}" for door in (
                "checking.py opened", "checking.py _copy", "marking.py mark_rows",
                "twins.py _somebodies",
            )),
            *(f"organizations/operations/registers/{door}" for door in (
                "checking.py opened", "checking.py _copy",
                "marking.py mark_rows", "twins.py _meet", "batches.py _meet",
                "batches.py _as_body",
            )),
            "ledger/operations/bills.py content_of", "ledger/operations/bill_settling.py words_of",
        ),
        "compared or sent by the program, shown to nobody",
    ),
}  # fmt: skip


def doors() -> set[str]:
    """Give every function that opens a sealed value."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                inner = {id(one) for sub in ast.walk(node) if isinstance(sub, ast.FunctionDef) and sub is not node
                         for one in ast.walk(sub)}  # fmt: skip
                calls = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and one.attr == "reveal"]
                if any(id(one) not in inner for one in calls):
                    found.add(f"{path.relative_to(PACKAGE)} {node.name}")
    return found


class TestEveryDoorToPlainData:
    def test_is_known(self) -> None:
        assert doors() == set(DOORS)

    def test_that_shows_others_asks_for_a_reason_and_is_told_the_person(self) -> None:
        assert [door for door, what in DOORS.items() if what == "logged"] == [
            "people/operations/records.py unmask", "organizations/operations/parts.py unmask_members",
            "volunteering/operations/qualifications.py unmask_volunteer",
        ]  # fmt: skip
        person = a_person(COMMUNITY, name=WHO)
        worker = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        for reason, fields in (("", ["name"]), (" ", ["name"]), ("x", [])):
            with pytest.raises(operations.ReasonNeeded):
                operations.unmask(actor=worker, person_id=person.pk, fields=fields, reason=reason, at=AT)
        assert not Event.objects.filter(verb="people.person.unmask").exists()
        operations.unmask(actor=worker, person_id=person.pk, fields=["name"], reason="核对名册", at=AT)
        (look,) = queries.looks(viewer=actor(person))
        assert look.change == {"fields": ["name"], "seen_as": "social_worker", "seen_in": COMMUNITY}
        page = sign_in(Client(), person).get("/account/", headers={"accept-language": "zh-hans"}).content.decode()
        assert all(told in page for told in ("核对名册", "社工", "历山路社区"))
        own = str(Person.objects.get(pk=worker.person()).name)
        assert own not in page.replace(str(person.name), "")
