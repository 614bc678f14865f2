"""The pages of activities walked through: finding a shift and signing up, a team's desk, the check, the calendars."""

import io
from datetime import UTC, timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from shanzhi.activities import operations, queries
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.activities.queries import feeds
from shanzhi.activities.views import public
from shanzhi.activities.views.public import month_of
from shanzhi.kernel.roles import Role
from shanzhi.volunteering.models import TeamMember
from tests.activities.support import DAY, HOUR, a_shift, a_sign_up, a_task, an_activity
from tests.audit.support import english
from tests.people.conftest import COMMUNITY
from tests.support.people import a_person, actor, client_for, sign_in
from tests.support.pressing import twice
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LIST, API = "/activities/", "/api/v1/activities"


@pytest.fixture
def soon() -> Shift:
    return a_soon()


def a_soon(**fields: str) -> Shift:
    """A shift the day after tomorrow at nine, with one place, of a team led by somebody."""
    found = an_activity(a_team(COMMUNITY), shifts=0, lat=36_660_000, lng=117_040_000, area=COMMUNITY, **fields)
    nine = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    return a_shift(found, starts=nine + 2 * DAY, places=1)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def version_of(made: Activity) -> int:
    return Activity.objects.get(pk=made.pk).version


def leader(shift: Shift) -> Client:
    head = TeamMember.objects.get(team=shift.activity.team, role="leader").volunteer
    return sign_in(Client(), head.person)


def a_helper() -> Client:
    return sign_in(Client(), a_volunteer(a_person(COMMUNITY)).person)


