"""The jury at the desk: who sits in it, the lot, the time of each pitch, how many sheets are still due."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound, Refusal, SignInNeeded
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations
from shanzhi.ventures.forms.desk import ReasonForm
from shanzhi.ventures.forms.jury import AppointForm
from shanzhi.ventures.models import Call, Juror
from shanzhi.ventures.operations.fields import identifier
from shanzhi.ventures.queries import jury as reading
from shanzhi.ventures.views.desk_calls import tabs_of
from shanzhi.ventures.views.desk_frames import answer_form, desk_crumbs, put_refusal, run_call, run_once, sent
from shanzhi.ventures.views.pitching import draw_order, is_open, pitching
from shanzhi.ventures.views.rows import tags_of

NUMBER: Final = re.compile(r"[0-9]{1,4}")


def _history(row: Juror) -> str:
    """Lead from the number of a juror's own interests to who declared which and when."""
    return reverse("audit:history", args=["ventures.juror", row.pk])


JURORS: Final = Listing(
    key="jurors",
    caption=_("Jurors"),
    columns=(
        Column("number", _("No."), "number", sort="number"),
        Column("name", _("Name"), value=lambda row: str(row.person.name)),
        Column("chair", _("Chair"), value=lambda row: _("Yes") if row.chair else "", sort="chair"),
        Column("declared_at", _("Interests declared"), "datetime", sort="declared_at"),
        Column("interests", _("Own interests"), "number", sort="interests", priority=2, url=_history),
        Column("handed_in", _("Sheets handed in"), "number", sort="handed_in"),
        Column("starts_at", _("Begins"), "datetime", sort="starts_at", priority=2),
        Column("term_ends_at", _("Term ends"), "datetime", sort="term_ends_at", priority=2),
        Column("ends_at", _("Left"), "datetime", sort="ends_at", priority=2),
        Column("end", _("Leaving"), value=lambda row: "" if row.ends_at else _("Let leave"), in_export=False,
               url=lambda row: reverse("ventures:desk_jury_end", args=[row.call_id, row.pk])),
    ),
    default_sort="number",
    filters=(ChoiceFilter("chair", _("Chair"), choices=[("True", _("Yes")), ("False", _("No"))]),),
    search=lambda rows, text: rows.filter(number=int(text)) if NUMBER.fullmatch(text) else rows.none(),
    search_label=_("Search by number"),
    empty=Empty(_("Nobody sits in this jury yet"), _("Appoint its jurors and a chair below.")),
)  # fmt: skip


@login_required
@form_page
def panel(request: Request, call_id: UUID) -> HttpResponse:
    """Show the panel, appoint a juror, and say how many sheets are still due, without a score."""
    found = run_call(request, call_id)
    if not found.jury:
        raise NotFound
    people = reading.candidates(viewer=request.actor, found=found, at=request.now)
    offers = [(str(one.pk), f"{one.name} · {str(one.pk)[:8]}") for one in people]
    given = request.POST.get("person", "")
    if given and given not in dict(offers):
        offers.append((given, given[:8]))  # sent again after it was done: the operation answers, not the form
    form = AppointForm(sent(request), offers=offers)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run_once(request, lambda: _appoint(request, found, form))
            except Refusal as refusal:
                if isinstance(refusal, NotFound | SignInNeeded):
                    raise
                put_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The juror is appointed."))
                return redirect("ventures:desk_jury", call_id=call_id)
    context = {**_frame(request, found), "form": form, "people": people}
    answer: HttpResponse = listing_response(
        request, JURORS, reading.panel(viewer=request.actor, found=found), context, template="ventures/jury/panel.html"
    )
    answer.status_code = status
    return answer


def _appoint(request: Request, found: Call, form: AppointForm) -> dict[str, Any]:
    person, chair = identifier(form.cleaned_data["person"]), form.cleaned_data["chair"]
    term = operations.JuryTerm(form.cleaned_data["starts_at"], form.cleaned_data["ends_at"])
    made = operations.appoint_juror(
        actor=request.actor, call_id=found.pk, person_id=person, chair=chair, term=term, at=request.now
    )
    return {"juror": str(made.pk)}


def _frame(request: Request, found: Call) -> dict[str, Any]:
    closing = reading.closing(found=found)
    return {
        "heading": _("Jury"),
        "lead": found.shown_title,
        "call": found,
        "tags": tags_of(found),
        "tabs": tabs_of(request, found, "desk_jury"),
        "closing": closing,
        "open": is_open(found, closing),
        "conducts": True,
        "reads_history": True,
        "due": reading.due(viewer=request.actor, found=found, at=request.now),
        **pitching(found, "desk_jury"),
        "crumbs": desk_crumbs(found, (_("Jury"), "")),
    }


@login_required
@acts
def draw(request: Request, call_id: UUID) -> HttpResponse:
    """Draw the order of the pitches by lot."""
    run_call(request, call_id)
    draw_order(request, call_id)
    return redirect(reverse("ventures:desk_jury", args=[call_id]) + "#pitches")


@login_required
@acts
def pitch(request: Request, call_id: UUID, position: int) -> HttpResponse:
    """Start or end the time of a pitch."""
    run_call(request, call_id)
    operations.time_pitch(
        actor=request.actor, call_id=call_id, position=position, move=request.POST.get("move", ""), at=request.now
    )
    return redirect(reverse("ventures:desk_jury", args=[call_id]) + "#pitches")


@login_required
@form_page
def end(request: Request, call_id: UUID, juror_id: UUID) -> HttpResponse:
    """Let a juror leave, for a reason."""
    found = run_call(request, call_id)
    one = _juror(request, found, juror_id)
    form = ReasonForm(sent(request))
    back = reverse("ventures:desk_jury", args=[call_id])

    def act(filled: Any) -> str:
        operations.end_juror(
            actor=request.actor, call_id=call_id, juror_id=juror_id, reason=filled.cleaned_data["reason"],
            at=request.now,
        )  # fmt: skip
        return back

    context = {
        "heading": _("Let a juror leave"),
        "lead": found.shown_title,
        "text": _("Juror %(number)s leaves the jury. The sheets stay on record and are left out of the scores.")
        % {"number": one.number},
        "button": _("Let leave"),
        "crumbs": desk_crumbs(found, (_("Jury"), back), (_("Let a juror leave"), "")),
    }
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("The juror has left."))


def _juror(request: Request, found: Call, juror_id: UUID) -> Juror:
    one = reading.panel(viewer=request.actor, found=found).filter(pk=juror_id).first()
    if one is None:
        raise NotFound
    return one
