"""What the columns of an office's list are called, and which field each one most likely holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

# A heading may hold more than the word itself, such as 组织名称全称; only long words are looked for inside.
_LEAST_INSIDE: Final = 4
_BRACKETS: Final = re.compile(r"[(（\[【].*?[)）\]】]")


@lru_cache(maxsize=1024)
def plain(title: str) -> str:
    """Write a heading without what differs from sheet to sheet: width, case, spaces, marks."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", title).casefold() if sign.isalnum())


class Headings:
    """What each field is called in real lists, the first that is found counts; `needed` is the field that must be."""

    def __init__(
        self, words: Mapping[str, Sequence[str]], needed: str, late: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Take the words of each field; those of `late` count only where no column has one of the others."""
        self.needed = needed
        self._late = {plain(word): field for field, found in (late or {}).items() for word in found}
        self._known = {plain(word): field for field, found in words.items() for word in found}
        self._inside = [
            (word, field) for word, field in self._known.items() if len(word) >= _LEAST_INSIDE and not word.isascii()
        ]

    def guessed(self, titles: Sequence[str]) -> dict[str, int]:
        """Guess for each field the column that holds it: by the whole heading first, then by a long word inside it."""
        found: dict[str, int] = {}
        plains = [(plain(title), plain(_BRACKETS.sub("", title))) for title in titles]
        for way in (0, 1):
            for column, forms in enumerate(plains):
                field = self._known.get(forms[way])
                if field and column not in found.values():
                    found.setdefault(field, column)
        for column, (whole, _bare) in enumerate(plains):
            field = next((field for word, field in self._inside if word in whole), "")
            if field and column not in found.values():
                found.setdefault(field, column)
        for column, forms in enumerate(plains):
            field = next((self._late[form] for form in forms if form in self._late), "")
            if field and column not in found.values():
                found.setdefault(field, column)
        return found


def fingerprint(titles: Sequence[str]) -> str:
    """Write the headings of a sheet so that the same list is known again next year, in any order of columns."""
    return "|".join(sorted({plain(title) for title in titles} - {""}))[:2000]
