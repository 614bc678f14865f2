"""The pages and routes of objections and appeals, and that none of them tells who filed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.models import Dispute, Proposal
from tests.support import people
from tests.support.places import load_districts
from tests.ventures import desk_support as desk
from tests.ventures.dispute_support import (
    ANSWER,
    GROUNDS,
    RULING,
    appeal_of,
    as_resident,
    objection_to,
    rejected,
    under_objection,
)

pytestmark = pytest.mark.django_db
KEY = "a-key-of-one-form"
NAME = "欧阳无名"
API = "/api/v1/ventures"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def words(answer: Any) -> str:
    """Give a page's text."""
    return str(answer.content.decode())


def team_of(proposal: Proposal) -> Client:
    """Give a browser signed in as the contact person."""
    assert proposal.contact is not None
    return people.sign_in(Client(), proposal.contact)


def sent(client: Client, method: str, path: str, **body: Any) -> Any:
    """Send JSON to the API."""
    headers = {"Idempotency-Key": KEY}
    content = json.dumps(body)
    return client.generic(method, f"{API}{path}", content, content_type="application/json", headers=headers)


class TestObjecting:
    def test_is_offered_on_the_page_and_filed_once_by_a_double_send(self) -> None:
        _call, made = desk.under_notice(1)
        client = people.client_for(Role.RESIDENT, desk.COMMUNITY)
        path = f"/proposals/{made[0].pk}/object/"
        assert path in words(client.get(f"/proposals/{made[0].pk}/"))
        assert client.get(path).status_code == 200
        for _time in range(2):
            answer = client.post(path, {"grounds": GROUNDS, "idempotency_key": KEY})
            assert answer["Location"] == f"/proposals/{made[0].pk}/#disputes"
        assert Dispute.objects.count() == 1
        page = words(client.get(f"/proposals/{made[0].pk}/"))
        assert GROUNDS in page
        assert path not in page
        assert client.get(path).status_code == 409

    def test_without_grounds_keeps_the_page_and_marks_the_field(self) -> None:
        _call, made = desk.under_notice(1)
        client = people.client_for(Role.RESIDENT, desk.COMMUNITY)
        answer = client.post(f"/proposals/{made[0].pk}/object/", {"grounds": " "})
        assert answer.status_code == 422
        assert answer.context["form"].errors["grounds"]

    def test_is_not_offered_to_the_team(self) -> None:
        _call, made = desk.under_notice(1)
        client = team_of(made[0])
        assert "/object/" not in words(client.get(f"/proposals/{made[0].pk}/"))
        assert client.get(f"/proposals/{made[0].pk}/object/").status_code == 403


class TestAnswering:
    def test_is_offered_to_the_team_and_shown_to_everybody(self) -> None:
        _call, one, found = under_objection()
        client = team_of(one)
        path = f"/disputes/{found.pk}/answer/"
        assert path in words(client.get(f"/proposals/{one.pk}/"))
        assert GROUNDS in words(client.get(path))
        assert client.post(path, {"answer": ANSWER, "version": 1}).status_code == 302
        assert ANSWER in words(Client().get(f"/proposals/{one.pk}/"))
        assert ANSWER in words(client.get(path))  # to be changed
        assert client.post(path, {"answer": "晚了", "version": 1}).status_code == 409


class TestWithdrawing:
    def test_is_offered_to_who_filed_alone(self) -> None:
        _call, one, found = under_objection()
        client, path = people.sign_in(Client(), found.filed_by), f"/disputes/{found.pk}/withdraw/"
        assert path in words(client.get(f"/proposals/{one.pk}/"))
        assert path not in words(team_of(one).get(f"/proposals/{one.pk}/"))
        assert client.get(path).status_code == 200
        assert client.post(path, {"version": 1}).status_code == 302
        assert GROUNDS not in words(Client().get(f"/proposals/{one.pk}/"))


class TestAppealing:
    def test_is_offered_to_the_team_with_its_last_moment(self) -> None:
        _call, one, _reviewer = rejected()
        client, path = team_of(one), f"/proposals/{one.pk}/appeal/"
        assert path in words(client.get(f"/proposals/{one.pk}/"))
        assert "超出范围" in words(client.get(path))
        for _time in range(2):
            assert client.post(path, {"grounds": GROUNDS, "idempotency_key": KEY}).status_code == 302
        assert Dispute.objects.get().kind == "appeal"
        assert client.get(path).status_code == 409

    def test_of_another_is_refused_and_hidden(self) -> None:
        _call, one, _reviewer = rejected()
        assert desk.officer().get(f"/proposals/{one.pk}/appeal/").status_code == 403
        stranger = people.client_for(Role.RESIDENT, desk.COMMUNITY)
        assert stranger.get(f"/proposals/{one.pk}/appeal/").status_code == 404


class TestTheList:
    def test_is_searched_filtered_and_exported_in_a_fixed_number_of_queries(
        self, django_assert_max_num_queries: Any
    ) -> None:
        _call, made = desk.under_notice(2)
        for place, one in enumerate((made[0], made[0], made[0], made[1])):
            objection_to(one, name=f"{NAME}{place}")
        Dispute.objects.filter(proposal=made[1]).update(due_at=F("filed_at") + timedelta(milliseconds=1))
        client = desk.officer()
        page = client.get("/desk/disputes/")
        assert words(page).count('href="/desk/disputes/') >= 4
        with django_assert_max_num_queries(30):
            client.get("/desk/disputes/")
        for query, number in (
            ("kind=appeal", 0), ("kind=objection", 4), ("state=ruled", 0), ("state=filed", 4),
            (f"q={made[1].title}", 1),
            ("overdue=1", 1), ("overdue=0", 3),
        ):  # fmt: skip
            assert len(client.get(f"/desk/disputes/?{query}").context["page"].rows) == number, query
        sheet = client.get("/desk/disputes/?export=csv").getvalue().decode("utf-8-sig")
        assert GROUNDS in sheet
        assert NAME not in sheet

    def test_says_when_there_is_none(self) -> None:
        assert desk.officer().get("/desk/disputes/").status_code == 200


