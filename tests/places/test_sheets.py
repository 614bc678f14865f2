"""Sheets of figures and stations for many areas: read, looked at, written whole or not at all."""

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from typer.testing import CliRunner

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.roles import Role
from shanzhi.places import exchange, operations, queries
from shanzhi.places.command import app
from shanzhi.places.exchange.offices import area_code
from shanzhi.places.models import AreaFigure, SentSheet, SheetKind, Station
from tests.support.people import an_actor, client_for
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db
ONE, TWO, STREET = "370102001002", "370102001003", "370102001"
DAY = date(2020, 11, 1)
WIDE = (
    f"代码,地区,常住人口,户数,日期,来源\n{ONE},解放桥,3021,1200,2020-11-01,普查\n{TWO},历山路,4100,,2020-11-01,普查\n"
)


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def figures(text: str | bytes, **given: Any) -> operations.Taken:
    """Take in a sheet of figures as the system."""
    rows = exchange.read_figures(text.encode() if isinstance(text, str) else text, "表.csv", **given)
    return operations.take(actor=SYSTEM, kind=SheetKind.FIGURES, rows=rows, at=AT)


def stations(text: str) -> operations.Taken:
    """Take in a sheet of stations as the system."""
    rows = exchange.read_stations(text.encode(), "表.csv")
    return operations.take(actor=SYSTEM, kind=SheetKind.STATIONS, rows=rows, at=AT)


def faults(kind: SheetKind, text: str) -> list[tuple[int, str]]:
    """Give the rows and columns at fault; nothing may be written."""
    before = AreaFigure.objects.count(), Station.objects.count()
    with translation.override("zh-hans"), pytest.raises(exchange.BadRows) as refusal:
        figures(text) if kind == SheetKind.FIGURES else stations(text)
    assert all(fault.message for fault in refusal.value.faults)
    assert (AreaFigure.objects.count(), Station.objects.count()) == before
    return [(fault.row, fault.field) for fault in refusal.value.faults]


