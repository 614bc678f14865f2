"""What the cells of a register mean: each column is read whole, each different value once, into values or faults.

Excel turns long codes into numbers. What cannot be read without a guess becomes a `Bad` with the code of its words
(`register_words.CURES`); the row is then refused with them. Phones, days and people are read as in any list.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from shanzhi.kernel import identifiers
from shanzhi.organizations.exchange.register_words import KINDS, PURPOSES
from shanzhi.organizations.models import PREFIXES, Kind
from shanzhi.places.exchange.lists.cells import SCIENCE, SPLIT, Bad, words
from shanzhi.places.exchange.lists.reading import text_of

LONGEST_NAME: Final = 100
LONGEST_NUMBER: Final = 60
MOST_MEMBERS: Final = 1_000_000
_SURE_DIGITS: Final = 10**15
_ALPHABET: Final = {sign: place for place, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_NUMBER: Final = re.compile(r"^([0-9][0-9,]*)(人|名|位|个)?$")


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
    found = [" ".join(part.split()) for part in SPLIT.split(str(cell) if cell else "") if part and words(part)]
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
    if SCIENCE.match(text):
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


def number(cell: Any) -> Any:
    """Read the number of a filing, which is kept as the register has it."""
    if isinstance(cell, float) and (abs(cell) >= _SURE_DIGITS or not cell.is_integer()):
        return Bad("number_lost", text_of(cell)[:30])
    text = words(cell)
    if SCIENCE.match(text):
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
