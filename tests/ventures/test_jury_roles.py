"""A seat in a jury works within its term, and only with a role of juror that neither ended nor sleeps."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_for
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.ui import formatting
from shanzhi.ventures import operations
from shanzhi.ventures.models import Juror, ScoreSheet
from shanzhi.ventures.operations.sheets import due_sheets
from shanzhi.ventures.policies import NotYourCall, chairs
from tests.support.people import sign_in
from tests.ventures.jury_support import Panel, juror, make_panel, pitching
from tests.ventures.support import World, make_world

API = "/api/v1/ventures"


@pytest.fixture(autouse=True)
def _then() -> Any:
    with time_machine.travel(pitching(2), tick=True):
        yield


def play() -> Panel:
    """Have a panel of which two have declared their interests."""
    made = make_panel(make_world())
    for place in (0, 1):
        made.declare(place)
    return made


@pytest.fixture
def world(panel: Panel) -> World:
    return panel.world


def asleep(actor: Actor, settings: Any) -> tuple[Client, Actor]:
    """Demand a second factor, which the juror has not set up."""
    settings.SECOND_FACTOR = "demand"
    client = sign_in(Client(), Person.objects.get(pk=actor.person()))
    return client, actor_for(account=Account.objects.get(person=actor.person()), at=pitching(2))


def ended(actor: Actor, _settings: Any) -> tuple[Client, Actor]:
    """End the role of juror; the seat stays."""
    RoleGrant.objects.filter(person=actor.person(), role=Role.JUROR).update(ends_at=pitching(1))
    client = sign_in(Client(), Person.objects.get(pk=actor.person()))
    return client, actor_for(account=Account.objects.get(person=actor.person()), at=pitching(2))


@pytest.mark.parametrize("lose", [asleep, ended])
class TestAJurorWithoutAnAwakeRole:
    def test_hands_nothing_in(self, panel: Panel, settings: Any, lose: Any) -> None:
        _client, panel.actors[1] = lose(panel.actors[1], settings)
        with pytest.raises(NotFound):
            panel.score(1, 0, (50, 50))
        with pytest.raises(NotFound):
            panel.declare(1, {0: "relative"})
        assert not ScoreSheet.objects.exists()

    def test_hands_nothing_in_by_the_api(self, panel: Panel, settings: Any, lose: Any) -> None:
        client, _actor = lose(panel.actors[1], settings)
        sheet = f"{API}/juries/{panel.call.pk}/sheets/{panel.projects[0].pk}"
        body = json.dumps({"version": 0, "scores": {"need": 80, "plan": 60}, "hand_in": True})
        assert client.put(sheet, body, content_type="application/json").status_code == 404
        assert client.get(sheet).status_code == 404
        assert client.get(f"{API}/juries/{panel.call.pk}").status_code == 404
        assert not ScoreSheet.objects.exists()

    def test_conducts_and_closes_nothing(self, panel: Panel, settings: Any, lose: Any) -> None:
        assert chairs(panel.actors[0], panel.call.pk, pitching(2))
        client, chair = lose(panel.actors[0], settings)
        assert not chairs(chair, panel.call.pk, pitching(2))
        with pytest.raises(operations.NotTheChair):
            operations.close_jury(actor=chair, call_id=panel.call.pk, at=pitching(2))
        with pytest.raises(NotYourCall):
            operations.draw_pitches(actor=chair, call_id=panel.call.pk, at=pitching(2))
        answer = client.post(f"{API}/juries/{panel.call.pk}/close")
        assert answer.json()["code"] == "not_the_chair"


class TestThePages:
    def test_lead_to_the_second_factor_while_the_role_sleeps(self, panel: Panel, settings: Any) -> None:
        client, _actor = asleep(panel.actors[0], settings)
        sheet = reverse("ventures:jury_sheet", args=[panel.call.pk, panel.projects[0].pk])
        page = reverse("ventures:jury", args=[panel.call.pk])
        for address in (reverse("ventures:juries"), page, sheet):
            assert client.get(address)["Location"] == "/account/second-factor/"
        for address in (sheet, reverse("ventures:jury_draw", args=[panel.call.pk])):
            assert client.post(address, {"score_need": "50"})["Location"] == "/account/second-factor/"
        assert "您的角色暂不生效" in client.get("/account/second-factor/").content.decode()
        assert not ScoreSheet.objects.exists()

    def test_name_a_jury_and_lead_nowhere_once_the_role_ended(self, panel: Panel, settings: Any) -> None:
        page = reverse("ventures:jury", args=[panel.call.pk])
        before = sign_in(Client(), Person.objects.get(pk=panel.actors[1].person()))
        assert page in before.get(reverse("ventures:juries")).content.decode()
        client, _actor = ended(panel.actors[1], settings)
        shown = client.get(reverse("ventures:juries")).content.decode()
        assert panel.call.title in shown
        assert page not in shown
        assert client.get(page).status_code == 404

    def test_keep_the_scores_of_a_juror_whose_role_ended(self, panel: Panel, settings: Any) -> None:
        panel.score_all()
        ended(panel.actors[1], settings)
        panel.close()
        answer = Client().get(f"{API}/calls/{panel.call.pk}/jury").json()
        assert {voice["juror"] for voice in answer["results"][0]["voices"]} == {1, 2, 3}


def later(world: World, panel: Panel, number: int, **term: Any) -> Actor:
    """Appoint one more juror for a term, an hour into the pitches."""
    new = juror(number)
    operations.appoint_juror(
        actor=world.officer, call_id=panel.call.pk, person_id=new.person(), term=operations.JuryTerm(**term),
        at=pitching(1),
    )  # fmt: skip
    panel.actors.append(new)
    return new


class TestATerm:
    def test_lets_a_juror_score_between_its_ends_alone(self, world: World, panel: Panel) -> None:
        later(world, panel, 250, starts_at=pitching(3), ends_at=pitching(6))
        for hours in (2, 6, 7):
            with pytest.raises(NotFound):
                declare(panel, hours)
        declare(panel, 3)
        assert panel.score(3, 0, (70, 60), at=pitching(5.9)).state == "handed_in"
        with pytest.raises(NotFound):
            panel.score(3, 1, (70, 60), at=pitching(6))

    def test_leaves_no_sheet_due_when_it_is_over_and_keeps_those_handed_in(self, world: World, panel: Panel) -> None:
        later(world, panel, 251, ends_at=pitching(3))
        declare(panel, 2)
        panel.score(3, 0, (70, 60), at=pitching(2))
        before = {(4, "002"), (4, "003")}
        assert before <= set(due_sheets(panel.call, pitching(2.9)))
        assert not {one for one in due_sheets(panel.call, pitching(3)) if one[0] == 4}
        panel.declare(2)
        for place in range(3):
            for project in range(3):
                panel.score(place, project, (70, 60))
        closed = panel.close()
        assert [len(one["voices"]) for one in closed.results] == [4, 3, 3]

    def test_makes_sense_and_is_none_for_the_chair(self, world: World, panel: Panel) -> None:
        person = juror(252).person()
        wrong = (
            {"starts_at": pitching(0)},
            {"ends_at": pitching(1)},
            {"starts_at": pitching(4), "ends_at": pitching(3)},
        )
        for chair, term in (*((False, one) for one in wrong), (True, {"ends_at": pitching(5)})):
            with pytest.raises(Refusal) as caught:
                operations.appoint_juror(
                    actor=world.officer, call_id=panel.call.pk, person_id=person, chair=chair,
                    term=operations.JuryTerm(**term), at=pitching(1),
                )  # fmt: skip
            assert caught.value.field in ("starts_at", "ends_at")
        with pytest.raises(IntegrityError, match="ventures_juror_term"), transaction.atomic():
            Juror.objects.filter(pk=panel.jurors[0].pk).update(term_ends_at=pitching(5))

    def test_is_given_on_the_panel_and_shown_there(self, world: World, panel: Panel) -> None:
        new, page = juror(253), reverse("ventures:desk_jury", args=[panel.call.pk])
        client = sign_in(Client(), Person.objects.get(pk=world.officer.person()))
        ends = timezone.localtime(pitching(30))
        sent = {"person": str(new.person_id), "ends_at": f"{ends:%Y-%m-%dT%H:%M}", "idempotency_key": "term-once-1"}
        wrong = client.post(page, {**sent, "ends_at": "2020-01-01T10:00"})
        assert (wrong.status_code, "任期结束须晚于任期开始" in wrong.content.decode()) == (422, True)
        assert client.post(page, sent).status_code == 302
        assert Juror.objects.get(person=new.person_id).term_ends_at == pitching(30)
        shown = client.get(page).content.decode()
        assert "任期结束" in shown
        assert formatting.moment(pitching(30)) in shown


def declare(panel: Panel, hours: float) -> None:
    """Have the juror appointed last declare that there is no interest."""
    operations.declare_interests(actor=panel.actors[3], call_id=panel.call.pk, interests={}, at=pitching(hours))
