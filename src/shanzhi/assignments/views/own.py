"""What is asked of oneself: a yes or a no with one press, and being called up in an emergency."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities import queries as activities
from shanzhi.activities.views.frames import times_of, title_of
from shanzhi.assignments import operations, queries, wants
from shanzhi.assignments.views.words import pair_state, reason_words
from shanzhi.kernel.errors import Refusal
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.methods import acts


@login_required
def asked(request: Any) -> HttpResponse:
    """Show what is asked, the last answers, and whether one is called up in an emergency."""
    rows = queries.asked(**viewing(request))
    context = {
        "heading": _("Asked of me"),
        "rows": [(one, title_of(one.shift.activity), times_of(one.shift)) for one in rows],
        "others": wants.asked(request.actor, request.now),
        "answered": [
            (one, title_of(one.shift.activity), times_of(one.shift), pair_state(one), reason_words(one))
            for one in queries.answered(viewer=request.actor)
        ],
        "on_call": queries.on_call(viewer=request.actor),
        "may_be_called": queries.may_be_called(**viewing(request)),
        "crumbs": [(_("Home"), "/"), (_("My volunteering"), reverse("volunteering:mine")), (_("Asked of me"), "")],
    }  # fmt: skip
    answer = render(request, "assignments/asked.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@acts
def answer(request: Any, pair_id: UUID) -> HttpResponse:
    """Say yes, having read the risks that stand beside the button, or no."""
    try:
        if request.POST.get("step") == "accept":
            row = operations.accept_ask(pair_id=pair_id, risks_read=True, **acting(request))
            held = activities.own_in(viewer=request.actor, shifts=[row.shift_id]).get(row.shift_id)
            waits = held is not None and held.state == "waiting"
            words = _("No place was free any more: you wait in line.") if waits else _("Thank you: you have a place.")
            messages.success(request, words)
        else:
            operations.decline_ask(pair_id=pair_id, reason=request.POST.get("reason", ""), **acting(request))
            messages.success(request, _("Thank you for the answer. Nobody minds a no."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    return redirect("assignments:asked")


@login_required
@acts
def on_call(request: Any) -> HttpResponse:
    """Agree to be called up in an emergency, or end that."""
    try:
        if request.POST.get("step") == "agree":
            operations.agree_on_call(**acting(request))
            messages.success(request, _("You are called up when there is an emergency."))
        else:
            operations.end_on_call(**acting(request))
            messages.success(request, _("You are not called up any more."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    return redirect("assignments:asked")
