"""Somebody who is erased is taken out of what is kept of lists that offices sent.

Numbers are unmistakable. A name is, where it is known that the row is of the person (`own`); elsewhere a namesake may
bear it, and keeps it.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, Final

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.personal import REMOVED, Leaving
from shanzhi.places.exchange.lists.headings import Headings
from shanzhi.places.exchange.lists.reading import read_list

# In the place of a file that told of somebody who was erased: it cannot be read, and the office is asked to send anew.
GONE: Final = base64.b64encode(b"-").decode()
# A shorter number, such as a sign-in name, may stand by chance within other words: it counts as a whole cell alone.
LONG: Final = 7
_SPACED: Final = str.maketrans(dict.fromkeys(" -\t\u3000"))


def tells(file: Any, name: str, headings: Headings, leaving: Leaving, *, own: bool) -> bool:
    """Tell whether a sealed list names the person; what cannot be read names nobody."""
    try:
        sheets = read_list(base64.b64decode(file.reveal()), name, headings)
    except Invalid:
        return False
    cells = [str(cell) for sheet in sheets for row in (sheet.titles, *sheet.rows) for cell in row]
    text = _plain("\n".join(cells))  # as one text: to write each cell anew takes seconds
    held = set(text.split("\n"))
    return any(word in held or (_may_stand_within(word) and word in text) for word in _plainly(_words(leaving, own)))


def emptied(sealed: Any, leaving: Leaving, *, own: bool) -> Any:
    """Give a sealed structure anew without the person, or the same where it tells nothing of the person.

    Cells that hold the name or a number alone are emptied; out of longer texts these are struck.
    """
    if not sealed:
        return sealed
    held = json.loads(sealed.reveal())
    left = _rows_without(held, leaving, own)
    return sealed if left == held else json.dumps(left)


def _words(leaving: Leaving, own: bool) -> Collection[str]:
    return leaving.words if own else tuple(word for word in leaving.words if word in leaving.numbers)


def _rows_without(value: Any, leaving: Leaving, own: bool) -> Any:
    """Go down to single rows: what is named, and lists that hold no other lists."""
    if isinstance(value, list) and any(isinstance(one, list | dict) for one in value):
        return [_rows_without(one, leaving, own) for one in value]
    words = _words(leaving, own)
    theirs = any(_tells(text, words) for text in _texts(value))
    return _without(value, leaving.words) if theirs else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _plain(text: str) -> str:
    """Write a cell one way: full-width digits, spaces, hyphens and a small x are how people write numbers."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_SPACED)


def _plainly(words: Collection[str]) -> set[str]:
    """Write the words as the cells are written that they are looked for in; one of blanks alone says nothing."""
    return {plain for word in words if (plain := _plain(word))}


def _tells(text: str, words: Collection[str]) -> bool:
    plain = _plain(text)
    return any(word == plain or (_may_stand_within(word) and word in plain) for word in _plainly(words))


def _may_stand_within(word: str) -> bool:
    return len(word) >= LONG or not word.isascii()


def _without(value: Any, words: Collection[str]) -> Any:
    if isinstance(value, str):
        return _struck(value, words)
    if isinstance(value, list):
        return [_without(one, words) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, words) for key, one in value.items()}
    return value


def _struck(text: str, words: Collection[str]) -> str:
    if not _tells(text, words):
        return text
    if _plain(text) in _plainly(words):
        return ""
    left = text
    for word in words:
        if _may_stand_within(word):
            left = left.replace(word, REMOVED)
    return "" if _tells(left, words) else left  # written in another way, it cannot be struck alone
