"""Headings of lists of volunteers: the platform's own are known, and what is not read, or missing, is told once."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from typer.testing import CliRunner

from shanzhi.config.commands import imports as command
from shanzhi.places.exchange.lists.seats import Places
from shanzhi.volunteering.exchange.headings import FIELDS, KNOWN, LATE
from shanzhi.volunteering.exchange.unread import missing, passed_over
from shanzhi.volunteering.exchange.words import FAULTS
from shanzhi.volunteering.models import Volunteer, VolunteerImport
from shanzhi.volunteering.views.desk import VOLUNTEERS
from tests.organizations.register_support import workbook
from tests.people.conftest import COMMUNITY, SUBDISTRICT

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
OF_THE_DESK = {
    "number": "earlier_number", "name": "name", "area": "community", "area_code": "area_code", "skills": "skills",
    "joined_at": "registered_on",
}  # fmt: skip
"""Columns of the desk's list that hold what an import takes; the number of teams and the state are nothing of it."""


def sheet(*titles: str, name: str = "志愿者", chosen: bool = True) -> dict[str, Any]:
    return {"name": name, "titles": list(titles), "rows": 1, "chosen": chosen}


def run(path: Path, *more: str, area: str = SUBDISTRICT) -> Any:
    return CliRunner().invoke(command.app, ["volunteers", str(path), "--area", area, *more])


class TestKnown:
    @LANGUAGES
    def test_are_the_headings_of_the_desks_own_list(self, language: str) -> None:
        with translation.override(language):
            titles = [str(column.label) for column in VOLUNTEERS.columns]
            found = KNOWN.guessed(titles)
        keys = [column.key for column in VOLUNTEERS.columns]
        for key, field in OF_THE_DESK.items():
            assert keys[found[field]] == key

    @LANGUAGES
    def test_are_the_words_for_fields_on_pages(self, language: str) -> None:
        with translation.override(language):
            for field, label in FIELDS.items():
                assert KNOWN.guessed([str(label)]) == {field: 0}, str(label)

    @pytest.mark.parametrize(
        "title",
        ["服务区域", "所在社区", "居住社区", "社区名称", "服务社区", "志愿者所在社区", "服务区域（必填）", "社区/村",
         "村（居）委会", "所属居委", "Area of service", "Community", "Residents' committee"],
    )  # fmt: skip
    def test_are_usual_words_for_the_community(self, title: str) -> None:
        assert KNOWN.guessed(["姓名", title]) == {"name": 0, "community": 1}

    def test_a_wider_word_counts_only_where_no_column_says_the_community(self) -> None:
        assert KNOWN.guessed(["姓名", "服务区域", "所属社区"]) == {"name": 0, "community": 2}
        assert all(KNOWN.guessed([word]) == {field: 0} for field, words in LATE.items() for word in words)


