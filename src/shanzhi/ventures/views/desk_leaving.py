"""The desk when a project leaves a round: disqualified for a reason; the places that winners left, filled again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ui.forms import PageForm
from shanzhi.ui.forms import version as sent_version
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.forms.desk import ReasonForm
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.queries.succession import NO_MONEY, RULED_OUT, Placing
from shanzhi.ventures.views.desk_frames import answer_form, desk_crumbs, run_call, sent
from shanzhi.ventures.views.rows import proposal_tags

WHY = {
    NO_MONEY: _("costs more than is left"),
    RULED_OUT: _("another of its group is chosen"),
}


@login_required
@form_page
def disqualify(request: Request, proposal_id: UUID) -> HttpResponse:
    """Take a proposal out of its round for a reason that everyone reads, after saying in full what that means."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    policies.require_runs(request.actor, found.call)
    PROPOSAL.move(found.state, "disqualify")

    def act(form: Any) -> str:
        reason = form.cleaned_data["reason"]
        operations.disqualify_proposal(actor=request.actor, proposal_id=proposal_id, reason=reason, at=request.now)
        return reverse("ventures:proposal", args=[proposal_id])

    back = reverse("ventures:desk_proposals", args=[found.call_id])
    context = {
        "proposal": found,
        "tags": proposal_tags(found),
        "crumbs": desk_crumbs(found.call, (_("Proposals"), back), (_("Disqualify"), "")),
    }
    form = ReasonForm(sent(request))
    return answer_form(
        request, form, act, "ventures/desk/disqualify.html", context, done=_("The proposal is disqualified.")
    )


@login_required
@form_page
def places(request: Request, call_id: UUID) -> HttpResponse:
    """Show who would move up now that winners have left; fill the places when told so."""
    found = run_call(request, call_id)
    version = sent_version(request) if request.method == "POST" else found.version

    def act(_form: Any) -> str:
        operations.fill_places(actor=request.actor, call_id=call_id, version=version or 0, at=request.now)
        return reverse("ventures:call", args=[call_id])

    context: dict[str, Any] = {"call": found, "crumbs": desk_crumbs(found, (_("Next in line"), ""))}
    if request.method != "POST":
        try:
            context |= _foretold(queries.places_to_fill(viewer=request.actor, call_id=call_id, at=request.now))
        except (Forbidden, NotFound, SignInNeeded):
            raise
        except Refusal as refusal:
            context |= {"refusal": refusal, "form": PageForm()}
            return render(request, "ventures/desk/places.html", context)
    done = _("The places are filled and the count is published.")
    return answer_form(request, PageForm(sent(request)), act, "ventures/desk/places.html", context, done=done)


def _foretold(placing: Placing) -> dict[str, Any]:
    number = len(placing.moved_up)
    label = ngettext("Publish: %(n)s project moves up", "Publish: %(n)s projects move up", number) % {"n": number}
    return {
        "placing": placing,
        "passed_over": [(one, WHY[why]) for one, why in placing.passed_over],
        "label": label if number else _("Publish that nobody moves up"),
    }
