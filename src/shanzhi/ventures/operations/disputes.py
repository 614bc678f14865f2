"""Objections to proposals under notice, appeals of teams, the answers and the rulings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import DISPUTE, RULING_DAYS, RULINGS
from shanzhi.ventures.models import Dispute, Proposal
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.operations.leaving import TooLateToReturn, disqualify_proposal, reinstate
from shanzhi.ventures.operations.proposals import locked_proposal
from shanzhi.ventures.policies import require_ruler, require_writer
from shanzhi.ventures.queries.disputes import appeals_against, deciders_of, objects_as

LONGEST: Final = 2000


class GroundsMissing(Invalid):
    """An objection, an appeal, an answer or a ruling without words."""

    code = "grounds_missing"
    message = _("Write the grounds: what is wrong or right, and how one can see it.")


class StaleDispute(Conflict):
    """It changed after the actor saw it."""

    code = "stale_dispute"
    message = _("This was answered, ruled on or withdrawn after you opened it. Reload the page and look at it again.")


class NotYourDispute(Forbidden):
    """Only who filed it may withdraw it."""

    code = "not_your_dispute"
    message = _("Only the person who filed this may withdraw it.")


class NoAnswer(Conflict):
    """Appeals are not answered."""

    code = "no_answer"
    message = _("A team answers objections; an appeal goes straight to its ruling.")


def file_objection(*, actor: Actor, proposal_id: UUID, grounds: str, at: datetime) -> Dispute:
    """Object to a proposal under public notice. Its team is told and may answer; those who run the call rule.

    Raises MayNotObject, OwnObjection, NotUnderNotice, ObjectedAlready, GroundsMissing.
    """
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        standing, place = objects_as(actor=actor, proposal=proposal, at=at)
        found = _file(actor, proposal, "objection", grounds, at, {"standing": standing, "place": place})
        telling.tell_objection(actor=actor, dispute=found, at=at)
    return found


def file_appeal(*, actor: Actor, proposal_id: UUID, grounds: str, at: datetime) -> Dispute:
    """Appeal, as one of the team, against the rejection or disqualification of its proposal; once a decision.

    Raises NotYourProposal, NothingToAppeal, AppealOver, AppealedAlready, GroundsMissing.
    """
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        decision = appeals_against(actor=actor, proposal=proposal, at=at)
        found = _file(actor, proposal, "appeal", grounds, at, {"standing": "team", "decided_at": decision.at})
    return found


def _file(actor: Actor, proposal: Proposal, kind: str, grounds: str, at: datetime, more: Mapping[str, Any]) -> Dispute:
    found = Dispute.objects.create(
        proposal=proposal,
        kind=kind,
        text=_words(grounds, "grounds"),
        filed_by_id=actor.person(),
        filed_at=at,
        due_at=at + timedelta(days=RULING_DAYS),
        **more,
    )
    _note(actor, "object" if kind == "objection" else "appeal", found, {"standing": found.standing}, at)
    telling.tell_filed(actor=actor, dispute=found, at=at)
    return found


def _words(given: str, field: str) -> str:
    try:
        found: str = text(LONGEST)(given)
    except BadValue as refusal:
        refusal.field = field
        raise
    if not found:
        raise GroundsMissing(field=field)
    return found


def _locked(actor: Actor, dispute_id: UUID) -> Dispute:
    """Lock call, proposal and dispute, in the order of a phase's move. Raises NotFound where the proposal is hidden."""
    known = Dispute.objects.filter(pk=dispute_id).values_list("proposal", flat=True).first()
    if known is None:
        raise NotFound
    proposal = locked_proposal(actor=actor, proposal_id=known)
    found = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    found.proposal = proposal
    return found


def _require_version(found: Dispute, version: int) -> None:
    if version != found.version:
        raise StaleDispute


