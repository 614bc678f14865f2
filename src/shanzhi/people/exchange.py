"""Lists of residents from an office's sheet: Excel, OpenDocument or CSV, columns by their headings, in any order.

Reading gives rows and errors, each error with row, field and cure; nothing is written here.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import python_calamine
import xlsxwriter
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Invalid, Refusal
from shanzhi.people.documents import clean_name

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_ERRORS: Final = 200
HEADINGS: Final = {
    "name": ("姓名", "居民姓名", "name"),
    "id_number": ("证件号码", "身份证号", "身份证号码", "公民身份号码", "id number"),
    "phone": ("手机", "手机号", "手机号码", "联系电话", "电话", "phone"),
    "area": ("社区代码", "小区代码", "社区编码", "区划代码", "community code"),
}
WORDS: Final = {
    "name": _("Name"),
    "id_number": _("Number of the document"),
    "phone": _("Mobile phone"),
    "area": _("Community code"),
}


class UnreadableSheet(Invalid):
    """The file is no sheet, is cut off, too large, or has no heading that is known."""

    code = "unreadable_sheet"
    message = _("This file cannot be read as a sheet. Save it as .xlsx in Excel or WPS and try again.")


class TooLarge(UnreadableSheet):
    """The file or the list is beyond the limits."""

    code = "sheet_too_large"
    message = _("The list is too large: at most 20,000 rows and 10 MB. Split it by community.")


class NoHeadings(UnreadableSheet):
    """The first rows hold no heading of a name."""

    code = "no_headings"
    message = _("No column is headed 姓名. Put the headings 姓名, 证件号码, 手机, 社区代码 above the columns.")


@dataclass(frozen=True)
class RowError:
    """What is wrong in a row, and what cures it."""

    row: int
    field: str
    cure: str


@dataclass
class Sheet:
    """The rows of a list: each a dict with row, name, id_number, phone, area; and what is wrong."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def wrong(self, row: int, name: str, cure: str) -> None:
        """Note an error; from a certain number on it only counts that there are more."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(RowError(row, name, cure))


def read(content: bytes) -> Sheet:
    """Read a list of residents; raise UnreadableSheet, TooLarge or NoHeadings."""
    if len(content) > MOST_BYTES:
        raise TooLarge(field="file")
    lines = _excel(content) if _is_workbook(content) else _csv(content)
    columns, first = _headings(lines)
    sheet = Sheet()
    seen: dict[tuple[str, str], int] = {}
    count = 0
    for number, cells in enumerate(lines, start=first + 1):
        values = {name: _text(cells[index]) if index < len(cells) else "" for name, index in columns.items()}
        if not any(values.values()):
            continue
        count += 1
        if count > MOST_ROWS:
            raise TooLarge(field="file")
        _take(sheet, seen, number, values)
    return sheet


def _is_workbook(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _excel(content: bytes) -> Iterator[list[Any]]:
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                    raise TooLarge(field="file")
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.height > MOST_ROWS + 100:
            raise TooLarge(field="file")
        yield from sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError, IndexError) as problem:
        raise UnreadableSheet(field="file") from problem


def _csv(content: bytes) -> Iterator[list[Any]]:
    text = _decode(content)
    if "\x00" in text:
        raise UnreadableSheet(field="file")
    head = text[:4000]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as problem:
        raise UnreadableSheet(field="file") from problem


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet(field="file")


def _headings(lines: Iterator[list[Any]]) -> tuple[dict[str, int], int]:
    """Find the line of headings among the first ten: titles above it are common."""
    for number, cells in enumerate(islice(lines, 10), start=1):
        titles = [_text(cell).casefold().replace("*", "").strip() for cell in cells]
        found = {name: titles.index(word) for name, words in HEADINGS.items() for word in words if word in titles}
        if "name" in found:
            return found, number
    raise NoHeadings(field="file")


def _text(cell: Any) -> str:
    """Write a cell as text; sheets keep long numbers as floats."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip().lstrip("'")


def _take(sheet: Sheet, seen: dict[tuple[str, str], int], number: int, values: dict[str, str]) -> None:
    before = len(sheet.errors)
    row: dict[str, Any] = {"row": number, "id_number": "", "phone": "", "area": values.get("area", "")}
    for name, reader in (("name", clean_name), ("id_number", identifiers.resident_id), ("phone", identifiers.phone)):
        text = values.get(name, "")
        if not text and name != "name":
            continue
        try:
            row[name] = reader(text)
        except Refusal as wrong:
            sheet.wrong(number, name, wrong.text)
    if not row["id_number"] and not row["phone"] and len(sheet.errors) == before:
        sheet.wrong(number, "id_number", gettext("Give the number of the document, or at least the phone."))
    for name in ("id_number", "phone"):
        key = (name, row[name])
        if row[name] and key in seen:
            cure = gettext("The same as in row %(row)s. Keep one of the two.") % {"row": seen[key]}
            sheet.wrong(number, name, cure)
        seen.setdefault(key, number)
    if len(sheet.errors) == before:
        sheet.rows.append(row)


def blank_sheet() -> bytes:
    """Make an empty list with the headings, all columns as text, so that Excel does not round long numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@"})
    page.set_column(0, 3, 22, text)
    titles: Sequence[str] = ("姓名", "证件号码", "手机", "社区代码")
    for index, title in enumerate(titles):
        page.write_string(0, index, title, bold)
    book.close()
    return out.getvalue()
