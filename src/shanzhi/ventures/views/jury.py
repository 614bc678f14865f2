"""A juror's pages, made for a phone: own juries, declared interests, sheets, the closing; and the public result."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations
from shanzhi.ventures.forms.jury import InterestsForm, SheetForm
from shanzhi.ventures.lifecycle import CALL
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations.sheets import criteria_of
from shanzhi.ventures.queries import jury as reading
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.pitching import draw_order, is_open, pitching

STATES = {
    "todo": ("plain", _("Not begun")),
    "draft": ("warn", _("Begun")),
    "handed_in": ("good", pgettext_lazy("score sheet", "Handed in")),
    "interest": ("plain", _("Own interest: left out")),
    "void": ("plain", _("Left out")),
}
SEATS: Final = Listing(
    key="juries",
    caption=_("My juries"),
    columns=(
        Column("title", _("Round"), value=lambda row: row.call.shown_title, sort="call__title",
               url=lambda row: reverse("ventures:jury", args=[row.call_id]) if row.works else ""),
        Column("state", _("State"), value=lambda row: CALL.states[row.call.state], sort="call__state"),
        Column("number", _("Your number"), "number", sort="number", priority=2),
        Column("handed_in", _("Sheets handed in"), "number", sort="handed_in"),
        Column("starts_at", _("Since"), "datetime", sort="starts_at", priority=2),
        Column("term_ends_at", _("Term ends"), "datetime", sort="term_ends_at", priority=2),
    ),
    default_sort="-starts_at",
    filters=(ChoiceFilter("state", _("State"), field="call__state", choices=list(CALL.states.items())),),
    search=lambda rows, text: rows.filter(call__title__icontains=text),
    search_label=_("Search my juries"),
    empty=Empty(_("You sit in no jury"), _("An office that runs a round appoints its jurors; you find it here then.")),
)  # fmt: skip


@login_required
def seats(request: Request) -> HttpResponse:
    """List the viewer's juries."""
    context = {"heading": _("My juries"), "crumbs": [(_("Home"), "/"), (_("My juries"), "")]}
    answer: HttpResponse = listing_response(
        request, SEATS, reading.seats(viewer=request.actor, at=request.now), context
    )
    return answer


def _crumbs(call: Call, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    crumbs = [(_("Home"), "/"), (_("My juries"), reverse("ventures:juries")),
              (call.shown_title, reverse("ventures:jury", args=[call.pk])), *more]  # fmt: skip
    crumbs[-1] = (crumbs[-1][0], "")
    return crumbs


@login_required
@never_cache
def jury(request: Request, call_id: UUID) -> HttpResponse:
    """Show a juror the projects in the order of pitches, and what is still due."""
    found = reading.jury_call(call_id=call_id)
    own = reading.seat(viewer=request.actor, found=found, at=request.now)
    rows = reading.projects(viewer=request.actor, found=found, at=request.now)
    closing = reading.closing(found=found)
    context = {
        "call": found,
        "own": own,
        "rows": [(row, *STATES[row.state]) for row in rows],
        "due": reading.due(viewer=request.actor, found=found, at=request.now),
        "own_due": sum(row.state in ("todo", "draft") for row in rows),
        "open": is_open(found, closing),
        "closing": closing,
        "conducts": own.chair,
        **pitching(found, "jury"),
        "crumbs": _crumbs(found),
    }
    return render(request, "ventures/jury/jury.html", context)


@login_required
@never_cache
def due(request: Request, call_id: UUID) -> HttpResponse:
    """Give the number of sheets still due as the part of a page that asks again, never a score."""
    found = reading.jury_call(call_id=call_id)
    number = reading.due(viewer=request.actor, found=found, at=request.now)
    context = {"call": found, "due": number, "open": is_open(found, reading.closing(found=found))}
    return render(request, "ventures/jury/due.html", context)


def _chaired(request: Request, call_id: UUID) -> Call:
    """Give a call whose jury the viewer chairs; another juror is told so, and nobody else finds anything."""
    found = reading.jury_call(call_id=call_id)
    if not reading.seat(viewer=request.actor, found=found, at=request.now).chair:
        raise operations.NotTheChair(_("The pitches are conducted by the chair of the jury."))
    return found


@login_required
@acts
def draw(request: Request, call_id: UUID) -> HttpResponse:
    """Draw the order of the pitches by lot, by the chair."""
    found = _chaired(request, call_id)
    draw_order(request, found.pk)
    return redirect(reverse("ventures:jury", args=[found.pk]) + "#pitches")


@login_required
@acts
def pitch(request: Request, call_id: UUID, position: int) -> HttpResponse:
    """Start or end the time of a pitch, by the chair."""
    found = _chaired(request, call_id)
    move = request.POST.get("move", "")
    operations.time_pitch(actor=request.actor, call_id=found.pk, position=position, move=move, at=request.now)
    return redirect(reverse("ventures:jury", args=[found.pk]) + "#pitches")


@login_required
@never_cache
@form_page
def interests(request: Request, call_id: UUID) -> HttpResponse:
    """Ask a juror for own interests; what was declared stays declared."""
    found = reading.jury_call(call_id=call_id)
    rows = reading.projects(viewer=request.actor, found=found, at=request.now)
    open_rows = [(str(row.proposal.pk), f"{row.code} {row.proposal.title}") for row in rows if row.state != "interest"]
    form = InterestsForm(sent(request), projects=open_rows)

    def act(filled: Any) -> str:
        given = {UUID(key): value for key, value in filled.interests().items()}
        operations.declare_interests(actor=request.actor, call_id=found.pk, interests=given, at=request.now)
        return reverse("ventures:jury", args=[found.pk])

    context = {
        "heading": _("Own interests"),
        "lead": found.shown_title,
        "text": _(
            "Whoever belongs to a team, is close to one or works for the same organisation does not score that project "
            "and never sees its sheet. What you declare is not taken back."
        ),
        "button": _("Declare"),
        "crumbs": _crumbs(found, (_("Own interests"), "")),
    }
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("Your declaration is kept."))


