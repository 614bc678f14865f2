"""What an event changed, written in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext, pgettext

from shanzhi.audit.models import Event
from shanzhi.audit.queries.codes import names_of
from shanzhi.audit.subjects import Subject, subject
from shanzhi.kernel.canonical import canonical
from shanzhi.ui import formatting

LONGEST_VALUE: Final = 120
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(?:[+-]\d{2}:\d{2}|Z)?")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def changes_of(event: Event) -> list[str]:
    """Write what an event changed, a line for each field: the old value and the new one where both are known."""
    kind = subject(event.subject_type)
    change, lines = event.change, []
    for name, value in change.items():
        if name == "fields":
            lines += _fields(kind, event, value)
        elif name == "from" and "to" in change:
            lines.append(_step(kind, event, "state", value, change["to"]))
        elif name != "to" and kind is not None and name in kind.fields:
            lines.append(_pair(_label(kind, name), _value(kind, event, name, value)))
    return lines


def _fields(kind: Subject | None, event: Event, given: Any) -> list[str]:
    if isinstance(given, dict):
        return [_step(kind, event, name, *pair) for name, pair in given.items()]
    words = pgettext("between items", ", ").join(_label(kind, str(name)) for name in given)
    return [_pair(gettext("Changed"), words)] if words else []


def _step(kind: Subject | None, event: Event, name: str, old: Any, new: Any) -> str:
    return _pair(_label(kind, name), f"{_value(kind, event, name, old)} → {_value(kind, event, name, new)}")


def _pair(label: str, value: str) -> str:
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


def _label(kind: Subject | None, name: str) -> str:
    return str(kind.fields.get(name, name)) if kind else name


def _value(kind: Subject | None, event: Event, name: str, value: Any) -> str:
    """Write a stored value in the reader's language; a long one is cut."""
    if kind is not None and name in kind.values:
        return str(kind.values[name](value))
    if kind is not None and name in kind.codes:
        value = _in_words(value, names_of(event, name))
    words = _plain(name, value)
    return words if len(words) <= LONGEST_VALUE else words[:LONGEST_VALUE] + "…"


def _in_words(value: Any, known: dict[str, str]) -> Any:
    """Put names in the place of codes, one or many; a code that none names stays as it is."""
    if isinstance(value, list):
        return [_in_words(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value


def _plain(name: str, value: Any) -> str:
    if value is None or value == "":
        return formatting.NONE
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int):
        return formatting.yuan(value) if name.endswith("_fen") else formatting.count(value)
    if isinstance(value, list):
        return pgettext("between items", ", ").join(_plain(name, one) for one in value) or formatting.NONE
    if isinstance(value, dict):
        return canonical(value).decode()
    text = str(value)
    if _DIGEST.fullmatch(text):
        return text[:19] + "…"
    if _MOMENT.fullmatch(text):
        return formatting.moment(datetime.fromisoformat(text))
    return formatting.day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
