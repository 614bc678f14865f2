"""Proposals that leave a round before, in and after the vote, and who is next in line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice as Told
from shanzhi.people.models import Person
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.pabulib import read, spec_from_json
from shanzhi.ventures import operations, queries
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import Award, Call, Notice, Proposal
from shanzhi.ventures.policies import NotYourCall, NotYourProposal, OwnProposal
from shanzhi.ventures.queries.disputes import decision_on
from shanzhi.voting import operations as voting
from shanzhi.voting import queries as polls
from shanzhi.voting.models import Ballot, LeftOption
from tests.support import people as making
from tests.support.places import load_districts
from tests.ventures import desk_support as desk
from tests.ventures.jury_support import cast
from tests.ventures.support import SUBDISTRICT, World, bring, day, make_call, resident

VOTES = (["001", "002"], ["001"], ["001", "003"], ["002", "003"], ["003"], ["001", "002"])
LATER = day("award", 5)


def leave(world: World, call: Call, number: int, at: datetime, actor: Any = None) -> Proposal:
    """Have the team of a proposal take it back."""
    one = call.proposals.get(number=number)
    team = actor or resident(world.people[number - 1])
    return operations.withdraw_proposal(actor=team, proposal_id=one.pk, reason="负责人搬走", at=at)


def voted(world: World, **changed: Any) -> Call:
    """Bring a call with three proposals into its vote, and cast six ballots."""
    call = bring(world, make_call(world, **changed), "voting")
    for person, codes in zip(world.people, VOTES, strict=False):
        cast(person, call, list(codes))
    return call


def decide(world: World, call: Call) -> Call:
    """Close, count and award."""
    call.refresh_from_db()
    made = operations.advance(actor=world.officer, call_id=call.pk, expected=call.state, at=day("award"))
    made.refresh_from_db()
    return made


def states(call: Call) -> dict[int, str]:
    return dict(call.proposals.order_by("number").values_list("number", "state"))


class TestLeavingARunningVote:
    def test_takes_the_project_out_of_the_count_and_leaves_every_ballot(self, world: World) -> None:
        call = voted(world)
        left = leave(world, call, 1, day("voting", 3))
        assert (left.state, left.left_shown) == ("withdrawn", True)
        cast(world.people[6], call, ["001", "002"])  # from a page opened before: the rest of the ballot counts
        call = decide(world, call)
        assert states(call)[1] == "withdrawn"
        count = polls.result(viewer=world.officer, poll_id=call.poll_id)
        assert (count.number, count.left_out) == (1, ["001"])
        assert "001" not in count.result["reasons"]
        assert Ballot.objects.filter(poll=call.poll_id).count() == 7
        assert sum(1 for choices in Ballot.objects.values_list("choices", flat=True) if 0 in choices) == 5

    def test_is_published_so_that_anyone_counts_the_same(self, world: World) -> None:
        call = voted(world)
        leave(world, call, 2, day("voting", 3))
        call = decide(world, call)
        kept = polls.published_file(viewer=world.officer, poll_id=call.poll_id)
        again = read(kept.file.encode())
        assert again.ballots == 6
        assert {project.id for project in again.projects} == {"001", "003"}
        assert count_election(again, spec_from_json(kept.spec)).digest == kept.digest

    def test_is_announced_and_open_to_everybody(self, world: World) -> None:
        call = voted(world)
        left = leave(world, call, 1, day("voting", 3))
        notice = Notice.objects.get(call=call, kind="left")
        assert (notice.title, notice.body) == (left.title[:200], "负责人搬走")
        page = Client().get(f"/proposals/{left.pk}/").content.decode()
        assert "负责人搬走" in page

    def test_is_the_team_s_alone(self, world: World) -> None:
        call = voted(world)
        with pytest.raises(NotYourProposal):
            leave(world, call, 1, day("voting", 3), actor=resident(world.people[5]))
        assert not LeftOption.objects.exists()

    def test_twice_is_refused_and_changes_nothing(self, world: World) -> None:
        call = voted(world)
        leave(world, call, 1, day("voting", 3))
        with pytest.raises(MoveRefused):
            leave(world, call, 1, day("voting", 4))
        assert LeftOption.objects.count() == 1

    def test_stays_on_record_in_the_database(self, world: World) -> None:
        call = voted(world)
        leave(world, call, 1, day("voting", 3))
        for change in ("DELETE FROM voting_leftoption", "UPDATE voting_leftoption SET reason = 'y'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)


class TestAWinnerThatGivesItsPlaceUp:
    def test_makes_room_for_the_next_by_the_frozen_rule(self, world: World) -> None:
        call = decide(world, voted(world, purse_fen=900_000))
        assert states(call) == {1: "won", 2: "lost", 3: "won"}
        leave(world, call, 1, LATER)
        placing = queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=LATER)
        call.refresh_from_db()
        done = operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        assert [one.number for one in done.moved_up] == [one.number for one in placing.moved_up] == [2]
        amounts = dict(call.proposals.values_list("number", "amount_fen"))
        assert done.left_fen == placing.left_fen == 900_000 - amounts[2] - amounts[3]
        awards = queries.awards(viewer=world.officer, call_id=call.pk)
        assert [award.proposal.number for award in awards] == [3, 2]
        call.refresh_from_db()
        count = polls.result(viewer=world.officer, poll_id=call.poll_id)
        assert (count.number, count.left_out, call.result_digest) == (2, ["001"], count.digest)
        told = Notice.objects.get(call=call, kind="succession").content
        assert (told["digest"], told["left"]) == (count.digest, ["001"])
        assert Told.objects.filter(kind="proposals.moved_up").count() == len(done.moved_up)

    def test_passes_over_what_costs_more_than_is_left(self, world: World) -> None:
        call = decide(world, voted(world, purse_fen=900_000))
        leave(world, call, 1, LATER)
        Proposal.objects.filter(call=call, number=2).update(amount_fen=484_001)
        placing = queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=LATER)
        assert [(one.number, why) for one, why in placing.passed_over] == [(2, "money")]
        assert (placing.moved_up, placing.left_fen) == ((), placing.free_fen)

    def test_takes_no_award_from_those_that_stand(self, world: World) -> None:
        call = decide(world, voted(world))
        stood = {award.proposal_id for award in Award.objects.filter(call=call)}
        assert len(stood) == 3
        leave(world, call, 2, LATER)
        call.refresh_from_db()
        operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        assert states(call) == {1: "won", 2: "withdrawn", 3: "won"}

    def test_is_filled_once(self, world: World) -> None:
        call = decide(world, voted(world))
        leave(world, call, 2, LATER)
        call.refresh_from_db()
        operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        with pytest.raises(operations.StaleCall):
            operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        call.refresh_from_db()
        with pytest.raises(voting.NothingLeft):
            operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        with pytest.raises(voting.NothingLeft):
            queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=LATER)
        assert Notice.objects.filter(call=call, kind="succession").count() == 1

    def test_is_filled_by_those_who_run_the_round_alone(self, world: World) -> None:
        call = decide(world, voted(world))
        leave(world, call, 2, LATER)
        for actor in (world.worker, world.outsider, resident(world.people[3])):
            with pytest.raises(NotYourCall):
                operations.fill_places(actor=actor, call_id=call.pk, version=call.version, at=LATER)
            with pytest.raises(NotYourCall):
                queries.places_to_fill(viewer=actor, call_id=call.pk, at=LATER)

    def test_ends_with_the_round(self, world: World) -> None:
        call = decide(world, voted(world))
        call = operations.advance(
            actor=world.officer, call_id=call.pk, expected="award", at=call.phases.get(kind="award").ends_at
        )
        with pytest.raises(operations.TooLateToLeave):
            leave(world, call, 1, LATER + timedelta(days=60))
        with pytest.raises(queries.NoPlaces):
            operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)

    def test_keeps_both_counts_to_read_and_to_download(self, world: World) -> None:
        call = decide(world, voted(world))
        leave(world, call, 2, LATER)
        call.refresh_from_db()
        operations.fill_places(actor=world.officer, call_id=call.pk, version=call.version, at=LATER)
        anyone = Client()
        results = f"/polls/{call.poll_id}/results/"
        newest, first = anyone.get(results), anyone.get(results + "?count=1")
        assert newest.context["count"].number == 2
        assert first.context["count"].number == 1
        assert "负责人搬走" in newest.content.decode()
        assert anyone.get(results + "?count=9").status_code == 404
        assert anyone.get(results + "?count=x").context["count"].number == 2
        assert anyone.get(f"/polls/{call.poll_id}/recount/?count=1").context["count"].number == 1
        page = anyone.get(f"/polls/{call.poll_id}/recount/?count=1").content.decode()
        assert re.search(r'href="[^"]*\?count=1"[^>]*>[^<]*下载', page)
        answer = anyone.get(f"/api/v1/voting/polls/{call.poll_id}/result?count=1").json()
        assert (answer["number"], answer["left_out"]) == (1, [])


class TestDisqualifying:
    def test_needs_a_reason_and_somebody_who_runs_the_round_and_is_not_of_the_team(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        one = call.proposals.get(number=1)
        for actor, reason, refusal in (
            (world.worker, "x", NotYourCall),
            (world.outsider, "x", Refusal),
            (world.officer, " ", operations.ReasonMissing),
        ):
            with pytest.raises(refusal):
                operations.disqualify_proposal(actor=actor, proposal_id=one.pk, reason=reason, at=day("review", 3))
        Proposal.objects.filter(pk=one.pk).update(contact=world.officer.person_id)
        with pytest.raises(OwnProposal):
            operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="x", at=day("review", 3))

    def test_tells_the_team_and_stays_inside_before_the_notice(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        one = call.proposals.get(number=1)
        operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="材料不实", at=day("review", 3))
        one.refresh_from_db()
        assert (one.state, one.left_shown, one.decision_reason) == ("disqualified", False, "材料不实")
        assert Told.objects.filter(kind="proposals.disqualified").count() == 1
        assert not Notice.objects.filter(call=call, kind="left").exists()
        assert not one.reviews.filter(state="due").exists()
        assert Client().get(f"/proposals/{one.pk}/").status_code == 404

    def test_of_a_winner_frees_its_place_once_no_appeal_can_come(self, world: World) -> None:
        call = decide(world, voted(world))
        one = call.proposals.get(number=3)
        operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="材料不实", at=LATER)
        assert one.pk not in {a.proposal_id for a in queries.awards(viewer=world.officer, call_id=call.pk)}
        over = decision_on(call.proposals.get(number=3)).appeal_until
        with pytest.raises(queries.PlaceHeld):
            queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=over - timedelta(seconds=1))
        placing = queries.places_to_fill(viewer=world.officer, call_id=call.pk, at=over)
        assert [gone.pk for gone in placing.left] == [one.pk]


class TestARulingThatReinstates:
    @pytest.mark.parametrize(
        ("state", "becomes"),
        [("review", "submitted"), ("notice", "passed"), ("voting", "on_ballot"), ("award", "lost")],
    )
    def test_brings_the_proposal_back_to_where_the_round_stands(self, world: World, state: str, becomes: str) -> None:
        call = bring(world, make_call(world), state)
        one = call.proposals.filter(state__in=("submitted", "passed", "on_ballot", "won", "lost")).order_by("number")[0]
        if one.state == "lost":
            Proposal.objects.filter(pk=one.pk).update(state="won")
        at = day(state, 3)
        operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="材料不实", at=at)
        with transaction.atomic():
            back = operations.reinstate(
                actor=world.officer, proposal=Proposal.objects.get(pk=one.pk), reason="申诉成立", at=at
            )
        assert (back.state, back.left_shown, back.decision_reason) == (becomes, False, "")
        assert not LeftOption.objects.filter(back_at__isnull=True).exists()

    def test_cannot_bring_one_into_a_vote_in_which_it_never_was(self, world: World) -> None:
        call = bring(world, make_call(world), "review")
        one = call.proposals.get(number=1)
        operations.disqualify_proposal(actor=world.officer, proposal_id=one.pk, reason="x", at=day("review", 1))
        ids = list(call.proposals.filter(state="submitted").values_list("pk", flat=True))
        operations.decide_many(actor=world.officer, proposal_ids=ids, decision="pass", at=day("review", 2))
        call = bring(world, call, "voting")
        one.refresh_from_db()
        with pytest.raises(operations.TooLateToReturn), transaction.atomic():
            operations.reinstate(actor=world.officer, proposal=one, reason="x", at=day("voting", 1))


@pytest.mark.django_db
class TestTheBallot:
    def test_shows_what_left_and_offers_it_no_more(self) -> None:
        load_districts()
        call, made = desk.under_notice(2, days=7)
        today = timezone.now()
        voter = making.client_for(Role.RESIDENT, desk.COMMUNITY)
        Person.objects.filter(pk=voter.person.pk).update(verified_at=today - timedelta(days=60))
        operations.draw_roll(actor=desk.SYSTEM, call_id=call.pk, at=today - timedelta(days=2))
        rounds.move(desk.SYSTEM, call, today - timedelta(hours=2))
        operations.disqualify_proposal(actor=desk.SYSTEM, proposal_id=made[0].pk, reason="材料不实", at=today)
        call.refresh_from_db()
        answer = voter.get(f"/polls/{call.poll_id}/vote/")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'value="002"' in page
        assert 'value="001"' not in page
        assert made[0].title in page
        assert "材料不实" in page
        offered = voter.get(f"/api/v1/voting/polls/{call.poll_id}/options").json()["items"]
        assert [(one["code"], one["left"]) for one in offered] == [("001", True), ("002", False)]


class TestTheDesk:
    def test_shows_who_moves_up_and_fills_the_places(self, world: World) -> None:
        call = decide(world, voted(world, purse_fen=900_000))
        leave(world, call, 1, LATER)
        officer = making.client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        address = f"/desk/calls/{call.pk}/places/"
        page = officer.get(address)
        assert page.context["placing"].moved_up
        call.refresh_from_db()
        sent = {"version": str(call.version), "idempotency_key": str(uuid4())}
        assert officer.post(address, sent)["Location"] == f"/calls/{call.pk}/"
        assert officer.post(address, sent)["Location"] == f"/calls/{call.pk}/"  # the same send again
        assert "placing" not in officer.get(address).context
        assert Notice.objects.filter(call=call, kind="succession").count() == 1

    def test_disqualifies_with_a_reason(self, world: World) -> None:
        call = voted(world)
        one = call.proposals.get(number=2)
        officer = making.client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        address = f"/desk/proposals/{one.pk}/disqualify/"
        assert officer.get(address).status_code == 200
        assert officer.post(address, {"reason": ""}).status_code == 422
        assert officer.post(address, {"reason": "材料不实"})["Location"] == f"/proposals/{one.pk}/"
        one.refresh_from_db()
        assert one.state == "disqualified"
        assert officer.get(address).status_code == 409
