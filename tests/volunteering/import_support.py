"""Lists of made-up volunteers, for tests: sent, checked and taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.models import VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations import imports as operations
from shanzhi.work.models import Job
from tests.organizations.register_support import workbook
from tests.people.conftest import SUBDISTRICT
from tests.support.people import AT

HEADINGS = (
    "序号", "姓名", "身份证号", "手机号", "志愿者编号", "出生日期", "所属社区", "技能", "语言", "队伍",
    "累计时长（小时）", "截至日期", "登记日期",
)  # fmt: skip
SHEET = "志愿者"


def a_row(number: int, name: str, **more: Any) -> list[Any]:
    """Give a row under `HEADINGS`; `时长` stands for the hours."""
    values = {"所属社区": "历山路社区", "累计时长（小时）": more.pop("时长", ""), **more}
    return [number, name, *(values.get(title, "") for title in HEADINGS[2:])]


def a_list(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS) -> bytes:
    """Make a list with a title above and a sum below."""
    return workbook((SHEET, [["志愿者花名册（示例）"], list(headings), *rows, ["合计", f"{len(rows)} 人"]]))


def sent(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> VolunteerImport:
    """Send a list."""
    return operations.receive_import(actor=actor, area=area, name="花名册（示例）", content=content, at=at)


def checked(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> VolunteerImport:
    """Send a list and have it checked by its guessed columns."""
    found = sent(actor, content, area=area, at=at)
    chosen = [sheet["name"] for sheet in found.sheets if sheet["chosen"]]
    operations.name_columns(actor=actor, import_id=found.pk, columns=found.columns, sheets=chosen, at=at)
    operations.check_import(import_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def taken(actor: Actor, content: bytes, *, area: str = SUBDISTRICT, at: Any = AT) -> VolunteerImport:
    """Send, check and take a list."""
    found = checked(actor, content, area=area, at=at)
    operations.take_import(actor=actor, import_id=found.pk, at=at)
    operations.write_import(import_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def undone(actor: Actor, found: VolunteerImport, *, at: Any = AT) -> VolunteerImport:
    """Take a list back."""
    operations.start_undo(actor=actor, import_id=found.pk, at=at)
    operations.undo_import(import_id=found.pk, at=at)
    found.refresh_from_db()
    return found


def job_of(found: VolunteerImport) -> Job:
    """Give the job that an import was last worked on by."""
    found.refresh_from_db(fields=["job"])
    assert found.job
    return Job.objects.get(pk=found.job)


def row_of(found: VolunteerImport, number: int) -> VolunteerRow:
    """Give a row by its number in `a_list`, counted from 1."""
    return VolunteerRow.objects.get(of_import=found, number=number + 2)
