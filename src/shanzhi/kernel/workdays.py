"""Working days in China: the weekends, the public holidays, and the weekends that are worked in exchange.

The holidays come from the `holidays` library, which follows the yearly notice of the State Council. Of a year whose
notice is not out yet it knows the statutory days and no exchanged weekends.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import holidays

_FIRST, _LAST = date(1990, 1, 1), date(2099, 12, 31)
MOST: Final = 400
"""Working days that a deadline may lie away."""


@lru_cache(maxsize=1)
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


def is_working_day(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return bool(_calendar().is_working_day(day))


def working_days_after(day: date, number: int) -> date:
    """Give the day `number` (0 to MOST) working days after another; zero gives that day itself, whatever it is.

    Raises ValueError for another number, and for a day outside the years that are known.
    """
    if not 0 <= number <= MOST or not _FIRST <= day <= _LAST:
        raise ValueError(f"no working day {number} days after {day}")
    return _calendar().get_nth_working_day(day, number) if number else day