def workbook(rows: list[list[Any]]) -> bytes:
    """Write an Excel sheet as an office does."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


class TestASheetOfFigures:
    def test_with_a_column_for_each_measure_is_written_with_an_event_each(self) -> None:
        assert figures(WIDE) == operations.Taken(read=3, added=3, changed=0, kept=0)
        held = queries.figures([ONE, TWO], AT)
        assert {code: {m: f.value for m, f in found.items()} for code, found in held.items()} == {
            ONE: {"population": 3021, "households": 1200}, TWO: {"population": 4100},
        }  # fmt: skip
        assert Event.objects.filter(verb="places.figure.record").count() == 3

    def test_sent_again_changes_nothing(self) -> None:
        figures(WIDE)
        assert figures(WIDE) == operations.Taken(read=3, added=0, changed=0, kept=3)
        assert AreaFigure.objects.count() == 3

    def test_with_a_row_for_each_figure_is_read_in_english_too(self) -> None:
        lines = [f'{ONE},Residents,"3,021",2020/11/1,census', f"{ONE},size,90000,2020-11-01,survey"]
        text = "\n".join(["Area code,Measure,Value,Holds from,Source", *lines])
        assert figures(text).added == 2

    def test_of_excel_with_titles_padded_codes_and_real_days_is_read(self) -> None:
        content = workbook([
            ["历下区各街道社区基本情况表"],
            ["序号", "统计用区划代码", "名称", "常住人口", "面积（平方公里）", "经度", "统计日期", "数据来源"],
            [1, 370102000000, "历下区", "81.9万", 101, 117.076, date(2020, 11, 1), "普查"],
            [2, 370102001000, "解放路街道", 81234, 3.5, "", date(2020, 11, 1), "普查"],
            [3, float(ONE), "解放桥", "３０２１人", "", "", date(2020, 11, 1), "普查"],
            ["", "", "合计", "", "", "", "", ""],
        ])  # fmt: skip
        assert figures(content).added == 6
        held = {code: {m: f.value for m, f in found.items()} for code, found in
                queries.figures(["370102", STREET, ONE], AT).items()}  # fmt: skip
        assert held == {
            "370102": {"population": 819_000, "size_m2": 101_000_000, "centroid_lon": 117_076_000},
            STREET: {"population": 81_234, "size_m2": 3_500_000}, ONE: {"population": 3021},
        }  # fmt: skip

    def test_takes_day_and_source_for_all_rows(self) -> None:
        assert figures(f"代码;常住人口\n{ONE};3021\n", on=DAY, source="普查").added == 1
        assert (AreaFigure.objects.get().valid_from, AreaFigure.objects.get().source) == (DAY, "普查")

    def test_in_gb18030_is_recognised(self) -> None:
        assert figures(WIDE.encode("gb18030")).added == 3

    def test_names_row_and_column_of_everything_that_is_wrong(self) -> None:
        text = "代码,指标,数值,日期,来源,更正原因\n" + "\n".join([
            f"{ONE},常住人口,3021,2020-11-01,普查,",
            "37010,常住人口,1,2020-11-01,普查,",
            "370102001999,常住人口,1,2020-11-01,普查,",
            f"{TWO},人均收入,1,2020-11-01,普查,",
            f"{TWO},户数,很多,2020-11-01,普查,",
            f"{TWO},户数,1.5,2020-11-01,普查,",
            f"{TWO},户数,-1,2020-11-01,普查,",
            f"{TWO},户数,1,2020年,普查,",
            f"{TWO},户数,1,2020-02-30,普查,",
            f"{TWO},户数,1,2099-01-01,普查,",
            f"{TWO},户数,1,,普查,",
            f"{TWO},户数,1,2020-11-01,,",
            f"{ONE},常住人口,3021,2020-11-01,普查,",
            f"{TWO},中心经度,117.0345678,2020-11-01,普查,",
            f"{TWO},中心经度,190,2020-11-01,普查,",
            f"{TWO},户数,1,2020-11-01,{'长' * 201},",
        ])  # fmt: skip
        assert faults(SheetKind.FIGURES, text) == [
            (3, "区划代码"), (4, "区划代码"), (5, "指标"), (6, "户数"), (7, "户数"), (8, "户数"), (9, "生效日期"),
            (10, "生效日期"), (11, "生效日期"), (12, "生效日期"), (13, "来源"), (14, "指标"), (15, "中心经度"),
            (16, "中心经度"), (17, "来源"),
        ]  # fmt: skip

    def test_tells_a_fault_of_a_row_once_however_many_measures_it_has(self) -> None:
        assert faults(SheetKind.FIGURES, WIDE.replace(ONE, "370102001999")) == [(2, "区划代码")]

    def test_corrects_what_is_on_record_only_for_a_reason(self) -> None:
        figures(WIDE)
        other = WIDE.replace("3021", "3201")
        assert faults(SheetKind.FIGURES, other) == [(2, "常住人口")]
        with_reason = other.replace("来源\n", "来源,更正原因\n").replace(
            "1200,2020-11-01,普查", "1200,2020-11-01,普查,漏计"
        )
        assert figures(with_reason) == operations.Taken(read=3, added=0, changed=1, kept=2)
        assert list(queries.corrections(ONE).values_list("before", "value", "reason")) == [(3021, 3201, "漏计")]

    def test_takes_figures_of_a_former_code_s_own_days_and_names_its_followers_for_others(self) -> None:
        parts = [operations.Part("甲", "370102001901"), operations.Part("乙", "370102001902")]
        operations.split(actor=SYSTEM, code=ONE, parts=parts, on=date(2022, 1, 1), reason="示例", at=AT)
        assert figures(WIDE).added == 3
        with translation.override("zh-hans"), pytest.raises(exchange.BadRows) as refusal:
            figures(WIDE.replace("2020-11-01", "2023-01-01"))
        assert {fault.row for fault in refusal.value.faults} == {2}
        assert "370102001901、370102001902" in refusal.value.faults[0].message

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", exchange.BadFile),
            (b"PK\x03\x04broken", exchange.NotASheet),
            (b"%PDF-1.7", exchange.BadFile),
            ("社区,人口\n甲,1\n".encode(), exchange.NoHeadings),
            (f"代码,地区\n{ONE},甲\n".encode(), exchange.NoHeadings),
            (b"x" * (10 * 1024 * 1024 + 1), exchange.TableTooLarge),
            ("代码,常住人口\n".encode() + f"{ONE},1\n".encode() * 2001, exchange.TableTooLarge),
            ("代码,常住人口\n".encode(), operations.EmptySheet),
        ],
        ids=["nothing", "no workbook", "a PDF", "no code", "no measure", "bytes", "rows", "headings alone"],
    )
    def test_that_is_none_is_refused(self, content: bytes, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            figures(content)

    def test_is_open_for_the_own_areas_alone(self) -> None:
        rows = exchange.read_figures(WIDE.encode(), "表.csv")
        secretary = an_actor(Role.COMMUNITY_SECRETARY, ONE)
        with pytest.raises(exchange.BadRows) as refusal:
            operations.take(actor=secretary, kind=SheetKind.FIGURES, rows=rows, at=AT)
        assert [fault.row for fault in refusal.value.faults] == [3]
        with pytest.raises(Forbidden):
            operations.keep_sheet(actor=an_actor(Role.RESIDENT, ONE), kind=SheetKind.FIGURES, name="x", lines=[], at=AT)

    def test_takes_the_same_queries_whatever_its_length(self, django_assert_max_num_queries: Any) -> None:
        codes = [area.code for area in queries.communities("370102", AT)]
        with django_assert_max_num_queries(12):
            taken = figures("代码,常住人口\n" + "".join(f"{code},1\n" for code in codes), on=DAY, source="示例")
        assert taken.added == len(codes) == 139


class TestASheetOfStations:
    TEXT = (
        "代码,社工站名称,地址,电话,开办日期,关闭日期\n"
        f"{STREET},解放路社工站,示例路1号,0531-00000000,2023-01-01,\n"
        f"{ONE},解放桥社工室,,,2023-05-01,2025-01-01\n"
    )

    def test_opens_new_ones_and_changes_nothing_a_second_time(self) -> None:
        assert stations(self.TEXT) == operations.Taken(read=2, added=2, changed=0, kept=0)
        assert stations(self.TEXT) == operations.Taken(read=2, added=0, changed=0, kept=2)
        assert dict(Station.objects.values_list("name", "closed_on")) == {
            "解放路社工站": None, "解放桥社工室": date(2025, 1, 1),
        }  # fmt: skip
        assert Event.objects.filter(verb="places.station.create").count() == 2

    def test_changes_what_cells_say_and_leaves_what_is_empty(self) -> None:
        stations(self.TEXT)
        sheet = f"代码,名称,电话,关闭日期,关闭原因\n{STREET},解放路社工站,0531-11111111,,\n"
        assert stations(sheet).changed == 1
        station = Station.objects.get(name="解放路社工站")
        assert (station.phone, station.address, station.version) == ("0531-11111111", "示例路1号", 2)
        assert faults(SheetKind.STATIONS, sheet.replace("11111111,,", "11111111,2026-01-01,")) == [(2, "原因")]
        assert stations(sheet.replace("11111111,,", "11111111,2026-01-01,合并")).changed == 1
        assert Event.objects.get(verb="places.station.close").reason == "合并"

    def test_names_row_and_column_of_everything_that_is_wrong(self) -> None:
        text = "代码,名称,开办日期,关闭日期\n" + "\n".join([
            "3701,市社工站,2023-01-01,", f"{ONE},,2023-01-01,", f"{ONE},甲站,,", f"{ONE},乙站,2023-01-01,2022-01-01",
            f"{ONE},丙站,2023-01-01,", f"{ONE},丙站,2023-01-01,", "370102001999,丁站,2023-01-01,",
        ])  # fmt: skip
        assert faults(SheetKind.STATIONS, text) == [
            (2, "区划代码"), (3, "名称"), (4, "开办日期"), (5, "关闭日期"), (7, "名称"), (8, "区划代码"),
        ]  # fmt: skip

    def test_is_refused_whole_when_a_station_changed_meanwhile(self) -> None:
        stations(self.TEXT)
        rows = exchange.read_stations(self.TEXT.replace("示例路1号", "示例路2号").encode(), "表.csv")
        plan = operations.plan_stations(actor=SYSTEM, rows=rows, at=AT)
        assert [step.does for step in plan.steps] == ["change", "keep"]


class TestTheExport:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_comes_in_again_as_it_went_out(self, client: Client, language: str) -> None:
        figures(WIDE + f"{ONE},,,,,\n")
        operations.record_figure(
            actor=SYSTEM, code=ONE, measure="centroid_lat", value=36_670_001, valid_from=DAY, source="测绘", at=AT
        )
        stations(TestASheetOfStations.TEXT)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for path, read, kind, count in (
            (f"/places/{ONE}/figures/", exchange.read_figures, SheetKind.FIGURES, 3),
            ("/places/stations/", exchange.read_stations, SheetKind.STATIONS, 2),
        ):
            for form in ("xlsx", "csv"):
                content = b"".join(client.get(f"{path}?export={form}").streaming_content)  # type: ignore[attr-defined]
                taken = operations.take(actor=SYSTEM, kind=kind, rows=read(content, f"x.{form}"), at=AT)
                assert (taken.read, taken.kept) == (count, count)


class TestTheCommand:
    def test_takes_figures_checks_and_names_faults(self, tmp_path: Path) -> None:
        path = tmp_path / "figures.csv"
        path.write_text(WIDE)
        checked = CliRunner().invoke(app, ["figures", str(path), "--check"])
        assert "3 new" in checked.output
        assert not AreaFigure.objects.exists()
        assert "3 new, 0 changed" in CliRunner().invoke(app, ["figures", str(path)]).output
        assert "0 new, 0 changed, 3 on record" in CliRunner().invoke(app, ["figures", str(path)]).output
        path.write_text(WIDE.replace("3021", "many"))
        for extra in ([], ["--check"]):
            failed = CliRunner().invoke(app, ["figures", str(path), *extra])
            assert failed.exit_code == 1
            assert "figures.csv:2" in failed.output
        path.write_text(f"代码,户数\n{TWO},900\n")
        given = ["--on", "2020-11-01", "--source", "普查"]
        assert "1 new" in CliRunner().invoke(app, ["figures", str(path), *given]).output

    @pytest.mark.parametrize(
        ("locale", "words"),
        [("zh_CN.UTF-8", "1 行无法读取"), ("en_GB.UTF-8", "1 rows cannot be read"), ("C", "1 rows cannot be read")],
    )
    def test_names_faults_in_the_language_of_the_terminal(self, tmp_path: Path, locale: str, words: str) -> None:
        path = tmp_path / "bad.csv"
        path.write_text("code,name,level,parent_code\n37,山东省,nothing,\n")
        failed = CliRunner(env={"LC_ALL": locale}).invoke(app, ["import", str(path)])
        assert failed.exit_code == 1
        assert words in failed.output

    def test_takes_stations(self, tmp_path: Path) -> None:
        path = tmp_path / "stations.csv"
        path.write_text(TestASheetOfStations.TEXT)
        assert "2 new" in CliRunner().invoke(app, ["stations", str(path), "--check"]).output
        assert "2 new" in CliRunner().invoke(app, ["stations", str(path)]).output
        assert Station.objects.count() == 2
        assert CliRunner().invoke(app, ["stations", str(tmp_path / "none.csv")]).exit_code == 1


def send(client: Client, content: bytes | str, kind: str = "figures", **fields: str) -> Any:
    """Send a sheet by the page."""
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"/places/{kind}/import/", {"file": SimpleUploadedFile("表.csv", data), **fields})


class TestThePages:
    @pytest.fixture
    def staff(self) -> Client:
        return client_for(Role.SUBDISTRICT_OFFICER, STREET)

    def test_show_what_would_happen_and_write_on_yes_once(self, staff: Client) -> None:
        address = send(staff, WIDE).headers["Location"]
        page = staff.get(address).content.decode()
        for words in ("解放桥社区居民委员会", "3,021", "2020年11月1日", "新增"):
            assert words in page
        assert not AreaFigure.objects.exists()
        assert staff.post(address).status_code == staff.post(address).status_code == 302
        assert AreaFigure.objects.count() == 3
        assert "表格已写入" in staff.get(address).content.decode()
        assert SentSheet.objects.get().rows is None
        again = send(staff, WIDE).headers["Location"]
        assert "都已有记录" in staff.get(again).content.decode()

    def test_name_faults_by_row_column_and_cure_and_write_nothing(self, staff: Client) -> None:
        address = send(staff, WIDE.replace("3021", "三千")).headers["Location"]
        page = staff.get(address).content.decode()
        assert "“三千”不是数字" in page
        assert re.search(r">2</td><td[^>]+>常住人口</td>", page)
        assert staff.post(address).status_code == 302
        assert not AreaFigure.objects.exists()

    def test_see_what_others_recorded_meanwhile(self, staff: Client) -> None:
        address = send(staff, WIDE).headers["Location"]
        operations.record_figure(
            actor=SYSTEM, code=ONE, measure="population", value=1, valid_from=DAY, source="示例", at=AT
        )
        staff.post(address)
        assert AreaFigure.objects.count() == 1
        assert "更正原因" in staff.get(address).content.decode()

    def test_take_day_and_source_from_the_form(self, staff: Client) -> None:
        address = send(staff, f"代码,户数\n{ONE},900\n", on="2020-11-01", source="普查").headers["Location"]
        staff.post(address)
        assert AreaFigure.objects.get().source == "普查"

    def test_bring_stations(self, staff: Client) -> None:
        address = send(staff, TestASheetOfStations.TEXT, "stations").headers["Location"]
        assert "解放路社工站" in staff.get(address).content.decode()
        staff.post(address)
        assert Station.objects.count() == 2
        address = send(staff, TestASheetOfStations.TEXT.replace("0531-00000000", "0531-1"), "stations").headers[
            "Location"
        ]
        assert "0531-00000000 → 0531-1" in staff.get(address).content.decode()

    def test_refuse_what_is_no_sheet_beside_the_field(self, staff: Client) -> None:
        for content in (b"", b"PK\x03\x04", b"\x00", "甲,乙\n".encode()):
            answer = send(staff, content)
            assert answer.status_code == 422
        assert not SentSheet.objects.exists()

    def test_give_a_sheet_with_the_own_areas_that_comes_in_again(self, staff: Client) -> None:
        for kind, read in (("figures", exchange.read_figures), ("stations", exchange.read_stations)):
            content = staff.get(f"/places/{kind}/import/empty.xlsx").content
            rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            assert [row[0] for row in rows[:3]] == ["代码", STREET, ONE]
            assert read(content, "x.xlsx") == exchange.Rows("x.xlsx")
        only = staff.get(f"/places/figures/import/empty.xlsx?area={TWO}").content
        rows = python_calamine.load_workbook(io.BytesIO(only)).get_sheet_by_index(0).to_python()
        assert [row[0] for row in rows] == ["代码", TWO]
        foreign = staff.get("/places/figures/import/empty.xlsx?area=110114").content
        assert python_calamine.load_workbook(io.BytesIO(foreign)).get_sheet_by_index(0).to_python()[1][0] == STREET

    def test_show_a_sheet_to_its_sender_alone(self, staff: Client) -> None:
        address = send(staff, WIDE).headers["Location"]
        other = client_for(Role.SUBDISTRICT_OFFICER, STREET)
        assert (other.get(address).status_code, other.post(address).status_code) == (404, 404)
        assert Client().get(address).status_code == 401


class TestACodeAsOfficesWriteIt:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("370102000000", "370102"), ("370102001000", "370102001"), ("370102001002", "370102001002"),
            ("370100", "3701"), ("370000", "37"), ("370100000000", "3701"), (" 3701 02 ", "370102"),
            ("37010", ""), ("000000", ""), ("三七", ""), ("", ""), ("²" * 6, ""),
            ("110114012035001", "110114012035001"),
        ],
    )  # fmt: skip
    def test_loses_its_padding(self, text: str, code: str) -> None:
        assert area_code(text) == code
