"""Figures as people write them, and as they are stored: whole numbers, coordinates in millionths of a degree."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid
from shanzhi.places.models import Measure
from shanzhi.ui import formatting

DEGREES: Final = frozenset({Measure.LONGITUDE, Measure.LATITUDE})
_MICRO: Final = 1_000_000
_MOST: Final = 10**15
# What stands behind a number in an office's sheet and says no more than its heading does.
_UNITS: Final = re.compile(r"(人|户|平方米|m2|°)$")


class NotWhole(Invalid):
    """A count with a fraction, or a coordinate finer than six decimals."""

    code = "figure_not_whole"
    message = _("Give a whole number; degrees may have six decimals.")


class NotANumber(Invalid):
    """A text where a number belongs."""

    code = "not_a_number"
    message = _("“%(text)s” is no number. Write it in digits, such as 3021.")


def number(text: str) -> Decimal:
    """Read a number as offices write it: 3,021 or 3021人 or 1.2万, in digits of either width. Raises NotANumber."""
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", text))
    plain = _UNITS.sub("", plain)
    times = 10_000 if plain.endswith("万") else 1
    try:
        found = Decimal(plain.removesuffix("万")) * times
    except InvalidOperation as wrong:
        raise NotANumber(text=text[:30]) from wrong
    if not found.is_finite():
        raise NotANumber(text=text[:30])
    return found


def stored(measure: str, value: Decimal) -> int:
    """Turn a value in people's units into the whole number that is stored. Raises NotWhole."""
    whole = value * _MICRO if measure in DEGREES else value
    if abs(whole) > _MOST or whole != int(whole):
        raise NotWhole(field="value")
    return int(whole)


def plain(measure: str, value: int) -> int | Decimal:
    """Turn a stored value back into people's units, for forms and sheets."""
    return Decimal(value) / _MICRO if measure in DEGREES else value


def in_words(measure: str, value: int | None) -> str:
    """Write a stored value with its unit."""
    if value is None:
        return formatting.NONE
    if measure in DEGREES:
        return f"{plain(measure, value):.6f}°"
    return f"{formatting.count(value)} m²" if measure == Measure.SIZE else formatting.count(value)
