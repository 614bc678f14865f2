"""A list as an Excel sheet or CSV: the same rows as the page, written in constant memory to a file that is streamed."""

import csv
import datetime
import io
import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, Final

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext

from shanzhi.kernel.money import fen_to_yuan
from shanzhi.ui import formatting
from shanzhi.ui.listing.columns import Column
from shanzhi.ui.listing.memory import Rows
from shanzhi.ui.listing.page import ListPage, most_exported

FORMATS: Final = ("xlsx", "csv")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_CHUNK: Final = 2000
_LONGEST_CELL: Final = 32_767
"""Characters that Excel holds in a cell."""


def export(page: ListPage, rows: QuerySet[Any] | Rows, kind: str) -> FileResponse:
    """Answer with the list as a file; `rows` are scoped, narrowed and ordered as on the page."""
    write = _write_xlsx if kind == "xlsx" else _write_csv
    out = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    write(out, page, rows)
    out.seek(0)
    name = f"{page.listing.key}-{timezone.localdate():%Y%m%d}.{kind}"
    content_type = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    return FileResponse(out, as_attachment=True, filename=name, content_type=content_type)


def _taken(rows: QuerySet[Any] | Rows) -> Iterable[Any]:
    return rows[: most_exported() + 1].iterator(chunk_size=_CHUNK)


def _readers(columns: Iterable[Column]) -> list[tuple[str, Callable[[Any], Any]]]:
    return [("text" if column.export else column.kind, column.export or column.reader()) for column in columns]


def _plain(kind: str, value: Any) -> Any:
    """Turn a cell's value into what a sheet holds: a number, a day, a moment without zone, or text."""
    if value is None or isinstance(value, bool):
        return "" if value is None else gettext("Yes") if value else gettext("No")
    if kind == "money":
        return fen_to_yuan(int(value))
    if kind == "tag":
        return str(value[1])
    if isinstance(value, datetime.datetime):
        return formatting.local(value).replace(tzinfo=None)
    if isinstance(value, datetime.date | int | float):
        return value
    return str(value)[:_LONGEST_CELL]


def _write_xlsx(out: IO[bytes], page: ListPage, rows: QuerySet[Any] | Rows) -> None:
    # texts are never read as formulas, numbers or links, whatever they start with
    texts = dict.fromkeys(("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False)
    book = xlsxwriter.Workbook(out, {"constant_memory": True, **texts})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    sheet = book.add_worksheet(gettext("List"))
    columns = page.listing.exported
    for index, column in enumerate(columns):
        sheet.set_column(index, index, 18)
        sheet.write_string(0, index, str(column.label), formats["head"])
    sheet.freeze_panes(1, 0)
    written, cut = _fill_sheet(sheet, formats, _readers(columns), rows)
    _about_sheet(book, page, written, cut)
    book.close()


def _fill_sheet(
    sheet: Any, formats: dict[str, Any], readers: list[Any], rows: QuerySet[Any] | Rows
) -> tuple[int, bool]:
    number, most = 0, most_exported()
    for row in _taken(rows):
        if number == most:
            return number, True
        number += 1
        for index, (kind, read) in enumerate(readers):
            _write_cell(sheet, number, index, _plain(kind, read(row)), formats, kind)
    return number, False


def _write_cell(sheet: Any, row: int, index: int, value: Any, formats: dict[str, Any], kind: str) -> None:
    if isinstance(value, datetime.datetime):
        sheet.write_datetime(row, index, value, formats["datetime"])
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, index, datetime.datetime.combine(value, datetime.time.min), formats["date"])
    elif isinstance(value, str):
        sheet.write_string(row, index, value)
    else:
        sheet.write_number(row, index, value, formats["money"] if kind == "money" else None)


def _about_sheet(book: Any, page: ListPage, written: int, cut: bool) -> None:
    sheet = book.add_worksheet(gettext("About this list"))
    sheet.set_column(0, 0, 60)
    for index, line in enumerate(_about(page, written, cut)):
        sheet.write_string(index, 0, line)


def _about(page: ListPage, written: int, cut: bool) -> list[str]:
    lines = [
        gettext("Made: %(moment)s") % {"moment": formatting.moment(timezone.now())},
        gettext("Rows: %(count)s") % {"count": formatting.count(written)},
        *(chip.label for chip in page.removals),
    ]
    if cut:
        lines.append(cut_words())
    return lines


def cut_words() -> str:
    """Say that an export holds only its first rows, and the cure."""
    return gettext("Only the first %(count)s rows are in this file. Narrow the list with filters and export again.") % {
        "count": formatting.count(most_exported())
    }


def _write_csv(out: IO[bytes], page: ListPage, rows: QuerySet[Any] | Rows) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    columns = page.listing.exported
    readers = _readers(columns)
    writer.writerow(unarmed(str(column.label)) for column in columns)
    most = most_exported()
    for number, row in enumerate(_taken(rows)):
        if number == most:
            writer.writerow([cut_words()])
            break
        writer.writerow([unarmed(_plain(kind, read(row))) for kind, read in readers])
    text.flush()
    text.detach()


def unarmed(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula (CSV carries no types)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
