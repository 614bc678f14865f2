"""A person with marked values in every field is erased; then every column of every table and every file is searched."""

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from shanzhi.kernel.ciphers import Unreadable
from shanzhi.kernel.roles import Role
from shanzhi.people import fields as people_fields
from shanzhi.people import operations
from shanzhi.people.fields import PHONE_OF_ACCOUNT, cipher, mark
from shanzhi.people.models import Account, ImportBatch, Merge, Person, RoleGrant
from shanzhi.ventures.models import Attachment, Call, Proposal, TeamMember
from shanzhi.ventures.operations.attachments import folder, store
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, a_person, actor, an_account, an_actor, client_for, give_role, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NAME, PHONE, NUMBER = "示例标记甲", "+8613977776666", "370102198005170013"
MARKS = {
    "name": NAME, "phone": "13977776666", "number": NUMBER, "login": "marker-login", "device": "MarkerBrowser",
    "reason": "标记理由", "file": "标记附件", "bytes": "标记内容",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def purposes() -> list[str]:
    """Every name under which something is sealed."""
    found = [value for name, value in vars(people_fields).items() if name.isupper() and isinstance(value, str)]
    return [*found, "people.session", "ventures.teammember.name"]


def opened(raw: bytes) -> Iterator[str]:
    """All that can be read from bytes: as text, and decrypted under every purpose."""
    yield raw.decode("utf-8", "replace")
    for purpose in purposes():
        with contextlib.suppress(Unreadable, IndexError, ValueError):
            yield cipher().open(raw, purpose=purpose)


def read(value: Any) -> Iterator[str]:
    if isinstance(value, bytes | memoryview):
        yield from opened(bytes(value))
        return
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    yield text
    for piece in re.findall(r"[A-Za-z0-9+/=]{40,}", text):  # sealed values inside text
        with contextlib.suppress(ValueError):
            yield from opened(base64.b64decode(piece, validate=True))


def found_in(folder_of_files: Path) -> dict[str, set[str]]:
    """Search every column of every table, and every file, for the marked values; give where each was found."""
    found: dict[str, set[str]] = {}

    def look(place: str, text: str) -> None:
        for key, marked in MARKS.items():
            if marked in text:
                found.setdefault(key, set()).add(place)

    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                for text in read(value):
                    look(f"{table}.{column}", text)
    for path in folder_of_files.rglob("*"):
        if path.is_file():
            look(str(path), path.read_bytes().decode("utf-8", "replace"))
    return found


def a_marked_person() -> Person:
    """Make a person whose every field, in every room, carries a marked value."""
    person = a_person(COMMUNITY + "001", name=NAME, phone=PHONE, id_number=NUMBER, born_on=date(1980, 5, 17))
    account = an_account(person, phone=PHONE, phone_mark=mark(PHONE, purpose=PHONE_OF_ACCOUNT), phone_verified=True)
    Account.objects.filter(pk=account.pk).update(login_name="marker-login")
    account.refresh_from_db()
    client = Client(HTTP_USER_AGENT="MarkerBrowser Firefox")
    sign_in(client, person)
    account.sign_ins.update(device="MarkerBrowser")
    give_role(person, Role.SOCIAL_WORKER, area=COMMUNITY, reason="标记理由", ended_reason="标记理由",
              ends_at=AT - timedelta(days=1))  # fmt: skip
    operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
    officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    operations.invite(actor=officer, phone=PHONE, role=Role.JUROR, area=COMMUNITY, reason="标记", at=AT)
    rows = [
        {"row": 2, "name": NAME, "id_number": NUMBER, "phone": PHONE, "area": COMMUNITY},
        {"row": 3, "name": "示例乙", "id_number": None, "phone": None, "area": COMMUNITY},
    ]
    ImportBatch.objects.create(owner_id=officer.person_id, area=COMMUNITY, rows=json.dumps(rows), fresh=2, known=0,
                               created_at=AT)  # fmt: skip
    begun = operations.begin_recovery(actor=officer, person_id=person.pk, id_number=NUMBER, reason="丢失", at=AT)
    type(begun).objects.filter(pk=begun.pk).update(reason="标记理由", ended_reason="标记理由", state="stopped")
    Merge.objects.create(
        kept=person, dropped=a_person(COMMUNITY), rows=[], before=json.dumps({"name": NAME, "phone": PHONE}),
        reason="标记理由", merged_by_id=officer.person(), merged_at=AT,
    )  # fmt: skip
    ventures(person)
    return person


def ventures(person: Person) -> None:
    """Put a draft and a proposal of before, with team and files, behind the person."""
    call = Call.objects.create(title="轮次", area=DISTRICT, created_at=AT, changed_at=AT)
    for number, state in ((None, "draft"), (1, "rejected")):
        proposal = Proposal.objects.create(
            call=call, number=number, state=state, title="项目", contact=person, created_at=AT, changed_at=AT,
            summary="标记理由" if number is None else "",
        )  # fmt: skip
        TeamMember.objects.create(proposal=proposal, position=1, person=person, name=NAME, part="标记理由")
        digest = store(f"标记内容{number}".encode())
        Attachment.objects.create(proposal=proposal, name="标记附件.pdf", kind="pdf", digest=digest, size=3,
                                  added_by=person, created_at=AT)  # fmt: skip


class TestErasing:
    def test_leaves_no_marked_value_in_any_column_or_file(self, files: Path) -> None:
        person = a_marked_person()
        before = found_in(files)
        assert set(before) == set(MARKS), "the search finds what is there"
        assert any("teammember" in place for place in before["name"])
        assert folder().is_relative_to(files)
        operations.erase_own(actor=actor(person), confirmed=True, at=AT)
        assert found_in(files) == {}

    def test_keeps_figures_and_audit_whole(self, files: Path) -> None:
        person = a_marked_person()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event")
            events = cursor.fetchone()[0]
        operations.erase_own(actor=actor(person), confirmed=True, at=AT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event")
            assert cursor.fetchone()[0] == events + 1
        person.refresh_from_db()
        assert Proposal.objects.filter(contact=person, number=1).count() == 1
        assert str(person.name) in ("一位曾经的居民", "a former resident")
        assert person.area == COMMUNITY
        assert RoleGrant.objects.filter(person=person).count() == 1

    def test_ends_every_session_and_frees_the_phone(self, files: Path) -> None:
        person = a_marked_person()
        client = sign_in(Client(), person)
        operations.erase_own(actor=actor(person), confirmed=True, at=AT)
        assert client.get("/account/").status_code == 302
        assert operations.account_for_phone(phone=PHONE, at=AT).person is None

    def test_takes_only_the_person_out_of_a_waiting_list(self, files: Path) -> None:
        operations.erase_own(actor=actor(a_marked_person()), confirmed=True, at=AT)
        assert [row["name"] for row in json.loads(ImportBatch.objects.get().rows.reveal())] == ["示例乙"]

    def test_is_refused_while_a_duty_forbids_it(self, files: Path) -> None:
        person = a_marked_person()
        Proposal.objects.filter(number=1).update(state="won")
        with pytest.raises(operations.DutyForbids, match="项目"):
            operations.erase_own(actor=actor(person), confirmed=True, at=AT)
        staff = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        with pytest.raises(operations.DutyForbids):
            operations.erase_own(actor=actor(staff), confirmed=True, at=AT)

    def test_is_not_hindered_by_standing_on_a_roll(self, files: Path) -> None:
        assert operations.duties_of(person_id=a_person(COMMUNITY).pk, at=AT) == []


class TestTheOwnData:
    def test_is_given_whole_for_machines_and_to_nobody_else(self, files: Path) -> None:
        person = a_marked_person()
        client = sign_in(Client(), person)
        found = client.get("/account/own-data/file/").json()
        text = json.dumps(found, ensure_ascii=False)
        assert all(marked in text for marked in (NAME, PHONE, NUMBER, "标记附件"))
        assert {"people.Person", "people.Consent", "ventures.Proposal", "audit.Event"} <= set(found["records"])
        assert NAME in client.get("/account/own-data/").content.decode()
        other = client_for(Role.RESIDENT, COMMUNITY).get("/account/own-data/file/").content.decode()
        assert NAME not in other
