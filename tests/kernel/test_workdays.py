"""Working days with public holidays and exchanged weekends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.workdays import MOST, is_working_day, working_days_after

DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # seven days of holiday
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # Spring Festival
        (date(2026, 3, 6), 5, date(2026, 3, 13)),  # nothing but a weekend
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)  # fmt: skip
def test_a_deadline_leaves_out_holidays_and_counts_weekends_that_are_worked(day: date, number: int, due: date) -> None:
    assert working_days_after(day, number) == due


@given(day=DAYS, number=st.integers(1, 60))
def test_a_deadline_is_a_working_day_with_so_many_before_it(day: date, number: int) -> None:
    due = working_days_after(day, number)
    passed = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert is_working_day(due)
    assert sum(map(is_working_day, passed)) == number


@pytest.mark.parametrize(
    ("day", "number"), [(date(2026, 1, 1), -1), (date(2026, 1, 1), MOST + 1), (date(1980, 1, 1), 1)]
)
def test_what_nobody_can_mean_is_refused(day: date, number: int) -> None:
    with pytest.raises(ValueError, match="working day"):
        working_days_after(day, number)
