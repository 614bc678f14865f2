"""The desk of objections and appeals: the list, and one of them with its ruling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shanzhi.ui.forms import version as sent_version
from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import exchange, operations, queries
from shanzhi.ventures.forms.disputes import RulingForm
from shanzhi.ventures.lifecycle import OPEN_DISPUTES
from shanzhi.ventures.views.desk_frames import answer_form, call_address, sent
from shanzhi.ventures.views.disputes import told
from shanzhi.ventures.views.rows import proposal_tags


@login_required
def listing(request: Request) -> HttpResponse:
    """List objections and appeals of the own areas, those due first on top."""
    rows = queries.desk_disputes(viewer=request.actor)
    waiting = rows.order_by().filter(state__in=OPEN_DISPUTES).count()
    words = ngettext("%(count)s waits for a ruling.", "%(count)s wait for a ruling.", waiting)
    context = {
        "heading": _("Objections and appeals"),
        "lead": words % {"count": f"{waiting:,}"},
        "crumbs": [(_("Home"), "/"), (_("Objections and appeals"), "")],
    }
    answer: HttpResponse = listing_response(request, exchange.DISPUTES, rows, context)
    return answer


@login_required
@form_page
def dispute(request: Request, dispute_id: UUID) -> HttpResponse:
    """Show an objection or appeal with everything said, and take the ruling of one who may give it."""
    found = queries.desk_dispute(viewer=request.actor, dispute_id=dispute_id)
    refusal = queries.ruler_refusal(viewer=request.actor, found=found) if found.open else None
    if refusal is not None and request.method == "POST":
        raise refusal

    def act(form: Any) -> str:
        operations.rule(
            actor=request.actor,
            dispute_id=dispute_id,
            version=sent_version(request) or 0,
            outcome=form.outcome_chosen,
            ruling=form.cleaned_data["ruling"],
            disqualify=form.cleaned_data["outcome"] == "disqualify",
            at=request.now,
        )
        return reverse("ventures:desk_dispute", args=[dispute_id])

    desk = (_("Objections and appeals"), reverse("ventures:desk_disputes"))
    context = {
        "dispute": told(found),
        "proposal": found.proposal,
        "call": found.proposal.call,
        "call_url": call_address(request, found.proposal.call),
        "tags": proposal_tags(found.proposal),
        "filer": str(found.filed_by.name),
        "ruler": str(found.ruled_by.name) if found.ruled_by else "",
        "refusal": refusal,
        "late": found.open and found.due_at < request.now,
        "version": sent_version(request) or found.version,
        "history": reverse("audit:history", args=[found._meta.label_lower, found.pk]),
        "crumbs": [(_("Home"), "/"), desk, (found.get_kind_display(), "")],
    }
    form = RulingForm(sent(request), kind=found.kind)
    return answer_form(request, form, act, "ventures/desk/dispute.html", context, done=_("The ruling is published."))
