"""The desk's list of comments on a call's projects, and hiding one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.http import Request
from shanzhi.ui.listing import Column, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.exchange.voices import COMMENTS
from shanzhi.ventures.forms.voices import HideForm
from shanzhi.ventures.lifecycle import COMMENT
from shanzhi.ventures.models import Comment
from shanzhi.ventures.views.desk_calls import tabs_of
from shanzhi.ventures.views.desk_frames import answer_form, desk_crumbs, read_call, sent


def _hide_address(row: Comment) -> str:
    return reverse("ventures:desk_hide", args=[row.pk]) if row.state == "shown" else ""


HIDABLE: Final = replace(
    COMMENTS,
    columns=(
        *COMMENTS.columns,
        Column(
            "hide",
            _("Hide"),
            value=lambda row: _("Hide") if row.state == "shown" else "",
            url=_hide_address,
            in_export=False,
        ),
    ),
)


@login_required
def comments(request: Request, call_id: UUID) -> HttpResponse:
    """List the comments and answers on a call's projects, hidden words too."""
    found = read_call(request, call_id)
    context = {
        "heading": _("Comments and answers"),
        "lead": found.shown_title,
        "call": found,
        "tabs": tabs_of(request, found, "desk_comments"),
        "crumbs": desk_crumbs(found, (_("Comments and answers"), "")),
    }
    rows = queries.comments_of_call(viewer=request.actor, found=found)
    listing = HIDABLE if queries.may_run(viewer=request.actor, found=found) else COMMENTS
    answer: HttpResponse = listing_response(request, listing, rows, context, template="ventures/desk/proposals.html")
    return answer


@login_required
@form_page
def hide(request: Request, comment_id: UUID) -> HttpResponse:
    """Hide words for a reason that everybody reads in their place."""
    found = queries.comment(viewer=request.actor, comment_id=comment_id)
    call = found.proposal.call
    policies.require_runs(request.actor, call)
    COMMENT.move(found.state, "hide")
    listed = reverse("ventures:desk_comments", args=[call.pk])

    def act(form: Any) -> str:
        reason = form.cleaned_data["reason"]
        operations.hide_comment(actor=request.actor, comment_id=comment_id, reason=reason, at=request.now)
        return listed

    context = {
        "heading": _("Hide a comment"),
        "lead": found.proposal.title,
        "asked": found,
        "text": _("Hide what insults, names people or has nothing to do with the project; never what merely "
                  "disagrees. It cannot be shown again."),
        "button": _("Hide it"),
        "danger": True,
        "crumbs": desk_crumbs(call, (_("Comments and answers"), listed), (_("Hide a comment"), "")),
    }  # fmt: skip
    done = _("The comment is hidden.")
    return answer_form(request, HideForm(sent(request)), act, "ventures/say.html", context, done=done)
