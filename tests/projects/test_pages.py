"""Walking through the pages: a team on its phone, the desk, neighbours; and what each page costs."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.projects import operations
from shanzhi.projects.models import Activity, Ceremony, Feedback, Objection, Photo, Project, Report, Visit
from shanzhi.projects.operations.feedback import link_of
from tests.projects.support import COMPLETION, DAY, MIDTERM, NOW, PLAN, Ground, a_png, planned, reported
from tests.support.people import client_for, sign_in
from tests.ventures.support import SUBDISTRICT


@pytest.fixture
def site(ground: Ground, settings: Any, tmp_path: Path, time_machine: Any) -> Ground:
    """The district, seen on a day in the first half of the project."""
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW + 20 * DAY, tick=False)
    return ground


def of(ground: Ground, who: str) -> Client:
    """Give a browser of the team's contact person, of a neighbour, or of the officer."""
    staff = {"officer": ground.officer, "worker": ground.workers[0], "second": ground.workers[1]}
    people = {"team": ground.team, "neighbour": ground.neighbour, **staff}
    return sign_in(Client(), Person.objects.get(pk=people[who].person()))


def local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def sent(client: Client, path: str, status: int = 302, /, **fields: Any) -> Any:
    answer = client.post(path, fields)
    assert answer.status_code == status, (path, getattr(answer, "context", None) and answer.context["form"].errors)
    return answer


class TestATeam:
    def test_plans_announces_and_reports_with_a_photo_that_everybody_sees(self, site: Ground) -> None:
        team, page = of(site, "team"), f"/projects/{site.project.pk}/"
        form = {"title": "旧物交换日", "starts_at": local(NOW + 30 * DAY), "place": "院里", "minutes": "90"}
        missing = sent(team, f"{page}activities/new/", 422, **{**form, "title": "", "place": ""})
        assert set(missing.context["form"].errors) == {"title", "place"}
        one = sent(team, f"{page}activities/new/", **form)["Location"]
        assert Client().get(one).status_code == 404
        assert sent(team, f"{one}announce/")["Location"] == one
        assert "旧物交换日" in text(Client(), one)
        sent(team, f"{one}report/", 422, attended="3", summary="x")
        Activity.objects.update(starts_at=NOW + 19 * DAY)
        broken = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe1broken")
        refusal = sent(team, f"{one}report/", 422, attended="40", summary="来了很多人", photos=broken)
        assert set(refusal.context["form"].errors) == {"photos"}
        assert not Photo.objects.exists()
        photos = [SimpleUploadedFile(f"{n}.png", a_png(shade=n)) for n in (1, 2)]
        sent(team, f"{one}report/", attended="40", helpers="5", summary="来了很多人", photos=photos, shown="on")
        told = text(Client(), one)
        assert "来了很多人" in told
        assert "40" in told
        for photo in Photo.objects.all():
            answer = Client().get(f"{one}photos/{photo.pk}/")
            assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        Photo.objects.update(shown=False)
        assert Client().get(f"{one}photos/{photo.pk}/").status_code == 404
        assert "旧物交换日" in text(Client(), page)

    def test_finds_what_is_due_with_overdue_first_in_words(self, site: Ground) -> None:
        planned(site, 30 * DAY)
        planned(site, 10 * DAY, title="早已办过")
        team = of(site, "team")
        words = text(team, "/account/projects/")
        assert words.rindex("早已办过") < words.rindex("楼道灯认领日") < words.rindex("提交中期自评")
        assert "已逾期" in words
        assert "早已办过" in text(team, "/today/")
        assert "没有待办" in text(of(site, "neighbour"), "/account/projects/")
        desk = of(site, "officer")
        assert "指定督导" in text(desk, "/desk/projects/due/?late=1")
        assert "早已办过" in text(desk, "/desk/projects/due/?side=team&q=早已")
        export = desk.get("/desk/projects/due/?export=csv")
        assert "早已办过" in b"".join(export).decode()  # type: ignore[call-overload]  # a stream


