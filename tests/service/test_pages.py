"""The pages of service walked through: a team's table, the queue, one's own page with many records, certificates."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument

from shanzhi.kernel.roles import Role
from shanzhi.service.models import Certificate, Complaint, ServiceRecord, Thanks
from shanzhi.volunteering.models import Team, Volunteer
from tests.people.conftest import COMMUNITY
from tests.service.support import a_batch, a_kind, a_record
from tests.support.people import LONG_AGO, client_for, sign_in
from tests.support.pressing import twice
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
MINE, DESK, VERIFY = "/account/volunteering/service/", "/desk/service/", "/service/verify/"
API = "/api/v1/service"


def browser(one: Volunteer) -> Client:
    """Give a browser in which a volunteer is signed in."""
    return sign_in(Client(), one.person)


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def shift(records: Any, days: int) -> None:
    """Let the notice of records have begun so many days ago."""
    at = timezone.now() - timedelta(days=days)
    records.update(noticed_at=at, notice_over_at=at + timedelta(days=7))


@dataclass
class Crew:
    """A team whose leader, deputy and a member are signed in, and another member."""

    team: Team
    leader: Client
    deputy: Client
    member: Client
    one: Volunteer
    two: Volunteer

    @property
    def table(self) -> str:
        return f"/teams/{self.team.pk}/service/new/"


@pytest.fixture
def crew() -> Crew:
    leader, deputy, one, two = (a_volunteer(area=COMMUNITY) for _ in range(4))
    team = a_team(COMMUNITY, leader=leader)
    join(team, deputy, role="deputy")
    join(team, one)
    join(team, two)
    a_kind()
    return Crew(team, browser(leader), browser(deputy), browser(one), one, two)


class TestATeamsTable:
    def test_records_many_members_at_once_and_only_once(self, crew: Crew) -> None:
        shown = page(crew.leader, crew.table)
        assert crew.one.number in shown
        form = {
            "served_on": timezone.localdate().isoformat(), "task_code": "visit", "content": "陪伴老人（示例）",
            "minutes": "120", "starts": "09:30", "people_served": "4", "evidence": "签到表（示例）",
        }  # fmt: skip
        wrong = crew.leader.post(crew.table, {**form, "idempotency_key": "table-none-1"})
        assert wrong.status_code == 422
        assert "请勾选参加的人" in wrong.content.decode()
        ticked = {f"who_{crew.one.pk}": "on", f"who_{crew.two.pk}": "on", f"own_{crew.two.pk}": "45"}
        for _ in range(2):
            assert (
                crew.leader.post(crew.table, {**form, **ticked, "idempotency_key": "table-once-1"}).status_code == 302
            )
        rows = ServiceRecord.objects.order_by("minutes")
        assert [(row.minutes, row.starts, row.state) for row in rows] == [(45, 570, "noticed"), (120, 570, "noticed")]
        again = crew.leader.post(crew.table, {**form, **ticked, "idempotency_key": "table-again-1"})
        assert "与当天另一条记录重叠" in again.content.decode()
        assert "陪伴老人（示例）" in page(crew.member, f"/teams/{crew.team.pk}/service/notice/")
        answer: Any = crew.leader.get(f"/teams/{crew.team.pk}/service/?export=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert len(list(sheet.worksheets[0].rows)) >= 3

    def test_goes_by_complaint_and_notice_to_the_second_person(self, crew: Crew) -> None:
        rows = [a_record(who, crew.team, state="noticed") for who in (crew.one, crew.two)]
        own = rows[0]
        said = crew.member.post(f"/service/records/{own.pk}/complain/", {"words": "应为三小时（示例）"})
        assert said.status_code == 302
        complaint = Complaint.objects.get()
        assert str(own.pk) not in page(crew.deputy, VERIFY)
        assert "应为三小时" in page(crew.deputy, f"/service/records/{own.pk}/")
        answer = {"upheld": "no", "answer": "签到表为两小时（示例）"}
        assert crew.deputy.post(f"/service/complaints/{complaint.pk}/answer/", answer).status_code == 302
        shift(ServiceRecord.objects.all(), 6)
        assert "没有等您核定的记录" in page(crew.deputy, VERIFY)
        shift(ServiceRecord.objects.all(), 8)
        assert "核定列出的 2 条" in page(crew.deputy, VERIFY)
        sent = {"act": "all", "shown": [str(row.pk) for row in rows]}
        assert crew.deputy.post(VERIFY, sent).status_code == 302
        assert {row.state for row in ServiceRecord.objects.all()} == {"verified"}
        assert "2小时" in page(crew.member, MINE)
        address = f"/service/records/{own.pk}/reverse/"
        assert f'value="{own.served_on}"' in page(crew.deputy, address)
        half = {"reason": "多记（示例）", "served_on": "2026-10-19", "idempotency_key": "reverse-half-1"}
        wrong = crew.deputy.post(address, half)
        assert (wrong.status_code, ServiceRecord.objects.count()) == (422, 2)
        assert "另起一条" in wrong.content.decode()
        reverse = {"reason": "多记（示例）", "minutes": "60", "idempotency_key": "reverse-once-1"}
        made = twice(crew.deputy, address, reverse)
        assert "已冲销" in page(crew.member, f"/service/records/{own.pk}/")
        assert crew.deputy.get(address).status_code == 404
        assert crew.deputy.post(address, {"reason": "又一次（示例）"}).status_code == 422
        refuse = f"{made}refuse/"
        twice(crew.deputy, refuse, {"reason": "没有到场（示例）", "idempotency_key": "refuse-once-1"})
        assert ServiceRecord.objects.get(corrects=own).state == "refused"
        assert crew.deputy.get(refuse).status_code == 404
        assert crew.deputy.post(refuse, {"reason": "又一次（示例）"}).status_code == 422


class TestOnesOwnPage:
    def test_costs_the_same_with_many_records(self) -> None:
        one, team = a_volunteer(area=COMMUNITY), a_team(COMMUNITY)
        client = browser(one)
        assert "核定的服务达到门槛后" in page(client, MINE)
        a_record(one, team, state="verified")
        counts = []
        for more in (0, 400):
            days = [date(2025, 1, 1) + timedelta(days=place % 365) for place in range(more)]
            made = [
                ServiceRecord(
                    volunteer=one, team=team, area=team.area, task_kind=a_kind(), served_on=day, minutes=30,
                    content="示例", recorded_at=LONG_AGO, state="noticed", noticed_at=LONG_AGO,
                    notice_over_at=LONG_AGO,
                )
                for day in days
            ]  # fmt: skip
            ServiceRecord.objects.bulk_create(made)
            ServiceRecord.objects.filter(state="noticed").update(state="verified", verified_at=timezone.now())
            with CaptureQueriesContext(connection) as asked:
                shown = page(client, MINE)
            counts.append(len(asked))
        assert "202小时" in shown
        assert counts[0] == counts[1]
        assert counts[1] < 45

    def test_is_reached_by_one_button_as_are_those_of_the_rooms_beside(self) -> None:
        found = page(browser(a_volunteer()), "/account/volunteering/")
        for name in ("service:mine", "activities:mine", "attendance:mine", "assignments:asked"):
            assert found.count(f'<a class="button second" href="{reverse(name)}">') == 1, name
        assert found.count(f'<a href="{reverse("activities:activities")}">找一个班次</a>') == 1

    def test_gives_the_own_certificate_in_full_and_the_check_to_anybody(self) -> None:
        one = a_volunteer(area=COMMUNITY)
        a_record(one, minutes=150, state="verified")
        staff = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        form = {
            "area": COMMUNITY, "number": one.number, "starts_on": "2026-01-01", "ends_on": "2026-11-20",
            "responsible": "示例甲", "handler": "示例乙", "contact": "0531（示例）", "idempotency_key": "issue-once-1",
        }  # fmt: skip
        wrong = staff.post(f"{DESK}certificates/new/", {**form, "number": "1", "idempotency_key": "issue-wrong-1"})
        assert "没有这个编号的志愿者" in wrong.content.decode()
        for _ in range(2):
            assert staff.post(f"{DESK}certificates/new/", form).status_code == 302
        paper = Certificate.objects.get()
        client = browser(one)
        own = client.post(f"{MINE}certificates/{paper.pk}/own.pdf")
        words = PdfDocument(io.BytesIO(own.content))[0].get_textpage().get_text_range()
        assert one.person.id_number is not None
        assert one.person.id_number.reveal() in words
        copy = staff.get(f"/service/certificates/{paper.pk}/copy.pdf")
        masked = PdfDocument(io.BytesIO(copy.content))[0].get_textpage().get_text_range()
        by_api = staff.get(f"{API}/certificates/{paper.pk}/copy")
        for answer in (own, copy, by_api):
            assert answer["Content-Disposition"] == f'attachment; filename="service-{paper.serial}.pdf"'
            assert answer["Cache-Control"] == "no-store"
        assert one.person.id_number.reveal() not in masked
        anybody = Client()
        shown = page(anybody, f"/service/check/{paper.code}/")
        assert "本单有效" in shown
        assert "2小时30分" in shown
        assert one.number not in shown
        asked = anybody.get("/service/check/", {"number": paper.number, "code": paper.code})
        assert "本单有效" in asked.content.decode()
        assert anybody.get("/service/check/", {"number": paper.number, "code": "nothing"}).status_code == 404
        withdraw = f"/service/certificates/{paper.pk}/withdraw/"
        twice(staff, withdraw, {"reason": "有误", "idempotency_key": "withdraw-once-1"})
        assert staff.get(withdraw).status_code == 404
        assert staff.post(withdraw, {"reason": "又有误"}).status_code == 422
        assert "本单已撤销" in page(anybody, f"/service/check/{paper.code}/")

    def test_shows_thanks_that_staff_read(self) -> None:
        one = a_volunteer(area=COMMUNITY)
        neighbour, staff = client_for(Role.RESIDENT, COMMUNITY), client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        sent = {"number": one.number, "words": "谢谢您帮我修灯（示例）", "idempotency_key": "thanks-once-1"}
        assert neighbour.post("/service/thanks/new/", sent).status_code == 302
        assert "谢谢您帮我修灯" in page(staff, f"{DESK}thanks/")
        note = Thanks.objects.get()
        assert staff.post(f"{DESK}thanks/{note.pk}/", {"decision": "yes"}).status_code == 302
        assert "谢谢您帮我修灯" in page(browser(one), MINE)


class TestTheDesk:
    def test_records_for_the_office_sets_rules_and_exports(self) -> None:
        one = a_volunteer(area=COMMUNITY)
        a_kind()
        staff = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        form = {
            "area": COMMUNITY, "served_on": "2026-11-20", "task_code": "visit", "content": "清雪（示例）",
            "minutes": "60", "numbers": f"{one.number} 90\n", "idempotency_key": "office-once-1",
        }  # fmt: skip
        wrong = staff.post(f"{DESK}new/", {**form, "numbers": "甲乙丙", "idempotency_key": "office-wrong-1"})
        assert "看不懂这一行" in wrong.content.decode()
        assert staff.post(f"{DESK}new/", form).status_code == 302
        nought = staff.post(f"{DESK}new/", {**form, "numbers": f"{one.number} 0", "idempotency_key": "office-nought-1"})
        assert nought.status_code == 422
        assert ServiceRecord.objects.get().minutes == 90
        rules = {
            "area": COMMUNITY[:9], "valid_from": timezone.localdate().isoformat(), "notice_days": "3",
            "answer_days": "5", "stars": "30 60 100 200 300", "paper": "certificate", "number_words": "志服示例",
            "core_hours": "20", "core_times": "5", "core_months": "12", "source": "示例，非官方", "example": "on",
            "idempotency_key": "rules-once-1",
        }  # fmt: skip
        falling = staff.post(f"{DESK}rules/new/", {**rules, "stars": "60 30", "idempotency_key": "rules-wrong-1"})
        assert falling.status_code == 422
        assert staff.post(f"{DESK}rules/new/", rules).status_code == 302
        assert "30 / 60 / 100 / 200 / 300" in page(staff, f"{DESK}rules/")
        a_record(one, minutes=45, state="verified")
        span = {"area": COMMUNITY[:9], "starts_on": "2026-10-01", "ends_on": "2026-11-20", "kind": "csv"}
        sheet = staff.post(f"{DESK}export/", span)
        assert sheet["Content-Type"].startswith("text/csv")
        assert one.number in sheet.content.decode("utf-8-sig")
        assert "示例一" not in sheet.content.decode("utf-8-sig")
        by_api = staff.post(f"{API}/export", span, content_type="application/json")
        assert by_api.content == sheet.content
        named = f'attachment; filename="service-{COMMUNITY[:9]}.csv"'
        assert [one["Content-Disposition"] for one in (sheet, by_api)] == [named] * 2

    def test_says_that_a_batch_of_which_all_is_made_does_not_go_on(self) -> None:
        made = a_batch(a_volunteer(area=COMMUNITY))
        staff = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        told = staff.post(f"{DESK}certificates/batches/{made.pk}/go-on/", follow=True)
        assert "这一批已全部制作完毕" in told.content.decode()
        by_api = staff.post(f"{API}/batches/{made.pk}/go-on", headers={"Idempotency-Key": "go-on-once-1"})
        assert (by_api.status_code, by_api.json()["code"]) == (409, "certificate_batch_made")

    def test_takes_no_text_that_the_database_cannot_hold(self) -> None:
        anybody = Client()
        assert anybody.get("/api/v1/service/check?number=%00&code=2").json()["state"] == "unknown"
        for path in ("/api/v1/service/rules/%00", "/api/v1/service/growth/%00", "/service/growth/%00/"):
            assert anybody.get(path).status_code == 404
