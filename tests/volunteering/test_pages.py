"""The pages of volunteering walked through: registering on one page, a team from its founding to its code, the desk."""

import io
import re
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import queries as people
from shanzhi.volunteering import operations
from shanzhi.volunteering.models import Skill, TaskKind, Team, TeamMember, Volunteer
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, a_person, actor, client_for, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
MINE, TEAMS, DESK, API = "/account/volunteering/", "/teams/", "/desk/volunteering/", "/api/v1/volunteering/"
FORM = {
    "area": COMMUNITY, "skills": ["haircut"], "hours": ["2-360-720", "6-1080-1320"], "languages": ["mandarin"],
    "metres": "2000", "tasks": ["events"], "wish": "陪老人散步",
    "health": "不能提重物", "health_agreed": "on", "emergency_name": "欧阳示例",
    "emergency_phone": "13800138000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _examples(areas: None) -> None:
    operations.load_examples(actor=Actor.system("test"), area="", at=AT)


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


class TestRegistering:
    def test_is_one_form_that_asks_nothing_twice_and_gives_a_number(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        assert "您还没有登记为志愿者" in page(client, MINE)
        form = page(client, f"{MINE}register/")
        assert 'name="name"' not in form
        assert "理发" in form
        wrong = client.post(f"{MINE}register/", {**FORM, "emergency_phone": "123", "health_agreed": ""})
        assert wrong.status_code == 422
        assert "陪老人散步" in wrong.content.decode()
        sent = {**FORM, "idempotency_key": "register-once-1"}
        for _ in range(2):
            assert client.post(f"{MINE}register/", sent).status_code == 302
        one = Volunteer.objects.get()
        shown = page(client, MINE)
        assert one.number in shown
        assert ("活动服务" in shown, "环境清洁" in shown, "想做的任务类别" in shown) == (True, False, True)
        assert all(words in shown for words in ("理发", "周二 6:00–12:00", "普通话", "2,000 米", "138****8000"))
        assert "不能提重物" not in shown  # masked, also to oneself until one edits
        edit = page(client, f"{MINE}edit/")
        assert all(words in edit for words in ("不能提重物", "欧阳示例", 'name="version" value="'))
        assert re.search(r'value="events"[^>]* checked', edit)
        given = {
            **FORM,
            "skills": ["law"],
            "tasks": [],
            "version": str(one.version),
            "idempotency_key": "change-once-1",
        }
        assert client.post(f"{MINE}edit/", given).status_code == 302
        assert list(one.skills.values_list("skill__code", flat=True)) == ["law"]
        assert client.post(f"{MINE}edit/", {**given, "idempotency_key": "change-once-2"}).status_code == 422
        assert "<dd>不限</dd>" in re.sub(r"\s", "", page(client, MINE))
        client.post(f"{MINE}step/", {"step": "pause"})
        assert "恢复志愿服务" in page(client, MINE)
        assert client.post(f"{MINE}leave/", {"sure": "on"}).status_code == 302
        one.refresh_from_db()
        assert one.state == "left"
        assert "重新加入志愿服务" in page(client, MINE)

    def test_comes_between_for_who_wants_to_join_a_team_and_leads_back(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        way = f"{TEAMS}{a_team(COMMUNITY, name='楼门互助队').pk}/join/"
        answer = client.get(way)
        assert answer["Location"] == f"{MINE}register/?next={quote(way, safe='')}"
        assert "登记后回到刚才的页面" in page(client, answer["Location"])
        sent = {**FORM, "idempotency_key": "register-first-1"}
        assert client.post(answer["Location"], sent)["Location"] == way
        assert client.get(way).status_code == 200
        stranger = client_for(Role.RESIDENT, COMMUNITY)
        away = f"{MINE}register/?next=https%3A%2F%2Fexample.org%2F"
        assert stranger.post(away, {**sent, "idempotency_key": "register-away-1"})["Location"] == MINE
        refused = client_for(Role.RESIDENT, COMMUNITY).post(way, {"version": "1", "sure": "on"})
        assert refused.status_code == 409
        assert "现在不能这样做" in refused.content.decode()

    def test_by_the_api_is_the_same(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        head = {"Idempotency-Key": "register-by-api"}
        body = {
            "area": COMMUNITY,
            "hours": [{"weekday": 1, "starts": 600, "ends": 660}],
            "skills": ["law"],
            "tasks": ["visit_elders"],
        }
        kind = "application/json"
        first, again = (client.post(f"{API}me", body, kind, headers=head) for _ in range(2))
        assert first.json() == again.json() == {"id": str(Volunteer.objects.get().pk)}
        told = client.get(f"{API}me").json()
        assert (told["state"], told["lacks"], told["skills"], told["hours"]) == ("active", "", ["law"], body["hours"])
        assert told["tasks"] == ["visit_elders"]
        fits = {one["task"]: one for one in client.get(f"{API}me/fitness").json()}
        assert fits["clean_up"]["good"]
        assert [why["code"] for why in fits["traffic"]["reasons"]] == ["qualification"]
        own = page(client, f"{MINE}edit/")
        assert 'value="1-600-660" ' in own  # hours that the form does not offer stay
        assert own.index('value="1-600-660" ') > own.index('value="7-1080-1320"')  # after the days, each in a row
        wrong = client.post(f"{API}me/change", {**body, "version": 9}, kind, headers={"Idempotency-Key": "another-key"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "stale_volunteer")
        strange = {**body, "tasks": ["flying"], "version": told["version"]}
        wrong = client.post(f"{API}me/change", strange, kind, headers={"Idempotency-Key": "a-third-key"})
        assert (wrong.json()["code"], wrong.json()["field"]) == ("unknown_task_wished", "tasks")

    def test_leaves_all_of_it_among_the_own_data(self) -> None:
        person = a_person(COMMUNITY)
        client = sign_in(Client(), person)
        client.post(f"{MINE}register/", FORM)
        held = people.held_about_me(viewer=actor(person), at=AT)["records"]
        (entry,) = held["volunteering.Volunteer"]
        assert (entry["health"], entry["emergency_phone"], entry["languages"]) == (
            "不能提重物", "+8613800138000", ["mandarin"],
        )  # fmt: skip
        assert len(held["volunteering.Availability"]) == 2
        assert "普通话" in page(client, "/account/own-data/")


class TestATeam:
    def test_goes_from_its_founding_to_a_code_that_anyone_scans(self) -> None:
        founder = sign_in(Client(), a_volunteer().person)
        sent = {"name": "楼门互助队", "kind": "community", "area": COMMUNITY, "about": "照看邻里", "join_way": "code"}
        assert founder.post(f"{TEAMS}new/", sent).status_code == 302
        team = Team.objects.get()
        own = f"{TEAMS}{team.pk}/"
        assert "等待居委会同意" in page(founder, own)
        assert "楼门互助队" not in page(Client(), TEAMS)
        secretary = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert "有 1 个团队等待居委会同意" in page(secretary, DESK)
        assert secretary.post(f"{own}decide/", {"decision": "no", "reason": ""}).status_code == 422
        assert secretary.post(f"{own}decide/", {"decision": "yes", "reason": ""}).status_code == 302
        assert "楼门互助队" in page(Client(), f"{TEAMS}?q=互助&kind=community&area={DISTRICT}")
        assert "目前没有有效的加入码" in page(founder, f"{own}code/")
        founder.post(f"{own}code/")
        sheet = page(founder, f"{own}code/")
        assert "<svg" in sheet
        link = sheet.split("<code>")[1].split("</code>")[0].removeprefix("http://testserver")
        other = sign_in(Client(), a_volunteer().person)
        assert "示例，非官方" in page(other, link)
        assert other.post(link, {"version": "1"}).status_code == 422  # not signed
        assert other.post(link, {"signed": "on", "version": "1"}).status_code == 302
        assert TeamMember.objects.filter(team=team, state="member").count() == 2
        assert "团队管理" not in page(other, own)
        assert other.get(f"{own}desk/").status_code == 404

    def test_is_led_from_its_desk(self) -> None:
        leader = a_volunteer()
        team = a_team(COMMUNITY, leader=leader)
        client, own = sign_in(Client(), leader.person), f"{TEAMS}{team.pk}/"
        for _ in range(2):
            join(team, a_volunteer(a_person(COMMUNITY, name="欧阳示例")), state="requested", message="我会理发")
        shown = page(client, f"{own}desk/?state=requested")
        assert all(words in shown for words in ("欧*例", "我会理发", "有 2 名志愿者等待您答复"))
        assert "欧阳示例" not in shown
        first, second = TeamMember.objects.filter(team=team, state="requested").order_by("pk")
        said = {"decision": "yes", "reason": ""}
        assert client.post(f"{TEAMS}members/{first.pk}/request/", said).status_code == 302
        assert client.get(f"{TEAMS}members/{first.pk}/request/").status_code == 404
        no = {"decision": "no", "reason": "人数已满"}
        assert client.post(f"{TEAMS}members/{second.pk}/request/", no).status_code == 302
        assert "人数已满" in page(sign_in(Client(), second.volunteer.person), MINE)
        assert client.post(f"{own}agreement/", {"text": "第二版"}).status_code == 302
        member = sign_in(Client(), first.volunteer.person)
        assert "签署新协议" in page(member, MINE)
        assert member.post(f"{own}sign/", {"signed": "on", "version": "2"}).status_code == 302
        values = {"name": "新名队", "about": "新事", "join_way": "request", "version": "1"}
        assert client.post(f"{own}edit/", values).status_code == 302
        assert client.post(f"{TEAMS}members/{first.pk}/part/", {"role": "leader"}).status_code == 302
        assert client.post(f"{own}leave/", {"sure": "on"}).status_code == 302
        assert member.post(f"{own}dissolve/", {"reason": "任务完成"}).status_code == 302
        history = page(client_for(Role.DISTRICT_OFFICER, DISTRICT), f"/audit/history/volunteering.team/{team.pk}/")
        assert all(words in history for words in ("团队解散", "任务完成", "重新签署协议"))
        with pytest.raises(ObjectDoesNotExist):
            Team.objects.get(pk=team.pk, state="active")


class TestTheDesk:
    def test_lists_volunteers_masked_in_a_fixed_number_of_queries(self) -> None:
        client = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        skill = Skill.objects.get(code="haircut")
        asked = []
        for number in (1, 12):
            for _ in range(number):
                one = a_volunteer(a_person(COMMUNITY, name="欧阳示例"), COMMUNITY)
                one.skills.create(skill=skill)
                join(a_team(COMMUNITY, name=f"队{one.number}"), one)
            client.get(DESK)
            with CaptureQueriesContext(connection) as seen:
                shown = page(client, DESK)
            asked.append(len(seen))
        assert asked[0] == asked[1]
        assert "欧*例" in shown
        assert "欧阳示例" not in shown
        number = Volunteer.objects.latest("pk").number
        assert number in page(client, f"{DESK}?q={number}")
        assert page(client, f"{DESK}?skill=haircut&state=active&q=欧阳示例").count("欧*例") == 13
        assert "没有" in page(client, f"{DESK}?state=paused")
        a_volunteer(a_person("110114008001"), "110114008001")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{DESK}?export=xlsx")))).active
        assert len([row for row in sheet.iter_rows(values_only=True) if "欧*例" in str(row)]) == 13

    def test_tells_and_finds_what_volunteers_would_like(self) -> None:
        client = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        likes, any_kind = a_volunteer(tasks=["events", "clean_up"]), a_volunteer()
        shown = page(client, f"{DESK}?wish=events")
        assert (likes.number in shown, any_kind.number in shown) == (True, False)
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{DESK}?export=xlsx")))).active
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        wishes = {row[0]: row[rows[0].index("想做的任务类别")] for row in rows[1:]}
        assert wishes == {likes.number: "环境清洁、活动服务", any_kind.number: "不限"}
        told = client.get(f"{API}volunteers?task=clean_up").json()["items"]
        assert [(one["number"], one["tasks"]) for one in told] == [(likes.number, ["events", "clean_up"])]

    def test_enters_a_training_shows_in_full_and_tells_what_suits(self) -> None:
        staff = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        person = a_person(COMMUNITY, name="欧阳示例", phone="+8613800000009")
        client = sign_in(Client(), person)
        client.post(f"{MINE}register/", FORM)
        own = f"{DESK}{Volunteer.objects.get().pk}/"
        assert "缺少：志愿服务基础培训" in page(staff, own)
        given = {"code": "basics", "starts_on": "2026-01-05", "ends_on": "", "evidence": "结业证书 12 号"}
        assert staff.post(f"{own}qualifications/new/", given).status_code == 302
        assert "缺少：志愿服务基础培训" not in page(staff, own)
        shown = staff.post(f"{own}unmask/", {"reason": "安排服务"})
        assert all(words in shown.content.decode() for words in ("欧阳示例", "不能提重物", "+8613800000009"))
        assert shown["Cache-Control"] == "no-store"
        assert "安排服务" in page(client, "/account/")
        held = Volunteer.objects.get().qualifications.get()
        answer = staff.post(f"{DESK}qualifications/{held.pk}/revoke/", {"reason": "录错"})
        assert answer.status_code == 302
        assert "已撤回：录错" in page(client, MINE)

    def test_keeps_the_words_of_its_area(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        assert "示例" in page(client, f"{DESK}words/skills/")
        given: dict[str, Any] = {
            "area": DISTRICT, "code": "chess", "name": "教棋", "name_en": "Chess", "least_age": "10",
            "demands": ["basics"],
        }  # fmt: skip
        assert client.post(f"{DESK}words/tasks/new/", {**given, "greatest_age": "9"}).status_code == 422
        assert client.post(f"{DESK}words/tasks/new/", given).status_code == 302
        listed = page(client, f"{DESK}words/tasks/?q=教棋")
        assert "10 岁起" in listed
        own = TaskKind.objects.get(code="chess")
        change = {**given, "version": "1", "retired": "on"}
        assert client.post(f"{DESK}words/tasks/{own.pk}/", change).status_code == 302
        assert "教棋" in page(client, f"{DESK}words/tasks/?used=0")
        client.post(f"{DESK}words/skills/examples/")
        assert Skill.objects.filter(area=DISTRICT).count() == 16
        assert client.get(f"{DESK}words/others/").status_code == 404
        country = Skill.objects.get(code="law", area="")
        listed = page(client, f"{DESK}words/skills/?q=law")
        assert (country.name in listed, f"words/skills/{country.pk}/" in listed) == (True, False)  # only read here
