"""What stands in lists of volunteers: headings, names, numbers that Excel spoiled, hours to the minute, bad files."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel.errors import Refusal
from shanzhi.places.exchange.lists.cells import Bad
from shanzhi.places.exchange.lists.choosing import guess
from shanzhi.places.exchange.lists.reading import ListTooLarge, NotAList, NothingInside, read_list
from shanzhi.places.exchange.lists.seats import Places
from shanzhi.volunteering.exchange import values
from shanzhi.volunteering.exchange.headings import HEADINGS, KNOWN
from shanzhi.volunteering.exchange.rows import Line, check
from shanzhi.volunteering.exchange.words import FAULTS, fault, faults
from tests.organizations.register_support import workbook
from tests.support.people import an_id_number

TODAY = date(2026, 11, 27)
PLACES = Places("370102", [("370102001", "解放路街道"), ("370102001001", "历山路社区"), ("370102001002", "青后社区")])


def lines_of(*rows: Any, headings: Any = ("姓名", "身份证号", "手机号", "社区", "服务时长")) -> tuple[list[Line], Any]:
    sheets = read_list(workbook(("名册", [headings, *rows])), "x.xlsx", KNOWN)
    done = check(sheets, guess(sheets[0]), PLACES, TODAY)
    return done.lines, {number: [one[:2] for one in wrong] for (_sheet, number), wrong in done.refused.items()}


def test_headings_are_known_in_their_usual_wordings() -> None:
    for field, words in HEADINGS.items():
        for word in words:
            assert KNOWN.guessed([word]) == {field: 0}, word
    found = KNOWN.guessed(
        ["序号", "志愿者姓名（必填）", "身份证件号码", "联系电话", "服务总时长（小时）", "所属志愿服务队"]
    )
    assert found == {"name": 1, "id_number": 2, "phone": 3, "minutes": 4, "team": 5}


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("  张　三 ", "张三"), ("阿依古丽•买买提", "阿依古丽·买买提"), ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("买买提 · 艾力", "买买提·艾力"), ("John Smith", "John Smith"), ("", "name_missing"), ("张3", "name_wrong"),
        (12.0, "name_wrong"), ("长" * 60, "name_wrong"), ("字" * 100_000, "name_wrong"),
    ],
)  # fmt: skip
def test_a_name_is_written_one_way(cell: Any, wanted: str) -> None:
    found = values.name(cell)
    assert (found.code if isinstance(found, Bad) else found) == wanted


def test_identity_numbers_are_checked_and_old_ones_become_those_of_today() -> None:
    number = an_id_number(born_on=date(1966, 2, 28), order=7)
    assert values.id_number(f" {number[:6]} {number[6:].lower()}") == number
    assert values.id_number("".join(chr(ord(one) + 0xFEE0) for one in number)) == number
    old = number[:6] + number[8:17]
    assert values.id_number(old) == number
    assert values.id_number(float(old)) == number
    for cell, code in (
        (3.70102196602280e17, "id_lost"), ("3.70102E+17", "id_lost"), (number[:-1], "id_wrong"),
        (number[:-1] + ("1" if number[-1] != "1" else "2"), "id_wrong"), ("37010219661301001X", "id_wrong"),
    ):  # fmt: skip
        assert values.id_number(cell).code == code, cell
    assert values.id_number("") is None


class TestHours:
    @pytest.mark.parametrize(
        ("cell", "minutes"),
        [
            (12.5, 750), ("12.5", 750), (0.1, 6), (1.1, 66), (0.1 + 0.2, 18),
            ("１２．５小时", 750), ("3小时20分", 200), ("90分钟", 90),
            ("12:20", 740), ("1,200.25", 72_015), (time(2, 30), 150), (timedelta(hours=30), 1800), ("", 0), (0, 0),
            ("无", 0),
        ],
    )  # fmt: skip
    def test_become_whole_minutes(self, cell: Any, minutes: int) -> None:
        assert values.minutes_reader("服务时长")(cell) == minutes

    @pytest.mark.parametrize(
        ("cell", "code"),
        [(0.33, "hours_not_minutes"), ("1/3", "hours_wrong"), (-1, "hours_negative"), ("很多", "hours_wrong"),
         (True, "hours_wrong"), (datetime(2021, 3, 5), "hours_wrong"), ("1e9", "hours_wrong"), ("NaN", "hours_wrong"),
         (time(2, 30, 1), "hours_not_minutes"), ("9" * 40, "hours_wrong")],
    )  # fmt: skip
    def test_that_are_none_are_refused_and_never_rounded(self, cell: Any, code: str) -> None:
        found = values.minutes_reader("服务时长")(cell)
        assert found.code == code

    @given(st.integers(min_value=0, max_value=5_000_000))
    def test_of_whole_minutes_come_out_as_they_went_in(self, minutes: int) -> None:
        read = values.minutes_reader("服务时长")
        assert read(f"{minutes // 60}:{minutes % 60:02}") == minutes
        assert values.minutes_reader("时长（分钟）")(minutes) == minutes
        if minutes % 3 == 0:  # hours with two decimals
            assert read(minutes / 60) == minutes

    def test_are_refused_where_there_was_no_time_for_them(self) -> None:
        young = an_id_number(born_on=date(2026, 11, 1), order=3)
        lines, wrong = lines_of(
            ["甲示例", young, "", "历山路社区", 24 * 27], ["乙示例", young, "", "历山路社区", 24 * 27 + 1],
            ["丙示例", an_id_number(born_on=date(2027, 1, 1), order=4), "", "历山路社区", ""],
        )  # fmt: skip
        beyond = [("minutes", "hours_beyond_life")]
        assert (lines, wrong) == ([], {2: beyond, 3: beyond, 4: [("id_number", "day_outside")]})


def test_a_sheet_is_read_as_offices_keep_it() -> None:
    content = workbook(
        ("说明", [["怎样填写"]]),
        ("一街道", [["志愿者花名册"], ["姓名", "联系电话", "所属社区", "出生日期"],
                 ["甲示例", 13800138001.0, "历山路社区", 29000], ["乙示例", "138-0013-8002", "", "1980年5月6日"],
                 [], ["", "", "", ""], ["合计", 2]]),
        merged=[],
    )  # fmt: skip
    sheets = read_list(content, "x.xlsx", KNOWN)
    assert [sheet.name for sheet in sheets] == ["一街道"]
    done = check(sheets, guess(sheets[0]), PLACES, TODAY)
    assert [(line.number, line.name, line.phone, line.born_on) for line in done.lines] == [
        (3, "甲示例", "+8613800138001", date(1979, 5, 25))
    ]
    assert {key: wrong[0][:2] for key, wrong in done.refused.items()} == {(0, 4): ("community", "area_missing")}
    text = "姓名,手机,社区代码\n丙示例,13800138003,370102001002\n"
    for encoding in ("gb18030", "utf-8-sig"):
        (sheet,) = read_list(text.encode(encoding), "x.csv", KNOWN)
        (line,) = check([sheet], guess(sheet), PLACES, TODAY).lines
        assert (line.name, line.area) == ("丙示例", "370102001002")
    both = workbook(("甲", [["姓名", "手机"], ["甲示例", "1"]]), ("乙", [["姓名", "手机"], ["乙示例", "1"]]))
    assert [sheet.name for sheet in read_list(both, "x.xlsx", KNOWN)] == ["甲", "乙"]


def test_a_broken_file_is_refused_in_words() -> None:
    whole = workbook(("名册", [["姓名", "手机"], ["甲示例", "13800138001"]]))
    wide = workbook(("宽", [["姓名", *(f"列{n}" for n in range(300))], ["甲示例"]]))
    for content, refusal in (
        (whole[: len(whole) // 2], NotAList), (b"PK\x03\x04", NotAList), (workbook(("空", [])), NothingInside),
        (wide, ListTooLarge), (b"", Refusal), (b"\x00" * 5000, Refusal),
    ):  # fmt: skip
        with pytest.raises(refusal):
            read_list(content, "x.xlsx", KNOWN)
    (sheet,) = read_list(workbook(("宽", [["姓名", *(f"列{n}" for n in range(199))], ["甲示例"]])), "x.xlsx", KNOWN)
    assert len(sheet.titles) == 200
    lines, wrong = lines_of(["字" * 32_000, "", "13800138001", "历山路社区", ""])
    assert (lines, wrong) == ([], {2: [("name", "name_wrong")]})


def test_every_fault_has_a_reason_and_a_cure_and_masks_people() -> None:
    for code in FAULTS:
        column, reason, cure = fault("phone", code, "13800138001")
        assert all((column, reason, cure))
        assert "13800138001" not in reason
    assert "370102" in faults([("id_number", "id_wrong", "370102196602280078")])
    assert "19660228" not in faults([("id_number", "id_wrong", "370102196602280078")])
