"""The desk's pages of calls: the list, the builder and its parts, public changes, copying, cancelling, history."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.ventures.demo.rounds import DAY, move
from shanzhi.ventures.forms.desk import PARTS
from shanzhi.ventures.models import Call, CallTerms, Notice
from tests.support.people import client_for
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


def part(call: Call, name: str) -> str:
    return reverse("ventures:desk_part", args=[call.pk, name])


def filled(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    """Give what a form's page would send if nothing were typed, with `changed` typed over it."""
    context = client.get(url).context
    form = context["form"]
    sent: dict[str, Any] = {"version": context.get("version", "")}
    for bound in form:
        value = bound.value()
        if value is True:
            sent[bound.html_name] = "on"
        elif value is not False and value not in (None, ""):
            shown = bound.field.prepare_value(value)
            sent[bound.html_name] = shown if isinstance(shown, list) else bound.field.widget.format_value(shown)
            if isinstance(sent[bound.html_name], list) and not isinstance(shown, list):
                sent[bound.html_name] = shown
    sent |= changed
    return {name: value for name, value in sent.items() if value is not None}


class TestTheListOfRounds:
    def test_shows_rounds_of_the_own_area_with_state_and_next_phase(self) -> None:
        desk.a_draft("草稿一（示例）")
        page = words(desk.officer().get("/desk/calls/"))
        assert "草稿一（示例）" in page
        assert "/desk/calls/new/" in page

    def test_hides_drafts_of_other_areas(self) -> None:
        desk.a_draft("草稿一（示例）")
        assert "草稿一（示例）" not in words(desk.officer(desk.OUTSIDE[:9]).get("/desk/calls/"))

    def test_names_what_is_due(self) -> None:
        call = desk.a_call("submission", days=11)
        page = words(desk.officer().get("/desk/calls/"))
        assert f"/desk/calls/{call.pk}/phase/" in page

    def test_searches_filters_and_exports(self) -> None:
        desk.a_draft("春天（示例）")
        desk.a_call("submission", "秋天（示例）")
        client = desk.officer()
        assert "春天" not in words(client.get("/desk/calls/?q=秋天")).split('class="list-body"')[1]
        assert "秋天" not in words(client.get("/desk/calls/?state=draft")).split('class="list-body"')[1]
        assert "春天（示例）" in client.get("/desk/calls/?export=csv").getvalue().decode("utf-8-sig")

    def test_without_rounds_offers_to_begin_one(self) -> None:
        assert words(desk.officer().get("/desk/calls/")).count("/desk/calls/new/") == 2

    def test_is_closed_to_residents(self) -> None:
        assert client_for(Role.RESIDENT, desk.COMMUNITY).get("/desk/calls/").status_code == 403


class TestANewRound:
    def test_needs_title_and_areas_alone(self) -> None:
        answer = desk.officer().post("/desk/calls/new/", {"title": "新一轮", "areas": [desk.AREA]})
        call = Call.objects.get()
        assert answer["Location"] == f"/desk/calls/{call.pk}/"
        assert (call.title, call.area, call.state) == ("新一轮", desk.AREA, "draft")

    def test_sent_twice_is_made_once(self) -> None:
        client = desk.officer()
        sent = {"title": "新一轮", "areas": [desk.AREA], "idempotency_key": KEY}
        first, second = (client.post("/desk/calls/new/", sent) for _ in range(2))
        assert first["Location"] == second["Location"]
        assert Call.objects.count() == 1

    def test_without_areas_keeps_the_title_and_says_what_is_missing(self) -> None:
        answer = desk.officer().post("/desk/calls/new/", {"title": "新一轮"})
        assert answer.status_code == 422
        assert 'value="新一轮"' in words(answer)
        assert answer.context["form"].errors["areas"]

    def test_in_another_area_is_refused_beside_the_field(self) -> None:
        answer = desk.officer().post("/desk/calls/new/", {"title": "新一轮", "areas_words": desk.OUTSIDE})
        assert answer.status_code == 422
        assert answer.context["form"].errors["areas"]
        assert desk.OUTSIDE in words(answer)
        assert not Call.objects.exists()

    def test_takes_codes_that_are_typed(self) -> None:
        desk.officer().post("/desk/calls/new/", {"title": "新一轮", "areas_words": "370102001002 370102001003"})
        assert Call.objects.get().areas.count() == 2


