"""Pages on which a team begins from an earlier proposal of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound
from shanzhi.ui.forms import PageForm
from shanzhi.ui.http import Request
from shanzhi.ui.listing import Column, Empty, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import exchange, operations, queries
from shanzhi.ventures.exchange.voices import EARLIER_COLUMNS
from shanzhi.ventures.operations.copying import what_is_copied
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.rows import call_crumbs
from shanzhi.ventures.views.team import writable


@login_required
def earlier(request: Request, call_id: UUID) -> HttpResponse:
    """List one's own earlier proposals, each to begin from in this call."""
    call = queries.call(viewer=request.actor, call_id=call_id)

    def address(row: Any) -> str:
        return reverse("ventures:copy_proposal", args=[call_id, row.pk])

    title = replace(EARLIER_COLUMNS[0], url=None)
    choose = Column("copy", _("Copy"), value=lambda _row: _("Begin from it"), url=address, in_export=False)
    listing = replace(
        exchange.MY_PROPOSALS,
        key="earlier-proposals",
        columns=(title, choose, *EARLIER_COLUMNS[1:]),
        empty=Empty(_("You have no earlier proposal"), _("Begin a new one instead.")),
    )
    propose = reverse("ventures:propose", args=[call_id])
    context = {
        "heading": _("Copy an earlier proposal"),
        "lead": call.shown_title,
        "crumbs": call_crumbs(call, (_("Propose a project"), propose), (_("Copy an earlier proposal"), "")),
    }
    rows = queries.my_proposals(viewer=request.actor, writing=True)
    answer: HttpResponse = listing_response(request, listing, rows, context)
    return answer


@login_required
@form_page
def copy(request: Request, call_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Say what is taken over and what is not, and begin the draft."""
    call = queries.call(viewer=request.actor, call_id=call_id)
    source = writable(request, proposal_id)
    if call.imported:
        raise NotFound

    def act(_form: Any) -> str:
        made = operations.copy_proposal(actor=request.actor, proposal_id=proposal_id, call_id=call_id, at=request.now)
        if made.problems:
            names = "、".join(dict.fromkeys(str(queries.LABELS[one.field.split(".")[0]]) for one in made.problems))
            messages.info(request, gettext("Not taken over: %(names)s. Fill this in anew.") % {"names": names})
        return reverse("ventures:edit", args=[made.proposal.pk])

    left_out = what_is_copied(source=source, call=call).left_out
    propose, listed = (reverse(f"ventures:{name}", args=[call_id]) for name in ("propose", "earlier"))
    context = {
        "call": call,
        "source": source,
        "left_out": [(queries.LABELS[one.field], one.words) for one in left_out],
        "crumbs": call_crumbs(
            call, (_("Propose a project"), propose), (_("Copy an earlier proposal"), listed), (_("Copy"), "")
        ),
    }
    return answer_form(request, PageForm(sent(request)), act, "ventures/copy.html", context)
