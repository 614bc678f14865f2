"""What lists remember for a minute, and what they never do."""

from typing import Any

import pytest

from shanzhi.places.models import Area
from shanzhi.ui.listing import Recent, forget
from shanzhi.ui.listing import recent as remembering
from shanzhi.ui.listing.recent import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("shanzhi.ui.listing.recent.time.monotonic", lambda: now[0])
    return now


def provinces(number: int) -> None:
    Area.objects.bulk_create(
        Area(code=str(code), name=f"省 {code}", level="province") for code in range(11, 11 + number)
    )


class TestACount:
    def test_of_a_long_list_is_asked_for_once_a_minute(
        self, clock: list[float], django_assert_num_queries: Any
    ) -> None:
        provinces(4)
        with django_assert_num_queries(1):
            assert [counted(Area.objects.all(), 3) for _ in range(5)] == [4] * 5
        clock[0] += remembering.SECONDS + 1
        with django_assert_num_queries(1):
            assert counted(Area.objects.all(), 3) == 4

    def test_of_a_short_list_is_right_at_once(self, clock: list[float]) -> None:
        provinces(2)
        assert counted(Area.objects.all(), 3) == 2
        Area.objects.filter(code="11").delete()
        assert counted(Area.objects.all(), 3) == 1

    def test_is_not_taken_for_that_of_other_rows(self, clock: list[float]) -> None:
        provinces(5)
        assert counted(Area.objects.filter(code__gte="11"), 3) == 4
        assert counted(Area.objects.filter(code__gte="14"), 3) == 2

    def test_of_nothing_asks_nothing(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            assert counted(Area.objects.none(), 3) == 0


class TestARecentValue:
    def test_is_gone_after_a_minute(self, clock: list[float]) -> None:
        recent: Recent[int] = Recent()
        recent.keep("a", 1)
        assert recent.get("a") == 1
        clock[0] += remembering.SECONDS + 1
        assert recent.get("a") is None

    def test_makes_room_for_newer_ones(self, clock: list[float]) -> None:
        recent: Recent[int] = Recent(most=2)
        for number in range(3):
            recent.keep(number, number)
        assert [recent.get(number) for number in range(3)] == [None, 1, 2]

    def test_is_forgotten_on_demand(self, clock: list[float]) -> None:
        recent: Recent[int] = Recent()
        recent.keep("a", 1)
        forget()
        assert recent.get("a") is None