class TestTheBuilder:
    def test_lists_each_part_with_what_its_checks_say(self) -> None:
        client = desk.officer()
        client.post("/desk/calls/new/", {"title": "新一轮", "areas": [desk.AREA]})
        page = client.get(f"/desk/calls/{Call.objects.get().pk}/")
        tasks = {task.url.split("/")[-2]: task for task in page.context["tasks"]}
        assert set(tasks) == set(PARTS)
        assert (tasks["basics"].state, tasks["money"].state, tasks["ballot"].state) == ("todo", "todo", "done")
        assert tasks["money"].hint

    def test_says_when_everything_is_there(self) -> None:
        page = desk.officer().get(f"/desk/calls/{desk.a_draft().pk}/")
        assert page.context["blocking"] == []

    @pytest.mark.parametrize("name", PARTS)
    def test_part_opens_filled_and_sent_again_changes_nothing(self, name: str) -> None:
        call, client = desk.a_draft(), desk.officer()
        answer = client.post(part(call, name), filled(client, part(call, name)))
        assert answer.status_code == 302, words(answer)
        before = Call.objects.get(pk=call.pk)
        assert before.version == call.version
        assert (before.rule, before.ballot, before.checklist) == (call.rule, call.ballot, call.checklist)

    def test_saves_money_typed_in_yuan(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        sent = {"version": call.version, "purse_fen": "￥30,000", "limit_fen": "5000元"}
        assert client.post(part(call, "money"), sent).status_code == 302
        call.refresh_from_db()
        assert (call.purse_fen, call.limit_fen) == (3_000_000, 500_000)

    def test_saves_the_rule_as_exact_fractions(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        sent = filled(
            client, part(call, "rule"), rule="composite", vote_weight="60", share="5", least_jury_score="55.5"
        )
        assert client.post(part(call, "rule"), sent).status_code == 302
        call.refresh_from_db()
        assert call.rule["threshold"]["share"] == "1/20"
        assert call.rule["composite"] == {
            "vote_weight": "3/5", "jury_weight": "2/5", "least_votes_share": "0", "least_jury_score": 5550,
        }  # fmt: skip
        reopened = client.get(part(call, "rule")).context["form"]
        assert [reopened[name].value() for name in ("vote_weight", "share")] == ["60", "5"]

    def test_adds_and_drops_items_of_the_check_list(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        last = len(call.checklist)
        sent = filled(client, part(call, "review"), **{"text_0": "", f"text_{last}": "有场地同意书"})
        assert client.post(part(call, "review"), sent).status_code == 302
        before, call = call.checklist, Call.objects.get(pk=call.pk)
        assert [item["text"] for item in call.checklist] == [*[i["text"] for i in before[1:]], "有场地同意书"]
        assert len({item["key"] for item in call.checklist}) == last

    def test_refuses_dates_without_an_end_and_keeps_what_was_typed(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        sent = filled(client, part(call, "dates"), review_ends=None, notice_days="4")
        answer = client.post(part(call, "dates"), sent)
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"review_ends"}
        assert 'name="notice_days" value="4"' in words(answer)
        assert Call.objects.get(pk=call.pk).version == call.version

    def test_refuses_a_stale_version_in_words_and_keeps_what_was_typed(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        client.post(part(call, "money"), {"version": call.version, "purse_fen": "30000", "limit_fen": "100"})
        answer = client.post(part(call, "money"), {"version": call.version, "purse_fen": "40000", "limit_fen": "100"})
        assert answer.status_code == 409
        assert 'value="40000"' in words(answer)
        assert answer.context["form"].non_field_errors()

    def test_saves_by_itself_while_one_types_and_gives_the_new_version(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        for step, purse in enumerate(("30000", "31000"), 1):
            answer = client.post(
                part(call, "money"),
                {"version": call.version + step - 1, "purse_fen": purse, "limit_fen": "100", "idempotency_key": KEY},
                headers={"X-Autosave": "1"},
            )
            assert (answer.status_code, answer["X-Version"]) == (204, str(call.version + step))

    def test_has_no_part_of_another_name(self) -> None:
        assert desk.officer().get(part(desk.a_draft(), "else")).status_code == 404


class TestWhatDecides:
    def test_is_shown_with_the_digest_that_will_be_published(self) -> None:
        call, client = desk.a_draft(), desk.officer()
        before = client.get(f"/desk/calls/{call.pk}/preview/").context["digest"]
        at = desk.first_day("publicity")
        move(desk.SYSTEM, call, at)
        move(desk.SYSTEM, call, at + 5 * DAY)
        assert CallTerms.objects.get(call=call).digest == before


class TestAPublicChange:
    def test_shows_what_will_change_before_it_does(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        url = reverse("ventures:desk_change_part", args=[call.pk, "money"])
        sent = {"version": call.version, "purse_fen": "30000", "limit_fen": "5000", "reason": "街道追加资金"}
        page = client.post(url, sent)
        assert [(before, after) for _label, before, after in page.context["changed"]] == [("¥20,000.00", "¥30,000.00")]
        assert Call.objects.get(pk=call.pk).purse_fen == 2_000_000
        answer = client.post(url, {**sent, "confirm": "1"})
        assert answer["Location"] == f"/desk/calls/{call.pk}/"
        assert Call.objects.get(pk=call.pk).purse_fen == 3_000_000
        assert Notice.objects.get(call=call, kind="change").body == "街道追加资金"

    def test_needs_a_reason(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        url = reverse("ventures:desk_change_part", args=[call.pk, "money"])
        sent = {"version": call.version, "purse_fen": "30000", "limit_fen": "5000", "confirm": "1"}
        answer = client.post(url, sent)
        assert answer.status_code == 422
        assert answer.context["reason"].errors["reason"]
        assert Call.objects.get(pk=call.pk).terms_version == 1

    def test_that_changes_nothing_is_told_so(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        url = reverse("ventures:desk_change_part", args=[call.pk, "money"])
        sent = {"version": call.version, "purse_fen": "20000", "limit_fen": "5000", "reason": "无"}
        answer = client.post(url, sent)
        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()

    def test_sent_twice_is_one_version(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        url = reverse("ventures:desk_change_part", args=[call.pk, "money"])
        sent = {"version": call.version, "purse_fen": "30000", "limit_fen": "5000", "reason": "追加", "confirm": "1"}
        answers = [client.post(url, {**sent, "idempotency_key": KEY}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Call.objects.get(pk=call.pk).terms_version == 2

    def test_is_where_the_builder_leads_after_the_freeze(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        assert client.get(part(call, "money"))["Location"].endswith("/change/money/")
        assert client.post(part(call, "money"), {"version": call.version}).status_code == 409

    def test_leads_back_to_the_builder_before_the_freeze(self) -> None:
        call = desk.a_draft()
        assert desk.officer().get(f"/desk/calls/{call.pk}/change/")["Location"] == f"/desk/calls/{call.pk}/"


class TestACopy:
    def test_takes_everything_over_and_moves_the_dates_ahead(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        client.post(f"/desk/calls/{call.pk}/copy/", {"title": "下一轮"})
        made = Call.objects.get(title="下一轮")
        assert (made.rule, made.purse_fen, made.themes) == (call.rule, call.purse_fen, call.themes)
        old, new = call.phases.get(kind="voting"), made.phases.get(kind="voting")
        assert (new.starts_at - old.starts_at).days % 7 == 0
        assert made.phases.get(kind="publicity").starts_at > made.created_at
        assert client.get(f"/desk/calls/{made.pk}/").context["blocking"] == []


class TestCancelling:
    def test_needs_a_reason_and_says_what_it_means(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        assert client.post(f"/desk/calls/{call.pk}/cancel/", {"reason": " "}).status_code == 422
        assert Call.objects.get(pk=call.pk).state == "submission"

    def test_is_public_with_its_reason(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        client.post(f"/desk/calls/{call.pk}/cancel/", {"reason": "资金未到位"})
        assert "资金未到位" in words(client.get(f"/desk/calls/{call.pk}/"))
        assert Notice.objects.filter(call=call, kind="cancelled").count() == 1

    def test_of_a_cancelled_round_is_refused(self) -> None:
        call, client = desk.a_call("submission"), desk.officer()
        client.post(f"/desk/calls/{call.pk}/cancel/", {"reason": "资金未到位"})
        assert client.get(f"/desk/calls/{call.pk}/cancel/").status_code == 409


class TestTheHistory:
    def test_tells_what_was_done_newest_first(self) -> None:
        call = desk.a_call("submission")
        events = desk.officer().get(f"/desk/calls/{call.pk}/history/").context["page"].rows
        assert len(events) == 3
        assert events[0].at > events[-1].at


class TestTheProposalsOfARound:
    def test_show_every_state_to_staff(self) -> None:
        call, made = desk.under_review(2)
        page = words(desk.officer().get(f"/desk/calls/{call.pk}/proposals/"))
        assert all(one.title in page for one in made)
        assert f"/desk/reviews/{made[0].pk}/" in page

    def test_can_be_put_into_a_group_of_alternatives(self) -> None:
        _call, made = desk.under_review(1)
        client = desk.officer()
        client.post(f"/desk/proposals/{made[0].pk}/group/", {"exclusive": "北院空地"})
        made[0].refresh_from_db()
        assert made[0].exclusive == "北院空地"
        assert client.post(f"/desk/proposals/{made[0].pk}/group/", {"exclusive": "别处"}).status_code == 422


class TestTheNumberOfQueries:
    def test_does_not_grow_with_the_rows(self) -> None:
        client = desk.officer()
        call, _made = desk.under_review(1)
        paths = ["/desk/calls/", "/desk/reviews/", *(f"/desk/calls/{call.pk}/{page}" for page in (
            "", "preview/", "history/", "proposals/", "phase/"))]  # fmt: skip
        for path in paths:
            client.get(path)
        before = {path: count(client, path) for path in paths}
        desk.under_review(4, "另一轮（示例）")
        for place in range(3):
            desk.hand_in_late(call, place + 4)
        assert {path: count(client, path) for path in paths} == before
        assert max(before.values()) <= 26


def count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
