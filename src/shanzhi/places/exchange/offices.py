"""Sheets of figures and of stations for many areas: what their rows say, and what is wrong with them.

Figures come one a row (measure and value) or one area a row with a column for each measure, as offices keep them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import areas
from shanzhi.kernel.errors import Refusal
from shanzhi.places.exchange import units
from shanzhi.places.exchange.sheets import Fault
from shanzhi.places.exchange.tables import Line, NoHeadings, read_table
from shanzhi.places.exchange.words import listed
from shanzhi.places.models import Measure

MOST_ROWS: Final = 2_000
"""So many are written while their sender waits; a district has a few hundred areas. The command takes far more."""
MOST_ROWS_OF_COMMAND: Final = 100_000
_SQUARE_KM: Final = "size_km2"
_CODES: Final = (
    "地区代码",
    "区划代码",
    "统计用区划代码",
    "社区代码",
    "社区编码",
    "街道代码",
    "代码",
    "area code",
    "code",
)
_SOURCES: Final = ("来源", "数据来源", "依据", "source")
_REASONS: Final = ("更正原因", "原因", "理由", "reason")
FIGURE_HEADINGS: Final = {
    "area": _CODES,
    "measure": ("指标", "指标名称", "measure"),
    "value": ("数值", "指标值", "value"),
    "valid_from": ("生效日期", "起始日期", "统计日期", "统计时点", "日期", "holds from", "date"),
    "source": _SOURCES,
    "reason": _REASONS,
    Measure.POPULATION.value: ("常住人口", "人口", "人口数", "居民人数", "residents", "population"),
    Measure.HOUSEHOLDS.value: ("户数", "家庭户数", "households"),
    Measure.SIZE.value: ("面积", "面积（平方米）", "size", "size m2"),
    _SQUARE_KM: ("面积（平方公里）", "面积（平方千米）", "size km2"),
    Measure.LONGITUDE.value: ("中心经度", "经度", "centre, longitude", "longitude"),
    Measure.LATITUDE.value: ("中心纬度", "纬度", "centre, latitude", "latitude"),
}
STATION_HEADINGS: Final = {
    "area": _CODES,
    "name": ("社工站名称", "站点名称", "名称", "name", "station"),
    "address": ("地址", "address"),
    "phone": ("电话", "联系电话", "phone"),
    "opened_on": ("开办日期", "成立日期", "启用日期", "opened on"),
    "closed_on": ("关闭日期", "撤销日期", "closed on"),
    "reason": ("关闭原因", *_REASONS),
}
FIELDS: Final[dict[str, Any]] = {
    "area": _("Area code"),
    "measure": _("Measure"),
    "value": pgettext_lazy("area", "Value"),
    "valid_from": _("Holds from"),
    "source": pgettext_lazy("figure", "Source"),
    "reason": pgettext_lazy("sheet", "Reason"),
    "name": pgettext_lazy("area", "Name"),
    "address": _("Address"),
    "phone": _("Phone"),
    "opened_on": _("Opened on"),
    "closed_on": _("Closed on"),
    _SQUARE_KM: pgettext_lazy("area", "Size"),
    **dict(Measure.choices),
}
_LONGEST: Final = {"source": 200, "reason": 500, "name": 100, "address": 200, "phone": 40}
_WIDE: Final = (*Measure.values, _SQUARE_KM)
_DAY: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")

Row = dict[str, Any]


@dataclass
class Rows:
    """What a sheet says: rows of plain JSON values, each with its number, and the faults of the others."""

    name: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, number: int, name: str, words: object) -> None:
        """Note what is wrong in a row, with its cure."""
        self.faults.append(Fault(self.name, number, str(FIELDS.get(name, name)), str(words)))


def read_figures(content: bytes, name: str, *, on: date | None = None, source: str = "", most: int = MOST_ROWS) -> Rows:
    """Read a sheet of figures; `on` and `source` hold for rows without their own. Raises BadFile and its kinds."""
    return figures_of(name, figure_lines(content, name, most=most), on=on, source=source)


def figure_lines(content: bytes, name: str, *, most: int = MOST_ROWS) -> list[Line]:
    """Read the lines of a sheet of figures, whatever they say. Raises BadFile and its kinds."""
    lines = read_table(content, name, FIGURE_HEADINGS, ["area"], most=most)
    present = {column for line in lines for column in line.cells}
    if lines and not present & {*_WIDE, "value"}:
        raise NoHeadings(field="file", headings=listed(FIGURE_HEADINGS[column][0] for column in ("measure", "value")))
    return lines


def figures_of(name: str, lines: Iterable[Line], *, on: date | None = None, source: str = "") -> Rows:
    """Make figures of lines; faults are told in the language of the reader."""
    rows = Rows(name)
    for line in lines:
        before = len(rows.faults)
        values = [(column, _value(rows, line, column, text)) for column, text in _values(rows, line)]
        if not values and len(rows.faults) == before:
            continue  # an area for which nothing was filled in
        common = _common(rows, line)
        common["valid_from"] = _day(rows, line, "valid_from")
        if not common["valid_from"] and not line.cells.get("valid_from"):
            common["valid_from"] = on.isoformat() if on else ""
            if on is None:
                rows.wrong(line.number, "valid_from", _("Give the day from which it holds, such as 2020-11-01."))
        common["source"] = common["source"] or source
        if not common["source"]:
            rows.wrong(line.number, "source", _("Say where the figure comes from."))
        if len(rows.faults) == before:
            rows.rows += [
                {**common, "measure": Measure.SIZE.value if column == _SQUARE_KM else column, "value": value}
                for column, value in values
            ]
    return rows


def _values(rows: Rows, line: Line) -> Iterator[tuple[str, str]]:
    """Give the measures of a row with their texts, whichever way the sheet is laid out."""
    for column in _WIDE:
        if line.cells.get(column):
            yield column, line.cells[column]
    if line.cells.get("value"):
        wanted = line.cells.get("measure", "").strip().casefold()
        named = (m for m in Measure.values if wanted == m or wanted in {word.casefold() for word in FIGURE_HEADINGS[m]})
        if measure := next(named, ""):
            yield measure, line.cells["value"]
        else:
            known = listed(Measure.labels)
            rows.wrong(line.number, "measure", _("Give one of the measures: %(known)s.") % {"known": known})


def _value(rows: Rows, line: Line, column: str, text: str) -> int:
    square_km = column == _SQUARE_KM
    try:
        given = units.number(text) * (1_000_000 if square_km else 1)
        return units.stored(Measure.SIZE if square_km else column, given)
    except Refusal as wrong:
        rows.wrong(line.number, column, wrong.text)
        return 0


def read_stations(content: bytes, name: str, *, most: int = MOST_ROWS) -> Rows:
    """Read a sheet of stations. Raises BadFile and its kinds."""
    return stations_of(name, station_lines(content, name, most=most))


def station_lines(content: bytes, name: str, *, most: int = MOST_ROWS) -> list[Line]:
    """Read the lines of a sheet of stations, whatever they say. Raises BadFile and its kinds."""
    return read_table(content, name, STATION_HEADINGS, ["area", "name"], most=most)


def stations_of(name: str, lines: Iterable[Line]) -> Rows:
    """Make stations of lines; faults are told in the language of the reader."""
    rows = Rows(name)
    for line in lines:
        if not any(text for column, text in line.cells.items() if column != "area"):
            continue  # an area for which nothing was filled in
        before = len(rows.faults)
        row = _common(rows, line)
        row |= {day: _day(rows, line, day) for day in ("opened_on", "closed_on")}
        if not row["name"]:
            rows.wrong(line.number, "name", _("Give the station's name."))
        if len(rows.faults) == before:
            rows.rows.append(row)
    return rows


def _common(rows: Rows, line: Line) -> Row:
    """Read what both kinds of sheets have: the code of the area and plain texts."""
    row: Row = {"row": line.number, "area": area_code(line.cells.get("area", ""))}
    if not row["area"]:
        words = _("Give the area's code: 6 digits for a district, 9 for a subdistrict, 12 for a community.")
        rows.wrong(line.number, "area", words)
    for name, most in _LONGEST.items():
        row[name] = line.cells.get(name, "")
        if len(row[name]) > most:
            rows.wrong(line.number, name, _("At most %(most)s characters; shorten it.") % {"most": most})
    return row


def area_code(text: str) -> str:
    """Read an area's code as offices write it; "" for none.

    The statistics bureau fills codes up to twelve digits with zeros, and the ministry to six: both ends are taken off.
    """
    code = re.sub(r"\s", "", text)
    if not (code.isascii() and code.isdigit() and len(code) in areas.LEVELS):
        return ""
    padded = len(code) in (areas.LENGTHS[areas.DISTRICT], areas.LENGTHS[areas.COMMUNITY])
    while padded and code and not code[len(areas.parent_of(code)) :].strip("0"):
        code = areas.parent_of(code)
    return code


def _day(rows: Rows, line: Line, name: str) -> str:
    """Read a day as ISO text; "" for none, or for one that makes no sense, which is noted."""
    text = line.cells.get(name, "")
    if not text:
        return ""
    found = _DAY.match(text.split(" ")[0])
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2999:
        rows.wrong(line.number, name, _("“%(text)s” is no whole day; write it as 2020-11-01.") % {"text": text[:30]})
        return ""
    return day.isoformat()


def blank_sheet(titles: Sequence[str], places: Iterable[tuple[str, str]], about: Sequence[str]) -> bytes:
    """Make an empty sheet with its headings, and a line for each place with its code and name already there.

    Codes are texts, so that Excel neither rounds nor shortens them; `about` stands on a second sheet.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
    page = book.add_worksheet(gettext("Sheet"))
    page.set_column(0, 1, 22, text)
    page.set_column(2, len(titles) - 1, 16)
    page.freeze_panes(1, 0)
    for index, title in enumerate(titles):
        page.write_string(0, index, title, bold)
    for number, place in enumerate(places, start=1):
        for index, words in enumerate(place):
            page.write_string(number, index, words, text)
    notes = book.add_worksheet(gettext("How to fill it in"))
    notes.set_column(0, 0, 80)
    for number, words in enumerate(about):
        notes.write_string(number, 0, words)
    book.close()
    return out.getvalue()
