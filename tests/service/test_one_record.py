"""A record on its pages: all its fields with who verified it, a complaint and its answer, correction by reversal."""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.service import operations, queries
from shanzhi.service.exchange.national import FIELDS
from shanzhi.service.models import Complaint, ServiceRecord, ServiceRules, StarAward
from shanzhi.volunteering.models import Team, Volunteer
from tests.people.conftest import COMMUNITY
from tests.service.support import SERVED, a_kind, a_record
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor, client_for, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
FAR = "370102002001"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "service-export.md"


@dataclass
class Crew:
    """A team with leader, deputy and two members, each with a name of their own and a browser."""

    team: Team
    leader: Volunteer
    deputy: Volunteer
    one: Volunteer
    two: Volunteer

    def record(self, **more: Any) -> ServiceRecord:
        """Give a record of the first member that the leader made."""
        values: dict[str, Any] = {
            "minutes": 95, "starts": 540, "people_served": 4, "evidence": "签到表第三页（示例）",
            "content": "陪独居老人量血压（示例）", "recorded_by": self.leader.person, "state": "noticed", **more,
        }  # fmt: skip
        return a_record(self.one, self.team, **values)


@pytest.fixture
def crew() -> Crew:
    names = ("诸葛示例", "司马示例", "欧阳示例", "上官示例")
    leader, deputy, one, two = (a_volunteer(a_person(COMMUNITY, name=name), COMMUNITY) for name in names)
    team = a_team(COMMUNITY, leader=leader, name="示例邻里队")
    join(team, deputy, role="deputy")
    join(team, one)
    join(team, two)
    a_kind()
    return Crew(team, leader, deputy, one, two)


def browser(one: Volunteer) -> Client:
    return sign_in(Client(), one.person)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def page_of(made: ServiceRecord) -> str:
    return f"/service/records/{made.pk}/"


def steps(text: str) -> list[str]:
    """Give what happened, by the lines of the page, without the moments."""
    (found,) = re.findall(r'<ol class="stack">(.*?)</ol>', text, re.DOTALL)
    return [" · ".join(one.split(" · ")[1:]) for one in re.findall(r"<li>(.*?)</li>", found)]


class TestItsPage:
    def test_tells_every_field_to_whom_it_concerns_and_names_masked(self, crew: Crew) -> None:
        made = crew.record()
        operations.verify_records(actor=actor(crew.deputy.person), record_ids=[made.pk], at=timezone.now())
        readers = [browser(one) for one in (crew.one, crew.leader, crew.deputy)]
        for client in (*readers, client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)):
            text = shown(client, page_of(made))
            for told in (
                crew.one.number, "欧*例", "示例邻里队", "探访老人", "9:00–10:35", "1小时35分", "<dd>4</dd>",
                "陪独居老人量血压（示例）", "签到表第三页（示例）", "2026年10月20日",
            ):  # fmt: skip
                assert told in text, told
            assert steps(text) == ["记录了服务 · 诸*例 · 示例", "记录进入公示", "记录已核定 · 司*例 · 示例"]
            main = text.partition("<main")[2].partition("</main>")[0]
            assert not [name for name in ("诸葛示例", "司马示例", "欧阳示例") if name in main]

    def test_is_told_whole_over_the_api(self, crew: Crew) -> None:
        made = crew.record()
        operations.verify_records(actor=actor(crew.deputy.person), record_ids=[made.pk], at=timezone.now())
        told = browser(crew.one).get(f"/api/v1{page_of(made)[:-1]}").json()
        assert (told["evidence"], told["corrects"], told["corrected_by"]) == ("签到表第三页（示例）", None, None)
        assert [(one["what"], one["by"], one["synthetic"]) for one in told["life"]] == [
            ("recorded", "诸*例", True), ("noticed", "", False), ("verified", "司*例", True)
        ]  # fmt: skip
        corrected = operations.correct_record(
            actor=actor(crew.deputy.person), record_id=made.pk, reason="误记（示例）", minutes=60, served_on=SERVED,
            starts=540, at=timezone.now(),
        )  # fmt: skip
        old, new = (
            browser(crew.one).get(f"/api/v1{page_of(one)[:-1]}").json() for one in (made, corrected)
        )  # fmt: skip
        assert (old["life"][-1]["what"], old["life"][-1]["reason"]) == ("reversed", "误记（示例）")
        assert (old["corrected_by"], new["corrects"]) == (str(corrected.pk), str(made.pk))

    def test_is_there_for_nobody_else(self, crew: Crew) -> None:
        made = crew.record()
        for client in (browser(a_volunteer(area=COMMUNITY)), client_for(Role.COMMUNITY_SECRETARY, FAR)):
            assert client.get(page_of(made)).status_code == 404
            assert client.get(f"/api/v1{page_of(made)[:-1]}").status_code == 404


