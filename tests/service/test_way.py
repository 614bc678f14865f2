"""The way from helping to leading: where one stands as the figures of the area count it, and those figures' page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.service import queries
from shanzhi.service.models import Reversal, ServiceRules
from shanzhi.service.queries import Way, way_of
from shanzhi.ui import formatting
from shanzhi.volunteering import operations as volunteering
from shanzhi.volunteering.models import Team, TeamMember, Volunteer
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.service.support import a_record
from tests.service.test_own_page import ago, items, month, under, words
from tests.support.organizations import an_organization
from tests.support.people import AT, LONG_AGO, a_person, actor, client_for, give_role, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
MINE, API = "/account/volunteering/service/", "/api/v1/service/me/way"


@pytest.fixture(autouse=True)
def rules() -> ServiceRules:
    """Core members served a hundred minutes in two times within twelve months."""
    return ServiceRules.objects.create(
        area="", version=1, valid_from=date(2020, 1, 1), star_minutes=[60], paper="record", prefix="示例",
        core_minutes=100, core_times=2, core_months=12, source="示例，非官方", created_at=LONG_AGO,
    )  # fmt: skip


def one_who(*served: tuple[date, int], **fields: Any) -> Volunteer:
    """Give a volunteer with verified service on some days."""
    one = a_volunteer(a_person(COMMUNITY), COMMUNITY, **fields)
    for day, minutes in served:
        a_record(one, minutes=minutes, state="verified", served_on=day)
    return one


def told(found: Way) -> list[tuple[str, date | None]]:
    return [(one.stage, one.since) for one in found.steps if one.reached]


class TestWhereOneStands:
    def test_nowhere_then_helper_from_the_first_day_that_counts(self) -> None:
        one = one_who()
        found = way_of(one, AT)
        assert (told(found), found.stands, found.next) == ([], "", "helper")
        wrong = a_record(one, minutes=900, state="verified", served_on=date(2026, 9, 1))
        Reversal.objects.create(record=wrong, reason="有误（示例）", reversed_at=AT)
        a_record(one, minutes=900, state="noticed", served_on=date(2026, 9, 2))
        a_record(one, minutes=70, state="verified", served_on=date(2026, 9, 3))
        a_record(one, minutes=10, state="verified", served_on=date(2026, 9, 8))
        found = way_of(one, AT)
        assert (told(found), found.stands, found.next) == ([("helper", date(2026, 9, 3))], "helper", "core")
        # twice, but twenty minutes short of a hundred
        assert (found.minutes, found.times, found.missing) == (80, 2, (20, 0))

    def test_core_from_the_month_since_which_the_rules_are_met_without_a_break(self) -> None:
        steady = one_who((date(2026, 3, 5), 60), (date(2026, 9, 3), 50))
        assert told(way_of(steady, AT))[1] == ("core", date(2026, 9, 1))
        # both count until December 2025, one alone from January on: what holds today began in November 2026
        broken = one_who(
            (date(2025, 1, 9), 60), (date(2025, 2, 9), 60), (date(2026, 10, 9), 60), (date(2026, 11, 9), 60)
        )
        assert told(way_of(broken, AT)) == [("helper", date(2025, 1, 9)), ("core", date(2026, 11, 1))]
        then = datetime(2025, 12, 20, tzinfo=UTC)
        assert told(way_of(broken, then))[1:] == [("core", date(2025, 2, 1))]
        over = one_who((date(2025, 1, 9), 60), (date(2025, 2, 9), 60))
        assert [stage for stage, _since in told(way_of(over, AT))] == ["helper"]
        assert (way_of(over, AT).minutes, way_of(over, AT).times, way_of(over, AT).missing) == (0, 0, (100, 2))

    def test_core_by_the_rules_of_the_own_area(self) -> None:
        ServiceRules.objects.create(
            area=COMMUNITY, version=1, valid_from=date(2026, 1, 1), star_minutes=[60], paper="record", prefix="示例",
            core_minutes=40, core_times=1, core_months=1, source="示例，社区", created_at=LONG_AGO,
        )  # fmt: skip
        now, before = one_who((date(2026, 11, 3), 45)), one_who((date(2026, 10, 3), 1400))
        assert told(way_of(now, AT))[1:] == [("core", date(2026, 11, 1))]
        assert told(way_of(before, AT))[1:] == []
        assert way_of(now, AT).rules.source == "示例，社区"

    def test_leader_from_the_day_on_which_the_part_was_given(self) -> None:
        head, one = one_who(), one_who((date(2026, 9, 3), 60))
        team = a_team(COMMUNITY, leader=head)
        place = join(team, one)
        assert told(way_of(one, AT))[1:] == []

        def part(role: str, at: datetime) -> None:
            volunteering.set_part(actor=actor(head.person), member_id=place.pk, role=role, at=at)

        part("deputy", AT - timedelta(days=90))
        assert told(way_of(one, AT))[1:] == [("leader", (AT - timedelta(days=90)).date())]
        part("member", AT - timedelta(days=60))
        assert told(way_of(one, AT))[1:] == []
        part("deputy", AT - timedelta(days=30))
        part("leader", AT - timedelta(days=9))
        assert told(way_of(one, AT))[1:] == [("leader", (AT - timedelta(days=30)).date())]
        # who founded the team leads it from the first day on, and is its deputy now; nothing counts before a service
        a_record(head, minutes=60, state="verified")
        assert TeamMember.objects.get(volunteer=head).role == "deputy"
        assert told(way_of(head, AT))[1:] == [("leader", timezone.localdate(LONG_AGO))]

    def test_leader_anew_after_leaving_the_team_and_coming_back(self) -> None:
        head, one = one_who(), one_who((date(2026, 9, 3), 60))
        team = a_team(COMMUNITY, leader=head)
        first = join(team, one)
        given: dict[str, Any] = {"actor": actor(head.person), "role": "deputy"}
        volunteering.set_part(member_id=first.pk, at=AT - timedelta(days=90), **given)
        TeamMember.objects.filter(pk=first.pk).update(state="left", ended_at=AT - timedelta(days=80))
        again = join(team, one, joined_at=AT - timedelta(days=20))
        volunteering.set_part(member_id=again.pk, at=AT - timedelta(days=5), **given)
        assert told(way_of(one, AT))[1:] == [("leader", (AT - timedelta(days=5)).date())]

    def test_founder_from_the_day_of_the_role_and_nothing_for_who_left(self) -> None:
        one = one_who((date(2026, 9, 3), 60))
        give_role(one.person, Role.TEAM_LEADER, organization=an_organization(COMMUNITY).pk, starts_at=AT)
        found = way_of(one, AT)
        assert told(found) == [("helper", date(2026, 9, 3)), ("founder", timezone.localdate(AT))]
        assert (found.stands, found.next) == ("founder", "")
        Volunteer.objects.filter(pk=one.pk).update(state="left")
        found = way_of(Volunteer.objects.get(pk=one.pk), AT)
        assert (told(found), found.left) == ([], True)

    def test_is_what_the_figures_of_the_area_count(self) -> None:
        everybody = crowd()
        counts = queries.growth(code=COMMUNITY, at=AT, public=False).whole.counts
        ways = [way_of(one, AT) for one in everybody]
        own = {stage: sum(stage in dict(told(found)) for found in ways) for stage in queries.STAGES}
        assert own == counts == {"helper": 9, "core": 6, "leader": 5, "founder": 1}


def crowd() -> list[Volunteer]:
    """Nine who helped, six of them core members, of whom five lead teams, one an organisation; and one who did not."""
    day, later = date(2026, 10, 3), date(2026, 10, 9)
    core = [one_who((day, 60), (later, 60)) for _place in range(6)]
    for place, one in enumerate(core[:5]):
        a_team(COMMUNITY, leader=one, name=f"示例{place}队")
    give_role(core[5].person, Role.TEAM_LEADER, organization=an_organization(COMMUNITY).pk)
    return [*core, *(one_who((day, 60)) for _place in range(3)), one_who()]


class TestTheOwnPage:
    def test_says_where_one_stands_since_when_and_what_the_next_step_asks(self) -> None:
        one = one_who((ago(0), 70))
        client = sign_in(Client(), one.person)
        day = formatting.day(ago(0))
        shown = under(client.get(MINE).content.decode(), "从参与到带头")
        assert items(shown) == [
            f"参与者 已达到 自 {day} 起",
            "骨干 下一步 骨干：最近 12 个月内至少服务 1小时40分、2 次。 目前 1小时10分、1 次；还差 30分、1 次。",
            "服务队队长 尚未达到 担任服务队队长或副队长：可与邻居组建一支，或与您所在服务队的队长商量。",
            "组织负责人 尚未达到 负责一个已登记在册的组织：可由您的服务队发展而来，或接任一个组织的负责人。",
        ]
        assert shown.count('aria-current="step"') == 1
        assert f'href="/service/growth/{DISTRICT}/"' in shown
        a_record(one, minutes=30, state="verified", served_on=ago(0))
        shown = under(client.get(MINE).content.decode(), "从参与到带头")
        assert items(shown)[1] == f"骨干 已达到 自 {month(0)} 起"
        assert items(shown)[2].endswith("社区工作人员能看到您可以参加带头人培训了。")
        Volunteer.objects.filter(pk=one.pk).update(state="paused")  # of whom staff see nothing until then
        assert not items(under(client.get(MINE).content.decode(), "从参与到带头"))[2].endswith("培训了。")
        Volunteer.objects.filter(pk=one.pk).update(state="left")
        assert "已退出的人不计入" in words(under(client.get(MINE).content.decode(), "从参与到带头"))

    def test_is_told_by_the_api(self) -> None:
        one = one_who((ago(0), 70))
        client = sign_in(Client(), one.person)
        assert client.get(API).json() == {
            "stands": "helper", "next": "core",
            "steps": [
                {"stage": "helper", "reached": True, "since": str(ago(0))},
                *({"stage": stage, "reached": False, "since": None} for stage in ("core", "leader", "founder")),
            ],
            "core": {
                "months": 12, "minutes": 100, "times": 2, "own_minutes": 70, "own_times": 1, "missing_minutes": 30,
                "missing_times": 1, "source": "示例，非官方", "example": True,
            },
        }  # fmt: skip
        assert sign_in(Client(), a_person(COMMUNITY)).get(API).status_code == 404
        other = one_who()
        assert sign_in(Client(), other.person).get(API).json()["stands"] == ""

    def test_costs_the_same_with_many_records_and_teams(self) -> None:
        one = one_who((date(2026, 9, 3), 60))
        costs = []
        for more in (1, 8):
            for place in range(more):
                a_record(one, minutes=60, state="verified", served_on=date(2026, 1 + place, 1 + more))
                a_team(COMMUNITY, leader=one, name=f"示例{more}之{place}队")
            with CaptureQueriesContext(connection) as asked:
                way_of(one, AT)
            costs.append(len(asked))
        assert costs[0] == costs[1] < 14
        assert Team.objects.count() == 9


class TestTheFiguresOfTheDistrict:
    def funnel(self, client: Client, path: str) -> tuple[list[str], list[list[str]]]:
        """Give the steps with their numbers, and the rows of the table by area."""
        page = client.get(path).content.decode()
        steps = page.split('<ol class="funnel">')[1].split("</ol>")[0]
        table = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
        rows = [[words(cell) for cell in row.replace("<th", "<td").split("<td")[1:]] for row in table.split("<tr>")[1:]]
        return items(steps), [[cell.partition("> ")[2] or cell.partition(">")[2] for cell in row] for row in rows]

    def test_are_told_step_by_step_and_area_by_area_to_staff(self) -> None:
        crowd()
        one_who((date(2026, 10, 3), 60))
        beside = a_volunteer(area="370102002001")
        a_record(beside, minutes=60, state="verified")
        staff = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        steps, rows = self.funnel(staff, f"/desk/service/growth/{DISTRICT}/")
        # the crowd's nine, one more of the same community, one of the other subdistrict
        assert steps == ["参与者 11 11", "骨干 6 6", "服务队队长 5 5", "组织负责人 1 1"]
        assert rows == [["解放路街道", "10", "6", "5", "1"], ["千佛山街道", "1", "0", "0", "0"]]
        page = words(staff.get(f"/desk/service/growth/{DISTRICT}/").content.decode())
        assert "骨干：最近 12 个月内至少服务 1小时40分、2 次。" in page

    def test_are_told_to_anybody_without_what_is_below_five(self) -> None:
        crowd()
        steps, rows = self.funnel(Client(), f"/service/growth/{DISTRICT}/")
        assert steps == ["参与者 9 9", "骨干 6 6", "服务队队长 5 5", "组织负责人 不公布 不公布"]
        assert rows == [["解放路街道", "9", "6", "5", "不公布"], ["千佛山街道", "0", "0", "0", "不公布"]]
        told = Client().get(f"/api/v1/service/growth/{DISTRICT}").json()
        assert told[0] == {
            "area": DISTRICT, "name": "历下区", "helper": 9, "core": 6, "leader": 5, "founder": None,
        }  # fmt: skip
