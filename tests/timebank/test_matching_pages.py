"""The pages of members proposed for requests: who reads what a request says, asking, a no, no growing queries."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.assignments import operations as assignments
from shanzhi.assignments.models import Run
from shanzhi.kernel.roles import Role
from shanzhi.people.operations import erase_own
from shanzhi.timebank import operations
from shanzhi.timebank.models import HelpProposal, Member, Post
from tests.assignments.support import a_run, free
from tests.assignments.test_pages import keyed, texts
from tests.support.people import AREA, a_person, actor, client_for, sign_in
from tests.support.races import answers
from tests.timebank.support import DISTRICT, SYSTEM, a_bank, a_member, a_request, the_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
TITLE = "陪我去医院取药"
NAME = "欧阳示例乙"


def matched(many: int = 2) -> tuple[Run, Member, list[Member]]:
    """Work a run out by the clock of the pages; gives asker and helpers."""
    now = timezone.now()
    bank = a_bank()
    asker = a_member(bank, 900)
    helpers = [a_member(bank, person=a_person(AREA, name=NAME)) for _ in range(many)]
    for one in helpers:
        free(the_volunteer(one))
    for _ in range(many):
        a_request(asker, 30, at=now)
    today = timezone.localdate(now)
    run = assignments.begin_run(
        actor=SYSTEM, area=AREA, first_day=today, last_day=today + timedelta(days=6), most=1, reason="示例", at=now
    )
    assignments.work_out(actor=SYSTEM, run_id=run.pk, at=now)
    run.refresh_from_db()
    return run, asker, helpers


def test_a_planner_sees_the_pairs_without_what_is_asked_for_and_a_keeper_asks(client: Client) -> None:
    run, asker, _helpers = matched()
    row = run.help_proposals.select_related("member").earliest("pk")
    here = f"/assignments/{run.pk}/help/"
    planner, keeper = client_for(Role.SOCIAL_WORKER), client_for(Role.DISTRICT_OFFICER, area=DISTRICT)
    pages = [f"/assignments/{run.pk}/", here, f"{here}open/", f"/timebank/matched/{row.pk}/", f"{here}?export=csv"]
    for who, reads in ((planner, False), (keeper, True)):
        said = [texts(who.get(path)) for path in pages]
        assert any(TITLE in text for text in said) is reads
        assert not any(NAME in text or "解放路一号" in text for text in said)
        assert "邻里求助" in said[0]
        assert f"{here}ask/" in said[0] if reads else f"{here}ask/" not in said[0] + said[1]
        assert row.member.number in said[1]
    assert "会员的一条求助" in texts(planner.get(here))
    assert "空闲" in texts(planner.get(pages[3]))
    assert texts(planner.get(f"{here}?q={TITLE}")).count("/timebank/matched/") == 0
    assert planner.get(f"{here}ask/").status_code == 403
    assert keyed(keeper, f"{here}ask/", pairs=[]).status_code == 422
    assert keyed(keeper, f"{here}ask/", pairs=[str(row.pk)]).url == here
    other = run.help_proposals.exclude(pk=row.pk).get()
    assert keyed(keeper, f"/timebank/matched/{other.pk}/drop/", reason="刚帮过").url == here
    assert "刚帮过" in texts(keeper.get(f"/desk/timebank/{asker.bank_id}/matched/"))
    assert "邀请" in texts(keeper.get(f"/assignments/{run.pk}/"))
    sign_in(client, row.member.person)
    for path in ("/account/asked/", "/account/timebank/", f"/timebank/help/{row.post_id}/"):
        assert TITLE in texts(client.get(path))
    assert "这条求助适合您" in texts(client.get(f"/timebank/help/{row.post_id}/"))
    assert client.post(f"/timebank/matched/{row.pk}/decline/", {"reason": "那天不在"}).url == "/account/asked/"
    assert TITLE not in texts(client.get("/account/asked/"))
    assert "您没有待答复的邀请" in texts(client.get("/account/asked/"))
    assert HelpProposal.objects.get(pk=row.pk).state == "declined"
    assert client.post(f"/timebank/matched/{row.pk}/decline/", {}).url == "/account/asked/"


def test_lists_need_as_many_queries_for_many_rows_as_for_few() -> None:
    run, asker, _helpers = matched(1)
    keeper = client_for(Role.DISTRICT_OFFICER, area=DISTRICT)
    paths = [f"/assignments/{run.pk}/help/", f"/assignments/{run.pk}/help/ask/",
             f"/desk/timebank/{asker.bank_id}/matched/", f"/api/v1/timebank/runs/{run.pk}/matches"]  # fmt: skip

    def needed() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert keeper.get(path).status_code == 200
            found.append(len(asked))
        return found

    needed()
    few = needed()
    for _one in range(3):
        post = a_request(asker, 20, at=timezone.now())
        HelpProposal.objects.create(run=run, post=post, member=a_member(asker.bank), score=1, parts=[])
    assert needed() == few


def test_a_request_is_written_with_skills_and_a_language_and_read_so(client: Client) -> None:
    _run, asker, _helpers = matched(1)
    Post.objects.all().update(title="别的")
    sign_in(client, asker.person)
    path = f"/timebank/{asker.bank_id}/help/ask/"
    starts = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    form = {"title": "同去办事", "about": "手语翻译", "area": AREA, "minutes": "30", "starts_at": starts}
    assert keyed(client, path, **form, language="latin").status_code == 422
    assert keyed(client, path, **form, language="sign").status_code == 302
    post = Post.objects.get(title="同去办事")
    assert "手语" in texts(client.get(f"/timebank/help/{post.pk}/")).replace("手语翻译", "")
    told = client.get(f"/api/v1/timebank/help/{post.pk}").json()
    assert (told["language"], told["skills"]) == ("sign", [])
    offer: dict[str, Any] = {"sort": "offer", "title": "x", "about": "x", "area": AREA, "minutes": 5, "skills": ["a"]}
    answer = client.post(
        f"/api/v1/timebank/banks/{asker.bank_id}/help", offer, "application/json", headers={"Idempotency-Key": "k" * 20}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "not_of_this_help")


def test_who_is_erased_is_asked_no_more() -> None:
    run, _asker, _helpers = matched(1)
    row = run.help_proposals.select_related("member__person").get()
    HelpProposal.objects.filter(pk=row.pk).update(state="asked", decided_at=timezone.now())
    erase_own(actor=actor(row.member.person), confirmed=True, at=timezone.now())
    row.refresh_from_db()
    assert (row.state, row.reason) == ("lapsed", "serves_no_more")


@pytest.mark.django_db(transaction=True)
def test_of_one_request_one_member_is_asked_whoever_asks_at_the_same_moment() -> None:
    """Two keepers ask by two runs while two members answer and one of them is asked: one ask, no deadlock."""
    run, _asker, helpers = matched(3)
    first = run.help_proposals.select_related("member__person").earliest("pk")
    other = next(one for one in helpers if one.pk != first.member_id)
    again = a_run(first_at=run.first_at, last_at=run.last_at, made_at=run.made_at, finished_at=run.made_at)
    second = HelpProposal.objects.create(run=again, post_id=first.post_id, member=other, score=1, parts=[])
    at = timezone.now()

    def ask(row: HelpProposal) -> Any:
        return operations.ask_help(actor=SYSTEM, run_id=row.run_id, pairs=[row.pk], at=at)

    def answer(member: Member) -> Any:
        return operations.answer_post(actor=actor(member.person), post_id=first.post_id, message="", at=at).state

    found = answers(
        partial(ask, first), partial(ask, second), partial(answer, first.member), partial(answer, other)
    )  # fmt: skip
    assert not [one for one in found if isinstance(one, Exception)]
    states = sorted(HelpProposal.objects.filter(post=first.post_id).values_list("state", flat=True))
    assert set(states) <= {"answered", "asked", "dropped"}
    assert states.count("asked") <= 1
    assert sum(one.asked for one in found[:2]) == len(states) - states.count("dropped")
