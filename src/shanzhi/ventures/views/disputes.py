"""Objections and appeals on a proposal's page, and the pages on which they are filed, answered and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.ui import pieces
from shanzhi.ui.forms import PageForm
from shanzhi.ui.forms import version as sent_version
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.exchange import dispute_state, filed_as
from shanzhi.ventures.forms.disputes import AnswerForm, GroundsForm
from shanzhi.ventures.lifecycle import DISPUTE, DISPUTE_KINDS, EFFECTS
from shanzhi.ventures.models import Dispute, Proposal
from shanzhi.ventures.queries.disputes import SHOWN, appeals_against, objects_as, standing
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.rows import proposal_crumbs


@dataclass(frozen=True, slots=True)
class Told:
    """An objection or appeal as a page tells it; nothing in it says who filed."""

    pk: UUID
    kind: Any
    tag: pieces.Tag
    by: str
    found: Dispute
    effect: Any
    may_answer: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What a proposal's page shows of them: the newest, and how many there are."""

    shown: list[Told]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.shown)


def told(found: Dispute, *, mine: bool = False, answers: bool = False) -> Told:
    """Tell one of them."""
    return Told(
        found.pk,
        DISPUTE_KINDS[found.kind],
        pieces.Tag(*dispute_state(found)),
        filed_as(found),
        found,
        EFFECTS.get(found.effect, ""),
        may_answer=answers and found.open and found.kind == "objection",
        may_withdraw=mine and found.open and (answers or found.kind == "objection"),
    )


def told_disputes(viewer: Actor, found: Proposal, at: datetime) -> Section:
    """Tell what was filed about a proposal, the newest first."""
    rows = queries.disputes_of(viewer=viewer, proposal_id=found.pk)
    first = list(rows[: SHOWN + 1])
    answers = bool(first) and policies.writes(viewer, found)
    shown = [told(one, mine=viewer.is_person(one.filed_by_id), answers=answers) for one in first[:SHOWN]]
    return Section(shown, rows.order_by().count() if len(first) > SHOWN else len(first))


def _page(
    request: Request, found: Proposal, form: PageForm, act: Callable[[Any], object], context: dict[str, Any], done: Any
) -> HttpResponse:
    address = reverse("ventures:proposal", args=[found.pk])

    def run(sent_form: Any) -> str:
        act(sent_form)
        return f"{address}#disputes"

    shown = {"proposal": found, "back": address, "crumbs": proposal_crumbs(found, (context["heading"], "")), **context}
    return answer_form(request, form, run, "ventures/dispute_form.html", shown, done=done)


@login_required
@form_page
def objection(request: Request, proposal_id: UUID) -> HttpResponse:
    """Object to a proposal under notice."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    standing(actor=request.actor, proposal=found)
    if request.method != "POST":
        objects_as(actor=request.actor, proposal=found, at=request.now)

    def act(form: Any) -> object:
        grounds = form.cleaned_data["grounds"]
        return operations.file_objection(actor=request.actor, proposal_id=proposal_id, grounds=grounds, at=request.now)

    ends = next((phase.ends_at for phase in found.call.phases.all() if phase.kind == "notice"), None)
    context = {
        "heading": _("Object to this proposal"),
        "points": [
            _("Say what is wrong: a false statement, a breach of the rules, harm to neighbours, a budget that is off."),
            _("Everyone reads what you write, and that a resident of your community wrote it. Your name is not shown, "
              "not to the team either."),
            _("The team may answer. Those who run the round rule before the vote opens, with reasons that everyone "
              "reads; you are told."),
        ],
        "until": ends,
        "label": _("Send the objection"),
    }  # fmt: skip
    return _page(request, found, GroundsForm(sent(request)), act, context, _("Your objection is filed."))


@login_required
@form_page
def appeal(request: Request, proposal_id: UUID) -> HttpResponse:
    """Appeal against the rejection or disqualification of the own proposal."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    policies.require_writer(request.actor, found)
    until = None
    if request.method != "POST":
        until = appeals_against(actor=request.actor, proposal=found, at=request.now).appeal_until

    def act(form: Any) -> object:
        grounds = form.cleaned_data["grounds"]
        return operations.file_appeal(actor=request.actor, proposal_id=proposal_id, grounds=grounds, at=request.now)

    context = {
        "heading": _("Appeal against the decision"),
        "decision": found.decision_reason,
        "points": [
            _("Say what was overlooked or judged wrongly, and how one can see it."),
            _("Somebody else than who decided rules on it, with reasons; your team is told."),
            _("One appeal is possible against each decision."),
        ],
        "until": until,
        "label": _("Send the appeal"),
    }
    return _page(request, found, GroundsForm(sent(request)), act, context, _("Your appeal is filed."))


@login_required
@form_page
def answer(request: Request, dispute_id: UUID) -> HttpResponse:
    """Answer an objection for the team, or change the answer until the ruling."""
    one = queries.dispute(viewer=request.actor, dispute_id=dispute_id)
    found = queries.proposal(viewer=request.actor, proposal_id=one.proposal_id)
    policies.require_writer(request.actor, found)
    if request.method != "POST":
        if one.kind != "objection":
            raise operations.NoAnswer
        DISPUTE.move(one.state, "answer")

    def act(form: Any) -> object:
        version = sent_version(request) or 0
        words = form.cleaned_data["answer"]
        return operations.answer_objection(
            actor=request.actor, dispute_id=dispute_id, version=version, answer=words, at=request.now
        )

    context = {
        "heading": _("Answer the objection"),
        "dispute": told(one),
        "version": sent_version(request) or one.version,
        "points": [_("Everyone reads your answer beside the objection. You can change it until the ruling.")],
        "label": _("Send the answer"),
    }
    form = AnswerForm(sent(request), initial={"answer": one.answer})
    return _page(request, found, form, act, context, _("Your answer is published."))


@login_required
@form_page
def withdraw(request: Request, dispute_id: UUID) -> HttpResponse:
    """Withdraw what one filed oneself."""
    one = queries.dispute(viewer=request.actor, dispute_id=dispute_id)
    found = queries.proposal(viewer=request.actor, proposal_id=one.proposal_id)
    if not request.actor.is_person(one.filed_by_id):
        raise operations.NotYourDispute
    if one.kind == "appeal":
        policies.require_writer(request.actor, found)
    if request.method != "POST":
        DISPUTE.move(one.state, "withdraw")

    def act(_form: Any) -> object:
        return operations.withdraw_dispute(
            actor=request.actor, dispute_id=dispute_id, version=sent_version(request) or 0, at=request.now
        )

    appeal_words = _(
        "It is no longer shown and nobody rules on it. A second appeal against this decision is not possible."
    )
    words = _("It is no longer shown and nobody rules on it. While the notice runs you can object again.")
    context = {
        "heading": _("Withdraw"),
        "dispute": told(one),
        "version": sent_version(request) or one.version,
        "points": [appeal_words if one.kind == "appeal" else words],
        "label": _("Withdraw"),
        "tone": "danger",
    }
    return _page(request, found, PageForm(sent(request)), act, context, _("It is withdrawn."))
