"""The volunteer number: the district's code, eight digits drawn at random, and one that checks the rest.

It tells nobody when or after whom somebody registered. The check digit is that of ISO 7064 MOD 11,10, which finds every
wrong digit and every swap of neighbours but few.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from stdnum.iso7064 import mod_11_10

from shanzhi.volunteering.models import Volunteer

DRAWN: Final = 8


def next_number(area: str) -> str:
    """Draw a number that nobody has, for somebody who serves in an area; the row that takes it is unique besides."""
    return next_numbers([area])[0]


def next_numbers(areas: Sequence[str]) -> list[str]:
    """Draw numbers that nobody has, one for each area, in the same order; in one query unless one was drawn twice."""
    drawn: dict[int, str] = {}
    while len(drawn) < len(areas):
        for place, area in enumerate(areas):
            if place not in drawn:
                drawn[place] = _drawn(area)
        taken = set(Volunteer.objects.filter(number__in=drawn.values()).values_list("number", flat=True))
        seen: set[str] = set()
        for place in list(drawn):
            if drawn[place] in taken or drawn[place] in seen:
                del drawn[place]
            else:
                seen.add(drawn[place])
    return [drawn[place] for place in range(len(areas))]


def _drawn(area: str) -> str:
    body = f"{area[:6]}{secrets.randbelow(10**DRAWN):0{DRAWN}}"
    return body + str(mod_11_10.calc_check_digit(body))
