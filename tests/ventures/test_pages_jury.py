"""The pages of a jury: the panel at the desk, a juror's phone, the public scores."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import Juror, Pitch, Proposal, ScoreSheet
from shanzhi.ventures.queries.naming import option_code
from tests.support.people import sign_in
from tests.ventures.jury_support import Panel, juror, make_panel, pitching
from tests.ventures.support import World, day, make_world

API = "/api/v1/ventures"


def play() -> Panel:
    """Have a panel whose pitches and answers are timed."""
    return make_panel(make_world(), pitch_minutes=6, answer_minutes=4)


@pytest.fixture
def world(panel: Panel) -> World:
    return panel.world


@pytest.fixture(autouse=True)
def _then() -> Any:
    with time_machine.travel(pitching(2), tick=True):
        yield


def of(actor: Actor) -> Client:
    return sign_in(Client(), Person.objects.get(pk=actor.person()))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class TestThePanelAtTheDesk:
    def test_appoints_a_juror_who_holds_the_role(self, world: World, panel: Panel) -> None:
        new = juror(240)
        client = of(world.officer)
        page = client.get(reverse("ventures:desk_jury", args=[panel.call.pk]))
        assert str(new.person_id) in page.content.decode()
        sent = {"person": str(new.person_id), "idempotency_key": "appoint-once-1"}
        for _turn in range(2):  # sent twice by a slow network
            answer = client.post(reverse("ventures:desk_jury", args=[panel.call.pk]), sent)
            assert answer.status_code == 302
        assert Juror.objects.filter(call=panel.call).count() == 4

    def test_draws_the_order_and_times_a_pitch(self, world: World, panel: Panel) -> None:
        client = of(world.officer)
        assert client.post(reverse("ventures:desk_jury_draw", args=[panel.call.pk])).status_code == 302
        client.post(reverse("ventures:desk_jury_pitch", args=[panel.call.pk, 1]), {"move": "start"})
        assert Pitch.objects.get(call=panel.call, position=1).started_at is not None
        assert "data-until" in client.get(reverse("ventures:desk_jury", args=[panel.call.pk])).content.decode()

    def test_says_how_many_sheets_are_due_and_never_a_score(self, world: World, panel: Panel) -> None:
        panel.declare(1)
        panel.score(1, 0, (83, 67), comment="秘密的意见")
        client = of(world.officer)
        for path in ("", "?export=csv"):
            answer = client.get(reverse("ventures:desk_jury", args=[panel.call.pk]) + path)
            shown = b"".join(answer) if answer.streaming else answer.content
            assert b"83" not in re.sub(rb"[0-9a-f-]{36}|[0-9a-f]{8}|[0-9A-Za-z]{64}", b"", shown)
            assert "秘密".encode() not in shown
        assert "8" in text(client.get(reverse("ventures:desk_jury", args=[panel.call.pk])))

    def test_asks_again_for_the_number_of_sheets_due(self, world: World, panel: Panel) -> None:
        address = reverse("ventures:jury_due", args=[panel.call.pk])
        pages = {of(world.officer): "desk_jury", of(panel.actors[1]): "jury"}
        for client, name in pages.items():
            page = client.get(reverse(f"ventures:{name}", args=[panel.call.pk])).content.decode()
            assert f'hx-get="{address}" hx-trigger="every 10s"' in page
            assert text(client.get(address)).strip() == "9"
        panel.declare(1)
        panel.score(1, 0, (83, 67), comment="秘密的意见")
        for client in pages:
            part = client.get(address).content.decode()
            assert (text(client.get(address)).strip(), "<html" in part) == ("8", False)
        assert of(juror(245)).get(address).status_code == 404
        assert sign_in(Client(), world.people[3]).get(address).status_code == 404
        for place in (0, 2):
            panel.declare(place)
        for place, project in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)):
            panel.score(place, project, (70, 60))
        panel.close()
        for client in pages:  # no longer asked
            assert "hx-get" not in client.get(address).content.decode()

    def test_lets_a_juror_leave_for_a_reason(self, world: World, panel: Panel) -> None:
        path = reverse("ventures:desk_jury_end", args=[panel.call.pk, panel.jurors[2].pk])
        client = of(world.officer)
        assert client.post(path, {"reason": ""}).status_code == 422
        assert client.post(path, {"reason": "生病"}).status_code == 302
        panel.jurors[2].refresh_from_db()
        assert panel.jurors[2].ended_reason == "生病"


class TestAJurorsPhone:
    def test_leads_from_interests_to_sheets_to_the_closing(self, world: World, panel: Panel) -> None:
        for place, actor in enumerate(panel.actors):
            client = of(actor)
            assert client.get("/juries/").status_code == 200
            interests = reverse("ventures:jury_interests", args=[panel.call.pk])
            assert client.post(interests, {"true": "on", "idempotency_key": f"declare-{place}"}).status_code == 302
            for project in panel.projects:
                path = reverse("ventures:jury_sheet", args=[panel.call.pk, project.pk])
                assert client.get(path).status_code == 200
                sent = {"score_need": "80", "score_plan": "70", "comment": "很好", "version": "0"}
                assert client.post(path, sent).status_code == 302
        chair = of(panel.actors[0])
        answer = chair.post(reverse("ventures:jury_close", args=[panel.call.pk]), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("ventures:jury_result", args=[panel.call.pk])
        assert "76.00" in text(Client().get(reverse("ventures:jury_result", args=[panel.call.pk])))

    def test_tells_projects_of_one_name_apart_in_the_result(self, world: World, panel: Panel) -> None:
        assert of(panel.actors[0]).post(reverse("ventures:jury_draw", args=[panel.call.pk])).status_code == 302
        self.test_leads_from_interests_to_sheets_to_the_closing(world, panel)
        Proposal.objects.filter(call=panel.call).update(title="同名项目")
        result = reverse("ventures:jury_result", args=[panel.call.pk])
        rows = csv.DictReader(Client().get(f"{result}?score-export=csv").getvalue().decode("utf-8-sig").splitlines())
        turns = {row["编号"]: row["路演顺序"] for row in rows}
        pitches = Pitch.objects.filter(call=panel.call).select_related("proposal")
        assert turns == {option_code(one.proposal): str(one.position) for one in pitches}

    def test_gives_the_chair_the_lot_and_the_clock_and_nothing_of_the_desk(self, panel: Panel) -> None:
        chair, other = of(panel.actors[0]), of(panel.actors[1])
        page = reverse("ventures:jury", args=[panel.call.pk])
        draw = reverse("ventures:jury_draw", args=[panel.call.pk])
        clock = reverse("ventures:jury_pitch", args=[panel.call.pk, 1])
        assert draw in chair.get(page).content.decode()
        assert draw not in other.get(page).content.decode()
        for address in (draw, clock):
            assert other.post(address, {"move": "start"}).status_code == 403
        assert not Pitch.objects.filter(call=panel.call).exists()
        assert chair.post(draw)["Location"] == f"{page}#pitches"
        assert chair.post(draw, follow=True).status_code == 200  # again: told that it is drawn
        assert clock in chair.get(page).content.decode()
        for move in ("start", "end", "end"):
            assert chair.post(clock, {"move": move})["Location"] == f"{page}#pitches"
        first = Pitch.objects.get(call=panel.call, position=1)
        assert first.started_at is not None
        assert first.ended_at is not None
        for name in ("desk_jury", "desk_jury_draw"):
            answer = chair.post(reverse(f"ventures:{name}", args=[panel.call.pk]))
            assert answer.status_code == 403

    def test_shows_the_clock_of_pitch_and_answers_to_every_juror(self, panel: Panel) -> None:
        operations.draw_pitches(actor=panel.world.officer, call_id=panel.call.pk, at=pitching(1))
        page = reverse("ventures:jury", args=[panel.call.pk])
        chair, other = of(panel.actors[0]), of(panel.actors[1])
        for client in (chair, other):
            assert "路演 : 6分钟 · 提问与回答: 4分钟".replace(" ", "") in text(client.get(page)).replace(" ", "")
        operations.time_pitch(actor=panel.actors[0], call_id=panel.call.pk, position=1, move="start", at=pitching(2))
        ends = [pitching(2) + timedelta(minutes=after) for after in (6, 10)]
        for client, controls in ((chair, True), (other, False)):
            shown = client.get(page).content.decode()
            assert [datetime.fromisoformat(one) for one in re.findall(r'data-until="([^"]+)"', shown)] == ends
            assert (reverse("ventures:jury_pitch", args=[panel.call.pk, 1]) in shown) is controls
        terms = text(Client().get(reverse("ventures:call", args=[panel.call.pk])))
        assert "每个项目路演 6 分钟。" in terms
        assert "随后提问与回答 4 分钟。" in terms

    def test_takes_the_clock_from_a_chair_who_left(self, world: World, panel: Panel) -> None:
        operations.end_juror(
            actor=world.officer, call_id=panel.call.pk, juror_id=panel.jurors[0].pk, reason="退出", at=pitching()
        )
        for name, more in (("jury_draw", []), ("jury_pitch", [1])):
            address = reverse(f"ventures:{name}", args=[panel.call.pk, *more])
            assert of(panel.actors[0]).post(address, {"move": "start"}).status_code == 404

    def test_saves_as_one_types_and_keeps_a_draft(self, panel: Panel) -> None:
        panel.declare(1)
        client = of(panel.actors[1])
        path = reverse("ventures:jury_sheet", args=[panel.call.pk, panel.projects[0].pk])
        sent = {"score_need": "55", "score_plan": "", "comment": "", "version": "0"}
        saved = client.post(path, sent, headers={"X-Autosave": "1"})
        assert (saved.status_code, saved.headers["X-Version"]) == (204, "1")
        assert ScoreSheet.objects.get().state == "draft"
        wrong = client.post(path, {**sent, "version": "1", "score_need": "500"})
        assert wrong.status_code == 422
        assert "500" in wrong.content.decode()
        lacking = client.post(path, {**sent, "version": "1"})
        assert lacking.status_code == 409
        assert ScoreSheet.objects.get().state == "draft"

    def test_never_shows_the_sheet_of_an_own_interest(self, panel: Panel) -> None:
        panel.declare(1, {0: "relative"})
        client = of(panel.actors[1])
        assert client.get(reverse("ventures:jury_sheet", args=[panel.call.pk, panel.projects[0].pk])).status_code == 403
        answer = client.get(f"{API}/juries/{panel.call.pk}/sheets/{panel.projects[0].pk}")
        assert answer.json()["code"] == "own_interest"

    def test_shows_no_sheet_of_another_juror(self, panel: Panel) -> None:
        panel.declare(1)
        panel.declare(2)
        panel.score(1, 0, (83, 67), comment="秘密的意见")
        own = of(panel.actors[2]).get(f"{API}/juries/{panel.call.pk}/sheets/{panel.projects[0].pk}").json()
        assert own == {"state": "todo", "version": 0, "scores": {}, "comment": ""}

    def test_sends_by_the_api_and_again_after_a_lost_answer(self, panel: Panel) -> None:
        panel.declare(1)
        client = of(panel.actors[1])
        path = f"{API}/juries/{panel.call.pk}/sheets/{panel.projects[0].pk}"
        sent = {"version": 0, "scores": {"need": 80, "plan": 60}, "hand_in": True}
        answers = [client.put(path, sent, content_type="application/json").json() for _turn in range(2)]
        assert answers[0] == answers[1]
        assert answers[0]["state"] == "handed_in"


class TestTheComments:
    def test_reach_the_team_after_the_closing_under_a_number(self, world: World, panel: Panel) -> None:
        for place in range(3):
            panel.declare(place)
            for project in range(3):
                panel.score(place, project, (70, 60), comment="预算再细一些" if place == 1 else "")
        path = reverse("ventures:proposal", args=[panel.projects[0].pk])
        contact = panel.projects[0].contact
        assert contact is not None
        team, stranger = sign_in(Client(), contact), of(panel.actors[2])
        assert "预算再细" not in text(team.get(path))
        panel.close()
        assert "预算再细" in text(team.get(path))
        assert "2 号评委" in text(team.get(path))
        assert "预算再细" not in text(stranger.get(path))


class TestTheResultPage:
    def test_says_whether_other_weights_would_have_chosen_others(self, world: World, panel: Panel) -> None:
        panel.score_all({(place, 2): (100, 100) for place in range(3)})
        panel.close()
        with time_machine.travel(day("award")):
            call = rounds.move(world.officer, panel.call, day("award"))
            for language, words in (("zh-hans", "换一种权重"), ("en", "Would other weights")):
                answer = Client(headers={"Accept-Language": language}).get(f"/polls/{call.poll_id}/results/")
                assert words in answer.content.decode()

    def test_draws_the_chart_with_its_table_also_where_no_winner_would_change(self, world: World, panel: Panel) -> None:
        panel.score_all({(place, 0): (100, 100) for place in range(3)})
        panel.close()
        with time_machine.travel(day("award")):
            call = rounds.move(world.officer, panel.call, day("award"))
            page = Client().get(f"/polls/{call.poll_id}/results/").content.decode()
        part = page[page.index('id="weights"') : page.index('class="rounds"', page.index('id="weights"'))]
        assert "入选项目都相同" in part
        assert 'data-chart="weighing"' in part
        rows = re.findall(r"<tr><th[^>]*>(.*?)</th><td>(.*?)</td></tr>", part)
        assert ("只看投票", "0") in rows
        assert len(rows) >= 4

    def test_is_nothing_before_the_closing(self, world: World, panel: Panel) -> None:
        panel.score_all()
        for client in (Client(), of(world.officer), of(panel.actors[0])):
            assert client.get(reverse("ventures:jury_result", args=[panel.call.pk])).status_code == 404
            assert client.get(f"{API}/calls/{panel.call.pk}/jury").status_code == 404


def test_the_builder_keeps_what_is_typed_of_a_jury(world: World) -> None:
    from_builder = operations.create_call(
        actor=world.officer, areas=["370102001"], title="有评审的一轮", at=day("publicity", -24)
    )
    path = reverse("ventures:desk_part", args=[from_builder.pk, "jury"])
    client = of(world.officer)
    page = client.get(path).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    sent = {"version": version[1], "name_0": "回应需求", "weight_0": "60", "low_0": "没有", "name_1": "可行",
            "weight_1": "40", "normalise": "shift", "drop_extremes": "on", "pitch_minutes": "6"}  # fmt: skip
    assert client.post(path, sent).status_code == 302
    from_builder.refresh_from_db()
    assert [one["name"] for one in from_builder.jury["criteria"]] == ["回应需求", "可行"]
    assert (from_builder.jury["normalise"], from_builder.jury["pitch_minutes"]) == ("shift", 6)
