"""Roles in a team: who is invited, joins, writes or only reads, leaves, and takes the lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.notices.models import Notice
from shanzhi.people import minors
from shanzhi.people.operations.erasure import erase_own
from shanzhi.people.policies import GuardianConsentNeeded
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.models import Proposal, Section, TeamInvitation, TeamSeat
from shanzhi.ventures.operations.proposals import content_digest
from shanzhi.ventures.queries import seats
from tests.support.people import sign_in
from tests.ventures.merger_support import consents, opened, pair, planned
from tests.ventures.support import World, resident
from tests.ventures.team_support import SOON, draft_of_two

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def draft(world: World) -> Proposal:
    """A draft of two: the contact person, and the third of the people, who is named in the list of members."""
    return draft_of_two(world, title="送餐到家")


@pytest.fixture
def member(world: World) -> Actor:
    return resident(world.people[2])


@pytest.fixture
def other(world: World) -> Actor:
    return resident(world.people[1])


def seated(world: World, draft: Proposal, who: Actor, role: str) -> str:
    made = operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role=role, at=SOON)
    operations.take_seat(actor=who, secret=made.secret, at=SOON)
    return made.secret


def save(actor: Actor, draft: Proposal, **given: Any) -> None:
    version = Proposal.objects.get(pk=draft.pk).version
    operations.save_proposal(actor=actor, proposal_id=draft.pk, version=version, given=given, at=SOON)


def roles(viewer: Actor, draft: Proposal) -> list[str]:
    found = Proposal.objects.get(pk=draft.pk)
    return [one.role for one in seats.places(viewer=viewer, found=found)]


class TestAnInvitation:
    def test_brings_a_stranger_into_the_team(self, world: World, other: Actor, draft: Proposal) -> None:
        with pytest.raises(NotFound):
            queries.proposal(viewer=other, proposal_id=draft.pk)
        before = content_digest(draft)
        seated(world, draft, other, "editor")
        save(other, draft, risks="下雨时改到室内")
        assert roles(other, draft) == ["leader", "editor", "editor"]
        assert draft in queries.my_proposals(viewer=other)
        save(other, draft, risks="")
        assert content_digest(Proposal.objects.get(pk=draft.pk)) == before
        assert Notice.objects.filter(kind="seats.joined").count() == 1

    def test_is_kept_as_a_digest_alone(self, world: World, draft: Proposal) -> None:
        made = operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="reader", at=SOON)
        assert made.secret not in str(TeamInvitation.objects.values())
        assert made.secret not in str(list(Event.objects.values_list("change", flat=True)))

    def test_serves_once_in_time_and_until_taken_back(
        self, world: World, other: Actor, member: Actor, draft: Proposal
    ) -> None:
        used = seated(world, draft, other, "reader")
        over = operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="reader", at=SOON)
        back = operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="reader", at=SOON)
        operations.end_team_invitation(
            actor=world.team, proposal_id=draft.pk, invitation_id=back.invitation.pk, at=SOON
        )
        operations.leave_team(actor=other, proposal_id=draft.pk, at=SOON)
        words = set()
        for secret, at in ((used, SOON), (over.secret, SOON + timedelta(days=7)), (back.secret, SOON), ("x", SOON)):
            with pytest.raises(operations.TeamInvitationUnusable) as refused:
                operations.take_seat(actor=other, secret=secret, at=at)
            words.add(str(refused.value.text))
            assert seats.team_invitation_behind(secret=secret, at=at) is None
        assert len(words) == 1
        with pytest.raises(operations.InTeamAlready):
            operations.take_seat(actor=member, secret=over.secret, at=SOON)
        assert operations.take_seat(actor=other, secret=over.secret, at=SOON) == draft

    def test_asks_for_a_sign_in_and_the_consent_of_a_guardian(
        self, world: World, other: Actor, draft: Proposal
    ) -> None:
        made = operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="editor", at=SOON)
        with pytest.raises(SignInNeeded):
            operations.take_seat(actor=Actor.anonymous(), secret=made.secret, at=SOON)
        with pytest.raises(GuardianConsentNeeded):
            operations.take_seat(actor=replace(other, waits=minors.GUARDIAN), secret=made.secret, at=SOON)
        assert not TeamSeat.objects.exists()

    def test_is_the_leaders_to_make_and_limited(self, world: World, member: Actor, draft: Proposal) -> None:
        with pytest.raises(operations.NotTheLeader):
            operations.invite_to_team(actor=member, proposal_id=draft.pk, role="editor", at=SOON)
        for _number in range(10):
            operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="editor", at=SOON)
        with pytest.raises(operations.TeamFull):
            operations.invite_to_team(actor=world.team, proposal_id=draft.pk, role="editor", at=SOON)


class TestAReader:
    def test_reads_all_and_writes_nothing(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "reader")
        found = queries.proposal(viewer=other, proposal_id=draft.pk)
        assert queries.reads_inside(viewer=other, found=found)
        assert not queries.may_edit(viewer=other, found=found)
        key = {"actor": other, "proposal_id": draft.pk, "at": SOON}
        acts: list[Any] = [
            lambda: save(other, draft, title="别的"),
            lambda: operations.submit_proposal(**key, version=1),
            lambda: operations.withdraw_proposal(**key),
            lambda: operations.attach(**key, name="a.pdf", content=b"%PDF-1.4\n%%EOF"),
            lambda: operations.detach(**key, attachment_id=draft.pk),
            lambda: operations.take_section(**key, part="need"),
            lambda: operations.set_findable(**key, findable=True),
            lambda: operations.file_appeal(**key, grounds="x"),
            lambda: operations.copy_proposal(**key, call_id=draft.call_id),
            lambda: operations.invite(**key, other_id=Proposal.objects.create(
                call=draft.call, created_at=SOON, changed_at=SOON).pk),
        ]  # fmt: skip
        for act in acts:
            with pytest.raises(policies.ReaderOnly):
                act()
        assert draft not in queries.my_proposals(viewer=other, writing=True)

    def test_is_made_of_a_named_member_and_back(self, world: World, member: Actor, draft: Proposal) -> None:
        key: dict[str, Any] = {
            "actor": world.team, "proposal_id": draft.pk, "person_id": member.person_id, "at": SOON
        }  # fmt: skip
        save(member, draft, need="楼道黑")
        operations.set_role(**key, role="reader")
        assert Section.objects.get(part="need").holder_id is None
        with pytest.raises(policies.ReaderOnly):
            save(member, draft, need="楼道很黑")
        operations.set_role(**key, role="editor")
        save(member, draft, need="楼道很黑")
        assert Notice.objects.filter(kind="seats.role").count() == 2

    def test_counts_by_all_records_of_one_person(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "reader")
        kept = world.people[2]
        merged = replace(resident(kept), also=(world.people[1].pk,))
        assert policies.role_in(merged, draft) == "reader"
        assert Proposal.objects.filter(policies.own_proposals(merged), pk=draft.pk).exists()


class TestAPlaceThatEnds:
    def test_shuts_the_proposal_and_frees_its_sections(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "editor")
        save(other, draft, need="楼道黑")
        operations.end_seat(actor=world.team, proposal_id=draft.pk, person_id=world.people[1].pk, at=SOON)
        with pytest.raises(NotFound):
            queries.proposal(viewer=other, proposal_id=draft.pk)
        save(world.team, draft, need="楼道很黑")
        assert policies.is_party(other, draft)
        assert Notice.objects.filter(kind="seats.ended").count() == 1

    def test_shuts_it_to_a_named_member_who_leaves(self, world: World, member: Actor, draft: Proposal) -> None:
        before = queries.content(Proposal.objects.get(pk=draft.pk))
        operations.leave_team(actor=member, proposal_id=draft.pk, at=SOON)
        with pytest.raises(NotFound):
            queries.proposal(viewer=member, proposal_id=draft.pk)
        assert queries.content(Proposal.objects.get(pk=draft.pk)) == before
        save(world.team, draft, members=before["members"])
        assert not policies.of_team(member, draft)
        with pytest.raises(operations.LeaderStays):
            operations.leave_team(actor=world.team, proposal_id=draft.pk, at=SOON)

    def test_ends_with_the_erasure_of_its_person(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "editor")
        save(other, draft, need="楼道黑")
        erase_own(actor=other, confirmed=True, at=SOON)
        assert not policies.of_team(other, draft)
        assert not Section.objects.filter(holder=world.people[1]).exists()

    def test_leaves_a_draft_to_an_editor(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "editor")
        erase_own(actor=world.team, confirmed=True, at=SOON)
        assert policies.leads(other, Proposal.objects.get(pk=draft.pk))


class TestTheLead:
    def test_goes_to_an_editor_and_both_stay(self, world: World, other: Actor, draft: Proposal) -> None:
        seated(world, draft, other, "reader")
        key: dict[str, Any] = {"proposal_id": draft.pk, "person_id": world.people[1].pk, "at": SOON}
        with pytest.raises(operations.NotAnEditor):
            operations.hand_over(actor=world.team, **key)
        operations.set_role(actor=world.team, role="editor", **key)
        operations.hand_over(actor=world.team, **key)
        now = Proposal.objects.get(pk=draft.pk)
        assert (policies.role_in(other, now), policies.role_in(world.team, now)) == ("leader", "editor")
        assert Event.objects.filter(verb="ventures.proposal.seat_lead", subject_id=str(draft.pk)).count() == 1
        assert Notice.objects.get(kind="seats.lead").deliveries.count() >= 2
        with pytest.raises(operations.NotTheLeader):
            operations.hand_over(actor=world.team, **key)

    def test_is_not_handed_over_once_handed_in(self, world: World, draft: Proposal) -> None:
        Proposal.objects.filter(pk=draft.pk).update(state="submitted", number=1)
        with pytest.raises(operations.NotEditable):
            operations.hand_over(actor=world.team, proposal_id=draft.pk, person_id=world.people[2].pk, at=SOON)

    def test_never_stands_beside_a_seat(self, world: World, other: Actor, draft: Proposal) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            TeamSeat.objects.create(proposal=draft, person=world.people[0], role="editor", since=SOON)
        seated(world, draft, other, "editor")
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=draft.pk).update(contact=world.people[1])
        with pytest.raises(IntegrityError), transaction.atomic():
            TeamSeat.objects.create(proposal=draft, person=world.people[1], role="reader", since=SOON)


class TestAMerging:
    def test_takes_the_roles_along(self, world: World, other: Actor) -> None:
        first, second = pair(world)
        lead = resident(world.people[2])
        made = operations.invite_to_team(actor=lead, proposal_id=second.pk, role="reader", at=SOON)
        operations.take_seat(actor=other, secret=made.secret, at=SOON)
        found = planned(world, opened(world, first, second))
        consents(world, found, 0)
        consents(world, found, 2, hours=9)
        assert policies.role_in(other, Proposal.objects.get(pk=first.pk)) == "reader"
        assert policies.role_in(lead, Proposal.objects.get(pk=first.pk)) == "editor"


class TestThePages:
    def test_lead_from_the_invitation_into_the_team(self, world: World, client: Client, draft: Proposal) -> None:
        sign_in(client, world.people[0])
        made = client.post(f"/proposals/{draft.pk}/team/invite/", {"role": "reader"})
        link = next(part for part in made.content.decode().split('<code class="digest">')[1:]).split("<")[0]
        path = link.removeprefix("http://testserver")
        assert made["Cache-Control"]
        assert "您已在这个团队里" in client.get(path).content.decode()
        guest = Client()
        sign_in(guest, world.people[1])
        shown = guest.get(path)
        body = shown.content.decode()
        assert shown["Referrer-Policy"] == "strict-origin"
        assert ("送餐到家" in body, str(world.people[0].name) in body) == (True, True)
        assert world.people[0].name.reveal() not in body
        assert guest.post(path).status_code == 302
        assert guest.get(path).status_code == 404
        assert guest.get(f"/proposals/{draft.pk}/edit/").status_code == 200
        assert guest.get(f"/proposals/{draft.pk}/edit/need/").status_code == 403
        listed = guest.get(f"/proposals/{draft.pk}/team/").content.decode()
        assert world.people[0].name.reveal() not in listed

    def test_change_a_role_and_end_it(self, world: World, client: Client, draft: Proposal, member: Actor) -> None:
        sign_in(client, world.people[0])
        page = f"/proposals/{draft.pk}/team/{member.person_id}/"
        assert client.get(page).status_code == 200
        assert client.post(page, {"role": "reader"}).status_code == 302
        assert policies.role_in(member, draft) == "reader"
        assert client.post(page, {"role": "lead"}).status_code == 422
        assert client.post(page, {"role": "end"}).status_code == 302
        assert client.get(page).status_code == 404

    def test_ask_as_much_for_more_people(self, world: World, client: Client, draft: Proposal) -> None:
        sign_in(client, world.people[0])

        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert client.get(f"/proposals/{draft.pk}/team/").status_code == 200
            return len(seen)

        seated(world, draft, resident(world.people[1]), "reader")
        few = asked()
        for person in world.people[3:6]:
            seated(world, draft, resident(person), "editor")
        assert asked() == few
