"""Serials of ballot sheets (booth, number by lot, check character) and of outer envelopes (booth, voter's number).

The check character is that of ISO 7064, mod 37,36. People copy serials by hand, so the letters that look like figures
are taken for them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

from stdnum.iso7064 import mod_37_36

from shanzhi.voting.models.booths import CODE_LENGTH, SERIAL_LENGTH

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIGURES: Final = "23456789"
NUMBERS: Final = 1_000_000
OUTER: Final = "E"
_ALIKE: Final = str.maketrans("OIL", "011")


def new_code(taken: Iterable[str]) -> str:
    """Draw the code of a booth that no other of the poll has: a letter, a figure, a letter."""
    used = set(taken)
    while True:
        code = secrets.choice(LETTERS) + secrets.choice(FIGURES) + secrets.choice(LETTERS)
        if code not in used:
            return code


def new_serials(code: str, number: int, taken: Iterable[str]) -> list[str]:
    """Draw so many serials of a booth by lot, sorted, so that their order in a table tells nothing."""
    used = set(taken)
    drawn: set[str] = set()
    while len(drawn) < number:
        body = f"{code}{secrets.randbelow(NUMBERS):06d}"
        serial = body + mod_37_36.calc_check_digit(body)
        if serial not in used:
            drawn.add(serial)
    return sorted(drawn)


def outer_serial(code: str, voter: int) -> str:
    """Give the serial of the outer envelope of a voter at a booth; it leads to the line of the list."""
    body = f"{code}{OUTER}{voter}"
    return body + str(mod_37_36.calc_check_digit(body))


def normal_serial(text: str) -> str | None:
    """Read the serial of a sheet as people type it; None for what is none, or copied wrongly."""
    kept = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    if len(kept) != SERIAL_LENGTH:
        return None
    body = kept[:CODE_LENGTH] + kept[CODE_LENGTH:-1].translate(_ALIKE)
    if not body[CODE_LENGTH:].isdigit():
        return None
    check = str(mod_37_36.calc_check_digit(body))
    return body + check if kept[-1].translate(_ALIKE) == check.translate(_ALIKE) else None


def grouped_serial(serial: str) -> str:
    """Write a serial in groups, for reading: A7K-482-913-Q."""
    number = serial[CODE_LENGTH:-1]
    return f"{serial[:CODE_LENGTH]}-{number[:3]}-{number[3:]}-{serial[-1]}"
