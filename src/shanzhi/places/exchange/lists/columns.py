"""The columns of one worksheet, each read whole into values, with what is wrong in its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from shanzhi.places.exchange.lists.cells import Bad, Read
from shanzhi.places.exchange.lists.reading import Sheet


class Wrong(NamedTuple):
    """What is wrong in one cell: the field, the code of its words, and what was found."""

    field: str
    code: str
    text: str


_LOOKED: Final = 400
"""Cells of a column that tell whether most are different."""


class Columns:
    """The columns of one sheet by field, and the faults found in them by place."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str], needed: str) -> None:
        """Take the sheet, for each field the heading of its column, and the field that every row must fill."""
        self._needed = needed
        self._columns: Sequence[Sequence[Any]] = list(zip(*sheet.rows, strict=False))
        self._at = {}
        for name, title in mapping.items():
            if title in sheet.titles:
                self._at[name] = sheet.titles.index(title)
        self.faults: dict[int, list[Wrong]] = defaultdict(list)
        self.height = len(sheet.rows)

    def cells(self, name: str) -> Sequence[Any]:
        """Give the cells of a field; empty ones where no column holds it."""
        at = self._at.get(name)
        return self._columns[at] if at is not None and at < len(self._columns) else [""] * self.height

    def read(self, name: str, reader: Callable[[Any], Any], nothing: Any, cells: Any = None) -> list[Any]:
        """Read a field; what cannot be taken is noted and becomes `nothing`."""
        if cells is None and name not in self._at and name != self._needed:
            return [nothing] * self.height
        given = self.cells(name) if cells is None else cells
        if cells is None and len(set(given[:_LOOKED])) > _LOOKED * 3 // 4:  # names, phones: to remember each costs more
            found = list(map(reader, given))
        else:
            known = Read(reader)
            found = [known[cell] for cell in given]
        if Bad in set(map(type, found)):
            for place, one in enumerate(found):
                if one.__class__ is Bad:
                    self.faults[place].append(Wrong(name, one.code, one.text))
                    found[place] = nothing
        return found
