"""One pair: where its points come from, and dropping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities.views.frames import frame, times_of, title_of
from shanzhi.assignments import operations, policies, queries
from shanzhi.assignments.forms.runs import DropForm
from shanzhi.assignments.models import Proposal
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.views.runs import FORM, steps_to
from shanzhi.assignments.views.words import pair_state, parts_of, reason_words
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering.views.frames import shown_name


def _facts(found: Proposal) -> list[Answer]:
    pairs = [
        Answer(_("Activity"), title_of(found.shift.activity)),
        Answer(_("When"), times_of(found.shift)),
        Answer(_("Meeting place"), found.shift.where),
        Answer(_("Volunteer number"), found.volunteer.number),
        Answer(_("Name"), shown_name(found.volunteer)),
    ]
    if found.decided_at is not None:
        pairs.append(Answer(_("Decided on"), formatting.moment(found.decided_at)))
    if found.answered_at is not None:
        pairs.append(Answer(_("Answered on"), formatting.moment(found.answered_at)))
    return [*pairs, Answer(_("Reason"), reason_words(found))] if found.reason else pairs


@login_required
def pair(request: Any, pair_id: UUID) -> HttpResponse:
    """Explain a pair, part by part."""
    found = queries.pair(viewer=request.actor, pair_id=pair_id)
    may = policies.may_decide(actor=request.actor, run=found.run) is None
    context = {
        "heading": _("Why this pair"), "pair": found, "pairs": _facts(found),
        "parts": [Answer(name, f"{points} · {why}") for name, points, why in parts_of(found)],
        "state": pair_state(found), "may": may and found.state == "proposed" and found.run.state == "proposed",
        "crumbs": [(_("Home"), "/"), *steps_to(found.run), (_("Why this pair"), "")],
    }  # fmt: skip
    return render(request, "assignments/pair.html", context)


@login_required
@form_page
def drop(request: Any, pair_id: UUID) -> HttpResponse:
    """Drop a pair that nobody was asked for, for a reason."""
    found = queries.pair(viewer=request.actor, pair_id=pair_id)
    policies.require(policies.may_decide(actor=request.actor, run=found.run))
    decided = found.state != "proposed" or found.run.state != "proposed"
    if request.method != "POST" and decided:  # what is sent the operation judges
        raise refusals.NotProposed

    def act(form: Any) -> str:
        operations.drop_pair(pair_id=pair_id, **form.cleaned_data, **acting(request))
        return reverse("assignments:run", args=[found.run_id])

    lead = f"{times_of(found.shift)} · {found.shift.activity.title} · {found.volunteer.number}"
    back = reverse("assignments:pair", args=[pair_id])
    context = frame(_("Do not ask this person"), _("Do not ask"), back, *steps_to(found.run), lead=lead, kind="danger")
    return answer_form(request, DropForm(sent(request)), act, context, done=_("This person is not asked."),
                       template=FORM)  # fmt: skip