class TestAParticipant:
    def test_says_how_it_was_by_the_link_and_only_the_team_reads_the_words(self, site: Ground) -> None:
        one = reported(site)
        path = f"/projects/feedback/{link_of(one)}/"
        sent(Client(), path, 422, said="很好")
        sent(Client(), path, rating="4", said="很好", idempotency_key="a-phone-that-sends-twice")
        sent(Client(), path, rating="4", said="很好", idempotency_key="a-phone-that-sends-twice")
        assert Feedback.objects.count() == 1
        assert "很好" in text(of(site, "team"), f"/projects/activities/{one.pk}/")
        assert "很好" not in text(of(site, "neighbour"), f"/projects/activities/{one.pk}/")


class TestTheWholeWay:
    def test_leads_through_the_pages_from_beginning_to_graduation(self, site: Ground, time_machine: Any) -> None:
        officer, team, page = of(site, "officer"), of(site, "team"), f"/projects/{site.project.pk}/"
        desk = f"/desk{page}"
        assert "待启动的立项项目" in text(officer, "/desk/projects/")
        days = {"starts_on": f"{PLAN.starts_on}", "ends_on": f"{PLAN.ends_on}"}
        sent(officer, f"/desk/projects/begin/{site.call.pk}/", **days)
        assert Project.objects.count() == 2
        worker = site.workers[0].person()
        sent(officer, f"{desk}mentor/", person=f"{worker}")
        note = {"visited_on": f"{PLAN.starts_on + 5 * DAY}", "kind": "regular", "overall": "顺利", "what_1": "补签到表"}
        unfinished = sent(of(site, "worker"), f"{desk}visit/", 422, **note)
        assert set(unfinished.context["form"].errors) == {"who_1", "due_on_1"}
        whole = {**note, "who_1": "队长", "due_on_1": f"{PLAN.starts_on + 40 * DAY}"}
        sent(of(site, "worker"), f"{desk}visit/", **whole)
        assert "顺利" in text(team, page)
        assert "顺利" not in text(Client(), page)
        sent(team, f"/projects/steps/{Visit.objects.get().steps.get().pk}/done/")
        sent(team, f"{page}midterm/", done="办了两次活动")
        self.mark(site, "midterm", MIDTERM)
        assert "中期结果公示中" in text(Client(), page)
        sent(of(site, "neighbour"), f"{page}object/", grounds="签到不全")
        filed = Objection.objects.get()
        sent(of(site, "neighbour"), f"/projects/objections/{filed.pk}/withdraw/", version=filed.version)
        time_machine.move_to(NOW + 30 * DAY, tick=False)
        sent(officer, f"{desk}confirm/")
        sent(team, f"{page}completion/", done="目标都达成了")
        self.mark(site, "completion", COMPLETION)
        self.graduate(site, officer)
        story = text(Client(), page)
        for words in ("已结业", "77.50", "75.00", "得票最多", "结业礼（示例）"):
            assert words in story, words
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        assert "Graduated" in text(client, page)
        assert "项目结业" in text(officer, f"/audit/history/projects.project/{site.project.pk}/")

    def mark(self, site: Ground, kind: str, points: dict[str, int]) -> None:
        report = Report.objects.get(kind=kind)
        path = f"/desk/projects/reports/{report.pk}/"
        high = sent(of(site, "worker"), path, 422, **{**points, next(iter(points)): 11})
        assert set(high.context["form"].errors) == {next(iter(points))}
        for who in ("worker", "second"):
            sent(of(site, who), path, **points)
        sent(of(site, "officer"), f"{path}decide/", outcome="pass", comment="材料齐全")

    def graduate(self, site: Ground, officer: Client) -> None:
        form = {
            "title": "结业礼（示例）",
            "area": SUBDISTRICT,
            "held_on": f"{PLAN.starts_on + 25 * DAY}",
            "place": "礼堂",
        }
        sent(officer, "/desk/graduations/new/", **form)
        made = Ceremony.objects.get()
        path = f"/desk/graduations/{made.pk}/"
        sent(officer, f"{path}list/", version="1", projects=[f"{site.project.pk}"])
        sent(officer, f"{path}held/", version="2")
        public = Client().get(f"/graduations/{made.pk}/list.pdf")
        assert public.content.startswith(b"%PDF")
        assert site.project.proposal.title in text(Client(), f"/graduations/{made.pk}/")


