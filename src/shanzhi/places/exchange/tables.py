"""Tables as offices send them: Excel, OpenDocument or CSV, columns by their headings, in any order.

Reading gives lines of texts with the number that the row has in the file; what they mean is read by others.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import python_calamine
from django.utils.translation import gettext_lazy as _

from shanzhi.places.exchange.files import BadFile, as_utf8
from shanzhi.places.exchange.words import listed

MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_UNPACKED: Final = 200 * 1024 * 1024
_TITLES: Final = 10
_DELIMITERS: Final = ",;\t"

Headings = Mapping[str, Sequence[str]]


class NotASheet(BadFile):
    """The file is neither a workbook nor a text with columns, or it was cut."""

    code = "not_a_sheet"
    message = _("This file cannot be read as a sheet. Save it as .xlsx in Excel or WPS, or as CSV, and send it again.")


class TableTooLarge(BadFile):
    """More than is read at once."""

    code = "table_too_large"
    message = _("The sheet is too large: at most %(rows)s rows and 10 MB. Split it by subdistrict.")


class NoHeadings(BadFile):
    """No line has the headings without which the rows mean nothing."""

    code = "no_headings"
    message = _(
        "No line has the headings that are needed: %(headings)s. Put them above the columns, or take the empty sheet."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its number in the file, and its texts by field; a field without a column is left out."""

    number: int
    cells: dict[str, str]


def read_table(content: bytes, name: str, headings: Headings, needed: Sequence[str], *, most: int) -> list[Line]:
    """Read the rows below the headings; `needed` fields must have a column. Empty rows are left out.

    Raises NotASheet, TableTooLarge, NoHeadings, BadFile.
    """
    if len(content) > MOST_BYTES:
        raise TableTooLarge(field="file", rows=most)
    rows = _workbook(content, most) if _is_workbook(content) else _text_rows(content, name)
    columns, first = _columns(rows, headings, needed)
    lines: list[Line] = []
    for place, cells in enumerate(rows, start=first + 1):
        values = {field: _text(cells[index]) for field, index in columns.items() if index < len(cells)}
        if any(values.values()):
            if len(lines) == most:
                raise TableTooLarge(field="file", rows=most)
            lines.append(Line(place, values))
    return lines


def _is_workbook(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _workbook(content: bytes, most: int) -> Iterator[list[Any]]:
    """Give the rows of the first sheet; unpacked sizes are looked at before anything is unpacked."""
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                    raise TableTooLarge(field="file", rows=most)
        sheet = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError, IndexError) as problem:
        raise NotASheet(field="file") from problem
    yield from rows


def _text_rows(content: bytes, name: str) -> Iterator[list[str]]:
    text = as_utf8(content, name).decode()
    delimiter = max(_DELIMITERS, key=text[:4000].count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as problem:
        raise NotASheet(field="file") from problem


def _columns(rows: Iterator[list[Any]], headings: Headings, needed: Sequence[str]) -> tuple[dict[str, int], int]:
    """Find the line of headings among the first ten, since titles above it are common."""
    known = {_plain(word): field for field, words in headings.items() for word in words}
    for number, cells in enumerate(islice(rows, _TITLES), start=1):
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            field = known.get(_plain(_text(cell)))
            if field:
                columns.setdefault(field, index)
        if all(field in columns for field in needed):
            return columns, number
    raise NoHeadings(field="file", headings=listed(headings[field][0] for field in needed))


def _plain(title: str) -> str:
    """Write a heading without what differs from sheet to sheet: width, case, spaces, marks."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", title).casefold() if sign.isalnum())


def _text(cell: Any) -> str:
    """Write a cell as text; workbooks keep long numbers as floats, and days as moments."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).replace("\x00", "").strip().removeprefix("'")
