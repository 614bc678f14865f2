"""Columns of a list, and the words of their cells, worked out in Python because a page draws hundreds of them."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from operator import attrgetter
from typing import Any, Final, Literal
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from shanzhi.ui import drawing, formatting

Words = str | Promise
Kind = Literal["text", "money", "date", "datetime", "number", "minutes", "tag", "boolean"]
Scale = Literal["words", "amount", "time", "course"]
_NOBODY: Final = str(UUID(int=0))
_RIGHT: Final = frozenset({"money", "number", "minutes"})
_SCALES: Final[dict[Kind, Scale]] = {
    "money": "amount",
    "number": "amount",
    "minutes": "amount",
    "date": "time",
    "datetime": "time",
    "tag": "course",
    "boolean": "course",
}
_NOWRAP: Final = frozenset({"date", "datetime", "tag"})


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is an attribute path ("team__name") or a function of the row; by default the `key`. Money comes in fen,
    minutes as whole minutes, a tag as (tone, words). `sort` names the field to order by ("" = not sortable).
    `scale` says what it is an order of where the kind does not tell: words, amounts, time, the course of a life.
    `export` gives another value to the sheet. `priority` 1 is always shown, 2 not on a phone's card, 3 only when wide
    and in the export.
    """

    key: str
    label: Words
    kind: Kind = "text"
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    scale: Scale | Literal[""] = ""
    url: Callable[[Any], str] | None = None
    export: Callable[[Any], Any] | None = None
    priority: int = 1
    in_export: bool = True
    on_page: bool = True

    def reader(self) -> Callable[[Any], Any]:
        """Give the function that reads this column's value from a row."""
        if callable(self.value):
            return self.value
        return attrgetter((self.value or self.key).replace("__", "."))

    @property
    def ordered_by(self) -> Scale:
        """What the order of this column is an order of."""
        return self.scale or _SCALES.get(self.kind, "words")

    @property
    def css(self) -> str:
        """The classes of this column's cells."""
        names = ["num"] if self.ordered_by == "amount" else ["nowrap"] if self.kind in _NOWRAP else []
        if self.priority >= 2:
            names.append("wide-only")
        return " ".join(names)


@dataclass(frozen=True)
class Empty:
    """What an empty list says and offers; `text` and link are for the list that has no rows at all."""

    title: Words
    text: Words = ""
    url: str = ""
    label: Words = ""


@dataclass(frozen=True)
class PageOf:
    """From a row to its page: the address named, with the row's UUID in `field` as its only part."""

    url_name: str
    field: str

    def __call__(self, row: Any) -> str:
        """Write the address of a row's page."""
        return self.for_rows()(row)

    def for_rows(self) -> Callable[[Any], str]:
        """Give the function for many rows: looking an address up costs more than drawing a cell."""
        pattern = _pattern(self.url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
        read, (head, tail) = attrgetter(self.field), pattern.split(_NOBODY)
        return lambda row: f"{head}{read(row)}{tail}"


def page_of(url_name: str, field: str = "pk") -> PageOf:
    """Give the function from a row to its page: the address named, with the row's UUID in `field` as its only part."""
    return PageOf(url_name, field)


@lru_cache(maxsize=256)
def _pattern(url_name: str, urlconf: str, prefix: str) -> str:
    return reverse(url_name, urlconf, args=[_NOBODY])


def _plainly(kind: Kind, value: Any) -> str:
    """Write one value that is neither a state nor a day."""
    if value is None or value == "":
        return formatting.NONE
    if kind == "text":
        return value if isinstance(value, SafeString) else escape(str(value))
    if kind == "boolean":
        return gettext("Yes") if value else gettext("No")
    return _PLAIN[kind](value)


# what these write never holds markup
_PLAIN: Final[dict[str, Callable[[Any], str]]] = {
    "money": formatting.yuan,
    "datetime": formatting.moment,
    "number": formatting.count,
    "minutes": formatting.minutes,
}


def _writer(kind: Kind) -> Callable[[Any], str]:
    """Give the function that writes the values of one column of one page.

    A column holds few states and days, so what was written for one row is used for the next.
    """
    if kind == "tag":
        return _tags()
    if kind == "date":
        return _days()
    return partial(_plainly, kind)


def _tags() -> Callable[[Any], str]:
    drawn: dict[tuple[str, int], tuple[Any, str]] = {}

    def write(value: Any) -> str:
        if not value:
            return formatting.NONE
        tone, label = value
        key = (tone, id(label))  # words to be translated are costly to compare; kept below, they keep their id
        if key not in drawn:
            drawn[key] = (label, drawing.tag(tone, label))
        return drawn[key][1]

    return write


def _days() -> Callable[[Any], str]:
    written: dict[datetime.date, str] = {}

    def write(value: datetime.date | datetime.datetime | None) -> str:
        if not value:
            return formatting.NONE
        day = formatting.local(value).date() if isinstance(value, datetime.datetime) else value
        if day not in written:
            written[day] = formatting.day(day)
        return written[day]

    return write


def table_body(columns: list[Column], rows: list[Any]) -> SafeString:
    """Draw the rows of a table; every text is escaped here."""
    parts = [_cell_maker(column, first=index == 0) for index, column in enumerate(columns)]
    lines = ['<tr role="row">' + "".join(part(row) for part in parts) + "</tr>" for row in rows]
    return mark_safe("".join(lines))  # noqa: S308 - each cell is escaped by its maker


def _cell_maker(column: Column, *, first: bool) -> Callable[[Any], str]:
    names = f"{'first ' if first else ''}{column.css}".strip()
    opening = f'<td role="cell" data-label="{escape(str(column.label))}"' + (f' class="{names}">' if names else ">")
    read, write, address = column.reader(), _writer(column.kind), column.url

    if address is None:
        return lambda row: f"{opening}{write(read(row))}</td>"
    link = address.for_rows() if isinstance(address, PageOf) else address

    def linked(row: Any) -> str:
        url = link(row)
        inner = write(read(row))
        return f'{opening}<a href="{escape(url)}">{inner}</a></td>' if url else f"{opening}{inner}</td>"

    return linked
