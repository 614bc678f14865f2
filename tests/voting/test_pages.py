"""The pages of voting, as people meet them: without scripts, in both languages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Poll
from shanzhi.voting.operations import BallotRules
from tests.support import people as making
from tests.voting import support
from tests.voting.support import STAFF, a_person, actor, an_open_poll, now, projects, vote

pytestmark = pytest.mark.django_db
LIMIT = 60_000


def browser(person: Person) -> Client:
    """A browser signed in as this person."""
    return making.sign_in(Client(), person)


def page(client: Client, path: str, **data: Any) -> str:
    """Ask for a page that must be there."""
    answer = client.post(path, data) if data else client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.fixture
def voter() -> Person:
    """A verified resident."""
    return a_person()


@pytest.fixture
def poll(voter: Person) -> Poll:
    """A poll on whose roll the voter stands."""
    return an_open_poll([voter], rules=BallotRules(max_choices=2, purse_limit=True))


class TestVotingWithoutScripts:
    def test_goes_from_choosing_over_checking_to_the_receipt(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        first = page(client, f"/polls/{poll.pk}/vote/")
        assert first.count('name="choice"') == 5
        check = page(client, f"/polls/{poll.pk}/review/", choice=["1", "3"])
        assert "项目1" in check
        assert "项目2" not in check
        key = re.findall(r'name="idempotency_key" value="([^"]+)"', check)[0]
        answer = client.post(f"/polls/{poll.pk}/cast/", {"choice": ["1", "3"], "idempotency_key": key})
        assert (answer.status_code, answer["Location"]) == (302, f"/polls/{poll.pk}/done/")
        done = page(client, answer["Location"])
        own = queries.own_ballot(viewer=actor(voter), poll_id=poll.pk)
        assert own is not None
        assert own.receipt[:4] + "-" in done
        again = page(client, f"/polls/{poll.pk}/vote/")
        assert len(re.findall(r'value="[13]" checked', again)) == 2

    def test_keeps_choices_while_the_list_is_narrowed(self, voter: Person, poll: Poll) -> None:
        html = page(browser(voter), f"/polls/{poll.pk}/vote/", choice=["1"], q="项目2")
        assert 'value="1" checked' in html
        assert html.count('<li class="ballot-project"') == 5
        assert len(re.findall(r'<li class="ballot-project"[^>]*hidden', html)) == 4

    def test_tells_the_cost_of_what_is_chosen_where_the_purse_is_no_limit_too(self, voter: Person) -> None:
        poll = an_open_poll([voter], rules=BallotRules(kind="approval"), budget=500_00)
        client = browser(voter)
        first = page(client, f"/polls/{poll.pk}/vote/")
        assert "所选项目合计" in first
        assert "<b data-purse-spent>¥0.00</b>" in first
        one = page(client, f"/polls/{poll.pk}/vote/", choice=["1"])
        assert "<b data-purse-spent>¥300.00</b>" in one
        assert "data-purse-more hidden" in one
        two = page(client, f"/polls/{poll.pk}/vote/", choice=["1", "2"])
        assert "<b data-purse-spent>¥600.00</b>" in two
        assert "data-purse-more hidden" not in two
        check = page(client, f"/polls/{poll.pk}/review/", choice=["1", "2"])
        assert "¥600.00" in check
        assert "超出资金池" in check

    def test_says_a_blank_vote_out_loud(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        assert client.post(f"/polls/{poll.pk}/review/", {}).status_code == 422
        check = page(client, f"/polls/{poll.pk}/review/", blank="1")
        assert 'name="blank" value="1"' in check
        client.post(f"/polls/{poll.pk}/cast/", {"blank": "1"})
        own = queries.own_ballot(viewer=actor(voter), poll_id=poll.pk)
        assert own is not None
        assert own.blank

    def test_answers_a_wrong_ballot_with_the_reason_and_keeps_it(self, voter: Person, poll: Poll) -> None:
        answer = browser(voter).post(f"/polls/{poll.pk}/review/", {"choice": ["1", "2", "3"]})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert 'id="error-summary"' in html
        assert html.count(" checked") >= 3

    @pytest.mark.parametrize(
        ("rules", "sent", "kept"),
        [
            (BallotRules(kind="points", points_total=10), {"points-0": "4", "points-2": "6"}, {"1": 4, "3": 6}),
            (BallotRules(kind="ranked"), {"rank-0": "2", "rank-4": "1"}, ["5", "1"]),
        ],
    )
    def test_takes_points_and_ranks(self, voter: Person, rules: BallotRules, sent: dict[str, str], kept: Any) -> None:
        poll = an_open_poll([voter], rules=rules)
        client = browser(voter)
        check = page(client, f"/polls/{poll.pk}/review/", **sent)
        fields = dict(re.findall(r'name="((?:points|rank)-\d+)" value="(\d+)"', check))
        assert fields == sent
        client.post(f"/polls/{poll.pk}/cast/", fields)
        own = queries.own_ballot(viewer=actor(voter), poll_id=poll.pk)
        assert own is not None
        assert own.choices == kept
        assert page(client, f"/polls/{poll.pk}/vote/")

    def test_sent_twice_gives_one_receipt(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        seen = set()
        for _turn in range(2):
            client.post(f"/polls/{poll.pk}/cast/", {"choice": ["1"], "idempotency_key": "key-of-one-form"})
            own = queries.own_ballot(viewer=actor(voter), poll_id=poll.pk)
            assert own is not None
            seen.add(own.receipt)
        assert len(seen) == 1

    def test_sent_twice_with_other_choices_says_so_and_keeps_the_first(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        key = "key-of-one-form"
        client.post(f"/polls/{poll.pk}/cast/", {"choice": ["1"], "idempotency_key": key})
        answer = client.post(f"/polls/{poll.pk}/cast/", {"choice": ["2"], "idempotency_key": key})
        html = answer.content.decode()
        assert answer.status_code == 409
        assert 'id="error-summary"' in html
        assert 'value="2" checked' in html
        own = queries.own_ballot(viewer=actor(voter), poll_id=poll.pk)
        assert own is not None
        assert own.choices == ["1"]
        check = page(client, f"/polls/{poll.pk}/review/", choice=["2"])
        fresh = re.findall(r'name="idempotency_key" value="([^"]+)"', check)[0]
        again = client.post(f"/polls/{poll.pk}/cast/", {"choice": ["2"], "idempotency_key": fresh})
        assert again.status_code == 302


class TestTheVotingPage:
    def test_weighs_less_than_60_kb_at_first_load(self, voter: Person) -> None:
        poll = an_open_poll([voter], options=projects(100), rules=BallotRules(purse_limit=True))
        html = browser(voter).get(f"/polls/{poll.pk}/vote/").content
        total = len(gzip.compress(html, 6))
        for path in set(re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"', html)):
            found = finders.find(path.decode())
            assert found
            with open(found, "rb") as file:
                total += len(gzip.compress(file.read(), 6))
        assert total < LIMIT, total

    def test_speaks_both_languages(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        client.cookies["language"] = "en"
        assert "Spring round" in page(client, f"/polls/{poll.pk}/vote/")
        client.cookies["language"] = "zh-hans"
        assert "春季微创投" in page(client, f"/polls/{poll.pk}/vote/")

    @pytest.mark.parametrize("kind", ["stranger", "nobody", "unverified"])
    def test_says_why_one_cannot_vote_and_what_would_help(self, poll: Poll, kind: str) -> None:
        clients: dict[str, Callable[[], Client]] = {
            "stranger": lambda: browser(a_person(support.ELSEWHERE)),
            "nobody": Client,
            "unverified": lambda: browser(a_person(verified=False)),
        }
        answer = clients[kind]().get(f"/polls/{poll.pk}/vote/")
        html = answer.content.decode()
        assert answer.status_code == 403
        assert 'class="panel"' in html
        assert ("/account/sign-in/?next=" in html) == (kind == "nobody")

    def test_of_an_unknown_or_unborn_poll_is_not_there(self, voter: Person) -> None:
        draft = support.a_draft()
        client = browser(voter)
        for path in (draft.pk, "00000000-0000-4000-8000-000000000000"):
            assert client.get(f"/polls/{path}/vote/").status_code == 404


class TestAfterTheClose:
    @pytest.fixture
    def counted(self, voter: Person, poll: Poll) -> tuple[Poll, str]:
        """The poll, counted, with the voter's receipt."""
        receipt = vote(voter, poll.pk, ["1", "2"])
        support.close(poll)
        operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        return poll, receipt

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_everyone_reads_result_and_recount(self, counted: tuple[Poll, str], language: str) -> None:
        poll, _receipt = counted
        client = Client(headers={"cookie": f"language={language}"})
        html = page(client, f"/polls/{poll.pk}/results/")
        assert html.count('class="outcome won"') >= 1
        assert html.count('class="outcome"') + html.count('class="outcome won"') == 5
        assert ("It would win under" in html) or ("It would also win under" in html) or ("会入选" in html)
        assert re.search(r"<td [^>]*>¥[\d,]+\.\d\d</td>", html)
        assert "sha256:" in page(client, f"/polls/{poll.pk}/recount/")
        file = client.get(f"/polls/{poll.pk}/ballots.pb")
        assert file.content.startswith(b"META")
        assert "attachment" in file["Content-Disposition"]

    def test_the_lists_of_a_result_are_narrowed_each_for_itself(self, counted: tuple[Poll, str]) -> None:
        poll, _receipt = counted
        address = f"/polls/{poll.pk}/results/"
        html = page(Client(), f"{address}?project-won=0&round-q=项目1&rule-sort=-title")
        assert 'class="outcome won"' not in html
        assert 'class="outcome"' in html
        assert html.count('<details class="rounds" open>') == 2
        compared = html.partition('id="list-compared"')[2]
        assert compared.index(">项目5<") < compared.index(">项目1<")
        none = page(Client(), f"{address}?round-q=没有的项目")
        assert none.count('class="empty-title"') == 1

    @pytest.mark.parametrize(("key", "rows"), [("project", 5), ("rule", 5)])
    def test_the_lists_of_a_result_are_taken_along(self, counted: tuple[Poll, str], key: str, rows: int) -> None:
        poll, _receipt = counted
        answer = Client().get(f"/polls/{poll.pk}/results/?{key}-export=csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 1 + rows
        assert sum("项目1" in line for line in lines) == 1

    def test_a_receipt_shows_what_was_counted(self, counted: tuple[Poll, str]) -> None:
        poll, receipt = counted
        html = page(Client(), f"/polls/{poll.pk}/receipt/", receipt=receipt.lower())
        assert "项目1" in html
        assert "项目3" not in html
        wrong = Client().post(f"/polls/{poll.pk}/receipt/", {"receipt": "AAAA-BBBB"})
        assert wrong.status_code == 404
        assert "error-summary" in wrong.content.decode()

    def test_voting_leads_to_the_result(self, counted: tuple[Poll, str], voter: Person) -> None:
        poll, _receipt = counted
        answer = browser(voter).get(f"/polls/{poll.pk}/vote/")
        assert answer.status_code == 403
        assert f"/polls/{poll.pk}/results/" in answer.content.decode()
        late = browser(voter).post(f"/polls/{poll.pk}/cast/", {"choice": ["1"]})
        assert late.status_code == 409

    def test_my_receipts_lists_it_without_the_receipt(self, counted: tuple[Poll, str], voter: Person) -> None:
        poll, receipt = counted
        html = page(browser(voter), "/account/receipts/")
        assert f"/polls/{poll.pk}/receipt/" in html
        assert receipt[:4] + "-" not in html


class TestMyReceipts:
    def test_shows_the_one_of_a_running_vote(self, voter: Person, poll: Poll) -> None:
        client = browser(voter)
        assert 'class="receipt"' not in page(client, "/account/receipts/")
        receipt = vote(voter, poll.pk, ["1"])
        assert receipt[:4] + "-" + receipt[4:8] in page(client, "/account/receipts/")


class TestTheElectorate:
    def test_is_drawn_and_listed_masked_for_staff_of_the_area(self) -> None:
        a_person()
        poll = support.a_draft()
        officer = making.client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        client = officer
        client.post(f"/desk/polls/{poll.pk}/electorate/draw/")
        html = page(client, f"/desk/polls/{poll.pk}/electorate/")
        assert "示*" in html or "*" in html
        assert "示例一" not in html
        sheet = client.get(f"/desk/polls/{poll.pk}/electorate/?export=csv")
        assert sheet.status_code == 200
        assert 'data-label="区划代码"' in html
        assert 'data-label="区划代码"' in page(client, f"/desk/polls/{poll.pk}/electorate/?in={support.AREA}")
        # an area outside the own ones is no choice, so it narrows nothing and tells nothing
        foreign = page(client, f"/desk/polls/{poll.pk}/electorate/?in={support.ELSEWHERE}")
        assert "notice warn" in foreign

    @pytest.mark.parametrize("role", [Role.SUBDISTRICT_OFFICER, Role.OPERATOR, Role.RESIDENT, None])
    def test_of_another_area_is_not_there(self, role: Role | None) -> None:
        poll = an_open_poll()
        client = making.client_for(role, support.ELSEWHERE)
        assert client.get(f"/desk/polls/{poll.pk}/electorate/").status_code == 404
        assert client.post(f"/desk/polls/{poll.pk}/electorate/draw/").status_code == 404
