"""The pages on which two teams agree to make one proposal of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound
from shanzhi.ui.forms import version as sent_version
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.forms.mergers import InviteForm, PlanForm, RefuseForm
from shanzhi.ventures.lifecycle import MERGER
from shanzhi.ventures.models import Merger
from shanzhi.ventures.queries import mergers, seats
from shanzhi.ventures.queries import twins as finding
from shanzhi.ventures.queries.combining import may_stay
from shanzhi.ventures.views.desk_frames import answer_form, run_once, sent
from shanzhi.ventures.views.merger_words import rows_of, side_by_side, tables_of, texts_of
from shanzhi.ventures.views.public import proposal_page
from shanzhi.ventures.views.rows import call_crumbs, proposal_crumbs
from shanzhi.ventures.views.team import own
from shanzhi.ventures.views.twins import merger_tag


def _address(merger_id: UUID) -> str:
    return reverse("ventures:merger", args=[merger_id])


def _crumbs(found: mergers.Merging, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    title = _("Merger of two proposals")
    mine = next((side.proposal for side in found.sides if side.own), None)
    last = (title, _address(found.found.pk) if more else "")
    return proposal_crumbs(mine, last, *more) if mine else call_crumbs(found.found.call, last, *more)


@login_required
@form_page
def invite(request: Request, proposal_id: UUID, other_id: UUID) -> HttpResponse:
    """Ask the team of a like project to make one of the two."""
    found = own(request, proposal_id)
    if not policies.leads(request.actor, found):
        raise operations.NotTheLeader
    twin = finding.twin_of(viewer=request.actor, found=found, other_id=other_id)

    def act(form: Any) -> str:
        made = operations.invite(
            actor=request.actor, proposal_id=proposal_id, other_id=other_id,
            message=form.cleaned_data["message"], at=request.now,
        )  # fmt: skip
        return _address(made.pk)

    context = {
        "heading": _("Ask this team to merge"),
        "lead": twin.proposal.title,
        "points": [
            _("The other team may read your whole proposal from now on; the names of your members stay masked."),
            _("You read theirs once its contact person agrees to that."),
            _("Then you agree on what the one proposal will be. Nothing is merged before both leaders consent."),
        ],
        "label": _("Send the invitation"),
        "back": reverse("ventures:twins", args=[proposal_id]),
        "crumbs": proposal_crumbs(found, (_("Similar projects"), reverse("ventures:twins", args=[proposal_id])),
                                  (_("Ask to merge"), "")),
    }  # fmt: skip
    done = _("The other team is asked.")
    return answer_form(request, InviteForm(sent(request)), act, "ventures/merger_form.html", context, done=done)


@login_required
def merger(request: Request, merger_id: UUID) -> HttpResponse:
    """Show a merger: both proposals side by side, what they will be together, and what the viewer can do."""
    found = mergers.merger(viewer=request.actor, merger_id=merger_id)
    one = found.found
    context = {
        "merging": found,
        "merger": one,
        "call": one.call,
        "tag": merger_tag(one),
        "rows": side_by_side(found),
        "tables": tables_of(found),
        "people": [
            (side, queries.people_of(viewer=request.actor, found=side.proposal), seats.beside_list(side.proposal))
            for side in found.sides
            if side.readable and one.live
        ],
        "together": found.together,
        "lasts": one.live and request.now < one.lapses_at,
        "may_undo": mergers.may_undo(viewer=request.actor, found=one),
        "crumbs": _crumbs(found),
    }
    return render(request, "ventures/merger.html", context)


def _do(request: Request, merger_id: UUID, run: Callable[[], Merger], words: Any) -> HttpResponse:
    """Do what a button asks, once for each time that the page was opened."""
    mergers.merger(viewer=request.actor, merger_id=merger_id)
    state = run_once(request, lambda: {"state": run().state})["state"]
    merged = _("The two proposals are one now.")
    messages.success(request, merged if state == "merged" else words)
    return redirect(_address(merger_id))


@login_required
@acts
def show(request: Request, merger_id: UUID) -> HttpResponse:
    """Let the other team read one's proposal."""

    def run() -> Merger:
        return operations.show(actor=request.actor, merger_id=merger_id, at=request.now)

    return _do(request, merger_id, run, _("The other team may read your proposal now."))


@login_required
@acts
def consent(request: Request, merger_id: UUID) -> HttpResponse:
    """Consent to exactly what was shown."""

    def run() -> Merger:
        digest = request.POST.get("digest", "")
        return operations.consent(actor=request.actor, merger_id=merger_id, digest=digest, at=request.now)

    return _do(request, merger_id, run, _("You consent. The two become one once the other team consents too."))


@login_required
@acts
def take_back(request: Request, merger_id: UUID) -> HttpResponse:
    """Take one's consent back."""

    def run() -> Merger:
        return operations.take_back_consent(actor=request.actor, merger_id=merger_id, at=request.now)

    return _do(request, merger_id, run, _("Your consent is taken back."))


@login_required
@form_page
def plan(request: Request, merger_id: UUID) -> HttpResponse:
    """Choose what the one proposal will be."""
    found = mergers.merger(viewer=request.actor, merger_id=merger_id)
    if not found.leads:
        raise operations.NotTheLeader
    one = found.found
    MERGER.move(one.state, "merge")
    form = PlanForm(
        sent(request), plan=one.plan, may_stay=may_stay(one.first, one.second), rows=rows_of(one.first, one.second),
        texts=texts_of(one.first, one.second),
    )  # fmt: skip

    def act(form: Any) -> str:
        operations.change_plan(
            actor=request.actor, merger_id=merger_id, version=sent_version(request) or 0, given=form.given(),
            at=request.now,
        )  # fmt: skip
        return _address(merger_id)

    context = {
        "heading": _("What the one proposal will be"),
        "merging": found,
        "points": [
            _("All members of both teams are in the one team; the other contact person becomes a member."),
            _("A change takes back the consents given to the plan before."),
        ],
        "version": sent_version(request) or one.version,
        "label": _("Save the plan"),
        "back": _address(merger_id),
        "crumbs": _crumbs(found, (_("Plan"), "")),
    }
    return answer_form(request, form, act, "ventures/merger_form.html", context, done=_("The plan is saved."))


@login_required
@form_page
def refuse(request: Request, merger_id: UUID) -> HttpResponse:
    """Refuse, or take one's own invitation back."""
    found = mergers.merger(viewer=request.actor, merger_id=merger_id)
    if not found.leads:
        raise operations.NotTheLeader
    MERGER.move(found.found.state, "refuse")

    def act(form: Any) -> str:
        reason = form.cleaned_data["reason"]
        operations.refuse(actor=request.actor, merger_id=merger_id, reason=reason, at=request.now)
        return _address(merger_id)

    context = {
        "heading": _("Do not merge"),
        "points": [_("Both proposals stay as they are, and neither team reads the other's any more.")],
        "label": _("Do not merge"),
        "tone": "danger",
        "back": _address(merger_id),
        "crumbs": _crumbs(found, (_("Do not merge"), "")),
    }
    done = _("The merger is refused.")
    return answer_form(request, RefuseForm(sent(request)), act, "ventures/merger_form.html", context, done=done)


def before_merging(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show a proposal as it was before it was merged into another, to the team and to staff of the area."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    if found.state != "merged" or not queries.reads_inside(viewer=request.actor, found=found):
        raise NotFound
    return proposal_page(request, found)
