"""What is kept of a list until its columns are named, and which column holds which field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid
from shanzhi.places.exchange.lists.reading import Sheet, text_of

SHOWN_ROWS: Final = 4
SHOWN_COLUMNS: Final = 60
LONGEST_CELL: Final = 60


class ColumnTwice(Invalid):
    """One column is chosen for two fields."""

    code = "column_twice"
    message = _("Two fields are to come from the column “%(title)s”. Choose another column for one of them.")


class NoWorksheet(Invalid):
    """No worksheet is chosen, or there is none of this name."""

    code = "no_worksheet"
    message = _("Choose at least one worksheet of the file.")


def described(sheets: Sequence[Sheet], needed: str) -> list[dict[str, Any]]:
    """Describe the sheets; chosen at first are those whose headings are as known as those of the best one."""
    return [
        {
            "name": sheet.name, "titles": list(sheet.titles[:SHOWN_COLUMNS]), "rows": len(sheet.rows),
            "chosen": sheet is sheets[0] or (needed in sheet.known and sheet.titles == sheets[0].titles),
        }
        for sheet in sheets
    ]  # fmt: skip


def samples(sheets: Sequence[Sheet]) -> list[list[list[str]]]:
    """Give the first rows of each sheet, for the page on which columns are chosen."""
    return [
        [[text_of(cell)[:LONGEST_CELL] for cell in row[:SHOWN_COLUMNS]] for row in sheet.rows[:SHOWN_ROWS]]
        for sheet in sheets
    ]


def guess(sheet: Sheet) -> dict[str, str]:
    """Give for each field the heading of the column that most likely holds it."""
    return {field: sheet.titles[column] for field, column in sheet.known.items()}


def chosen(
    there: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    wanted: Sequence[str],
    fields: Collection[str],
) -> dict[str, str]:
    """Give the columns that were chosen and stand on these worksheets. Raises NoWorksheet, ColumnTwice."""
    known = {sheet["name"]: sheet["titles"] for sheet in there}
    if not wanted or not set(wanted) <= known.keys():
        raise NoWorksheet(field="sheets")
    titles = {title for name in wanted for title in known[name]}
    found = {field: title for field, title in columns.items() if field in fields and title in titles and title}
    seen: set[str] = set()
    for field, title in found.items():
        if title in seen:
            raise ColumnTwice(field=field, title=title)
        seen.add(title)
    return found
