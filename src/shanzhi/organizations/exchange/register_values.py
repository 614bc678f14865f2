"""What the cells of a register mean: each column is read whole, each different value once, into values or faults.

Offices write dates, codes and phones in many ways, and Excel turns long codes into numbers. What cannot be read without
a guess becomes a `Bad` with the code of its words (`register_words.CURES`); the row is then refused with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Refusal
from shanzhi.organizations.exchange.register_words import KINDS, PURPOSES
from shanzhi.organizations.exchange.registers import text_of
from shanzhi.organizations.models import PREFIXES, Kind

LONGEST_NAME: Final = 100
LONGEST_PERSON: Final = 60
LONGEST_NUMBER: Final = 60
MOST_MEMBERS: Final = 1_000_000
_EXCEL_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = (10_000, 80_000)  # 1927 to 2119, as Excel counts days
_YEARS: Final = (1900, 2100)
_SURE_DIGITS: Final = 10**15
_SCIENCE: Final = re.compile(r"^\d(\.\d+)?e\+?\d+$", re.IGNORECASE)
_DAY: Final = re.compile(r"^(\d{4})(?:[-/.年]|年的)(\d{1,2})(?:[-/.月](\d{1,2})?)?(?:日|号)?$")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_YEAR: Final = re.compile(r"^(\d{4})年?$")
_TIME: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")
_CHINESE: Final = re.compile(r"[〇○零一二三四五六七八九十]")
_CHINESE_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS: Final = re.compile(r"(\d?)十(\d?)")
_MOBILE: Final = re.compile(r"^1\d{10}$")
_SPLIT: Final = re.compile(r"[,，、;；/]|\s{2,}|\n")
_ALPHABET: Final = {sign: place for place, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_NONE_WORDS: Final = frozenset({"无", "暂无", "没有", "-", "--", "—", "/", "\\", "none", "n/a", "未知", "不详", "空"})
_NUMBER: Final = re.compile(r"^([0-9][0-9,]*)(人|名|位|个)?$")


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


def column(reader: Callable[[Any], Any], cells: Iterable[Any]) -> list[Any]:
    """Read a column whole."""
    known = Read(reader)
    return [known[cell] for cell in cells]


def words(cell: Any) -> str:
    """Write a cell as plain text: full width as half, spaces once; words for none are none."""
    text = cell if cell.__class__ is str else text_of(cell)
    if not text.isalnum() or not unicodedata.is_normalized("NFKC", text):
        text = " ".join(unicodedata.normalize("NFKC", text.replace("\x00", "")).split()).removeprefix("'")
    return "" if text in _NONE_WORDS else text


def name(cell: Any) -> Any:
    """Read a name of an organisation; its brackets become full width, as certificates have them."""
    text = words(cell)
    if "(" in text:
        text = text.replace("(", "（").replace(")", "）")
    if not text:
        return Bad("name_missing")
    if len(text) > LONGEST_NAME:
        return Bad("name_long", text[:20])
    return Bad("name_number", text) if text.isdecimal() else text


def former(cell: Any) -> Any:
    """Read former names, of which a cell may hold several."""
    found = [" ".join(part.split()) for part in _SPLIT.split(str(cell) if cell else "") if part and words(part)]
    names = tuple(dict.fromkeys(name(part) for part in found))
    return next((one for one in names if one.__class__ is Bad), names)


def credit_code(cell: Any) -> Any:
    """Read a unified social credit code (GB 32100); a number has lost digits and is no code any more."""
    if cell.__class__ is str:
        text = cell
        if len(text) == 18 and text[2:8].isdecimal() and _checks(text):
            return text
    elif isinstance(cell, (int, float)) and cell:
        return Bad("code_number", text_of(cell)[:30])
    text = words(cell).upper().replace(" ", "").replace("-", "")
    if not text:
        return None
    if _SCIENCE.match(text):
        return Bad("code_number", text[:30])
    if len(text) == 17 and text.isdecimal():
        return Bad("code_short", text)
    try:
        return identifiers.credit_code(text)
    except identifiers.NotACreditCode:
        return Bad("code_wrong", text[:30])


def _checks(text: str) -> bool:
    """Tell quickly whether a code is right; a doubtful one goes the long way (identifiers.credit_code)."""
    try:
        total = sum([_ALPHABET[sign] * weight for sign, weight in zip(text, _WEIGHTS, strict=False)])
        return _ALPHABET[text[17]] == (31 - total % 31) % 31
    except KeyError:
        return False


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
    if _SCIENCE.match(text):
        return Bad("phone_number", text)
    if isinstance(cell, float) and not text.startswith("1"):
        return Bad("phone_zero", text)
    for part in [text, *_SPLIT.split(text)]:
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


def number(cell: Any) -> Any:
    """Read the number of a filing, which is kept as the register has it."""
    if isinstance(cell, float) and (abs(cell) >= _SURE_DIGITS or not cell.is_integer()):
        return Bad("number_lost", text_of(cell)[:30])
    text = words(cell)
    if _SCIENCE.match(text):
        return Bad("number_lost", text[:30])
    return text if len(text) <= LONGEST_NUMBER else Bad("number_long")


def size(cell: Any) -> Any:
    """Read the number of members."""
    text = words(cell)
    if not text:
        return None
    found = _NUMBER.match(text)
    count = int(found[1].replace(",", "")) if found else 0
    return count if 1 <= count <= MOST_MEMBERS else Bad("size_wrong", text[:20])


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


class Sorted(NamedTuple):
    """What a cell says of the sort of a body: one of Kind or "", one of Purpose or "", and its own words."""

    kind: str
    purpose: str
    words: str


def sort(cell: Any) -> Sorted:
    """Read sort and purpose by the words that a cell holds; words that say neither are kept as they are."""
    text = words(cell)[:LONGEST_NUMBER]
    kind = next((kind for word, kind in KINDS if word in text), "")
    purpose = next((purpose for word, purpose in PURPOSES if word in text), "")
    return Sorted(kind, purpose, text)


def kind_of(found: Sorted, code: str | None) -> str | Bad:
    """Say what sort of body a row is, by its words, else by its code; the two must not contradict each other."""
    by_code = next((kind.value for kind, prefix in PREFIXES.items() if code and code.startswith(prefix)), "")
    if not found.kind:
        return by_code or Kind.COMMUNITY.value
    prefix = PREFIXES.get(Kind(found.kind))
    return Bad("code_of_another_kind") if code and prefix and not code.startswith(prefix) else found.kind
