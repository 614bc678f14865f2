"""What one's own page says, worked out by hand: hours by month, kinds, organisers, stars, thanks, what is near."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.kernel.periods import months_after
from shanzhi.service.models import Reversal, ServiceRules, StarAward, Thanks
from shanzhi.service.operations.stars import settle_stars
from shanzhi.volunteering.models import Availability, Volunteer
from tests.activities.support import DAY, SYSTEM, a_shift, a_sign_up, a_task, an_activity
from tests.activities.test_nearby import MIDDLE, NORTH, centre
from tests.people.conftest import COMMUNITY
from tests.service.support import a_kind, a_record
from tests.support.organizations import an_organization
from tests.support.people import LONG_AGO, a_person, sign_in
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
MINE, API = "/account/volunteering/service/", "/api/v1/service/me"


def words(markup: str) -> str:
    """Give the words of a piece of a page, one space between them."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def under(page: str, heading: str) -> str:
    """Give what stands under a heading, up to the next one of its rank."""
    found = re.search(rf"<h2[^>]*>{heading}</h2>(.*?)(?=<h2|</main>)", page, re.DOTALL)
    assert found, heading
    return found[1]


def items(markup: str) -> list[str]:
    """List the words of the items of lists."""
    return [words(one) for one in re.findall(r"<li[^>]*>(.*?)</li>", markup, re.DOTALL)]


def figures(markup: str) -> dict[str, str]:
    """Give the table of the figures of a chart: the cell beside each head of a row."""
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', markup)
    return {unescape(head): unescape(cell) for head, cell in rows}


def ago(months: int) -> date:
    """Give the first day of the month so many months ago."""
    return months_after(timezone.localdate().replace(day=1), -months)


def month(months: int) -> str:
    first = ago(months)
    return f"{first.year}年{first.month}月"


def page(one: Volunteer, **headers: Any) -> str:
    return sign_in(Client(), one.person).get(MINE, headers=headers).content.decode()


@pytest.fixture
def served() -> Volunteer:
    """Somebody with service for two teams, an organisation and a committee, of two kinds, over some months."""
    ServiceRules.objects.create(
        area="", version=1, valid_from=date(2026, 1, 1), star_minutes=[120, 600, 6000], paper="record", prefix="示例",
        core_minutes=900, core_times=6, core_months=12, source="示例，非官方", created_at=LONG_AGO,
    )  # fmt: skip
    one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
    first, second = a_team(COMMUNITY), a_team(COMMUNITY, name="示例乙队")
    visit, clean = a_kind(), a_kind(code="clean", name="环境清洁", name_en="Cleaning")
    body = an_organization(COMMUNITY, name="示例互助社")
    a_record(one, first, minutes=150, state="verified", served_on=ago(0), task_kind=visit, people_served=3)
    a_record(one, first, minutes=60, state="verified", served_on=ago(2), task_kind=clean, people_served=2)
    a_record(one, second, minutes=45, state="verified", served_on=ago(2) + DAY, task_kind=visit)
    a_record(one, None, minutes=90, state="verified", served_on=ago(11), task_kind=clean, organization=body)
    a_record(one, None, minutes=200, state="verified", served_on=ago(12), task_kind=clean)
    taken_back = a_record(one, first, minutes=500, state="verified", served_on=ago(1), task_kind=visit)
    now = timezone.now()
    settle_stars(actor=SYSTEM, volunteers=[one], at=now - timedelta(hours=1))
    Reversal.objects.create(record=taken_back, reason="有误（示例）", reversed_at=now)
    settle_stars(actor=SYSTEM, volunteers=[one], at=now)
    a_record(one, first, minutes=999, state="noticed", served_on=ago(0) + DAY, task_kind=visit)
    a_record(a_volunteer(area=COMMUNITY), first, minutes=700, state="verified", served_on=ago(0), task_kind=visit)
    return one


