"""The desk of like projects: the pairs, one pair with a suggestion to both teams, and undoing a merging."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import operations, policies
from shanzhi.ventures.exchange.twins import TWINS, merger_state
from shanzhi.ventures.forms.mergers import SuggestForm, UndoForm
from shanzhi.ventures.lifecycle import MERGER
from shanzhi.ventures.models import Twin
from shanzhi.ventures.queries import mergers
from shanzhi.ventures.queries import twins as finding
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.twins import measure


@login_required
def listing(request: Request) -> HttpResponse:
    """List the pairs of like projects of the own areas, the most alike first."""
    rows = finding.desk_twins(viewer=request.actor)
    context = {
        "heading": _("Similar projects"),
        "lead": _("Pairs of one round that say much the same. Read both before you suggest a merger."),
        "crumbs": [(_("Home"), "/"), (_("Similar projects"), "")],
    }
    answer: HttpResponse = listing_response(request, TWINS, rows, context)
    return answer


def _may_suggest(request: Request, found: Twin) -> bool:
    both = (found.one, found.other)
    if not all(mergers.may_merge(one) for one in both) or found.merging in ("proposed", "open"):  # type: ignore[attr-defined]  # annotated
        return False
    try:
        for one in both:
            policies.require_reviewer(request.actor, one)
    except Refusal:
        return False
    return True


@login_required
@form_page
def twin(request: Request, twin_id: UUID) -> HttpResponse:
    """Show why two projects are alike, and suggest to both teams that they make one of the two."""
    found = finding.desk_twin(viewer=request.actor, twin_id=twin_id)
    if request.method == "POST":
        for one in (found.one, found.other):
            policies.require_reviewer(request.actor, one)

    def act(form: Any) -> str:
        message = form.cleaned_data["message"]
        made = operations.suggest(actor=request.actor, twin_id=twin_id, message=message, at=request.now)
        return reverse("ventures:merger", args=[made.pk])

    parts = [(label, getattr(found, name)) for name, label in finding.PART_LABELS.items()]
    context = {
        "twin": found,
        "tag": pieces.Tag(*merger_state(found.merging)),  # type: ignore[attr-defined]  # annotated
        "parts": [(label, value) for label, value in parts if value is not None],
        "words": finding.words_of(found.one, found.other),
        "measure": measure(),
        "may_suggest": _may_suggest(request, found),
        "merger": mergers.mergers_of(viewer=request.actor, proposal_id=found.one_id)
        .filter(first__in=(found.one_id, found.other_id), second__in=(found.one_id, found.other_id))
        .first(),
        "crumbs": [
            (_("Home"), "/"),
            (_("Similar projects"), reverse("ventures:desk_twins")),
            (found.one.title, ""),
        ],
    }
    form = SuggestForm(sent(request))
    return answer_form(request, form, act, "ventures/desk/twin.html", context, done=_("Both teams are told."))


@login_required
@form_page
def undo(request: Request, merger_id: UUID) -> HttpResponse:
    """Make two proposals of one again, with a reason."""
    found = mergers.merger(viewer=request.actor, merger_id=merger_id).found
    policies.require_runs(request.actor, found.call)
    MERGER.move(found.state, "undo")
    if found.stays is None:
        raise NotFound

    def act(form: Any) -> str:
        reason = form.cleaned_data["reason"]
        operations.undo_merger(actor=request.actor, merger_id=merger_id, reason=reason, at=request.now)
        return reverse("ventures:merger", args=[merger_id])

    back = reverse("ventures:merger", args=[merger_id])
    context = {
        "heading": _("Undo this merging"),
        "lead": found.stays.title,
        "points": [
            _("Both proposals come back as they were before the merging, and are reviewed anew."),
            _("What the one team changed since is kept among the versions, and no longer stands."),
            _("Members of the other team leave this one, but for those who were in both."),
        ],
        "label": _("Undo the merging"),
        "tone": "danger",
        "back": back,
        "crumbs": [(_("Home"), "/"), (_("Merger of two proposals"), back), (_("Undo"), "")],
    }
    done = _("The merging is undone.")
    return answer_form(request, UndoForm(sent(request)), act, "ventures/merger_form.html", context, done=done)
