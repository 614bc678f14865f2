"""The volunteer number: the district's code, eight digits drawn at random, and one that checks the rest.

It tells nobody when or after whom somebody registered. The check digit is that of ISO 7064 MOD 11,10, which finds every
wrong digit and every swap of neighbours but few.
"""

from __future__ import annotations

import secrets
from typing import Final

from stdnum.iso7064 import mod_11_10

from shanzhi.volunteering.models import Volunteer

DRAWN: Final = 8


def next_number(area: str) -> str:
    """Draw a number that nobody has, for somebody who serves in an area; the row that takes it is unique besides."""
    while True:
        body = f"{area[:6]}{secrets.randbelow(10**DRAWN):0{DRAWN}}"
        number = body + str(mod_11_10.calc_check_digit(body))
        if not Volunteer.objects.filter(number=number).exists():
            return number
