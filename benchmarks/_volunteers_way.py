"""What the benchmark of volunteers measures: a made-up list of a district, read, checked, taken, taken back."""

import io
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

import fastexcel
import xlsxwriter
from django.utils import timezone
from stdnum.cn import ric

from shanzhi.config.owner import as_owner, migrate
from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.places import exchange, operations
from shanzhi.places.exchange.lists.choosing import guess
from shanzhi.places.exchange.lists.kept import places_of
from shanzhi.places.exchange.lists.reading import read_list
from shanzhi.places.models import Area
from shanzhi.volunteering.exchange.headings import KNOWN
from shanzhi.volunteering.exchange.rows import check
from shanzhi.volunteering.models import EarlierHours, Volunteer
from shanzhi.volunteering.operations import imports, load_examples

ROUNDS = 3
DISTRICT = "110114"
SHEET = "志愿者"
HEADINGS = (
    "序号", "姓名", "身份证号", "手机号", "志愿者编号", "所属街道", "所属社区", "技能", "语言",
    "累计时长（小时）", "登记日期",
)  # fmt: skip
SKILLS = ("理发", "急救、陪伴聊天", "课业辅导", "", "家电小修")
BORN = date(1950, 1, 1)


def measure(rows: int) -> None:
    """Fill, read, check, take, take back, tell."""
    migrate(skip_checks=True)
    with as_owner():
        at = timezone.now()
        operations.import_areas(
            actor=Actor.system("benchmark"), sheets=exchange.shipped(), as_of=at.date(), source="shipped", at=at
        )
    load_examples(actor=Actor.system("benchmark"), area="", at=timezone.now())
    content = _list(rows)
    _reading(content, rows)
    _whole(content, rows)


def _list(rows: int) -> bytes:
    """Write the list: each row another volunteer, hours in three forms, days in two."""
    names = dict(Area.objects.filter(code__startswith=DISTRICT).values_list("code", "name"))
    communities = sorted(code for code in names if len(code) == 12)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    page = book.add_worksheet(SHEET)
    page.write(0, 0, "志愿者花名册（示例）")
    page.write_row(1, 0, HEADINGS)
    for number in range(rows):
        where = communities[number % len(communities)]
        day = (44000 + number % 1000, f"2021年{number % 12 + 1}月{number % 28 + 1}日")[number % 2]
        hours = (number % 200 + 0.5, f"{number % 90}小时30分", f"{number % 150}:15")[number % 3]
        row = (number + 1, "示例" + "甲乙丙丁戊"[number % 5], _number(number), f"138{number:08d}", f"CP{number:07d}",
               names[where[:9]], names[where], SKILLS[number % 5], "普通话", hours, day)  # fmt: skip
        page.write_row(number + 2, 0, row)
    book.close()
    return out.getvalue()


def _number(number: int) -> str:
    """Make up an identity number with its check character, another for each row."""
    born = BORN + timedelta(days=number // 999 * 37 % 18_000)
    body = f"110114{born:%Y%m%d}{number % 999 + 1:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def _bare(content: bytes) -> int:
    return int(fastexcel.read_excel(content).load_sheet(0, header_row=1).height)


def _reading(content: bytes, rows: int) -> None:
    """Read and check, and read barely, by turns."""
    places, today = places_of(DISTRICT, timezone.now()), timezone.localdate()

    def ours() -> int:
        sheets = read_list(content, "x.xlsx", KNOWN)
        done = check(sheets, guess(sheets[0]), places, today)
        if done.refused or len(done.lines) != rows:
            raise SystemExit(f"{len(done.lines)} rows read, refused: {list(done.refused.items())[:3]}")
        return len(done.lines)

    ours(), _bare(content)
    values, floors, ratios = [], [_timed(lambda: _bare(content))[0]], []
    for _ in range(ROUNDS):  # by turns, since another program that comes and goes must not meet only one of them
        values.append(_timed(ours)[0])
        floors.append(_timed(lambda: _bare(content))[0])
        ratios.append((floors[-1] + floors[-2]) / 2 / values[-1])
    _print(
        name=f"reading and checking a list of {rows:,} volunteers, rows a second", value=rows / median(values),
        floor=rows / median(floors), ratio=median(ratios), rounds=ROUNDS, least=min(ratios),
    )  # fmt: skip


def _whole(content: bytes, rows: int) -> None:
    """Look at the list, take it, and take it back."""
    actor, at = Actor.system("benchmark"), timezone.now()

    def checked() -> Any:
        found = imports.receive_import(actor=actor, area=DISTRICT, name="x.xlsx", content=content, at=at)
        imports.name_columns(actor=actor, import_id=found.pk, columns=found.columns, sheets=[SHEET], at=at)
        imports.check_import(import_id=found.pk, at=at)
        return found

    def taken() -> None:
        imports.take_import(actor=actor, import_id=found.pk, at=at)
        imports.write_import(import_id=found.pk, at=at)

    def undone() -> None:
        imports.start_undo(actor=actor, import_id=found.pk, at=at)
        imports.undo_import(import_id=found.pk, at=at)

    floor = _timed(lambda: _bare(content))[0]
    check_time, found = _timed(checked)
    print(f"checked in {check_time:.1f} s", file=sys.stderr)
    take_time, _none = _timed(taken)
    print(f"taken in {take_time:.1f} s", file=sys.stderr)
    there = (Volunteer.objects.count(), EarlierHours.objects.count())
    undo_time, _none = _timed(undone)
    whole = check_time + take_time
    _print(
        name=f"whole import of {rows:,} volunteers, rows a second", value=rows / whole, floor=rows / floor,
        ratio=floor / whole, volunteers=there[0], with_hours=there[1], seconds_to_look=check_time,
        seconds_to_take=take_time, most_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )  # fmt: skip
    _print(
        name=f"a list of {rows:,} volunteers taken back, rows a second", value=rows / undo_time, floor=rows / floor,
        ratio=floor / undo_time, seconds=undo_time, people_left=Person.objects.count(),
    )  # fmt: skip


def _print(**line: Any) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)
