"""The shifts of a plan: added, changed, called off; who signed up, with numbers and masked names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.activities import operations, policies, queries
from shanzhi.activities.forms.planning import CancelShiftForm, ChangeShiftForm, ShiftForm
from shanzhi.activities.lifecycle import SIGNUP
from shanzhi.activities.models import Outcome, Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.activities.views.frames import (
    FORM,
    frame,
    free_words,
    plan_of,
    plan_steps,
    reason_words,
    shift_state,
    signup_state,
    times_of,
)
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page


def name_of(row: SignUp) -> str:
    """Show the masked name, marked where the person is made up."""
    human = row.volunteer.human
    return f"{human.name} · {_('Synthetic')}" if human.synthetic else str(human.name)


def last_outcome(row: Any) -> str:
    """Say what the order of coming made of a sign-up last."""
    return str(dict(Outcome.choices).get(row.outcome, "")) if row.outcome else ""


SIGN_UPS = Listing(
    key="shift_sign_ups",
    columns=(
        Column("turn", gettext_lazy("Order of coming"), "number", sort="turn"),
        Column("number", gettext_lazy("Volunteer number"), sort="volunteer__number"),
        Column("name", gettext_lazy("Name"), value=name_of),
        Column("state", gettext_lazy("State"), "tag", value=signup_state, sort="state"),
        Column("queued_at", gettext_lazy("Came on"), "datetime", sort="queued_at", priority=2),
        Column("signed_at", gettext_lazy("Has the place since"), "datetime", sort="signed_at", priority=2),
        Column("outcome", gettext_lazy("How it was decided"), value=last_outcome, priority=2),
        Column("reason", gettext_lazy("Why it was ended"), value=reason_words, priority=2),
        Column("ended_at", gettext_lazy("Ended at"), "datetime", sort="ended_at", on_page=False),
    ),
    default_sort="turn",
    filters=(ChoiceFilter("state", gettext_lazy("State"), choices=SIGNUP.choices()),),
    search=queries.search_sign_ups,
    search_label=gettext_lazy("Volunteer number, or how it begins"),
    empty=Empty(
        gettext_lazy("Nobody has signed up yet"),
        gettext_lazy("Print the poster or send the address of the activity; everybody can sign up there."),
    ),
)  # fmt: skip


@login_required
def shift(request: Any, shift_id: UUID) -> HttpResponse:
    """List who is, was and waits in a shift, for who plans it."""
    found = queries.shift_for_planner(viewer=request.actor, shift_id=shift_id)
    rows = queries.sign_ups(viewer=request.actor, shift=found)
    context = {
        "heading": times_of(found), "lead": f"{found.activity.title} · {found.where} · {free_words(found)}",
        "shift": found, "state": shift_state(found),
        "may": found.state == "open" and found.starts_at > request.now and found.activity.living,
        "crumbs": [(_("Home"), "/"), *plan_steps(found.activity), (times_of(found), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, SIGN_UPS, rows, context, template="activities/shift.html")
    return answer


@login_required
@form_page
def new(request: Any, event_id: UUID) -> HttpResponse:
    """Add a shift, once or in repetition."""
    found = queries.plan(viewer=request.actor, activity_id=event_id)
    policies.require(policies.may_plan(actor=request.actor, team=found.team))
    if request.method != "POST" and not found.living:
        raise refusals.ActivityOver

    def act(form: Any) -> str:
        given = {**form.times(), **form.repeats(), "places": form.cleaned_data["places"]}
        operations.add_shifts(activity_id=event_id, **given, **acting(request))
        return plan_of(event_id)

    context = frame(_("Add shifts"), _("Add them"), plan_of(event_id), *plan_steps(found))
    form = ShiftForm(sent(request), initial={"every_weeks": 0, "places": 10})
    return answer_form(request, form, act, context, done=_("The shifts are added."), template=FORM)


def _open(request: Any, shift_id: UUID) -> Shift:
    """Give a shift to who plans it, to read a form one that has not begun; what is sent the operation judges."""
    found = queries.shift_for_planner(viewer=request.actor, shift_id=shift_id)
    policies.require(policies.may_plan(actor=request.actor, team=found.activity.team))
    if request.method == "POST":
        return found
    if found.state != "open" or found.starts_at <= request.now or not found.activity.living:
        raise refusals.ShiftOver
    return found


@login_required
@form_page
def edit(request: Any, shift_id: UUID) -> HttpResponse:
    """Change time, places or meeting place of a shift, or of those that follow too."""
    found = _open(request, shift_id)
    begins, ends = formatting.local(found.starts_at), formatting.local(found.ends_at)
    first = {"day": begins.date(), "begins": begins.time(), "ends": ends.time(), "places": found.places,
             "place": found.place}  # fmt: skip
    form = ChangeShiftForm(sent(request), initial=first, in_series=found.series is not None)

    def act(form: Any) -> str:
        given = {**form.times(), "places": form.cleaned_data["places"], "place": form.cleaned_data["place"]}
        following = form.cleaned_data.get("following", False)
        operations.change_shift(shift_id=shift_id, following=following, **given, **acting(request))
        return plan_of(found.activity_id)

    lead = _("Who signed up is told of another time or place, and keeps the place or gives it back with one press.")
    context = frame(_("Change the shift"), _("Save and tell"), plan_of(found.activity_id), *plan_steps(found.activity),
                    lead=lead)  # fmt: skip
    return answer_form(request, form, act, context, done=_("The shift is changed."), template=FORM)


@login_required
@form_page
def cancel(request: Any, shift_id: UUID) -> HttpResponse:
    """Call a shift off, or those that follow too."""
    found = _open(request, shift_id)

    def act(form: Any) -> str:
        operations.cancel_shift(shift_id=shift_id, **form.cleaned_data, **acting(request))
        return plan_of(found.activity_id)

    lead = f"{times_of(found)} · {free_words(found)}"
    context = frame(_("Call the shift off"), _("Call it off"), plan_of(found.activity_id), *plan_steps(found.activity),
                    lead=lead, kind="danger")  # fmt: skip
    form = CancelShiftForm(sent(request), in_series=found.series is not None)
    return answer_form(request, form, act, context, done=_("The shift is called off."), template=FORM)
