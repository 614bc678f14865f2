"""Beginning a draft from an earlier proposal: what comes along, what does not, who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.policies import MayNotPropose, NotYourProposal
from tests.support.people import sign_in
from tests.ventures.support import ELSEWHERE, THERE, World, bring, day, make_call, resident

pytestmark = pytest.mark.django_db
SUBMISSION = day("submission", 10)


@pytest.fixture
def call(world: World) -> Call:
    """A call that takes proposals, with one from the first person and one from the second."""
    return bring(world, make_call(world), "submission", proposals=2)


@pytest.fixture
def source(world: World, call: Call) -> Proposal:
    """The first person's proposal, withdrawn: its state does not matter."""
    found = Proposal.objects.get(call=call, contact=world.people[0])
    return operations.withdraw_proposal(actor=world.team, proposal_id=found.pk, reason="改日再来", at=SUBMISSION)


def copied(world: World, source: Proposal, call: Call) -> operations.SavedProposal:
    return operations.copy_proposal(actor=world.team, proposal_id=source.pk, call_id=call.pk, at=SUBMISSION)


class TestACopy:
    def test_takes_the_words_the_budget_and_the_schedule(self, world: World, source: Proposal, call: Call) -> None:
        made = copied(world, source, call).proposal
        old, new = queries.content(source), queries.content(Proposal.objects.get(pk=made.pk))
        for name in ("title", "summary", "need", "aims", "risks", "team_kind", "team_name", "budget"):
            assert new[name] == old[name], name
        assert [row["title"] for row in new["activities"]] == [row["title"] for row in old["activities"]]
        assert (made.state, made.number, made.truthful, made.contact_id) == ("draft", None, False, world.people[0].pk)
        event = Event.objects.get(verb="ventures.proposal.copy")
        assert event.change["source"] == str(source.pk)

    def test_leaves_days_before_the_award_out_and_says_so(self, world: World, source: Proposal, call: Call) -> None:
        first = call.phases.get(kind="award").starts_at.date()
        row = source.activities.first()
        assert row is not None
        early, late = first - timedelta(days=2), first + timedelta(days=20)
        Proposal.objects.filter(pk=source.pk).update(starts_on=early, ends_on=late)
        source.activities.update(starts_on=late, ends_on=None)
        source.activities.filter(pk=row.pk).update(starts_on=early)
        found = copied(world, source, call)
        made = Proposal.objects.get(pk=found.proposal.pk)
        assert (made.starts_on, made.ends_on) == (None, late)
        assert [one.starts_on for one in made.activities.all()] == [None] + [late] * (source.activities.count() - 1)
        assert {"starts_on", "activities"} <= {one.field for one in found.problems}
        assert "ends_on" not in {one.field for one in found.problems}

    def test_takes_only_members_who_are_persons(self, world: World, source: Proposal, call: Call) -> None:
        source.members.all().delete()
        source.members.create(position=0, name="某邻居", part="记账")
        source.members.create(position=1, name="测试丁", part="施工", person=world.people[3])
        found = copied(world, source, call)
        assert [row.person_id for row in found.proposal.members.all()] == [world.people[3].pk]
        assert "members" in {one.field for one in found.problems}

    def test_takes_no_files_and_says_so(self, world: World, call: Call) -> None:
        draft = operations.create_proposal(actor=world.team, call_id=call.pk, at=SUBMISSION).proposal
        content = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
        operations.attach(actor=world.team, proposal_id=draft.pk, name="旧.pdf", content=content, at=SUBMISSION)
        found = copied(world, draft, call)
        assert not found.proposal.attachments.exists()
        assert "attachments" in {one.field for one in found.problems}

    def test_leaves_out_what_the_new_call_does_not_offer(self, world: World, source: Proposal, call: Call) -> None:
        Proposal.objects.filter(pk=source.pk).update(theme="从前的主题", community=ELSEWHERE)
        found = copied(world, source, call)
        assert found.proposal.theme == ""
        assert found.proposal.community == world.people[0].area
        assert {"theme", "community"} <= {one.field for one in found.problems}

    def test_leaves_out_a_kind_of_team_that_the_call_does_not_take(self, world: World, source: Proposal) -> None:
        closed = bring(world, make_call(world, title="只收团队", proposers=["teams"]), "submission", proposals=0)
        Proposal.objects.filter(pk=source.pk).update(team_kind="organization")
        found = copied(world, source, closed)
        assert found.proposal.team_kind == "residents"
        assert "team_kind" in {one.field for one in found.problems}


