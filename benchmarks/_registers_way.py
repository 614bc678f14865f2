"""What the benchmark of registers measures: a made-up register of a district, read, checked, taken, taken back."""

import io
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import fastexcel
import xlsxwriter
from django.utils import timezone

from shanzhi.config.owner import as_owner, migrate
from shanzhi.kernel.actor import Actor
from shanzhi.organizations.exchange.register_rows import check
from shanzhi.organizations.exchange.registers import read_register
from shanzhi.organizations.models import Organization
from shanzhi.organizations.operations import registers
from shanzhi.places import exchange, operations
from shanzhi.places.exchange.lists.kept import places_of
from shanzhi.places.models import Area

ROWS = 100_000
ROUNDS = 5
BOUND = 0.25
DISTRICT = "110114"
TODAY = date(2026, 11, 27)
HEADINGS = (
    "序号", "组织名称", "统一社会信用代码", "曾用名", "负责人", "联系电话", "所属街道", "所属社区", "类别", "备案编号",
    "备案时间",
)  # fmt: skip
SORTS = ("公益慈善类", "社区事务类", "邻里互助类", "生活服务类", "文体活动类")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def measure() -> None:
    """Fill, read, check, take, take back, tell."""
    migrate(skip_checks=True)
    with as_owner():
        at = timezone.now()
        operations.import_areas(
            actor=Actor.system("benchmark"), sheets=exchange.shipped(), as_of=at.date(), source="shipped", at=at
        )
    content = _register()
    _reading(content)
    _whole(content)


def _register() -> bytes:
    """Write the register: each row another organisation; one in ten has a code, dates come in four forms."""
    names = dict(Area.objects.filter(code__startswith=DISTRICT).values_list("code", "name"))
    communities = sorted(code for code in names if len(code) == 12)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    page = book.add_worksheet("台账")
    page.write(0, 0, "社区社会组织台账（示例）")
    page.write_row(1, 0, HEADINGS)
    for number in range(ROWS):
        where = communities[number % len(communities)]
        day = (f"2021.{number % 12 + 1}.{number % 28 + 1}", 44000 + number % 1000, f"2021年{number % 12 + 1}月",
               f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}")[number % 4]  # fmt: skip
        code = _code(number) if number % 10 == 0 else ""
        row = (number + 1, f"第{number}号邻里互助队（示例）", code, "", f"示例{number}", f"138{number:08d}",
               names[where[:9]], names[where], SORTS[number % 5], f"昌备〔2021〕{number:06d}号", day)  # fmt: skip
        page.write_row(number + 2, 0, row)
    book.close()
    return out.getvalue()


def _code(number: int) -> str:
    """Make up a code of a body that is neither association, institution nor foundation, with its check character."""
    body = f"13110114MJE{number:06d}"
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def _reading(content: bytes) -> None:
    """Read and check, and read barely, by turns."""
    places = places_of(DISTRICT, timezone.now())

    def ours() -> int:
        sheets = read_register(content, "x.xlsx")
        mapping = {field: sheets[0].titles[at] for field, at in sheets[0].known.items()}
        done = check(sheets, mapping, places, TODAY)
        if done.refused or len(done.lines) != ROWS:
            raise SystemExit(f"{len(done.lines)} rows read, refused: {list(done.refused.items())[:3]}")
        return len(done.lines)

    def floor() -> int:
        return int(fastexcel.read_excel(content).load_sheet(0, header_row=1).height)

    ours(), floor()
    values, floors, ratios = [], [floor_time(floor)], []
    for _ in range(ROUNDS):  # by turns, since another program that comes and goes must not meet only one of them
        values.append(_timed(ours)[0])
        floors.append(floor_time(floor))
        ratios.append((floors[-1] + floors[-2]) / 2 / values[-1])
    ratio = median(ratios)
    _print(
        name=f"reading and checking a register of {ROWS:,} rows, rows a second", value=ROWS / median(values),
        floor=ROWS / median(floors), ratio=ratio, bound=BOUND, holds=ratio >= BOUND, rounds=ROUNDS, least=min(ratios),
    )  # fmt: skip


def floor_time(floor: Callable[[], int]) -> float:
    """Time one bare read."""
    return _timed(floor)[0]


def _whole(content: bytes) -> None:
    """Take the register, look at it again with all of it on record, and take it back."""
    actor, at = Actor.system("benchmark"), timezone.now()

    def checked() -> Any:
        found = registers.receive_register(actor=actor, area=DISTRICT, name="x.xlsx", content=content, at=at)
        registers.name_columns(actor=actor, register_id=found.pk, columns=found.columns, sheets=["台账"], at=at)
        registers.check_register(register_id=found.pk, at=at)
        return found

    def taken() -> None:
        registers.take_register(actor=actor, register_id=found.pk, at=at)
        registers.write_register(register_id=found.pk, at=at)

    def undone() -> None:
        registers.start_undo(actor=actor, register_id=found.pk, at=at)
        registers.undo_register(register_id=found.pk, at=at)

    floor = floor_time(lambda: int(fastexcel.read_excel(content).load_sheet(0, header_row=1).height))
    check_time, found = _timed(checked)
    print(f"checked in {check_time:.1f} s", file=sys.stderr)
    take_time, _none = _timed(taken)
    print(f"taken in {take_time:.1f} s", file=sys.stderr)
    made = Organization.objects.count()
    again_time, _again = _timed(checked)
    print(f"checked again in {again_time:.1f} s", file=sys.stderr)
    undo_time, _none = _timed(undone)
    whole = check_time + take_time
    _print(
        name=f"whole import of {ROWS:,} rows, rows a second", value=ROWS / whole, floor=ROWS / floor,
        ratio=floor / whole, organizations=made, seconds_to_look=check_time, seconds_to_take=take_time,
        seconds_to_look_again_with_all_on_record=again_time,
    )  # fmt: skip
    _print(
        name=f"a register of {ROWS:,} rows taken back, rows a second", value=ROWS / undo_time, floor=ROWS / floor,
        ratio=floor / undo_time, seconds=undo_time, organizations_left=Organization.objects.count(),
    )  # fmt: skip


def _print(**line: Any) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)
