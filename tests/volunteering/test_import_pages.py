"""The whole way of a list by its pages and by the API, as an officer goes it; and the command."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from shanzhi.config.commands import imports as command
from shanzhi.kernel.roles import Role
from shanzhi.volunteering.models import EarlierHours, Volunteer, VolunteerImport, VolunteerRow
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import a_person, an_actor, client_for
from tests.volunteering.import_support import SHEET, a_list, a_row, checked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DESK = "/desk/volunteering/imports"
API = "/api/v1/volunteering/imports"


def officer() -> Client:
    return client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


def a_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("花名册（示例）.xlsx", content)


def three_rows() -> bytes:
    """Give a list with a row that is new, a doubtful and a refused one."""
    a_person(COMMUNITY, name="上官示例", verified=False)
    return a_list(
        a_row(1, "诸葛示例", 手机号="13800138001", 志愿者编号="LX001", 时长=12.5, 技能="吹笛子"),
        a_row(2, "上官示例", 出生日期="1980-05-17"), a_row(3, "司马示例", 手机号="138001380"),
    )  # fmt: skip


def test_an_officer_sends_looks_decides_takes_and_takes_back() -> None:
    client = officer()
    answer = client.post(f"{DESK}/new/", {"area": SUBDISTRICT, "file": a_file(three_rows())})
    found = VolunteerImport.objects.get()
    own = f"{DESK}/{found.pk}/"
    assert answer["Location"] == f"{own}columns/"
    page = client.get(f"{own}columns/").content.decode()
    assert "诸*例" in page
    assert not [word for word in ("诸葛示例", "13800138001", "1980-05") if word in page]
    key = {"idempotency_key": uuid4().hex}
    columns = {**dict.fromkeys(("as_of", "registered_on"), ""), **found.columns, "sheets": [SHEET], **key}
    assert client.post(f"{own}columns/", {**columns, "name": ""}).status_code == 422
    client.post(f"{own}columns/", columns)
    page = client.get(own).content.decode()
    for words in ("诸*例", "吹笛子", "138****", "姓名和出生日期", "存疑"):
        assert words in page, words
    assert "司马示例" not in page
    assert not Volunteer.objects.exists()
    sheet = b"".join(client.get(f"{own}?outcome=refused&export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "不是电话" in sheet
    row = VolunteerRow.objects.get(of_import=found, outcome="doubtful")
    assert client.get(f"{own}rows/{row.pk}/").status_code == 200
    client.post(f"{own}rows/{row.pk}/", {"decision": "same", **key})
    answer = client.post(f"{own}take/")
    assert own in client.get(answer["Location"]).content.decode()
    assert Volunteer.objects.count() == 2
    made = Volunteer.objects.get(earlier_number="LX001")
    page = client.get(f"/desk/volunteering/{made.pk}/").content.decode()
    assert ("LX001" in page, "12:30" in page) == (True, True)
    assert "由名单录入" in client.get(f"/audit/history/volunteering.volunteer/{made.pk}/").content.decode()
    assert found.name in client.get(f"/audit/history/volunteering.volunteerimport/{found.pk}/").content.decode()
    again = client.post(f"{DESK}/new/", {"area": SUBDISTRICT, "file": a_file(b"PK\x03\x04")})
    assert (again.status_code, "无法按表格读取" in again.content.decode()) == (422, True)
    assert client.get(f"{own}undo/").status_code == 200
    client.get(client.post(f"{own}undo/")["Location"])
    assert not Volunteer.objects.exists()
    assert "已撤销" in client.get(own).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries: Any) -> None:
    by, client, counts = an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), officer(), []
    for size in (2, 20):
        rows = [a_row(n, "示例甲", 手机号=f"138{size:03}{n:05}") for n in range(size)]
        wrong = [a_row(n, "示例乙", 手机号="1") for n in range(size)]
        found = checked(by, a_list(*rows, *wrong))
        client.get(f"{DESK}/{found.pk}/")
        with django_assert_max_num_queries(100) as seen:
            assert client.get(f"{DESK}/{found.pk}/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_program_goes_the_same_way() -> None:
    client = officer()

    def post(path: str, body: Any = None, key: str = "", **more: Any) -> Any:
        sent = more or {"data": json.dumps(body or {}), "content_type": "application/json"}
        return client.post(f"{API}{path}", headers={"Idempotency-Key": key or uuid4().hex}, **sent)

    content, key = three_rows(), uuid4().hex
    sent = [post("", key=key, data={"area": SUBDISTRICT, "file": a_file(content)}).json() for _ in range(2)]
    assert sent[0] == sent[1]
    assert post("", data={"area": "370102002", "file": a_file(content)}).status_code == 403
    own = f"/{sent[0]['id']}"
    body = {"columns": sent[0]["columns"], "sheets": [SHEET]}
    assert post(f"{own}/columns", {**body, "columns": {"phone": "手机号"}}).json()["code"] == "no_name_column"
    assert post(f"{own}/columns", body).status_code == 200
    assert client.get(f"{API}{own}").json()["counts"]["refused"] == 1
    rows = client.get(f"{API}{own}/rows").json()["items"]
    by_outcome = {row["outcome"]: row for row in rows}
    (wrong,) = by_outcome["refused"]["faults"]
    assert (wrong["field"], wrong["code"], bool(wrong["cure"])) == ("phone", "phone_wrong", True)
    decided = post(f"{own}/rows/{by_outcome['doubtful']['id']}/decide", {"decision": "leave_out"})
    assert decided.json()["decision"] == "leave_out"
    assert post(f"{own}/take").json()["state"] == "writing"
    assert client.get(f"{API}{own}").json()["counts"]["made"] == 1
    assert post(f"{own}/undo").status_code == 200
    assert client.get(f"{API}{own}").json()["state"] == "undone"
    assert client.get(API).json()["items"][0]["id"] == sent[0]["id"]


def test_the_command_tells_what_it_would_do_and_each_refused_row_with_its_cure(tmp_path: Path) -> None:
    file, run = tmp_path / "list.xlsx", CliRunner()
    file.write_bytes(three_rows())
    asked = ["volunteers", str(file), "--area", SUBDISTRICT, "--json"]
    looked = run.invoke(command.app, [*asked, "--dry-run"])
    told = json.loads(looked.stdout)
    assert [told[name] for name in ("state", "read", "accepted", "merged")] == ["checked", 3, 1, 0]
    assert told["doubtful"] == [{"sheet": SHEET, "row": 4}]
    (wrong,) = told["refused"]
    assert (wrong["row"], set(wrong)) == (5, {"sheet", "row", "column", "reason", "cure"})
    assert all(wrong.values())
    assert not VolunteerImport.objects.exists()
    assert json.loads(run.invoke(command.app, asked).stdout)["state"] == "written"
    again = json.loads(run.invoke(command.app, asked).stdout)
    assert (again["taken_before"], Volunteer.objects.count(), EarlierHours.objects.get().minutes) == (True, 1, 750)
    plain = run.invoke(command.app, asked[:-1])
    assert "3 rows read" in plain.stdout
    file.write_bytes(b"PK\x03\x04")
    assert run.invoke(command.app, asked).exit_code == 1
