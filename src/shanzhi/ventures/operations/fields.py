"""Reading what was typed, field by field: what is right is kept, what is wrong is named with words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.areas import LEVELS
from shanzhi.kernel.errors import Invalid, Refusal
from shanzhi.kernel.money import MOST_FEN, parse_yuan
from shanzhi.people import holders

MOST_COUNT: Final = 10_000_000
LONGEST_TEXT: Final = 5_000


class BadValue(Invalid):
    """A value does not fit its field."""

    code = "bad_value"
    message = _("This value does not fit here. Correct it.")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in words for the user; `field` is a path such as 'budget.0.quantity'."""

    field: str
    words: Any


Reader = Callable[[Any], Any]


def text(most: int) -> Reader:
    """Read a text of at most `most` characters; NUL, which PostgreSQL does not store, is dropped."""

    def read(value: Any) -> str:
        found = str(value if value is not None else "").replace("\x00", "").replace("\r\n", "\n").strip()
        if len(found) > most:
            raise BadValue(
                _("This is %(length)s characters long; shorten it to %(most)s."), length=len(found), most=most
            )
        return found

    return read


def fen(value: Any) -> int:
    """Read money: whole numbers are fen, texts are yuan."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise BadValue(_("Write the amount in yuan with at most two decimals, such as 12,345.00."))
    found = value if isinstance(value, int) else parse_yuan(value) if value.strip() else 0
    if not 0 <= found <= MOST_FEN:
        raise BadValue(_("An amount is not negative and not above a hundred billion yuan."))
    return found


def whole(least: int = 0, most: int = MOST_COUNT) -> Reader:
    """Read a whole number from `least` to `most`."""

    def read(value: Any) -> int:
        try:
            found = int(str(value).strip())
        except ValueError:
            raise BadValue(_("Write a whole number.")) from None
        if isinstance(value, bool) or not least <= found <= most:
            raise BadValue(_("Write a whole number from %(least)s to %(most)s."), least=least, most=most)
        return found

    return read


def optional(reader: Reader) -> Reader:
    """Let a field be empty, as None."""
    return lambda value: None if value is None or value == "" else reader(value)


def quantity(value: Any) -> Decimal:
    """Read a quantity with at most two decimals."""
    try:
        found = Decimal(str(value).strip() or "0")
        exact = found.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise BadValue(_("Write a number with at most two decimals, such as 12 or 1.5.")) from None
    if not found.is_finite() or found != exact or not 0 <= found < 10**8:
        raise BadValue(_("Write a number with at most two decimals, such as 12 or 1.5."))
    return exact


def day(value: Any) -> date:
    """Read a day as 2026-11-23."""
    if isinstance(value, datetime):
        return timezone.localdate(value)
    if isinstance(value, date):
        return value
    try:
        found = date.fromisoformat(str(value).strip())
    except ValueError:
        raise BadValue(_("Write the day as year-month-day, such as 2026-11-23.")) from None
    if not 1990 <= found.year <= 2199:
        raise BadValue(_("The year of this day cannot be right; correct it."))
    return found


def moment(value: Any) -> datetime:
    """Read a moment; without a zone it is the time of the place. It comes out in UTC."""
    try:
        found = value if isinstance(value, datetime) else parse_datetime(str(value).strip())
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2199:
        raise BadValue(_("Write day and hour, such as 2026-11-23 09:00."))
    return (timezone.make_aware(found) if timezone.is_naive(found) else found).astimezone(UTC)


def choice(choices: Mapping[str, Any]) -> Reader:
    """Read one of several values."""

    def read(value: Any) -> str:
        if value not in choices:
            raise BadValue(_("Choose one of the values offered."))
        return str(value)

    return read


def choices_of(choices: Mapping[str, Any]) -> Reader:
    """Read a list of values, each of those offered."""
    one = choice(choices)

    def read(value: Any) -> list[str]:
        if not isinstance(value, (list, tuple)):
            raise BadValue(_("Choose one of the values offered."))
        return sorted({one(item) for item in value})

    return read


def flag(value: Any) -> bool:
    """Read yes or no."""
    return value in (True, "true", "on", "1", "yes", 1)


def code(value: Any) -> str:
    """Read an area code of any level, or nothing."""
    found = str(value or "").strip()
    if found and not (found.isascii() and found.isdigit() and len(found) in LEVELS):
        raise BadValue(_("This is no area code. Choose the area from the list."))
    return found


def identifier(value: Any) -> UUID:
    """Read a UUID."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise BadValue(_("This does not name a known person or organisation. Choose again.")) from None


def organization(value: Any) -> UUID:
    """Read the number of an organisation that is on record and open."""
    number = identifier(value)
    body = holders.find([number]).get(number)
    if body is None or not body.open:
        raise BadValue(_("This organisation is not on record, or it is closed. Choose one that is on record."))
    return number


def texts(most_items: int, most: int) -> Reader:
    """Read a list of short texts, or one text with a line each; empty and repeated ones are dropped."""
    one = text(most)

    def read(value: Any) -> list[str]:
        items = value.splitlines() if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)):
            raise BadValue
        found = list(dict.fromkeys(item for item in map(one, items) if item))
        if len(found) > most_items:
            raise BadValue(_("At most %(most)s entries are possible here."), most=most_items)
        return found

    return read


def read(readers: Mapping[str, Reader], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Read those of the given fields that have a reader; give what is right, and the problems of the rest."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in given:
        if name not in readers:
            problems.append(Problem(name, _("There is no such field.")))
            continue
        try:
            found[name] = readers[name](given[name])
        except Refusal as refusal:
            problems.append(Problem(name, refusal.text))
    return found, problems


def rows(
    readers: Mapping[str, Reader], defaults: Mapping[str, Any], given: Any, *, name: str, most: int
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Read a table: rows in which nothing was typed are dropped, a wrong cell keeps its default and is named."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        return [], [Problem(name, BadValue().text)]
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(given):
        if not isinstance(row, Mapping):
            problems.append(Problem(f"{name}.{number}", BadValue().text))
            continue
        values, wrong = read(readers, row)
        problems += [Problem(f"{name}.{number}.{one.field}", one.words) for one in wrong]
        complete = {**defaults, **values}
        if complete != dict(defaults):
            found.append(complete)
    if len(found) > most:
        problems.append(Problem(name, BadValue(_("At most %(most)s rows are possible here."), most=most).text))
    return found[:most], problems
