"""Whom a list must not touch: children without a guardian's yes, namesakes, who bears another office's number."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import Leaving
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.people.operations import erase_person
from shanzhi.people.operations.guardians import consent_for, withdraw_for
from shanzhi.places.operations import lists
from shanzhi.volunteering import operations as room
from shanzhi.volunteering import queries
from shanzhi.volunteering.models import EarlierHours, Skill, TeamMember, Volunteer, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations import erasing, refusals
from shanzhi.volunteering.operations import imports as operations
from shanzhi.volunteering.operations.imports import checking
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import (
    AT,
    LONG_AGO,
    a_person,
    actor,
    an_actor,
    an_id_number,
    client_for,
    merge_away,
    sign_in,
)
from tests.volunteering.import_support import SHEET, a_list, a_row, checked, job_of, row_of, sent, taken
from tests.volunteering.support import a_team, a_volunteer
from tests.volunteering.test_volunteers import guarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


TABLES = ("volunteering_volunteerimport", "volunteering_team", "people_person", "volunteering_volunteer")


def locked_tables(seen: CaptureQueriesContext) -> list[str]:
    """List the tables of whose rows some were locked, in the order of the locks."""
    locking = [sql for one in seen if "FOR UPDATE" in (sql := one["sql"] or "") or "FOR NO KEY UPDATE" in sql]
    return [name for sql in locking for name in TABLES if f'FROM "{name}"' in sql.partition(" WHERE ")[0]]


def officer() -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


def take(by: Actor, found: VolunteerImport) -> None:
    operations.take_import(actor=by, import_id=found.pk, at=AT)
    operations.write_import(import_id=found.pk, at=AT)


class TestAChild:
    def test_is_no_other_than_the_one_whose_guardian_agreed(self) -> None:
        by, link = officer(), guarded(9)
        consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        born = str(link.ward.born_on)
        name = link.ward.name.reveal()
        found = checked(by, a_list(a_row(1, name, 出生日期=born), a_row(2, "示例甲", 手机号="13800138201")))
        row = row_of(found, 1)
        assert (row.outcome, row.mark) == ("doubtful", "birth")
        decide: dict[str, Any] = {"actor": by, "import_id": found.pk, "row_id": row.pk, "at": AT}
        with pytest.raises(operations.ChildWithoutGuardian):
            operations.decide_row(decision="another", **decide)
        people = Person.objects.count()
        VolunteerRow.objects.filter(pk=row.pk).update(decision="another")  # as it was decided before that was refused
        take(by, found)
        assert (row_of(found, 1).step, row_of(found, 1).why) == ("passed", "guardian")
        assert Person.objects.count() == people + 1

    def test_waits_where_the_consent_was_taken_back_after_the_check(self) -> None:
        by, link = officer(), guarded(9)
        consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        name, born = link.ward.name.reveal(), str(link.ward.born_on)
        found = checked(
            by, a_list(a_row(1, name, 出生日期=born, 时长=3), a_row(2, "示例甲", 手机号="13800138202", 时长=1))
        )
        operations.decide_row(actor=by, import_id=found.pk, row_id=row_of(found, 1).pk, decision="same", at=AT)
        withdraw_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        take(by, found)
        assert [(row_of(found, n).step, row_of(found, n).why) for n in (1, 2)] == [
            ("passed", "guardian"), ("written", "")
        ]  # fmt: skip
        assert (EarlierHours.objects.get().minutes, Volunteer.objects.count()) == (60, 1)

    def test_is_refused_in_a_row_that_does_not_say_the_birth_too(self) -> None:
        rows = [
            a_row(1, "示例孩子", 手机号="13800138203", 出生日期="2018-01-02"),
            a_row(2, "示例孩子", 手机号="13800138203"),
        ]
        found = checked(officer(), a_list(*rows))
        assert [row_of(found, n).outcome for n in (1, 2)] == ["refused", "refused"]


def test_who_is_known_to_be_a_minor_by_the_list_waits_for_consents_and_keeps_no_note_of_health() -> None:
    number, team = an_id_number(born_on=date(2010, 1, 2)), a_team(COMMUNITY, name="守望队（示例）")
    young = a_person(COMMUNITY, name="少年示例", phone="+8613800138211", born_on=None, verified=False)
    one = a_volunteer(young, COMMUNITY, health="示例", health_agreed_at=LONG_AGO)
    found = taken(officer(), a_list(a_row(1, "少年示例", 手机号="13800138211", 身份证号=number, 队伍="守望队（示例）")))
    one.refresh_from_db()
    assert (one.state, one.health, one.health_agreed_at) == ("registered", None, None)
    assert one.person.born_on == date(2010, 1, 2)
    assert not TeamMember.objects.filter(team=team, volunteer=one).exists()
    assert row_of(found, 1).version_after == one.version


def test_of_two_entries_of_one_person_the_list_goes_into_the_one_that_serves() -> None:
    kept = a_person(COMMUNITY, name="欧阳示例", phone="+8613800138221")
    merged = a_person(COMMUNITY, name="欧阳示例")
    merge_away(merged, kept, staff=a_person(COMMUNITY))
    left = a_volunteer(merged, COMMUNITY, state="left", joined_at=LONG_AGO)
    serves = a_volunteer(kept, COMMUNITY, joined_at=AT)
    by = officer()
    first = taken(by, a_list(a_row(1, "欧阳示例", 手机号="13800138221", 时长=2, 语言="英语")))
    assert row_of(first, 1).volunteer == serves.pk
    assert queries.earlier_minutes(volunteers=[left.pk, serves.pk]) == {left.pk: 0, serves.pk: 120}


def test_hours_that_another_entry_of_the_person_states_are_not_stated_again() -> None:
    kept = a_person(COMMUNITY, name="欧阳示例", phone="+8613800138222")
    merged = a_person(COMMUNITY, name="欧阳示例", phone="+8613800138223")
    left = a_volunteer(merged, COMMUNITY)
    by = officer()
    taken(by, a_list(a_row(1, "欧阳示例", 手机号="13800138223", 时长=2)))
    Volunteer.objects.filter(pk=left.pk).update(state="left")
    merge_away(merged, kept, staff=a_person(COMMUNITY))
    a_volunteer(kept, COMMUNITY, joined_at=AT)
    again = taken(by, a_list(a_row(1, "欧阳示例", 手机号="13800138222", 时长=3)))
    assert EarlierHours.objects.get().volunteer == left
    assert queries.told(row_of(again, 1))["differs"] == [["minutes", 120, 180]]


def test_a_number_that_an_office_gave_is_no_proof_of_who_somebody_is() -> None:
    there = a_volunteer(a_person(COMMUNITY, name="欧阳示例"), COMMUNITY, earlier_number="LX007")
    by = officer()
    found = checked(by, a_list(
        a_row(1, "欧阳示例", 志愿者编号="LX007"), a_row(2, "南宫示例", 志愿者编号="LX007", 手机号="13800138231"),
        a_row(3, "欧阳示例", 志愿者编号=there.number), a_row(4, "东方示例", 志愿者编号=there.number),
    ))  # fmt: skip
    assert [(row_of(found, n).outcome, row_of(found, n).mark) for n in range(1, 5)] == [
        ("doubtful", "number"), ("new", ""), ("merge", "number"), ("refused", ""),
    ]  # fmt: skip
    other = checked(by, a_list(a_row(1, "欧阳示例", 志愿者编号="LX007", 出生日期="1991-02-03")))
    assert row_of(other, 1).outcome == "new"


class TestWhoWasErased:
    def test_is_taken_out_of_waiting_lists_and_a_namesake_stays_in(self) -> None:
        by, gone = officer(), a_person(COMMUNITY, name="欧阳示例", phone="+8613800138241", verified=False)
        rows = [
            a_row(1, "欧阳示例", 手机号="13800138241"), a_row(2, "欧阳示例", 手机号="138 0013 8242"),
            a_row(3, "欧阳示例", 出生日期=str(gone.born_on)),
        ]  # fmt: skip
        found = checked(by, a_list(*rows))
        elsewhere = checked(by, a_list(a_row(1, "欧阳示例", 手机号="13800138243")))
        before = VolunteerImport.objects.get(pk=elsewhere.pk)
        assert [row_of(found, n).outcome for n in (1, 2, 3)] == ["merge", "new", "doubtful"]
        with CaptureQueriesContext(connection) as seen:
            erase_person(
                actor=an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6]), person_id=gone.pk, reason="本人要求", at=AT
            )
        tables = locked_tables(seen)
        assert tables.index("volunteering_volunteerimport") < tables.index("people_person")
        names = [queries.told(row_of(found, n))["name"] for n in (1, 2, 3)]
        assert names == ["", "欧阳示例", ""]
        after = VolunteerImport.objects.get(pk=elsewhere.pk)
        assert (after.file, after.sample) == (before.file, before.sample)
        file = VolunteerImport.objects.get(pk=found.pk).file
        assert file.reveal() == lists.GONE
        take(by, found)
        assert [row_of(found, n).why for n in (1, 2)] == ["gone", ""]
        assert [one.person.name.reveal() for one in Volunteer.objects.all()] == ["欧阳示例"]

    def test_is_taken_out_while_only_rows_that_change_are_locked(self) -> None:
        by = officer()
        found = checked(by, a_list(a_row(1, "示例甲", 手机号="13800138251"), a_row(2, "示例乙", 手机号="13800138252")))
        leaving = Leaving(a_person(COMMUNITY).pk, AT, "示例甲", ("+8613800138251", "13800138251"))
        with CaptureQueriesContext(connection) as seen:
            erasing.erase_from_imports(leaving)
        locks = [one["sql"] for one in seen if "FOR UPDATE" in (one["sql"] or "")]
        assert len(locks) == 1
        assert f'"id" = {row_of(found, 1).pk}' in locks[0]
        assert "13800138251" not in json.dumps(queries.told(row_of(found, 1)))
        take(by, found)  # nobody is put on record without a name
        assert [row_of(found, n).why for n in (1, 2)] == ["gone", ""]
        assert Volunteer.objects.count() == 1

    def test_is_erased_though_a_row_is_forgotten_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = checked(officer(), a_list(a_row(1, "示例甲", 手机号="13800138254")))
        leaving = Leaving(a_person(COMMUNITY).pk, AT, "示例甲", ("+8613800138254", "13800138254"))
        rows, emptied = VolunteerRow.objects.filter(of_import=found.pk), lists.emptied
        told = rows.get().told

        def forgotten(sealed: Any, *given: Any, **more: Any) -> Any:
            if sealed.reveal() == told.reveal():  # read, and not locked yet
                rows.delete()
            return emptied(sealed, *given, **more)

        monkeypatch.setattr(lists, "emptied", forgotten)
        erasing.erase_from_imports(leaving)
        assert not rows.exists()

    def test_in_mid_check_has_the_list_checked_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        by = officer()
        found = sent(by, a_list(a_row(1, "示例甲", 手机号="13800138253")))
        operations.name_columns(actor=by, import_id=found.pk, columns=found.columns, sheets=[SHEET], at=AT)
        keep = checking._keep

        def erased_meanwhile(*told: Any) -> Any:
            VolunteerImport.objects.filter(pk=found.pk).update(file=lists.GONE)
            return keep(*told)

        monkeypatch.setattr(checking, "_keep", erased_meanwhile)
        operations.check_import(import_id=found.pk, at=AT)
        found.refresh_from_db()
        assert (found.state, job_of(found).error) == ("read", str(lists.ERASED))
        assert not VolunteerRow.objects.filter(of_import=found).exists()

    def test_with_a_short_name_of_sign_in_leaves_words_whole_that_hold_it(self) -> None:
        row = {"line": ["示例甲", "13800138254", ["mandarin"]], "name": "示例甲"}
        VolunteerRow.objects.create(
            of_import=sent(officer(), a_list(a_row(1, "示例甲", 手机号="13800138255"))), sheet=SHEET, number=9,
            outcome="new", told=json.dumps(row),
        )  # fmt: skip
        told = VolunteerRow.objects.get(number=9).told
        for numbers, own, name in ((("an",), False, "示例甲"), (("an",), True, ""), (("13800138254", "an"), False, "")):
            leaving = Leaving(a_person(COMMUNITY).pk, AT, "示例甲", numbers)
            seen = lists.emptied(told, leaving, own=own)
            plain = json.loads(seen if isinstance(seen, str) else seen.reveal())
            assert (plain["line"][2], plain["name"]) == (["mandarin"], name)


def test_a_batch_locks_the_import_then_teams_then_people_then_their_entries() -> None:
    a_team(COMMUNITY, name="守望队（示例）")
    there = a_volunteer(a_person(COMMUNITY, name="欧阳示例", phone="+8613800138261"), COMMUNITY)
    found = checked(officer(), a_list(a_row(1, "欧阳示例", 手机号="13800138261", 队伍="守望队（示例）")))
    operations.take_import(actor=officer(), import_id=found.pk, at=AT)
    with CaptureQueriesContext(connection) as seen:
        operations.write_import(import_id=found.pk, at=AT)
    assert locked_tables(seen)[:4] == list(TABLES)
    assert TeamMember.objects.filter(volunteer=there).exists()


def test_who_came_with_a_list_signs_before_leading_and_the_api_says_that_nothing_is_signed() -> None:
    leader, one = a_volunteer(), a_volunteer(a_person(COMMUNITY, name="欧阳示例", phone="+8613800138271"), COMMUNITY)
    team = a_team(COMMUNITY, name="守望队（示例）", leader=leader)
    taken(
        officer(), a_list(a_row(1, "欧阳示例", 手机号="13800138271", 志愿者编号="LX9", 时长=2, 队伍="守望队（示例）"))
    )
    place = TeamMember.objects.get(volunteer=one)
    part: dict[str, Any] = {"actor": actor(leader.person), "member_id": place.pk, "at": AT}
    for role in ("deputy", "leader"):
        with pytest.raises(refusals.NotSigned) as said:
            room.set_part(role=role, **part)
        assert said.value.field == "role"
    client, api = sign_in(Client(), one.person), "/api/v1/volunteering"
    assert [row["signed"] for row in client.get(f"{api}/me/teams").json()] == [None]
    before = {"earlier_number": "LX9", "earlier_minutes": 120}
    assert before.items() <= client.get(f"{api}/me").json().items()
    staff = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    assert before.items() <= staff.get(f"{api}/volunteers/{one.pk}").json().items()
    room.sign_agreement(actor=actor(one.person), team_id=team.pk, signed=1, at=AT)
    room.set_part(role="deputy", **part)
    assert [row["signed"] for row in client.get(f"{api}/me/teams").json()] == [1]


def test_words_are_read_once_for_all_communities_and_the_nearest_counts() -> None:
    def word(area: str, retired: Any = None) -> None:
        Skill.objects.create(
            area=area, code="dance", name=f"舞蹈{area}", name_en="Dance", created_at=LONG_AGO, retired_at=retired
        )

    word(""), word(SUBDISTRICT), word(COMMUNITY, AT), word("110114")
    with CaptureQueriesContext(connection) as seen:
        holding = queries.skills_within(SUBDISTRICT)
        near, here, far = (holding(code) for code in (f"{SUBDISTRICT}002", COMMUNITY, SUBDISTRICT))
    assert len(seen) == 1
    names = [[one.name for one in rows if one.code == "dance"] for rows in (near, here, far)]
    assert names == [[f"舞蹈{SUBDISTRICT}"], [], [f"舞蹈{SUBDISTRICT}"]]
    everywhere = queries.skills_within("")  # of a list of the whole country
    for code in (f"{SUBDISTRICT}002", COMMUNITY, SUBDISTRICT, "110114", "370102"):
        assert everywhere(code) == queries.skills(code)
        if code.startswith(SUBDISTRICT):
            assert holding(code) == queries.skills(code)
