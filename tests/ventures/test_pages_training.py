"""Pages of training: planned and recorded at the desk, told to the public and to the team; who meets which."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, Final

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel import identifiers
from shanzhi.kernel.roles import Role
from shanzhi.people.fields import PHONE, mark
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.demo.rounds import DAY, PLAN, hand_in, move, new_call
from shanzhi.ventures.models import Attendance, Call, TrainingSession
from tests.support import people
from tests.support.permissions import Expected, Row
from tests.support.places import load_districts
from tests.ventures import desk_support as desk
from tests.ventures.test_permissions import (
    MANAGERS,
    POST,
    READERS,
    REVIEWERS,
    SIGNED_IN,
    Path,
    made,
    meet,
    of_call,
    run,
    several,
)

pytestmark = pytest.mark.django_db
PHONE_NUMBER: Final = "13800000001"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def held(call: Call, **given: Any) -> TrainingSession:
    """Plan a session of a call that began an hour ago."""
    at = timezone.now()
    values = {"title": "预算培训", "starts_at": at - timedelta(hours=1), "place": "居委会", "minutes": 60}
    return operations.plan_session(actor=desk.SYSTEM, call_id=call.pk, given=values | given, at=at)


def of_session(path: str, state: str = "submission") -> Path:
    """Give the address of a page of a session with one attendance."""

    def address() -> str:
        one = held(made(state))
        someone = people.a_person(desk.COMMUNITY, name="示例")
        row = Attendance.objects.create(session=one, person=someone, recorded_at=timezone.now())
        return path.format(one.pk, row=row.pk)

    return address


def keep(path: Path, *, hidden: int = 403, status: int = 200, **row: Any) -> Row:
    """Make the row of a page of attendance: who runs the call, and social workers of its area."""
    groups: dict[tuple[Any, ...], Expected] = {
        SIGNED_IN: (hidden, hidden), READERS: (403, hidden), REVIEWERS: (status, hidden)}  # fmt: skip
    return several(groups, (302, 302), path, **row)


TRAINING: Final[dict[str, Row]] = {
    "ventures:desk_trainings": keep(of_call("submission", "/desk/calls/{}/training/")),
    "ventures:desk_trainings of a draft": keep(of_call("draft", "/desk/calls/{}/training/"), hidden=404),
    "ventures:desk_training_new": run(of_call("submission", "/desk/calls/{}/training/new/"), hidden=403),
    "POST ventures:desk_training_new": run(
        of_call("submission", "/desk/calls/{}/training/new/"), hidden=403, status=422, **POST),
    "ventures:desk_training": keep(of_session("/desk/training/{}/")),
    "POST ventures:desk_training": keep(of_session("/desk/training/{}/"), status=422, **POST),
    "ventures:desk_training_edit": run(of_session("/desk/training/{}/edit/"), hidden=403),
    "POST ventures:desk_training_edit": run(of_session("/desk/training/{}/edit/"), hidden=403, status=422, **POST),
    "ventures:desk_training_cancel": run(of_session("/desk/training/{}/cancel/"), hidden=403),
    "POST ventures:desk_training_cancel": run(
        of_session("/desk/training/{}/cancel/"), hidden=403, status=422, **POST),
    "POST ventures:desk_training_turn": run(
        of_session("/desk/training/{}/turn/"), hidden=403, status=302, data={"move": "x"}, **POST),
    "ventures:desk_training_sheet": keep(of_session("/desk/training/{}/sheet/")),
    "POST ventures:desk_training_sheet": keep(of_session("/desk/training/{}/sheet/"), status=422, **POST),
    "ventures:desk_training_remove": keep(of_session("/desk/training/{}/attendance/{row}/remove/")),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAINING)
def test_every_role_meets(name: str) -> None:
    assert MANAGERS
    assert meet(TRAINING[name]) == {}, TRAINING[name].expected


def words(answer: Any) -> str:
    """Give a page's text."""
    return str(answer.content.decode())


def on_record(name: str) -> Person:
    """Give a resident with a phone."""
    person, number = people.a_person(desk.COMMUNITY, name=name), identifiers.phone(PHONE_NUMBER)
    Person.objects.filter(pk=person.pk).update(phone=number, phone_mark=mark(number, purpose=PHONE))
    return person


