"""Proposals that leave a round: taken back by their team, disqualified by those who run it, or reinstated by a ruling.

Once the vote has opened the project stays on the ballot as it was cast; every count from then on passes over it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import LEAVES_WHILE, PROPOSAL, PUBLIC_PROPOSALS, SHOWS_PROPOSALS
from shanzhi.ventures.models import Notice, Proposal
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.fields import text
from shanzhi.ventures.operations.proposals import locked_proposal, note
from shanzhi.ventures.policies import OwnProposal, is_party, require_runs, require_writer, voting_actor
from shanzhi.ventures.queries.appeals import place_kept
from shanzhi.ventures.queries.naming import option_code
from shanzhi.voting import operations as voting


class TooLateToLeave(Conflict):
    """The round has ended."""

    code = "too_late_to_leave"
    message = _("This round is closed. What becomes of a project from now on is a matter of its grant.")


class TooLateToReturn(Conflict):
    """The call has gone on to where the proposal cannot come back."""

    code = "too_late_to_return"
    message = _("The round has gone on, and this proposal was not on the ballot, so it cannot come back into it.")


def withdraw_proposal(*, actor: Actor, proposal_id: UUID, reason: str = "", at: datetime) -> Proposal:
    """Take a proposal back; once handed in, a reason is due. A winner gives its place up before the round closes.

    Raises NotYourProposal, ReasonMissing, MoveRefused, TooLateToLeave.
    """
    words = text(2000)(reason)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        require_writer(actor, proposal)
        if proposal.number is not None and not words:
            raise ReasonMissing(field="reason")
        leave(actor, proposal, "withdraw", words, at)
    return proposal


def disqualify_proposal(*, actor: Actor, proposal_id: UUID, reason: str, at: datetime) -> Proposal:
    """Take a proposal out of the round for a reason that is published; its team is told and may appeal.

    Only those who run the call, and none of the team. Raises NotYourCall, OwnProposal, ReasonMissing, MoveRefused,
    TooLateToLeave.
    """
    words = text(2000)(reason)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        require_runs(actor, proposal.call)
        if is_party(actor, proposal):
            raise OwnProposal
        if not words:
            raise ReasonMissing(field="reason")
        leave(actor, proposal, "disqualify", words, at)
        telling.tell_disqualified(actor=actor, proposal=proposal, at=at)
    return proposal


def leave(actor: Actor, proposal: Proposal, move: str, reason: str, at: datetime) -> None:
    """Take a locked proposal out of the round by `move`; whether the actor may is settled before."""
    before, call = proposal.state, proposal.call
    proposal.state = PROPOSAL.move(before, move)
    if call.state not in LEAVES_WHILE.get(before, (call.state,)):
        raise TooLateToLeave
    proposal.left_shown = before in PUBLIC_PROPOSALS and call.state in SHOWS_PROPOSALS
    proposal.decision_reason, proposal.changed_at = reason, at
    proposal.version += 1
    proposal.save()
    proposal.reviews.filter(state="due").update(state="void")
    if before in LEAVES_WHILE:
        assert call.poll_id is not None  # there is a ballot
        words = reason or str(PROPOSAL.states[proposal.state])
        voting.leave_out(
            actor=voting_actor(actor, call), poll_id=call.poll_id, code=option_code(proposal), reason=words, at=at
        )
    if proposal.left_shown:
        _announce(proposal, at)
    note(actor, move, proposal, {"from": before}, at, reason=reason)


def _announce(proposal: Proposal, at: datetime) -> None:
    Notice.objects.create(
        call=proposal.call,
        kind="left",
        title=proposal.title[:200],
        body=proposal.decision_reason,
        content={"number": proposal.number, "title": proposal.title, "state": proposal.state},
        starts_at=at,
        published_at=at,
    )


def reinstate(*, actor: Actor, proposal: Proposal, reason: str, at: datetime) -> Proposal:
    """Bring a rejected or disqualified proposal back to where its call stands, by a ruling whose words are `reason`.

    Call it in a transaction, with the proposal and its call locked, for an actor who may rule. While reviews run it is
    reviewed anew; under notice it has passed; while the vote runs it is back in; after the count it waits among those
    not chosen for the next recount, or has its award back where its place was kept.

    Raises MoveRefused, TooLateToReturn.
    """
    call, before = proposal.call, proposal.state
    move = {
        "submission": "review_again",
        "review": "review_again",
        "notice": "pass_by_ruling",
        "voting": "put_back",
        "pitch": "put_back",
        "award": "wait_again",
    }.get(call.state)
    if move is None:
        raise TooLateToReturn
    if move in ("put_back", "wait_again"):
        if before != "disqualified" or not proposal.left_shown or call.poll_id is None:
            raise TooLateToReturn
        voting.take_back(
            actor=voting_actor(actor, call), poll_id=call.poll_id, code=option_code(proposal), reason=reason, at=at
        )
        if move == "wait_again" and place_kept(proposal, at):
            move = "give_back"
    proposal.state = PROPOSAL.move(before, move)
    proposal.left_shown, proposal.decision_reason, proposal.changed_at = False, "", at
    if move == "review_again":
        proposal.review_round += 1
        proposal.submitted_at = at
    proposal.version += 1
    proposal.save()
    note(actor, move, proposal, {"from": before}, at, reason=reason)
    return proposal
