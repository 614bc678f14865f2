"""The desk of bills walked through: sent, looked at, taken in the background, settled, taken along."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import BillFile, BillLine, BillMatch, BillRule
from shanzhi.ledger.operations import bills
from shanzhi.work.models import Job
from tests.ledger import bill_files as made
from tests.ledger.bill_pages import pages
from tests.ledger.test_bills import COLUMNS
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.bills import AT, an_officer_book, line_of, moved, taken
from tests.support.books import SYSTEM
from tests.support.people import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture
def officer() -> Client:
    return client_for(Role.DISTRICT_OFFICER, DISTRICT)


def post(client: Client, held: Any, account: UUID, content: bytes) -> Any:
    file = SimpleUploadedFile("流水.csv", content)
    return client.post(f"/desk/ledger/{held.book.pk}/bills/new/", {"account": str(account), "file": file})


def test_a_bill_is_sent_looked_at_taken_and_settled(officer: Client) -> None:
    held, bank = an_officer_book(COMMUNITY)
    moved(held, bank, 500_00, date(2026, 3, 1))
    own = f"/desk/ledger/{held.book.pk}/bills/"
    assert "还没有上传账单" in officer.get(own).content.decode()
    preview = post(officer, held, bank.pk, made.icbc())["Location"]
    page = officer.get(preview).content.decode()
    assert all(word in page for word in ("银行流水", "¥1,000.00", "¥1,200.00", "确认导入"))
    assert not BillLine.objects.exists()
    job = officer.post(preview)["Location"]
    assert job == reverse("work:job", args=[Job.objects.get().pk])
    assert "查看未对平项" in officer.get(job).content.decode()
    assert officer.post(preview)["Location"] == job  # a second yes
    desk = officer.get(f"{own}accounts/{bank.pk}/").content.decode()
    assert "示例社区服务中心" in desk
    assert "示例基金会" not in desk  # settled by the basic rule
    assert "账单与账本相差" in desk
    line = line_of(bank, -300_00)
    there = f"{own}lines/{line.pk}/"
    bad = officer.post(f"{there}enter/", {"other": "", "on": "2026-03-03"})
    assert bad.status_code == 422
    sent = {"other": str(held.one.pk), "on": "2026-03-03", "text": "场地", "idempotency_key": "one-form-sent"}
    for _time in range(2):
        assert officer.post(f"{there}enter/", sent)["Location"] == f"{own}accounts/{bank.pk}/"
    assert "由账单记账" in officer.get(there).content.decode()
    assert officer.post(f"{there}undo/", {})["Location"] == there
    assert "对应分录" in officer.get(there).content.decode()
    posting = BillMatch.objects.get(how="entered")
    officer.post(f"{there}match/", {"postings": f"{posting.entry_id}.{posting.leg}"})
    assert BillMatch.objects.filter(line=line, how="hand").exists()
    assert "账单各行均已对平" in officer.get(f"{own}accounts/{bank.pk}/").content.decode()
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(officer.get(f"{own}accounts/{bank.pk}/lines/?export=xlsx&how=hand")))
    )
    rows = [[str(cell) for cell in row] for row in sheet.active.iter_rows(values_only=True)]
    assert any("示例社区服务中心" in row for row in rows)
    assert not any("示例基金会" in row for row in rows)


def test_what_is_wrong_is_shown_by_row_and_nothing_is_kept(officer: Client) -> None:
    held, bank = an_officer_book(COMMUNITY)
    cut = post(officer, held, bank.pk, made.wechat()[:-60])
    assert cut.status_code == 422
    assert "文件被截断：第 21 行不完整" in cut.content.decode()
    broken = post(officer, held, bank.pk, made.icbc().replace(b"2026-03-03", b"2026-03-99"))
    assert broken.status_code == 422
    assert "这里不是日期" in broken.content.decode()
    unknown = post(officer, held, bank.pk, b"a,b\n1,2\n")
    assert "无法识别这份账单" in unknown.content.decode()
    assert not BillFile.objects.exists()


def test_rules_and_columns_are_kept_by_the_book(officer: Client) -> None:
    held, bank = an_officer_book(COMMUNITY)
    own = f"/desk/ledger/{held.book.pk}/bills/"
    columns = {**COLUMNS, "text": "摘要", "name": "示例农商行"}
    assert officer.post(f"{own}columns/", columns)["Location"] == own
    assert "示例农商行" in officer.get(f"{own}columns/").content.decode()
    assert officer.post(f"{own}columns/", {"name": "x", "day": "日期"}).status_code == 422
    rule = {"name": "低保补贴", "action": "enter", "days": 3, "words": "示例\n补贴", "target": str(held.one.pk)}
    assert officer.post(f"{own}rules/new/", rule)["Location"] == f"{own}rules/"
    assert officer.post(f"{own}rules/new/", {**rule, "words": ""}).status_code == 422
    taken(held, bank, made.plain(3))
    assert held.one.name in officer.get(f"{own}accounts/{bank.pk}/").content.decode()
    assert "低保补贴" in officer.get(f"{own}lines/{line_of(bank, 2).pk}/enter/").content.decode()
    made_rule = BillRule.objects.get()
    officer.post(f"{own}rules/{made_rule.pk}/end/", {})
    assert "还没有自定规则" in officer.get(f"{own}rules/").content.decode()
    moved(held, bank, 3, date(2026, 3, 3))
    assert officer.post(f"{own}accounts/{bank.pk}/match/", {})["Location"] == f"{own}accounts/{bank.pk}/"
    assert BillMatch.objects.get().amount == 3


def test_no_page_asks_more_for_more_lines_and_each_says_who_changed_what(officer: Client) -> None:
    held, bank = an_officer_book(COMMUNITY)
    bills.keep_columns(actor=SYSTEM, book_id=held.book.pk, name="示例行", columns=COLUMNS, at=AT)
    own, counts = f"/desk/ledger/{held.book.pk}/bills/", []
    for rows in (2, 24):
        found = taken(held, bank, made.plain(rows))
        for number in range(rows):
            moved(held, bank, -1 - number, date(2026, 3, 1))
        for path in ("", f"files/{found.pk}/", f"accounts/{bank.pk}/", f"accounts/{bank.pk}/lines/"):
            officer.get(own + path)  # what is looked up once is looked up now
            with CaptureQueriesContext(connection) as asked:
                assert officer.get(own + path).status_code == 200
            counts.append(len(asked))
    assert counts[:4] == counts[4:]
    history = officer.get(reverse("audit:history", args=["ledger.billfile", BillFile.objects.first().pk]))  # type: ignore[union-attr]
    assert "账单已导入账本" in history.content.decode()


def test_every_page_opens(officer: Client) -> None:
    for name, path in pages().items():
        assert officer.get(path).status_code == 200, name
