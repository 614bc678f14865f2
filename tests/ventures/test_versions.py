"""Versions of a proposal: what is kept, who reads it, how two of them differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import NotFound
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Proposal, ProposalVersion
from shanzhi.ventures.queries.differences import Difference, differences, pieces
from tests.support.people import sign_in
from tests.ventures.support import World, bring, day, make_call, propose, resident

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEVER = "张某某不该出现"


@pytest.fixture
def draft(world: World) -> Proposal:
    """A draft begun by the first person on the first day of proposals."""
    call = bring(world, make_call(world), "submission", proposals=0)
    return operations.create_proposal(actor=world.team, call_id=call.pk, at=day("submission")).proposal


def save(world: World, draft: Proposal, at: Any, **given: Any) -> None:
    now = Proposal.objects.get(pk=draft.pk).version
    saved = operations.save_proposal(actor=world.team, proposal_id=draft.pk, version=now, given=given, at=at)
    assert not saved.problems


def returned(world: World) -> Proposal:
    """Give a proposal that was handed in and returned."""
    call = bring(world, make_call(world), "submission", proposals=0)
    made = propose(world, call, 0)
    return operations.decide(
        actor=world.officer, proposal_id=made.pk, version=made.version, decision="return", reason="请补充",
        deadline=day("submission", 60), at=day("submission", 4),
    )  # fmt: skip


def mend(world: World, found: Proposal, **given: Any) -> Proposal:
    save(world, found, day("submission", 6), **given)
    version = Proposal.objects.get(pk=found.pk).version
    return operations.submit_proposal(actor=world.team, proposal_id=found.pk, version=version, at=day("submission", 7))


class TestWhatIsKept:
    def test_autosaves_of_a_day_fold_into_one(self, world: World, draft: Proposal) -> None:
        at = day("submission", 2)
        for number in range(3):
            save(world, draft, at + timedelta(minutes=number), title=f"灯{number}")
        assert not draft.versions.exists()
        save(world, draft, at + DAY, title="长椅")
        kept = draft.versions.get()
        assert (kept.number, kept.kind, kept.content["title"], kept.by) == (1, "draft", "灯2", None)
        assert kept.at == at + timedelta(minutes=2)

    def test_a_draft_that_nobody_typed_in_is_not(self, world: World, draft: Proposal) -> None:
        save(world, draft, day("submission") + DAY, title="灯")
        assert not draft.versions.exists()

    def test_the_same_words_are_not_kept_twice(self, world: World, draft: Proposal) -> None:
        at = day("submission", 2)
        save(world, draft, at, title="灯")
        save(world, draft, at + DAY, title="长椅")
        save(world, draft, at + DAY, title="灯")
        save(world, draft, at + 2 * DAY, title="花")
        assert [one.content["title"] for one in draft.versions.all()] == ["灯"]

    def test_each_hand_in_is_with_its_digest_and_who_did_it(self, world: World) -> None:
        found = mend(world, returned(world), risks="下雨就改到室内进行，提前通知。")
        kept = list(found.versions.all())
        assert [(one.number, one.kind, one.by_id) for one in kept] == [
            (1, "hand_in", world.people[0].pk), (2, "mended", world.people[0].pk)]  # fmt: skip
        assert all(digest(one.content) == one.digest for one in kept)
        assert kept[0].digest != kept[1].digest

    def test_names_of_members_are_not(self, world: World, draft: Proposal) -> None:
        save(world, draft, day("submission", 2), title="灯", members=[{"name": NEVER, "part": "记账"}])
        save(world, draft, day("submission", 2) + DAY, title="长椅")
        kept = draft.versions.get()
        assert kept.content["members"] == 1
        assert NEVER not in str(kept.content)

    @pytest.mark.parametrize("act", ["update", "delete"])
    def test_the_database_refuses_to_change_it(self, world: World, act: str) -> None:
        rows = ProposalVersion.objects.filter(proposal=returned(world))
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(number=7) if act == "update" else rows.delete()


class TestDifferences:
    def test_go_by_words_and_chinese_characters(self) -> None:
        found = [(one.change, one.text) for one in pieces("在三号楼门口装一盏灯", "在五号楼门口装两盏灯")]
        assert found == [
            ("same", "在"), ("gone", "三"), ("new", "五"), ("same", "号楼门口装"), ("gone", "一"), ("new", "两"),
            ("same", "盏灯"),
        ]  # fmt: skip
        assert ("new", "benches") in [(one.change, one.text) for one in pieces("two lamps", "two benches")]

    @pytest.mark.parametrize(
        "pair", [("", "新的"), ("旧的", ""), ("a\n\nb 灯", "b\n灯 c"), ("是的是的" * 700, "的是" * 900)]
    )
    def test_lose_nothing(self, pair: tuple[str, str]) -> None:
        found = pieces(*pair)
        assert "".join(one.text for one in found if one.change != "new") == pair[0]
        assert "".join(one.text for one in found if one.change != "gone") == pair[1]

    def test_tell_money_days_and_choices_in_words(self) -> None:
        line = {"item": "灯", "unit": "盏", "quantity": "2.00", "unit_price_fen": 15000, "source": "asked", "note": ""}
        old = {"budget": [line], "starts_on": "2026-12-01", "team_kind": "residents", "members": 2}
        new = {
            "budget": [line | {"unit_price_fen": 12050, "quantity": "3.50"}, line | {"item": "椅"}],
            "starts_on": "2026-12-02", "team_kind": "organization", "members": 3,
        }  # fmt: skip
        told = shown(differences(old, new, currency="CNY", places=str))
        assert told["budget"][0] == ("第 1 行 · 数量", "-2 +3.5")
        assert told["budget"][1] == ("第 1 行 · 单价", "-¥150.00 +¥120.50")
        assert told["budget"][2] == ("第 2 行（新增） · 支出项目", "+椅")
        assert told["members"] == [("", "-2 +3")]
        assert told["team_kind"][0][1].startswith("-居民")
        assert told["starts_on"] == [("", "-2026年12月1日 周二 +2026年12月2日 周三")]

    def test_of_equal_contents_are_none(self) -> None:
        assert differences({"title": "灯"}, {"title": "灯"}, currency="CNY", places=str) == []


def shown(found: list[Difference]) -> dict[str, list[tuple[str, str]]]:
    """Write differences shortly."""
    signs = {"same": "=", "gone": "-", "new": "+"}
    return {
        one.field: [(part.label, " ".join(signs[p.change] + p.text for p in part.pieces)) for part in one.parts]
        for one in found
    }


class TestWhoReads:
    @pytest.fixture(autouse=True)
    def _clock(self) -> Iterator[None]:
        with time_machine.travel(day("submission", 8), tick=True):
            yield

    def test_the_team_all_and_staff_what_was_handed_in(self, world: World, draft: Proposal) -> None:
        at = day("submission", 2) - 2 * timedelta(minutes=5)
        save(world, draft, at, title="灯")
        save(world, draft, at + DAY, title="长椅")
        assert queries.versions(viewer=world.team, proposal_id=draft.pk)[1].count() == 1
        with pytest.raises(NotFound):
            queries.versions(viewer=world.officer, proposal_id=draft.pk)
        # handed in, staff still do not read the days of writing
        Proposal.objects.filter(pk=draft.pk).update(state="submitted", number=99)
        assert queries.versions(viewer=world.officer, proposal_id=draft.pk)[1].count() == 0

    def test_no_other_resident_even_once_it_is_public(self, world: World) -> None:
        call = bring(world, make_call(world), "notice", proposals=1)
        found = call.proposals.get()
        for viewer in (resident(world.people[5]), world.outsider):
            assert queries.proposal(viewer=viewer, proposal_id=found.pk)
            with pytest.raises(NotFound):
                queries.versions(viewer=viewer, proposal_id=found.pk)
            with pytest.raises(NotFound):
                queries.compared(viewer=viewer, proposal_id=found.pk, older=None, newer=None)

    def test_pages_show_versions_and_what_changed(self, world: World) -> None:
        found = mend(world, returned(world), risks="下雨就改到室内进行，提前通知。")
        for person in (world.people[0].pk, world.officer.person_id):
            client = sign_in(Client(), Person.objects.get(pk=person))
            listed = client.get(f"/proposals/{found.pk}/versions/")
            assert "再次提交" in listed.content.decode()
            page = client.get(f"/proposals/{found.pk}/versions/compare/?from=1&to=2").content.decode()
            assert "<del>" in page
            assert "<ins>" in page
            assert "第 1 版" in page
            assert client.get(f"/proposals/{found.pk}/versions/compare/?from=1&to=9").status_code == 404

    def test_the_team_compares_with_what_is_written_now(self, world: World) -> None:
        found = returned(world)
        save(world, found, day("submission", 6), title="改了的名字")
        team = queries.compared(viewer=world.team, proposal_id=found.pk, older=None, newer=None)
        assert (team.older, team.newer, [one.field for one in team.found]) == (1, 0, ["title"])
        staff = queries.compared(viewer=world.officer, proposal_id=found.pk, older=None, newer=None)
        assert staff.numbers == (1,)
        with pytest.raises(NotFound):
            queries.compared(viewer=world.officer, proposal_id=found.pk, older=1, newer=0)

    def test_the_number_of_queries_does_not_grow(self, world: World) -> None:
        found = returned(world)
        client = sign_in(Client(), world.people[0])
        path = f"/proposals/{found.pk}/versions/"
        client.get(path)
        before = asked(client, path)
        mend(world, found, title="另一个名字")
        assert asked(client, path) == before


def asked(client: Client, path: str) -> int:
    """Count what a page asks of the database."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)
