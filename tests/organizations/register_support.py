"""Registers of made-up offices, for tests: workbooks as offices keep them, sent, checked and taken."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from shanzhi.kernel.actor import Actor
from shanzhi.organizations.models import RegisterImport, RegisterRow
from shanzhi.organizations.operations import registers as operations
from shanzhi.work.models import Job
from tests.people.conftest import SUBDISTRICT
from tests.support.people import AT

HEADINGS = (
    "序号", "组织名称", "统一社会信用代码", "曾用名", "负责人", "联系电话", "所属社区", "类别", "备案编号", "备案时间",
    "人数",
)  # fmt: skip


def a_row(number: int, name: str, **more: Any) -> list[Any]:
    """Give a row under `HEADINGS`."""
    values = {"曾用名": "", "所属社区": "历山路社区", "类别": "公益慈善类", **more}
    return [number, name, *(values.get(title, "") for title in HEADINGS[2:])]


Merged = Sequence[tuple[int, int, int, int, Any]]


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], merged: Merged = ()) -> bytes:
    """Make an Excel file; `merged` are ranges of the first sheet: first row and column, last row and column, value."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for place, (name, rows) in enumerate(sheets):
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        for one in merged if place == 0 else ():
            page.merge_range(*one)
    book.close()
    return out.getvalue()


def a_register(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS) -> bytes:
    """Make a register with a title above and a sum below."""
    return workbook(("台账", [["社区社会组织台账（示例）"], list(headings), *rows, ["合计", f"{len(rows)} 个"]]))


def sent(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> RegisterImport:
    """Send a register."""
    return operations.receive_register(actor=actor, area=area, name="台账（示例）", content=content, at=at)


def checked(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> RegisterImport:
    """Send a register and have it checked by its guessed columns."""
    found = sent(actor, content, area=area, at=at)
    chosen = [sheet["name"] for sheet in found.sheets if sheet["chosen"]]
    operations.name_columns(actor=actor, register_id=found.pk, columns=found.columns, sheets=chosen, at=at)
    operations.check_register(register_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def taken(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> RegisterImport:
    """Send, check and take a register."""
    found = checked(actor, content, area=area, at=at)
    operations.take_register(actor=actor, register_id=found.pk, at=at)
    operations.write_register(register_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def undone(actor: Actor, found: RegisterImport, *, at: Any = AT) -> RegisterImport:
    """Take a register back."""
    operations.start_undo(actor=actor, register_id=found.pk, at=at)
    operations.undo_register(register_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def job_of(found: RegisterImport) -> Job:
    """Give the job that a register was last worked on by."""
    found.refresh_from_db(fields=["job"])
    assert found.job
    return Job.objects.get(pk=found.job)


def row_of(found: RegisterImport, name: str) -> RegisterRow:
    """Give the row of a name."""
    return RegisterRow.objects.get(register=found, name=name)
