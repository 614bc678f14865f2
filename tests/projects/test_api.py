"""The API beside the pages of projects: photos, visits, settlement, rules, graduations, the grant."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from shanzhi.people.models import Person
from shanzhi.projects import operations
from shanzhi.projects.models import Photo
from tests.projects.support import DAY, END, NOW, START, Ground, a_png, planned, through_completion, through_midterm
from tests.support.funds import money
from tests.support.people import sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/projects"


def as_of(actor: Any) -> Client:
    return sign_in(Client(), Person.objects.get(pk=actor.person()))


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(f"{API}{path}", body, content_type="application/json",
                         headers={"Idempotency-Key": uuid4().hex})  # fmt: skip
    return answer.json()


def test_an_activity_is_changed_told_of_with_photos_and_one_is_taken_away(
    ground: Ground, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    one = planned(ground)
    with time_machine.travel(NOW + 12 * DAY):
        team = as_of(ground.team)
        told = {"attended": 9, "summary": "来了九人", "photos": [
            {"content": b64encode(a_png()).decode(), "caption": "换灯", "shown": True}]}  # fmt: skip
        assert post(team, f"/activities/{one.pk}/report", told)["state"] == "reported"
        (photo,) = Client().get(f"{API}/activities/{one.pk}").json()["photos"]
        assert (photo["caption"], photo["shown"]) == ("换灯", True)
        post(team, f"/activities/{one.pk}/photos/{photo['id']}/remove", {})
        assert not Photo.objects.exists()
        two = planned(ground, 20 * DAY)
        new = {"title": "改期", "place": "二号楼前", "starts_at": (NOW + 21 * DAY).isoformat(), "version": two.version}
        assert post(team, f"/activities/{two.pk}/change", new)["state"] == "planned"
        assert team.get(f"{API}/activities/{two.pk}").json()["title"] == "改期"


def test_visits_are_read_inside_and_their_steps_done(ground: Ground) -> None:
    step = operations.PlannedStep("补签到表", "队长", START + 60 * DAY)
    note = operations.VisitNote(START + 5 * DAY, "进展顺利", steps=[step])
    operations.write_visit(actor=ground.workers[0], project_id=ground.project.pk, given=note, at=NOW + 6 * DAY)
    with time_machine.travel(NOW + 7 * DAY):
        team = as_of(ground.team)
        (visit,) = team.get(f"{API}/{ground.project.pk}/visits").json()
        assert (visit["overall"], visit["steps"][0]["done_at"]) == ("进展顺利", None)
        assert post(team, f"/steps/{visit['steps'][0]['id']}/done", {})["state"] == "done"
        assert team.get(f"{API}/{ground.project.pk}/visits").json()[0]["steps"][0]["done_at"]


def test_the_desk_writes_rules_grants_money_graduates_and_settles(ground: Ground) -> None:
    made = money(starts_on=START - timedelta(days=900), ends_on=START + timedelta(days=900))
    through_midterm(ground)
    through_completion(ground)
    with time_machine.travel(NOW + 95 * DAY):
        desk = as_of(ground.officer)
        area = ground.call.area
        assert post(desk, "/rules", {"area": area, "days": {"reviewers": 3}})["state"] == "written"
        rules = desk.get(f"{API}/rules/{area}").json()
        assert (rules["version"], rules["content"]["reviewers"]) == (1, 3)
        grant = {
            "fund": str(made.fund.pk), "custody": "own", "starts_on": f"{START}", "ends_on": f"{END}",
            "lines": [{"name": "灯", "amount_fen": 500}], "tranches": [{"name": "signed", "amount_fen": 500}],
        }  # fmt: skip
        assert post(desk, f"/{ground.project.pk}/grant", grant)["state"] == "draft"
        plan = {"area": area, "title": "结业礼（示例）", "held_on": f"{START + 95 * DAY}", "place": "礼堂"}
        key = post(desk, "/graduations", plan)["id"]
        listed = {"version": 1, "projects": [str(ground.project.pk)]}
        assert post(desk, f"/graduations/{key}/projects", listed)["state"] == "planned"
        (shown,) = Client().get(f"{API}/graduations").json()["items"]
        assert (shown["number"], shown["version"]) == (1, 2)
        assert post(desk, f"/graduations/{key}/held", {"version": 2})["state"] == "held"
        assert ground.fresh().state == "graduated"
        assert post(desk, f"/{ground.project.pk}/settle", {"settlement": "x"})["code"] == "nothing_to_settle"
