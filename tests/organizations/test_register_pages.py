"""The whole way of a register by its pages and by the API, as an officer goes it; and the command."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.organizations import command
from shanzhi.organizations.models import Organization, RegisterImport, RegisterRow
from shanzhi.organizations.views.register_words import cell
from tests.organizations.register_support import HEADINGS, a_register, a_row, checked
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.organizations import an_organization
from tests.support.people import an_actor, client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DESK = "/desk/organizations/registers"
API = "/api/v1/organizations/registers"


def officer() -> Client:
    return client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


def a_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("台账（示例）.xlsx", content)


def four_rows() -> bytes:
    """Give a register with a row that is new, one on record, a doubtful and a refused one."""
    an_organization(COMMUNITY, name="在册队（示例）")
    an_organization("370102001002", name="两处队（示例）")
    return a_register(
        a_row(1, "新队（示例）", 负责人="诸葛示例", 联系电话="13800138001", 备案编号="示备7号", 备案时间="2021年3月"),
        a_row(2, "在册队（示例）", 负责人="司马示例", 联系电话="13800138002", 人数=9),
        a_row(3, "两处队（示例）"), a_row(4, "错队（示例）", 联系电话="138001380", 备案时间="2021.3.5"),
    )  # fmt: skip


def look_at(client: Client) -> tuple[RegisterImport, str]:
    """Send a register, name its columns, and look at what it would do; give it with its address."""
    answer = client.post(f"{DESK}/new/", {"area": SUBDISTRICT, "file": a_file(four_rows())})
    found = RegisterImport.objects.get()
    own = f"{DESK}/{found.pk}/"
    assert answer["Location"] == f"{own}columns/"
    page = client.get(f"{own}columns/").content.decode()
    assert "新队（示例）" in page
    assert "诸葛示例" not in page
    assert "13800138001" not in page
    columns = {field: found.columns.get(field, "") for field in ("name", "community", "in_charge", "phone", "number",
                                                                 "filed_on", "size")}  # fmt: skip
    sent = {**columns, "sheets": ["台账"], "idempotency_key": uuid4().hex}
    assert client.post(f"{own}columns/", {**sent, "name": ""}).status_code == 422
    answer = client.post(f"{own}columns/", sent)
    assert "100 %" in client.get(answer["Location"]).content.decode()
    page = client.get(own).content.decode()
    for words in ("新队（示例）", "在册队（示例），依据：名称", "可能是 两处队（示例）", "不是电话号码", "138****1380"):
        assert words in page, words
    assert "司马示例" not in page
    assert Organization.objects.count() == 2
    return found, own


def test_first_rows_show_nothing_of_columns_that_nobody_named() -> None:
    shown = {
        ("", "济南市历下区示例路1号"): "济***", ("", "男"): "***", ("", "司马示例"): "司***", ("", ""): "",
        ("phone", "138 0013 8000"): "138****", ("in_charge", "司马示例"): "司*例", ("in_charge", ""): "",
        ("name", "示例队13800138000"): "示例队13800138000", ("credit_code", "51370102MJD000000A"): "51370102MJD000000A",
        ("community", "示例社区 13800138000"): "示例社区 138****",
        ("size", "32"): "32", ("filed_on", "20210305"): "20210305",
    }  # fmt: skip
    assert {told: cell(*told) for told in shown} == shown


def test_an_officer_sends_looks_decides_takes_and_takes_back() -> None:
    client = officer()
    found, own = look_at(client)
    sheet = b"".join(client.get(f"{own}?outcome=refused&export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "错队（示例）" in sheet
    assert "新队（示例）" not in sheet
    row = RegisterRow.objects.get(register=found, outcome="doubtful")
    assert "青后社区" in client.get(f"{own}rows/{row.pk}/").content.decode()
    key = {"idempotency_key": uuid4().hex}
    client.post(f"{own}rows/{row.pk}/", {"choice": "another", **key})
    answer = client.post(f"{own}take/")
    assert f"{own}" in client.get(answer["Location"]).content.decode()
    assert Organization.objects.count() == 4
    made = Organization.objects.get(name="新队（示例）")
    page = client.get(f"/desk/organizations/{made.pk}/").content.decode()
    for words in ("示备7号", "2021-03", "诸*例"):
        assert words in page, words
    history = client.get(f"/audit/history/organizations.organization/{made.pk}/").content.decode()
    assert "由台账录入" in history
    event = Event.objects.get(verb="organizations.organization.import", subject_id=str(made.pk))
    assert "台账（示例）.xlsx" in client.get(f"/audit/events/{event.pk}/").content.decode()
    assert "移除" in client.get(f"{own}undo/").content.decode()
    answer = client.post(f"{own}undo/")
    client.get(answer["Location"])
    assert Organization.objects.count() == 2
    assert "已撤销" in client.get(own).content.decode()


def test_a_file_that_is_none_and_an_area_elsewhere_are_refused_beside_their_fields() -> None:
    client = officer()
    answer = client.post(f"{DESK}/new/", {"area": SUBDISTRICT, "file": a_file(b"PK\x03\x04")})
    assert answer.status_code == 422
    assert "无法按表格读取" in answer.content.decode()
    answer = client.post(f"{DESK}/new/", {"area": "370102002", "file": a_file(a_register(a_row(1, "甲队（示例）")))})
    assert answer.status_code == 422
    assert not RegisterImport.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries: Any) -> None:
    by, client = an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), officer()
    counts = []
    for size in (2, 20):
        rows = [a_row(n, f"第{size}批{n}队（示例）") for n in range(size)]
        wrong = [a_row(n, f"错{size}批{n}队（示例）", 联系电话="1") for n in range(size)]
        found = checked(by, a_register(*rows, *wrong))
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

    content, key = four_rows(), uuid4().hex
    sent = [post("", key=key, data={"area": SUBDISTRICT, "file": a_file(content)}).json() for _ in range(2)]
    assert sent[0] == sent[1]
    assert RegisterImport.objects.count() == 1
    assert post("", data={"area": "370102002", "file": a_file(content)}).status_code == 403
    own = f"/{sent[0]['id']}"
    body = {"columns": sent[0]["columns"], "sheets": ["台账"]}
    assert post(f"{own}/columns", {**body, "columns": {"phone": HEADINGS[5]}}).json()["code"] == "bad_columns"
    assert post(f"{own}/columns", body).status_code == 200
    state = client.get(f"{API}{own}").json()
    assert (state["state"], state["counts"]["new"], state["progress"]["state"]) == ("checked", 1, "done")
    rows = client.get(f"{API}{own}/rows?limit=3").json()
    assert [one["name"] for one in rows["items"]] == ["新队（示例）", "在册队（示例）", "两处队（示例）"]
    (wrong,) = client.get(f"{API}{own}/rows?after={rows['next']}").json()["items"]
    assert (wrong["faults"][0]["field"], wrong["faults"][0]["code"]) == ("phone", "phone_wrong")
    doubtful = rows["items"][2]["id"]
    assert post(f"{own}/rows/{doubtful}/decide", {"decision": "leave_out"}).json()["decision"] == "leave_out"
    assert post(f"{own}/take").status_code == 200
    assert client.get(f"{API}{own}").json()["counts"]["made"] == 1
    assert post(f"{own}/undo").status_code == 200
    assert client.get(f"{API}{own}").json()["state"] == "undone"
    assert Organization.objects.count() == 2


def test_the_command_tells_and_takes(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(four_rows())
    told = CliRunner().invoke(command.app, ["organizations", str(path), "--area", SUBDISTRICT, "--dry-run", "--json"])
    found = json.loads(told.stdout)
    assert (found["counts"]["new"], found["counts"]["merge"], len(found["left_out"])) == (1, 1, 2)
    assert not RegisterImport.objects.exists()
    assert Organization.objects.count() == 2
    told = CliRunner().invoke(command.app, ["organizations", str(path), "--area", SUBDISTRICT])
    assert "1 put on record, 1 filled in." in told.stdout
    assert Organization.objects.count() == 3
    path.write_bytes(b"PK\x03\x04")
    assert CliRunner().invoke(command.app, ["organizations", str(path)]).exit_code == 1