class TestTheSums:
    def test_are_those_of_verified_service_that_stands(self, served: Volunteer) -> None:
        # 150 + 60 + 45 + 90 + 200 minutes in five times, three and two people served
        shown = words(page(served))
        for said in ("已核定服务 9小时5分", "服务次数 5", "服务人数 5"):
            assert said in shown, said
        told = sign_in(Client(), served.person).get(API).json()
        assert (told["minutes"], told["times"], told["people_served"]) == (545, 5, 5)

    def test_by_month_are_the_last_twelve_in_the_table_of_the_chart(self, served: Volunteer) -> None:
        markup = under(page(served), "最近十二个月")
        table = figures(markup)
        assert list(table) == [month(one) for one in range(11, -1, -1)]
        some = {month(0): "2小时30分", month(2): "1小时45分", month(11): "1小时30分"}
        assert table == dict.fromkeys(table, "0分") | some
        assert f"{month(0)} 服务最多" in markup
        told = sign_in(Client(), served.person).get(API).json()["months"]
        assert [one["minutes"] for one in told] == [90, 0, 0, 0, 0, 0, 0, 0, 0, 105, 0, 150]
        assert (told[0]["month"], told[-1]["month"]) == (str(ago(11)), str(ago(0)))

    def test_by_kind_and_by_organiser_come_with_the_most_first(self, served: Volunteer) -> None:
        shown = page(served)
        # cleaning 60 + 90 + 200, visits 150 + 45
        assert items(under(shown, "任务类别")) == ["环境清洁 5小时50分", "探访老人 3小时15分"]
        # the first team 150 + 60, the committee 200, the organisation 90, the second team 45
        assert items(under(shown, "服务队与组织者")) == [
            "示例甲队 3小时30分", "山东省 济南市 历下区 解放路街道 历山路社区 3小时20分", "示例互助社 1小时30分",
            "示例乙队 45分",
        ]  # fmt: skip

    def test_of_stars_say_what_was_given_taken_back_and_is_missing(self, served: Volunteer) -> None:
        given = list(StarAward.objects.filter(volunteer=served).order_by("turn").values_list("level", "given"))
        assert given == [(1, True), (2, True), (2, False)]  # 1,045 minutes reached the second, the reversal took 500
        shown = page(served)
        assert [one.split(" · ")[0] for one in items(under(shown, "星级"))] == [
            "2 星已收回，因为有记录被冲销", "2 星", "1 星"
        ]  # fmt: skip
        assert "再服务 55分 即可升至 2 星" in words(shown)

    def test_of_thanks_are_the_notes_that_staff_let_pass(self, served: Volunteer) -> None:
        now = timezone.now()
        for place, (note, state) in enumerate((("修好了灯", "shown"), ("不予显示", "hidden"), ("待读", "waiting"),
                                               ("陪我看病", "shown"))):  # fmt: skip
            read = {} if state == "waiting" else {"read_at": now}
            why = {"reason": "示例"} if state == "hidden" else {}
            Thanks.objects.create(
                volunteer=served, note=f"{note}（示例）", state=state, written_at=now - timedelta(days=9 - place),
                **read, **why,
            )  # fmt: skip
        told = items(under(page(served), "感谢"))
        assert [one.split("）")[0] for one in told] == ["陪我看病（示例", "修好了灯（示例"]
        assert sign_in(Client(), served.person).get(API).json()["thanks"] == ["陪我看病（示例）", "修好了灯（示例）"]


class TestWhatIsNear:
    def test_shows_the_next_shift_of_the_five_nearest_activities_with_a_way_to_sign_up(self) -> None:
        centre(COMMUNITY)
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY, tasks=["clean_up"])
        nine = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
        team = a_team(COMMUNITY)
        for steps in (6, 1, 2, 3, 4, 5):
            made = an_activity(
                team, shifts=0, title=f"{steps}公里外（示例）", area=COMMUNITY, lat=MIDDLE[0] + steps * NORTH,
                lng=MIDDLE[1], place="南门", task_kind=a_task() if steps == 1 else a_task("visit"),
            )  # fmt: skip
            a_shift(made, starts=nine + 9 * DAY)
            first = a_shift(made, starts=nine + 3 * DAY, places=4)
        a_sign_up(first)
        shown = under(page(one), "离您近、适合您的")
        day = nine + 3 * DAY
        assert [row.split("（示例）")[0] for row in items(shown)] == [f"{steps}公里外" for steps in range(1, 6)]
        for said in ("南门", "约 1.0 公里", "余 4 / 4", "适合： 是您想做的任务类别", "历山路社区"):
            assert said in words(shown), said
        assert f"{day.month}月{day.day}日" in items(shown)[0]
        assert "想做的任务类别" not in items(shown)[1]
        shifts = re.findall(r'href="/activities/shifts/([0-9a-f-]+)/sign/"', shown)
        assert len(shifts) == 5
        assert sign_in(Client(), one.person).get(f"/activities/shifts/{shifts[0]}/sign/").status_code == 200
        assert "/account/shifts/near/" in shown

    def test_is_honest_where_nothing_fits_and_names_the_kinds_that_would(self) -> None:
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
        a_task("dig", name="挖土", least_age=99)
        a_task()
        shown = words(under(page(one), "离您近、适合您的"))
        assert "今后八周内最近的活动中" in shown
        assert "您可以参加的任务类别： 环境清洁" in shown
        assert "挖土" not in shown
        shift = a_shift(an_activity(a_team(COMMUNITY), shifts=0, area=COMMUNITY), starts=timezone.now() + DAY)
        day = timezone.localtime(shift.starts_at).isoweekday()
        Availability.objects.create(volunteer=one, weekday=(day + 2) % 7 + 1, starts=0, ends=1440)
        assert "还有 1 个班次适合您，但不在您填写的空闲时间内" in words(under(page(one), "离您近、适合您的"))
        Volunteer.objects.filter(pk=one.pk).update(state="paused")
        assert "您已暂停、退出，或有一项同意尚缺" in words(under(page(one), "离您近、适合您的"))

    def test_costs_the_same_with_many_activities(self) -> None:
        centre(COMMUNITY)
        one = a_volunteer(a_person(COMMUNITY), COMMUNITY)
        client, team = sign_in(Client(), one.person), a_team(COMMUNITY)
        costs = []
        for more in (1, 15):
            for _place in range(more):
                a_shift(an_activity(team, shifts=0, area=COMMUNITY), starts=timezone.now() + DAY)
            with CaptureQueriesContext(connection) as asked:
                assert "清洁楼道（示例）" in client.get(MINE).content.decode()
            costs.append(len(asked))
        assert costs[0] == costs[1]
