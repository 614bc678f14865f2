"""Scopes and old records follow their codes, through every chain of changes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, operations, queries
from shanzhi.places.models import Area
from shanzhi.places.operations import Part
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db

YUNQUYUAN, SOUTH, NORTH = "110114012013", "110114012035", "110114012036"
STREET, OTHER_STREET = "110114012", "110114011"
HALF, OTHER_HALF, MOVED = "110114012098", "110114012097", "110114011096"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def why(month: int) -> dict[str, Any]:
    """Give the grounds of a change in a month of 2025."""
    return {"actor": SYSTEM, "on": date(2025, month, 1), "reason": "示例", "at": AT}


@pytest.fixture
def yunquyuan(tmp_path: Path) -> None:
    """Take in the real split of 2023."""
    path = tmp_path / "diff.txt"
    path.write_text(
        f"-{YUNQUYUAN},云趣园社区居委会,village\n+{SOUTH},云趣园南里社区居委会,village\n+{NORTH},云趣园北里社区居委会,village\n",
        encoding="utf-8",
    )
    operations.apply_difference(
        actor=SYSTEM, difference=exchange.read_difference(path), mapping={YUNQUYUAN: (SOUTH, NORTH)},
        on=date(2023, 6, 30), source="diff", at=AT,
    )  # fmt: skip


def split_south(month: int = 1) -> None:
    """Split the southern community into two."""
    operations.split(code=SOUTH, parts=[Part("南一", HALF), Part("南二", OTHER_HALF)], **why(month))


@pytest.mark.usefixtures("yunquyuan")
class TestTheScopeOfYunquyuan:
    def test_reaches_both_parts_and_keeps_the_old_code(self) -> None:
        assert queries.reach([YUNQUYUAN], AT) == (YUNQUYUAN, SOUTH, NORTH)

    def test_of_one_part_does_not_reach_the_old_code(self) -> None:
        assert queries.reach([SOUTH], AT) == (SOUTH,)

    def test_of_both_parts_reaches_the_old_code(self) -> None:
        assert queries.reach([NORTH, SOUTH], AT) == (YUNQUYUAN, SOUTH, NORTH)

    def test_of_the_subdistrict_needs_no_more_than_its_own_code(self) -> None:
        assert queries.reach([STREET], AT) == (STREET,)
        assert queries.reach([SOUTH, STREET, NORTH], AT) == (STREET,)

    def test_before_the_split_is_what_was_written(self) -> None:
        assert queries.reach([YUNQUYUAN], date(2023, 6, 29)) == (YUNQUYUAN,)

    def test_shows_staff_of_either_part_the_old_code(self) -> None:
        assert queries.predecessors([SOUTH], AT) == (YUNQUYUAN,)
        assert queries.predecessors([NORTH], AT) == (YUNQUYUAN,)
        assert queries.predecessors([STREET], AT) == (YUNQUYUAN,)
        assert queries.predecessors([OTHER_STREET], AT) == ()

    def test_has_no_sole_successor(self) -> None:
        assert queries.sole_successor(YUNQUYUAN, AT) is None

    def test_follows_a_split_of_a_split(self) -> None:
        split_south()
        assert queries.reach([YUNQUYUAN], AT) == (YUNQUYUAN, SOUTH, NORTH, OTHER_HALF, HALF)
        assert queries.reach([SOUTH], AT) == (SOUTH, OTHER_HALF, HALF)
        assert queries.reach([HALF, OTHER_HALF], AT) == (SOUTH, OTHER_HALF, HALF)
        assert queries.reach([HALF, OTHER_HALF, NORTH], AT) == (YUNQUYUAN, SOUTH, NORTH, OTHER_HALF, HALF)
        assert queries.predecessors([HALF], AT) == (YUNQUYUAN, SOUTH)

    def test_has_one_successor_again_when_the_parts_merge(self) -> None:
        operations.merge(codes=[SOUTH, NORTH], into=Part("云趣园", HALF), **why(1))
        assert queries.sole_successor(YUNQUYUAN, AT) == HALF
        assert queries.reach([HALF], AT) == (YUNQUYUAN, SOUTH, NORTH, HALF)


class TestAScope:
    def test_of_one_who_merged_reaches_what_came_of_it_and_all_that_it_follows(self) -> None:
        operations.merge(codes=[SOUTH, NORTH], into=Part("丙", HALF), **why(1))
        assert queries.reach([SOUTH], AT) == (SOUTH, NORTH, HALF)
        assert queries.predecessors([HALF], AT) == (SOUTH, NORTH)
        assert queries.sole_successor(SOUTH, AT) == HALF

    def test_follows_a_transfer_to_another_parent(self) -> None:
        operations.succeed(code=SOUTH, into=Part("丁", MOVED), **why(1))
        assert queries.reach([SOUTH], AT) == (MOVED, SOUTH)
        assert queries.reach([STREET], AT) == (MOVED, STREET)
        assert queries.reach([OTHER_STREET], AT) == (OTHER_STREET, SOUTH)
        assert queries.predecessors([OTHER_STREET], AT) == (SOUTH,)
        assert queries.sole_successor(SOUTH, AT) == MOVED

    def test_leaves_out_a_former_code_of_which_a_part_went_elsewhere(self) -> None:
        operations.split(code=SOUTH, parts=[Part("南一", HALF), Part("南二", OTHER_HALF)], **why(1))
        operations.succeed(code=HALF, into=Part("丁", MOVED), **why(2))
        assert queries.reach([OTHER_STREET], AT) == (OTHER_STREET, HALF)
        assert queries.predecessors([OTHER_STREET], AT) == (SOUTH, HALF)

    def test_of_a_closed_area_stays_what_it_was(self) -> None:
        operations.close_area(code=SOUTH, **why(1))
        assert queries.reach([SOUTH], AT) == (SOUTH,)
        assert queries.predecessors([NORTH], AT) == ()
        assert queries.sole_successor(SOUTH, AT) is None

    def test_counts_the_part_that_is_left_when_the_other_closed(self) -> None:
        split_south()
        operations.close_area(code=OTHER_HALF, **why(2))
        assert queries.sole_successor(SOUTH, AT) == HALF
        assert queries.reach([HALF], AT) == (SOUTH, HALF)

    def test_leaves_out_a_former_parent_from_which_an_area_went_elsewhere(self) -> None:
        for name in ("一网格", "二网格"):
            operations.add_local(actor=SYSTEM, parent=SOUTH, name=name, at=datetime(2024, 1, 1, tzinfo=UTC))
        operations.add_local(actor=SYSTEM, parent=NORTH, name="北一网格", at=datetime(2024, 1, 1, tzinfo=UTC))
        operations.succeed(code=SOUTH + "001", into=Part("北二网格", NORTH + "002"), **why(1))
        operations.close_area(code=SOUTH + "002", **why(1))
        operations.succeed(code=SOUTH, into=Part("丁", HALF), **why(2))
        assert queries.reach([HALF], AT) == (HALF,)
        assert queries.reach([NORTH], AT) == (SOUTH + "001", NORTH)
        assert queries.reach([HALF, NORTH], AT) == (SOUTH, NORTH, HALF)

    def test_of_nothing_is_nothing_and_of_the_country_the_country(self) -> None:
        assert queries.reach([], AT) == ()
        assert queries.predecessors([], AT) == ()
        assert queries.reach(["", SOUTH], AT) == ("",)

    def test_keeps_a_code_that_never_was(self) -> None:
        assert queries.reach(["99"], AT) == ("99",)
        assert queries.sole_successor("99", AT) is None

    def test_goes_on_under_a_code_that_was_kept(self) -> None:
        operations.split(code=SOUTH, parts=[Part("", SOUTH), Part("甲", HALF)], **why(1))
        assert queries.reach([SOUTH], AT) == (SOUTH,)
        assert queries.sole_successor(SOUTH, AT) is None
        operations.succeed(code=SOUTH, into=Part("丁", MOVED), **why(2))
        assert queries.reach([SOUTH], AT) == (MOVED, SOUTH, HALF)
        assert queries.resolve(SOUTH, AT).current == (MOVED, HALF)

    def test_is_not_led_on_by_changes_before_the_arrival(self) -> None:
        operations.split(code=SOUTH, parts=[Part("", SOUTH), Part("甲", HALF)], **why(1))
        operations.merge(codes=[NORTH, SOUTH], into=Part("", SOUTH), **why(2))
        assert queries.resolve(NORTH, AT).current == (SOUTH,)
        assert queries.sole_successor(NORTH, AT) == SOUTH
        assert queries.reach([SOUTH], AT) == (SOUTH, NORTH)
        assert queries.predecessors([HALF], AT) == ()


class TestFollowing:
    def test_takes_the_same_queries_however_long_the_chain(self, django_assert_num_queries: Any) -> None:
        code, codes = SOUTH, []
        for number in range(1, 13):
            codes.append(code)
            new = f"1101140129{number:02d}"
            operations.succeed(code=code, into=Part(f"第{number}", new), **why(number))
            code = new
        with django_assert_num_queries(6):
            assert queries.reach([SOUTH], AT) == tuple(sorted({*codes, code}))
        with django_assert_num_queries(2):
            assert queries.reach([OTHER_STREET], AT) == (OTHER_STREET,)
        with django_assert_num_queries(1):
            assert queries.sole_successor(SOUTH, AT) == code
        with django_assert_num_queries(2):
            assert queries.predecessors([code], AT) == tuple(sorted(codes))
        with django_assert_num_queries(1):
            assert queries.resolve(SOUTH, AT).passed == tuple(codes)

    def test_refuses_a_code_that_never_was(self) -> None:
        with pytest.raises(NotFound):
            queries.resolve("99", AT)


class TestTheDayOfThePlace:
    """At 17:30 UTC it is half past one of the next day in Shanghai."""

    NIGHT = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    TODAY = date(2026, 11, 25)

    @pytest.fixture
    def tonight(self) -> dict[str, Any]:
        return {"actor": SYSTEM, "on": self.TODAY, "reason": "示例", "at": self.NIGHT}

    def test_is_the_day_on_which_every_change_can_hold(self, tonight: dict[str, Any]) -> None:
        operations.rename(code=NORTH, name="北", **tonight)
        operations.close_area(code="110114012034", **tonight)
        operations.split(code=SOUTH, parts=[Part("甲", HALF), Part("乙", OTHER_HALF)], **tonight)
        assert queries.resolve(SOUTH, self.NIGHT).current == (OTHER_HALF, HALF)
        assert queries.reach([SOUTH], self.NIGHT) == (SOUTH, OTHER_HALF, HALF)
        assert queries.resolve(SOUTH, self.NIGHT - timedelta(hours=2)).current == (SOUTH,)
        assert not queries.holds(Area.objects.get(pk=SOUTH), self.NIGHT)

    def test_is_no_later_than_that(self, tonight: dict[str, Any]) -> None:
        tomorrow = {**tonight, "on": date(2026, 11, 26)}
        with pytest.raises(operations.WrongDay):
            operations.rename(code=NORTH, name="北", **tomorrow)
        with pytest.raises(operations.WrongDay):
            operations.close_area(code=NORTH, **tomorrow)

    def test_is_the_day_on_which_a_grid_begins(self) -> None:
        assert operations.add_local(actor=SYSTEM, parent=SOUTH, name="网格", at=self.NIGHT).valid_from == self.TODAY
