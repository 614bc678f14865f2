"""Lists of volunteers: checked without a write, twins found, taken in whole batches, resumed, and taken back."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.organizations.policies import NotInCharge
from shanzhi.people.fields import ID_NUMBER, marks
from shanzhi.people.models import Person
from shanzhi.volunteering import operations as room
from shanzhi.volunteering import queries
from shanzhi.volunteering.models import (
    EarlierHours,
    TeamMember,
    Volunteer,
    VolunteerImport,
    VolunteerRow,
    VolunteerSkill,
)
from shanzhi.volunteering.operations import imports as operations
from shanzhi.volunteering.operations.imports import writing
from shanzhi.work import batches
from shanzhi.work.models import Job
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import AT, a_person, an_account, an_actor, an_id_number
from tests.volunteering.import_support import a_list, a_row, checked, job_of, row_of, sent, taken, undone
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(hours=1)
SYSTEM = Actor.system("test")
FAR = "370102002001"


def officer(area: str = SUBDISTRICT) -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, area)


def plainly() -> list[Any]:
    """Give all that a list may touch, but for versions."""
    people = [
        (one.pk, one.name.reveal(), one.phone and one.phone.reveal(), one.id_number and one.id_number.reveal(),
         one.born_on, bytes(one.id_mark or b""))
        for one in Person.objects.order_by("pk")
    ]  # fmt: skip
    rows = Volunteer.objects.order_by("pk").values_list("pk", "person", "number", "earlier_number", "languages")
    skills = VolunteerSkill.objects.order_by("volunteer", "skill").values_list("volunteer", "skill")
    places = TeamMember.objects.order_by("pk").values_list("pk", "state")
    return [people, list(rows), list(skills), list(places), EarlierHours.objects.count()]


def one_of_each() -> tuple[dict[str, Any], bytes]:
    """Put people on record, and give a list with a row for each way to be a twin, and none."""
    room.load_examples(actor=SYSTEM, area="", at=AT)
    ids = {name: an_id_number(born_on=date(1970, 1, 2)) for name in ("id", "new", "child", "young")}
    ids |= {"child": an_id_number(born_on=date(2016, 1, 2)), "young": an_id_number(born_on=date(2010, 1, 2))}
    known: dict[str, Any] = {
        "id": a_person(COMMUNITY, name="诸葛示例", id_number=ids["id"], born_on=date(1970, 1, 2)),
        "phone": a_person(COMMUNITY, name="司马示例", phone="+8613800138002", verified=False, born_on=None),
        "number": a_volunteer(a_person(COMMUNITY, name="欧阳示例"), COMMUNITY, earlier_number="LX007"),
        "birth": a_person("370102001002", name="上官示例", born_on=date(1981, 2, 3)),
        "far": a_person(FAR, name="远方示例", phone="+8613800138009"),
        "team": a_team(COMMUNITY, name="守望队（示例）"), "ids": ids,
    }  # fmt: skip
    rows = [
        a_row(1, "阿依古丽•买买提", 身份证号=ids["new"], 手机号="１３８００１３８００１", 志愿者编号="LX001",
              技能="理发、急救，吹笛子", 语言="普通话/维吾尔语", 队伍="守望队（示例）", 时长=12.5, 登记日期=44260),
        a_row(2, "诸葛示例", 身份证号=ids["id"].lower(), 手机号=13800138003.0, 时长="3小时20分"),
        a_row(3, "司马示例", 手机号="138 0013 8002", 出生日期="1975-03-04", 语言="英语"),
        a_row(4, "欧阳示例", 志愿者编号=known["number"].number, 时长=1.1),
        a_row(5, "上官示例", 出生日期="1981年2月3日"),
        a_row(6, "远方示例", 手机号="13800138009"),
        a_row(7, "另一示例", 手机号="13800138002"),
        a_row(8, "阿依古丽·买买提", 身份证号=ids["new"], 技能="急救", 时长=12.5),
        a_row(9, "阿依古丽·买买提", 身份证号=ids["new"], 时长=13),
        a_row(10, "小示例", 身份证号=ids["child"]),
        a_row(11, "少年示例", 身份证号=ids["young"], 队伍="守望队（示例）"),
        a_row(12, "外区示例", 手机号="13800138012", 所属社区="不在这里社区"),
        a_row(13, "分钟示例", 手机号="13800138013", 时长=0.33),
        a_row(14, "超时示例", 手机号="13800138014", 时长=100, 登记日期="2026-11-23"),
        a_row(15, "错号示例", 身份证号="370102197001020010"),
        a_row(16, "无据示例"),
    ]  # fmt: skip
    return known, a_list(*rows)


def test_a_check_says_what_would_come_of_each_row_and_writes_nothing() -> None:
    known, content = one_of_each()
    before = plainly()
    found = checked(officer(), content)
    assert plainly()[1:] == before[1:]
    assert (found.state, found.counts) == ("checked", {
        "new": 2, "merge": 4, "doubtful": 1, "refused": 9, "differs": 1, "passed_over": 1, "rows": 16,
    })  # fmt: skip
    rows = {row.number - 2: row for row in VolunteerRow.objects.filter(of_import=found)}
    assert {number: (row.outcome, row.mark) for number, row in rows.items() if row.outcome != "refused"} == {
        1: ("new", ""), 2: ("merge", "id"), 3: ("merge", "phone"), 4: ("merge", "number"), 5: ("doubtful", "birth"),
        8: ("merge", "id"), 11: ("new", ""),
    }  # fmt: skip
    assert (rows[8].person, rows[8].of_row) == (rows[1].person, 3)
    wrong = {number: queries.told(row)["wrong"][0][:2] for number, row in rows.items() if row.outcome == "refused"}
    assert wrong == {
        6: ["phone", "elsewhere"], 7: ["phone", "twice_phone"], 9: ["minutes", "twice_hours"],
        10: ["born_on", "child"], 12: ["community", "area_unknown"], 13: ["minutes", "hours_not_minutes"],
        14: ["minutes", "hours_too_many"], 15: ["id_number", "id_wrong"], 16: ["id_number", "nothing_to_know_by"],
    }  # fmt: skip
    assert queries.told(rows[1])["aside"] == [["skills", ["吹笛子"]]]
    assert queries.told(rows[11])["aside"] == [["team_waits", ["守望队(示例)"]]]
    kept = "".join(row.told.reveal() for row in rows.values() if row.told)
    assert str(known["far"].pk) not in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM volunteering_volunteerrow WHERE id = %s", [rows[2].pk])
        assert "诸葛".encode() not in bytes((cursor.fetchone() or [b""])[0])


def test_taking_fills_what_is_empty_and_tells_each_history() -> None:
    known, content = one_of_each()
    found = taken(officer(), content)
    assert (found.state, found.file, found.sample) == ("written", None, None)
    assert [found.counts[name] for name in ("made", "merged", "left_out")] == [4, 2, 10]
    made = Volunteer.objects.get(earlier_number="LX001")
    assert (made.person.name.reveal(), made.area, made.state) == ("阿依古丽·买买提", COMMUNITY, "active")
    assert made.languages == ["mandarin", "minority"]
    assert made.joined_at.date() == date(2021, 3, 5)
    assert made.person.phone.reveal() == "+8613800138001"
    assert bytes(made.person.id_mark or b"") in marks(known["ids"]["new"], purpose=ID_NUMBER)
    assert (made.person.born_on, made.person.real_name) == (date(1970, 1, 2), "declared")
    assert {one.skill.code for one in made.skills.all()} == {"haircut", "first_aid"}
    place = TeamMember.objects.get(volunteer=made)
    assert (place.team, place.state, place.signed_at) == (known["team"], "member", None)
    (young,) = Volunteer.objects.filter(person__born_on=date(2010, 1, 2))
    assert (young.state, TeamMember.objects.filter(volunteer=young).exists()) == ("registered", False)
    one = Person.objects.get(pk=known["id"].pk)
    assert (one.phone.reveal(), one.real_name) == ("+8613800138003", "verified")
    assert Person.objects.get(pk=known["phone"].pk).born_on == date(1975, 3, 4)
    served = {one.pk for one in Volunteer.objects.filter(person=known["id"])}
    total = queries.earlier_minutes(volunteers=[made.pk, known["number"].pk, young.pk, *served])
    assert total == {made.pk: 750, known["number"].pk: 66, young.pk: 0, **dict.fromkeys(served, 200)}
    assert not VolunteerRow.objects.filter(of_import=found, step="written").exclude(told=None).exists()
    told = Event.objects.filter(verb="volunteering.volunteer.import", subject_id=str(made.pk)).values_list("change")
    assert [change["import"] for (change,) in told] == [str(found.pk)]
    assert "古丽" not in json.dumps([*Event.objects.values_list("change", flat=True)], ensure_ascii=False)
    assert job_of(found).state == "done"


def test_the_same_file_is_one_import_and_a_newer_one_adds_nothing_twice() -> None:
    by, (known, content) = officer(), one_of_each()
    found = taken(by, content)
    before = plainly()
    assert sent(by, content, at=LATER).pk == found.pk
    rows = [
        a_row(1, "欧阳示例", 志愿者编号=known["number"].number, 时长=2),
        a_row(2, "阿依古丽·买买提", 手机号="13800138001"),
    ]
    again = a_list(*rows)
    newer = taken(by, again, at=LATER)
    assert (newer.counts["merged"], newer.counts["differs"]) == (2, 1)
    assert queries.told(row_of(newer, 1))["differs"] == [["minutes", 66, 120]]
    assert plainly()[1:] == before[1:]


def test_a_take_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    by = officer()
    found = checked(by, a_list(*(a_row(n, "示例甲", 手机号=f"1380013810{n}", 时长=n) for n in range(1, 8))))
    operations.take_import(actor=by, import_id=found.pk, at=AT)
    monkeypatch.setattr(writing, "BATCH", 3)

    class Killed(BaseException):
        """The worker is gone."""

    def advance(*, job_id: Any, done: int) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(batches, "advance_job", advance)
        with pytest.raises(Killed):
            operations.write_import(import_id=found.pk, at=AT)
    assert (Volunteer.objects.count(), EarlierHours.objects.count()) == (3, 3)
    assert operations.take_import(actor=by, import_id=found.pk, at=AT).job == job_of(found).pk
    for _ in range(2):  # once more than needed
        operations.write_import(import_id=found.pk, at=AT)
    assert Volunteer.objects.count() == 7
    assert Event.objects.filter(verb="volunteering.volunteer.import").count() == 7
    assert (job_of(found).state, job_of(found).done) == ("done", 7)


def test_what_came_on_record_meanwhile_is_left_alone() -> None:
    by = officer()
    found = checked(by, a_list(a_row(1, "示例甲", 手机号="13800138101"), a_row(2, "示例乙", 手机号="13800138102")))
    a_person(COMMUNITY, name="示例丙", phone="+8613800138101")
    operations.take_import(actor=by, import_id=found.pk, at=AT)
    operations.write_import(import_id=found.pk, at=AT)
    assert (row_of(found, 1).step, row_of(found, 1).why) == ("passed", "meanwhile")
    assert Volunteer.objects.count() == 1


def test_a_doubtful_row_is_decided_by_the_officer() -> None:
    by = officer()
    there = a_person(COMMUNITY, name="上官示例", born_on=date(1981, 2, 3))
    rows = [a_row(n, "上官示例", 出生日期="1981-02-03", 手机号=f"1380013811{n}") for n in (1, 2, 3)]
    found = checked(by, a_list(*rows))
    assert [row_of(found, n).outcome for n in (1, 2, 3)] == ["doubtful"] * 3
    decide: dict[str, Any] = {"actor": by, "import_id": found.pk, "at": AT}
    with pytest.raises(operations.NothingInList):
        operations.take_import(**decide)
    operations.decide_row(row_id=row_of(found, 1).pk, decision="same", **decide)
    operations.decide_row(row_id=row_of(found, 2).pk, decision="another", **decide)
    operations.take_import(**decide)
    operations.write_import(import_id=found.pk, at=AT)
    assert {str(one.person_id) == str(there.pk) for one in Volunteer.objects.all()} == {True, False}
    assert row_of(found, 3).step == "passed"
    with pytest.raises(operations.ImportGone):
        operations.decide_row(row_id=row_of(found, 3).pk, decision="", **decide)


class TestTakingBack:
    def test_leaves_the_record_as_it_was(self) -> None:
        known, content = one_of_each()
        an_account(known["id"])  # who was here before the list may well sign in
        by = officer()
        before = plainly()
        found = undone(by, taken(by, content))
        assert plainly() == before
        assert (found.state, found.counts["undone"], found.counts["stays"]) == ("undone", 6, 0)
        assert undone(by, found).counts == found.counts
        assert Event.objects.filter(verb="people.person.import_removed").count() == 2
        assert taken(by, content, at=LATER).counts["made"] == 4

    def test_leaves_whole_who_was_touched_since_and_says_why(self) -> None:
        by, team = officer(), a_team(COMMUNITY, name="守望队（示例）")
        rows = [
            a_row(n, "示例甲", 手机号=f"1380013812{n}", 队伍="守望队（示例）" if n == 3 else "") for n in range(1, 6)
        ]
        found = taken(by, a_list(*rows))
        entries = [Volunteer.objects.get(pk=str(row_of(found, n).volunteer)) for n in range(1, 6)]
        Volunteer.objects.filter(pk=entries[0].pk).update(version=2)
        Person.objects.filter(pk=entries[1].person_id).update(version=2)
        TeamMember.objects.filter(volunteer=entries[2], team=team).update(signed_at=LATER)
        a_team("370102001002", leader=entries[3], name="另一队（示例）")
        found = undone(by, found, at=LATER)
        assert [row_of(found, n).why for n in range(1, 6)] == ["changed", "changed", "used", "used", ""]
        assert Volunteer.objects.filter(pk__in=[one.pk for one in entries]).count() == 4
        assert not Person.objects.filter(pk=entries[4].person_id).exists()

    def test_is_the_only_way_to_remove_a_volunteer_or_hours_of_before(self) -> None:
        by = officer()
        found = taken(by, a_list(a_row(1, "示例甲", 手机号="13800138131", 时长=2)))
        wrongs: tuple[Callable[[], Any], ...] = (
            lambda: Volunteer.objects.all()._raw_delete("default"),
            lambda: EarlierHours.objects.all()._raw_delete("default"),
            lambda: EarlierHours.objects.update(minutes=1),
            lambda: VolunteerImport.objects.update(state="undone"),
            lambda: VolunteerImport.objects.filter(pk=found.pk)._raw_delete("default"),
        )
        for wrong in wrongs:
            with pytest.raises(DatabaseError), transaction.atomic():
                wrong()


class TestWhoMay:
    def test_only_officers_of_the_area_and_what_lies_elsewhere_is_not_there(self) -> None:
        content = a_list(a_row(1, "示例甲", 手机号="13800138141"))
        for who in (officer("370102002"), officer("110114008")):
            with pytest.raises(NotInCharge):
                sent(who, content)
        found = checked(officer(), content)
        stranger: dict[str, Any] = {"actor": officer("370102002"), "import_id": found.pk, "at": AT}
        for act in (operations.take_import, operations.start_undo):
            with pytest.raises(NotFound):
                act(**stranger)
        with pytest.raises(NotFound):
            operations.name_columns(columns={"name": "姓名"}, sheets=["志愿者"], **stranger)

    def test_who_lost_the_office_meanwhile_writes_nothing(self) -> None:
        by = officer()
        found = checked(by, a_list(a_row(1, "示例甲", 手机号="13800138151")))
        operations.take_import(actor=by, import_id=found.pk, at=AT)
        Job.objects.filter(pk=job_of(found).pk).update(owner=a_person(COMMUNITY).pk)
        operations.write_import(import_id=found.pk, at=AT)
        assert job_of(found).state == "failed"
        assert not Volunteer.objects.exists()
        operations.take_import(actor=officer(), import_id=found.pk, at=AT)
        operations.write_import(import_id=found.pk, at=AT)
        assert Volunteer.objects.count() == 1


def test_what_was_never_taken_is_forgotten_and_so_is_what_old_rows_say_of_people() -> None:
    by = officer()
    done = taken(by, a_list(a_row(1, "示例甲", 手机号="13800138161"), a_row(2, "示例乙", 手机号="1")))
    old = checked(by, a_list(a_row(1, "示例丙", 手机号="13800138162")))
    with CaptureQueriesContext(connection) as seen:
        sent(by, a_list(a_row(1, "示例丁", 手机号="13800138163")), at=AT + timedelta(days=8))
    told = [one["sql"] or "" for one in seen]
    held = [sql for sql in told if 'FROM "volunteering_volunteerimport"' in sql and sql.endswith("ASC FOR UPDATE")]
    assert len(held) == 1
    assert told.index(held[0]) < min(place for place, sql in enumerate(told) if sql.startswith("DELETE"))
    assert not VolunteerImport.objects.filter(pk=old.pk).exists()
    assert row_of(done, 2).told
    sent(by, a_list(a_row(1, "示例戊", 手机号="13800138164")), at=AT + timedelta(days=91))
    assert row_of(done, 2).told is None
