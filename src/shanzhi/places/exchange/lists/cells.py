"""What the cells of a list mean, whatever it lists: words, people, phones, days.

Offices write dates and phones in many ways, and Excel turns long numbers into others. What cannot be read without a
guess becomes a `Bad` with the code of its words; the row is then refused with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Refusal
from shanzhi.places.exchange.lists.reading import text_of

LONGEST_PERSON: Final = 60
_EXCEL_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = (10_000, 80_000)  # 1927 to 2119, as Excel counts days
_YEARS: Final = (1900, 2100)
SCIENCE: Final = re.compile(r"^\d(\.\d+)?e\+?\d+$", re.IGNORECASE)
_DAY: Final = re.compile(r"^(\d{4})(?:[-/.年]|年的)(\d{1,2})(?:[-/.月](\d{1,2})?)?(?:日|号)?$")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_YEAR: Final = re.compile(r"^(\d{4})年?$")
_TIME: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")
_CHINESE: Final = re.compile(r"[〇○零一二三四五六七八九十]")
_CHINESE_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS: Final = re.compile(r"(\d?)十(\d?)")
_MOBILE: Final = re.compile(r"^1\d{10}$")
SPLIT: Final = re.compile(r"[,，、;；/]|\s{2,}|\n")
_NONE_WORDS: Final = frozenset({"无", "暂无", "没有", "-", "--", "—", "/", "\\", "none", "n/a", "未知", "不详", "空"})


class Bad(NamedTuple):
    """Why a value cannot be taken: the code of its words, and what was found."""

    code: str
    text: str = ""


class Stated(NamedTuple):
    """A day as a register states it; `exact` is how much of it was written: day, month or year."""

    day: date
    exact: str


class Read(dict[Any, Any]):
    """A column's values by its cells: each different cell is read once."""

    def __init__(self, reader: Callable[[Any], Any]) -> None:
        """Take the function that reads a cell."""
        super().__init__()
        self._reader = reader

    def __missing__(self, cell: Any) -> Any:
        found = self[cell] = self._reader(cell)
        return found


def words(cell: Any) -> str:
    """Write a cell as plain text: full width as half, spaces once; words for none are none."""
    text = cell if cell.__class__ is str else text_of(cell)
    if not text.isalnum() or not unicodedata.is_normalized("NFKC", text):
        text = " ".join(unicodedata.normalize("NFKC", text.replace("\x00", "")).split()).removeprefix("'")
    return "" if text in _NONE_WORDS else text


def phones() -> Callable[[Any], Any]:
    """Give the reader of phones. Whether a mobile number can be is told by its first five digits, looked at once."""
    prefixes = Read(lambda first: _phone(first + "000000") is not None)

    def phone(cell: Any) -> Any:
        text = cell if cell.__class__ is str else text_of(cell)
        if len(text) == 11 and _MOBILE.match(text) and text.isascii():
            return "+86" + text if prefixes[text[:5]] else Bad("phone_wrong", text)
        return _any_phone(cell)

    return phone


def _any_phone(cell: Any) -> Any:
    text = words(cell)
    if not text:
        return None
    if SCIENCE.match(text):
        return Bad("phone_number", text)
    if isinstance(cell, float) and not text.startswith("1"):
        return Bad("phone_zero", text)
    for part in [text, *SPLIT.split(text)]:
        found = _phone(part.strip())
        if found is not None:
            return found
    return Bad("phone_wrong", text[:30])


def _phone(text: str) -> str | None:
    try:
        return identifiers.phone(text)
    except Refusal:
        return None


def person(cell: Any) -> Any:
    """Read the name of who is in charge."""
    text = words(cell)
    if len(text) > LONGEST_PERSON:
        return Bad("person_long")
    return Bad("person_number", text[:20]) if text.isdecimal() else text


def day_reader(today: date) -> Callable[[Any], Any]:
    """Give the reader of days, in all forms they take in Excel; a day to come is none."""

    def day(cell: Any) -> Any:
        if isinstance(cell, datetime):
            found: Any = Stated(cell.date(), "day")
        elif isinstance(cell, date):
            found = Stated(cell, "day")
        elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
            found = _day_of_number(float(cell))
        else:
            found = _day_of_text(words(cell))
        if found.__class__ is Stated and (found.day > today or found.day.year < _YEARS[0]):
            return Bad("day_outside", found.day.isoformat())
        return found

    return day


def _day_of_number(value: float) -> Any:
    """Read a number: days since 1900 as Excel counts them, 20210305, a year, or 2021.03 for a month."""
    if value.is_integer():
        whole = int(value)
        if _SERIALS[0] <= whole <= _SERIALS[1]:
            return Stated(_EXCEL_ZERO + timedelta(days=whole), "day")
        return _day_of_text(str(whole)) if whole else None
    if _SERIALS[0] <= value <= _SERIALS[1]:
        return Stated(_EXCEL_ZERO + timedelta(days=int(value)), "day")
    text = f"{value:g}" if value >= _YEARS[1] else f"{value:.6f}".rstrip("0")
    # 2021.1 may have been 2021.1 or 2021.10 before Excel took it for a number.
    return Bad("day_unsure", text) if text.endswith(".1") else _day_of_text(text)


def _day_of_text(text: str) -> Any:
    if not text:
        return None
    if _CHINESE.search(text):
        text = _TENS.sub(lambda ten: f"{int(ten[1] or 1) * 10 + int(ten[2] or 0)}", text.translate(_CHINESE_DIGITS))
    text = _TIME.sub("", text).replace(" ", "").rstrip(".。")
    if text.isdecimal() and len(text) == 5 and _SERIALS[0] <= int(text) <= _SERIALS[1]:
        return Stated(_EXCEL_ZERO + timedelta(days=int(text)), "day")
    found = _DAY.match(text) or _COMPACT.match(text)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
        try:
            return Stated(date(year, month, day or 1), "day" if day else "month")
        except ValueError:
            return Bad("day_wrong", text[:30])
    found = _YEAR.match(text)
    if found and _YEARS[0] <= int(found[1]) <= _YEARS[1]:
        return Stated(date(int(found[1]), 1, 1), "year")
    return Bad("day_wrong", text[:30])
