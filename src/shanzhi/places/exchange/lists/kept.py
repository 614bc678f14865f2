"""A list that is kept between its steps: its file read again, its first rows, the names of places that it may say."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shanzhi.kernel.areas import COUNTRY, LENGTHS
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.headings import Headings
from shanzhi.places.exchange.lists.reading import Sheet, read_list
from shanzhi.places.exchange.lists.seats import Places
from shanzhi.places.models import Area


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a worksheet, for choosing its columns."""

    name: str
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int
    chosen: bool


def places_of(area: str, at: datetime) -> Places:
    """Give the names of all seats inside an area, for looking up; the country alone is as large as it is."""
    rows = Area.objects.filter(places.within("code", area), places.valid(at))
    levels = [level for level, length in LENGTHS.items() if LENGTHS["district"] <= length <= LENGTHS["community"]]
    return Places(area or COUNTRY, rows.filter(level__in=levels).values_list("code", "name"))


def read_again(file: Any, name: str, sheets: Sequence[Mapping[str, Any]], headings: Headings) -> list[Sheet]:
    """Read a kept file, and give those of its `sheets` that were chosen. Raises as `read_list` does."""
    content = base64.b64decode(file.reveal()) if file else b""
    chosen = {sheet["name"] for sheet in sheets if sheet["chosen"]}
    return [sheet for sheet in read_list(content, name, headings) if sheet.name in chosen]


def previews(sample: Any, sheets: Sequence[Mapping[str, Any]]) -> list[Preview]:
    """Give the worksheets with their first rows, as far as these are kept still; the caller shows people masked."""
    rows = json.loads(sample.reveal()) if sample else []
    return [
        Preview(sheet["name"], sheet["titles"], some, sheet["rows"], sheet["chosen"])
        for sheet, some in zip(sheets, rows, strict=False)
    ]