class TestTheDesk:
    def test_stops_a_project_and_the_team_appeals_from_its_page(self, site: Ground) -> None:
        officer, page = of(site, "officer"), f"/projects/{site.project.pk}/"
        sent(officer, f"/desk{page}terminate/", version=site.project.version, reason="团队解散")
        sent(of(site, "team"), f"{page}appeal/", grounds="仍可继续")
        other = client_for(Role.DISTRICT_OFFICER, SUBDISTRICT[:6])
        one = Objection.objects.get()
        assert "仍可继续" in text(other, f"/desk/projects/objections/{one.pk}/")
        sent(other, f"/desk/projects/objections/{one.pk}/", version="1", outcome="dismissed", ruling="有据")
        sent(officer, f"/desk{page}settle/", settlement="余额已退")
        assert "余额已退" in text(Client(), page)

    def test_writes_rules_that_the_next_projects_begin_under(self, site: Ground) -> None:
        officer = of(site, "officer")
        form = officer.get("/desk/projects/rules/new/").context["form"]
        given = {name: "" if value is None else value for name, value in form.initial.items()} | {"area": SUBDISTRICT}
        given["midterm"] = "on"
        wrong = sent(officer, "/desk/projects/rules/new/", 422, **{**given, "midterm_criteria": "进度 | 很多 | "})
        assert set(wrong.context["form"].errors) == {"midterm_criteria"}
        sent(officer, "/desk/projects/rules/new/", **{**given, "announce_days": "3"})
        assert "1" in text(officer, "/desk/projects/rules/")
        sent(officer, f"/desk/projects/begin/{site.call.pk}/", starts_on=f"{PLAN.starts_on}", ends_on=f"{PLAN.ends_on}")
        assert Project.objects.exclude(pk=site.project.pk).get().rules["announce_days"] == 3

    def test_moves_days_and_changes_and_cancels_an_activity(self, site: Ground) -> None:
        one, officer, team = planned(site, 40 * DAY), of(site, "officer"), of(site, "team")
        days = {"ends_on": f"{PLAN.ends_on + 9 * DAY}", "midterm_due": f"{PLAN.starts_on + 60 * DAY}",
                "completion_due": f"{PLAN.ends_on + 20 * DAY}"}  # fmt: skip
        sent(officer, f"/desk/projects/{site.project.pk}/days/", version=site.project.version, **days)
        path = f"/projects/activities/{one.pk}/"
        form = {"title": "改名", "starts_at": local(NOW + 41 * DAY), "place": "院里", "minutes": "60"}
        sent(team, f"{path}edit/", 422, version="9", **form)
        sent(team, f"{path}edit/", version="1", **form)
        sent(team, f"{path}cancel/", reason="下雨")
        assert "下雨" in text(team, path)
        assert Client().get(path).status_code == 404  # it was never announced


class TestEachPage:
    def test_costs_no_query_a_row(self, site: Ground) -> None:
        project, officer, team = site.project, of(site, "officer"), of(site, "team")
        pages = {
            officer: [
                "/desk/projects/",
                "/desk/projects/due/",
                "/projects/",
                "/graduations/",
                f"/projects/{project.pk}/",
            ],
            team: ["/account/projects/", f"/projects/{project.pk}/"],
        }

        def asked() -> list[int]:
            found = []
            for client, paths in pages.items():
                for path in paths:
                    client.get(path)
                    with CaptureQueriesContext(connection) as made:
                        client.get(path)
                    found.append(len(made))
            return found

        shots = tuple(operations.Shot(a_png(shade=n), "灯") for n in range(2))
        reported(site, photos=shots[:1])
        planned(site, 30 * DAY)
        few = asked()
        operations.begin_projects(actor=site.officer, call_id=site.call.pk, plan=PLAN, at=NOW)
        for day in (12, 14, 16):
            reported(site, day * DAY, photos=shots)
            planned(site, (day + 20) * DAY)
        assert asked() == few
