"""Bills by the API: a file is sent once, taken, and its lines are settled."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import BillFile, BillLine
from tests.ledger import bill_files as made
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.bills import an_officer_book
from tests.support.people import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def post(client: Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    return client.post(path, body, content_type="application/json", headers={"Idempotency-Key": key or uuid4().hex})


def test_a_bill_is_sent_once_taken_and_its_lines_are_settled() -> None:
    held, bank = an_officer_book(COMMUNITY)
    desk, root = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), f"/api/v1/ledger/books/{held.book.pk}/bills"
    body = {"account": str(bank.pk), "name": "三月.csv", "content": b64encode(made.icbc()).decode()}
    sent = [post(desk, root, body, "the-same-bill").json() for _twice in range(2)]
    assert sent[0] == sent[1]
    assert (sent[0]["state"], BillFile.objects.count(), BillLine.objects.count()) == ("read", 1, 0)
    broken = post(desk, root, {**body, "content": b64encode(made.wechat()[:-60]).decode()})
    assert (broken.status_code, BillFile.objects.count()) == (422, 1)
    assert post(desk, f"{root}/{sent[0]['id']}/take", {}).json()["job"]
    assert [one["state"] for one in desk.get(root).json()["items"]] == ["taken"]
    lines = desk.get(f"{root}/accounts/{bank.pk}/lines?left=true").json()["items"]
    assert "示例社区服务中心" in {one["counterparty"] for one in lines}
    first = next(one["id"] for one in lines if one["amount"] > 0)
    second = next(one["id"] for one in lines if one["amount"] < 0)
    page = desk.get(f"{root}/accounts/{bank.pk}/lines?limit=1").json()
    assert page["next"] == page["items"][0]["id"]
    assert desk.get(f"{root}/accounts/{bank.pk}/lines?limit=1&before={page['next']}").json()["items"]
    assert "words" in desk.get(f"{root}/lines/{first}").json()
    assert post(desk, f"{root}/lines/{first}/leave", {"reason": "与本账无关"}).json() == {
        "id": first,
        "how": "left_out",
    }
    entered = {"other": str(held.one.pk), "on": lines[0]["day"], "text": "场地"}
    assert post(desk, f"{root}/lines/{second}/enter", entered).json() == {"id": second, "how": "entered"}
    assert post(desk, f"{root}/lines/{second}/undo", {}).json() == {"id": second, "how": ""}
    left = {one["id"] for one in desk.get(f"{root}/accounts/{bank.pk}/lines?left=true").json()["items"]}
    assert second in left
    assert first not in left


def test_rules_and_headings_are_kept_by_a_program_as_by_the_pages() -> None:
    held, _bank = an_officer_book(COMMUNITY)
    desk, root = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), f"/api/v1/ledger/books/{held.book.pk}/bills"
    rule = {"name": "手续费", "action": "enter", "words": ["手续费", " "], "target": str(held.one.pk)}
    made = [post(desk, f"{root}/rules", rule, "the-same-rule").json() for _twice in range(2)]
    assert made[0] == made[1]
    assert (made[0]["words"], made[0]["days"], made[0]["ended_at"]) == (["手续费"], 3, None)
    assert desk.get(f"{root}/rules").json()["items"] == made[:1]
    nowhere = post(desk, f"{root}/rules", {**rule, "target": str(uuid4())})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "bill_rule")
    ended = post(desk, f"{root}/rules/{made[0]['id']}/end", {}, "the-end-of-it")
    assert ended.json()["ended_at"]
    assert post(desk, f"{root}/rules/{made[0]['id']}/end", {}, "the-end-of-it").json() == ended.json()
    assert post(desk, f"{root}/rules/{made[0]['id']}/end", {}).status_code == 404
    assert desk.get(f"{root}/rules").json()["items"] == []
    bank = {"name": "示例银行", "day": "日期", "income": "收入", "outgo": "支出", "text": ["摘要", "附言"]}
    first = post(desk, f"{root}/columns", bank).json()
    assert first["columns"] == {name: bank[name] for name in ("day", "income", "outgo", "text")}
    second = post(desk, f"{root}/columns", {**bank, "balance": "余额"}).json()
    assert [one["id"] for one in desk.get(f"{root}/columns").json()["items"]] == [second["id"]]
