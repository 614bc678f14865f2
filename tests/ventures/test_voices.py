"""Comments, answers and backing: who may, until when, and that nobody learns who it was."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit.models import Event
from shanzhi.audit.operations import request_id
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.notices.models import Delivery, Notice
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, Comment, Endorsement, EndorsementCount, Proposal
from shanzhi.ventures.policies import NotANeighbour, NotYourCall, NotYourProposal, OwnProposal, OwnTeam
from tests.support.ground import held_open, undone
from tests.support.people import sign_in
from tests.ventures.support import ELSEWHERE, World, bring, day, make_call, make_person, make_world, resident

AT = day("notice", 5)
WORDS = "灯装在哪一侧？ https://example.cn <b>粗</b>"


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[World, Proposal]]:
    """The first person's project, under public notice; played once for all tests here."""
    with held_open(django_db_blocker):
        made = make_world()
        call = bring(made, make_call(made), "notice", proposals=1)
        yield made, call.proposals.select_related("call").get()


@pytest.fixture(autouse=True)
def kept(played: tuple[World, Proposal]) -> Iterator[tuple[World, Proposal]]:
    with undone():
        yield deepcopy(played)


@pytest.fixture
def world(kept: tuple[World, Proposal]) -> World:
    return kept[0]


@pytest.fixture
def found(kept: tuple[World, Proposal]) -> Proposal:
    return kept[1]


def say(world: World, found: Proposal, who: int = 3, *, words: str = WORDS, at: Any = AT) -> Comment:
    return operations.write_comment(actor=resident(world.people[who]), proposal_id=found.pk, words=words, at=at)


def answer(world: World, asked: Comment, words: str = "装在东侧。") -> Comment:
    return operations.answer_comment(actor=world.team, comment_id=asked.pk, words=words, at=AT)


def back(world: World, found: Proposal, who: int) -> None:
    operations.endorse(actor=resident(world.people[who]), proposal_id=found.pk, at=AT)