class TestWhoMay:
    def test_a_member_too(self, world: World, source: Proposal, call: Call) -> None:
        member = world.people[2]
        source.members.create(position=90, name="测试", person=member)
        made = operations.copy_proposal(
            actor=resident(member), proposal_id=source.pk, call_id=call.pk, at=SUBMISSION
        ).proposal
        assert made.contact_id == member.pk

    def test_nobody_else_and_a_stranger_finds_nothing(self, world: World, source: Proposal, call: Call) -> None:
        with pytest.raises(NotFound):
            operations.copy_proposal(
                actor=resident(world.people[5]), proposal_id=source.pk, call_id=call.pk, at=SUBMISSION
            )
        with pytest.raises(NotYourProposal):
            operations.copy_proposal(actor=world.officer, proposal_id=source.pk, call_id=call.pk, at=SUBMISSION)

    def test_only_into_a_call_that_takes_proposals(self, world: World, source: Proposal) -> None:
        waiting = bring(world, make_call(world, title="还没开始"), "publicity")
        with pytest.raises(operations.NotTakingProposals):
            copied(world, source, waiting)
        with pytest.raises(NotFound):
            copied(world, source, make_call(world, title="还是草稿"))

    def test_only_where_one_may_propose(self, world: World, source: Proposal) -> None:
        other = make_call(world, title="别处", areas=[THERE])
        other = bring(world, other, "submission", proposals=0)
        with pytest.raises(MayNotPropose):
            copied(world, source, other)


class TestThePages:
    @pytest.fixture(autouse=True)
    def _clock(self) -> Iterator[None]:
        with time_machine.travel(SUBMISSION, tick=True):
            yield

    def test_lead_from_proposing_over_the_list_to_the_draft(self, world: World, source: Proposal, call: Call) -> None:
        client = sign_in(Client(), world.people[0])
        path = f"/calls/{call.pk}/propose/"
        assert f"{path}earlier/" in client.get(path).content.decode()
        listed = client.get(f"{path}earlier/", {"q": source.title}).content.decode()
        assert f"{path}earlier/{source.pk}/" in listed
        assert f"{source.pk}" not in client.get(f"{path}earlier/", {"q": "没有的名字"}).content.decode()
        source.members.create(position=91, name="某邻居")
        confirm = client.get(f"{path}earlier/{source.pk}/").content.decode()
        assert "没有带过来的" in confirm
        answer = client.post(f"{path}earlier/{source.pk}/", {"idempotency_key": "copy-0001"}, follow=True)
        made = Proposal.objects.get(call=call, state="draft")
        assert answer.redirect_chain[-1][0] == f"/proposals/{made.pk}/edit/"
        assert "没有带过来：" in answer.content.decode()

    def test_list_only_ones_own(self, world: World, source: Proposal, call: Call) -> None:
        page = sign_in(Client(), world.people[5]).get(f"/calls/{call.pk}/propose/earlier/").content.decode()
        assert str(source.pk) not in page
        assert "您以前没有申报过" in page

    def test_ask_no_more_of_the_database_for_more_proposals(self, world: World, source: Proposal, call: Call) -> None:
        client, path = sign_in(Client(), world.people[0]), f"/calls/{call.pk}/propose/earlier/"
        client.get(path)
        with CaptureQueriesContext(connection) as one:
            client.get(path)
        for _ in range(3):
            copied(world, source, call)
        with CaptureQueriesContext(connection) as many:
            client.get(path)
        assert len(many) == len(one)
