"""Numbers, money and time in words, in both languages."""

import datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.money import format_yuan
from shanzhi.ui import formatting

MOMENT = datetime.datetime(2026, 11, 23, 1, 5, tzinfo=datetime.UTC)  # 09:05 in China


def both(function: object, *arguments: object) -> tuple[str, str]:
    words = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words.append(function(*arguments))  # type: ignore[operator]  # any of the functions under test
    return words[0], words[1]


class TestMoney:
    @pytest.mark.parametrize(
        ("fen", "words"),
        [(1_234_500, "¥12,345.00"), (0, "¥0.00"), (5, "¥0.05"), (-123_456, "-¥1,234.56"), (None, "—")],
    )
    def test_is_written_to_the_fen(self, fen: int | None, words: str) -> None:
        assert formatting.yuan(fen) == words

    @given(st.integers(-(10**13), 10**13))
    def test_agrees_with_the_kernel(self, fen: int) -> None:
        assert formatting.yuan(fen) == format_yuan(fen)

    @pytest.mark.parametrize(
        ("fen", "chinese", "english"),
        [
            (12_345_678_900, "¥1.23亿", "¥123 million"),
            (12_345_600, "¥12.3万", "¥123,456"),
            (1_000_000, "¥1万", "¥10,000"),
            (999_999_999_999, "¥100亿", "¥10 billion"),
            (999_999_999, "¥1,000万", "¥10 million"),
            (9_999_999_999, "¥1亿", "¥100 million"),
            (99_999, "¥999.99", "¥999.99"),
            (-2_000_000, "-¥2万", "-¥20,000"),
            (None, "—", "—"),
        ],
    )
    def test_is_shortened_by_wan_and_yi_or_millions(self, fen: int | None, chinese: str, english: str) -> None:
        assert both(formatting.yuan_short, fen) == (chinese, english)


class TestDaysAndMoments:
    def test_a_day_has_its_weekday(self) -> None:
        assert both(formatting.day, datetime.date(2026, 11, 23)) == ("2026年11月23日 周一", "Mon 23 Nov 2026")

    def test_a_moment_is_in_the_time_of_the_place(self) -> None:
        assert both(formatting.moment, MOMENT) == ("2026年11月23日 周一 09:05", "Mon 23 Nov 2026, 09:05")

    def test_a_late_evening_in_utc_is_already_the_next_day(self) -> None:
        late = datetime.datetime(2026, 11, 22, 17, tzinfo=datetime.UTC)
        assert both(formatting.day, late) == ("2026年11月23日 周一", "Mon 23 Nov 2026")

    def test_a_short_day_leaves_year_and_weekday(self) -> None:
        assert both(formatting.short_day, MOMENT) == ("11月23日", "23 Nov")

    def test_nothing_is_a_dash(self) -> None:
        assert formatting.day(None) == formatting.moment(None) == formatting.short_day(None) == "—"


class TestRelativeTime:
    @pytest.mark.parametrize(
        ("minutes", "chinese", "english"),
        [
            (0, "刚刚", "now"),
            (-1, "1分钟前", "1 minute ago"),
            (59, "59分钟后", "in 59 minutes"),
            (-60, "1小时前", "1 hour ago"),
            (60 * 24 * 3 + 5, "3天后", "in 3 days"),
        ],
    )
    def test_is_told_in_its_largest_unit(self, minutes: int, chinese: str, english: str) -> None:
        other = MOMENT + datetime.timedelta(minutes=minutes)
        assert both(formatting.relative, other, MOMENT) == (chinese, english)


class TestSpansCountsAndSizes:
    @pytest.mark.parametrize(
        ("minutes", "chinese", "english"),
        [
            (150, "2小时30分", "2 h 30 min"),
            (60, "1小时", "1 h"),
            (0, "0分", "0 min"),
            (-90, "-1小时30分", "-1 h 30 min"),
        ],
    )
    def test_minutes(self, minutes: int, chinese: str, english: str) -> None:
        assert both(formatting.minutes, minutes) == (chinese, english)

    def test_counts_part_their_thousands(self) -> None:
        assert formatting.count(86_500) == "86,500"
        assert formatting.count(0.5) == "0.5"
        assert formatting.count(None) == "—"

    def test_sizes(self) -> None:
        assert [formatting.file_size(size) for size in (0, 1023, 1536, 5 * 1024**2, 3 * 1024**3)] == [
            "0 B", "1,023 B", "1.5 KB", "5.0 MB", "3.0 GB",
        ]  # fmt: skip