@login_required
@never_cache
@form_page
def sheet(request: Request, call_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Fill in a sheet. A script saves it as one types and keeps it on the phone while the network is away."""
    found = reading.jury_call(call_id=call_id)
    held = reading.own_sheet(viewer=request.actor, found=found, proposal_id=proposal_id, at=request.now)
    initial = {**{f"score_{key}": points for key, points in held.scores.items()}, "comment": held.comment}
    form = SheetForm(sent(request), criteria=criteria_of(found), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            answer = _save(request, found, proposal_id, form)
            if answer is not None:
                return answer
            status = 409
        elif ui_forms.is_autosave(request):
            return HttpResponse(gettext("Points are whole numbers from 0 to 100."), status=422)
    context = {
        "call": found,
        "held": held,
        "form": form,
        "tag": STATES[held.state],
        "open": is_open(found, reading.closing(found=found)),
        "crumbs": _crumbs(found, (held.proposal.title, "")),
    }
    return render(request, "ventures/jury/sheet.html", context, status=status)


def _save(request: Request, found: Call, proposal_id: UUID, form: SheetForm) -> HttpResponse | None:
    """Save or hand in; a refusal stands in the form, and an autosave gets its words alone."""
    autosave = ui_forms.is_autosave(request)
    try:
        saved = operations.save_sheet(
            actor=request.actor,
            call_id=found.pk,
            proposal_id=proposal_id,
            version=ui_forms.version(request) or 0,
            scores=form.scores(),
            comment=form.cleaned_data["comment"],
            hand_in=not autosave and "draft" not in request.POST,
            at=request.now,
        )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        if autosave:
            return HttpResponse(refusal.text, status=refusal.status)
        ui_forms.apply_refusal(form, refusal)
        return None
    if autosave:
        return HttpResponse(status=204, headers={"X-Version": str(saved.version)})
    messages.success(request, _("The sheet is handed in.") if saved.state == "handed_in" else _("The sheet is saved."))
    return redirect("ventures:jury", call_id=found.pk)


@login_required
@acts
def close(request: Request, call_id: UUID) -> HttpResponse:
    """Close the jury, by its chair."""
    found = reading.jury_call(call_id=call_id)
    reading.seat(viewer=request.actor, found=found, at=request.now)
    try:
        operations.close_jury(actor=request.actor, call_id=found.pk, at=request.now)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.warning(request, refusal.text)
        return redirect("ventures:jury", call_id=found.pk)
    return redirect("ventures:jury_result", call_id=found.pk)