def _note(
    actor: Actor, verb: str, found: Dispute, change: Mapping[str, Any], at: datetime, *, reason: str = ""
) -> None:
    proposal = found.proposal
    record(
        actor=actor,
        verb=f"ventures.dispute.{verb}",
        subject=found,
        area=proposal.community or proposal.call.area,
        change={"proposal": str(proposal.pk), **change},
        at=at,
        reason=reason,
    )


def answer_objection(*, actor: Actor, dispute_id: UUID, version: int, answer: str, at: datetime) -> Dispute:
    """Answer an objection for the team; the answer can be changed until the ruling.

    Raises NotYourProposal, NoAnswer, MoveRefused, StaleDispute, GroundsMissing.
    """
    with transaction.atomic():
        found = _locked(actor, dispute_id)
        require_writer(actor, found.proposal)
        if found.kind != "objection":
            raise NoAnswer
        state = DISPUTE.move(found.state, "answer")
        _require_version(found, version)
        found.state, found.answer = state, _words(answer, "answer")
        found.answered_by_id, found.answered_at = actor.person(), at
        found.version += 1
        found.save()
        _note(actor, "answer", found, {"state": found.state}, at)
    return found


def withdraw_dispute(*, actor: Actor, dispute_id: UUID, version: int, at: datetime) -> Dispute:
    """Withdraw what one filed oneself, before the ruling; it is no longer shown. An appeal speaks for a team.

    So who writes for it no more cannot withdraw one. Raises NotYourDispute, NotYourProposal, ReaderOnly, MoveRefused,
    StaleDispute.
    """
    with transaction.atomic():
        found = _locked(actor, dispute_id)
        if not actor.is_person(found.filed_by_id):
            if found.state == "withdrawn":
                raise NotFound
            raise NotYourDispute
        if found.kind == "appeal":
            require_writer(actor, found.proposal)
        state = DISPUTE.move(found.state, "withdraw")
        _require_version(found, version)
        found.state = state
        found.version += 1
        found.save()
        _note(actor, "withdraw", found, {"state": found.state}, at)
    return found


def rule(
    *, actor: Actor, dispute_id: UUID, version: int, outcome: str, ruling: str, disqualify: bool = False, at: datetime
) -> Dispute:
    """Rule on an objection or an appeal, in words that everybody reads.

    An upheld objection takes the proposal out of the round with `disqualify`, and is only noted without; an upheld
    appeal brings the proposal back, unless the round has gone on to where it cannot. Of two who rule at once one does.
    Raises NotYourCall, NotImpartial, MoveRefused, StaleDispute, GroundsMissing, TooLateToLeave.
    """
    if outcome not in RULINGS or (disqualify and outcome != "upheld"):
        raise BadValue(_("Choose one of the values offered."), field="outcome")
    with transaction.atomic():
        found = _locked(actor, dispute_id)
        require_ruler(actor, found, deciders_of(found))
        state = DISPUTE.move(found.state, "rule")
        _require_version(found, version)
        if disqualify and found.kind != "objection":
            raise BadValue(_("Choose one of the values offered."), field="outcome")
        words = _words(ruling, "ruling")
        found.effect = _bring_about(actor, found, words, disqualify, at) if outcome == "upheld" else ""
        found.state, found.outcome, found.ruling = state, outcome, words
        found.ruled_by_id, found.ruled_at = actor.person(), at
        found.version += 1
        found.save()
        _note(actor, "rule", found, {"outcome": outcome, "effect": found.effect}, at, reason=words)
        telling.tell_ruled(actor=actor, dispute=found, at=at)
    return found


def _bring_about(actor: Actor, found: Dispute, words: str, disqualify: bool, at: datetime) -> str:
    if disqualify:
        found.proposal = disqualify_proposal(actor=actor, proposal_id=found.proposal_id, reason=words, at=at)
        return "disqualified"
    if found.kind == "objection":
        return "noted"
    try:
        with transaction.atomic():
            found.proposal = reinstate(actor=actor, proposal=found.proposal, reason=words, at=at)
    except TooLateToReturn:
        return "noted"
    return "reinstated"
