"""Reviewing by check list: assigning, passing, returning for mending, rejecting; one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import DECISIONS, OUTCOMES, PROPOSAL, REVIEW
from shanzhi.ventures.models import Proposal, Review, ReviewItem
from shanzhi.ventures.operations.calls import ReasonMissing
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.operations.proposals import StaleProposal, locked_proposal, note
from shanzhi.ventures.policies import is_party, require_reviewer, require_runs, reviews

MOST_AT_ONCE: Final = 200


class NotUnderReview(Conflict):
    """The call is in no phase of reviewing."""

    code = "not_under_review"
    message = _("Proposals of this call are reviewed only from the hand-in until the public notice.")


class ChecklistOpen(Invalid):
    """Required items have no answer, or one that forbids the pass."""

    code = "checklist_open"
    message = _(
        "To pass, each required item must be met, or not apply with a remark why: see %(items)s. Otherwise return the "
        "proposal for mending."
    )


class DeadlineMissing(Invalid):
    """A return for mending without a day by which to mend."""

    code = "deadline_missing"
    message = _("Set the day by which the team mends the proposal: after now and before the review ends.")


class NotAReviewer(Forbidden):
    """The person may not review this proposal."""

    code = "not_a_reviewer"
    message = _("This person has no role to review in that community, or belongs to the team. Choose someone else.")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item of the check list."""

    key: str
    outcome: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What became of one proposal of a batch: `refusal` says why nothing was done."""

    proposal_id: UUID
    refusal: Refusal | None


def assign(
    *, actor: Actor, proposal_ids: Sequence[UUID], reviewer_id: UUID, deadline: datetime | None = None, at: datetime
) -> int:
    """Give proposals that wait for review to a reviewer; those the reviewer has already are left. Gives how many.

    All or none. Raises NotAReviewer, NotYourCall, MoveRefused.
    """
    if not Person.objects.filter(pk=reviewer_id).exists():
        raise NotFound(field="reviewer")
    reviewer = actor_of_person(person_id=reviewer_id, at=at)
    made = 0
    with transaction.atomic():
        for proposal_id in sorted(set(proposal_ids[:MOST_AT_ONCE])):
            proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
            if not reviews(actor, proposal):
                require_runs(actor, proposal.call)
            _require_open(proposal)
            if not reviews(reviewer, proposal) or is_party(reviewer, proposal):
                raise NotAReviewer(field="reviewer")
            _review, fresh = Review.objects.get_or_create(
                proposal=proposal,
                reviewer_id=reviewer_id,
                round=proposal.review_round,
                defaults={"deadline": deadline, "assigned_by_id": actor.person_id, "created_at": at},
            )
            if fresh:
                made += 1
                note(actor, "assign", proposal, {"reviewer": str(reviewer_id)}, at)
    return made


def _require_open(proposal: Proposal) -> None:
    if proposal.call.state not in ("submission", "review"):
        raise NotUnderReview
    PROPOSAL.move(proposal.state, "pass")


def decide(
    *,
    actor: Actor,
    proposal_id: UUID,
    version: int,
    decision: str,
    answers: Sequence[Answer] = (),
    reason: str = "",
    deadline: datetime | None = None,
    together: int = 0,
    at: datetime,
) -> Proposal:
    """Review a proposal: 'pass', 'return' for mending with reason and deadline, or 'reject' with reason.

    A pass counts once as many reviewers passed it as the call asks for; a return or a rejection counts at once.
    `together` is kept in the event: how many were decided by one form. Raises OwnProposal, ChecklistOpen,
    ReasonMissing, DeadlineMissing, StaleProposal, NotUnderReview.
    """
    if decision not in DECISIONS:
        raise BadValue(_("Choose one of the values offered."), field="decision")
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id)
        require_reviewer(actor, proposal)
        _require_open(proposal)
        if version != proposal.version:
            raise StaleProposal(_("The proposal changed after you opened it. Reload the page and look at it again."))
        items = _items(proposal, answers)
        words = text(2000)(reason)
        _require_grounds(proposal, decision, items, words, deadline, at)
        review = _done(actor, proposal, decision, words, at)
        ReviewItem.objects.filter(review=review).delete()
        ReviewItem.objects.bulk_create(ReviewItem(review=review, position=p, **item) for p, item in enumerate(items))
        _conclude(proposal, decision, words, deadline, at)
        change: dict[str, Any] = {"decision": decision, "state": proposal.state, "round": proposal.review_round}
        if together:
            change["together"] = together
        note(actor, "review", proposal, change, at, reason=words)
        telling.tell_review(actor=actor, proposal=proposal, at=at)
    return proposal


def _items(proposal: Proposal, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Put the answers beside the call's check list, in its order and with its words."""
    given = {answer.key: answer for answer in answers}
    known: dict[str, Mapping[str, Any]] = {item["key"]: item for item in proposal.call.checklist}
    if set(given) - set(known) or any(answer.outcome not in OUTCOMES for answer in answers):
        raise BadValue(_("An answer does not belong to this check list. Reload the page."), field="answers")
    return [
        {"key": key, "text": item["text"], "outcome": given[key].outcome, "remark": text(1000)(given[key].remark)}
        for key, item in known.items()
        if key in given
    ]


