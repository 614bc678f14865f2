"""The rows of a register, read and checked column by column: typed values, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import Any, Final, NamedTuple

from shanzhi.organizations.exchange import register_values as values
from shanzhi.organizations.exchange.headings import NAME
from shanzhi.organizations.exchange.register_values import Sorted
from shanzhi.places.exchange.lists.cells import Stated, day_reader, person, phones
from shanzhi.places.exchange.lists.columns import Columns, Wrong
from shanzhi.places.exchange.lists.reading import Sheet, uncollected
from shanzhi.places.exchange.lists.seats import Places

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


@dataclass
class Checked:
    """All rows of a register: those that can be taken, the others with what is wrong, and how many were passed over.

    `refused` is by sheet and number of the row; each comes with its name as far as it could be read.
    """

    lines: list[Line] = field(default_factory=list)
    refused: dict[tuple[int, int], tuple[str, list[Wrong]]] = field(default_factory=dict)
    left_out: int = 0


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
    columns, day = Columns(sheet, mapping, NAME), day_reader(today)
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
        columns.read("in_charge", person, ""), columns.read("phone", phones(), None), seats, kinds,
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


def _numbers(columns: Columns) -> list[Any]:
    """Read the numbers of filings; where some begin with 0, a shorter one that is a number has lost its own."""
    found = columns.read("number", values.number, "")
    zeros = max((len(one) for one in found if one[:1] == "0" and one.isdecimal()), default=0)
    if zeros:
        for place, cell in enumerate(columns.cells("number")):
            if isinstance(cell, float) and len(found[place]) < zeros and found[place]:
                columns.faults[place].append(Wrong("number", "number_zero", found[place]))
    return found
