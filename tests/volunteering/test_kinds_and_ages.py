"""Teams of each kind, joined by a code that a phone reads; a move that keeps all; limits to the day of a birthday."""

import io
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Guardianship, Person
from shanzhi.people.operations import consent_for, give_consent
from shanzhi.people.texts import PRIVACY
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.models import Team, TeamAgreement, TeamMember, Volunteer
from shanzhi.volunteering.operations import Details, refusals
from tests.activities.support import a_task
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.organizations import an_organization
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor, client_for, give_role, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NEAR = "370102001002"
DAY = timedelta(days=1)
KINDS = {
    "community": ("", "社区团队"), "organization": ("", "社会组织团队"), "company": ("示例热力公司", "企业团队"),
    "school": ("示例小学", "学校团队"),
}  # fmt: skip
"""Each kind with its unit and its name on the page."""


def of(one: Volunteer) -> Client:
    return sign_in(Client(), one.person)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def main(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


def founded(kind: str, founder: Volunteer) -> Team:
    """Found a team by the form, and have whom it concerns agree."""
    unit = KINDS[kind][0]
    sent = {
        "name": f"示例{kind}队",
        "kind": kind,
        "area": COMMUNITY,
        "about": "照看邻里",
        "join_way": "request",
        "unit": unit,
    }
    if kind == "organization":
        body = an_organization(COMMUNITY, name="示例服务中心")
        give_role(founder.person, Role.TEAM_LEADER, organization=body.pk)
        sent["organization_id"] = str(body.pk)
    client = of(founder)
    if unit:
        answer = client.post("/teams/new/", {**sent, "unit": " "})
        assert answer.status_code == 422
        assert 'id="id_unit"' in answer.content.decode()
        assert not Team.objects.exists()
    assert client.post("/teams/new/", sent).status_code == 302
    made = Team.objects.get()
    assert (made.kind, made.unit) == (kind, unit)
    if kind == "organization":  # who leads that agreed by founding it
        assert made.state == "active"
        return made
    assert made.state == "proposed"
    secretary = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    assert secretary.post(f"/teams/{made.pk}/decide/", {"decision": "yes", "reason": ""}).status_code == 302
    made.refresh_from_db()
    assert made.state == "active"
    return made


class TestATeamOfEachKind:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_founded_found_and_joined(self, kind: str) -> None:
        founder, one = a_volunteer(a_person(COMMUNITY), COMMUNITY), a_volunteer(a_person(COMMUNITY), COMMUNITY)
        made = founded(kind, founder)
        for other in KINDS:
            listed = main(shown(Client(), f"/teams/?kind={other}"))
            assert (made.name in listed) == (other == kind)
        text = main(shown(Client(), f"/teams/{made.pk}/"))
        unit, words = KINDS[kind]
        assert words in text
        assert unit in text
        assert ("示例服务中心" in text) == (kind == "organization")
        member = of(one)
        assert member.post(f"/teams/{made.pk}/join/", {"message": "我会理发"}).status_code == 422  # not signed
        signed = {"message": "我会理发", "signed": "on", "version": "1"}
        assert member.post(f"/teams/{made.pk}/join/", signed).status_code == 302
        place = TeamMember.objects.get(team=made, volunteer=one)
        assert (place.state, place.agreement.version, place.role) == ("requested", 1, "member")
        assert of(founder).post(f"/teams/members/{place.pk}/request/", {"decision": "yes"}).status_code == 302
        place.refresh_from_db()
        assert place.state == "member"

    @pytest.mark.browser
    def test_is_joined_by_its_code_that_a_phone_reads_off_the_sheet(self, browser: Browser) -> None:
        leader, one = a_volunteer(area=COMMUNITY), a_volunteer(area=COMMUNITY)
        team = a_team(COMMUNITY, leader=leader, join_way="code")
        desk = sign_in(Client(), leader.person)
        desk.post(f"/teams/{team.pk}/code/")
        sheet = main(shown(desk, f"/teams/{team.pk}/code/"))
        (drawn,) = re.findall(r"<svg.*?</svg>", sheet, re.DOTALL)
        (link,) = re.findall(r"<code>(.*?)</code>", sheet)
        page = browser.new_page(viewport={"width": 360, "height": 360})
        page.set_content(f"<body style='background:#fff'><div style='width:300px'>{drawn}</div></body>")
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
        page.close()
        assert code.text == link
        way = urlsplit(code.text).path
        assert Client().get(way).status_code == 302  # to sign in, and back
        phone = sign_in(Client(), one.person)
        assert team.name in shown(phone, way)
        assert phone.post(way, {"version": "1"}).status_code == 422  # not signed
        assert phone.post(way, {"signed": "on", "version": "1"}).status_code == 302
        place = TeamMember.objects.get(team=team, volunteer=one)
        assert (place.state, place.by_code, place.agreement.version) == ("member", True, 1)


class TestAMove:
    def test_keeps_everybody_in_the_team_with_parts_agreement_and_what_waits(self) -> None:
        leader, deputy, member, asks = (a_volunteer(area=COMMUNITY) for _ in range(4))
        team = a_team(COMMUNITY, leader=leader, name="搬家队（示例）")
        join(team, deputy, role="deputy")
        join(team, member)
        waits = join(team, asks, state="requested")

        def places() -> list[Any]:
            rows = TeamMember.objects.filter(team=team).order_by("pk")
            return list(rows.values_list("pk", "state", "role", "agreement", "signed_at", "joined_at"))

        before = places()
        made = operations.ask_move(actor=actor(leader.person), team_id=team.pk, area=NEAR, reason="搬迁（示例）", at=AT)
        for area in (COMMUNITY, NEAR):
            operations.agree_move(actor=an_actor(Role.COMMUNITY_SECRETARY, area), move_id=made.pk, at=AT)
        team.refresh_from_db()
        assert (team.area, team.state, places() == before) == (NEAR, "active", True)
        assert TeamAgreement.objects.filter(team=team).count() == 1
        for area, there in ((COMMUNITY, False), (NEAR, True)):
            assert ("搬家队（示例）" in main(shown(Client(), f"/teams/?area={area}"))) == there
        by = actor(deputy.person)
        operations.decide_request(actor=by, member_id=waits.pk, accepted=True, reason="", at=AT)
        waits.refresh_from_db()
        assert waits.state == "member"


class TestADissolvedTeam:
    def test_is_over_for_everybody_by_its_page_for_a_reason(self) -> None:
        leader, member, asks = (a_volunteer(area=COMMUNITY) for _ in range(3))
        team = a_team(COMMUNITY, leader=leader, name="散伙队（示例）")
        join(team, member)
        join(team, asks, state="requested")
        own, office = f"/teams/{team.pk}/", client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert of(member).post(f"{own}dissolve/", {"reason": "我不想干了"}).status_code == 404
        assert office.post(f"{own}dissolve/", {"reason": " "}).status_code == 422
        assert Team.objects.get(pk=team.pk).state == "active"
        assert office.post(f"{own}dissolve/", {"reason": "三年没有活动（示例）"}).status_code == 302
        assert sorted(TeamMember.objects.filter(team=team).values_list("state", flat=True)) == [
            "left", "left", "withdrawn",
        ]  # fmt: skip
        assert "散伙队（示例）" not in main(shown(Client(), "/teams/?q=散伙"))
        assert Client().get(own).status_code == 404
        for one in (leader, member):  # who was in it still reads of it
            assert "已解散" in main(shown(of(one), own))
        assert of(a_volunteer(area=COMMUNITY)).post(f"{own}join/", {"signed": "on"}).status_code == 404


def born(years: int, *, on: date, days: int = 0) -> date:
    """Give the date of birth of who is so old on a day, or so many days before it."""
    return on.replace(year=on.year - years) + days * DAY


class TestTheLimitsOfAge:
    def fit(self, born_on: date, on: date, **limits: int) -> list[str]:
        one = a_volunteer(a_person(COMMUNITY, born_on=born_on), COMMUNITY)
        kind = a_task(f"k{one.number}", **limits)
        return [why.code for why in queries.may_do(volunteer=one, task_kind=kind, on=on, at=AT).reasons]

    def test_of_a_kind_of_task_hold_on_the_day_of_service_to_the_birthday(self) -> None:
        on = date(2026, 12, 24)
        assert self.fit(born(21, on=on), on, least_age=21) == []
        assert self.fit(born(21, on=on, days=1), on, least_age=21) == ["too_young"]
        assert self.fit(born(21, on=on, days=1), on + DAY, least_age=21) == []
        assert self.fit(born(66, on=on, days=1), on, greatest_age=65) == []
        assert self.fit(born(66, on=on), on, greatest_age=65) == ["too_old"]
        assert self.fit(date(2004, 2, 29), date(2025, 2, 28), least_age=21) == ["too_young"]
        assert self.fit(date(2004, 2, 29), date(2025, 3, 1), least_age=21) == []

    def test_are_told_in_words_with_the_age(self) -> None:
        one = a_volunteer(a_person(COMMUNITY, born_on=date(1950, 1, 1)), COMMUNITY)
        a_task("ladder", area=DISTRICT, name="爬梯子（示例）", greatest_age=65)
        told = {fit["task"]: fit for fit in sign_in(Client(), one.person).get("/api/v1/volunteering/me/fitness").json()}
        assert told["ladder"]["good"] is False
        assert [why["words"] for why in told["ladder"]["reasons"]] == ["这类任务要求不超过 65 周岁。"]


def warded(born_on: date) -> tuple[Person, Person]:
    """Give a ward and the guardian, whose tie staff saw in a document."""
    ward, guardian = a_person(COMMUNITY, born_on=born_on, name="示例孩子"), a_person(COMMUNITY)
    Guardianship.objects.create(
        ward=ward, guardian=guardian, kind="parent", starts_on=born_on, document="household_register",
        document_tail="123X", verified_by=a_person(COMMUNITY), verified_at=LONG_AGO,
    )  # fmt: skip
    return ward, guardian


class TestTheConsents:
    def test_are_asked_of_a_guardian_until_the_eighteenth_birthday(self) -> None:
        today = AT.date()
        for days, state in ((0, "active"), (1, "registered")):
            person, _guardian = warded(born(18, on=today, days=days))
            made = operations.register_volunteer(actor=actor(person), details=Details(area=COMMUNITY), at=AT)
            assert made.state == state
        assert queries.lacking(made, AT) == "guardian"
        assert (queries.lacking(made, AT + DAY), queries.serves(made, AT + DAY)) == ("", True)

    def test_of_14_to_17_are_both_the_own_and_the_guardians(self) -> None:
        person, guardian = warded(born(14, on=AT.date()))
        made = operations.register_volunteer(actor=actor(person), details=Details(area=COMMUNITY), at=AT)
        assert queries.lacking(made, AT) == "guardian"
        consent_for(actor=actor(guardian), ward_id=person.pk, at=AT)
        assert queries.lacking(made, AT) == "own"
        give_consent(actor=actor(person), purpose=PRIVACY.purpose, at=AT)
        assert queries.lacking(made, AT) == ""
        team = a_team(COMMUNITY)
        place = join(team, made)
        leader = actor(TeamMember.objects.get(team=team, role="leader").volunteer.person)
        with pytest.raises(refusals.AdultLeader):
            operations.set_part(actor=leader, member_id=place.pk, role="deputy", at=AT)
        given = Details(area=COMMUNITY, health="哮喘（示例）", health_agreed=True)
        with pytest.raises(refusals.NoHealthOfMinors):
            operations.change_volunteer(actor=actor(person), version=made.version, details=given, at=AT)


class TestTheNumber:
    def test_stands_for_the_identity_number_wherever_others_look(self) -> None:
        person = a_person(COMMUNITY, name="欧阳示例", phone="+8613800000019")
        leader, one = a_volunteer(area=COMMUNITY), a_volunteer(person, COMMUNITY)
        team = a_team(COMMUNITY, leader=leader)
        place = join(team, one)
        staff = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        pages = {
            f"/teams/{team.pk}/desk/": of(leader), f"/teams/{team.pk}/service/new/": of(leader),
            f"/teams/members/{place.pk}/part/": of(leader), "/desk/volunteering/": staff,
            f"/desk/volunteering/{one.pk}/": staff, f"/desk/volunteering/?q={one.number}": staff,
        }  # fmt: skip
        number = person.id_number.reveal()
        for path, client in pages.items():
            text = shown(client, path)
            assert one.number in text, path
            assert not [word for word in (number, number[6:14], "欧阳示例", "13800000019") if word in main(text)], path
        public = shown(Client(), f"/teams/{team.pk}/")
        assert not [word for word in (number, one.number, "欧阳", "欧*例") if word in public]