def _require_grounds(
    proposal: Proposal, decision: str, items: list[dict[str, Any]], reason: str, deadline: datetime | None, at: datetime
) -> None:
    if decision == "pass":
        # what does not apply needs its reason, or a required item could be passed over by a click
        fine = {i["key"] for i in items if i["outcome"] == "pass" or (i["outcome"] == "na" and i["remark"])}
        open_items = [i["text"] for i in proposal.call.checklist if i["required"] and i["key"] not in fine]
        if open_items:
            raise ChecklistOpen(field="answers", items="、".join(open_items))
        return
    if not reason:
        raise ReasonMissing(_("Write the reason, so that the team knows what to mend or why it ended."), field="reason")
    if decision == "return":
        ends = proposal.call.phases.filter(kind="review").values_list("ends_at", flat=True).first()
        if deadline is None or deadline <= at or (ends is not None and deadline > ends):
            raise DeadlineMissing(field="deadline")


def _done(actor: Actor, proposal: Proposal, decision: str, reason: str, at: datetime) -> Review:
    review, _fresh = Review.objects.get_or_create(
        proposal=proposal,
        reviewer_id=actor.person(),
        round=proposal.review_round,
        defaults={"created_at": at},
    )
    review.state = REVIEW.move(review.state, "decide")
    review.decision, review.reason, review.decided_at = decision, reason, at
    review.save()
    return review


def _conclude(proposal: Proposal, decision: str, reason: str, deadline: datetime | None, at: datetime) -> None:
    done = Review.objects.filter(proposal=proposal, round=proposal.review_round, state="done")
    if decision == "pass" and done.filter(decision="pass").count() < proposal.call.reviews_needed:
        return
    proposal.state = PROPOSAL.move(proposal.state, decision)
    proposal.decision_reason = "" if decision == "pass" else reason
    proposal.return_deadline = deadline if decision == "return" else None
    proposal.changed_at = at
    proposal.version += 1
    proposal.save()
    Review.objects.filter(proposal=proposal, state="due").update(state="void")


def decide_many(
    *, actor: Actor, proposal_ids: Sequence[UUID], decision: str, reason: str = "", at: datetime
) -> list[BatchLine]:
    """Pass or reject many at once: each one for itself, so that one refusal does not hold up the others.

    A pass answers every item of the check list as met: who sends it has looked at each proposal.
    """
    if decision not in ("pass", "reject"):
        raise BadValue(_("Many at once can be passed or rejected; return proposals one by one."), field="decision")
    lines = []
    chosen = sorted(set(proposal_ids[:MOST_AT_ONCE]))
    for proposal_id in chosen:
        found = Proposal.objects.select_related("call").filter(pk=proposal_id).first()
        answers = [Answer(item["key"], "pass") for item in found.call.checklist] if found else []
        try:
            decide(
                actor=actor,
                proposal_id=proposal_id,
                version=found.version if found else 0,
                decision=decision,
                answers=answers if decision == "pass" else (),
                reason=reason,
                together=len(chosen),
                at=at,
            )
        except Refusal as refusal:
            lines.append(BatchLine(proposal_id, refusal))
        else:
            lines.append(BatchLine(proposal_id, None))
    return lines
