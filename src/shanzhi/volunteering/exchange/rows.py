"""The rows of a list of volunteers, read and checked column by column: typed values, and what is wrong elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import repeat
from typing import Any, Final, NamedTuple

from shanzhi.kernel import identifiers
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.places.exchange.lists.cells import phones
from shanzhi.places.exchange.lists.columns import Columns, Wrong
from shanzhi.places.exchange.lists.reading import Sheet, uncollected
from shanzhi.places.exchange.lists.seats import Places
from shanzhi.volunteering.exchange import values
from shanzhi.volunteering.exchange.headings import NAME
from shanzhi.volunteering.exchange.values import LANGUAGE_WORDS

# Before the first volunteers' associations of China nobody counted hours.
FIRST_DAY: Final = date(1980, 1, 1)
# Who goes to school may help; what is stated of somebody younger was another's service.
FIRST_AGE: Final = 7
# A full working day, all days of a life: nobody serves more, while a slip of the pen, or minutes read as hours, do.
MOST_A_DAY: Final = 8 * 60
_DAY: Final = 24 * 60


class Line(NamedTuple):
    """One row that can be taken. `minutes` are those served before, as counted on the day `as_of`."""

    sheet: int
    number: int
    name: str
    id_number: str | None
    phone: str | None
    earlier_number: str
    born_on: date | None
    area: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    team: str
    minutes: int
    as_of: date
    registered_on: date | None
    unread: tuple[str, ...]
    """Words for languages that say none."""


@dataclass
class Checked:
    """All rows of a list: those that can be taken, the others with what is wrong, and how many were passed over."""

    lines: list[Line] = field(default_factory=list)
    refused: dict[tuple[int, int], list[Wrong]] = field(default_factory=dict)
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
    columns, day = Columns(sheet, mapping, NAME), values.plain_day_reader(today)
    names = columns.read(NAME, values.name, "")
    numbers = columns.read("id_number", values.id_number, None)
    places_of = zip(*(columns.cells(name) for name in ("area_code", "subdistrict", "community")), strict=True)
    seats = columns.read("community", places.seat, "", cells=places_of)
    said = columns.read("languages", values.several, ())
    languages = [tuple(dict.fromkeys(LANGUAGE_WORDS[one] for one in some if one in LANGUAGE_WORDS)) for some in said]
    parts = (
        repeat(index), sheet.numbers, names, numbers, columns.read("phone", phones(), None),
        columns.read("earlier_number", values.earlier_number, ""), _births(columns, numbers, today), seats,
        columns.read("skills", values.several, ()), languages, columns.read("team", values.team, ""),
        columns.read("minutes", values.minutes_reader(mapping.get("minutes", "")), 0),
        [one or today for one in columns.read("as_of", day, None)], columns.read("registered_on", day, None),
        [tuple(one for one in some if one not in LANGUAGE_WORDS) for some in said],
    )  # fmt: skip
    for place, line in enumerate(map(Line._make, zip(*parts, strict=False))):
        wrong = columns.faults.get(place) or _wrong(line)
        if wrong:
            done.refused[index, line.number] = wrong
        else:
            done.lines.append(line)
    done.left_out += sheet.left_out


def _births(columns: Columns, numbers: Sequence[str | None], today: date) -> list[Any]:
    """Give days of birth: of the identity number, else of their own column; the two must not contradict each other."""
    stated = columns.read("born_on", values.birth_reader(today), None)
    for place, number in enumerate(numbers):
        if number is None:
            continue
        born = identifiers.birth_date_of(number)
        if born > today:
            columns.faults[place].append(Wrong("id_number", "day_outside", born.isoformat()))
        elif stated[place] is not None and stated[place] != born:
            columns.faults[place].append(Wrong("born_on", "born_against_id", ""))
        stated[place] = born
    return stated


def _wrong(line: Line) -> list[Wrong]:
    """Say what is wrong in a row as a whole, though each of its cells can be read."""
    if len(line.area) != LENGTHS[COMMUNITY]:
        return [Wrong("community", "area_missing", "")]
    if not (line.id_number or line.phone or line.earlier_number or line.born_on):
        return [Wrong("id_number", "nothing_to_know_by", "")]
    if line.minutes and line.registered_on and line.minutes > _days(line.registered_on, line.as_of) * _DAY:
        return [Wrong("minutes", "hours_too_many", f"{line.minutes // 60:,}")]
    return beyond_life(line.minutes, line.born_on, line.as_of)


def beyond_life(minutes: int, born_on: date | None, as_of: date) -> list[Wrong]:
    """Say that somebody born that day, None where nobody knows it, cannot have served so many minutes by then."""
    first = FIRST_DAY
    if born_on is not None:
        first = max(FIRST_DAY, date(born_on.year + FIRST_AGE, born_on.month, 1) + timedelta(days=born_on.day - 1))
    most = _days(first, as_of) * MOST_A_DAY
    if minutes <= most:
        return []
    return [Wrong("minutes", "hours_beyond_life", f"{minutes // 60:,}\n{most // 60:,}")]


def _days(first: date, last: date) -> int:
    """Count the days from the first to the last, both of them too."""
    return max((last - first).days + 1, 0)
