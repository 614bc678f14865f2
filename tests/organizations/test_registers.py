"""Registers of offices: checked without a write, twins found, taken in whole batches, resumed, and taken back."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations as room
from shanzhi.organizations import uses
from shanzhi.organizations.models import Membership, Organization, RegisterEntry, RegisterImport, RegisterRow
from shanzhi.organizations.operations import registers as operations
from shanzhi.organizations.operations.registers import checking, writing
from shanzhi.organizations.policies import NotInCharge
from shanzhi.work import batches
from shanzhi.work.models import Job
from tests.organizations.register_support import a_register, a_row, checked, job_of, row_of, sent, taken, undone
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, an_actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(hours=1)
SYSTEM = Actor.system("test")


def officer(area: str = SUBDISTRICT) -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, area)


def plainly(body: Organization) -> tuple[Any, ...]:
    """Give all that a register may touch of an organisation, but for its version."""
    stated = RegisterEntry.objects.filter(organization=body.pk)
    entry = stated.values_list("number", "filed_on", "sort", "former").first()
    people = sorted(
        (one.name.reveal(), one.phone.reveal() if one.phone else "", one.part)
        for one in Membership.objects.filter(organization=body.pk)
    )
    return (body.name, body.kind, body.purpose, body.size_stated, body.credit_code, body.state, entry, people)


def one_of_each() -> tuple[dict[str, Organization], bytes]:
    """Put organisations on record, and give a register with a row for each way to be a twin, and none."""
    known = {
        "code": an_organization(COMMUNITY, name="甲组织（示例）", kind="social_association", credit_code=CODES["51"]),
        "name": an_organization(COMMUNITY, name="乙组织（示例）", kind="community_organization"),
        "former": an_organization(COMMUNITY, name="丙新名（示例）", kind="community_organization"),
        "phone": an_organization(COMMUNITY, name="丁银龄合唱队（示例）", kind="volunteer_team"),
        "far": an_organization("370102001002", name="戊组织（示例）", kind="volunteer_team"),
        "outside": an_organization("370102002001", name="己组织（示例）", credit_code=CODES["52"]),
    }
    room.add_member(
        actor=SYSTEM, organization_id=known["phone"].pk, name="欧阳示例", phone="13800138000", part="in_charge",
        starts_on=AT.date(), at=AT,
    )  # fmt: skip
    rows = [
        a_row(1, "全新互助队（示例）", 负责人="诸葛示例", 联系电话="１３８００１３８００１", 备案编号="示备001",
              备案时间="2021年3月", 人数="12人"),
        a_row(2, "甲组织改名了（示例）", 统一社会信用代码=CODES["51"], 人数=30),
        a_row(3, "乙组织(示例)", 负责人="司马示例", 联系电话=13800138002.0, 备案时间=44260),
        a_row(4, "丙旧名（示例）", 曾用名="丙新名（示例）"),
        a_row(5, "银龄合唱队（示例）", 负责人="欧阳示例", 联系电话="138 0013 8000"),
        a_row(6, "戊组织（示例）"),
        a_row(7, "庚组织（示例）", 统一社会信用代码=CODES["52"]),
        a_row(8, "辛组织（示例）", 所属社区="历南社区"),
        a_row(9, "全新互助队（示例）", 负责人="诸葛示例", 曾用名="老互助队（示例）"),
        a_row(10, "", 负责人="欧阳示例"),
        a_row(11, "壬组织（示例）", 联系电话="12345"),
    ]  # fmt: skip
    return known, a_register(*rows)


def test_a_check_says_what_would_come_of_each_row_and_writes_nothing() -> None:
    known, content = one_of_each()
    before = [plainly(body) for body in Organization.objects.order_by("pk")]
    found = checked(officer(), content)
    assert [plainly(body) for body in Organization.objects.order_by("pk")] == before
    assert (found.state, found.counts) == ("checked", {
        "new": 1, "merge": 5, "doubtful": 1, "refused": 4, "differs": 3, "passed_over": 1,
    })  # fmt: skip
    rows = {row.number: row for row in RegisterRow.objects.filter(register=found)}
    marks = {number: (row.outcome, row.mark, row.organization) for number, row in rows.items()}
    assert marks[4] == ("merge", "code", known["code"].pk)
    assert marks[5] == ("merge", "name", known["name"].pk)
    assert marks[6] == ("merge", "former", known["former"].pk)
    assert marks[7] == ("merge", "phone", known["phone"].pk)
    assert marks[8][:2] == ("doubtful", "name")
    assert marks[11][:2] == ("merge", "name")
    assert (rows[11].organization, rows[11].of_row) == (rows[3].organization, 3)
    refused = {number: row.field for number, row in rows.items() if row.outcome == "refused"}
    assert refused == {9: "credit_code", 10: "community", 12: "name", 13: "phone"}
    # What is outside is never told: no name, no area, no number of it anywhere in what is kept.
    kept = [str(row.twins) + row.told.reveal() for row in rows.values() if row.told]
    assert not [one for one in kept if "己组织" in one or str(known["outside"].pk) in one]
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM organizations_registerrow WHERE id = %s", [rows[3].pk])
        assert "诸葛".encode() not in bytes((cursor.fetchone() or [b""])[0])


def test_taking_fills_what_is_empty_lists_what_differs_and_tells_each_history() -> None:
    known, content = one_of_each()
    found = taken(officer(), content)
    assert found.state == "written"
    assert (found.file, found.sample) == (None, None)
    assert [found.counts[name] for name in ("made", "merged", "left_out")] == [1, 5, 5]
    made = Organization.objects.get(name="全新互助队（示例）")
    assert (made.kind, made.purpose, made.state) == ("community_organization", "public_benefit", "group")
    assert made.size_stated == 12
    entry = RegisterEntry.objects.get(organization=made)
    assert (entry.number, entry.filed_on, entry.filed_exact) == ("示备001", date(2021, 3, 1), "month")
    assert entry.former == ["老互助队（示例）"]
    (charge,) = Membership.objects.filter(organization=made)
    assert (charge.name.reveal(), charge.phone.reveal(), charge.part) == ("诸葛示例", "+8613800138001", "in_charge")
    assert str(charge.name) == "诸*例"
    known = {name: Organization.objects.get(pk=body.pk) for name, body in known.items()}
    assert (known["code"].name, known["code"].size_stated) == ("甲组织（示例）", 30)
    assert json.loads(row_of(found, "甲组织改名了（示例）").told.reveal()) == {
        "differs": [["name", "甲组织（示例）", "甲组织改名了（示例）"]]
    }
    assert RegisterEntry.objects.get(organization=known["name"].pk).filed_on == date(2021, 3, 5)
    assert RegisterEntry.objects.get(organization=known["former"].pk).former == []
    told = Event.objects.filter(subject_id=str(made.pk)).values_list("verb", "change")
    assert {verb for verb, _change in told} == {
        "organizations.organization.import", "organizations.organization.import_merge",
    }  # fmt: skip
    assert all(change["register_id"] == str(found.pk) for _verb, change in told)
    assert "诸葛" not in json.dumps([change for _verb, change in told], ensure_ascii=False)
    assert job_of(found).state == "done"


def test_the_same_register_again_makes_nothing_new() -> None:
    by = officer()
    content = a_register(*(a_row(n, f"第{n}互助队（示例）", 负责人="诸葛示例") for n in range(1, 6)))
    taken(by, content)
    before = [plainly(body) for body in Organization.objects.order_by("pk")]
    again = taken(by, content, at=LATER)
    assert (again.counts["new"], again.counts["merge"]) == (0, 5)
    assert [plainly(body) for body in Organization.objects.order_by("pk")] == before


def test_a_take_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    by = officer()
    found = checked(by, a_register(*(a_row(n, f"第{n}互助队（示例）") for n in range(1, 8))))
    operations.take_register(actor=by, register_id=found.pk, at=AT)
    monkeypatch.setattr(writing, "BATCH", 3)

    class Killed(BaseException):
        """The worker is gone."""

    with monkeypatch.context() as patch:
        done: list[int] = []

        def advance(*, job_id: Any, done: int) -> None:
            raise Killed

        patch.setattr(batches, "advance_job", advance)
        with pytest.raises(Killed):
            operations.write_register(register_id=found.pk, at=AT)
        assert done == []
    assert Organization.objects.count() == 3  # one whole batch, and no part of the next
    again = operations.take_register(actor=by, register_id=found.pk, at=AT)
    assert again.job == RegisterImport.objects.get(pk=found.pk).job
    for _ in range(2):  # once more than needed
        operations.write_register(register_id=found.pk, at=AT)
    assert Organization.objects.count() == 7
    assert Event.objects.filter(verb="organizations.organization.import").count() == 7
    job = job_of(found)
    assert (job.state, job.done, job.total) == ("done", 7, 7)


def test_a_fault_that_nobody_foresaw_fails_the_check_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    by = officer()
    found = sent(by, a_register(a_row(1, "甲互助队（示例）")))
    name: dict[str, Any] = {"actor": by, "register_id": found.pk, "columns": found.columns, "at": AT}
    name["sheets"] = [sheet["name"] for sheet in found.sheets]
    operations.name_columns(**name)

    def broken(*_told: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(checking, "check", broken)
        with pytest.raises(RuntimeError):
            operations.check_register(register_id=found.pk, at=AT)
    found.refresh_from_db()
    assert (found.state, job_of(found).state, job_of(found).error) == ("read", "failed", str(batches.BROKEN))
    operations.name_columns(**name)
    for _ in range(2):  # once more than needed
        operations.check_register(register_id=found.pk, at=AT)
    found.refresh_from_db()
    assert (found.state, job_of(found).state) == ("checked", "done")


def test_what_came_on_record_meanwhile_is_left_alone() -> None:
    by = officer()
    found = checked(by, a_register(a_row(1, "抢先互助队（示例）"), a_row(2, "另一互助队（示例）")))
    quick = an_organization(COMMUNITY, name="抢先互助队（示例）")
    operations.take_register(actor=by, register_id=found.pk, at=AT)
    operations.write_register(register_id=found.pk, at=AT)
    row = row_of(found, "抢先互助队（示例）")
    assert (row.step, row.why) == ("passed", "meanwhile")
    quick.refresh_from_db()
    assert quick.version == 1
    assert Organization.objects.count() == 2


class TestDoubtfulRows:
    def test_are_decided_by_the_officer(self) -> None:
        by = officer()
        far = an_organization("370102001002", name="戊组织（示例）")
        found = checked(by, a_register(*(a_row(n, "戊组织（示例）", 所属社区=where)
                                         for n, where in enumerate(("历山路社区", "历山路居委会"), 1))))  # fmt: skip
        first, second = RegisterRow.objects.filter(register=found).order_by("number")
        decide: dict[str, Any] = {"actor": by, "register_id": found.pk, "at": AT}
        with pytest.raises(operations.NotACandidate):
            operations.decide_row(row_id=first.pk, decision="same", organization_id=uuid4(), **decide)
        new = checked(by, a_register(a_row(1, "独一无二队（示例）")))
        row = RegisterRow.objects.get(register=new)
        with pytest.raises(operations.NotDoubtful):
            operations.decide_row(row_id=row.pk, decision="same", **{**decide, "register_id": new.pk})
        operations.decide_row(row_id=first.pk, decision="another", **decide)
        operations.decide_row(row_id=second.pk, decision="same", organization_id=far.pk, **decide)
        operations.take_register(actor=by, register_id=found.pk, at=AT)
        operations.write_register(register_id=found.pk, at=AT)
        assert {body.area for body in Organization.objects.filter(name="戊组织（示例）")} == {far.area, COMMUNITY}
        with pytest.raises(operations.RegisterGone):
            operations.decide_row(row_id=first.pk, decision="", **decide)

    def test_of_one_name_and_seat_with_two_codes_are_never_two(self) -> None:
        by = officer()
        an_organization(COMMUNITY, name="同名会（示例）", kind="social_association", credit_code=CODES["51"])
        found = checked(by, a_register(a_row(1, "同名会（示例）", 统一社会信用代码=CODES["52"], 类别="")))
        row = row_of(found, "同名会（示例）")
        assert row.outcome == "doubtful"
        with pytest.raises(operations.AnotherImpossible):
            operations.decide_row(actor=by, register_id=found.pk, row_id=row.pk, decision="another", at=AT)
        with pytest.raises(operations.NothingToTake):
            operations.take_register(actor=by, register_id=found.pk, at=AT)


class TestTakingBack:
    def test_leaves_the_record_as_it_was(self) -> None:
        _known, content = one_of_each()
        by = officer()
        before = {body.pk: plainly(body) for body in Organization.objects.all()}
        found = undone(by, taken(by, content))
        assert {body.pk: plainly(body) for body in Organization.objects.all()} == before
        assert (found.state, found.counts["undone"], found.counts["stays"]) == ("undone", 6, 0)
        again = undone(by, found)
        assert again.counts == found.counts
        assert {body.pk: plainly(body) for body in Organization.objects.all()} == before
        assert Event.objects.filter(verb="organizations.organization.import_removed").count() == 1
        # The names and codes are free again.
        assert taken(by, content, at=LATER).counts["made"] == 1

    def test_leaves_whole_what_was_touched_since_and_says_why(self) -> None:
        by = officer()
        names = ["改过队（示例）", "有人队（示例）", "有角色队（示例）", "关闭队（示例）", "没人动队（示例）"]
        found = taken(by, a_register(*(a_row(n, name) for n, name in enumerate(names, 1))))
        changed, joined, held, closed, left = (Organization.objects.get(name=name) for name in names)
        room.change_organization(
            actor=by, organization_id=changed.pk, version=1, name=changed.name, kind="hub", area=changed.area, at=LATER
        )
        room.add_member(
            actor=by, organization_id=joined.pk, name="诸葛示例", part="member", starts_on=AT.date(), at=LATER
        )
        a_person(COMMUNITY, Role.OPERATOR, organization=held.pk)
        room.close_organization(actor=by, organization_id=closed.pk, version=1, reason="并入", at=LATER)
        found = undone(by, found, at=LATER)
        why = dict(RegisterRow.objects.filter(register=found).values_list("name", "why"))
        assert why == dict(zip(names, ("changed", "people", "used", "closed", ""), strict=True))
        assert not Organization.objects.filter(pk=left.pk).exists()
        assert Organization.objects.filter(pk__in=[changed.pk, joined.pk, held.pk, closed.pk]).count() == 4
        assert (found.counts["undone"], found.counts["stays"]) == (1, 4)

    def test_is_the_only_way_to_remove_an_organisation(self) -> None:
        by = officer()
        found = taken(by, a_register(a_row(1, "留存队（示例）")))
        body = Organization.objects.get()
        with pytest.raises(DatabaseError), transaction.atomic():
            Organization.objects.filter(pk=body.pk)._raw_delete("default")
        for wrong in ("read", "undone"):
            with pytest.raises(DatabaseError), transaction.atomic():
                RegisterImport.objects.filter(pk=found.pk).update(state=wrong)
        with pytest.raises(DatabaseError), transaction.atomic():
            RegisterImport.objects.filter(pk=found.pk).delete()

    def test_asks_every_place_that_names_organisations(self) -> None:
        named = set(uses._places())
        assert {("people_rolegrant", "organization"), ("ventures_proposal", "organization"),
                ("funding_donor", "organization"), ("organizations_link", "other_id")} <= named  # fmt: skip


class TestWhoMay:
    def test_only_officers_of_the_area_and_what_lies_elsewhere_is_not_there(self) -> None:
        content = a_register(a_row(1, "近邻队（示例）"))
        for who in (officer("370102002"), officer("110114008")):
            with pytest.raises(NotInCharge):
                sent(who, content)
        found = checked(officer(), content)
        stranger: dict[str, Any] = {"actor": officer("370102002"), "register_id": found.pk, "at": AT}
        for act in (operations.take_register, operations.start_undo):
            with pytest.raises(NotFound):
                act(**stranger)
        with pytest.raises(NotFound):
            operations.name_columns(columns={"name": "组织名称"}, sheets=["台账"], **stranger)

    def test_who_lost_the_office_meanwhile_writes_nothing(self) -> None:
        by = officer()
        found = checked(by, a_register(a_row(1, "近邻队（示例）")))
        operations.take_register(actor=by, register_id=found.pk, at=AT)
        from_now = AT + timedelta(days=400)
        Job.objects.filter(pk=job_of(found).pk).update(owner=a_person(COMMUNITY).pk)
        operations.write_register(register_id=found.pk, at=from_now)
        assert job_of(found).state == "failed"
        assert not Organization.objects.exists()
        colleague = officer()
        operations.take_register(actor=colleague, register_id=found.pk, at=AT)
        operations.write_register(register_id=found.pk, at=AT)
        assert Organization.objects.count() == 1


def test_columns_are_chosen_and_remembered_for_the_office() -> None:
    by = officer()
    headings = ("甲", "乙", "社区")
    content = a_register(["近邻队（示例）", "诸葛示例", "历山路社区"], headings=headings)
    found = sent(by, content)
    assert found.columns == {"community": "社区"}
    columns = {"name": "甲", "in_charge": "乙", "community": "社区"}
    chosen: dict[str, Any] = {"actor": by, "register_id": found.pk, "sheets": ["台账"], "at": AT}
    for wrong, refusal in (
        ({"in_charge": "乙"}, operations.BadColumns), ({**columns, "phone": "乙"}, operations.ColumnTwice),
    ):  # fmt: skip
        with pytest.raises(refusal):
            operations.name_columns(columns=wrong, **chosen)
    with pytest.raises(operations.NoWorksheet):
        operations.name_columns(columns=columns, **{**chosen, "sheets": ["别的"]})
    operations.name_columns(columns=columns, remember=True, **chosen)
    operations.check_register(register_id=found.pk, at=AT)
    assert row_of(found, "近邻队（示例）").outcome == "new"
    assert sent(by, content).columns == columns
    assert sent(officer("370102002"), content, area="370102002").columns == {"community": "社区"}


def test_a_register_that_was_never_taken_is_forgotten_and_so_is_what_old_rows_say_of_people() -> None:
    by = officer()
    done = taken(by, a_register(a_row(1, "近邻队（示例）"), a_row(2, "错队（示例）", 联系电话="1")))
    assert row_of(done, "错队（示例）").told
    old = checked(by, a_register(a_row(1, "另一近邻队（示例）")))
    with CaptureQueriesContext(connection) as seen:
        sent(by, a_register(a_row(1, "新近邻队（示例）")), at=AT + timedelta(days=8))
    told = [one["sql"] or "" for one in seen]
    held = [sql for sql in told if 'FROM "organizations_registerimport"' in sql and sql.endswith("ASC FOR UPDATE")]
    assert len(held) == 1
    assert told.index(held[0]) < min(place for place, sql in enumerate(told) if sql.startswith("DELETE"))
    assert not RegisterImport.objects.filter(pk=old.pk).exists()
    sent(by, a_register(a_row(1, "新近邻队（示例）")), at=AT + timedelta(days=91))
    assert row_of(done, "错队（示例）").told is None
