"""What seats keep right: through merged records and merged proposals, lists of members, minors, training, upgrades."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people import minors
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Consent, Person, PersonMerge
from shanzhi.people.operations.erasure import erase_own, hindrances_of
from shanzhi.people.policies import GuardianConsentNeeded
from shanzhi.ventures import operations, policies, queries, telling
from shanzhi.ventures.models import Proposal, Section, TeamSeat
from shanzhi.ventures.queries import seats
from shanzhi.ventures.views.disputes import told_disputes
from tests.support.people import a_person, actor, merge_away
from tests.support.places import load_districts
from tests.ventures.dispute_support import GROUNDS, as_resident, rejected
from tests.ventures.merger_support import consents, opened, pair, planned
from tests.ventures.support import HERE, World, bring, day, make_call, make_person, make_world, resident
from tests.ventures.team_support import SOON, draft_of_two
from tests.ventures.test_budget_rules import move
from tests.ventures.test_seats import save, seated
from tests.ventures.test_training import standing
from tests.ventures.training_support import after, asking, give_phone

LATE = day("submission", 10)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def draft(world: World) -> Proposal:
    """A draft of two: the contact person, and the third of the people, who is named in the list of members."""
    return draft_of_two(world, title="送餐到家")


def now(person: Person) -> Actor:
    return actor_of_person(person_id=person.pk, at=LATE)


def role(who: Actor, one: Proposal) -> str:
    return policies.role_in(who, Proposal.objects.get(pk=one.pk))


def parted(kept: Person) -> None:
    """Undo what `merge_away` did."""
    PersonMerge.objects.filter(kept=kept).update(
        state="undone", undone_by=F("decided_by"), undone_at=LATE, ended_reason="两个人"
    )
    Person.objects.filter(merged_into=kept).update(merged_into=None)


@pytest.mark.django_db
class TestAMergedRecord:
    def test_brings_its_seat_along_and_takes_it_back(self, world: World, draft: Proposal) -> None:
        gone, kept = world.people[1], world.people[4]
        seated(world, draft, resident(gone), "editor")
        seated(world, draft, resident(kept), "reader")
        merge_away(gone, kept, staff=world.people[9])
        assert role(now(kept), draft) == "editor"
        listed = seats.places(viewer=world.team, found=draft)
        assert [(one.person, one.role) for one in listed[1:]] == [(kept.pk, "editor"), (world.people[2].pk, "editor")]
        told = {key for (key,) in telling.teams(Proposal.objects.filter(pk=draft.pk))}
        assert told == {world.people[0].pk, gone.pk, kept.pk, world.people[2].pk}
        parted(kept)
        assert (role(now(gone), draft), role(now(kept), draft)) == ("editor", "reader")

    def test_keeps_what_was_decided_meanwhile_with_the_one_that_stayed(self, world: World, draft: Proposal) -> None:
        gone, kept = world.people[1], world.people[4]
        seated(world, draft, resident(gone), "editor")
        merge_away(gone, kept, staff=world.people[9])
        operations.set_role(actor=world.team, proposal_id=draft.pk, person_id=kept.pk, role="reader", at=LATE)
        assert role(now(kept), draft) == "reader"
        parted(kept)
        assert (role(now(gone), draft), role(now(kept), draft)) == ("", "reader")

    def test_has_no_second_seat_nor_one_beside_the_lead(self, world: World, draft: Proposal) -> None:
        gone, kept, again = world.people[1], world.people[4], world.people[5]
        seated(world, draft, resident(gone), "reader")
        merge_away(gone, kept, staff=world.people[9])
        merge_away(again, world.people[0], staff=world.people[9])
        for person, words in ((kept, "has a seat"), (again, "no seat beside")):
            with pytest.raises(IntegrityError, match=words), transaction.atomic():
                TeamSeat.objects.create(proposal=draft, person=person, role="editor", since=LATE)
        with pytest.raises(IntegrityError, match="no seat beside"), transaction.atomic():
            Proposal.objects.filter(pk=draft.pk).update(contact=kept)

    def test_hands_the_lead_over_though_the_other_record_holds_a_seat(self, world: World, draft: Proposal) -> None:
        leader, kept, heir = world.people[0], world.people[4], world.people[2]
        seated(world, draft, resident(kept), "reader")
        merge_away(leader, kept, staff=world.people[9])
        operations.hand_over(actor=now(kept), proposal_id=draft.pk, person_id=heir.pk, at=LATE)
        assert (role(now(heir), draft), role(now(kept), draft)) == ("leader", "editor")

    def test_that_was_named_and_left_by_the_other_is_out(self, world: World, draft: Proposal) -> None:
        named, kept = world.people[2], world.people[4]
        seated(world, draft, resident(kept), "editor")
        operations.leave_team(actor=resident(kept), proposal_id=draft.pk, at=SOON)
        merge_away(named, kept, staff=world.people[9])
        assert role(now(kept), draft) == ""
        assert not Proposal.objects.filter(policies.own_proposals(now(kept)), pk=draft.pk).exists()
        told = {key for (key,) in telling.teams(Proposal.objects.filter(pk=draft.pk))}
        assert told == {world.people[0].pk}
        assert policies.is_party(now(kept), draft)
        parted(kept)
        assert role(now(named), draft) == "editor"


def merged(world: World, first: Proposal, second: Proposal) -> Any:
    found = planned(world, opened(world, first, second))
    consents(world, found, 0)
    return consents(world, found, 2, hours=9)


def into(one: Proposal, who: Person, given: str) -> None:
    """Give somebody a seat in a team."""
    lead = resident(Proposal.objects.get(pk=one.pk).contact or who)
    made = operations.invite_to_team(actor=lead, proposal_id=one.pk, role=given, at=SOON)
    operations.take_seat(actor=resident(who), secret=made.secret, at=SOON)


@pytest.mark.django_db
class TestAMergingOfProposals:
    def test_gives_each_the_role_of_before_and_undone_takes_it(self, world: World) -> None:
        first, second = pair(world)
        lead, reader, both, left = (world.people[place] for place in (2, 4, 5, 6))
        into(first, lead, "reader")
        operations.leave_team(actor=resident(lead), proposal_id=first.pk, at=SOON)
        into(first, both, "reader")
        for who, given in ((reader, "reader"), (both, "editor"), (left, "editor")):
            into(second, who, given)
        operations.leave_team(actor=resident(left), proposal_id=second.pk, at=SOON)
        found = merged(world, first, second)
        assert [role(now(who), first) for who in (lead, reader, both, left)] == ["editor", "reader", "reader", ""]
        assert policies.is_party(now(left), first)
        operations.set_role(actor=world.team, proposal_id=first.pk, person_id=reader.pk, role="editor", at=LATE)
        operations.set_role(actor=world.team, proposal_id=first.pk, person_id=both.pk, role="editor", at=LATE)
        operations.undo_merger(actor=world.officer, merger_id=found.pk, reason="两队意见不合", at=day("submission", 20))
        assert [role(now(who), first) for who in (lead, reader, both, left)] == ["", "", "editor", ""]
        assert [role(now(who), second) for who in (lead, reader, both, left)] == ["leader", "reader", "editor", ""]

    def test_is_undone_by_nobody_who_left_a_team(self, world: World) -> None:
        first, second = pair(world)
        officer = Person.objects.get(pk=world.officer.person_id)
        into(second, officer, "reader")
        operations.leave_team(actor=world.officer, proposal_id=second.pk, at=SOON)
        found = merged(world, first, second)
        assert not queries.mergers.may_undo(viewer=world.officer, found=found)
        with pytest.raises(policies.OwnProposal):
            operations.undo_merger(actor=world.officer, merger_id=found.pk, reason="x", at=day("submission", 20))

    def test_is_consented_to_by_the_leader_alone(self, world: World) -> None:
        first, second = pair(world)
        into(second, world.people[4], "editor")
        found = planned(world, opened(world, first, second))
        with pytest.raises(operations.NotTheLeader):
            operations.consent(actor=now(world.people[4]), merger_id=found.pk, digest="x", at=LATE)


@pytest.mark.django_db
class TestTheListOfMembers:
    def test_takes_along_the_seat_that_was_read_off_it_and_no_other(self, world: World, draft: Proposal) -> None:
        old, asked = world.people[2], world.people[1]
        TeamSeat.objects.create(proposal=draft, person=old, role="editor", since=SOON)
        seated(world, draft, resident(asked), "editor")
        save(now(old), draft, need="楼道黑")
        rows = [{"name": one.name.reveal(), "person": one.pk} for one in (old, asked)]
        save(world.team, draft, members=rows)
        save(world.team, draft, members=[])
        assert (role(now(old), draft), role(now(asked), draft)) == ("", "editor")
        assert Section.objects.get(part="need").holder_id is None
        save(world.team, draft, members=rows)
        assert role(now(old), draft) == "editor"


@pytest.mark.django_db
class TestAMinor:
    def test_leads_like_a_stranger_to_the_areas_only_once_able_to(self, world: World, draft: Proposal) -> None:
        youth = make_person(52, HERE, date(2010, 3, 1))
        foreign = a_person("370102002002")
        given = Consent.objects.create(
            person=youth, purpose="real_name", text_version="1", text_digest="x", given_at=SOON
        )
        for who in (youth, foreign):
            seated(world, draft, actor(who, at=SOON), "editor")
        Consent.objects.filter(pk=given.pk).update(withdrawn_at=SOON)
        words = set()
        for who in (youth, foreign):
            with pytest.raises(operations.CannotLead) as refused:
                operations.hand_over(actor=world.team, proposal_id=draft.pk, person_id=who.pk, at=LATE)
            words.add(str(refused.value.text))
        assert len(words) == 1
        Consent.objects.filter(pk=given.pk).update(withdrawn_at=None)
        operations.hand_over(actor=world.team, proposal_id=draft.pk, person_id=youth.pk, at=LATE)
        assert role(now(youth), draft) == "leader"

    def test_who_waits_gives_nothing_but_may_leave(self, world: World, draft: Proposal) -> None:
        waits = replace(world.team, waits=minors.GUARDIAN)
        key: dict[str, Any] = {"actor": waits, "proposal_id": draft.pk, "at": SOON}
        acts: list[Any] = [
            lambda: operations.invite_to_team(**key, role="reader"),
            lambda: operations.set_role(**key, person_id=world.people[2].pk, role="reader"),
            lambda: operations.end_seat(**key, person_id=world.people[2].pk),
            lambda: operations.hand_over(**key, person_id=world.people[2].pk),
        ]
        for act in acts:
            with pytest.raises(GuardianConsentNeeded):
                act()
        member = replace(resident(world.people[2]), waits=minors.GUARDIAN)
        operations.leave_team(actor=member, proposal_id=draft.pk, at=SOON)
        assert role(member, draft) == ""


@pytest.mark.django_db
class TestErasing:
    def test_leaves_a_draft_to_an_editor_who_may_take_part_and_to_no_reader(
        self, world: World, draft: Proposal
    ) -> None:
        child, reader = make_person(51, HERE, date(2015, 3, 1)), world.people[1]
        TeamSeat.objects.create(proposal=draft, person=child, role="editor", since=SOON)
        seated(world, draft, resident(reader), "reader")
        operations.leave_team(actor=resident(world.people[2]), proposal_id=draft.pk, at=SOON)
        erase_own(actor=world.team, confirmed=True, at=LATE)
        assert not Proposal.objects.filter(pk=draft.pk).exists()

    def test_is_not_held_up_by_a_proposal_that_others_take_back(self, world: World, draft: Proposal) -> None:
        member = world.people[2]
        Proposal.objects.filter(pk=draft.pk).update(state="submitted", number=1)
        assert hindrances_of(member.pk, LATE)
        operations.leave_team(actor=resident(member), proposal_id=draft.pk, at=SOON)
        assert not hindrances_of(member.pk, LATE)
        Proposal.objects.filter(pk=draft.pk).update(state="won", ends_on=date(2030, 1, 1))
        assert hindrances_of(member.pk, LATE)


@pytest.mark.django_db
class TestWhoLeft:
    def test_withdraws_no_appeal_of_the_team_and_is_not_held_up_by_it(self) -> None:
        load_districts()
        _call, found, _reviewer = rejected()
        member = a_person("370102001002")
        into(found, member, "editor")
        filed = operations.file_appeal(
            actor=as_resident(member), proposal_id=found.pk, grounds=GROUNDS, at=timezone.now()
        )
        assert hindrances_of(member.pk, timezone.now())
        assert found.contact is not None
        lead = as_resident(found.contact)
        operations.set_role(actor=lead, proposal_id=found.pk, person_id=member.pk, role="reader", at=timezone.now())
        with pytest.raises(policies.ReaderOnly):
            operations.withdraw_dispute(actor=as_resident(member), dispute_id=filed.pk, version=1, at=timezone.now())
        shown = told_disputes(as_resident(member), found, timezone.now()).shown
        assert [one.may_withdraw for one in shown] == [False]
        operations.leave_team(actor=as_resident(member), proposal_id=found.pk, at=timezone.now())
        assert not hindrances_of(member.pk, timezone.now())

    def test_is_not_copied_into_another_draft_nor_is_who_only_reads(self, world: World, draft: Proposal) -> None:
        left, reads, writes = (world.people[place] for place in (1, 2, 3))
        rows = [{"name": "某", "person": one.pk} for one in (left, reads, writes)]
        save(world.team, draft, members=rows)
        operations.leave_team(actor=resident(left), proposal_id=draft.pk, at=SOON)
        operations.set_role(actor=world.team, proposal_id=draft.pk, person_id=reads.pk, role="reader", at=SOON)
        made = operations.copy_proposal(actor=world.team, proposal_id=draft.pk, call_id=draft.call_id, at=LATE).proposal
        assert [one.person_id for one in made.members.all()] == [writes.pk]


@pytest.mark.django_db
class TestTraining:
    def test_counts_who_had_a_seat_when_it_took_place(self, world: World) -> None:
        call = bring(world, asking(world), "submission", proposals=2)
        session = call.training_sessions.get(required=True)
        early, late = world.people[4], world.people[6]
        one, two = call.proposals.order_by("number")
        into(one, early, "reader")
        for number, person in enumerate((early, late)):
            phone = f"1380000{number:04d}"
            give_phone(person, phone)
            operations.record_person(actor=world.officer, session_id=session.pk, words=phone, at=after(session))
        with time_machine.travel(after(session), tick=False):
            lead = resident(world.people[1])
            made = operations.invite_to_team(actor=lead, proposal_id=two.pk, role="editor", at=after(session))
            operations.take_seat(actor=resident(late), secret=made.secret, at=after(session))
        assert (standing(call, 1).met, standing(call, 2).met) == (True, False)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_teams_of_the_version_before_get_their_seats() -> None:
    world = make_world()
    call = bring(world, make_call(world), "submission", proposals=0)
    lead, named, other, twin = (world.people[place] for place in (0, 2, 3, 4))
    rows = [{"name": "某", "person": one.pk} for one in (lead, named, other, twin)] + [{"name": "无账号"}]
    given = {"title": "送餐到家", "members": rows}
    draft = operations.create_proposal(actor=world.team, call_id=call.pk, given=given, at=SOON).proposal
    with transaction.atomic():
        merge_away(twin, other, staff=world.people[9])
    alone = operations.create_proposal(actor=world.team, call_id=call.pk, given={"title": "一个人"}, at=SOON).proposal
    try:
        move(("ventures", "0030_mergings_kept_right"))
    finally:
        move()
    found = TeamSeat.objects.filter(proposal=draft).order_by("person")
    assert {row.person_id for row in found} == {named.pk, other.pk}
    assert {(row.role, row.since, row.given_by_id, row.ended_at) for row in found} == {("editor", SOON, None, None)}
    assert not TeamSeat.objects.filter(proposal=alone).exists()
    assert policies.role_in(world.team, draft) == "leader"
    assert policies.role_in(resident(named), draft) == "editor"
    save(world.team, draft, members=[{"name": "某", "person": other.pk}])
    assert (policies.role_in(resident(named), draft), policies.role_in(resident(other), draft)) == ("", "editor")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_told%%' AND tgrelid = %s::regclass",
                       ["ventures_teamseat"])  # fmt: skip
        assert cursor.fetchone()[0]
