"""The public site: the home of a district, the search, the first screen of each role, the open data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.people.models import Person
from shanzhi.portal.queries import CHANGES
from tests.support.people import sign_in
from tests.ventures.support import DISTRICT, HERE, World, bring, day, make_call, make_world

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
HOME = f"/d/{DISTRICT}/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(day("voting"), tick=True) as moved:
        yield moved


@pytest.fixture
def world() -> World:
    """A small district."""
    return make_world()


def text(client: Client, path: str, **more: Any) -> str:
    """Give a page that must be there."""
    answer = client.get(path, **more)
    assert answer.status_code == 200, path
    return answer.content.decode()


def asked(path: str) -> int:
    """Count what a page asks of the database."""
    Client().get(path)  # caches of the process fill at the first visit
    with CaptureQueriesContext(connection) as seen:
        assert Client().get(path).status_code == 200
    return len(seen)


def officer(world: World) -> Client:
    return sign_in(Client(), Person.objects.get(pk=world.officer.person()))


class TestTheHomePage:
    def test_leads_to_the_only_district(self, world: World) -> None:
        bring(world, make_call(world), "publicity")
        answer = Client().get("/")
        assert (answer.status_code, answer.headers["Location"]) == (302, HOME)

    def test_of_a_country_without_rounds_says_so(self, world: World) -> None:
        make_call(world)  # a draft is no round yet
        assert "370102" not in text(Client(), "/")


class TestTheHomeOfADistrict:
    @pytest.mark.parametrize(
        ("state", "offer"), [("submission", "/propose/"), ("review", ""), ("voting", "/vote/"), ("award", "/results/")]
    )
    def test_offers_what_can_be_done_now(self, world: World, state: str, offer: str) -> None:
        call = bring(world, make_call(world), state)
        for headers in ({}, ENGLISH):
            shown = text(Client(), HOME, headers=headers)
            assert call.title in shown
            assert [one for one in ("/propose/", "/vote/", "/results/") if one in shown] == ([offer] if offer else [])

    def test_hides_drafts_from_all(self, world: World) -> None:
        call = make_call(world)
        assert call.title not in text(Client(), HOME)

    def test_without_rounds_says_what_comes(self, world: World) -> None:
        assert "No round has opened here yet" in text(Client(), HOME, headers=ENGLISH)

    @pytest.mark.parametrize("code", ["370102001", "37", "999999", "x", "37010%00", "3701020010010010010010010"])
    def test_of_what_is_no_district_is_not_there(self, world: World, code: str) -> None:
        assert Client().get(f"/d/{code}/").status_code == 404

    def test_asks_as_much_of_the_database_with_many_rounds_as_with_few(self, world: World) -> None:
        bring(world, make_call(world), "voting")
        few = asked(HOME)
        for state in ("submission", "voting", "notice", "review"):
            bring(world, make_call(world), state)
        assert asked(HOME) == few


class TestTheAddressOfTheDesk:
    def test_leads_everybody_to_what_is_due_today(self, world: World) -> None:
        for client in (Client(), officer(world)):
            answer = client.get("/desk/", follow=True)
            assert answer.redirect_chain == [("/today/", 302)]
            assert answer.status_code == 200


class TestTheSearch:
    def test_finds_rounds_projects_and_areas(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        one = call.proposals.get(number=1)
        assert call.title in text(Client(), "/search/?q=测试征集")
        assert f"/proposals/{one.pk}/" in text(Client(), f"/search/?q={one.title}")
        assert HERE in text(Client(), f"/search/?q=地区{HERE}")

    def test_finds_nothing_that_the_viewer_may_not_see(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        draft, hidden = make_call(world, title="秘密草稿"), call.proposals.get(number=1)
        for found in (text(Client(), "/search/?q=秘密草稿"), text(Client(), f"/search/?q={hidden.title}")):
            assert str(draft.pk) not in found
            assert str(hidden.pk) not in found
        assert str(draft.pk) in text(officer(world), "/search/?q=秘密草稿")
        assert str(hidden.pk) in text(officer(world), f"/search/?q={hidden.title}")

    @pytest.mark.parametrize("words", ["", "%20", "%00", "%", "_", "'", "a" * 5000, "%F0%9F%92%A1", "%ff"])
    def test_bears_any_words(self, world: World, words: str) -> None:
        bring(world, make_call(world), "notice")
        text(Client(), f"/search/?q={words}")

    def test_takes_signs_of_patterns_as_they_are(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        for words in ("%25", "_", "%25%25"):
            assert str(call.pk) not in text(Client(), f"/search/?q={words}")


class TestToday:
    def test_shows_a_voter_the_vote_that_is_open(self, world: World, clock: Any) -> None:
        call = bring(world, make_call(world), "voting")
        voter = sign_in(Client(), world.people[5])
        assert f"/polls/{call.poll_id}/vote/" in text(voter, "/today/")
        assert f"/polls/{call.poll_id}/vote/" not in text(Client(), "/today/")
        clock.move_to(day("award", 24))
        again = sign_in(Client(), world.people[5])
        assert f"/polls/{call.poll_id}/vote/" not in text(again, "/today/")

    def test_shows_staff_what_is_due(self, world: World) -> None:
        bring(world, make_call(world), "review")
        assert "/desk/reviews/" in text(officer(world), "/today/")
        assert "/desk/reviews/" not in text(sign_in(Client(), world.people[7]), "/today/").split("<main")[1]

    def test_shows_a_team_its_proposals(self, world: World) -> None:
        one = bring(world, make_call(world), "review").proposals.get(number=1)
        assert one.title in text(sign_in(Client(), world.people[0]), "/today/")
        assert one.title not in text(sign_in(Client(), world.people[7]), "/today/")

    def test_shows_what_changed_to_each_as_far_as_they_may_read_it(self, world: World) -> None:
        bring(world, make_call(world), "review")
        told, done = "Told to you", "Done in your areas"
        staff, neighbour = officer(world), sign_in(Client(), world.people[7])
        page = text(staff, "/today/", headers=ENGLISH)
        assert done in page
        assert page.split(done)[1].count('class="timeline-what"') == CHANGES
        assert done not in text(neighbour, "/today/", headers=ENGLISH)
        assert told in text(sign_in(Client(), world.people[0]), "/today/", headers=ENGLISH)
        assert told not in text(Client(), "/today/", headers=ENGLISH)

    def test_asks_no_more_the_more_there_is(self, world: World) -> None:
        staff, counts = officer(world), []
        for _ in range(2):
            bring(world, make_call(world), "review")
            text(staff, "/today/")  # caches fill
            with CaptureQueriesContext(connection) as seen:
                text(staff, "/today/")
            counts.append(len(seen))
        assert counts[1] == counts[0]


class TestTheOpenData:
    def test_lists_decided_rounds_alone_with_the_way_to_their_ballots(self, world: World) -> None:
        running, done = bring(world, make_call(world), "voting"), bring(world, make_call(world), "award")
        shown = text(Client(), "/open-data/")
        assert f"/polls/{done.poll_id}/recount/" in shown
        assert str(running.poll_id) not in shown
        assert done.result_digest in Client().get("/open-data/?export=csv").getvalue().decode()


class TestEachPlainPage:
    @pytest.mark.parametrize("path", ["/accessibility/", "/sources/", "/open-data/", "/today/", "/search/"])
    def test_is_there_in_both_languages(self, db: None, path: str) -> None:
        assert text(Client(), path) != text(Client(), path, headers=ENGLISH)

    def test_that_is_none_says_so_with_the_number_of_the_request(self, db: None) -> None:
        answer = Client().get("/no/such/page/", headers=ENGLISH)
        assert answer.status_code == 404
        assert answer.headers["X-Request-ID"] in answer.content.decode()


class TestTheSwitchOfDistricts:
    def test_stands_where_districts_are_shown_and_costs_other_pages_nothing(self, world: World) -> None:
        bring(world, make_call(world), "publicity")
        switch = f'<a href="{HOME}"'
        assert switch in text(Client(), HOME).split("<main")[0]
        assert switch in text(Client(), "/search/").split("<main")[0]
        for path in ("/accessibility/", "/calls/"):
            assert switch not in text(Client(), path).split("<main")[0]
        assert asked("/accessibility/") == 0
