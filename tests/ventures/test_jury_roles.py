"""A seat in a jury works only with a role of juror that neither ended nor sleeps for want of a second factor."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_for
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.ventures import operations
from shanzhi.ventures.models import ScoreSheet
from shanzhi.ventures.policies import NotYourCall, chairs
from tests.support.people import sign_in
from tests.ventures.jury_support import Panel, make_panel, pitching
from tests.ventures.support import World

API = "/api/v1/ventures"


@pytest.fixture(autouse=True)
def _then() -> Any:
    with time_machine.travel(pitching(2), tick=True):
        yield


@pytest.fixture
def panel(world: World) -> Panel:
    made = make_panel(world)
    for place in (0, 1):
        made.declare(place)
    return made


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
        assert chairs(panel.actors[0], panel.call.pk)
        client, chair = lose(panel.actors[0], settings)
        assert not chairs(chair, panel.call.pk)
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
