"""The API of the rounds, through HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from shanzhi.people.models import Account, Person
from shanzhi.ventures.models import Call, Proposal
from tests.ventures.support import FIRST_DAY, SUBDISTRICT, World, bring, day, make_call

API = "/api/v1/ventures"
SOON = day("submission", 4)


def sign_in(person_id: Any) -> Client:
    """Give a browser in which a person is signed in."""
    person = Person.objects.get(pk=person_id)
    account = Account.objects.create(person=person, login_name=f"api{Account.objects.count()}", created_at=FIRST_DAY)
    client = Client()
    client.force_login(account)
    return client


def send(client: Client, method: str, path: str, body: Any = None, key: str = "") -> Any:
    """Send JSON, with a key if one is given."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.generic(
        method, f"{API}{path}", data=json.dumps(body or {}), content_type="application/json", headers=headers
    )


@pytest.fixture
def call(world: World) -> Call:
    """A call that takes proposals."""
    return bring(world, make_call(world), "submission", proposals=2)


@pytest.mark.django_db
class TestTheApi:
    def test_lists_calls_page_by_page(self, world: World) -> None:
        for _number in range(3):
            bring(world, make_call(world), "publicity")
        client, seen, after = Client(), [], ""
        while True:
            answer = client.get(f"{API}/calls?limit=2{after}").json()
            seen += [item["id"] for item in answer["items"]]
            if answer["next"] is None:
                break
            after = f"&after={answer['next']}"
        assert len(seen) == len(set(seen)) == 3

    def test_shows_no_draft_to_strangers(self, world: World) -> None:
        call = make_call(world)
        assert Client().get(f"{API}/calls/{call.pk}").status_code == 404
        assert Client().get(f"{API}/calls").json()["items"] == []
        assert sign_in(world.officer.person_id).get(f"{API}/calls/{call.pk}").json()["title"] == call.title

    def test_begins_a_proposal_once_per_key(self, world: World, call: Call) -> None:
        with time_machine.travel(SOON, tick=False):
            client = sign_in(world.people[4].pk)
            sent = {"title": "新点子", "budget": [{"item": "灯", "quantity": "2.50", "unit_price_fen": 100}]}
            first = send(client, "POST", f"/calls/{call.pk}/proposals", sent, key="key-000001")
            again = send(client, "POST", f"/calls/{call.pk}/proposals", sent, key="key-000001")
            other = send(client, "POST", f"/calls/{call.pk}/proposals", {"title": "别的"}, key="key-000001")
        assert first.status_code == 200, first.content
        assert first.json() == again.json()
        assert other.status_code == 409
        assert Proposal.objects.get(title="新点子").amount_fen == 250

    def test_saves_refuses_a_stale_version_and_lists_what_is_missing(self, world: World, call: Call) -> None:
        with time_machine.travel(SOON, tick=False):
            client = sign_in(world.people[4].pk)
            made = send(client, "POST", f"/calls/{call.pk}/proposals", {}, key="key-000002").json()
            path = f"/proposals/{made['id']}"
            saved = send(client, "PATCH", path, {"version": 1, "fields": {"title": "甲"}})
            stale = send(client, "PATCH", path, {"version": 1, "fields": {"title": "乙"}})
            lacking = client.get(f"{API}{path}").json()["missing"]
            refused = send(client, "POST", f"{path}/submit", {"version": 2}, key="key-000003")
        assert (saved.status_code, saved.json()["version"]) == (200, 2)
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_proposal")
        assert "budget" in lacking
        assert (refused.status_code, refused.json()["code"]) == (422, "incomplete")

    def test_needs_somebody_signed_in_to_write(self, call: Call) -> None:
        for method, path, body in (
            ("POST", "/calls", {"title": "x", "areas": [SUBDISTRICT]}),
            ("POST", f"/calls/{call.pk}/advance", {"expected": "submission"}),
            ("POST", f"/calls/{call.pk}/proposals", {}),
            ("GET", "/proposals/mine", None),
            ("GET", "/reviews", None),
        ):
            answer = send(Client(), method, path, body, key="key-000004")
            assert answer.status_code == 401, path
            assert answer.headers["Content-Type"].startswith("application/problem+json")

    def test_makes_checks_and_moves_a_call_for_its_officer_alone(self, world: World) -> None:
        client = sign_in(world.officer.person_id)
        with time_machine.travel(FIRST_DAY, tick=False):
            made = send(
                client, "POST", "/calls", {"title": "接口征集", "areas": [SUBDISTRICT]}, key="key-000005"
            ).json()
            rule = {"rule": "score"}
            body = {"version": 1, "fields": {"purse_fen": 100, "limit_fen": 500, "rule": rule}}
            saved = send(client, "PATCH", f"/calls/{made['id']}", body)
            checks = client.get(f"{API}/calls/{made['id']}/checks").json()
            preview = client.get(f"{API}/calls/{made['id']}/preview").json()
            moved = send(client, "POST", f"/calls/{made['id']}/advance", {"expected": "draft"})
        assert saved.json()["version"] == 2
        assert Call.objects.get(pk=made["id"]).rule["completion"] == "none"
        assert {check["code"] for check in checks if not check["ok"]} >= {"limit", "phases"}
        assert preview["target"] == "publicity"
        assert (moved.status_code, moved.json()["code"]) == (409, "blocked")
        neighbour = sign_in(world.people[3].pk)
        assert neighbour.get(f"{API}/calls/{made['id']}/preview").status_code == 404

    def test_reviews(self, world: World, call: Call) -> None:
        client = sign_in(world.worker.person_id)
        one = call.proposals.get(number=1)
        answers = [{"key": item["key"], "outcome": "pass"} for item in call.checklist]
        with time_machine.travel(day("submission", 30), tick=False):
            queue = client.get(f"{API}/reviews").json()["items"]
            done = send(
                client,
                "POST",
                f"/proposals/{one.pk}/reviews",
                {"version": one.version, "decision": "pass", "answers": answers},
            )
        assert [item["number"] for item in queue] == [1]
        assert done.json()["state"] == "passed"

    @pytest.mark.parametrize(
        "path", ["/calls?after=x", "/calls?area=abc", "/calls?limit=0", "/proposals?area=1%00", "/proposals?limit=101"]
    )
    def test_answers_nonsense_with_422(self, db: None, path: str) -> None:
        assert Client().get(f"{API}{path}").status_code == 422

    @pytest.mark.parametrize("path", ["/proposals?search=%00", "/proposals?state=%00", "/calls?area=99"])
    def test_answers_the_unknown_with_an_empty_list(self, db: None, path: str) -> None:
        answer = Client().get(f"{API}{path}")
        assert (answer.status_code, answer.json()["items"]) == (200, [])
