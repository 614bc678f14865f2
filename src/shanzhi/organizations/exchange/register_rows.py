"""The rows of a register, read and checked column by column: typed values, and what is wrong with the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import Any, Final, NamedTuple

from shanzhi.organizations.exchange import register_values as values
from shanzhi.organizations.exchange.register_places import Places
from shanzhi.organizations.exchange.register_values import Bad, Sorted, Stated
from shanzhi.organizations.exchange.registers import Sheet, uncollected

_NO_SORT: Final = Sorted("", "", "")


class Line(NamedTuple):
    """One row that can be taken."""

    sheet: int
    number: int
    name: str
    credit_code: str | None
    former: tuple[str, ...]
    in_charge: str
    phone: str | None
    area: str
    kind: str
    purpose: str
    sort: str
    filing: str
    filed_on: Stated | None
    founded_on: Stated | None
    size: int | None


class Wrong(NamedTuple):
    """What is wrong in one cell: the field, the code of its words, and what was found."""

    field: str
    code: str
    text: str


@dataclass
class Checked:
    """All rows of a register: those that can be taken, the others with what is wrong, and how many were passed over.

    `refused` is by sheet and number of the row; each comes with its name as far as it could be read.
    """

    lines: list[Line] = field(default_factory=list)
    refused: dict[tuple[int, int], tuple[str, list[Wrong]]] = field(default_factory=dict)
    left_out: int = 0


class _Columns:
    """The columns of one sheet by field, and the faults found in them by place."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str]) -> None:
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
        if cells is None and name not in self._at and name != "name":
            return [nothing] * self.height
        known = values.Read(reader)
        found = [known[cell] for cell in (self.cells(name) if cells is None else cells)]
        if any(one.__class__ is Bad for one in known.values()):
            for place, one in enumerate(found):
                if one.__class__ is Bad:
                    self.faults[place].append(Wrong(name, one.code, one.text))
                    found[place] = nothing
        return found


def check(sheets: Sequence[Sheet], mapping: Mapping[str, str], places: Places, today: date) -> Checked:
    """Check all rows of these sheets. `mapping` gives for each field the heading of its column."""
    done = Checked()
    with uncollected():
        for index, sheet in enumerate(sheets):
            _check_sheet(done, index, sheet, mapping, places, today)
    return done


def _check_sheet(
    done: Checked, index: int, sheet: Sheet, mapping: Mapping[str, str], places: Places, today: date
) -> None:
    columns, day = _Columns(sheet, mapping), values.day_reader(today)
    names = columns.read("name", values.name, "")
    codes = columns.read("credit_code", values.credit_code, None)
    sorts = columns.read("kind", values.sort, _NO_SORT)
    places_of = zip(*(columns.cells(name) for name in ("area_code", "subdistrict", "community")), strict=True)
    seats = columns.read("community", places.seat, "", cells=places_of)
    kinds = columns.read(
        "kind", lambda pair: values.kind_of(*pair), "",
        cells=zip(sorts, [code[:2] if code else None for code in codes], strict=True),
    )  # fmt: skip
    parts = (
        repeat(index), sheet.numbers, names, codes, columns.read("former", values.former, ()),
        columns.read("in_charge", values.person, ""), columns.read("phone", values.phones(), None), seats, kinds,
        [one.purpose for one in sorts], [one.words for one in sorts], _numbers(columns),
        columns.read("filed_on", day, None), columns.read("founded_on", day, None),
        columns.read("size", values.size, None),
    )  # fmt: skip
    lines = map(Line._make, zip(*parts, strict=False))
    if not columns.faults:
        done.lines += lines
    for place, line in enumerate(lines):
        wrong = columns.faults.get(place)
        if wrong:
            done.refused[index, line.number] = (line.name, wrong)
        else:
            done.lines.append(line)
    done.left_out += sheet.left_out


def _numbers(columns: _Columns) -> list[Any]:
    """Read the numbers of filings; where some begin with 0, a shorter one that is a number has lost its own."""
    found = columns.read("number", values.number, "")
    zeros = max((len(one) for one in found if one[:1] == "0" and one.isdecimal()), default=0)
    if zeros:
        for place, cell in enumerate(columns.cells("number")):
            if isinstance(cell, float) and len(found[place]) < zeros and found[place]:
                columns.faults[place].append(Wrong("number", "number_zero", found[place]))
    return found
