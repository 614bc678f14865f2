"""Codes and names that change, and old ones that still resolve."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from typer.testing import CliRunner

from shanzhi.kernel.areas import upper_bound
from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, operations, queries
from shanzhi.places.command import app
from shanzhi.places.models import Area, AreaChange, ChangeLink, FormerName
from shanzhi.places.operations import Part
from shanzhi.places.operations.differences import WrongMapping
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db

YUNQUYUAN, SOUTH, NORTH = "110114012013", "110114012035", "110114012036"
CHANGED = date(2023, 6, 30)
DAY = date(2025, 1, 1)
DIFF = Path(__file__).resolve().parents[2].parent / "shared/data/areas/diff_2022_2023_370102_110114.txt"
WHY: dict[str, Any] = {"on": DAY, "reason": "示例", "at": AT, "actor": SYSTEM}
SHORT = (
    f"-{YUNQUYUAN},云趣园社区居委会,village\n"
    f"+{SOUTH},云趣园南里社区居委会,village\n"
    f"+{NORTH},云趣园北里社区居委会,village\n"
)


@pytest.fixture
def districts() -> None:
    load_districts()


def apply(text: str, folder: Path, mapping: exchange.Mapping | None = None) -> operations.DifferenceReport:
    """Apply a list of changes."""
    path = folder / "diff.txt"
    path.write_text(text, encoding="utf-8")
    return operations.apply_difference(
        actor=SYSTEM, difference=exchange.read_difference(path), mapping=mapping or {}, on=CHANGED, source="diff", at=AT
    )


@pytest.mark.usefixtures("districts")
class TestTheSplitOfYunquyuan:
    def test_resolves_to_both_from_its_day_on(self, tmp_path: Path) -> None:
        report = apply(SHORT, tmp_path, {YUNQUYUAN: (SOUTH, NORTH)})
        assert (report.replaced, report.closed, report.founded) == (2, 0, 0)
        assert queries.resolve(YUNQUYUAN, date(2023, 6, 29)).current == (YUNQUYUAN,)
        assert queries.resolve(YUNQUYUAN, CHANGED).current == (SOUTH, NORTH)
        assert queries.resolve(YUNQUYUAN, AT).passed == (YUNQUYUAN,)
        assert queries.name_at(YUNQUYUAN, AT) == "云趣园社区居委会"
        with pytest.raises(NotFound):
            queries.area(code=YUNQUYUAN, at=AT)

    def test_changes_nothing_a_second_time(self, tmp_path: Path) -> None:
        apply(SHORT, tmp_path, {YUNQUYUAN: (SOUTH, NORTH)})
        before = ChangeLink.objects.count()
        assert not apply(SHORT, tmp_path, {YUNQUYUAN: (SOUTH, NORTH)}).changed
        assert ChangeLink.objects.count() == before

    def test_without_a_mapping_is_a_closure_and_two_foundings(self, tmp_path: Path) -> None:
        report = apply(SHORT, tmp_path)
        assert (report.replaced, report.closed, report.founded) == (0, 1, 2)
        assert queries.resolve(YUNQUYUAN, AT).current == ()
        assert not apply(SHORT, tmp_path).changed

    def test_refuses_a_mapping_that_the_list_does_not_bear_out(self, tmp_path: Path) -> None:
        with pytest.raises(WrongMapping):
            apply(SHORT, tmp_path, {YUNQUYUAN: ("110114012001",)})
        assert not AreaChange.objects.exists()

    def test_refuses_lines_that_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(exchange.BadRows) as refusal:
            apply(SHORT + "?370102001,x,street\n+abc,x,village\n", tmp_path)
        assert [fault.row for fault in refusal.value.faults] == [4, 5]


@pytest.mark.usefixtures("districts")
class TestTheChangesOfAYear:
    @pytest.fixture(autouse=True)
    def _file(self) -> None:
        if not DIFF.exists():
            pytest.skip(f"the public diff is not here: {DIFF.name}")

    def test_rename_136_communities_of_lixia_by_the_command(self) -> None:
        arguments = ["changes", str(DIFF), "--on", "2023-06-30", "--successor", f"{YUNQUYUAN}={SOUTH},{NORTH}"]
        first = CliRunner().invoke(app, arguments)
        assert first.exit_code == 0, first.output
        assert "136 renamed, 2 links" in first.output
        assert FormerName.objects.filter(queries.within("area", "370102"), valid_to=CHANGED).count() == 136
        assert queries.name_at("370102001002", date(2023, 6, 29)) == "解放桥社区居委会"
        assert queries.name_at("370102001002", CHANGED) == "解放桥社区居民委员会"
        assert "nothing changed" in CliRunner().invoke(app, arguments).output

    def test_find_an_area_by_its_former_name(self) -> None:
        CliRunner().invoke(app, ["changes", str(DIFF), "--on", "2023-06-30"])
        assert [one.code for one in queries.search("解放桥社区居委会")] == ["370102001002"]


@pytest.mark.usefixtures("districts")
class TestAChange:
    def test_chains_are_followed_through_split_merger_and_succession(self) -> None:
        operations.split(code=SOUTH, parts=[Part("甲", "110114012098"), Part("乙", "110114012097")], **WHY)
        later = {**WHY, "on": date(2025, 2, 1)}
        operations.merge(codes=["110114012097", NORTH], into=Part("丙", "110114012096"), **later)
        latest = {**WHY, "on": date(2025, 3, 1)}
        operations.succeed(code="110114012096", into=Part("丁", "110114011096"), **latest)
        assert queries.resolve(SOUTH, AT).current == ("110114011096", "110114012098")
        assert AreaChange.objects.latest("on").kind == "transfer"

    def test_a_part_may_keep_the_code(self) -> None:
        operations.split(code=SOUTH, parts=[Part("", SOUTH), Part("甲", "110114012098")], **WHY)
        assert queries.resolve(SOUTH, AT).current == (SOUTH, "110114012098")
        assert queries.resolve(SOUTH, AT).passed == ()

    def test_a_merger_may_go_on_under_one_of_the_codes(self) -> None:
        operations.merge(codes=[SOUTH, NORTH], into=Part("", SOUTH), **WHY)
        assert queries.resolve(NORTH, AT).current == (SOUTH,)
        assert queries.resolve(SOUTH, AT).unchanged

    def test_cycles_in_the_records_end_where_they_close(self) -> None:
        change = AreaChange.objects.create(kind="succession", on=DAY, created_at=AT)
        ChangeLink.objects.create(change=change, old_id=SOUTH, new_id=NORTH)
        ChangeLink.objects.create(change=change, old_id=NORTH, new_id=SOUTH)
        Area.objects.filter(pk__in=[SOUTH, NORTH]).update(valid_to=DAY)
        assert queries.reach([SOUTH], AT) == (SOUTH,)
        assert queries.resolve(SOUTH, AT).current == ()

    @pytest.mark.parametrize(
        ("refusal", "code", "parts"),
        [
            (operations.AreaHasChildren, "110114012", [Part("甲", "110114098"), Part("乙", "110114099")]),
            (operations.WrongPart, SOUTH, [Part("甲", "110114012098")]),
            (operations.WrongPart, SOUTH, [Part("甲", "110114098"), Part("乙", "110114099")]),
            (operations.WrongPart, SOUTH, [Part("甲"), Part("乙")]),
            (operations.WrongPart, SOUTH, [Part("甲", "999999999999"), Part("乙", "110114012098")]),
            (operations.WrongPart, SOUTH, [Part("甲", "110114012098"), Part("甲", "110114012098")]),
            (NotFound, "110114012999", [Part("甲", "110114012098"), Part("乙", "110114012097")]),
        ],
    )
    def test_that_does_not_fit_is_refused(self, refusal: type[Exception], code: str, parts: list[Part]) -> None:
        with pytest.raises(refusal):
            operations.split(code=code, parts=parts, **WHY)
        assert not AreaChange.objects.exists()
        assert not Area.objects.filter(valid_to__isnull=False).exists()

    def test_of_an_ended_code_or_onto_one_is_refused(self) -> None:
        operations.close_area(code=SOUTH, **WHY)
        with pytest.raises(operations.AreaEnded):
            operations.rename(code=SOUTH, name="甲", **WHY)
        with pytest.raises(operations.CodeTaken):
            operations.succeed(code=NORTH, into=Part("甲", SOUTH), **WHY)

    @pytest.mark.parametrize("day", [date(2024, 12, 31), date(2027, 1, 1)])
    def test_before_the_last_one_or_in_the_future_is_refused(self, day: date) -> None:
        operations.rename(code=NORTH, name="甲", **WHY)
        with pytest.raises(operations.WrongDay):
            operations.rename(code=NORTH, name="乙", **{**WHY, "on": day})

    def test_names_by_date_follow_every_rename(self) -> None:
        operations.rename(code=NORTH, name="甲", **WHY)
        operations.rename(code=NORTH, name="乙", **{**WHY, "on": date(2026, 1, 1)})
        days = {date(2024, 12, 31): "云趣园北里社区居委会", DAY: "甲", date(2025, 12, 31): "甲", date(2026, 1, 1): "乙"}
        assert {day: queries.name_at(NORTH, day) for day in days} == days


@pytest.mark.usefixtures("districts")
class TestWhatIsMadeLocally:
    def test_takes_the_next_number_and_never_one_again(self) -> None:
        codes = [operations.add_local(actor=SYSTEM, parent=SOUTH, name="网格", at=AT).code for _ in range(2)]
        later = datetime(2026, 11, 28, tzinfo=UTC)
        operations.close_area(actor=SYSTEM, code=codes[1], on=date(2026, 11, 26), reason="示例", at=later)
        codes.append(operations.add_local(actor=SYSTEM, parent=SOUTH, name="网格", at=later).code)
        assert codes == [SOUTH + "001", SOUTH + "002", SOUTH + "003"]

    def test_is_made_below_communities_grids_and_buildings_alone(self) -> None:
        with pytest.raises(operations.NotBelow):
            operations.add_local(actor=SYSTEM, parent="110114012", name="网格", at=AT)

    def test_ends_at_999(self) -> None:
        Area.objects.create(code=SOUTH + "999", name="末", level="grid", parent_id=SOUTH)
        with pytest.raises(operations.NoFreeNumber):
            operations.add_local(actor=SYSTEM, parent=SOUTH, name="网格", at=AT)

    def test_stays_out_of_the_communities_of_a_subdistrict(self) -> None:
        operations.add_local(actor=SYSTEM, parent=SOUTH, name="网格", at=AT)
        assert queries.children("110114012").count() == 36
        assert queries.subtree(SOUTH).count() == 2
        assert Area.objects.filter(code__gt=SOUTH, code__lt=upper_bound(SOUTH)).get().made_locally


@pytest.mark.django_db(transaction=True)
class TestTwoWhoAddAtOnce:
    @pytest.fixture(autouse=True)
    def _districts(self) -> Iterator[None]:
        load_districts()
        yield
        connection.close()

    def test_get_different_numbers(self) -> None:
        def add(number: int) -> str:
            try:
                return operations.add_local(actor=SYSTEM, parent=SOUTH, name=f"网格{number}", at=AT).code
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(add, range(8)))
        assert sorted(codes) == [f"{SOUTH}{number:03d}" for number in range(1, 9)]