class TestRuling:
    def test_counts_once_however_often_it_is_sent(self) -> None:
        _call, one, found = under_objection()
        client, path = desk.officer(), f"/desk/disputes/{found.pk}/"
        page = words(client.get(path))
        assert GROUNDS in page
        given = {"outcome": "disqualify", "ruling": RULING, "version": 1, "idempotency_key": KEY}
        for _time in range(2):
            assert client.post(path, given)["Location"] == path
        assert Proposal.objects.get(pk=one.pk).state == "disqualified"
        assert RULING in words(Client().get(f"/proposals/{one.pk}/"))
        assert "<form" not in words(client.get(path)).split('id="rule"')[1].split("</section>")[0]

    def test_on_a_version_gone_by_is_refused_and_what_was_typed_stays(self) -> None:
        _call, one, found = under_objection()
        assert one.contact is not None
        operations.answer_objection(
            actor=as_resident(one.contact), dispute_id=found.pk, version=1, answer=ANSWER, at=timezone.now()
        )
        given = {"outcome": "dismissed", "ruling": RULING, "version": 1}
        answer = desk.officer().post(f"/desk/disputes/{found.pk}/", given)
        assert answer.status_code == 409
        assert RULING in words(answer)

    def test_without_words_is_marked_beside_its_field(self) -> None:
        _call, _one, found = under_objection()
        answer = desk.officer().post(f"/desk/disputes/{found.pk}/", {"outcome": "noted", "version": 1})
        assert answer.status_code == 422
        assert answer.context["form"].errors["ruling"]

    def test_is_not_offered_to_who_decided_and_says_why(self) -> None:
        _call, one, reviewer = rejected()
        found = appeal_of(one)
        client = people.sign_in(Client(), Person.objects.get(pk=reviewer.person_id))
        page = client.get(f"/desk/disputes/{found.pk}/")
        assert page.context["refusal"].code == "not_impartial"
        given = {"outcome": "reinstate", "ruling": RULING, "version": 1}
        assert client.post(f"/desk/disputes/{found.pk}/", given).status_code == 403
        assert desk.officer().post(f"/desk/disputes/{found.pk}/", given).status_code == 302
        assert Proposal.objects.get(pk=one.pk).state == "submitted"


class TestWhoFiled:
    def test_is_told_to_nobody_but_staff_and_masked_to_them(self) -> None:
        _call, one, found = under_objection(name=NAME)
        assert one.contact is not None
        pages = (f"/proposals/{one.pk}/", f"{API}/proposals/{one.pk}/disputes", f"/disputes/{found.pk}/answer/")
        for client in (Client(), team_of(one), people.client_for(Role.RESIDENT, desk.COMMUNITY)):
            for path in pages:
                page = words(client.get(path))
                assert NAME not in page
                assert "欧" not in page
                assert str(found.filed_by_id) not in page
        for path in (f"/desk/disputes/{found.pk}/", "/desk/disputes/", f"/audit/history/ventures.dispute/{found.pk}/"):
            assert NAME not in words(desk.officer().get(path))
        assert str(found.filed_by.name) in words(desk.officer().get(f"/desk/disputes/{found.pk}/"))

    def test_is_not_in_a_history_that_the_team_may_read(self) -> None:
        _call, one, found = under_objection(name=NAME)
        client = team_of(one)
        assert "ventures.dispute" not in words(client.get(f"/proposals/{one.pk}/"))
        from_history = client.get(f"/audit/history/ventures.dispute/{found.pk}/")
        assert from_history.status_code == 404


class TestTheRoutes:
    def test_file_answer_rule_and_list(self) -> None:
        _call, made = desk.under_notice(1)
        path = f"/proposals/{made[0].pk}"
        neighbour = people.client_for(Role.RESIDENT, desk.COMMUNITY)
        filed = [sent(neighbour, "POST", f"{path}/objections", grounds=GROUNDS).json() for _time in range(2)]
        assert filed[0] == filed[1]
        number = filed[0]["id"]
        answered = sent(team_of(made[0]), "PUT", f"/disputes/{number}/answer", version=1, answer=ANSWER)
        assert answered.json()["state"] == "answered"
        given = {"version": 2, "outcome": "upheld", "ruling": RULING, "disqualify": True}
        assert sent(desk.officer(), "POST", f"/disputes/{number}/ruling", **given).json()["state"] == "ruled"
        listed = Client().get(f"{API}{path}/disputes").json()
        assert [(one["outcome"], one["effect"]) for one in listed["items"]] == [("upheld", "disqualified")]
        assert listed["items"][0]["place"] == desk.COMMUNITY
        appealed = sent(team_of(made[0]), "POST", f"{path}/appeals", grounds=GROUNDS).json()
        gone = sent(team_of(made[0]), "POST", f"/disputes/{appealed['id']}/withdraw", version=1)
        assert gone.json()["state"] == "withdrawn"

    def test_list_page_by_page(self) -> None:
        _call, made = desk.under_notice(1)
        for _place in range(3):
            objection_to(made[0])
        path = f"{API}/proposals/{made[0].pk}/disputes?limit=2"
        first = Client().get(path).json()
        rest = Client().get(f"{path}&after={first['next']}").json()
        assert len({one["id"] for one in first["items"] + rest["items"]}) == 3
        assert rest["next"] is None
