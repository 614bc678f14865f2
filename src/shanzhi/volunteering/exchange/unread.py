"""What of a list is not read for want of a heading: columns, whole worksheets, and the columns that rows need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.places.exchange.lists.headings import plain
from shanzhi.places.exchange.lists.reading import NUMBERING
from shanzhi.places.exchange.words import listed
from shanzhi.ui import formatting
from shanzhi.volunteering.exchange.headings import FIELDS, HEADINGS, KNOWN, LATE, NAME

UNKNOWN: Final = _("These headings are not known, so the columns are not read.")
TAKEN: Final = _(
    "These columns are not read: another one is taken for what they seem to hold, or the office left them out before."
)
OTHER_SHEET: Final = _("The headings are not those of the worksheet that is read, so this one is left out whole.")
# Of several fields one is enough.
NEEDED: Final[dict[tuple[str, ...], Any]] = {
    (NAME,): _("No column is known to hold the names, so no row can be taken."),
    ("community", "area_code"): _("No column is known to hold the community."),
    ("id_number", "phone", "earlier_number", "born_on"): _(
        "No column is known to hold an identity number, a phone, a volunteer number or a day of birth, so nobody can "
        "be told apart."
    ),
}
HEAD_IT: Final = _("Head it so: %(words)s.")
HEAD_ONE: Final = _("If one of them holds any of these, head it so: %(fields)s.")
BY_HAND: Final = _("On the page “Bring in a list” you can choose worksheets and say which column holds what.")
_WORDS_SHOWN: Final = 3


def passed_over(sheets: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """List by worksheet the columns that are not read, each group once with its reason and cure.

    `sheets` are those of a list as it was described, `columns` gives for each field the heading of its column.
    """
    found: list[dict[str, Any]] = []
    for sheet in sheets:
        titles = [title for title in sheet["titles"] if title]
        if not sheet["chosen"]:
            found.append({"sheet": sheet["name"], "columns": titles, "reason": str(OTHER_SHEET), "cure": str(BY_HAND)})
            continue
        strange, second = _not_read(titles, columns)
        free = [label for field, label in FIELDS.items() if columns.get(field) not in titles]
        heads = f"{HEAD_ONE % {'fields': listed(free)}} {BY_HAND}" if free else str(BY_HAND)
        found += [
            {"sheet": sheet["name"], "columns": some, "reason": str(reason), "cure": cure}
            for some, reason, cure in ((strange, UNKNOWN, heads), (second, TAKEN, str(BY_HAND)))
            if some
        ]
    return found


def missing(sheets: Sequence[Mapping[str, Any]], columns: Mapping[str, str], area: str) -> list[dict[str, str]]:
    """List by worksheet the columns that every row needs and that no heading says, each with reason and cure.

    The rows of a list that is sent for one community, `area`, need not say it.
    """
    return [
        {
            "sheet": sheet["name"], "column": str(FIELDS[fields[0]]), "reason": str(reason),
            "cure": f"{HEAD_IT % {'words': listed(_wordings(fields[0]))}} {BY_HAND}",
        }
        for sheet in sheets if sheet["chosen"]
        for fields, reason in NEEDED.items()
        if not any(columns.get(field) in sheet["titles"] for field in fields)
        and not ("community" in fields and len(area) == LENGTHS[COMMUNITY])
    ]  # fmt: skip


def _not_read(titles: Sequence[str], columns: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Give the headings that say nothing, and those of columns that say what others are taken for."""
    read = {titles.index(title) for title in columns.values() if title in titles}
    strange: list[str] = []
    second: list[str] = []
    for place, title in enumerate(titles):
        if place not in read and plain(title) not in NUMBERING:
            (second if KNOWN.guessed([title]) else strange).append(title)
    return strange, second


def _wordings(field: str) -> list[str]:
    """Give some headings by which a field is known, in the reader's language."""
    words = [*HEADINGS[field], *LATE.get(field, ())]
    own = [word for word in words if word.isascii() != formatting.chinese()]
    return [*own[:_WORDS_SHOWN], *(word for word in LATE.get(field, ()) if word in own[_WORDS_SHOWN:])]
