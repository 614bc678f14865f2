"""Rules of the field as data: deadlines of disclosure, limits of approvers. No tables, no requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shanzhi.kernel.periods import months_after
from shanzhi.kernel.roles import Role

KEEPER: Final = "keeper"
"""Who keeps the book of a fund, as a name beside the roles."""
PAYMENT, EXPENSE = "payment", "expense"
# Example values in fen, not official (示例，非官方): what holds until an area sets its own.
EXAMPLE_LIMITS: Final[Mapping[tuple[str, str], int]] = {
    (KEEPER, PAYMENT): 20_000_00,
    (KEEPER, EXPENSE): 5_000_00,
    (Role.SUBDISTRICT_OFFICER.value, PAYMENT): 50_000_00,
    (Role.SUBDISTRICT_OFFICER.value, EXPENSE): 20_000_00,
    (Role.DISTRICT_OFFICER.value, PAYMENT): 500_000_00,
    (Role.DISTRICT_OFFICER.value, EXPENSE): 200_000_00,
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often one discloses: every so many months or days; `source` is the article that says so."""

    months: int
    days: int
    source: str


REGULAR: Final = "regular"
FINAL: Final = "final"
EMERGENCY: Final = "emergency"
# 慈善法 (2023 text).
RHYTHMS: Final[Mapping[str, Rhythm]] = {
    REGULAR: Rhythm(3, 0, "慈善法 art. 79"),
    FINAL: Rhythm(3, 0, "慈善法 art. 79"),
    EMERGENCY: Rhythm(0, 5, "慈善法 art. 72, 73"),
}
LONG_RUN_MONTHS: Final = 6


def after(day: date, rhythm: Rhythm) -> date:
    """Give the day so many months and days later; the last day of a shorter month stands for one it lacks."""
    return months_after(day, rhythm.months) + timedelta(days=rhythm.days)


def next_disclosure(
    *, starts_on: date, ends_on: date, emergency: bool, last: date | None, final_done: bool
) -> tuple[str, date] | None:
    """Give which disclosure is due next and on what day at the latest; None when the last one was made.

    `last` is the day of the disclosure before. A run of at most six months owes only the one at its end.
    """
    if final_done:
        return None
    end = after(ends_on, RHYTHMS[FINAL])
    rhythm = RHYTHMS[EMERGENCY if emergency else REGULAR]
    long_run = ends_on > after(starts_on, Rhythm(LONG_RUN_MONTHS, 0, ""))
    due = after(last or starts_on, rhythm)
    if (emergency or long_run) and due <= ends_on:
        return (EMERGENCY if emergency else REGULAR), due
    return FINAL, end
