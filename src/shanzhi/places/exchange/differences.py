"""Changes of codes between two years, as a text of lines '-code,name,level' and '+code,name,level'.

A code on both sides was renamed; one only gone, or only new, is told as such, unless a mapping (CSV `old,new`) says
that the old became the new: several new for one old is a split, several old for one new a merge.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import areas
from shanzhi.places.exchange.files import BadFile, as_utf8, read_bytes
from shanzhi.places.exchange.sheets import BadRows, Fault

Mapping = dict[str, tuple[str, ...]]
_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: `renamed` codes with old and new name, `gone` and `new` codes with their names."""

    renamed: dict[str, tuple[str, str]]
    gone: dict[str, str]
    new: dict[str, str]


def read_difference(path: Path) -> Difference:
    """Read a file of differences. Raises BadFile, or BadRows with the lines at fault."""
    text = as_utf8(read_bytes(path), path.name).decode()
    sides: dict[str, dict[str, str]] = {"-": {}, "+": {}}
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = next(csv.reader([line[1:]]), [])
        if line[0] not in sides or len(cells) != _FIELDS or not _is_code(cells[0]) or not cells[1].strip():
            words = _("a line is - or + followed by code,name,level; mend it or leave it out.")
            faults.append(Fault(path.name, number, "line", str(words)))
        else:
            sides[line[0]][cells[0]] = cells[1].strip()
    if faults:
        raise BadRows(faults)
    old, new = sides["-"], sides["+"]
    if not old and not new:
        raise BadFile(_("%(file)s is empty. Send the file again."), file=path.name)
    return Difference(
        renamed={code: (old[code], new[code]) for code in sorted(old.keys() & new.keys()) if old[code] != new[code]},
        gone={code: old[code] for code in sorted(old.keys() - new.keys())},
        new={code: new[code] for code in sorted(new.keys() - old.keys())},
    )


def read_mapping(path: Path) -> Mapping:
    """Read which old code became which new ones: CSV with the columns old and new. Raises BadFile, BadRows."""
    text = as_utf8(read_bytes(path), path.name).decode()
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"old", "new"} <= set(reader.fieldnames or ()):
        raise BadFile(_("%(file)s needs the columns old and new."), file=path.name)
    found: dict[str, list[str]] = {}
    faults = []
    for row in reader:
        old, new = (row["old"] or "").strip(), (row["new"] or "").strip()
        if _is_code(old) and _is_code(new) and old != new:
            found.setdefault(old, []).append(new)
        else:
            faults.append(Fault(path.name, reader.line_num, "old, new", str(_("two different codes are needed."))))
    if faults:
        raise BadRows(faults)
    return {old: tuple(news) for old, news in found.items()}


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in areas.LEVELS
