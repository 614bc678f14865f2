"""The changing code of a gate, rough places, and stays that cannot be."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.gate import BadCode, Place, Span, busiest_minutes, code_of, next_step, overlaps, read

SECRET = b"s" * 32
SHIFT = UUID("11111111-1111-4111-8111-111111111111")
AT = datetime(2026, 11, 27, 1, 0, 29, 999999, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def hours(start: float, end: float | None) -> Span:
    zero = datetime(2026, 11, 27, tzinfo=UTC)
    return Span(zero + timedelta(hours=start), None if end is None else zero + timedelta(hours=end))


class TestTheCode:
    def test_holds_in_its_step_and_the_next_one_and_never_before(self) -> None:
        code = code_of(SECRET, SHIFT, AT)
        scan = read(SECRET, code)
        assert (scan.shift, scan.shown_at) == (SHIFT, AT.replace(second=0, microsecond=0))
        assert [scan.holds(AT + timedelta(seconds=n)) for n in (-30, 0, 1, 30, 31)] == [False, True, True, True, False]
        assert next_step(AT) == AT + timedelta(microseconds=1)
        assert code_of(SECRET, SHIFT, AT + timedelta(seconds=1)) != code

    @given(shift=st.uuids(), at=MOMENTS)
    def test_is_short_goes_into_an_address_and_comes_back(self, shift: UUID, at: datetime) -> None:
        code = code_of(SECRET, shift, at)
        assert len(code) == 40
        assert code.replace("-", "").replace("_", "").isalnum()
        assert read(SECRET, code).shift == shift
        assert read(SECRET, code).holds(at)

    @given(st.text(max_size=60))
    def test_made_up_is_refused(self, text: str) -> None:
        with pytest.raises(BadCode):
            read(SECRET, text)

    @given(st.integers(0, 39), st.sampled_from("ABCDabcd0123-_"))
    def test_altered_or_of_another_site_is_refused(self, place: int, letter: str) -> None:
        code = code_of(SECRET, SHIFT, AT)
        other = code[:place] + letter + code[place + 1 :]
        if other != code:
            with pytest.raises(BadCode):
                read(SECRET, other)
        with pytest.raises(BadCode):
            read(b"t" * 32, code)


class TestAPlace:
    def test_is_measured_over_the_ground(self) -> None:
        spring, station = Place(36_661_300, 117_016_600), Place(36_671_000, 117_016_600)
        assert spring.metres_to(station) == pytest.approx(1079, abs=2)
        assert Place(0, 179_999_000).metres_to(Place(0, -179_999_000)) == pytest.approx(222, abs=1)
        assert spring.metres_to(spring) == 0
        for north, east in ((90_000_001, 0), (0, -180_000_001)):
            with pytest.raises(ValueError, match="no place"):
                Place(north, east)


class TestStays:
    def test_overlap_only_where_they_share_a_moment(self) -> None:
        assert not overlaps(hours(1, 2), hours(2, 3))
        assert overlaps(hours(1, 3), hours(2, 4))
        assert overlaps(hours(1, None), hours(5, 6))
        assert not overlaps(hours(5, None), hours(1, 5))

    def test_fill_a_day_counted_over_every_stretch_of_24_hours(self) -> None:
        assert busiest_minutes([]) == 0
        assert busiest_minutes([hours(0, 10), hours(12, 20), hours(1, None)]) == 18 * 60
        # neither calendar day holds more than 12 hours, the night between them does
        assert busiest_minutes([hours(12, 24), hours(24, 34)]) == 22 * 60
        assert busiest_minutes([hours(0, 30)]) == 24 * 60
        assert busiest_minutes([hours(0, 16), hours(0, 14)]) == 30 * 60

    def test_counts_only_stretches_that_meet_a_stay(self) -> None:
        long, short = hours(0, 20), hours(44, 45)
        assert busiest_minutes([long, short]) == 20 * 60
        assert busiest_minutes([long, short], meeting=short) == 60
        assert busiest_minutes([long, short], meeting=long) == 20 * 60
        near = hours(23, 25)
        assert busiest_minutes([long, near], meeting=near) == 21 * 60