def workbook(*rows: tuple[str, str]) -> SimpleUploadedFile:
    """Make a sheet of names and phones."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    for number, cells in enumerate((("姓名", "手机"), *rows)):
        page.write_row(number, 0, cells)
    book.close()
    return SimpleUploadedFile("签到.xlsx", out.getvalue())


class TestASession:
    def test_is_planned_changed_and_cancelled(self) -> None:
        client, call = desk.officer(), desk.a_call("submission")
        typed = {"title": "预算怎么编", "starts_at": "2026-11-20T09:00", "minutes": "90", "place": "二楼"}
        client.post(f"/desk/calls/{call.pk}/training/new/", typed)
        one = TrainingSession.objects.get(call=call)
        assert "预算怎么编" in words(client.get(f"/desk/calls/{call.pk}/training/"))
        edit = f"/desk/training/{one.pk}/edit/"
        assert client.post(edit, typed | {"place": "三楼", "version": "9"}).status_code == 409
        client.post(edit, typed | {"place": "三楼", "version": "1"})
        one.refresh_from_db()
        assert one.place == "三楼"
        refused = client.post(f"/desk/calls/{call.pk}/training/new/", typed | {"required": "on"})
        assert refused.status_code == 409
        client.post(f"/desk/training/{one.pk}/cancel/", {"reason": "讲师生病"})
        assert "讲师生病" in words(Client().get(f"/calls/{call.pk}/"))


class TestAttendance:
    def test_is_recorded_by_phone_with_the_name_masked_and_removed_again(self) -> None:
        client, one = desk.officer(), held(desk.a_call("submission"))
        on_record("张小三")
        url = f"/desk/training/{one.pk}/"
        assert client.post(url, {"words": "13999999999"}).status_code == 422
        page = words(client.post(url, {"words": PHONE_NUMBER}, follow=True))
        assert "张小三" not in page
        assert "张*三" in page
        assert words(client.get(url, {"q": PHONE_NUMBER})).count("张*三") == 1
        assert "张*三" not in words(client.get(url, {"q": "13999999999"}))
        row = one.attendance.get()
        remove = reverse("ventures:desk_training_remove", args=[one.pk, row.pk])
        assert "张*三" in words(client.get(remove))
        client.post(remove)
        assert not one.attendance.exists()

    def test_comes_in_by_a_sheet_whose_faults_name_row_column_and_cure(self) -> None:
        client, one = desk.officer(), held(desk.a_call("submission"))
        on_record("张小三")
        url = f"/desk/training/{one.pk}/sheet/"
        page = client.post(url, {"file": workbook(("李四", PHONE_NUMBER), ("王五", "123"))})
        assert page.status_code == 422
        assert ">3<" in words(page)
        page = words(client.post(url, {"file": workbook(("李四", PHONE_NUMBER))}))
        assert "这个号码属于另一个姓名的人" in page
        assert ">2<" in page
        client.post(url, {"file": workbook(("张小三", PHONE_NUMBER))})
        assert one.attendance.count() == 1

    def test_list_is_closed_and_opened_again(self) -> None:
        client, one = desk.officer(), held(desk.a_call("submission"))
        url = f"/desk/training/{one.pk}/"
        client.post(f"{url}turn/")
        assert 'name="words"' not in words(client.get(url))
        client.post(f"{url}turn/", {"move": "reopen"})
        assert 'name="words"' in words(client.get(url))

    def test_costs_as_many_queries_for_many_as_for_one(self) -> None:
        client, one = desk.officer(), held(desk.a_call("submission"))
        counts = []
        for _ in range(2):
            for _more in range(3):
                someone = people.a_person(desk.COMMUNITY, name="示例")
                Attendance.objects.create(session=one, person=someone, recorded_at=timezone.now())
            with CaptureQueriesContext(connection) as asked:
                client.get(f"/desk/training/{one.pk}/")
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTheGate:
    def test_is_told_to_the_team_and_foretold_at_the_desk(self) -> None:
        start = desk.first_day("review")
        call = new_call(actor=desk.SYSTEM, areas=[desk.AREA], title="有培训（示例）", first_day=start, at=start - DAY)
        operations.save_call(
            actor=desk.SYSTEM, call_id=call.pk, version=1, given={"training": {"gate": "notice"}}, at=start - DAY
        )
        session = held(call, required=True, starts_at=start + DAY)
        for kind in ("publicity", "submission"):
            call = move(desk.SYSTEM, call, start + PLAN[kind] * DAY)
        contact = people.a_person(desk.COMMUNITY, name="示例")
        at = start + (PLAN["submission"] + 1) * DAY
        one = hand_in(call=call, project=PROJECTS[0], contact=contact, first_day=start, at=at)
        move(desk.SYSTEM, call, start + PLAN["review"] * DAY)
        page = words(people.sign_in(Client(), contact).get(f"/proposals/{one.pk}/"))
        assert "未参加必修培训：预算培训" in page
        client = desk.officer()
        phase = f"/desk/calls/{call.pk}/phase/"
        assert "还有 1 场培训的名单没有封" in words(client.get(phase))
        desk.pass_all(people.an_actor(Role.SUBDISTRICT_OFFICER, desk.AREA), [one], at=timezone.now())
        client.post(f"/desk/training/{session.pk}/turn/")
        page = words(client.get(phase))
        assert one.title in page
        assert "没有一个参加了要求的培训" in page
