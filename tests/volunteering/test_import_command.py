"""`shanzhi import volunteers FILE.xlsx [--dry-run] --json`: what it prints of new people, twins and refused rows."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from typer.testing import CliRunner

from shanzhi.audit.models import Event
from shanzhi.config.commands import imports as command
from shanzhi.people.models import Person
from shanzhi.volunteering.models import EarlierHours, Skill, Volunteer, VolunteerImport, VolunteerRow
from shanzhi.work.models import Job
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import LONG_AGO, a_person, an_id_number
from tests.volunteering.import_support import SHEET, a_list, a_row
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
REFUSED = [
    (9, "Identity number",
     "“370102**********10” is no identity number: it has 18 characters, or 15 of old, and the last of 18 checks the "
     "rest.", "Compare it with the card."),
    (10, "Community", "“不在这里社区” is no community of your area.",
     "Write its name as under Areas; other areas import their own."),
    (11, "Hours of service before", "0.33 is no whole number of minutes.",
     "Write hours and minutes, such as 12:20, or round it yourself."),
    (12, "Identity number", "There is neither identity number, phone, number nor day of birth to know the person by.",
     "Add one of them."),
    (13, "Phone", "Row 4 has the same phone for somebody else.", "Leave the phone empty in one of the two."),
]  # fmt: skip
"""Row of the sheet, column, reason and cure."""
KEPT_BY_A_LOOK = {"audit_event", "audit_rowchange", "work_job"}
"""What `--dry-run` leaves: that somebody looked, in the log, and the job that looked."""


@dataclass(frozen=True)
class Given:
    """A list of eleven rows: two new people, four rows about three who are known, five wrong ones."""

    path: Path
    by_id: Person
    by_phone: Person
    by_number: Volunteer

    def run(self, *more: str) -> dict[str, Any]:
        answer = CliRunner().invoke(command.app, ["volunteers", str(self.path), "--area", SUBDISTRICT, "--json", *more])
        assert answer.exit_code == 0, answer.output
        told: dict[str, Any] = json.loads(answer.stdout)
        return told


@pytest.fixture
def given(tmp_path: Path) -> Given:
    number = an_id_number(born_on=date(1970, 1, 2))
    by_id = a_person(COMMUNITY, name="诸葛示例", id_number=number, born_on=date(1970, 1, 2))
    by_phone = a_person(COMMUNITY, name="司马示例", phone="+8613800138002", verified=False, born_on=None)
    by_number = a_volunteer(a_person(COMMUNITY, name="欧阳示例"), COMMUNITY)
    path = tmp_path / "花名册（示例）.xlsx"
    path.write_bytes(a_list(
        a_row(1, "上官示例", 手机号="13800138001", 志愿者编号="LX001", 时长=12.5),
        a_row(2, "端木示例", 手机号="13800138006", 时长="3小时20分"),
        a_row(3, "诸葛示例", 身份证号=number, 手机号="13800138003", 时长=40),
        a_row(4, "司马示例", 手机号="138 0013 8002", 出生日期="1975-03-04"),
        a_row(5, "欧阳示例", 志愿者编号=by_number.number, 时长=1.1),
        a_row(6, "诸葛示例", 身份证号=number),
        a_row(7, "错号示例", 身份证号="370102197001020010"),
        a_row(8, "外区示例", 手机号="13800138012", 所属社区="不在这里社区"),
        a_row(9, "分钟示例", 手机号="13800138013", 时长=0.33),
        a_row(10, "无据示例"),
        a_row(11, "另一示例", 手机号="13800138006"),
    ))  # fmt: skip
    return Given(path, by_id, by_phone, by_number)


def test_a_list_of_the_whole_country_keeps_the_skills_that_a_district_named(areas: None, tmp_path: Path) -> None:
    Skill.objects.create(area=SUBDISTRICT[:6], code="dance", name="舞龙", name_en="Dragon", created_at=LONG_AGO)
    path = tmp_path / "全国（示例）.xlsx"
    path.write_bytes(a_list(a_row(1, "上官示例", 手机号="13800138001", 技能="舞龙")))
    answer = CliRunner().invoke(command.app, ["volunteers", str(path), "--json"])
    assert (answer.exit_code, json.loads(answer.stdout)["accepted"]) == (0, 1), answer.output
    assert list(Volunteer.objects.get().skills.values_list("skill__code", flat=True)) == ["dance"]


def tables() -> dict[str, Any]:
    """Count the rows of every table, and take a digest of all that stands in them."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            digest = "md5(string_agg(one::text, chr(10) ORDER BY one::text))"
            cursor.execute(f'SELECT count(*), {digest} FROM "{name}" AS one')
            found[name] = cursor.fetchone()
    return found


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in after if after[name] != before[name]}


class TestTheCommand:
    def test_tells_rows_read_accepted_and_merged_and_each_refused_row(self, given: Given) -> None:
        told = given.run()
        assert told == {
            "state": "written", "taken_before": False, "read": 11, "accepted": 2, "merged": 4, "doubtful": [],
            "refused": [
                {"sheet": SHEET, "row": row, "column": column, "reason": reason, "cure": cure}
                for row, column, reason, cure in REFUSED
            ],
            "missing": [], "passed_over": [],
        }  # fmt: skip
        assert Volunteer.objects.count() == 5  # two new people, and three who were known already
        assert (Person.objects.count(), VolunteerImport.objects.get().state) == (5, "written")
        given.by_id.refresh_from_db()
        given.by_phone.refresh_from_db()
        assert (str(given.by_id.phone), given.by_phone.born_on) == ("138****8003", date(1975, 3, 4))
        assert Volunteer.objects.get(person=given.by_number.person) == given.by_number
        hours = dict(EarlierHours.objects.values_list("volunteer__person__pk", "minutes"))
        assert sorted(hours.values()) == [66, 200, 750, 2400]
        assert (hours[given.by_id.pk], hours[given.by_number.person_id]) == (2400, 66)

    def test_only_looks_with_dry_run_and_prints_the_same_numbers(self, given: Given) -> None:
        before = tables()
        looked = given.run("--dry-run")
        after = tables()
        assert changed(before, after) == KEPT_BY_A_LOOK
        assert [(name, after[name][0]) for name in before if name not in KEPT_BY_A_LOOK] == [
            (name, count) for name, (count, _digest) in before.items() if name not in KEPT_BY_A_LOOK
        ]  # fmt: skip
        assert (VolunteerImport.objects.exists(), VolunteerRow.objects.exists(), Job.objects.count()) == (
            False,
            False,
            1,
        )
        assert not Event.objects.filter(verb__startswith="volunteering.volunteer.").exists()
        assert given.run("--dry-run") == looked
        written = given.run()
        assert written == {**looked, "state": "written"}
        assert (looked["state"], looked["accepted"], looked["merged"], len(looked["refused"])) == ("checked", 2, 4, 5)
        assert {"volunteering_volunteer", "people_person"} <= changed(after, tables())

    def test_takes_the_same_file_once(self, given: Given) -> None:
        first, before = given.run(), tables()
        again = given.run()
        assert again == {**first, "taken_before": True}
        assert changed(before, tables()) == set()
        assert given.run("--dry-run") == again
        assert changed(before, tables()) == set()
