"""What a merging leaves right: undone in order, by whom and for whom, and after people's records changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.people import operations as people
from shanzhi.people.models import Person
from shanzhi.people.policies import GuardianConsentNeeded
from shanzhi.ventures import operations, policies
from shanzhi.ventures.demo.projects import DemoProject
from shanzhi.ventures.models import Merger, Proposal, ProposalVersion
from shanzhi.ventures.queries import mergers
from shanzhi.ventures.queries.combining import digest_of
from tests.support.people import actor, merge_away, sign_in
from tests.ventures.merger_support import (
    LAMPS,
    LIKE_LAMPS,
    consents,
    hand_in,
    leader,
    merged,
    opened,
    pair,
    planned,
)
from tests.ventures.support import HERE, World, bring, day, make_call, make_person

pytestmark = pytest.mark.django_db
LATE = day("submission", 20)
OTHER_LAMPS = replace(LIKE_LAMPS, title="三号楼声控灯：换灯", team="邻里电工队", members=())


def agree(world: World, found: Merger, *places: int, hours: int = 8) -> Merger:
    """Have these leaders consent, the budget being that of the first alone."""
    now = Merger.objects.select_related("first", "second").get(pk=found.pk)
    plan = {**now.plan, "budget": {**now.plan["budget"], "second" if now.plan["stays"] == "first" else "first": []}}
    operations.change_plan(
        actor=leader(world, places[0]), merger_id=found.pk, version=now.version, given=plan, at=day("submission", hours)
    )  # fmt: skip
    for place in places:
        now = Merger.objects.select_related("first", "second").get(pk=found.pk)
        found = operations.consent(
            actor=leader(world, place), merger_id=found.pk, digest=digest_of(now, now.first, now.second),
            at=day("submission", hours),
        )  # fmt: skip
    return found


def asked(world: World, one: Proposal, other: Proposal, *places: int, hours: int = 10) -> Merger:
    """Have the leaders of these places show each other theirs."""
    moment = day("submission", hours)
    operations.set_findable(actor=leader(world, places[1]), proposal_id=other.pk, findable=True, at=moment)
    found = operations.invite(actor=leader(world, places[0]), proposal_id=one.pk, other_id=other.pk, at=moment)
    return operations.show(actor=leader(world, places[1]), merger_id=found.pk, at=moment)


def undo(world: World, found: Merger, hours: int = 20) -> Merger:
    return operations.undo_merger(
        actor=world.officer, merger_id=found.pk, reason="两队意见不合", at=day("submission", hours)
    )  # fmt: skip


def names(found: Proposal) -> list[str]:
    return [row.name.reveal() for row in found.members.all()]


def goes_by(merged_away: Person, kept: Person) -> Actor:
    """Let one record be merged into another; gives the actor of the person."""
    merge_away(merged_away, kept, staff=make_person(60), at=LATE)
    return replace(leader_of(kept), also=(merged_away.pk,))


def leader_of(person: Person) -> Actor:
    return actor(person, at=LATE)


def with_draft(world: World) -> tuple[Merger, Proposal, Proposal]:
    """Merge a draft into what was handed in."""
    _first, second = pair(world)
    given = {"title": "楼道声控灯换新灯", "need": "楼道灯坏了没人修，老人怕摔。"}
    draft = operations.create_proposal(
        actor=leader(world, 4), call_id=second.call_id, given=given, at=day("submission", 5)
    ).proposal
    return agree(world, asked(world, draft, second, 4, 2), 4, 2, hours=11), second, draft


class TestOfTwoMergings:
    def test_the_last_is_undone_first(self, world: World) -> None:
        earlier, stays, goes = merged(world)
        third = hand_in(world, stays.call, OTHER_LAMPS, 4, 9)
        later = agree(world, asked(world, stays, third, 0, 4), 0, 4, hours=11)
        assert later.state == "merged"
        with pytest.raises(operations.LaterMerging):
            undo(world, earlier)
        for found, may in ((earlier, False), (later, True)):
            row = Merger.objects.get(pk=found.pk)
            assert mergers.may_undo(viewer=world.officer, found=row) is may
        with pytest.raises(IntegrityError, match="undone first"), transaction.atomic():
            Merger.objects.filter(pk=earlier.pk).update(state="undone", reason="x", ended_at=LATE)
        undo(world, later)
        undo(world, earlier, 21)
        for one in (stays, goes, third):
            one.refresh_from_db()
            assert one.state == "submitted"
        assert (stays.aims, names(stays)) == (LAMPS.aims, ["王建国", "李桂芳", "赵敏"])


class TestMembers:
    def test_are_told_apart_after_the_list_changed(self, world: World) -> None:
        found, stays, _goes = merged(world)
        returned = operations.decide(
            actor=world.officer, proposal_id=stays.pk, version=stays.version, decision="return", reason="请改",
            deadline=day("submission", 60), at=day("submission", 12),
        )  # fmt: skip
        rows = {row.name.reveal(): row.person_id for row in stays.members.all()}
        theirs = next(name for name, person in rows.items() if person == world.people[2].pk)
        order = ["李桂芳", "孙立新", theirs, "赵敏"]
        operations.save_proposal(
            actor=leader(world, 0), proposal_id=stays.pk, version=returned.version, at=day("submission", 13),
            given={"members": [{"name": name, "person": rows[name]} for name in order]},
        )  # fmt: skip
        undo(world, found)
        assert names(stays) == ["李桂芳", "赵敏"]

    def test_of_two_records_of_one_person_stand_once(self, world: World) -> None:
        first, second = pair(world)
        first.members.create(position=9, person=world.people[6], name="甲")
        second.members.create(position=9, person=world.people[8], name="乙")
        goes_by(world.people[8], world.people[6])
        found = planned(world, opened(world, first, second))
        consents(world, found, 0)
        consents(world, found, 2, hours=9)
        assert "甲" in names(first)
        assert "乙" not in names(first)
        undo(world, found)
        assert "甲" in names(first)


class TestARecordMergedAway:
    def test_leaves_its_drafts_to_the_person(self, world: World) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        given = {"members": [{"name": "队员", "person": world.people[4].pk}]}
        draft = operations.create_proposal(
            actor=leader(world, 2), call_id=call.pk, given=given, at=day("submission")
        ).proposal
        for place, text in ((4, {"risks": "下雨"}), (2, {"need": "楼道灯坏了"})):
            version = Proposal.objects.get(pk=draft.pk).version
            operations.save_proposal(
                actor=leader(world, place), proposal_id=draft.pk, version=version, given=text, at=LATE
            )  # fmt: skip
        who = goes_by(world.people[2], world.people[6])
        assert policies.leads(who, draft)
        operations.take_section(actor=who, proposal_id=draft.pk, part="risks", at=LATE)
        saved = operations.save_proposal(
            actor=who, proposal_id=draft.pk, version=3, given={"need": "楼道灯坏了三盏"}, at=LATE
        )  # fmt: skip
        assert saved.proposal.need == "楼道灯坏了三盏"
        held = set(draft.sections.exclude(holder=None).values_list("holder", flat=True))
        assert held == {world.people[6].pk}


class TestAMinorWhoWaits:
    @pytest.fixture
    def child(self) -> Person:
        return make_person(51, HERE, date(2015, 3, 1))

    def test_acts_in_no_merger(self, world: World, child: Person) -> None:
        first, second = pair(world)
        who = actor(child, at=LATE)
        Proposal.objects.filter(pk=first.pk).update(contact=child)
        with pytest.raises(GuardianConsentNeeded):
            operations.invite(actor=who, proposal_id=first.pk, other_id=second.pk, at=LATE)
        Proposal.objects.filter(pk=first.pk).update(contact=world.people[0])
        found = opened(world, first, second)
        Proposal.objects.filter(pk=first.pk).update(contact=child)
        acts: list[Callable[[], object]] = [
            lambda: operations.show(actor=who, merger_id=found.pk, at=LATE),
            lambda: operations.change_plan(actor=who, merger_id=found.pk, version=1, given={}, at=LATE),
            lambda: operations.consent(actor=who, merger_id=found.pk, digest="x", at=LATE),
            lambda: operations.take_back_consent(actor=who, merger_id=found.pk, at=LATE),
            lambda: operations.refuse(actor=who, merger_id=found.pk, at=LATE),
        ]
        for act in acts:
            with pytest.raises(GuardianConsentNeeded):
                act()

    def test_is_put_into_no_team_by_others_and_neither_is_who_left(self, world: World, child: Person) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        gone = make_person(52)
        people.erase_own(actor=actor(gone, at=LATE), confirmed=True, at=LATE)
        goes_by(world.people[8], world.people[6])
        given = {"members": [{"name": "甲", "person": one.pk} for one in (child, gone, world.people[8])]}
        saved = operations.create_proposal(actor=leader(world, 0), call_id=call.pk, given=given, at=LATE)
        assert [row.person_id for row in saved.proposal.members.all()] == [None, None, world.people[6].pk]
        assert [one.field for one in saved.problems] == ["members.0.person", "members.1.person"]
        assert len({str(one.words) for one in saved.problems}) == 1

    def test_inherits_no_draft(self, world: World, child: Person) -> None:
        call = bring(world, make_call(world), "submission", proposals=0)
        owner = make_person(53)
        draft = operations.create_proposal(actor=leader_of(owner), call_id=call.pk, at=day("submission")).proposal
        for place, person in enumerate((child, world.people[4])):
            draft.members.create(position=place, person=person, name="队员")
        people.erase_own(actor=actor(owner, at=LATE), confirmed=True, at=LATE)
        draft.refresh_from_db()
        assert draft.contact == world.people[4]


class TestADraftThatWasTakenIn:
    def test_comes_back_by_staff_who_never_read_it(self, world: World) -> None:
        found, stays, draft = with_draft(world)
        assert found.state == "merged"
        client = sign_in(Client(), Person.objects.get(pk=world.officer.person_id))
        page = client.get(f"/proposals/{stays.pk}/").content.decode()
        assert f"/mergers/{found.pk}/" in page
        assert f"/proposals/{draft.pk}/" not in page
        assert client.get(f"/mergers/{found.pk}/").status_code == 200
        own = sign_in(Client(), world.people[2]).get(f"/proposals/{stays.pk}/").content.decode()
        assert f"/proposals/{draft.pk}/before-merging/" in own
        sides = {side.proposal.pk: side.readable for side in self.seen(world, found)}
        assert sides == {draft.pk: False, stays.pk: True}
        undo(world, found)
        draft.refresh_from_db()
        assert (draft.state, draft.number) == ("draft", None)
        assert [side.named for side in self.seen(world, found) if side.proposal.pk == draft.pk] == [False]

    def seen(self, world: World, found: Merger) -> Any:
        return mergers.merger(viewer=world.officer, merger_id=found.pk).sides

    def test_is_emptied_when_its_writer_is_erased(self, world: World) -> None:
        found, stays, draft = with_draft(world)
        operations.withdraw_proposal(actor=leader(world, 2), proposal_id=stays.pk, reason="不做了", at=LATE)
        people.erase_own(actor=leader_of(world.people[4]), confirmed=True, at=LATE)
        draft.refresh_from_db()
        assert (draft.state, draft.title, draft.need) == ("merged", "", "")
        assert not ProposalVersion.objects.filter(proposal=draft).exists()
        assert Merger.objects.get(pk=found.pk).state == "merged"

    def test_hinders_no_erasure_once_that_is_undone(self, world: World) -> None:
        found, _stays, draft = with_draft(world)
        undo(world, found)
        people.erase_own(actor=leader_of(world.people[4]), confirmed=True, at=LATE)
        draft.refresh_from_db()
        assert (draft.state, draft.title) == ("withdrawn", "")
        assert Merger.objects.get(pk=found.pk).state == "undone"


class TestConsent:
    def open(self, world: World, place: int = 2, project: DemoProject = LIKE_LAMPS, **call: Any) -> Merger:
        draft = bring(world, make_call(world, **call), "submission", proposals=0)
        first, second = hand_in(world, draft, LAMPS, 0), hand_in(world, draft, project, place, 3)
        return asked(world, first, second, 0, place)

    def plan(self, found: Merger, **texts: str) -> dict[str, Any]:
        plan = Merger.objects.get(pk=found.pk).plan
        return {**plan, "texts": {**plan["texts"], **texts}, "budget": {**plan["budget"], "second": []}}

    def consent(self, world: World, found: Merger, place: int, **texts: str) -> Merger:
        now = Merger.objects.select_related("first", "second").get(pk=found.pk)
        operations.change_plan(
            actor=leader(world, 0), merger_id=found.pk, version=now.version, given=self.plan(found, **texts),
            at=day("submission", 11),
        )  # fmt: skip
        now.refresh_from_db()
        return operations.consent(
            actor=leader(world, place), merger_id=found.pk, digest=digest_of(now, now.first, now.second),
            at=day("submission", 11),
        )  # fmt: skip

    def test_reads_each_text_against_the_template_of_its_side(self, world: World) -> None:
        found = self.open(world)
        template = {"need": LIKE_LAMPS.need, "risks": "风险"}
        Proposal.objects.filter(pk=found.second_id).update(template=template)
        with pytest.raises(operations.Incomplete):
            self.consent(world, found, 0, need="second")
        self.consent(world, found, 0, need="both")
        assert self.consent(world, found, 2, need="both").state == "merged"
        assert Proposal.objects.get(pk=found.first_id).template == {"need": LIKE_LAMPS.need}
        undo(world, found)
        assert Proposal.objects.get(pk=found.first_id).template == {}

    def test_is_refused_for_a_kind_of_team_that_the_call_does_not_take(self, world: World) -> None:
        found = self.open(world, proposers=["teams"])
        Proposal.objects.filter(pk=found.second_id).update(team_kind="resident")
        with pytest.raises(policies.MayNotPropose):
            self.consent(world, found, 0, team="second")
        assert self.consent(world, found, 0, team="first").first_consent

    def test_is_refused_for_a_community_that_is_not_the_leaders_own(self, world: World) -> None:
        found = self.open(world, 3, propose_where="own_community")
        assert found.first.community != found.second.community
        with pytest.raises(policies.MayNotPropose):
            self.consent(world, found, 0, community="second")
        assert self.consent(world, found, 3, community="first").second_consent


def test_the_verified_name_of_the_other_contact_person_stays_masked(world: World) -> None:
    _found, stays, _goes = merged(world)
    other = world.people[2]
    (row,) = stays.members.filter(person=other)
    assert row.name.reveal() == str(other.name) != other.name.reveal()
    page = sign_in(Client(), world.people[0]).get(f"/proposals/{stays.pk}/").content.decode()
    assert other.name.reveal() not in page
