"""The work on a list: stopped by a fault, begun twice, dropped, and gone on with from a terminal."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from typer.testing import CliRunner

from shanzhi.audit.models import Event
from shanzhi.config.commands import imports as command
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.volunteering.models import Volunteer, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations import imports as operations
from shanzhi.volunteering.operations.imports import checking
from shanzhi.volunteering.operations.imports.batches import Batch
from shanzhi.volunteering.views.import_words import cell
from shanzhi.work import batches
from shanzhi.work.batches import alone
from shanzhi.work.models import Job
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import AT, a_person, an_actor, client_for
from tests.volunteering.import_support import SHEET, a_list, a_row, checked, job_of, row_of, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def officer() -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


class TestAFaultThatNobodyForesaw:
    def test_fails_the_check_in_words_and_the_list_is_checked_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        by = officer()
        found = sent(by, a_list(a_row(1, "示例甲", 手机号="13800138301")))
        step: dict[str, Any] = {"import_id": found.pk, "at": AT}
        name: dict[str, Any] = {"actor": by, "columns": found.columns, "sheets": [SHEET], **step}
        operations.name_columns(**name)

        def broken(*_told: Any) -> Any:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(checking, "check", broken)
            with pytest.raises(RuntimeError):
                operations.check_import(**step)
        found.refresh_from_db()
        assert (found.state, job_of(found).state, job_of(found).error) == ("read", "failed", str(batches.BROKEN))
        operations.name_columns(**name)
        operations.check_import(**step)
        found.refresh_from_db()
        assert (found.state, job_of(found).state) == ("checked", "done")

    def test_fails_the_taking_in_words_and_it_is_gone_on_with(self, monkeypatch: pytest.MonkeyPatch) -> None:
        by = officer()
        found = checked(by, a_list(a_row(1, "示例甲", 手机号="13800138302")))
        step: dict[str, Any] = {"import_id": found.pk, "at": AT}
        operations.take_import(actor=by, **step)

        def broken(*_told: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(Batch, "take", broken)
            with pytest.raises(RuntimeError):
                operations.write_import(**step)
        assert (job_of(found).state, job_of(found).error) == ("failed", str(batches.BROKEN))
        operations.take_import(actor=by, **step)
        operations.write_import(**step)
        assert (job_of(found).state, Volunteer.objects.count()) == ("done", 1)


def test_a_check_begun_twice_is_done_by_one_worker_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    by, seen = officer(), []
    other = connection.copy()

    def held(import_id: Any) -> bool:
        """Tell whether another worker would wait."""
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"work.batches {import_id}"])
            free = bool((cursor.fetchone() or [None])[0])
            cursor.execute("SELECT pg_advisory_unlock_all()")
        return not free

    found = sent(by, a_list(a_row(1, "示例甲", 手机号="13800138303")))
    operations.name_columns(actor=by, import_id=found.pk, columns=found.columns, sheets=[SHEET], at=AT)
    whole = checking.check

    def looking(*told: Any) -> Any:
        seen.append(held(found.pk))
        return whole(*told)

    monkeypatch.setattr(checking, "check", looking)
    try:
        for _ in range(2):
            operations.check_import(import_id=found.pk, at=AT)
        with pytest.raises(RuntimeError), alone(found.pk):
            raise RuntimeError
        assert (seen, held(found.pk)) == ([True], False)
    finally:
        other.close()


def test_a_list_that_stands_in_its_check_for_a_week_is_forgotten() -> None:
    by = officer()
    stuck, again = (sent(by, a_list(a_row(n, "示例甲", 手机号=f"1380013831{n}"))) for n in (1, 2))
    for found in (stuck, again):
        operations.name_columns(actor=by, import_id=found.pk, columns=found.columns, sheets=[SHEET], at=AT)
    later = AT + timedelta(days=8)
    Job.objects.filter(pk=job_of(again).pk).update(created_at=later)
    sent(by, a_list(a_row(3, "示例丁", 手机号="13800138313")), at=later)
    assert [VolunteerImport.objects.filter(pk=one.pk).exists() for one in (stuck, again)] == [False, True]


def test_a_list_is_dropped_by_page_and_by_program_and_its_history_says_so() -> None:
    client, by = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), officer()
    first = checked(by, a_list(a_row(1, "示例甲", 手机号="13800138321")))
    second = sent(by, a_list(a_row(1, "示例乙", 手机号="13800138322")))
    address = reverse("volunteering:import_forget", args=[first.pk])
    assert address in client.get(reverse("volunteering:import", args=[first.pk])).content.decode()
    answer = client.post(address, follow=True)
    assert "未录入" in answer.content.decode()
    key, path = uuid4().hex, f"/api/v1/volunteering/imports/{second.pk}/forget"
    answers = [
        client.post(path, headers={"Idempotency-Key": key}, data="{}", content_type="application/json")
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert not VolunteerImport.objects.exists()
    told = Event.objects.filter(verb="volunteering.import.forget").order_by("pk")
    assert [one.subject_id for one in told] == [str(first.pk), str(second.pk)]
    taken = checked(by, a_list(a_row(1, "示例丙", 手机号="13800138323")))
    VolunteerImport.objects.filter(pk=taken.pk).update(state="writing")
    with pytest.raises(operations.ImportGone):
        operations.forget_import(actor=by, import_id=taken.pk, at=AT)


def test_first_rows_show_nothing_of_columns_that_nobody_named() -> None:
    shown = {
        ("", "济南市历下区示例路1号"): "济***", ("", "男"): "***", ("phone", "138 0013 8000"): "138****",
        ("id_number", "370102198005170012"): "370****", ("earlier_number", "LX007"): "L***",
        ("born_on", "1980-05-17"): "1980****", ("team", "守望队（示例）"): "守望队（示例）", ("", ""): "",
        ("team", "守望队 13800138000"): "守望队 138****", ("registered_on", "20210305"): "20210305",
    }  # fmt: skip
    assert {told: cell(*told) for told in shown} == shown


class TestTheCommand:
    def test_leaves_alone_what_an_officer_works_on(self, tmp_path: Path) -> None:
        file, by, run = tmp_path / "花名册（示例）.xlsx", officer(), CliRunner()
        there = a_person(COMMUNITY, name="上官示例", verified=False)
        content = a_list(a_row(1, "上官示例", 出生日期=str(there.born_on)), a_row(2, "示例甲", 手机号="13800138331"))
        file.write_bytes(content)
        found = checked(by, content)
        row = row_of(found, 1)
        operations.decide_row(actor=by, import_id=found.pk, row_id=row.pk, decision="same", at=AT)
        asked = ["volunteers", str(file), "--area", SUBDISTRICT, "--json"]
        looked, done = run.invoke(command.app, [*asked, "--dry-run"]), run.invoke(command.app, asked)
        assert (looked.exit_code, done.exit_code) == (0, 1)
        told = json.loads(looked.stdout)
        assert (told["state"], told["read"], told["taken_before"]) == ("checked", 2, False)
        assert (VolunteerRow.objects.get(pk=row.pk).decision, Volunteer.objects.count()) == ("same", 0)
        assert "An officer works on this file" in run.invoke(command.app, asked[:-1]).stdout
        operations.take_import(actor=by, import_id=found.pk, at=AT)
        looked = run.invoke(command.app, [*asked, "--dry-run"])
        assert (json.loads(looked.stdout)["state"], Volunteer.objects.count()) == ("writing", 0)

    def test_goes_on_with_what_a_killed_run_left(self, tmp_path: Path) -> None:
        file, run, content = tmp_path / "list.xlsx", CliRunner(), a_list(a_row(1, "示例甲", 手机号="13800138332"))
        file.write_bytes(content)
        found = checked(Actor.system("import volunteers"), content)
        asked = ["volunteers", str(file), "--area", SUBDISTRICT, "--json"]
        assert json.loads(run.invoke(command.app, asked).stdout)["state"] == "written"
        assert VolunteerImport.objects.get(pk=found.pk).state == "written"
