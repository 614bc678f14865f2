"""The team's pages: write part by part, keep what was typed, attach, check, hand in, take back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shanzhi.people.models import Person
from shanzhi.ventures.models import Call, Proposal
from shanzhi.work.files import MOST_BYTES
from tests.support.people import sign_in
from tests.ventures.support import World, bring, day, make_call

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(day("submission", 5), tick=True):
        yield


@pytest.fixture
def call(world: World) -> Call:
    """A call that takes proposals; two have come from others."""
    return bring(world, make_call(world), "submission", proposals=2)


def browser(person_id: Any) -> Client:
    """Give a browser in which a person is signed in."""
    return sign_in(Client(), Person.objects.get(pk=person_id))


@pytest.fixture
def team(world: World) -> Client:
    """The browser of the one who proposes."""
    return browser(world.people[4].pk)


@pytest.fixture
def draft(team: Client, call: Call) -> Proposal:
    """A draft that was begun on the page."""
    assert team.post(f"/calls/{call.pk}/propose/", {"idempotency_key": "begin-0001"}).status_code == 302
    return Proposal.objects.get(call=call, state="draft")


def idea(draft: Proposal, title: str, **more: Any) -> dict[str, Any]:
    """Fill in the first part."""
    return {"version": draft.version, "title": title, "summary": "", "community": "", "theme": "", **more}


def budget(draft: Proposal, price: str, item: str = "灯") -> dict[str, Any]:
    """Fill in a line of the budget."""
    frame = {"budget-TOTAL_FORMS": 1, "budget-INITIAL_FORMS": 0, "version": draft.version}
    row = {"item": item, "unit": "盏", "quantity": "2", "unit_price_fen": price, "source": "grant", "note": ""}
    return {**frame, **{f"budget-0-{name}": value for name, value in row.items()}}


class TestAnAddressOfTheTeam:
    @pytest.mark.parametrize("tail", ["edit/", "edit/idea/", "edit/files/", "check/", "handed-in/", "withdraw/"])
    def test_leads_the_visitor_to_sign_in_and_is_not_there_for_others(
        self, world: World, draft: Proposal, tail: str
    ) -> None:
        path = f"/proposals/{draft.pk}/{tail}"
        answer = Client().get(path)
        assert answer.status_code == 302
        assert "/account/sign-in/" in answer.headers["Location"]
        for stranger in (world.people[5].pk, world.officer.person_id, world.outsider.person_id):
            assert browser(stranger).get(path).status_code == 404
            assert browser(stranger).post(path, {"title": "x", "version": 1}).status_code in (404, 405)

    def test_of_an_unknown_part_is_not_there(self, team: Client, draft: Proposal) -> None:
        assert team.get(f"/proposals/{draft.pk}/edit/nothing/").status_code == 404

    def test_handed_in_belongs_to_its_team_though_staff_read_it(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        assert browser(world.officer.person_id).get(f"/proposals/{one.pk}/edit/").status_code == 403


class TestWriting:
    @pytest.mark.parametrize("part", ["idea", "need", "team", "plan", "budget", "risks"])
    def test_has_a_page_for_each_part_in_both_languages(self, team: Client, draft: Proposal, part: str) -> None:
        path = f"/proposals/{draft.pk}/edit/{part}/"
        chinese, english = team.get(path), team.get(path, headers=ENGLISH)
        assert (chinese.status_code, english.status_code) == (200, 200)
        assert chinese.content != english.content

    def test_saves_and_goes_back_to_the_parts(self, team: Client, draft: Proposal) -> None:
        answer = team.post(f"/proposals/{draft.pk}/edit/idea/", idea(draft, "一盏灯"))
        assert answer.headers["Location"] == f"/proposals/{draft.pk}/edit/"
        draft.refresh_from_db()
        assert (draft.title, draft.version) == ("一盏灯", 2)

    def test_saves_by_itself_and_tells_the_new_version(self, team: Client, draft: Proposal) -> None:
        path, headers = f"/proposals/{draft.pk}/edit/idea/", {"X-Autosave": "1"}
        answer = team.post(path, idea(draft, "一盏"), headers=headers)
        assert (answer.status_code, answer.headers["X-Version"]) == (204, "2")
        stale = team.post(path, idea(draft, "旧的"), headers=headers)
        assert stale.status_code == 409
        assert Proposal.objects.get(pk=draft.pk).title == "一盏"

    @pytest.mark.parametrize("version", ["0", "99", "", "x", "-1"])
    def test_with_a_stale_version_keeps_what_was_typed_and_says_so(
        self, team: Client, draft: Proposal, version: str
    ) -> None:
        answer = team.post(f"/proposals/{draft.pk}/edit/idea/", idea(draft, "我打的字", version=version))
        assert answer.status_code == 409
        assert "我打的字" in answer.content.decode()
        assert "error-summary" in answer.content.decode()
        assert Proposal.objects.get(pk=draft.pk).title == ""

    def test_puts_a_problem_beside_its_cell_and_keeps_it(self, team: Client, draft: Proposal) -> None:
        answer = team.post(f"/proposals/{draft.pk}/edit/budget/", budget(draft, "十块"))
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "十块" in shown
        assert 'id="id_budget-0-unit_price_fen"' in shown
        assert "aria-invalid" in shown
        assert "error-summary" in shown

    def test_bears_rows_without_end(self, team: Client, draft: Proposal) -> None:
        sent = {**budget(draft, "1"), "budget-TOTAL_FORMS": 100_000}
        assert team.post(f"/proposals/{draft.pk}/edit/budget/", sent).status_code in (302, 422)

    def test_drops_nul_bytes(self, team: Client, draft: Proposal) -> None:
        team.post(f"/proposals/{draft.pk}/edit/idea/", idea(draft, "一\x00盏灯"))
        assert "\x00" not in Proposal.objects.get(pk=draft.pk).title

    def test_ends_with_the_submission(self, world: World, team: Client, draft: Proposal) -> None:
        bring(world, draft.call, "review")
        answer = team.post(f"/proposals/{draft.pk}/edit/idea/", idea(draft, "太晚了"))
        assert answer.status_code == 409
        assert Proposal.objects.get(pk=draft.pk).title == ""


class TestBeginning:
    def test_is_refused_where_no_proposals_are_taken(self, world: World, team: Client) -> None:
        call = bring(world, make_call(world), "publicity")
        answer = team.post(f"/calls/{call.pk}/propose/", {})
        assert answer.status_code == 409
        assert not call.proposals.exists()

    def test_of_a_draft_call_is_not_there(self, world: World, team: Client) -> None:
        call = make_call(world)
        assert team.get(f"/calls/{call.pk}/propose/").status_code == 404
        assert team.post(f"/calls/{call.pk}/propose/", {}).status_code == 404


class TestAFile:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("virus.exe", b"MZ\x90\x00"),
            ("virus.pdf", b"MZ\x90\x00"),
            ("page.html", b"<script>alert(1)</script>"),
            ("page.png", b"<svg onload=alert(1)>"),
            ("empty.pdf", b""),
            ("../../etc/passwd", b"root"),
            ("huge.pdf", PDF + b"0" * MOST_BYTES),
        ],
    )
    def test_of_a_wrong_kind_is_refused_in_words(
        self, team: Client, draft: Proposal, name: str, content: bytes
    ) -> None:
        for headers in ({}, ENGLISH):
            file = SimpleUploadedFile(name, content)
            answer = team.post(f"/proposals/{draft.pk}/edit/files/", {"file": file}, headers=headers)
            assert answer.status_code == 422
            assert "error-summary" in answer.content.decode()
        assert not draft.attachments.exists()

    def test_that_is_missing_is_asked_for(self, team: Client, draft: Proposal) -> None:
        assert team.post(f"/proposals/{draft.pk}/edit/files/", {}).status_code == 422

    def test_is_kept_given_to_the_team_alone_and_taken_away(self, world: World, team: Client, draft: Proposal) -> None:
        team.post(f"/proposals/{draft.pk}/edit/files/", {"file": SimpleUploadedFile("报价.pdf", PDF)})
        file = draft.attachments.get()
        path = f"/proposals/{draft.pk}/files/{file.pk}/"
        answer = team.get(path)
        assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]  # a file is streamed
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for client in (Client(), browser(world.people[5].pk)):
            assert client.get(path).status_code == 404
        remove = f"/proposals/{draft.pk}/edit/files/{file.pk}/remove/"
        assert browser(world.people[5].pk).post(remove).status_code == 404
        assert team.post(remove).status_code == 302
        assert not draft.attachments.exists()


class TestHandingIn:
    def test_of_a_bare_draft_names_what_is_missing(self, team: Client, draft: Proposal) -> None:
        answer = team.post(f"/proposals/{draft.pk}/check/", {"version": draft.version, "truthful": "on"})
        assert answer.status_code == 422
        assert Proposal.objects.get(pk=draft.pk).state == "draft"

    def test_is_confirmed_with_what_happens_next(self, world: World, call: Call) -> None:
        one = call.proposals.get(number=1)
        shown = browser(world.people[0].pk).get(f"/proposals/{one.pk}/handed-in/", headers=ENGLISH).content.decode()
        assert "Your proposal is handed in" in shown


class TestTakingBack:
    def test_needs_a_reason(self, world: World, call: Call) -> None:
        one, client = call.proposals.get(number=1), browser(world.people[0].pk)
        assert client.post(f"/proposals/{one.pk}/withdraw/", {"reason": ""}).status_code == 422
        assert client.post(f"/proposals/{one.pk}/withdraw/", {"reason": "人手不够"}).status_code == 302
        one.refresh_from_db()
        assert one.state == "withdrawn"


class TestMyProposals:
    def test_lists_those_of_my_teams_alone(self, world: World, call: Call, draft: Proposal, team: Client) -> None:
        team.post(f"/proposals/{draft.pk}/edit/idea/", idea(draft, "只有我看得见"))
        mine = team.get("/account/proposals/").content.decode()
        assert "只有我看得见" in mine
        assert not [one.title for one in call.proposals.exclude(pk=draft.pk) if one.title in mine]
        assert "只有我看得见" not in browser(world.people[0].pk).get("/account/proposals/").content.decode()
