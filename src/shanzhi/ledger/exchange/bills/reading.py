"""What all bill files share: cells out of a file, days and amounts out of cells, and the signs that a file is whole."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import python_calamine
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.money import NotAnAmount, parse_yuan

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 400 * 1024 * 1024
MOST_LINES: Final = 100_000
MOST_FAULTS: Final = 200
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
NAME: Final = "file"
_DAY: Final = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_TIME: Final = re.compile(r"^(\d{1,2}):?(\d{2})(?::?(\d{2}))?$")
_BEGIN: Final = re.compile(r"(?:起始|开始)(?:时间|日期)[：:]\s*\[?([\d年月日/-]+)")
_END: Final = re.compile(r"(?:终止|结束)(?:时间|日期)[：:]\s*\[?([\d年月日/-]+日?)( 00:00:00)?")

Row = tuple[int, list[str]]
Cells = Mapping[str, str]


class BadBill(Invalid):
    """The file is no bill that is known."""

    code = "bad_bill"
    message = _(
        "This is no bill file that is known: no row holds the headings of Alipay, WeChat or of a bank. Export it again "
        "as CSV, or name the columns of your bank first."
    )


class CutBill(BadBill):
    """The file ends in its middle."""

    code = "bill_cut"
    message = _("The file was cut: row %(row)s is not complete. Export or fetch it again; nothing was changed.")


class MissingRows(BadBill):
    """The file has not as many rows as it says."""

    code = "bill_rows_missing"
    message = _(
        "The file says that it holds %(said)s entries, but %(found)s were found up to row %(row)s: it was cut or "
        "changed. Export or fetch it again; nothing was changed."
    )


class WrongSum(BadBill):
    """The rows do not add up to what the file says."""

    code = "bill_wrong_sum"
    message = _(
        "The rows up to row %(row)s add up to %(found)s, but the file says %(said)s: it was cut or changed. Export or "
        "fetch it again; nothing was changed."
    )


class NoTotals(BadBill):
    """The end that such a file always has is missing."""

    code = "bill_no_end"
    message = _(
        "The file ends at row %(row)s without the totals with which such a bill ends: it was cut. Export or fetch it "
        "again; nothing was changed."
    )


class BrokenChain(BadBill):
    """The balances do not follow from row to row."""

    code = "bill_broken_chain"
    message = _(
        "The balance in row %(row)s does not follow from the row beside it: rows are missing or were changed. Export "
        "the whole period again; nothing was changed."
    )


class BillTooLarge(BadBill):
    """The file is beyond the limits."""

    code = "bill_too_large"
    message = _("The file is too large: at most 100,000 rows and 20 MB. Export a shorter period.")


@dataclass(frozen=True, slots=True)
class BillRow:
    """One line of a bill: `amount` in fen, above zero for money that came in; `row` counts the file's lines from 1."""

    row: int
    day: date
    time: time | None
    amount: int
    counterparty: str = ""
    text: str = ""
    serial: str = ""
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row, and what cures it."""

    row: int
    field: str
    cure: str


Noted = tuple[str, dict[str, Any]]
"""A word of WARNINGS or SKIPPED with what fills its places; kept so, and translated where it is shown."""


@dataclass
class Statement:
    """What a file holds. `skipped` rows moved no money; opening and closing balance in fen, where the file tells."""

    kind: str
    lines: list[BillRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[Noted] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    opening: int | None = None
    closing: int | None = None

    def wrong(self, row: int, name: str, cure: str) -> None:
        """Note a fault; beyond a number of them no more are kept."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(RowFault(row, name, cure))


class Skip(Exception):
    """A row that moved no money on the account; the word says why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings under which a bill says what: one amount with its sign, or money in and money out apart."""

    day: str
    time: str = ""
    amount: str = ""
    income: str = ""
    outgo: str = ""
    counterparty: str = ""
    text: tuple[str, ...] = ()
    serial: str = ""
    balance: str = ""

    @property
    def needed(self) -> set[str]:
        """The headings without which nothing can be read."""
        return {name for name in (self.day, self.amount, self.income, self.outgo) if name}


def grid(content: bytes) -> list[Row]:
    """Give the cells of a file with the number of their line, blank lines left out. Raises BadBill, BadFile."""
    if len(content) > MOST_BYTES:
        raise BillTooLarge(field=NAME)
    rows = list(_sheet(content) if content.startswith(WORKBOOKS) else _text(content))
    if len(rows) > MOST_LINES + 100:
        raise BillTooLarge(field=NAME)
    return rows


def decoded(content: bytes) -> str:
    """Give the text of a file in UTF-8 or GB18030. Raises CutBill where it ends inside a character, BadBill."""
    line = content.count(b"\n") + 1
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        if fault.reason == "unexpected end of data" and fault.start > 0:
            raise CutBill(field=NAME, row=line) from fault
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as fault:
        if fault.end >= len(content):
            raise CutBill(field=NAME, row=line) from fault
        raise BadBill(field=NAME) from fault


def _text(content: bytes) -> Iterator[Row]:
    text = decoded(content)
    last = text.rsplit("\n", 1)[-1]
    if last.count('"') % 2:
        raise CutBill(field=NAME, row=text.count("\n") + 1)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as problem:
        raise CutBill(field=NAME, row=reader.line_num) from problem


def _sheet(content: bytes) -> Iterator[Row]:
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                    raise BillTooLarge(field=NAME)
        sheet = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            written = [_written(cell) for cell in cells]
            if any(written):
                yield number, written
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError, IndexError) as problem:
        raise CutBill(field=NAME, row=1) from problem


