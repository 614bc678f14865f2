"""The API of polling places: a day at a booth without a page."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from tests.support.people import client_for, sign_in
from tests.voting import support
from tests.voting.paper_support import a_hall, a_plan
from tests.voting.support import actor

pytestmark = pytest.mark.django_db


def call(client: Client, method: str, end: str, body: Any = None, *, status: int = 200, key: str = "") -> Any:
    """Call the API and give what it answers."""
    answer = client.generic(
        method, f"/api/v1/voting{end}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Idempotency-Key": key or secrets.token_hex(8)},
    )  # fmt: skip
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def browser(who: Actor) -> Client:
    """Give a browser of an actor."""
    return sign_in(Client(), Person.objects.get(pk=who.person()))


class TestADayAtABooth:
    def test_goes_by_the_api_alone(self) -> None:
        hall = a_hall(2, received=None)
        booth, poll = f"/booths/{hall.booth.pk}", f"/polls/{hall.poll.pk}"
        manager = client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        first, second = browser(hall.first), browser(hall.second)
        assert call(manager, "POST", f"{booth}/runs", {"number": 4}) == {"number": 1}
        seen = call(first, "GET", booth)["version"]
        stale = call(first, "POST", f"{booth}/open", {"number": 4, "version": seen - 1}, status=409)
        assert stale["code"] == "stale_booth"
        opened = call(first, "POST", f"{booth}/open", {"number": 4, "version": seen})
        assert (opened["state"], opened["version"]) == ("open", seen + 1)
        number = hall.number(hall.voters[0])
        (found,) = call(first, "POST", f"{booth}/voters", {"words": str(number)})
        assert (found["number"], found["has_sheet"]) == (number, False)
        given = {"voter": number, "document_seen": True}
        mark = call(first, "POST", f"{booth}/marks", given, key="one-request")
        assert call(first, "POST", f"{booth}/marks", given, key="one-request") == mark
        assert call(first, "POST", f"{booth}/marks", given, status=409)["code"] == "marked_already"
        assert call(first, "GET", f"{booth}/marks")["count"] == 1
        serials = hall.serials(2)
        call(first, "POST", f"{booth}/spoil", {"serial": serials[0]}, status=204)
        count = {"unissued": 2, "spoiled": 1, "returned": 0, "cast": 1, "version": seen + 1}
        assert call(first, "POST", f"{booth}/close", count)["state"] == "closed"
        entry = {"serial": serials[1], "choices": ["1"]}
        assert not call(first, "POST", f"{booth}/entries", entry)["settled"]
        assert call(first, "POST", f"{booth}/entries", entry, status=409)["code"] == "read_by_you"
        settled = {"version": seen + 2}
        assert call(first, "POST", f"{booth}/reconcile", settled, status=409)["code"] == "does_not_reconcile"
        assert call(second, "POST", f"{booth}/entries", entry)["settled"]
        assert call(first, "GET", f"{booth}/balance")["differences"] == []
        assert call(first, "POST", f"{booth}/reconcile", settled)["state"] == "reconciled"
        assert call(Client(), "GET", f"{poll}/places")["items"][0]["name"] == hall.booth.name

    def test_tells_channels_in_the_result_and_in_the_published_file(self) -> None:
        hall = a_hall(2, received=3)
        support.vote(hall.voters[0], hall.poll.pk, ["1"])
        hall.mark(hall.voters[1])
        hall.close(unissued=2, cast=1)
        hall.enter_all([["2"]])
        hall.reconcile()
        support.close(hall.poll)
        support.operations.count_poll(actor=support.STAFF, poll_id=hall.poll.pk, at=support.now())
        said = call(Client(), "GET", f"/polls/{hall.poll.pk}/result")
        assert (said["ballots"], said["channels"]["online"], said["channels"]["paper"]) == (2, 1, 1)
        file = Client().get(f"/api/v1/voting/polls/{hall.poll.pk}/file").content.decode()
        assert "votes_online;1\nvotes_" in file
        assert "votes_paper;1" in file
        page = Client().get(f"/polls/{hall.poll.pk}/places/").content.decode()
        assert page.count(hall.booth.name) > 1  # among the places, and with its figures


class TestATimeWithoutZone:
    def test_is_refused_with_its_field(self) -> None:
        hall = a_hall(1, received=None)
        plan = a_plan(hall.poll)
        manager = client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        setup = {
            "name": "x", "place": "y", "area": support.AREA, "planned_from": plan.planned_from.isoformat(),
            "planned_to": plan.planned_to.replace(tzinfo=None).isoformat(),
        }  # fmt: skip
        for method, end in (("POST", f"/polls/{hall.poll.pk}/booths"), ("PUT", f"/booths/{hall.booth.pk}")):
            assert "planned_to" in json.dumps(call(manager, method, end, setup, status=422))
        hall.open(2)
        lines = [{"voter": hall.number(hall.voters[0]), "cast_at": "2026-11-25T10:00:00"}]
        told = call(browser(hall.first), "POST", f"/booths/{hall.booth.pk}/upload", {"lines": lines}, status=422)
        assert "cast_at" in json.dumps(told)

    def test_in_a_year_of_no_vote_is_refused(self) -> None:
        hall = a_hall(1)
        lines = [{"voter": hall.number(hall.voters[0]), "cast_at": "9999-12-31T23:00:00-08:00"}]
        told = call(browser(hall.first), "POST", f"/booths/{hall.booth.pk}/upload", {"lines": lines}, status=422)
        assert told["code"] == "bad_value"


class TestAStrangerToTheBooth:
    def test_is_refused_by_every_act(self) -> None:
        hall = a_hall(2)
        booth = f"/booths/{hall.booth.pk}"
        plan = a_plan(hall.poll)
        setup = {
            "name": "x", "place": "y", "area": support.AREA, "planned_from": plan.planned_from.isoformat(),
            "planned_to": plan.planned_to.isoformat(),
        }  # fmt: skip
        any_version = {"version": 1}
        acts: dict[str, Any] = {
            "/open": {"number": 1, **any_version}, "/receive": {"number": 1, **any_version},
            "/voters": {"words": "x"}, "/spoil": {"serial": "x"},
            "/marks": {"voter": 1, "document_seen": True}, "/list": None, "/open-outers": None,
            "/reconcile": any_version,
            "/close": {"unissued": 1, "spoiled": 0, "returned": 0, "cast": 0, **any_version},
            "/upload": {"lines": [{"voter": 1, "cast_at": "2026-11-25T10:00:00+08:00"}]},
            "/marks/confirm": [str(hall.booth.pk)],
        }  # fmt: skip
        managing: dict[str, Any] = {"/runs": {"number": 1}, "/cancel": {"reason": "x", **any_version},
                                    "/officers": {"person_id": str(hall.voters[0].pk), **any_version}}  # fmt: skip
        resident = browser(actor(hall.voters[0]))
        worker = client_for(Role.SOCIAL_WORKER, support.AREA)
        outside = client_for(Role.SUBDISTRICT_OFFICER, support.ELSEWHERE[:9])
        for end, body in {**acts, **managing, "/entries": {"serial": "x"}}.items():
            for who, status in ((resident, 404), (outside, 404), (worker, 403)):
                call(who, "POST", f"{booth}{end}", body, status=status)
        call(resident, "POST", f"/polls/{hall.poll.pk}/booths", setup, status=404)
        call(worker, "PUT", booth, {**setup, **any_version}, status=403)
