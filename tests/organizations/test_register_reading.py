"""What stands in registers of offices: headings, merged cells, sums, dates, codes that Excel spoiled, communities."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Refusal
from shanzhi.organizations.exchange import register_values as values
from shanzhi.organizations.exchange.headings import HEADINGS, guessed
from shanzhi.organizations.exchange.register_rows import check
from shanzhi.organizations.exchange.registers import read_register
from shanzhi.places.exchange.lists.cells import Bad, Stated, day_reader, phones
from shanzhi.places.exchange.lists.columns import Columns, Wrong
from shanzhi.places.exchange.lists.reading import ListTooLarge, MergedInOds, NotAList, NothingInside, Sheet
from shanzhi.places.exchange.lists.seats import Places
from tests.organizations.register_support import workbook
from tests.support.organizations import CODES

TODAY = date(2026, 11, 27)
AREAS = (
    ("110114008", "天通苑北街道"), ("110114008001", "天通东苑第三北社区居委会"), ("110114008009", "太平家园社区居委会"),
    ("110114008201", "太平庄村委会"), ("110114008202", "龙泽社区居委会"), ("110114008203", "龙泽村委会"),
    ("110114011", "回龙观街道"), ("110114011001", "太平家园社区居委会"),
    ("110114011002", "龙禧苑一区社区居委会"), ("110114", "昌平区"),
)  # fmt: skip


class TestTheSheet:
    def test_is_found_below_titles_with_headings_of_two_rows_and_merged_cells(self) -> None:
        content = workbook(
            ("台账", [
                ["社区社会组织台账"], ["2021年"], ["序号", "所属街道", "组织名称", "负责人", "", "备案时间"],
                ["", "", "", "姓名", "联系电话", ""], [1, "", "甲队", "诸葛示例", "13800138000", "2021.3.5"],
                [2, "", "乙队", "司马示例", "13800138001", "2021年3月"], [], [3, "", "", "", "", ""],
                ["序号", "所属街道", "组织名称", "负责人", "", "备案时间"], [4, "回龙观街道", "丙队", "", "", ""],
                ["合 计", "", "3个", "", "", ""], ["填表人：某某"],
            ]),
            merged=[(2, 0, 3, 0, "序号"), (2, 1, 3, 1, "所属街道"), (2, 2, 3, 2, "组织名称"), (2, 3, 2, 4, "负责人"),
                    (2, 5, 3, 5, "备案时间"), (4, 1, 5, 1, "天通苑北街道"), (0, 0, 0, 5, "社区社会组织台账")],
        )  # fmt: skip
        (sheet,) = read_register(content, "x.xlsx")
        assert sheet.titles == ("序号", "所属街道", "组织名称", "负责人姓名", "负责人联系电话", "备案时间")
        assert {field: sheet.titles[at] for field, at in sheet.known.items()} == {
            "subdistrict": "所属街道", "name": "组织名称", "in_charge": "负责人姓名", "phone": "负责人联系电话",
            "filed_on": "备案时间",
        }  # fmt: skip
        assert sheet.numbers == (5, 6, 10)
        assert [row[1] for row in sheet.rows] == ["天通苑北街道", "天通苑北街道", "回龙观街道"]
        assert sheet.left_out == 2  # the note stands where rows are only numbered

    def test_may_be_one_of_several_and_of_any_kind_that_offices_use(self) -> None:
        rows: list[Any] = [["名称", "社区"], ["甲队", "太平庄村"]]
        two = read_register(workbook(("说明", [["怎样填写"]]), ("一街道", rows), ("二街道", rows)), "x.xlsx")
        assert [sheet.name for sheet in two] == ["一街道", "二街道"]
        (text,) = read_register("名称,社区\n甲队,太平庄村\n".encode("gb18030"), "x.csv")
        assert (text.titles, list(text.rows)) == (("名称", "社区"), [["甲队", "太平庄村"]])
        hidden = openpyxl.Workbook()
        hidden.active.append(["名称"])
        hidden.active.append(["甲队"])
        hidden.create_sheet("藏").append(["名称"])
        hidden["藏"].append(["乙队"])
        hidden["藏"].sheet_state = "hidden"
        out = io.BytesIO()
        hidden.save(out)
        assert [sheet.name for sheet in read_register(out.getvalue(), "x.xlsx")] == ["Sheet"]

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"PK\x03\x04 cut", NotAList), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 with a password", NotAList),
            (workbook(("空", [])), NothingInside), (workbook(("空", [["名称"]])), NothingInside),
            (workbook(("宽", [["名称", *(str(n) for n in range(300))], ["甲队"]])), ListTooLarge),
        ],
    )  # fmt: skip
    def test_is_refused_with_its_cure(self, content: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal) as told:
            read_register(content, "x.xlsx")
        assert told.value.text

    def test_of_opendocument_with_merged_rows_is_refused(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            packed.writestr("content.xml", '<table:table-cell table:number-rows-spanned="3"/>')
        with pytest.raises(MergedInOds):
            read_register(out.getvalue(), "x.ods")

    def test_has_headings_that_are_known_by_every_word(self) -> None:
        for field, words in HEADINGS.items():
            for word in words:
                assert guessed([word]) == {field: 0}, word
        found = guessed(["业务主管单位名称", "组织名称（全称）", "负责人", "备注"])
        assert (found["name"], found["in_charge"]) == (1, 2)


class TestTheValues:
    @pytest.mark.parametrize(
        ("cell", "wanted"),
        [
            ("2021.3.5", ("2021-03-05", "day")), ("2021-03-05", ("2021-03-05", "day")), ("2021/3/5 0:00", None),
            ("2021年3月5日", ("2021-03-05", "day")), ("2021年3月", ("2021-03-01", "month")),
            ("２０２１．３．５", ("2021-03-05", "day")), ("2021.3", ("2021-03-01", "month")),
            ("20210305", ("2021-03-05", "day")), (20210305.0, ("2021-03-05", "day")), ("2021", ("2021-01-01", "year")),
            ("2021年", ("2021-01-01", "year")), (2021.0, ("2021-01-01", "year")), (44260.0, ("2021-03-05", "day")),
            (44260, ("2021-03-05", "day")), ("44260", ("2021-03-05", "day")), (2021.03, ("2021-03-01", "month")),
            (2021.12, ("2021-12-01", "month")), ("二〇二一年三月五日", ("2021-03-05", "day")),
            ("二○二一年十二月二十五日", ("2021-12-25", "day")), (datetime(2021, 3, 5, 10), ("2021-03-05", "day")),
            (date(2021, 3, 5), ("2021-03-05", "day")), ("2021-03-05 00:00:00", ("2021-03-05", "day")),
        ],
    )  # fmt: skip
    def test_of_days_in_all_forms(self, cell: Any, wanted: tuple[str, str] | None) -> None:
        found = day_reader(TODAY)(cell)
        exact = wanted or ("2021-03-05", "day")
        assert found == Stated(date.fromisoformat(exact[0]), exact[1])

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (2021.1, "day_unsure"), ("21.3.5", "day_wrong"), ("2021-13-01", "day_wrong"), ("不详年月", "day_wrong"),
            ("2027-01-01", "day_outside"), ("1021-01-01", "day_outside"), ("2021.2.30", "day_wrong"),
        ],
    )  # fmt: skip
    def test_of_days_that_say_nothing_sure_are_refused(self, cell: Any, code: str) -> None:
        assert day_reader(TODAY)(cell).code == code

    @pytest.mark.parametrize("cell", ["", None, " ", "无", "/", "—"])
    def test_of_empty_cells_are_none(self, cell: Any) -> None:
        assert day_reader(TODAY)(cell) is None
        assert values.credit_code(cell) is None
        assert phones()(cell) is None

    def test_that_excel_turned_into_numbers_are_refused(self) -> None:
        phone = phones()
        for found, code in (
            (values.credit_code(5.13701e17), "code_number"), (values.credit_code("5.13701E+17"), "code_number"),
            (values.credit_code("1" * 17), "code_short"), (values.credit_code(CODES["51"][:-1] + "0"), "code_wrong"),
            (phone("1.38E+10"), "phone_number"), (phone(53188001234.0), "phone_zero"), (phone("1234"), "phone_wrong"),
            (values.number(1.5e16), "number_lost"), (values.number("2.02E+15"), "number_lost"),
        ):  # fmt: skip
            assert isinstance(found, Bad)
            assert found.code == code
        assert values.credit_code(f" {CODES['51'].lower()} ") == CODES["51"]
        assert values.credit_code("".join(chr(ord(c) + 0xFEE0) for c in CODES["52"])) == CODES["52"]
        assert phone(13800138000.0) == phone("138-0013-8000") == phone("１３８００１３８０００") == "+8613800138000"
        assert phone("0531-88001234，13800138000") == "+8653188001234"

    @settings(max_examples=300, deadline=None)
    @given(st.text(alphabet="0123456789", min_size=10, max_size=10))
    def test_of_mobile_numbers_are_judged_as_the_kernel_judges_them(self, digits: str) -> None:
        try:
            wanted: Any = identifiers.phone("1" + digits)
        except Refusal:
            wanted = Bad("phone_wrong", "1" + digits)
        assert phones()("1" + digits) == wanted

    @settings(max_examples=300, deadline=None)
    @given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18))
    def test_of_codes_are_judged_as_the_kernel_judges_them(self, code: str) -> None:
        try:
            wanted: Any = identifiers.credit_code(code)
        except Refusal:
            wanted = None
        found = values.credit_code(code)
        assert found == wanted if wanted else isinstance(found, Bad)

    def test_of_sorts_and_purposes_say_both(self) -> None:
        assert values.sort("公益慈善类")[:2] == ("", "public_benefit")
        assert values.sort("社会团体")[:2] == ("social_association", "")
        assert values.sort("邻里互助类")[:2] == ("", "mutual_help")
        assert values.sort("闻所未闻")[:2] == ("", "")
        assert values.kind_of(values.sort("民非"), CODES["51"]) == Bad("code_of_another_kind")
        assert values.kind_of(values.sort(""), CODES["52"]) == "social_service_institution"


class TestThePlaces:
    @pytest.mark.parametrize(
        ("code", "subdistrict", "community", "wanted"),
        [
            ("", "", "天通东苑第三北社区", "110114008001"), ("", "", "天通东苑第三北", "110114008001"),
            ("", "天通苑北街道办事处", "太平家园", "110114008009"), ("", "回龙观", "太平家园居委会", "110114011001"),
            ("", "", "太平庄村", "110114008201"), ("", "天通苑北街道", "", "110114008"),
            ("", "", "回龙观街道太平家园社区", "110114011001"), ("110114011002", "", "别的", "110114011002"),
            ("", "", "", "110114"), ("", "昌平区天通苑北街道", "太平庄村委会", "110114008201"),
            ("", "", "太平家园社区", "area_several"), ("", "", "没有的社区", "area_unknown"),
            ("", "解放路街道", "", "area_unknown"), ("", "回龙观街道", "太平庄村", "area_against"),
            ("", "", "龙泽社区", "110114008202"), ("", "", "龙泽村", "110114008203"), ("", "", "龙泽", "area_several"),
            ("370102001001", "", "", "area_code_unknown"), ("12", "", "", "area_code_unknown"),
        ],
    )  # fmt: skip
    def test_are_found_inside_the_area_by_the_names_of_offices(
        self, code: str, subdistrict: str, community: str, wanted: str
    ) -> None:
        found = Places("110114", AREAS).seat((code, subdistrict, community))
        assert (found.code if isinstance(found, Bad) else found) == wanted

    def test_of_one_name_are_told_with_their_subdistricts(self) -> None:
        found = Places("110114", AREAS).seat(("", "", "太平家园社区"))
        assert "天通苑北街道太平家园社区居委会（110114008009）" in found.text
        assert "回龙观街道太平家园社区居委会（110114011001）" in found.text


def test_numbers_that_lost_their_zero_beside_others_are_refused() -> None:
    rows: list[Any] = [["名称", "社区", "备案编号"], ["甲队", "太平庄村", "0012"], ["乙队", "太平庄村", 13],
                       ["丙队", "太平庄村", "昌备13"]]  # fmt: skip
    sheets = read_register(workbook(("台账", rows)), "x.xlsx")
    mapping = {field: sheets[0].titles[at] for field, at in sheets[0].known.items()}
    done = check(sheets, mapping, Places("110114", AREAS), TODAY)
    assert [line.name for line in done.lines] == ["甲队", "丙队"]
    assert {place: (name, wrong[0].code) for place, (name, wrong) in done.refused.items()} == {
        (0, 3): ("乙队", "number_zero")
    }


@pytest.mark.parametrize("differ", [1, 500])
def test_columns_are_read_alike_whether_nearly_all_of_their_cells_differ_or_few_do(differ: int) -> None:
    cells = [str(number % differ) for number in range(500)]
    cells[450] = "wrong"
    sheet = Sheet("台账", ("人数",), tuple(range(500)), tuple([cell] for cell in cells), 0, {})
    columns = Columns(sheet, {"size": "人数"}, "name")
    read = columns.read("size", lambda cell: Bad("size_wrong", cell) if cell == "wrong" else int(cell), None)
    assert read == [None if cell == "wrong" else int(cell) for cell in cells]
    assert dict(columns.faults) == {450: [Wrong("size", "size_wrong", "wrong")]}
