"""What the cells of a list of volunteers mean: names, identity numbers, hours in whole minutes, lists of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from stdnum.cn import ric

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Refusal
from shanzhi.people.documents import clean_name
from shanzhi.places.exchange.lists.cells import SCIENCE, SPLIT, Bad, Stated, day_reader, words
from shanzhi.places.exchange.lists.reading import text_of

LONGEST_NUMBER: Final = 30
LONGEST_TEAM: Final = 60
MOST_WORDS: Final = 20
LONGEST_WORD: Final = 40
_SURE_DIGITS: Final = 10**15
_MINUTES_OF_AN_HOUR: Final = 60
# Marks that keyboards put between the parts of a name such as 阿依古丽·买买提.
_DOTS: Final = str.maketrans(dict.fromkeys("•‧・∙●⋅", "·"))
_DOT: Final = re.compile(r"(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff])")
_GAP: Final = re.compile(r"(?<=[\u3400-\u9fff·]) +(?=[\u3400-\u9fff·])")
_OLD_ID: Final = re.compile(r"^\d{15}$")
_HOURS: Final = re.compile(
    r"^(?:(?P<h>\d[\d,]*(?:\.\d+)?)(?:小时|个小时|h|hours?|时))?(?:(?P<m>\d[\d,]*)(?:分钟|分|min|minutes?))?$",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(r"^(\d+):([0-5]\d)(?::00)?$")
LANGUAGE_WORDS: Final = {
    "普通话": "mandarin", "国语": "mandarin", "汉语": "mandarin", "中文": "mandarin", "方言": "dialect",
    "本地话": "dialect", "本地方言": "dialect", "手语": "sign", "中国手语": "sign", "英语": "english",
    "英文": "english",
    "粤语": "other_chinese", "闽南语": "other_chinese", "客家话": "other_chinese", "上海话": "other_chinese",
    "其他方言": "other_chinese", "少数民族语言": "minority", "维吾尔语": "minority", "藏语": "minority",
    "蒙古语": "minority", "壮语": "minority", "朝鲜语": "minority", "彝语": "minority", "日语": "japanese",
    "日文": "japanese", "韩语": "korean", "韩文": "korean", "俄语": "russian", "俄文": "russian", "法语": "french",
    "法文": "french", "德语": "german", "德文": "german", "西班牙语": "spanish", "西语": "spanish",
    "阿拉伯语": "arabic", "mandarin": "mandarin", "chinese": "mandarin", "dialect": "dialect", "english": "english",
    "sign language": "sign", "japanese": "japanese", "korean": "korean", "russian": "russian", "french": "french",
    "german": "german", "spanish": "spanish", "arabic": "arabic",
}  # fmt: skip


def name(cell: Any) -> Any:
    """Read a person's name, the mark between its parts written one way."""
    text = _GAP.sub("", _DOT.sub("·", words(cell).translate(_DOTS)))
    if not text:
        return Bad("name_missing")
    try:
        return clean_name(text)
    except Refusal:
        return Bad("name_wrong", text[:20])


def id_number(cell: Any) -> Any:
    """Read an identity number (GB 11643-1999); one of 15 digits (GB 11643-1989) becomes that of 18."""
    if isinstance(cell, float) and (abs(cell) >= _SURE_DIGITS or not cell.is_integer()):
        return Bad("id_lost", text_of(cell)[:30])
    text = words(cell).upper().replace(" ", "").replace("-", "")
    if not text:
        return None
    if SCIENCE.match(text):
        return Bad("id_lost", text[:30])
    if _OLD_ID.match(text):
        body = f"{text[:6]}19{text[6:]}"
        text = body + str(ric.calc_check_digit(body + "0"))
    try:
        return identifiers.resident_id(text)
    except Refusal:
        return Bad("id_wrong", text[:30])


def earlier_number(cell: Any) -> Any:
    """Read the number that somebody had as a volunteer elsewhere, kept as the list has it."""
    if isinstance(cell, float) and (abs(cell) >= _SURE_DIGITS or not cell.is_integer()):
        return Bad("number_lost", text_of(cell)[:30])
    text = words(cell).replace(" ", "")
    if SCIENCE.match(text):
        return Bad("number_lost", text[:30])
    return text if len(text) <= LONGEST_NUMBER else Bad("number_long")


def birth_reader(today: date) -> Callable[[Any], Any]:
    """Give the reader of days of birth: a whole day that is not to come."""
    day = day_reader(today)

    def born(cell: Any) -> Any:
        found = day(cell)
        if found.__class__ is not Stated:
            return found
        return found.day if found.exact == "day" else Bad("born_not_whole", text_of(cell)[:30])

    return born


def plain_day_reader(today: date) -> Callable[[Any], Any]:
    """Give the reader of days of which a month or year is enough: its first day then."""
    day = day_reader(today)

    def read(cell: Any) -> Any:
        found = day(cell)
        return found.day if found.__class__ is Stated else found

    return read


def several(cell: Any) -> tuple[str, ...] | Bad:
    """Read a cell that holds several words."""
    text = unicodedata.normalize("NFKC", str(cell)) if cell.__class__ is str else text_of(cell)
    found = tuple(dict.fromkeys(part for one in SPLIT.split(text) if (part := words(one))))
    if len(found) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in found):
        return Bad("words_many", text[:20])
    return found


def team(cell: Any) -> Any:
    """Read the name of a team."""
    text = words(cell)
    return text if len(text) <= LONGEST_TEAM else Bad("team_long", text[:20])


def minutes_reader(heading: str) -> Callable[[Any], Any]:
    """Give the reader of a total of service: hours, or minutes where the heading says so; integer minutes come out.

    Nothing is rounded: what is no whole number of minutes is refused.
    """
    unit = 1 if "分钟" in heading or "minute" in heading.casefold() else _MINUTES_OF_AN_HOUR

    def read(cell: Any) -> Any:
        found = _total(cell, unit)
        if found is None:
            return Bad("hours_wrong", text_of(cell)[:30])
        if found < 0:
            return Bad("hours_negative", text_of(cell)[:30])
        return int(found) if found == found.to_integral_value() else Bad("hours_not_minutes", text_of(cell)[:30])

    return read


def _total(cell: Any, unit: int) -> Decimal | None:
    """Give a total in minutes, exactly; None for what is no total."""
    if isinstance(cell, (bool, date)):
        return None
    if isinstance(cell, timedelta):
        return Decimal(cell // timedelta(microseconds=1)) / 60_000_000
    if isinstance(cell, time):
        return Decimal(cell.hour * 3600 + cell.minute * 60 + cell.second) / 60
    if isinstance(cell, (int, float)):
        return Decimal(f"{cell:.15g}") * unit  # as Excel shows it: 0.1 and not its binary neighbour
    return _total_of(words(cell).replace(" ", ""), unit)


def _total_of(text: str, unit: int) -> Decimal | None:
    if not text:
        return Decimal(0)
    clock = _CLOCK.match(text)
    if clock:
        return Decimal(int(clock[1]) * 60 + int(clock[2]))
    said = _HOURS.match(text)
    if said:
        hours, more = ((said[part] or "0").replace(",", "") for part in ("h", "m"))
        return Decimal(hours) * 60 + Decimal(more)
    if SCIENCE.match(text):
        return None
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return found * unit if found.is_finite() and len(text) <= 15 else None
