"""Lists that offices keep in Excel: every sheet with its headings and rows, whatever stands above and below.

Reads .xlsx, .xls, .ods (by calamine) and CSV. Titles above the headings, headings of two rows, merged cells, blank
rows, headings repeated on each page and rows of totals are known; what the cells mean is read by `cells`.
"""

from __future__ import annotations

import csv
import gc
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import python_calamine
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid
from shanzhi.places.exchange.files import as_utf8
from shanzhi.places.exchange.lists.headings import Headings, plain

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
MOST_SHEETS: Final = 60
_MOST_UNPACKED: Final = 600 * 1024 * 1024
_TITLES: Final = 20
_DELIMITERS: Final = ",;\t"
# ODS says how far a merged cell reaches, but its reader does not tell.
_SPANNED: Final = re.compile(rb'number-rows-spanned="(?:[2-9]|\d\d)')
# The last lines of a list: sums, and who filled it in.
_TOTAL: Final = re.compile(r"^(合计|总计|共计|小计|累计|总数|total)", re.IGNORECASE)
_NOTE: Final = re.compile(r"^(填表|填报|制表|审核|备注|说明|注|统计人|单位盖章|盖章)[人日单:：（(]?.*")
_TAIL_CELLS: Final = 2
_TAIL_SIGNS: Final = frozenset("合总共小累填制审备说注统单盖报tT \u3000\t\n")
# Columns that only number or describe the rows.
NUMBERING: Final = frozenset({"序号", "no", "号", "顺序", "排序"})


class NotAList(Invalid):
    """The file is no sheet that can be read, or it was cut."""

    code = "not_a_sheet"
    message = _(
        "This file cannot be read as a sheet. Save it without a password as .xlsx in Excel or WPS, and send it again."
    )


class ListTooLarge(Invalid):
    """More than is read at once."""

    code = "table_too_large"
    message = _("The sheet is too large: at most %(rows)s rows, %(columns)s columns and %(size)s MB. Split it.")


class NothingInside(Invalid):
    """No sheet of the file holds a line."""

    code = "empty_sheet"
    message = _("There is nothing filled in on any sheet of this file. Check that it is the right one.")


