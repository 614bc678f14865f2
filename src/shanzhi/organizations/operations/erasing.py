"""What this room drops when a person is erased: the person's cells in registers that offices sent.

A register names people without a link to their records, so they are found again by their numbers and their name.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.organizations.exchange.headings import KNOWN
from shanzhi.organizations.models import RegisterImport, RegisterRow
from shanzhi.places.exchange.lists.headings import Headings
from shanzhi.places.exchange.lists.reading import read_list

# In the place of a file that told of somebody who was erased: it cannot be read, and the office is asked to send anew.
GONE: Final = base64.b64encode(b"-").decode()


def erase_from_registers(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of registers; a file that tells of the person is not kept any longer."""
    touched = []
    for found in RegisterImport.objects.select_for_update().exclude(file=None):
        before = (found.file, found.sample)
        if tells(found.file, found.name, KNOWN, leaving):
            found.file = GONE
        found.sample = emptied(found.sample, leaving)
        if (found.file, found.sample) != before:
            found.save(update_fields=["file", "sample"])
            touched.append(str(found.pk))
    for row in RegisterRow.objects.select_for_update().exclude(told=None):
        told = emptied(row.told, leaving)
        if told != row.told:
            row.told = told
            row.save(update_fields=["told"])
    return {"organizations_registerimport": touched}


def tells(file: Any, name: str, headings: Headings, leaving: Leaving) -> bool:
    """Tell whether a sealed list names the person; what cannot be read names nobody."""
    try:
        sheets = read_list(base64.b64decode(file.reveal()), name, headings)
    except Invalid:
        return False
    text = json.dumps([[*sheet.titles, *map(list, sheet.rows)] for sheet in sheets], ensure_ascii=False, default=str)
    return leaving.scrub(text) != text


def emptied(sealed: Any, leaving: Leaving) -> Any:
    """Give a sealed structure anew without the person, or the same where it tells nothing of the person."""
    if not sealed:
        return sealed
    held = json.loads(sealed.reveal())
    left = _without(held, leaving)
    return sealed if left == held else json.dumps(left)


def _without(value: Any, leaving: Leaving) -> Any:
    """Empty the cells that hold the person's name or number alone; strike them out of longer texts."""
    if isinstance(value, str):
        return "" if value in leaving.words else leaving.scrub(value)
    if isinstance(value, list):
        return [_without(one, leaving) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, leaving) for key, one in value.items()}
    return value