class TestAComplaint:
    def test_is_answered_with_reasons_that_who_complained_reads(self, crew: Crew) -> None:
        made = crew.record()
        member, other, deputy = browser(crew.two), browser(crew.one), browser(crew.deputy)
        assert member.post(f"{page_of(made)}complain/", {"words": ""}).status_code == 422
        assert member.post(f"{page_of(made)}complain/", {"words": "当天没有见到（示例）"}).status_code == 302
        row = Complaint.objects.get()
        assert row.due_on == timezone.localdate() + timedelta(days=7)
        asked = shown(deputy, page_of(made))
        assert "当天没有见到（示例）" in asked
        assert crew.two.number not in asked  # who complained is nobody's to know
        assert "上*例" not in asked
        assert "当天没有见到（示例）" not in shown(other, page_of(made))
        answer = f"/service/complaints/{row.pk}/answer/"
        for client in (member, other):  # neither who complained nor whose record it is
            assert client.post(answer, {"upheld": "no", "answer": "在的"}).status_code in (403, 404)
        assert browser(crew.leader).post(answer, {"upheld": "no", "answer": "在的"}).status_code in (403, 422)
        assert deputy.post(answer, {"upheld": "no", "answer": " "}).status_code == 422
        assert Complaint.objects.get().state == "open"
        given = {"upheld": "no", "answer": "签到表有本人签字（示例）"}
        assert deputy.post(answer, given).status_code == 302
        told = shown(member, page_of(made))
        for words in ("不成立", "当天没有见到（示例）", "签到表有本人签字（示例）"):
            assert words in told, words
        made.refresh_from_db()
        assert made.state == "noticed"  # it stands, and goes on

    def test_that_is_upheld_after_verifying_takes_the_hours_off(self, crew: Crew) -> None:
        made = crew.record(state="verified")
        assert "1小时35分" in shown(browser(crew.one), "/account/volunteering/service/")
        row = operations.complain(actor=actor(crew.one.person), record_id=made.pk, words="多记了（示例）", at=AT)
        given = {"upheld": "yes", "answer": "确为误记（示例）"}
        assert browser(crew.deputy).post(f"/service/complaints/{row.pk}/answer/", given).status_code == 302
        text = shown(browser(crew.one), page_of(made))
        assert "成立" in text
        assert steps(text)[-1] == "记录已冲销 · 司*例 · 示例 · 确为误记（示例）"
        found = queries.overview(viewer=actor(crew.one.person), at=timezone.now())
        assert found is not None
        assert (found.minutes, found.times) == (0, 0)


class TestACorrection:
    def test_reverses_records_anew_and_changes_nothing_of_what_was_written(self, crew: Crew) -> None:
        made = crew.record(state="verified")
        before = ServiceRecord.objects.filter(pk=made.pk).values().get()
        deputy, member = browser(crew.deputy), browser(crew.one)
        sent = {"reason": "应为一小时（示例）", "minutes": "60", "starts": "09:00", "served_on": f"{SERVED}"}
        assert deputy.post(f"{page_of(made)}reverse/", sent).status_code == 302
        assert ServiceRecord.objects.filter(pk=made.pk).values().get() == before
        right = ServiceRecord.objects.get(corrects=made)
        assert (right.minutes, right.starts, right.state, right.content) == (60, 540, "noticed", made.content)
        old, new = shown(member, page_of(made)), shown(member, page_of(right))
        assert "已冲销" in old
        assert steps(old)[-1] == "记录已冲销 · 司*例 · 示例 · 应为一小时（示例）"
        assert (page_of(right) in old, page_of(made) in new) == (True, True)  # each leads to the other

        def minutes() -> int:
            found = queries.overview(viewer=actor(crew.one.person), at=timezone.now())
            assert found is not None
            return found.minutes

        assert minutes() == 0
        later = timezone.now() + timedelta(days=8)
        operations.verify_records(actor=actor(crew.leader.person), record_ids=[right.pk], at=later)
        assert minutes() == 60