class TestTold:
    def test_of_each_worksheet_once_by_what_it_is(self) -> None:
        columns = {"name": "姓名", "phone": "手机号", "community": "社区"}
        sheets = [
            sheet("序号", "姓名", "手机号", "联系电话", "社区", "", "民族", "备注"),
            sheet("内容", name="说明", chosen=False),
        ]
        found = [(one["sheet"], one["columns"]) for one in passed_over(sheets, columns)]
        assert found == [("志愿者", ["民族", "备注"]), ("志愿者", ["联系电话"]), ("说明", ["内容"])]
        assert passed_over([sheet("序号", "姓名", "手机号", "社区")], columns) == []
        assert missing(sheets, columns, SUBDISTRICT) == []

    @pytest.mark.parametrize(
        ("titles", "columns", "area", "fields"),
        [
            (("姓名", "手机"), {"name": "姓名", "phone": "手机"}, SUBDISTRICT, ["community"]),
            (("姓名", "手机"), {"name": "姓名", "phone": "手机"}, "", ["community"]),
            (("姓名", "手机"), {"name": "姓名", "phone": "手机"}, COMMUNITY, []),
            (("姓名", "代码"), {"name": "姓名", "area_code": "代码"}, SUBDISTRICT, ["id_number"]),
            (("谁", "手机", "社区"), {"phone": "手机", "community": "社区"}, SUBDISTRICT, ["name"]),
        ],
    )  # fmt: skip
    def test_which_needed_column_is_missing(
        self, titles: tuple[str, ...], columns: dict[str, str], area: str, fields: list[str]
    ) -> None:
        found = [one["column"] for one in missing([sheet(*titles)], columns, area)]
        assert found == [str(FIELDS[field]) for field in fields]

    @LANGUAGES
    def test_with_a_cure_that_holds(self, language: str) -> None:
        with translation.override(language):
            (one,) = missing([sheet("姓名", "手机")], {"name": "姓名", "phone": "手机"}, SUBDISTRICT)
            (other,) = passed_over([sheet("姓名", "片区")], {"name": "姓名"})
        if language == "en":
            assert "Head it so: community, name of the community, community name, area of service." in one["cure"]
            assert "Bring in a list" in one["cure"]
            assert "Community" in other["cure"]
        else:
            assert one["reason"] == "没有能识别为社区的列。"
            assert "所属社区、社区、所属村居、服务区域" in one["cure"]
            assert (other["reason"], "社区" in other["cure"]) == ("这些列的标题无法识别，未读取。", True)

    def test_a_row_without_any_place_is_not_blamed_for_an_empty_name(self) -> None:
        for area in ("", "37", "3701"):
            found = Places(area, [(SUBDISTRICT, "解放路街道")]).seat(("", "", ""))
            assert (found.code, found.text) == ("area_missing", "")
        assert "%(text)s" not in str(FAULTS["area_missing"][0])


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
class TestTheCommand:
    @pytest.mark.parametrize("title", ["服务区域", "Area of service"])
    def test_takes_a_list_that_is_headed_as_the_desks_own(self, tmp_path: Path, title: str) -> None:
        path = tmp_path / "名册.xlsx"
        path.write_bytes(workbook(("名册", [["姓名", "手机号", title], ["上官示例", "13800138001", "历山路社区"]])))
        told = json.loads(run(path, "--json").stdout)
        assert (told["accepted"], told["refused"], told["missing"], told["passed_over"]) == (1, [], [], [])
        assert Volunteer.objects.get().area == COMMUNITY

    def test_says_once_what_was_not_read_and_what_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "名册.xlsx"
        rows = [[f"示例{'甲乙丙'[place]}", f"1380013800{place}", "历山路社区", "汉"] for place in range(3)]
        path.write_bytes(workbook(("名册", [["姓名", "手机号", "片区", "民族"], *rows])))
        for area in (SUBDISTRICT, ""):
            told = json.loads(run(path, "--json", area=area).stdout)
            assert [(one["sheet"], one["columns"]) for one in told["passed_over"]] == [("名册", ["片区", "民族"])]
            assert [(one["sheet"], one["column"]) for one in told["missing"]] == [("名册", "Community")]
            assert {one["reason"] for one in told["refused"]} == {"The row says no community."}
            assert (told["read"], len(told["refused"])) == (3, 3)
        said = " ".join(run(path).stdout.split())
        assert said.count("No column is known to hold the community.") == 1
        assert said.count("片区, 民族: These headings are not known, so the columns are not read.") == 1
        assert "“”" not in said

    @pytest.mark.parametrize("more", [(), ("--dry-run",)])
    def test_drops_a_list_whose_names_it_does_not_find_and_says_which_columns_it_has(
        self, tmp_path: Path, more: tuple[str, ...]
    ) -> None:
        path = tmp_path / "名册.xlsx"
        path.write_bytes(workbook(("名册", [["人员", "手机号", "社区"], ["上官示例", "13800138001", "历山路社区"]])))
        answer = run(path, "--json", *more)
        told = json.loads(answer.stdout)
        assert (answer.exit_code, told["passed_over"][0]["columns"], told["missing"][0]["column"]) == (
            1,
            ["人员"],
            "Name",
        )
        assert "full name" in told["missing"][0]["cure"]
        assert "names" in run(path, *more).stdout
        assert not VolunteerImport.objects.exists()

    def test_speaks_chinese_on_a_chinese_terminal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        path = tmp_path / "名册.xlsx"
        path.write_bytes(workbook(("名册", [["姓名", "手机号", "片区"], ["上官示例", "13800138001", "历山路社区"]])))
        told = json.loads(run(path, "--json").stdout)
        assert told["missing"][0]["reason"] == "没有能识别为社区的列。"
        assert told["refused"][0]["reason"] == "这一行没有写明社区。"