class TestAComment:
    def test_stands_with_the_community_and_tells_the_team(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        assert (made.text, made.community, made.state) == (WORDS, world.people[3].area, "shown")
        told = Notice.objects.get(kind="voices.commented")
        assert {one.person_id for one in Delivery.objects.filter(notice=told)} == {world.people[0].pk}
        assert WORDS not in str(told.values)

    def test_leaves_events_that_name_nobody(self, world: World, found: Proposal) -> None:
        served = request_id.set("a-request-of-a-neighbour")
        made = say(world, found)
        operations.withdraw_comment(actor=resident(world.people[3]), comment_id=made.pk, at=AT)
        request_id.reset(served)
        events = Event.objects.filter(at=AT)
        assert set(events.filter(verb__startswith="ventures.comment").values_list("request_id", flat=True)) == {""}
        assert {one.verb for one in events} >= {"ventures.comment.write", "ventures.comment.withdraw"}
        assert not events.filter(actor_person=world.people[3].pk).exists()
        assert not [one for one in events if WORDS in str(one.change) or str(world.people[3].pk) in str(one.change)]

    @pytest.mark.parametrize("words", ["", " 好 ", "x" * 501])
    def test_has_2_to_500_characters(self, world: World, found: Proposal, words: str) -> None:
        with pytest.raises((operations.BadLength, operations.BadValue)):
            say(world, found, words=words)

    @pytest.mark.parametrize("state", ["submission", "review"])
    def test_is_hidden_with_its_project_before_the_notice(self, world: World, state: str) -> None:
        call = bring(world, make_call(world), state, proposals=1)
        with pytest.raises(NotFound):
            say(world, call.proposals.get())

    def test_waits_for_the_notice_also_for_those_who_see_the_project(self, world: World) -> None:
        call = bring(world, make_call(world), "review", proposals=1)
        both = Actor(world.worker.person_id, None, (*world.worker.grants, *resident(world.people[3]).grants))
        with pytest.raises(operations.TalkClosed):
            operations.write_comment(actor=both, proposal_id=call.proposals.get().pk, words=WORDS, at=AT)

    def test_stays_open_while_the_vote_runs_and_ends_with_the_round(self, world: World, found: Proposal) -> None:
        call = bring(world, found.call, "voting")
        say(world, found, at=day("voting", 2))
        Call.objects.filter(pk=call.pk).update(state="closed")
        with pytest.raises(operations.TalkClosed):
            say(world, found, at=day("voting", 3))

    def test_ends_where_the_project_left_the_round(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        operations.withdraw_proposal(actor=world.team, proposal_id=found.pk, reason="不做了", at=AT)
        with pytest.raises(operations.TalkClosed):
            say(world, found)
        assert queries.comment(viewer=resident(world.people[5]), comment_id=made.pk).text == WORDS

    def test_is_a_neighbours(self, world: World, found: Proposal) -> None:
        far = resident(make_person(77, area=ELSEWHERE))
        unverified = Actor(person_id=world.people[3].pk)
        for actor, refusal in (
            (far, NotANeighbour),
            (unverified, NotANeighbour),
            (world.officer, NotANeighbour),
            (world.team, OwnTeam),
            (Actor.anonymous(), SignInNeeded),
        ):
            with pytest.raises(refusal):
                operations.write_comment(actor=actor, proposal_id=found.pk, words=WORDS, at=AT)
        assert not Comment.objects.exists()

    def test_is_one_of_five_in_an_hour(self, world: World, found: Proposal) -> None:
        for number in range(5):
            say(world, found, words=f"第{number}句")
        with pytest.raises(operations.TooManyComments):
            say(world, found)
        say(world, found, 4)
        say(world, found, at=AT + timedelta(minutes=61))

    def test_is_one_of_twenty_in_a_day(self, world: World, found: Proposal) -> None:
        for number in range(20):
            say(world, found, words="说一句", at=AT + timedelta(minutes=15 * number))
        with pytest.raises(operations.TooManyComments):
            say(world, found, at=AT + timedelta(hours=10))


class TestTakingBack:
    def test_erases_the_words_within_an_hour(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        gone = operations.withdraw_comment(
            actor=resident(world.people[3]), comment_id=made.pk, at=AT + timedelta(minutes=59)
        )
        assert (gone.state, Comment.objects.get(pk=made.pk).text) == ("withdrawn", "")
        with pytest.raises(MoveRefused):
            operations.withdraw_comment(actor=resident(world.people[3]), comment_id=made.pk, at=AT)

    def test_ends_after_an_hour_and_is_the_authors_alone(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        with pytest.raises(operations.TooLateToWithdraw):
            operations.withdraw_comment(
                actor=resident(world.people[3]), comment_id=made.pk, at=AT + timedelta(minutes=61)
            )
        for actor in (world.officer, world.team, resident(world.people[4])):
            with pytest.raises(Forbidden):
                operations.withdraw_comment(actor=actor, comment_id=made.pk, at=AT)


class TestAnAnswer:
    def test_is_the_teams_and_tells_whoever_asked(self, world: World, found: Proposal) -> None:
        made = answer(world, say(world, found))
        assert (made.kind, made.community) == ("answer", "")
        told = Notice.objects.get(kind="voices.answered")
        assert {one.person_id for one in Delivery.objects.filter(notice=told)} == {world.people[3].pk}

    def test_is_nobody_elses(self, world: World, found: Proposal) -> None:
        asked = say(world, found)
        for actor in (world.officer, resident(world.people[4]), resident(world.people[3])):
            with pytest.raises(NotYourProposal):
                operations.answer_comment(actor=actor, comment_id=asked.pk, words="好的", at=AT)

    def test_answers_only_words_that_stand(self, world: World, found: Proposal) -> None:
        asked = say(world, found)
        given = answer(world, asked)
        with pytest.raises(operations.TalkClosed):
            answer(world, given)
        operations.hide_comment(actor=world.officer, comment_id=asked.pk, reason="点名", at=AT)
        with pytest.raises(operations.TalkClosed):
            answer(world, asked)
        with pytest.raises(operations.BadLength):
            answer(world, say(world, found, 4), words="")

    def test_is_one_of_thirty_in_an_hour(self, world: World, found: Proposal) -> None:
        asked = say(world, found)
        for _ in range(30):
            answer(world, asked)
        with pytest.raises(operations.TooManyComments):
            answer(world, asked)


class TestHiding:
    def test_keeps_the_words_and_gives_the_reason(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        operations.hide_comment(actor=world.officer, comment_id=made.pk, reason="含有个人信息", at=AT)
        kept = Comment.objects.get(pk=made.pk)
        assert (kept.state, kept.text, kept.reason) == ("hidden", WORDS, "含有个人信息")
        event = Event.objects.get(verb="ventures.comment.hide")
        assert (event.actor_person, event.reason) == (world.officer.person_id, "含有个人信息")
        shown = queries.talk(viewer=resident(world.people[5]), found=found, page="", at=AT).said[0]
        assert (shown.text, shown.reason) == ("", "含有个人信息")

    def test_needs_a_reason_and_those_who_run_the_call(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        with pytest.raises(operations.ReasonMissing):
            operations.hide_comment(actor=world.officer, comment_id=made.pk, reason=" ", at=AT)
        for actor in (world.worker, world.outsider, world.team, resident(world.people[3])):
            with pytest.raises(NotYourCall):
                operations.hide_comment(actor=actor, comment_id=made.pk, reason="不同意", at=AT)

    def test_is_not_for_the_own_project(self, world: World, found: Proposal) -> None:
        made = say(world, found)
        found.members.create(position=90, name="测试", person_id=world.officer.person_id)
        with pytest.raises(OwnProposal):
            operations.hide_comment(actor=world.officer, comment_id=made.pk, reason="不喜欢", at=AT)

    @pytest.mark.parametrize("change", [{"text": "改写"}, {"community": ELSEWHERE}, {"state": "hidden", "text": "改"}])
    def test_and_nothing_else_may_change_a_row(self, world: World, found: Proposal, change: dict[str, str]) -> None:
        rows = Comment.objects.filter(pk=say(world, found).pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change, reason="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


class TestBacking:
    def test_counts_a_person_once_and_can_be_taken_back(self, world: World, found: Proposal) -> None:
        for who in (3, 3, 4):
            back(world, found, who)
        viewer = resident(world.people[3])
        shown = queries.backing(viewer=viewer, found=found)
        assert (shown.number, shown.open, shown.mine, shown.may_back) == (2, True, True, True)
        for _ in range(2):
            operations.take_back_endorsement(actor=viewer, proposal_id=found.pk, at=AT)
        assert queries.backing(viewer=viewer, found=found).number == 1
        assert Event.objects.filter(verb="ventures.endorsement.give").count() == 2

    def test_names_nobody_in_the_log(self, world: World, found: Proposal) -> None:
        served = request_id.set("a-request-of-a-neighbour")
        back(world, found, 3)
        request_id.reset(served)
        event = Event.objects.get(verb="ventures.endorsement.give")
        assert (event.actor_person, event.change, event.request_id) == (None, {}, "")
        assert event.subject_id != str(world.people[3].pk)

    def test_is_a_neighbours_and_not_the_teams(self, world: World, found: Proposal) -> None:
        for actor, refusal in (
            (resident(make_person(77, area=ELSEWHERE)), NotANeighbour),
            (world.officer, NotANeighbour),
            (world.team, OwnTeam),
            (Actor.anonymous(), SignInNeeded),
        ):
            with pytest.raises(refusal):
                operations.endorse(actor=actor, proposal_id=found.pk, at=AT)

    def test_ends_when_the_vote_opens_and_its_number_stays(self, world: World, found: Proposal) -> None:
        back(world, found, 3)
        bring(world, found.call, "voting")
        found.refresh_from_db()
        for act in (operations.endorse, operations.take_back_endorsement):
            with pytest.raises(operations.BackingClosed):
                act(actor=resident(world.people[4]), proposal_id=found.pk, at=day("voting", 2))
        assert EndorsementCount.objects.get(proposal=found).number == 1
        with pytest.raises(IntegrityError, match="ended with the public notice"), transaction.atomic():
            Endorsement.objects.create(proposal=found, person=world.people[4])
        with pytest.raises(IntegrityError, match="ended with the public notice"), transaction.atomic():
            Endorsement.objects.all().delete()
        fresh = Proposal.objects.select_related("call").get(pk=found.pk)
        assert queries.backing(viewer=Actor.anonymous(), found=fresh).number == 1


def browser(person_id: Any) -> Client:
    """Give a browser in which a person is signed in."""
    return sign_in(Client(), Person.objects.get(pk=person_id))


def asked(client: Client, path: str) -> int:
    """Count what a page asks of the database."""
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


class TestThePages:
    @pytest.fixture(autouse=True)
    def _clock(self) -> Iterator[None]:
        with time_machine.travel(AT, tick=True):
            yield

    def test_take_a_comment_an_answer_and_take_it_back(self, world: World, found: Proposal) -> None:
        path = f"/proposals/{found.pk}/"
        neighbour, team = browser(world.people[3].pk), browser(world.people[0].pk)
        assert neighbour.get(f"{path}comments/new/").status_code == 200
        short = neighbour.post(f"{path}comments/new/", {"text": "好", "idempotency_key": "comment-0001"})
        assert short.status_code == 422
        assert "请写 2 至 500 字。" in short.content.decode()
        done = neighbour.post(
            f"{path}comments/new/", {"text": WORDS, "idempotency_key": "comment-0002"}, follow=True
        ).content.decode()
        made = Comment.objects.get()
        assert "评论已发布。" in done
        assert f"/comments/{made.pk}/withdraw/" in done
        assert f"/comments/{made.pk}/withdraw/" not in team.get(path).content.decode()
        answered = team.post(
            f"/comments/{made.pk}/answer/", {"text": "装在东侧。", "idempotency_key": "answer-0001"}, follow=True
        ).content.decode()
        assert "装在东侧。" in answered
        gone = neighbour.post(f"/comments/{made.pk}/withdraw/", follow=True).content.decode()
        assert "作者已收回。" in gone
        assert "example.cn" not in gone

    def test_show_words_as_plain_text_without_a_name(self, world: World, found: Proposal) -> None:
        say(world, found, at=AT)
        person = world.people[3]
        for client in (Client(), browser(world.people[0].pk), browser(world.officer.person_id)):
            page = client.get(f"/proposals/{found.pk}/").content.decode()
            assert "&lt;b&gt;粗&lt;/b&gt;" in page
            assert 'href="https://example.cn' not in page
            assert f"地区{person.area}的居民" in page
            for secret in (str(person.name), person.name.reveal(), str(person.pk)):
                assert secret not in page

    def test_desk_lists_and_hides_without_a_name(self, world: World, found: Proposal) -> None:
        made, person = say(world, found, at=AT), world.people[3]
        officer = browser(world.officer.person_id)
        path = f"/desk/calls/{found.call_id}/comments/"
        for query in ("", "?q=灯装在", "?state=shown&sort=-created_at", "?export=csv"):
            answer = officer.get(path + query)
            page = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
            assert "灯装在哪一侧" in page
            assert str(person.pk) not in page
            assert str(person.name) not in page
        assert "灯装在哪一侧" not in officer.get(path + "?q=没有这句").content.decode()
        send = {"reason": "含有链接", "idempotency_key": "hide-0001"}
        assert officer.post(f"/desk/comments/{made.pk}/hide/", send).status_code == 302
        public = Client().get(f"/proposals/{found.pk}/").content.decode()
        assert "含有链接" in public
        assert "灯装在哪一侧" not in public
        assert "灯装在哪一侧" in officer.get(path + "?state=hidden").content.decode()
        assert browser(world.worker.person_id).get(path).status_code == 403

    def test_back_a_project_and_show_the_number_alone(self, world: World, found: Proposal) -> None:
        path, neighbour = f"/proposals/{found.pk}/", browser(world.people[3].pk)
        assert "我附议这个项目" in neighbour.get(path).content.decode()
        assert "收回我的附议" in neighbour.post(f"{path}backing/", follow=True).content.decode()
        for client in (Client(), browser(world.people[0].pk), browser(world.officer.person_id)):
            page = client.get(path).content.decode()
            assert "已有 1 位居民附议。" in page
            assert "附议不是投票" in page
            assert str(world.people[3].pk) not in page
            assert "收回我的附议" not in page
        assert "我附议这个项目" in neighbour.post(f"{path}backing/end/", follow=True).content.decode()

    def test_of_a_project_under_review_have_none_of_it(self, world: World) -> None:
        call = bring(world, make_call(world, title="还在评审"), "review", proposals=1)
        page = browser(world.officer.person_id).get(f"/proposals/{call.proposals.get().pk}/").content.decode()
        assert "附议" not in page

    def test_page_comments_and_ask_no_more_for_more_of_them(self, world: World, found: Proposal) -> None:
        answer(world, say(world, found, 3, words="第0句"))
        path, desk = f"/proposals/{found.pk}/", f"/desk/calls/{found.call_id}/comments/"
        officer = browser(world.officer.person_id)
        before = asked(Client(), path), asked(officer, desk)
        for number in range(1, 12):
            answer(world, say(world, found, 3 + number % 5, words=f"第{number}句"))
        assert (asked(Client(), path), asked(officer, desk)) == before
        first, second = (Client().get(f"{path}?comments={number}").content.decode() for number in (1, 2))
        assert first.count("装在东侧。") == 10
        assert second.count("装在东侧。") == 2
        assert Client().get(f"{path}?comments=不是数").status_code == 200


class TestNoWayAround:
    def test_what_is_not_there_for_a_viewer_is_not_found(self, world: World) -> None:
        call = bring(world, make_call(world), "review", proposals=1)
        hidden, viewer = call.proposals.get(), resident(world.people[3])
        for act in (operations.endorse, operations.take_back_endorsement):
            with pytest.raises(NotFound):
                act(actor=viewer, proposal_id=hidden.pk, at=AT)
        with pytest.raises(NotFound):
            operations.write_comment(actor=viewer, proposal_id=hidden.pk, words=WORDS, at=AT)
