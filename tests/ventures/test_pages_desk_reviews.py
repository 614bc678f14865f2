"""The desk's pages of reviews and of phases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations
from shanzhi.ventures.models import Call, Proposal, Review
from tests.support import people
from tests.support.places import load_districts
from tests.ventures import desk_support as desk

pytestmark = pytest.mark.django_db
KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def words(answer: Any) -> str:
    """Give a page's text."""
    return str(answer.content.decode())


def all_met(proposal: Proposal, **changed: Any) -> dict[str, Any]:
    """Give a review that passes."""
    items = {f"item_{place}": "pass" for place in range(len(proposal.call.checklist))}
    return {"version": proposal.version, "decision": "pass", **items, **changed}


def state_of(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


class TestTheReviewQueue:
    def test_shows_what_waits_and_how_many(self) -> None:
        _call, made = desk.under_review(3)
        page = desk.officer().get("/desk/reviews/")
        assert page.context["waiting"] == 3
        assert all(f'value="{one.pk}"' in words(page) for one in made)

    def test_shows_a_social_worker_the_own_community_alone(self) -> None:
        _call, made = desk.under_review(3)
        page = words(people.client_for(Role.SOCIAL_WORKER, desk.COMMUNITY).get("/desk/reviews/"))
        assert [one.title in page for one in made] == [True, False, False]

    def test_says_when_nothing_waits(self) -> None:
        page = desk.officer().get("/desk/reviews/")
        assert page.status_code == 200
        assert "desk/reviews/batch" not in words(page)

    def test_exports(self) -> None:
        _call, made = desk.under_review(1)
        sheet = desk.officer().get("/desk/reviews/?export=csv").getvalue().decode("utf-8-sig")
        assert made[0].title in sheet
        assert "checkbox" not in sheet


class TestAReview:
    def test_shows_the_whole_proposal_beside_the_check_list(self) -> None:
        call, made = desk.under_review(1)
        page = words(desk.officer().get(f"/desk/reviews/{made[0].pk}/"))
        found = Proposal.objects.get(pk=made[0].pk)
        assert all(text in page for text in (found.need[:20], found.budget.all()[0].item, call.checklist[0]["text"]))

    def test_passes_and_offers_the_next(self) -> None:
        _call, made = desk.under_review(2)
        client = desk.officer()
        answer = client.post(f"/desk/reviews/{made[0].pk}/", all_met(made[0]))
        assert answer["Location"] == f"/desk/reviews/{made[0].pk}/done/"
        assert state_of(made[0]) == "passed"
        done = client.get(answer["Location"])
        assert done.context["following"] == made[1]
        assert done.context["waiting"] == 1

    def test_with_an_open_item_does_not_pass_and_keeps_what_was_typed(self) -> None:
        _call, made = desk.under_review(1)
        sent = all_met(made[0], item_1="fail", remark_1="预算请分项")
        answer = desk.officer().post(f"/desk/reviews/{made[0].pk}/", sent)
        assert answer.status_code == 422
        assert "预算请分项" in words(answer)
        assert answer.context["form"].errors["decision"]
        assert state_of(made[0]) == "submitted"

    def test_returns_with_reason_and_deadline(self) -> None:
        _call, made = desk.under_review(1)
        until = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        sent = {"version": made[0].version, "decision": "return", "reason": "请补时间安排", "deadline": until}
        assert desk.officer().post(f"/desk/reviews/{made[0].pk}/", sent).status_code == 302
        assert state_of(made[0]) == "returned"

    @pytest.mark.parametrize(
        ("sent", "field"),
        [({"decision": "return", "reason": "请补"}, "deadline"), ({"decision": "reject"}, "reason"), ({}, "decision")],
    )
    def test_that_lacks_something_names_the_field(self, sent: dict[str, str], field: str) -> None:
        _call, made = desk.under_review(1)
        answer = desk.officer().post(f"/desk/reviews/{made[0].pk}/", {"version": made[0].version, **sent})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert state_of(made[0]) == "submitted"

    def test_of_an_older_version_is_refused(self) -> None:
        _call, made = desk.under_review(1)
        answer = desk.officer().post(f"/desk/reviews/{made[0].pk}/", all_met(made[0], version=1))
        assert answer.status_code == 409
        assert answer.context["form"].non_field_errors()

    def test_sent_twice_counts_once(self) -> None:
        _call, made = desk.under_review(1)
        client = desk.officer()
        for _ in range(2):
            answer = client.post(f"/desk/reviews/{made[0].pk}/", all_met(made[0], idempotency_key=KEY))
            assert answer.status_code == 302
        assert Review.objects.filter(proposal=made[0]).count() == 1

    def test_of_the_own_proposal_is_refused_in_words(self) -> None:
        _call, made = desk.under_review(1)
        contact = Proposal.objects.get(pk=made[0].pk).contact
        assert contact is not None
        people.give_role(contact, Role.SOCIAL_WORKER, area=desk.COMMUNITY)
        client = people.sign_in(Client(), contact)
        assert client.get(f"/desk/reviews/{made[0].pk}/").status_code == 403
        assert client.post(f"/desk/reviews/{made[0].pk}/", all_met(made[0])).status_code == 403
        assert state_of(made[0]) == "submitted"

    def test_outside_the_area_does_not_exist(self) -> None:
        _call, made = desk.under_review(1)
        assert desk.officer(desk.OUTSIDE[:9]).get(f"/desk/reviews/{made[0].pk}/").status_code == 404

    def test_by_one_of_two_waits_for_the_other(self) -> None:
        _call, made = desk.under_review(1, reviews_needed=2)
        first, second = desk.officer(), people.client_for(Role.SOCIAL_WORKER, desk.COMMUNITY)
        first.post(f"/desk/reviews/{made[0].pk}/", all_met(made[0]))
        assert first.get(f"/desk/reviews/{made[0].pk}/").context["done_before"]
        assert state_of(made[0]) == "submitted"
        second.post(f"/desk/reviews/{made[0].pk}/", all_met(made[0]))
        assert state_of(made[0]) == "passed"


class TestABatch:
    def test_passes_all_that_were_picked_and_names_those_it_could_not(self) -> None:
        _call, made = desk.under_review(3)
        client = desk.officer()
        page = client.get("/desk/reviews/batch/", {"proposal": [str(one.pk) for one in made]})
        assert len(page.context["chosen"]) == 3
        desk.officer().post(f"/desk/reviews/{made[2].pk}/", all_met(made[2]))
        sent = {"proposal": [one.pk for one in made], "decision": "pass", "idempotency_key": KEY}
        answer = client.post("/desk/reviews/batch/", sent)
        assert [state_of(one) for one in made] == ["passed"] * 3
        assert [title for title, _id, _why in answer.context["refused"]] == [made[2].title]
        again = client.post("/desk/reviews/batch/", sent)
        assert again.context["refused"] == answer.context["refused"]

    def test_rejects_with_a_reason_alone(self) -> None:
        _call, made = desk.under_review(2)
        client = desk.officer()
        sent = {"proposal": [one.pk for one in made], "decision": "reject"}
        assert client.post("/desk/reviews/batch/", sent).status_code == 422
        assert client.post("/desk/reviews/batch/", {**sent, "reason": "不在征集范围"}).status_code == 200
        assert [state_of(one) for one in made] == ["rejected"] * 2

    def test_of_nothing_leads_back_to_the_list(self) -> None:
        for wrong in ("", "?proposal=", "?proposal=nothing", f"?proposal={desk.a_draft().pk}"):
            assert desk.officer().get(f"/desk/reviews/batch/{wrong}")["Location"] == "/desk/reviews/"

    def test_of_another_area_decides_nothing(self) -> None:
        _call, made = desk.under_review(1)
        sent = {"proposal": [made[0].pk], "decision": "pass"}
        answer = desk.officer(desk.OUTSIDE[:9]).post("/desk/reviews/batch/", sent)
        assert made[0].title not in words(answer)
        assert state_of(made[0]) == "submitted"


class TestAssigning:
    def test_gives_what_was_picked_to_a_reviewer(self) -> None:
        _call, made = desk.under_review(2)
        client = desk.officer()
        reviewer = people.a_person(desk.COMMUNITY, Role.SUBDISTRICT_OFFICER, role_area=desk.AREA)
        sent = {"proposal": [one.pk for one in made], "reviewer": str(reviewer.pk)}
        assert client.post("/desk/reviews/assign/", sent)["Location"] == "/desk/reviews/"
        assert Review.objects.filter(reviewer=reviewer, state="due").count() == 2
        mine = people.sign_in(Client(), reviewer).get("/desk/reviews/?mine=1")
        assert mine.context["page"].total == 2

    def test_is_all_or_none(self) -> None:
        _call, made = desk.under_review(2)
        local = people.a_person(desk.COMMUNITY, Role.SOCIAL_WORKER)
        sent = {"proposal": [one.pk for one in made], "reviewer": str(local.pk)}
        answer = desk.officer().post("/desk/reviews/assign/", sent)
        # by the list of choices or by the operation, as the first of the two lies in the reviewer's place or not
        assert answer.status_code in (403, 422)
        assert answer.context["form"].errors["reviewer"]
        assert not Review.objects.filter(reviewer=local).exists()


class TestPhaseControl:
    def test_shows_all_that_blocks_with_the_way_to_mend_it(self) -> None:
        call, _made = desk.under_review(2)
        page = desk.officer().get(f"/desk/calls/{call.pk}/phase/")
        ways = {check.code: url for check, url in page.context["blocks"]}
        assert ways["reviews"] == "/desk/reviews/"
        assert ways["date"] == f"/desk/calls/{call.pk}/change/dates/"
        assert page.context["preview"].told
        assert 'name="expected"' not in words(page)

    def test_moves_on_from_the_state_that_was_seen(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        page = client.get(f"/desk/calls/{call.pk}/phase/")
        assert page.context["blocks"] == []
        sent = {"expected": "draft", "target": "publicity", "version": call.version}
        assert client.post(f"/desk/calls/{call.pk}/phase/", sent)["Location"] == f"/desk/calls/{call.pk}/phase/"
        assert Call.objects.get(pk=call.pk).state == "publicity"
        assert client.post(f"/desk/calls/{call.pk}/phase/", sent).status_code == 302
        assert Call.objects.get(pk=call.pk).state == "publicity"

    def test_that_moved_meanwhile_says_so_and_shows_where_it_stands(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        sent = {"expected": "draft", "target": "publicity", "version": call.version + 7}
        answer = client.post(f"/desk/calls/{call.pk}/phase/", sent)
        assert answer.status_code == 409
        assert answer.context["refusal"].code == "moved_meanwhile"
        assert client.post(f"/desk/calls/{call.pk}/phase/", {"expected": "x"}).status_code == 409
        assert Call.objects.get(pk=call.pk).state == "draft"

    def test_that_is_blocked_says_why(self) -> None:
        call, _made = desk.under_review(1)
        sent = {"expected": "review", "target": "notice", "version": call.version}
        answer = desk.officer().post(f"/desk/calls/{call.pk}/phase/", sent)
        assert answer.status_code == 409
        assert answer.context["refusal"].code == "blocked"

    def test_draws_the_roll_and_says_how_many(self) -> None:
        call, _made = desk.under_notice()
        Call.objects.filter(pk=call.pk)
        client = desk.officer()
        answer = client.post(f"/desk/calls/{call.pk}/phase/roll/", follow=True)
        assert answer.status_code == 200
        assert list(answer.context["messages"])

    def test_of_a_round_that_ended_has_no_next(self) -> None:
        call = desk.a_draft()
        operations.cancel_call(actor=desk.SYSTEM, call_id=call.pk, reason="取消", at=timezone.now())
        page = desk.officer().get(f"/desk/calls/{call.pk}/phase/")
        assert page.context["preview"] is None
        assert page.status_code == 200


class TestTheJury:
    def test_scores_each_project_once_the_vote_is_over(self) -> None:
        call = desk.at_the_award()
        client = desk.officer()
        page = client.get(f"/desk/calls/{call.pk}/phase/")
        assert page.context["asks_jury"]
        names = [bound.html_name for bound in page.context["form"]]
        sent = {"expected": call.state, "target": "award", "version": call.version}
        lacking = client.post(f"/desk/calls/{call.pk}/phase/", sent)
        assert lacking.status_code == 422
        assert set(lacking.context["form"].errors) == set(names)
        answer = client.post(f"/desk/calls/{call.pk}/phase/", {**sent, **dict.fromkeys(names, "80.5")})
        assert answer.status_code == 302, words(answer)
        assert Call.objects.get(pk=call.pk).state == "award"
