"""The rounds' public pages: who sees what, lists that narrow and go along, terms and documents to keep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from docx import Document

from shanzhi.people.models import Person
from shanzhi.ventures.models import Call, Proposal
from tests.support.people import sign_in
from tests.ventures.support import World, bring, day, make_call

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
STATES = ("publicity", "submission", "review", "notice", "voting", "award")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(day("voting"), tick=True):
        yield


def browser(person_id: Any) -> Client:
    """Give a browser in which a person is signed in."""
    return sign_in(Client(), Person.objects.get(pk=person_id))


def text(client: Client, path: str, **more: Any) -> str:
    """Give a page that must be there."""
    answer = client.get(path, **more)
    assert answer.status_code == 200, path
    return answer.content.decode()


def asked(client: Client, path: str) -> int:
    """Count what a page asks of the database."""
    client.get(path)  # caches of the process fill at the first visit
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


class TestThePublicNoticesOfARound:
    def test_are_searched_filtered_sorted_and_taken_along(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        path, kinds = f"/calls/{call.pk}/", call.notices.values_list("kind", flat=True)
        cards = '<div class="panel"><h3>'
        assert len(set(kinds)) >= 2
        assert text(Client(), path).count(cards) == len(kinds)
        assert text(Client(), f"{path}?notice-kind=passed").count(cards) == 1
        for language in ("zh-hans", "en"):
            with translation.override(language):
                words = call.notices.get(kind="passed").get_kind_display()
            told = text(Client(headers={"Accept-Language": language}), path, data={"notice-q": words})
            assert told.count(cards) == 1
        assert text(Client(), f"{path}?notice-sort=published_at") != text(Client(), path)
        answer = Client().get(f"{path}?notice-export=csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 1 + len(kinds)

    def test_say_in_words_that_there_is_none(self, world: World) -> None:
        call = bring(world, make_call(world), "publicity")
        assert "没有符合" in text(Client(), f"/calls/{call.pk}/?notice-q=没有的公告")


class TestThePageOfARound:
    @pytest.mark.parametrize("state", STATES)
    def test_is_there_in_each_state_in_both_languages(self, world: World, state: str) -> None:
        call = bring(world, make_call(world), state)
        path = f"/calls/{call.pk}/"
        for headers in ({}, ENGLISH):
            assert call.title in text(Client(), path, headers=headers)
        assert ("/vote/" in text(Client(), path)) is (state == "voting")

    def test_of_a_draft_is_there_for_its_officer_alone(self, world: World) -> None:
        call = make_call(world)
        path = f"/calls/{call.pk}/"
        assert call.title in text(browser(world.officer.person_id), path)
        for client in (Client(), browser(world.people[3].pk), browser(world.outsider.person_id)):
            assert client.get(path).status_code == 404

    def test_names_the_terms_whose_bytes_have_the_published_digest(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        published = call.terms.get(version=1)
        body = Client().get(f"/calls/{call.pk}/terms/1.json")
        assert body.headers["Content-Type"].startswith("application/json")
        assert f"sha256:{hashlib.sha256(body.content).hexdigest()}" == published.digest
        assert published.digest in text(Client(), f"/calls/{call.pk}/")
        assert Client().get(f"/calls/{call.pk}/terms/2.json").status_code == 404

    def test_asks_as_much_of_the_database_with_many_proposals_as_with_few(self, world: World) -> None:
        few, many = (bring(world, make_call(world), "voting", proposals=number) for number in (2, 8))
        for page in ("", "proposals/"):
            assert asked(Client(), f"/calls/{few.pk}/{page}") == asked(Client(), f"/calls/{many.pk}/{page}")


class TestTheListOfRounds:
    def test_hides_drafts_from_all_but_their_officers(self, world: World) -> None:
        call = make_call(world)
        assert str(call.pk) in text(browser(world.officer.person_id), "/calls/")
        for client in (Client(), browser(world.people[3].pk), browser(world.outsider.person_id)):
            assert str(call.pk) not in text(client, "/calls/")

    def test_is_searched_and_filtered(self, world: World) -> None:
        call = bring(world, make_call(world), "submission")
        assert str(call.pk) in text(Client(), "/calls/?q=测试征集")
        assert str(call.pk) not in text(Client(), "/calls/?q=没有的东西")
        assert str(call.pk) in text(Client(), "/calls/?state=submission")
        assert str(call.pk) not in text(Client(), "/calls/?state=closed")

    def test_is_sorted_above_its_cards_by_purse_title_and_state(self, world: World) -> None:
        small = bring(world, make_call(world, purse_fen=600_000, title="乙"), "submission")
        large = bring(world, make_call(world, purse_fen=900_000, title="甲"), "publicity")
        assert 'name="sort"' in text(Client(), "/calls/")
        for sort, first in (("purse", small), ("-purse", large), ("state", large), ("-state", small)):
            shown = text(Client(), f"/calls/?sort={sort}")
            other = small if first is large else large
            assert shown.index(f"/calls/{first.pk}/") < shown.index(f"/calls/{other.pk}/"), sort

    def test_says_why_it_is_empty(self, db: None) -> None:
        assert "No call yet" in text(Client(), "/calls/", headers=ENGLISH)

    @pytest.mark.parametrize("query", ["?state=%00", "?q=%00", "?sort=nothing", "?page=-1", "?page=x", "?area=x"])
    def test_bears_nonsense(self, world: World, query: str) -> None:
        bring(world, make_call(world), "publicity")
        assert Client().get(f"/calls/{query}").status_code in (200, 404)

    def test_asks_as_much_of_the_database_with_many_rounds_as_with_few(self, world: World) -> None:
        bring(world, make_call(world), "publicity")
        few = asked(Client(), "/calls/")
        for _number in range(4):
            bring(world, make_call(world), "publicity")
        assert asked(Client(), "/calls/") == few


class TestTheListOfProposals:
    @pytest.fixture
    def call(self, world: World) -> Call:
        return bring(world, make_call(world), "notice")

    def test_goes_along_as_a_sheet(self, call: Call) -> None:
        path, titles = f"/calls/{call.pk}/proposals/", set(call.proposals.values_list("title", flat=True))
        book = openpyxl.load_workbook(BytesIO(Client().get(f"{path}?export=xlsx").getvalue()))
        cells = {cell for row in book.active.iter_rows(values_only=True) for cell in row}
        assert titles <= cells
        plain = Client().get(f"{path}?export=csv").getvalue().decode("utf-8-sig")
        assert all(title in plain for title in titles)

    def test_narrows_by_words_and_keeps_the_narrowing_in_the_export(self, call: Call) -> None:
        one, other = call.proposals.order_by("number")[:2]
        for query in (f"?q={one.title}", f"?q={one.title}&export=csv"):
            answer = Client().get(f"/calls/{call.pk}/proposals/{query}")
            shown = answer.getvalue().decode()
            assert one.title in shown
            assert other.title not in shown

    @pytest.mark.parametrize("sort", ["amount", "-amount", "number", "-number", "-title", "people_reached"])
    def test_is_sorted_above_its_cards_on_both_of_its_pages(self, call: Call, sort: str) -> None:
        field = {"amount": "amount_fen"}.get(sort.removeprefix("-"), sort.removeprefix("-"))
        rows = call.proposals.order_by(f"{'-' if sort.startswith('-') else ''}{field}", "id")
        for path in (f"/calls/{call.pk}/proposals/", "/proposals/"):
            shown = text(Client(), f"{path}?sort={sort}")
            assert f'<option value="{sort}" selected>' in shown
            places = [shown.index(f"/proposals/{one.pk}/") for one in rows]
            assert places == sorted(places)

    def test_before_the_notice_shows_each_what_is_theirs(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        titles = list(call.proposals.order_by("number").values_list("title", flat=True))
        seen = {
            name: [title in text(client, f"/calls/{call.pk}/proposals/") for title in titles]
            for name, client in (
                ("nobody", Client()),
                ("team", browser(world.people[0].pk)),
                ("officer", browser(world.officer.person_id)),
                ("outsider", browser(world.outsider.person_id)),
            )
        }
        nothing = [False] * 3
        assert seen == {"nobody": nothing, "team": [True, False, False], "officer": [True] * 3, "outsider": nothing}


class TestThePageOfAProposal:
    def test_handed_in_is_not_there_for_strangers(self, world: World) -> None:
        one = bring(world, make_call(world), "review").proposals.get(number=1)
        for tail in ("", "document.docx"):
            path = f"/proposals/{one.pk}/{tail}"
            for client in (Client(), browser(world.people[5].pk), browser(world.outsider.person_id)):
                assert client.get(path).status_code == 404
            for client in (browser(world.people[0].pk), browser(world.officer.person_id)):
                assert client.get(path).status_code == 200

    def test_under_notice_is_read_by_all_in_both_languages(self, world: World) -> None:
        one = bring(world, make_call(world), "notice").proposals.get(number=1)
        for headers in ({}, ENGLISH):
            assert one.title in text(Client(), f"/proposals/{one.pk}/", headers=headers)

    def test_names_no_team_member_to_strangers(self, world: World) -> None:
        one = bring(world, make_call(world), "notice").proposals.get(number=1)
        names = [member.name.reveal() for member in one.members.all()]
        shown = text(Client(), f"/proposals/{one.pk}/")
        assert names
        assert not [name for name in names if name in shown]

    def test_comes_as_a_word_document_under_its_name(self, world: World) -> None:
        one = bring(world, make_call(world), "notice").proposals.get(number=1)
        answer = Client().get(f"/proposals/{one.pk}/document.docx")
        opened = Document(BytesIO(answer.content))
        assert one.title in {cell.text for table in opened.tables for row in table.rows for cell in row.cells}
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_asks_a_fixed_number_of_queries(self, world: World) -> None:
        call = bring(world, make_call(world), "notice")
        one, other = call.proposals.order_by("number")[:2]
        before = asked(Client(), f"/proposals/{one.pk}/")
        assert asked(Client(), f"/proposals/{other.pk}/") == before

    @pytest.mark.parametrize("tail", ["", "document.docx", "edit/", "files/11111111-1111-4111-8111-111111111111/"])
    def test_of_a_forged_id_is_not_there(self, world: World, tail: str) -> None:
        path = f"/proposals/11111111-1111-4111-8111-111111111111/{tail}"
        assert browser(world.people[0].pk).get(path).status_code == 404
        assert not Proposal.objects.exists()
