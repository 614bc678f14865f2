"""Two of a team write at once: on different sections freely, on one section in turn, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Proposal, Section
from shanzhi.ventures.operations.sections import HELD_FOR
from tests.support.people import sign_in
from tests.ventures.support import World, resident
from tests.ventures.team_support import SOON, draft_of_two

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def draft(world: World) -> Proposal:
    """A draft of two: the contact person, and the third of the people."""
    return draft_of_two(world)


@pytest.fixture
def member(world: World) -> Actor:
    return resident(world.people[2])


def save(actor: Actor, draft: Proposal, version: int, at: datetime = SOON, **given: Any) -> int:
    saved = operations.save_proposal(actor=actor, proposal_id=draft.pk, version=version, given=given, at=at)
    return saved.proposal.version


class TestTwoWriters:
    def test_write_on_two_sections_from_one_version(self, world: World, member: Actor, draft: Proposal) -> None:
        assert save(world.team, draft, 1, title="送餐") == 2
        assert save(member, draft, 1, risks="下雨时改到室内") == 3
        assert save(world.team, draft, 2, title="送餐到家") == 4
        draft.refresh_from_db()
        assert (draft.title, draft.risks) == ("送餐到家", "下雨时改到室内")

    def test_wait_for_each_other_on_one(self, world: World, member: Actor, draft: Proposal) -> None:
        save(world.team, draft, 1, need="楼道黑")
        with translation.override("en"), pytest.raises(operations.SectionHeld, match="edits this since") as refused:
            save(member, draft, 2, aims="装灯")
        assert str(world.people[0].name) in str(refused.value.text)
        assert world.people[0].name.reveal() not in str(refused.value.text)
        later = SOON + HELD_FOR
        assert save(member, draft, 2, later, aims="装灯") == 3
        with pytest.raises(operations.SectionHeld):
            save(world.team, draft, 3, later, need="楼道很黑")

    def test_hold_a_section_longer_by_saving_again(self, world: World, member: Actor, draft: Proposal) -> None:
        version = save(world.team, draft, 1, need="楼道黑")
        version = save(world.team, draft, version, SOON + timedelta(minutes=9), need="楼道很黑")
        with pytest.raises(operations.SectionHeld):
            save(member, draft, version, SOON + timedelta(minutes=15), aims="装灯")
        row = Section.objects.get(proposal=draft, part="need")
        assert (row.since, row.until) == (SOON, SOON + timedelta(minutes=9) + HELD_FOR)

    def test_are_told_of_a_change_they_did_not_see(self, world: World, member: Actor, draft: Proposal) -> None:
        save(world.team, draft, 1, need="楼道黑")
        operations.let_go(actor=world.team, proposal_id=draft.pk, part="need", at=SOON)
        with pytest.raises(operations.StaleProposal):
            save(member, draft, 1, aims="装灯")
        assert save(member, draft, 2, aims="装灯") == 3

    def test_may_not_claim_a_version_that_is_yet_to_come(self, world: World, draft: Proposal) -> None:
        with pytest.raises(operations.StaleProposal):
            save(world.team, draft, 7, need="楼道黑")


class TestTakingOver:
    def test_is_the_contact_persons_at_any_time(self, world: World, member: Actor, draft: Proposal) -> None:
        save(member, draft, 1, need="楼道黑")
        operations.take_section(actor=world.team, proposal_id=draft.pk, part="need", at=SOON)
        with pytest.raises(operations.SectionHeld):
            save(member, draft, 2, need="楼道很黑")
        assert save(world.team, draft, 2, need="三单元楼道黑") == 3

    def test_is_a_members_once_the_time_is_over(self, world: World, member: Actor, draft: Proposal) -> None:
        save(world.team, draft, 1, need="楼道黑")
        with pytest.raises(operations.SectionHeld):
            operations.take_section(actor=member, proposal_id=draft.pk, part="need", at=SOON)
        operations.take_section(actor=member, proposal_id=draft.pk, part="need", at=SOON + HELD_FOR)
        assert Section.objects.get(proposal=draft, part="need").holder_id == member.person_id

    def test_is_held_by_the_database(self, world: World, member: Actor, draft: Proposal) -> None:
        save(world.team, draft, 1, need="楼道黑")
        with (
            pytest.raises(IntegrityError, match="holds this section"),
            transaction.atomic(),
            connection.cursor() as run,
        ):
            run.execute("UPDATE ventures_section SET holder_id = %s", [member.person_id])

    def test_is_nobodys_outside_the_team(self, world: World, draft: Proposal) -> None:
        for stranger in (world.officer, resident(world.people[3])):
            with pytest.raises(NotFound):
                operations.take_section(actor=stranger, proposal_id=draft.pk, part="need", at=SOON)
        with pytest.raises(NotFound):
            operations.take_section(actor=world.team, proposal_id=draft.pk, part="nonsense", at=SOON)


class TestThePages:
    def test_keep_what_was_typed_beside_what_stands_there(self, world: World, member: Actor, draft: Proposal) -> None:
        path = f"/proposals/{draft.pk}/edit/need/"
        form = {"version": 1, "need": "甲写的需求", "aims": "", "people_reached": "", "people_note": ""}
        first, second = (sign_in(Client(), world.people[place]) for place in (0, 2))
        assert first.post(path, form, headers={"X-Autosave": "1"}).status_code == 204
        shown = second.get(path).content.decode()
        assert "有同伴正在编辑" in shown
        assert "接手编辑" not in shown
        answer = second.post(path, {**form, "need": "乙写的需求"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "乙写的需求</textarea>" in page
        assert "现在的内容" in page
        assert "<del>" in page
        assert "有同伴" not in first.get(path).content.decode()
        assert first.post(path, {**form, "version": 2}).status_code == 302
        assert Section.objects.get(proposal=draft, part="need").holder_id is None

    def test_ask_the_database_as_often_when_others_write_on_all(self, world: World, draft: Proposal) -> None:
        counts = []
        browser = sign_in(Client(), world.people[0])
        browser.get(f"/proposals/{draft.pk}/edit/")
        for parts in (["need"], list(queries.SECTIONS)):
            for part in parts:
                operations.take_section(actor=resident(world.people[2]), proposal_id=draft.pk, part=part, at=SOON)
            with CaptureQueriesContext(connection) as asked:
                assert "起在编辑" in browser.get(f"/proposals/{draft.pk}/edit/").content.decode()
            counts.append(len(asked))
        assert counts[0] == counts[1]
