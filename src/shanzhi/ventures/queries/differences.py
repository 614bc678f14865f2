"""What differs between two kept states of a proposal, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from functools import partial
from typing import Any, Final, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import formatting
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.queries.content import LABELS, SIMPLE

Change = Literal["same", "gone", "new"]
# A Chinese character is a word of its own; others go by words, numbers, runs of blanks and single signs.
_WORDS: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|\w+?(?=[\u3400-\u9fff\uf900-\ufaff]|\b)|\s+|.", re.DOTALL)
# A run of equal words shorter than this between two changes is read more easily as part of them.
SHORT_RUN: Final = 2
TEXTS: Final = frozenset(
    {"title", "summary", "team_name", "theme", "need", "aims", "people_note", "risks",
     "place", "detail", "item", "unit", "note"}
)  # fmt: skip
CELLS: Final[dict[str, dict[str, Any]]] = {
    "activities": {
        "title": _("Activity"),
        "place": _("Place"),
        "starts_on": _("From"),
        "ends_on": _("Until"),
        "people": _("People"),
        "detail": _("What happens"),
    },
    "budget": {
        "item": _("Item"),
        "unit": _("Unit"),
        "quantity": _("Quantity"),
        "unit_price_fen": _("Price of one"),
        "source": _("Paid from"),
        "note": _("Remark"),
        "category": _("Category"),
    },
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, went or came."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What changed in one cell, or in a whole field (then without a label of its own)."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one field."""

    field: str
    label: Any
    parts: tuple[Part, ...]


def words_of(text: str) -> list[str]:
    """Cut a text into what is compared."""
    return _WORDS.findall(text)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts word by word, Chinese character by character."""
    old, new = words_of(before), words_of(after)
    found: list[list[str]] = []  # gone and new together, or what stayed twice
    for kind, start, end, other, until in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[other:until])
        inner = kind == "equal" and found and until < len(new) and end < len(old)
        if kind == "equal" and not (inner and end - start < SHORT_RUN and gone.strip()):
            found.append(["same", gone, gone])
        elif found and found[-1][0] == "changed":
            found[-1][1] += gone
            found[-1][2] += come
        else:
            found.append(["changed", gone, come])
    return tuple(_told(found))


def _told(found: Sequence[Sequence[str]]) -> list[Piece]:
    told = []
    for kind, gone, come in found:
        if kind == "same":
            told.append(Piece("same", gone))
        else:
            told += [Piece(name, text) for name, text in (("gone", gone), ("new", come)) if text]  # type: ignore[arg-type]
    return told


def replaced(before: str, after: str) -> tuple[Piece, ...]:
    """Set one value against another as wholes."""
    return tuple(_told([["changed", before, after]]))


def differences(
    older: Mapping[str, Any],
    newer: Mapping[str, Any],
    *,
    currency: str,
    places: Callable[[str], str],
    categories: Mapping[str, str] | None = None,
) -> list[Difference]:
    """List what differs between two contents as versions keep them, in the order of the form.

    `places` names the community of a code, `categories` those of the budget by their keys. Rows of tables are
    matched by their place.
    """
    write = partial(_written, currency=currency, places=places, categories=categories or {})
    found = []
    for name in (*SIMPLE, "activities", "budget", "members"):
        before, after = older.get(name), newer.get(name)
        if before == after:
            continue
        if name in CELLS:
            parts = _rows(name, before or [], after or [], write)
        else:
            parts = [Part("", _compared(name, before, after, write))]
        found.append(Difference(name, LABELS[name], tuple(part for part in parts if part.pieces)))
    return [one for one in found if one.parts]


def _compared(name: str, before: Any, after: Any, write: Callable[[str, Any], str]) -> tuple[Piece, ...]:
    if name in TEXTS:
        return pieces(str(before or ""), str(after or ""))
    return replaced(write(name, before), write(name, after))


def _rows(
    table: str,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    write: Callable[[str, Any], str],
) -> list[Part]:
    parts = []
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else {}
        new = after[place] if place < len(after) else {}
        for cell, label in CELLS[table].items():
            if old.get(cell) == new.get(cell):
                continue
            words = _row_label(table, place + 1, bool(old), bool(new)) % {"n": place + 1, "cell": label}
            parts.append(Part(words, _compared(cell, old.get(cell), new.get(cell), write)))
    return parts


def _row_label(table: str, number: int, old: bool, new: bool) -> str:
    if table == "budget":
        if not old:
            return gettext("Line %(n)s, added · %(cell)s")
        return gettext("Line %(n)s · %(cell)s") if new else gettext("Line %(n)s, taken out · %(cell)s")
    if not old:
        return gettext("Activity %(n)s, added · %(cell)s")
    return gettext("Activity %(n)s · %(cell)s") if new else gettext("Activity %(n)s, taken out · %(cell)s")


def _written(
    name: str, value: Any, *, currency: str, places: Callable[[str], str], categories: Mapping[str, str]
) -> str:
    """Write a kept value as a reader says it; '' where there is none."""
    if value is None or value == "":
        return ""
    if name == "unit_price_fen":
        return formatting.money(int(value), currency)
    if name == "quantity":
        return f"{Decimal(value).normalize():f}"
    if name in ("starts_on", "ends_on"):
        return formatting.day(date.fromisoformat(value))
    if name == "truthful":
        return gettext("Confirmed") if value else gettext("Not confirmed")
    if name in ("team_kind", "source"):
        return str((TEAM_KINDS if name == "team_kind" else SOURCES).get(value, value))
    if name == "category":
        return categories.get(value, value)
    if name == "community":
        return places(value)
    if name == "organization":
        return gettext("An organisation on record")
    return formatting.count(value)  # numbers of people and members
