"""Keeping the list of a shift: the screen at the gate, who is here, who came without having signed up, the manner."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations, policies, queries
from shanzhi.attendance.forms import EnterForm, MannerForm, WalkInForm
from shanzhi.attendance.models import Act
from shanzhi.attendance.views.frames import FORM, clock, frame, list_of, list_steps, name, times
from shanzhi.attendance.views.offline import marked, owner_of
from shanzhi.kernel.gate import next_step
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page

FEW: Final = 12
"""People on a list that needs no search."""
AFTER: Final = 1
"""Seconds after the end of a step at which the screen asks for the next code."""


def _kept(request: Any, shift_id: UUID) -> Shift:
    """Give a shift to who keeps its list."""
    shift = queries.led_shift(viewer=request.actor, shift_id=shift_id)
    policies.require(policies.may_lead(actor=request.actor, shift=shift))
    return shift


@never_cache
@login_required
def screen(request: Any, shift_id: UUID) -> HttpResponse:
    """Show the code of now and how many are here; the page asks for the next code by itself, without scripts."""
    shift = _kept(request, shift_id)
    path = reverse("attendance:gate", args=[queries.code_of(shift.pk, request.now)])
    context = {
        "shift": shift, "times": times(shift), "link": request.build_absolute_uri(path),
        "still": "still" in request.GET,
        "numbers": queries.numbers(shift), "heading": shift.activity.title,
        "open": shift.state == "open" and request.now < shift.ends_at,
        "early": request.now < shift.starts_at - queries.EARLY, "opens": clock(shift.starts_at - queries.EARLY),
        "crumbs": [(_("Home"), "/"), *list_steps(shift), (_("Screen at the gate"), "")],
    }  # fmt: skip
    answer = render(request, "attendance/screen.html", context)
    if not context["still"]:
        left = (next_step(request.now) - request.now).total_seconds()
        answer["Refresh"] = str(int(left) + AFTER)
    return answer


@never_cache
@login_required
@form_page
def presence(request: Any, shift_id: UUID) -> HttpResponse:
    """Show everybody who signed up, with one button each; take a tap."""
    shift = _kept(request, shift_id)
    if request.method == "POST":
        return _tap(request, shift)
    words = request.GET.get("q", "").strip()[:30]
    lines = [one for one in queries.lines(shift) if words in one.volunteer.number or words in name(one.volunteer)]
    context = {
        "shift": shift, "times": times(shift), "heading": shift.activity.title, "numbers": queries.numbers(shift),
        "lines": [(one, name(one.volunteer), _since(one)) for one in lines], "q": words,
        "many": bool(words) or len(lines) > FEW,
        "gate": queries.gate_of(shift.pk), "owner": owner_of(request), "over": request.now >= shift.ends_at,
        "doubted": queries.undecided(shift),
        "crumbs": [(_("Home"), "/"), *list_steps(shift)[:-1], (shift.activity.title, "")],
    }  # fmt: skip
    return marked(request, render(request, "attendance/list.html", context))


def _since(line: queries.Line) -> str:
    row = line.record
    if row is None:
        return ""
    if row.left_at is None:
        return _("Here since %(at)s") % {"at": clock(row.arrived_at)}
    return _("Here %(from)s – %(until)s") % {"from": clock(row.arrived_at), "until": clock(row.left_at)}


def _tap(request: Any, shift: Shift) -> HttpResponse:
    """Do what a button of the list says."""
    if "end" in request.POST:
        number = operations.end_shift(shift_id=shift.pk, **acting(request))
        done = ngettext("One volunteer is signed out.", "%(number)s volunteers are signed out.", number)
        messages.success(request, done % {"number": number})
        return redirect("attendance:list", shift_id=shift.pk)
    for act in Act:
        given = request.POST.get(act.value, "")
        if given:
            operations.mark(shift_id=shift.pk, volunteer_id=_uuid(given), act=act.value, **acting(request))
            return redirect(f"{list_of(shift)}#v-{given}")
    return redirect("attendance:list", shift_id=shift.pk)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


@login_required
@form_page
def walk_in(request: Any, shift_id: UUID) -> HttpResponse:
    """Let in somebody who did not sign up."""
    shift = _kept(request, shift_id)

    def act(form: Any) -> str:
        operations.walk_in(shift_id=shift_id, **form.cleaned_data, **acting(request))
        return list_of(shift)

    context = frame(_("Came without having signed up"), _("Let in"), list_of(shift), *list_steps(shift))
    done = _("The volunteer is on the list, and here.")
    return answer_form(request, WalkInForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def enter(request: Any, shift_id: UUID) -> HttpResponse:
    """Enter afterwards somebody who was there, as from a list on paper."""
    shift = _kept(request, shift_id)

    def act(form: Any) -> str:
        operations.enter(shift_id=shift_id, **form.cleaned_data, **acting(request))
        return list_of(shift)

    first = {"arrived_at": shift.starts_at, "left_at": shift.ends_at}
    lead = _("For somebody who signed up and was there, and of whom nothing was written down.")
    steps = list_steps(shift)
    context = frame(_("Enter somebody afterwards"), _("Enter somebody afterwards"), list_of(shift), *steps, lead=lead)
    form = EnterForm(sent(request), initial=first)
    return answer_form(request, form, act, context, done=_("The presence is on record."), template=FORM)


@login_required
@form_page
def manner(request: Any, shift_id: UUID) -> HttpResponse:
    """Say how the shift lets people in."""
    shift = _kept(request, shift_id)
    now = queries.gate_of(shift.pk)
    form = MannerForm(sent(request), initial={"walk_ins": now.walk_ins, "metres": now.metres})

    def act(form: Any) -> str:
        operations.set_gate(shift_id=shift_id, **form.cleaned_data, **acting(request))
        return list_of(shift)

    context = frame(_("Manner of the gate"), _("Save"), list_of(shift), *list_steps(shift))
    return answer_form(request, form, act, context, done=_("The gate lets people in this way."), template=FORM)