class TestAVolunteer:
    def test_finds_a_shift_signs_up_and_gives_it_back_to_the_next_in_line(self, soon: Shift) -> None:
        first, second, nobody = a_helper(), a_helper(), Client()
        for path in (LIST, f"{LIST}?area={COMMUNITY}&task=clean_up&free=1", f"{LIST}calendar/?month="
                     f"{timezone.localtime(soon.starts_at):%Y-%m}", f"{LIST}map/"):  # fmt: skip
            assert "清洁楼道（示例）" in page(nobody, path), path
        assert "清洁楼道（示例）" not in page(nobody, f"{LIST}?free=0")
        sign = f"{LIST}shifts/{soon.pk}/sign/"
        assert "楼道湿滑" in page(first, sign)
        assert first.post(sign, {}).status_code == 422
        key = {"risks_read": "on", "idempotency_key": "signing-once-1"}
        for _again in range(2):
            assert first.post(sign, key).status_code == 302
        assert second.post(sign, {**key, "idempotency_key": "signing-once-2"}).status_code == 302
        assert list(SignUp.objects.order_by("turn").values_list("state", flat=True)) == ["signed", "waiting"]
        waits = page(second, "/account/shifts/")
        assert "候补第 1 位" in waits
        assert "名额已满：进入候补 · 当时已有 1 / 1 个名额被占" in waits
        assert "已满；候补 1 人" in page(nobody, LIST)
        assert "我的班次" in page(first, "/account/volunteering/")  # led here from the room below
        leave = f"{LIST}shifts/{soon.pk}/leave/"
        assert "下一位" in page(first, leave)
        twice(first, leave, {"idempotency_key": "leaving-once-1"})
        assert first.get(leave).status_code == 409
        assert first.post(leave, {"idempotency_key": "leaving-once-2"}).status_code == 422
        assert "名额空出：由候补转为报名成功" in page(second, "/account/shifts/")
        assert "已退还" in page(first, "/account/shifts/past/")
        assert "您还没有登记为志愿者" in page(client_for(Role.RESIDENT, COMMUNITY), "/account/volunteering/")

    def test_reads_a_month_that_is_none_as_this_one(self, soon: Shift) -> None:
        today = timezone.localdate()
        for wrong in ("2026-0013", "2026-13", "2026-1", "12026-01", "２０２６-01", "2026-00", "-", "2026-01\n"):
            assert month_of(wrong, today) == today.replace(day=1), wrong
        assert month_of(f"{today:%Y-%m}", today) == today.replace(day=1)
        assert f"{today:%Y-%m}" in page(Client(), f"{LIST}calendar/?month=2026-0013")

    def test_is_told_how_many_places_the_map_leaves_out(self, soon: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
        a_shift(soon.activity, starts=soon.starts_at - HOUR)
        other = an_activity(soon.activity.team, shifts=0, title="另一处（示例）", lat=36_650_000, lng=117_000_000)
        a_shift(other, starts=soon.starts_at + DAY)
        assert "未显示" not in page(Client(), f"{LIST}map/")
        monkeypatch.setattr(public, "MOST_PINS", 1)
        shown = page(Client(), f"{LIST}map/")
        assert "还有 1 个地点未显示" in shown
        assert "另一处（示例）" not in shown

    def test_keeps_the_place_after_a_change_with_one_press(self, soon: Shift) -> None:
        who = a_volunteer(a_person(COMMUNITY))
        a_sign_up(soon, who)
        client, desk = sign_in(Client(), who.person), leader(soon)
        day = timezone.localtime(soon.starts_at)
        given = {"day": f"{day:%Y-%m-%d}", "begins": "10:00", "ends": "12:00", "places": "1", "place": "南门"}
        path = f"{LIST}shifts/{soon.pk}"
        twice(desk, f"{path}/edit/", {**given, "idempotency_key": "changing-1"})
        assert "您要保留名额吗" in page(client, "/account/shifts/")
        assert client.post(f"{path}/keep/").status_code == 302
        assert "您要保留名额吗" not in page(client, "/account/shifts/")


class TestATeamsDesk:
    @pytest.mark.parametrize(
        ("begins", "ends", "told"),
        [
            ("09:00", "09:00", "结束时间与开始时间相同"),
            ("22:00", "21:00", "这样共有 23小时"),
            ("07:00", "23:01", "最长 16 小时"),
        ],
    )
    def test_is_asked_again_about_hours_that_are_a_slip(self, soon: Shift, begins: str, ends: str, told: str) -> None:
        day = (timezone.localdate() + timedelta(days=3)).isoformat()
        times = {"day": day, "begins": begins, "ends": ends, "places": "5", "idempotency_key": f"slip-{begins}-{ends}"}
        answer = leader(soon).post(f"{LIST}{soon.activity_id}/shifts/new/", times)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert Shift.objects.count() == 1

    def test_shows_that_a_shift_ends_on_the_next_day(self, soon: Shift) -> None:
        begins = timezone.localtime(soon.starts_at).replace(hour=22, minute=0)
        a_shift(soon.activity, starts=begins, hours=8)
        assert "22:00–次日 06:00" in page(Client(), f"{LIST}{soon.activity_id}/")
        assert "22:00–06:00 the next day" in english(Client()).get(f"{LIST}{soon.activity_id}/").content.decode()

    def test_plans_hands_in_and_sees_who_signed_up_by_number(self, soon: Shift) -> None:
        a_task("events", name="活动服务", name_en="Events")
        team, desk = soon.activity.team, leader(soon)
        form = {"title": "读书会（示例）", "task": "events", "area": COMMUNITY, "what": "一起读书", "place": "儿童之家",
                "lat": "36.655", "lng": "117.03", "risks": "无特别风险", "language": "sign",
                "idempotency_key": "planning-1"}  # fmt: skip
        wrong = desk.post(f"/teams/{team.pk}/activities/new/", {**form, "lng": "", "idempotency_key": "planning-0"})
        assert wrong.status_code == 422
        assert desk.post(f"/teams/{team.pk}/activities/new/", form).status_code == 302
        made = Activity.objects.get(title="读书会（示例）")
        assert (made.lat, made.lng, made.language) == (36_655_000, 117_030_000, "sign")
        plan = f"{LIST}{made.pk}"
        day = timezone.localdate() + timedelta(days=3)
        times = {"day": day.isoformat(), "begins": "22:00", "ends": "01:00", "places": "5", "every_weeks": "1",
                 "until": (day + timedelta(weeks=2)).isoformat(), "skip": f"{day + timedelta(weeks=1)}，",
                 "idempotency_key": "adding-1"}  # fmt: skip
        assert desk.post(f"{plan}/shifts/new/", times).status_code == 302
        assert [one.ends_at - one.starts_at for one in made.shifts.all()] == [3 * HOUR, 3 * HOUR]
        assert desk.post(f"{plan}/step/", {"step": "submit"}).status_code == 302
        assert all(words in page(desk, f"{plan}/plan/") for words in ("待审核", "最好会说的语言", "手语"))
        officer = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert "读书会（示例）" in page(officer, "/desk/activities/checks/")
        form = page(officer, f"{plan}/check/")
        assert "通过：" in form
        yes = {"decision": "yes", "reason": "", "version": str(version_of(made)), "idempotency_key": "checking-1"}
        assert f'name="version" value="{yes["version"]}"' in form
        stale = officer.post(f"{plan}/check/", {**yes, "version": "1", "idempotency_key": "checking-0"})
        assert stale.status_code == 422
        twice(officer, f"{plan}/check/", yes)
        self._sent_back(officer, desk, plan)
        assert desk.post(f"{plan}/step/", {"step": "publish"}).status_code == 302
        assert Client().get(f"/api/v1/activities/{made.pk}").json()["language"] == "sign"
        line = made.shifts.earliest("starts_at")
        one = a_sign_up(line, a_volunteer(a_person(COMMUNITY, name="欧阳示例")))
        shown = page(desk, f"{LIST}shifts/{line.pk}/")
        assert one.volunteer.number in shown
        assert "欧阳示例" not in shown
        book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{LIST}shifts/{line.pk}/?export=xlsx").getvalue()))
        assert one.volunteer.number in [cell.value for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
        self._called_off(officer, desk, made)

    def _called_off(self, officer: Client, desk: Client, made: Activity) -> None:
        """One shift is called off, another one in an emergency; the history tells of it to who may see it."""
        plan, line, later = f"{LIST}{made.pk}", made.shifts.earliest("starts_at"), made.shifts.latest("starts_at")
        one_off = {"reason": "停电", "idempotency_key": "calling-off-1"}
        twice(desk, f"{LIST}shifts/{later.pk}/cancel/", one_off)
        assert desk.get(f"{LIST}shifts/{later.pk}/cancel/").status_code == 409
        storm = {"shift": str(line.pk), "happens": "cancel", "words": "暴雨", "idempotency_key": "storm-once-1"}
        twice(desk, f"{plan}/emergency/", storm)
        auditor = client_for(Role.AUDITOR, COMMUNITY)
        shown = page(auditor, f"{plan}/plan/")
        assert "暴雨" in shown
        assert f"{LIST}shifts/{line.pk}/" not in shown, "who does not plan is not led to a page that is refused"
        assert auditor.get(f"{LIST}shifts/{line.pk}/").status_code == 403
        assert f"{LIST}shifts/{line.pk}/" in page(desk, f"{plan}/plan/")
        assert "暴雨" in page(Client(), f"{plan}/")
        history = f"/audit/history/activities.activity/{made.pk}/"
        assert history in page(desk, f"{plan}/plan/")
        assert all("紧急取消" in page(one, history) for one in (officer, desk))

    def _sent_back(self, officer: Client, desk: Client, plan: str) -> None:
        """What passed is sent back on the page, handed in again and passed again."""
        assert "退回" in page(officer, f"{plan}/plan/")
        form = page(officer, f"{plan}/check/")
        assert "退回计划" in form
        assert "通过：" not in form
        assert officer.post(f"{plan}/check/", {"reason": ""}).status_code == 422
        made = Activity.objects.get(title="读书会（示例）")
        back = {"reason": "再写细些", "version": str(version_of(made)), "idempotency_key": "checking-2"}
        twice(officer, f"{plan}/check/", back)
        assert "再写细些" in page(desk, f"{plan}/plan/")
        assert officer.get(f"{plan}/check/").status_code == 404
        assert desk.post(f"{plan}/step/", {"step": "submit"}).status_code == 302
        yes = {"decision": "yes", "reason": "", "version": str(version_of(made)), "idempotency_key": "checking-3"}
        assert officer.post(f"{plan}/check/", yes).status_code == 302

    def test_is_called_off_once_however_often_it_is_sent(self, soon: Shift) -> None:
        desk, path = leader(soon), f"{LIST}{soon.activity_id}/cancel/"
        twice(desk, path, {"reason": "场地收回", "idempotency_key": "ending-1"})
        assert desk.get(path).status_code == 409

    def test_marks_checks_that_are_overdue(self, soon: Shift) -> None:
        team = soon.activity.team
        an_activity(team, state="submitted", title="逾期的（示例）")
        fresh = an_activity(team, state="submitted", title="刚交的（示例）")
        Activity.objects.filter(pk=fresh.pk).update(submitted_at=timezone.now())
        officer = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        late = page(officer, "/desk/activities/checks/?late=1")
        assert "逾期的（示例）" in late
        assert "刚交的（示例）" not in late

    def test_asks_the_database_no_more_often_for_many_than_for_one(self, soon: Shift) -> None:
        desk, who = leader(soon), a_volunteer(a_person(COMMUNITY))
        own = sign_in(Client(), who.person)
        a_sign_up(soon, who)
        pages = [
            (Client(), LIST), (Client(), f"{LIST}{soon.activity_id}/"), (Client(), f"{LIST}map/"),
            (Client(), f"{LIST}calendar/?month={timezone.localtime(soon.starts_at):%Y-%m}"),
            (own, "/account/shifts/"), (desk, f"{LIST}{soon.activity_id}/plan/"), (desk, f"{LIST}shifts/{soon.pk}/"),
            (desk, f"/teams/{soon.activity.team_id}/activities/"),
        ]  # fmt: skip
        before = [_asked(*one) for one in pages]
        Shift.objects.filter(pk=soon.pk).update(places=9)
        for place in range(1, 4):
            more = an_activity(soon.activity.team, shifts=0, title=f"示例{place}", lat=36_650_000, lng=117_000_000)
            a_sign_up(a_shift(more, starts=soon.starts_at + 3 * place * HOUR), who)
            a_shift(soon.activity, starts=soon.starts_at + 3 * place * HOUR)
            a_sign_up(soon)
        assert [_asked(*one) for one in pages] == before


def _asked(client: Client, path: str) -> int:
    page(client, path)
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


class TestCalendars:
    def test_say_times_in_utc_and_take_changes_and_calling_off_over(self) -> None:
        soon = a_soon(title="扫雪, 铲冰; 一起（示例）", what="第一行\n第二行")
        found = soon.activity
        who = a_volunteer(a_person(COMMUNITY))
        own = sign_in(Client(), who.person)
        a_sign_up(soon, who)
        assert own.post("/account/shifts/calendar/", {"step": "renew"}).status_code == 302
        secret = _link(page(own, "/account/shifts/"))
        paths = [f"{LIST}feeds/areas/{COMMUNITY[:6]}.ics", f"{LIST}feeds/teams/{found.team_id}.ics", secret]
        for path in paths:
            event = _event(path)
            assert event.start == soon.starts_at.astimezone(UTC)
            assert event["DTSTART"].to_ical().endswith(b"Z")
            assert (event["SUMMARY"], event["STATUS"]) == ("扫雪, 铲冰; 一起（示例）", "CONFIRMED")
            assert "第一行\n第二行" in event["DESCRIPTION"]
            assert tuple(event["GEO"].to_ical().split(";")) == ("36.66", "117.04")
        raw = Client().get(paths[0])
        assert raw["Content-Type"] == "text/calendar; charset=utf-8"
        assert b"SUMMARY:\xe6\x89\xab\xe9\x9b\xaa\\, " in raw.content
        assert max(len(line) for line in raw.content.split(b"\r\n")) <= 75
        before = [_event(path)["SEQUENCE"] for path in paths]
        head = actor(TeamMember.objects.get(team=found.team, role="leader").volunteer.person)
        operations.cancel_shift(actor=head, shift_id=soon.pk, reason="暴雨", at=timezone.now())
        after = [_event(path) for path in paths]
        assert [one["STATUS"] for one in after] == ["CANCELLED"] * 3
        assert all(one["SEQUENCE"] > earlier for one, earlier in zip(after, before, strict=True))
        assert len({one["UID"] for one in after}) == 1
        own.post("/account/shifts/calendar/", {"step": "renew"})
        assert Client().get(secret).status_code == 404
        renewed = _link(page(own, "/account/shifts/"))
        assert own.post("/account/shifts/calendar/", {"step": "end"}).status_code == 302
        assert Client().get(renewed).status_code == 404
        assert Client().get(f"{LIST}feeds/mine/x.y.ics").status_code == 404

    def test_of_an_area_tells_what_is_to_come_and_of_the_past_what_was_changed(
        self, soon: Shift, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feeds, "MOST", 3)
        now = timezone.now()
        for day in range(3, 7):
            a_shift(soon.activity, starts=now - day * DAY)
        off = {"state": "cancelled", "cancelled_at": now, "notice": "雨", "sequence": 1}
        gone = a_shift(soon.activity, starts=now - 9 * DAY, **off)
        next_one = a_shift(soon.activity, starts=soon.starts_at + DAY)
        given: dict[str, Any] = {"at": now, "condition": Q(activity=soon.activity)}
        assert queries.feed_shifts(**given) == [gone, soon, next_one]
        monkeypatch.setattr(feeds, "MOST", 1)
        assert queries.feed_shifts(**given) == [soon]

    def test_poster_is_one_page_with_the_code_of_the_activity(self, soon: Shift) -> None:
        answer = Client().get(f"{LIST}{soon.activity_id}/poster.pdf")
        book = pypdf.PdfReader(io.BytesIO(answer.content))
        assert len(book.pages) == 1
        text = book.pages[0].extract_text()
        assert all(words in text for words in ("清洁楼道（示例）", "一号楼门口", "扫码报名", str(soon.activity_id)[:8]))


def _link(text: str) -> str:
    start = text.index(f"{LIST}feeds/mine/")
    return text[start : text.index(".ics", start) + 4]


def _event(path: str) -> Any:
    answer = Client().get(path)
    assert answer.status_code == 200
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


class TestTheApi:
    def test_finds_signs_up_and_leads_as_the_pages_do(self, soon: Shift) -> None:
        (row,) = Client().get(f"{API}/shifts?free=true&area={COMMUNITY}&task=clean_up").json()["items"]
        assert (row["id"], row["free"], row["waiting"]) == (str(soon.pk), 1, 0)
        client, desk = a_helper(), leader(soon)
        head = {"HTTP_IDEMPOTENCY_KEY": "api-sign-once-1", "content_type": "application/json"}
        path = f"{API}/shifts/{soon.pk}"
        unread = client.post(f"{path}/sign", {"risks_read": False}, **{**head, "HTTP_IDEMPOTENCY_KEY": "api-unread-1"})
        assert (unread.status_code, unread.json()["code"]) == (422, "risks_unread")
        made = [client.post(f"{path}/sign", {"risks_read": True}, **head).json() for _again in range(2)]
        assert made[0] == made[1]
        assert (made[0]["state"], made[0]["turn"]) == ("signed", 1)
        (mine,) = client.get(f"{API}/me/shifts").json()
        assert (mine["shift_id"], mine["before"], mine["changed"]) == (str(soon.pk), 0, False)
        (inside,) = desk.get(f"{path}/sign-ups").json()["items"]
        assert inside["state"] == "signed"
        found = Client().get(f"{API}/{soon.activity_id}").json()
        assert (found["task"], found["shifts"][0]["signed"]) == ("clean_up", 1)
        (plan,) = desk.get(f"{API}/teams/{soon.activity.team_id}").json()["items"]
        assert (plan["shifts"], plan["signed"]) == (1, 1)
        for wrong in ("after=00000000-0000-4000-8000-000000000000", "limit=0", "task=%27"):
            assert Client().get(f"{API}/shifts?{wrong}").status_code == 422
        a_shift(soon.activity, starts=soon.starts_at + DAY)
        first = Client().get(f"{API}/shifts?limit=1").json()
        second = Client().get(f"{API}/shifts?limit=1&after={first['next']}").json()
        assert [first["items"][0]["starts_at"] < second["items"][0]["starts_at"], second["next"]] == [True, None]
