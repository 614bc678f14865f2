"""Signing up for a shift, giving the place back, keeping it after a change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.activities import operations, queries
from shanzhi.activities.forms.planning import GiveBackForm, RisksForm
from shanzhi.activities.operations import refusals
from shanzhi.activities.views.frames import FORM, address_of, frame, free_words, mine_steps, steps_to, times_of
from shanzhi.kernel.errors import Refusal
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.http import acting
from shanzhi.ui.methods import acts, form_page
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.operations.refusals import NotAVolunteer
from shanzhi.volunteering.views.frames import registering_first


@login_required
@form_page
def sign(request: Any, shift_id: UUID) -> HttpResponse:
    """Sign up, with the risks read; where no place is free, wait in line."""
    shift = queries.shift_of(viewer=request.actor, shift_id=shift_id)
    if request.method != "POST":  # what is sent the operation judges, and a second press gets the first answer
        if shift.state != "open" or shift.starts_at <= request.now or shift.activity.state != "published":
            raise refusals.ShiftOver
        if queries.own_in(viewer=request.actor, shifts=[shift_id]):
            return redirect("activities:mine")
    if first := registering_first(request):
        return first
    who = volunteering.mine(viewer=request.actor)
    if who is None:
        raise NotAVolunteer
    found = queries.against(volunteer=who, shift=shift, at=request.now)

    def act(form: Any) -> str:
        made = operations.sign_up(shift_id=shift_id, risks_read=form.cleaned_data["risks_read"], **acting(request))
        waits = made.state == "waiting"
        messages.success(
            request, _("No place was free: you wait in line.") if waits else _("You have a place in this shift.")
        )
        return reverse("activities:mine")

    free = bool(getattr(shift, "free", 0))
    button = pgettext("shift", "Sign up") if free else _("Wait in line")
    back = address_of(shift.activity_id)
    lead = f"{times_of(shift)} · {shift.where} · {free_words(shift)}"
    context = {**frame(_("Sign up for a shift"), button, back, *steps_to(shift.activity), lead=lead),
               "risks": shift.activity.risks, "against": found}  # fmt: skip
    done = _("You find it under My shifts. You are reminded a day before.")
    return answer_form(request, RisksForm(sent(request)), act, context, done=done, template="activities/sign.html")


@login_required
@form_page
def leave(request: Any, shift_id: UUID) -> HttpResponse:
    """Give the place back, or the place in line."""
    shift = queries.shift_of(viewer=request.actor, shift_id=shift_id)
    if request.method != "POST" and not queries.own_in(viewer=request.actor, shifts=[shift_id]):
        raise refusals.NotInShift

    def act(form: Any) -> str:
        operations.leave_shift(shift_id=shift_id, **acting(request))
        return reverse("activities:mine")

    lead = _(
        "%(title)s, %(when)s. The place goes to the next in line; if you come again, you are behind those who wait."
    )
    words = lead % {"title": shift.activity.title, "when": times_of(shift)}
    context = frame(_("Give the place back"), _("Give it back"), reverse("activities:mine"), *mine_steps(), lead=words,
                    kind="danger")  # fmt: skip
    return answer_form(request, GiveBackForm(sent(request)), act, context, done=_("You gave it back."), template=FORM)


@login_required
@acts
def keep(request: Any, shift_id: UUID) -> HttpResponse:
    """Keep the place after a change of time or place."""
    queries.shift_of(viewer=request.actor, shift_id=shift_id)
    try:
        operations.keep_place(shift_id=shift_id, **acting(request))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("You keep your place."))
    return redirect("activities:mine")
