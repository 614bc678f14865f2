"""Amounts as people write them, read exactly."""

from __future__ import annotations

import re
from fractions import Fraction

_PLAIN = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:[ .]\d{3})+|\d{1,18}),(?:\d{1,2}|\d{4,12})\Z", re.ASCII)
_GROUPED = re.compile(
    r"[+-]?\d{1,3}"
    r"(?:(?: \d{3}){1,5}(?:\.\d{1,12})?|(?:'\d{3}){1,5}(?:\.\d{1,12})?|(?:,\d{3}){1,5}\.\d{1,12}"
    r"|(?:,\d{3}){2,5}|(?:\.\d{3}){2,5})\Z",
    re.ASCII,
)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_DIGITS = 18
_LARGEST = Fraction(10**18)


def parse_amount(text: str) -> tuple[Fraction, str] | None:
    """Read an amount exactly, with the name of what had to be mended ("" if nothing).

    None when the text is no number or could mean two: `1,000` may be one thousand or one.
    """
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return Fraction(int(text)), ""
    plain = text.translate(_SPACES).strip()
    if _PLAIN.match(plain):
        value = Fraction(plain)
        return (value, "") if abs(value) <= _LARGEST else None
    if _DECIMAL_COMMA.match(plain):
        return Fraction(plain.replace(" ", "").replace(".", "").replace(",", ".")), "decimal_comma"
    if _GROUPED.match(plain):
        bare = plain.replace(" ", "").replace("'", "").replace(",", "")
        return Fraction(bare.replace(".", "") if bare.count(".") > 1 else bare), "grouped_amount"
    return None


def format_amount(value: Fraction) -> str:
    """Write an amount as a plain decimal, or as n/d when no decimal ends (`1/3`)."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    if not places:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