def _written(cell: Any) -> str:
    """Write a cell as the CSV of the same bill has it."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(Decimal(repr(cell)))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell)


def ends_with_line(content: bytes) -> bool:
    """Tell whether a text ends where a line ends; workbooks always do."""
    return content.startswith(WORKBOOKS) or content.endswith((b"\n", b"\r"))


def clean(cell: str) -> str:
    """Take off tabs, spaces and the mark before each value; "/" and dashes stand for nothing."""
    text = cell.strip().lstrip("`").strip().strip("'")
    return "" if text == "/" or (text and not text.strip("-")) else text


def header_of(rows: Sequence[Row], needed: set[str]) -> int | None:
    """Give the place of the row that holds these headings, among the first sixty."""
    for place, (_number, cells) in enumerate(rows[:60]):
        if needed <= {clean(cell) for cell in cells}:
            return place
    return None


def table(rows: Sequence[Row], header: int, ends: Callable[[list[str]], bool]) -> tuple[list[Row], list[Row]]:
    """Part what stands below a heading into the rows and the footer, which begins where `ends` holds."""
    for place in range(header + 1, len(rows)):
        if ends(rows[place][1]):
            return list(rows[header + 1 : place]), list(rows[place:])
    return list(rows[header + 1 :]), []


def named(titles: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Give the cells by their headings."""
    return {title: clean(cell) for title, cell in zip(titles, cells, strict=False) if title}


def titles_of(row: Row) -> list[str]:
    """Give the headings, without empty ones at the end."""
    titles = [clean(cell) for cell in row[1]]
    while titles and not titles[-1]:
        titles.pop()
    return titles


def moment(text: str, more: str = "") -> tuple[date, time | None]:
    """Read a day, and the time beside it or in a cell of its own. Raises ValueError."""
    match = _DAY.match(text)
    if match is None:
        raise ValueError(text)
    day = date(*(int(part) for part in match.groups()[:3]))
    if match[4]:
        return day, time(int(match[4]), int(match[5]), int(match[6] or 0))
    clock = _TIME.match(more.strip())
    return day, time(int(clock[1]), int(clock[2]), int(clock[3] or 0)) if clock else None


def fen(text: str) -> int:
    """Read an amount in yuan as whole fen. Raises NotAnAmount."""
    return parse_yuan(text.removeprefix("+"))


def period(statement: Statement, preamble: Sequence[Row]) -> None:
    """Read the period that the lines above the table name; else it is that of the rows."""
    text = "\n".join(",".join(cells) for _number, cells in preamble)
    begin, end = _BEGIN.search(text), _END.search(text)
    with suppress(ValueError):
        statement.first = moment(begin[1])[0] if begin else None
        if end:
            statement.last = moment(end[1])[0] - (timedelta(days=1) if end[2] else timedelta())
    days = [line.day for line in statement.lines]
    statement.first = statement.first or min(days, default=None)
    statement.last = statement.last or max(days, default=None)


def read_rows(
    statement: Statement,
    titles: Sequence[str],
    rows: Sequence[Row],
    columns: Columns,
    amount: Callable[[Cells], int],
) -> None:
    """Read rows into lines. A last row that is too short was cut; other bad rows are faults. Raises CutBill."""
    for place, (number, cells) in enumerate(rows):
        if len(cells) < len(titles):
            if place == len(rows) - 1:
                raise CutBill(field=NAME, row=number)
            cure = _("The row has fewer columns than the headings. Export the file again.")
            statement.wrong(number, columns.day, str(cure))
            continue
        _take(statement, number, named(titles, cells), columns, amount)


def _take(statement: Statement, number: int, cells: Cells, columns: Columns, amount: Callable[[Cells], int]) -> None:
    before = len(statement.faults)
    day, clock, value, balance = date.min, None, 0, None
    try:
        value = amount(cells)
    except Skip as why:
        statement.skipped.append((number, str(why)))
        return
    except NotAnAmount as wrong:
        statement.wrong(number, columns.amount or columns.income, wrong.text)
    try:
        day, clock = moment(cells.get(columns.day, ""), cells.get(columns.time, ""))
    except ValueError:
        statement.wrong(number, columns.day, str(_("This is no day. Export the file again.")))
    try:
        held = cells.get(columns.balance, "")
        balance = fen(held) if held else None
    except NotAnAmount as wrong:
        statement.wrong(number, columns.balance, wrong.text)
    if len(statement.faults) == before:
        text = " · ".join(dict.fromkeys(cells[name] for name in columns.text if cells.get(name)))
        statement.lines.append(BillRow(
            number, day, clock, value, cells.get(columns.counterparty, "")[:200], text[:300],
            cells.get(columns.serial, "")[:80], balance,
        ))  # fmt: skip


def follow(statement: Statement) -> None:
    """Hold each balance to that of the row beside it, whichever way the rows go, and put the lines in their order.

    Notes opening and closing balance. Raises BrokenChain with the row at fault. Where balances are missing, nothing.
    """
    lines = statement.lines
    if not lines or any(line.balance is None for line in lines):
        lines.sort(key=lambda line: (line.day, line.time or time.min))
        return
    breaks = {order: _breaks(order_lines) for order, order_lines in ((1, lines), (-1, lines[::-1]))}
    order = min(breaks, key=lambda one: (len(breaks[one]), -one))
    if breaks[order]:
        raise BrokenChain(field=NAME, row=breaks[order][0])
    if order < 0:
        lines.reverse()
    first, last = lines[0], lines[-1]
    statement.opening = (first.balance or 0) - first.amount
    statement.closing = last.balance


def _breaks(lines: Sequence[BillRow]) -> list[int]:
    return [after.row for before, after in pairwise(lines) if (before.balance or 0) + after.amount != after.balance]
