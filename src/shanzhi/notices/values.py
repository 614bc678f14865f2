"""What may stand in a notice: values of a few kinds, none of which can be a person's.

A text has named places, each of one kind. A kind takes no free text: a title is read from a registered public column
of a row, a link is put together from a named address and keys of rows, the rest are days, moments, amounts and counts.
So a name, a number of a document, a phone or a choice has no way in, whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel.money import MOST_FEN
from shanzhi.people.fields import SealedField
from shanzhi.ui import formatting

LONGEST_TITLE: Final = 120
MOST_COUNTED: Final = 10_000


class BadValue(TypeError):
    """A room gave a value that its place does not take: a fault of the program, never of a person."""


@dataclass(frozen=True, slots=True)
class To:
    """Where a notice leads: a named address with the keys of rows."""

    name: str
    keys: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueKind:
    """A kind of value: how it is checked and stored as JSON, and how it is written in the language active now."""

    name: str
    store: Callable[[Any], Any]
    show: Callable[[Any, str], str]


_titles: Final[dict[type[models.Model], tuple[str, str]]] = {}


def public_title(model: type[models.Model], column: str, english: str = "") -> None:
    """Declare that a column of a model is a public title, and which one holds it in English; called in `ready()`.

    Raises BadValue for a sealed column and for anything that is no short text.
    """
    for name in filter(None, (column, english)):
        field = model._meta.get_field(name)
        if isinstance(field, SealedField) or not isinstance(field, models.CharField):
            raise BadValue(f"{model.__name__}.{name} is no public title")
    _titles[model] = (column, english)


def _title(value: Any) -> dict[str, str]:
    columns = _titles.get(type(value))
    if columns is None:
        raise BadValue(f"{type(value).__name__} has no public title")
    column, english = columns
    chinese = _line(getattr(value, column))
    return {"zh": chinese, "en": _line(getattr(value, english)) or chinese if english else chinese}


def _line(text: str) -> str:
    plain = " ".join(str(text).split())
    return plain if len(plain) <= LONGEST_TITLE else plain[: LONGEST_TITLE - 1] + "…"


def _day(value: Any) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadValue("a day is a date")
    return value.isoformat()


def _moment(value: Any) -> str:
    if not isinstance(value, datetime) or timezone.is_naive(value):
        raise BadValue("a moment is a datetime with its zone")
    return value.isoformat()


def _whole(most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if type(value) is not int or not 0 <= value <= most:
            raise BadValue(f"a whole number from 0 to {most}")
        return value

    return check


def _link(value: Any) -> str:
    if not isinstance(value, To) or not all(isinstance(key, UUID) for key in value.keys):
        raise BadValue("a link is a named address with keys of rows")
    return reverse(value.name, args=value.keys)


def _in_language(stored: Any, language: str) -> str:
    return str(stored["zh" if language.startswith("zh") else "en"])


TITLE: Final = ValueKind("title", _title, _in_language)
DAY: Final = ValueKind("day", _day, lambda stored, _l: formatting.day(date.fromisoformat(stored)))
MOMENT: Final = ValueKind("moment", _moment, lambda stored, _l: formatting.moment(datetime.fromisoformat(stored)))
MONEY: Final = ValueKind("money", _whole(MOST_FEN), lambda stored, _l: formatting.yuan(stored))
COUNT: Final = ValueKind("count", _whole(MOST_COUNTED), lambda stored, _l: formatting.count(stored))
LINK: Final = ValueKind("link", _link, lambda stored, _l: str(stored))