class TestStars:
    def test_follow_the_thresholds_of_the_area_in_which_one_serves(self) -> None:
        values: dict[str, Any] = {
            "version": 1, "valid_from": date(2026, 1, 1), "paper": "record", "prefix": "示例",
            "source": "示例，非官方", "created_at": LONG_AGO,
        }  # fmt: skip
        ServiceRules.objects.create(area=COMMUNITY, star_minutes=[60, 120, 300], **values)
        ServiceRules.objects.create(area=FAR, star_minutes=[200], **values)
        here, there = a_volunteer(area=COMMUNITY), a_volunteer(a_person(FAR), FAR)
        staff = an_actor(Role.SUBDISTRICT_OFFICER, "370102")
        made = [a_record(one, minutes=130, state="noticed") for one in (here, there)]
        operations.verify_records(actor=staff, record_ids=[row.pk for row in made], at=AT)
        given = list(StarAward.objects.filter(given=True).order_by("level").values_list("volunteer", "level"))
        assert given == [(here.pk, 1), (here.pk, 2)]  # both at once
        assert (self.star(here), self.star(there)) == ((2, (3, 170)), (0, (1, 70)))
        more = a_record(there, minutes=70, state="noticed")
        operations.verify_records(actor=staff, record_ids=[more.pk], at=AT)
        assert self.star(there) == (1, None)  # the highest of that area
        assert StarAward.objects.get(volunteer=there).level == 1

    @staticmethod
    def star(one: Volunteer) -> tuple[int, tuple[int, int] | None]:
        """Give the star that is held, and the next one with what is missing, as its owner reads it."""
        found = queries.overview(viewer=actor(one.person), at=AT)
        assert found is not None
        return found.star, found.next_star


class TestTheExport:
    def test_bears_the_fields_that_its_document_names_in_both_formats_and_both_ways(self, crew: Crew) -> None:
        rows = [line.split("|")[1] for line in DOCUMENTED.read_text().splitlines() if line.startswith("| `")]
        named = re.findall(r"`([a-z_]+)`", " ".join(rows))  # the heads of requests have capitals
        assert tuple(named) == FIELDS
        made = crew.record(state="verified")
        staff = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        span = {"area": COMMUNITY[:9], "starts_on": "2026-10-01", "ends_on": "2026-10-31"}
        page = staff.post("/desk/service/export/", {**span, "kind": "json"})
        by_api = staff.post("/api/v1/service/export", {**span, "kind": "json"}, content_type="application/json")
        assert (page["Content-Type"], page.content) == ("application/json; charset=utf-8", by_api.content)
        written = json.loads(page.content)
        assert (written["format"], written["area"]) == ("shanzhi-service-1", COMMUNITY[:9])
        (row,) = written["records"]
        assert tuple(row) == FIELDS
        assert row == {
            "record_id": str(made.pk), "volunteer_number": crew.one.number, "served_on": "2026-10-20",
            "starts": "9:00", "minutes": 95, "task_code": "visit", "task_name": "探访老人",
            "content": "陪独居老人量血压（示例）", "people_served": 4, "organiser_kind": "team",
            "organiser_name": "示例邻里队", "area": COMMUNITY, "recorded_on": "2020-01-01", "verified_on": "2026-11-23",
        }  # fmt: skip
        assert not [name for name in ("欧阳示例", crew.one.person.id_number.reveal()) if name in page.content.decode()]
