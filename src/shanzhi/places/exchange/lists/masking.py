"""How the first rows of an office's list are shown before it is taken: what may tell of people is masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shanzhi.kernel.identifiers import mask_name

_LONG: Final = 7
_NUMBER: Final = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Masking:
    """Which fields of a list tell nothing of anybody; a column in none of these sets is masked, as is an unknown one.

    `whole` are shown as they are, `words` without long numbers, of `names` the first and last sign, of `days` the year.
    """

    whole: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    days: frozenset[str] = frozenset()

    def cell(self, field: str, text: str) -> str:
        """Show a cell of a column that holds a field, "" for a column that nobody named."""
        if field in self.whole or not text:
            return text
        if field in self.words:
            return _NUMBER.sub(lambda one: f"{one[0][:3]}****", text)
        if field in self.names:
            return mask_name(text)
        if field in self.days:
            return f"{text[:4]}****"
        return f"{text[:3]}****" if field and len(text) >= _LONG else f"{text[:1] if len(text) > 1 else ''}***"
