"""The pages and routes of like projects and of mergers, from the first look to the one proposal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.models import Merger, Twin
from tests.support.people import sign_in
from tests.ventures.merger_support import LAMPS, LIKE_LAMPS, hand_in, invited, leader, merged, opened, pair, planned
from tests.ventures.support import World, day

pytestmark = pytest.mark.django_db
API = "/api/v1/ventures"


@pytest.fixture(autouse=True)
def _while_proposals_are_taken() -> Iterator[None]:
    with time_machine.travel(day("submission", 10), tick=False):
        yield


def browser(world: World, place: int) -> Client:
    return sign_in(Client(), world.people[place])


def desk(world: World) -> Client:
    return sign_in(Client(), Person.objects.get(pk=world.officer.person_id))


def words(answer: Any) -> str:
    return str(answer.content.decode())


def sent(client: Client, path: str, **given: Any) -> Any:
    return client.post(path, {"idempotency_key": f"key-of-{path}"[:60], **given})


class TestATeam:
    def test_goes_the_whole_way(self, world: World) -> None:
        first, second = pair(world)
        ours, theirs = browser(world, 0), browser(world, 2)
        page = words(ours.get(f"/proposals/{first.pk}/twins/"))
        assert LIKE_LAMPS.title in page
        assert LIKE_LAMPS.need not in page
        ask = f"/proposals/{first.pk}/twins/{second.pk}/ask/"
        assert ours.get(ask).status_code == 200
        address = sent(ours, ask, message="一起做")["Location"]
        assert LIKE_LAMPS.need not in words(ours.get(address))
        page = words(theirs.get(address))
        assert "一起做" in page
        assert LAMPS.need in page
        assert sent(theirs, f"{address}show/").status_code == 302
        assert LIKE_LAMPS.need in words(ours.get(address))
        self.plan(ours, address)
        found = Merger.objects.get()
        assert found.plan["budget"]["second"] == [1]
        self.consent(ours, address)
        assert Merger.objects.get().state == "open"
        self.consent(theirs, address)
        assert Merger.objects.get().state == "merged"
        assert theirs.get(f"/proposals/{second.pk}/")["Location"] == f"/proposals/{first.pk}/"
        page = words(theirs.get(f"/proposals/{first.pk}/"))
        assert LIKE_LAMPS.title in page
        assert LIKE_LAMPS.need in words(ours.get(f"/proposals/{second.pk}/before-merging/"))
        assert LIKE_LAMPS.team in words(ours.get(address))

    def plan(self, client: Client, address: str) -> None:
        page = client.get(f"{address}plan/")
        given = {f"text_{name}": "first" for name in Merger.objects.get().plan["texts"]}
        rows = {"activities_first": ["0", "1"], "budget_first": ["0", "1", "2", "3"], "budget_second": ["1"]}
        answer = sent(
            client, f"{address}plan/", stays="first", **given, **rows, version=page.context["version"]
        )  # fmt: skip
        assert answer.status_code == 302, words(answer)

    def consent(self, client: Client, address: str) -> None:
        digest = client.get(address).context["together"].digest
        assert sent(client, f"{address}consent/", digest=digest)["Location"] == address

    def test_takes_consent_back_and_refuses(self, world: World) -> None:
        found = planned(world, opened(world, *pair(world)))
        ours, address = browser(world, 0), f"/mergers/{found.pk}/"
        self.consent(ours, address)
        assert sent(ours, f"{address}consent/end/").status_code == 302
        assert Merger.objects.get().first_consent == ""
        assert ours.get(f"{address}refuse/").status_code == 200
        assert sent(ours, f"{address}refuse/", reason="分开更好").status_code == 302
        assert "分开更好" in words(browser(world, 2).get(address))

    def test_chooses_to_be_found(self, world: World) -> None:
        first, _second = pair(world)
        client = browser(world, 0)
        assert sent(client, f"/proposals/{first.pk}/twins/findable/", findable="yes").status_code == 302
        first.refresh_from_db()
        assert first.marks.findable

    def test_of_a_member_only_looks(self, world: World) -> None:
        first, second = pair(world)
        first.members.create(position=9, person=world.people[6], name="队员")
        client = browser(world, 6)
        assert client.get(f"/proposals/{first.pk}/twins/").status_code == 200
        assert client.get(f"/proposals/{first.pk}/twins/{second.pk}/ask/").status_code == 403
        found = opened(world, first, second)
        for path in ("plan/", "refuse/"):
            assert client.get(f"/mergers/{found.pk}/{path}").status_code == 403
        for path in ("show/", "consent/", "consent/end/"):
            assert sent(client, f"/mergers/{found.pk}/{path}").status_code == 403


class TestNames:
    def test_of_members_stay_masked_to_the_other_team(self, world: World) -> None:
        found = opened(world, *pair(world))
        page = words(browser(world, 0).get(f"/mergers/{found.pk}/"))
        assert "王建国" in page
        assert "孙立新" not in page
        assert "孙*新" in page


class TestTheDesk:
    def test_suggests_and_undoes(self, world: World) -> None:
        pair(world)
        client, twin = desk(world), Twin.objects.get()
        assert LAMPS.title in words(client.get("/desk/twins/"))
        page = words(client.get(f"/desk/twins/{twin.pk}/"))
        assert LIKE_LAMPS.title in page
        assert client.post(f"/desk/twins/{twin.pk}/", {"message": ""}).status_code == 422
        address = sent(client, f"/desk/twins/{twin.pk}/", message="两队都想换灯")["Location"]
        assert client.get(address).status_code == 200
        assert client.get(f"/desk/twins/{twin.pk}/").status_code == 200

    def test_undoes(self, world: World) -> None:
        found, stays, _goes = merged(world)
        client = desk(world)
        assert f"/desk/mergers/{found.pk}/undo/" in words(client.get(f"/mergers/{found.pk}/"))
        assert client.get(f"/desk/mergers/{found.pk}/undo/").status_code == 200
        assert client.post(f"/desk/mergers/{found.pk}/undo/", {"reason": ""}).status_code == 422
        assert sent(client, f"/desk/mergers/{found.pk}/undo/", reason="意见不合").status_code == 302
        assert "意见不合" in words(browser(world, 2).get(f"/mergers/{found.pk}/"))
        assert "意见不合" in words(browser(world, 0).get(f"/proposals/{stays.pk}/"))

    def test_takes_the_list_along(self, world: World) -> None:
        pair(world)
        answer = desk(world).get("/desk/twins/?export=csv")
        assert LIKE_LAMPS.title in b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()

    def test_asks_the_database_as_often_for_many_pairs(self, world: World) -> None:
        first, _second = pair(world)
        client = desk(world)

        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/desk/twins/").status_code == 200
            return len(asked)

        client.get("/desk/twins/")
        before = cost()
        for place in (4, 6):
            hand_in(world, first.call, LIKE_LAMPS, place)
        assert Twin.objects.count() == 6
        assert cost() == before


class TestARoute:
    def test_gives_twins_to_team_and_staff(self, world: World) -> None:
        first, second = pair(world)
        (one,) = browser(world, 0).get(f"{API}/proposals/{first.pk}/twins").json()
        assert (one["proposal"], one["title"]) == (str(second.pk), LIKE_LAMPS.title)
        (pairs,) = desk(world).get(f"{API}/twins").json()["items"]
        assert (pairs["one"], pairs["other"], pairs["merging"]) == (str(first.pk), str(second.pk), None)

    def test_gives_mergers(self, world: World) -> None:
        first, second = pair(world)
        invited(world, first, second)
        (one,) = browser(world, 2).get(f"{API}/proposals/{second.pk}/mergers").json()
        assert (one["state"], one["first"]) == ("proposed", str(first.pk))
        operations.refuse(actor=leader(world, 2), merger_id=one["id"], at=day("submission", 10))
        assert browser(world, 0).get(f"{API}/proposals/{first.pk}/mergers").json()[0]["state"] == "refused"