class MergedInOds(Invalid):
    """Merged cells of OpenDocument cannot be told apart from empty ones."""

    code = "merged_in_ods"
    message = _("This OpenDocument sheet has cells merged over several rows. Save it as .xlsx and send it again.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings, and the rows below as they stand, each with the number that Excel shows."""

    name: str
    titles: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[list[Any], ...]
    left_out: int
    """Rows of totals and notes that were passed over; blank ones are not counted."""
    known: Mapping[str, int]
    """Which column most likely holds which field."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector of garbage rest: a million cells are made, none in a circle, and each look at them costs."""
    rests = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if rests:
            gc.enable()


def read_list(content: bytes, name: str, headings: Headings) -> list[Sheet]:
    """Read all sheets that hold something, those with the column that must be there first.

    Raises NotAList, ListTooLarge, NothingInside, MergedInOds, BadFile.
    """
    with uncollected():
        return _read(content, name, headings)


def _read(content: bytes, name: str, headings: Headings) -> list[Sheet]:
    if len(content) > MOST_BYTES:
        raise _too_large()
    book = _workbook(content) if _is_workbook(content) else [(name, list(_text_rows(content, name)), [])]
    sheets = [sheet for title, rows, merged in book if (sheet := _sheet(title, rows, merged, headings)) is not None]
    if not sheets:
        raise NothingInside(field="file")
    if sum(len(sheet.rows) for sheet in sheets) > MOST_ROWS:
        raise _too_large()
    return sorted(sheets, key=lambda sheet: headings.needed not in sheet.known)


def _too_large() -> ListTooLarge:
    return ListTooLarge(field="file", rows=f"{MOST_ROWS:,}", columns=MOST_COLUMNS, size=MOST_BYTES // 1024**2)


def _is_workbook(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


Book = list[tuple[str, list[list[Any]], list[Any]]]


def _workbook(content: bytes) -> Book:
    """Give name, rows and merged ranges of each sheet that is shown; unpacked sizes are looked at first."""
    try:
        if content[:2] == b"PK":
            _look_inside(content)
        book = python_calamine.load_workbook(io.BytesIO(content))
        shown = [one for one in book.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible]
        if len(shown) > MOST_SHEETS:
            raise _too_large()
        found: Book = []
        for one in shown:
            sheet = book.get_sheet_by_name(one.name)
            if sheet.total_height > MOST_ROWS + _TITLES or sheet.total_width > MOST_COLUMNS:
                raise _too_large()
            found.append((one.name, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or ())))
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError, IndexError, KeyError) as problem:
        raise NotAList(field="file") from problem
    return found


def _look_inside(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
            raise _too_large()
        opendocument = "mimetype" in archive.namelist() and b"opendocument" in archive.read("mimetype")
        if opendocument and _SPANNED.search(archive.read("content.xml")):
            raise MergedInOds(field="file")


def _text_rows(content: bytes, name: str) -> Iterator[list[Any]]:
    text = as_utf8(content, name).decode()
    delimiter = max(_DELIMITERS, key=text[:4000].count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > MOST_COLUMNS:
                raise _too_large()
            yield [*row]
    except csv.Error as problem:
        raise NotAList(field="file") from problem


def _sheet(name: str, rows: list[list[Any]], merged: list[Any], headings: Headings) -> Sheet | None:
    """Find the headings and the rows below them; None for a sheet that holds nothing below a line."""
    head = _head(rows, headings)
    if head is None:
        return None
    titles, first = _titles(rows, head, merged, headings)
    _fill_down(rows, merged, first)
    again, numbers, kept, left_out = [*map(text_of, rows[head])], [], [], 0
    counted = {column for column, title in enumerate(titles) if plain(title) in NUMBERING}
    known = headings.guessed(titles)
    named, second = known.get(headings.needed, 0), min(1, len(titles) - 1)
    for place in range(first, len(rows)):
        row = rows[place]
        # Nearly all rows are plain ones; they are told by their first cells alone.
        if (not row[named] or row[named] == " ") and not _says_something(row, counted):
            continue
        one, two = row[0], row[second]
        if (
            (one.__class__ is str and one[:1] in _TAIL_SIGNS)
            or (two.__class__ is str and two[:1] in _TAIL_SIGNS)
            or row[named] == again[named]
        ):
            if not _says_something(row, counted):
                continue
            if _is_tail(row) or [*map(text_of, row)] == again:
                left_out += 1
                continue
        numbers.append(place + 1)
        kept.append(row)
    return Sheet(name, titles, tuple(numbers), tuple(kept), left_out, known) if kept else None


def _head(rows: list[list[Any]], headings: Headings) -> int | None:
    """Find the line of headings among the first ones: the one with most known words, else with most words at all."""
    best, most = None, (0, 0)
    for place, row in enumerate(rows[:_TITLES]):
        titles = [text_of(cell) for cell in row]
        known = headings.guessed(titles)
        score = (len(known) if headings.needed in known else 0, sum(map(bool, titles)))
        if score > most and (score[0] or most[0] == 0):
            best, most = place, score
    return best


def _titles(rows: list[list[Any]], head: int, merged: list[Any], headings: Headings) -> tuple[tuple[str, ...], int]:
    """Give the headings and the first row below them; headings may take two rows, with cells merged over both."""
    top = [text_of(cell) for cell in rows[head]]
    two = any(r1 == head and r2 == head + 1 for (r1, _c1), (r2, _c2) in merged) and head + 1 < len(rows)
    if not two:
        return tuple(top), head + 1
    for (r1, c1), (r2, c2) in merged:
        if r1 == r2 == head:
            for column in range(c1 + 1, min(c2 + 1, len(top))):
                top[column] = top[c1]
    below = [text_of(cell) for cell in rows[head + 1]]
    return tuple(_joined(*pair, headings) for pair in zip(top, below, strict=True)), head + 2


def _joined(top: str, below: str, headings: Headings) -> str:
    """Join a heading with the one below it, where the lower one does not say all by itself."""
    if not below or below == top:
        return top
    return below if headings.guessed([below]) and not headings.guessed([top + below]) else top + below


def _fill_down(rows: list[list[Any]], merged: list[Any], first: int) -> None:
    """Write what stands in a merged cell into all rows over which it reaches."""
    for (r1, c1), (r2, _c2) in merged:
        if r2 > r1 >= first - 1 and r1 < len(rows) and c1 < len(rows[r1]):
            for place in range(r1 + 1, min(r2 + 1, len(rows))):
                rows[place][c1] = rows[r1][c1]


def _says_something(row: list[Any], counted: set[int]) -> bool:
    """Tell whether a row holds more than its own number: prepared lines at the end of a list do not."""
    return any(cell and column not in counted and (cell.__class__ is not str or cell.strip())
               for column, cell in enumerate(row))  # fmt: skip


def _is_tail(row: list[Any]) -> bool:
    """Tell whether a row is a sum or a note: its first word says so, in one of the first two cells."""
    words = [text for cell in row[:_TAIL_CELLS] if (text := text_of(cell).replace(" ", ""))]
    if any(_TOTAL.match(text) for text in words):
        return True
    return bool(words) and sum(map(bool, row)) == 1 and bool(_NOTE.match(words[0]))


def text_of(cell: Any) -> str:
    """Write a cell as text; workbooks keep whole numbers as floats, and days as moments."""
    if cell.__class__ is str:
        return str(cell).replace("\x00", "").strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
