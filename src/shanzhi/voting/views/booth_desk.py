"""The desk of a booth, made for a phone: open, find a voter, hand out, spoil, count, close, reconcile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.ui import forms as ui_forms
from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.voting import operations, queries
from shanzhi.voting.forms import (
    HandOutForm,
    NewcomerForm,
    ReasonForm,
    ReceivedForm,
    RecountForm,
    SerialForm,
    SheetCountForm,
    VoterSearchForm,
)
from shanzhi.voting.lifecycle import CLOSED, OPEN
from shanzhi.voting.models import Booth
from shanzhi.voting.operations import Newcomer, SheetCount
from shanzhi.voting.operations.serials import grouped_serial
from shanzhi.voting.views.frames import TONES, act_page, attempt, booth_crumbs, communities_in, version_of


@never_cache
@login_required
def booth(request: Request, booth_id: UUID) -> HttpResponse:
    """Show where a booth stands and what is to be done now."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    balance = queries.balance(viewer=request.actor, booth_id=booth_id)
    works = queries.works(viewer=request.actor, booth=found)
    apart = len(queries.differing(viewer=request.actor, booth_id=booth_id))
    left = (found.sheets_received or 0) - balance.figures["issued"]
    context = {
        "booth": found,
        "tone": TONES[found.state],
        "figures": balance.figures,
        "left": left,
        "works": works,
        "may_register": queries.may_register(viewer=request.actor, booth=found),
        "runs_it": queries.may_manage(viewer=request.actor, poll=found.poll),
        "enters": queries.may_enter(viewer=request.actor, booth=found),
        "officers": queries.officers(booth=found),
        "steps": _steps(found, balance, apart) if found.state == CLOSED else [],
        "search": VoterSearchForm(),
        "crumbs": booth_crumbs(found),
    }
    return render(request, "voting/booth.html", context)


def _steps(found: Booth, balance: queries.Balance, apart: int) -> list[pieces.Task]:
    """List what is left to do after the close, in its order."""
    figures = balance.figures

    def at(name: str) -> str:
        return reverse(f"voting:{name}", args=[found.pk])

    waiting = figures["pending"]
    read = figures["entered"] >= (found.sheets_cast or 0) and not figures["unresolved"]
    return [
        pieces.Task(_("Outer envelopes: upload, confirm, open and mix"), at("booth_visits"),
                    "todo" if waiting else "done", count=waiting or None),
        pieces.Task(_("Read in the sheets, twice by two people"), at("entry"),
                    "blocked" if waiting else "done" if read else "todo"),
        pieces.Task(_("Settle differences"), at("differences"), "todo" if apart else "done", count=apart or None),
        pieces.Task(_("Reconcile"), at("booth_balance"), "todo" if balance.differences else "due"),
    ]  # fmt: skip


@login_required
@form_page
def open_booth(request: Request, booth_id: UUID) -> HttpResponse:
    """Open with the number of sheets received."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    form = ReceivedForm(request.POST or None)
    if form.is_valid() and attempt(
        form,
        lambda: operations.open_booth(
            actor=request.actor,
            booth_id=booth_id,
            received=form.cleaned_data["received"],
            version=version_of(request),
            at=request.now,
        ),
    ):
        messages.success(request, _("The polling place is open."))
        return redirect("voting:booth", booth_id)
    text = _("Show all present that the box is empty, and count the sheets together.")
    return act_page(request, found, form, heading=_("Open the polling place"), label=_("Open it"), text=text)


@login_required
@form_page
def receive(request: Request, booth_id: UUID) -> HttpResponse:
    """Note sheets that came later."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    form = ReceivedForm(request.POST or None)
    form.fields["received"].label = _("Sheets that came now")
    if form.is_valid() and attempt(
        form,
        lambda: operations.receive_sheets(
            actor=request.actor,
            booth_id=booth_id,
            number=form.cleaned_data["received"],
            version=version_of(request),
            at=request.now,
        ),
    ):
        messages.success(request, _("Noted."))
        return redirect("voting:booth", booth_id)
    return act_page(request, found, form, heading=_("More sheets came"), label=_("Note them"))


@never_cache
@login_required
@sensitive_post_parameters()
@form_page
def voters(request: Request, booth_id: UUID) -> HttpResponse:
    """Find a voter on the roll. What is looked for comes in the body and stands in no address."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    form = VoterSearchForm(request.POST or None)
    rows = None
    if form.is_valid():
        rows = queries.find_voters(viewer=request.actor, booth_id=booth_id, words=form.cleaned_data["words"])
    context = {
        "booth": found,
        "form": form,
        "rows": rows,
        "may_register": queries.may_register(viewer=request.actor, booth=found),
        "crumbs": booth_crumbs(found, (_("Find a voter"), "")),
    }
    return render(request, "voting/voters.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@form_page
def voter(request: Request, booth_id: UUID, number: int) -> HttpResponse:
    """Hand out a sheet to a voter who showed a document; the voter is marked at once."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    seen = queries.voter(viewer=request.actor, booth_id=booth_id, number=number)
    form = HandOutForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        mark = attempt(
            form,
            lambda: operations.mark_voter(
                actor=request.actor,
                booth_id=booth_id,
                voter=number,
                key=ui_forms.idempotency_key(request),
                at=request.now,
                **form.cleaned_data,
            ),
        )
        if mark:
            messages.success(request, _("Marked. Hand out one sheet; do not look at its serial."))
            if mark.outer:
                messages.info(request, _("Write on the outer envelope: %(outer)s") % {"outer": mark.outer})
            return redirect("voting:booth", booth_id)
    context = {
        "booth": found,
        "voter": seen,
        "form": form,
        "online": any(e.code == "voted_online" for es in form.errors.as_data().values() for e in es),
        "crumbs": booth_crumbs(found, (_("Hand out a sheet"), "")),
    }
    return render(request, "voting/voter.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@sensitive_post_parameters()
@form_page
def register(request: Request, booth_id: UUID) -> HttpResponse:
    """Register a resident on the spot, and go on to the hand-out."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, found)
    operations.require_registrar(request.actor, found)
    form = NewcomerForm(request.POST or None, areas=lambda: communities_in(queries.codes_of(booth=found), request.now))
    if form.is_valid():
        number = attempt(
            form,
            lambda: operations.register_voter(
                actor=request.actor,
                booth_id=booth_id,
                newcomer=Newcomer(**form.cleaned_data),
                key=ui_forms.idempotency_key(request),
                at=request.now,
            ),
        )
        if number:
            messages.success(request, _("Registered on the supplementary roll."))
            return redirect("voting:booth_voter", booth_id, number)
    text = _("With the document in your hand and the person before you. Compare the name, letter by letter.")
    return act_page(
        request, found, form, heading=_("Register on the spot"), label=_("I saw the document: register"), text=text
    )


@login_required
@form_page
def spoil(request: Request, booth_id: UUID) -> HttpResponse:
    """Note a spoiled sheet; the voter gets a fresh one."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, found)
    form = SerialForm(request.POST or None)
    if form.is_valid():
        sheet = attempt(
            form,
            lambda: operations.spoil_sheet(
                actor=request.actor, booth_id=booth_id, serial=form.cleaned_data["serial"], at=request.now
            ),
        )
        if sheet:
            said = _("%(serial)s is spoiled. Strike it through, put it aside, and hand out a fresh sheet.")
            messages.success(request, said % {"serial": grouped_serial(sheet.serial)})
            return redirect("voting:booth", booth_id)
    text = _("The voter hands the spoiled sheet back, folded. No name is noted.")
    return act_page(request, found, form, heading=_("Spoiled sheet"), label=_("Spoiled: replace it"), text=text)


@login_required
@form_page
def close_booth(request: Request, booth_id: UUID) -> HttpResponse:
    """Close with the count of sheets; later, correct that count."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, found)
    recounting = found.state == CLOSED
    standing = {name: getattr(found, f"sheets_{name}") for name in ("unissued", "spoiled", "returned", "cast")}
    form = (RecountForm if recounting else SheetCountForm)(request.POST or None, initial=standing)
    if form.is_valid() and attempt(form, lambda: _count(request, found, form.cleaned_data)):
        messages.success(request, _("The count is kept."))
        return redirect("voting:booth", booth_id)
    heading = _("Correct the count") if recounting else _("Close the polling place")
    text = _("Count together, both officers, without looking at what is marked.")
    label = _("Keep the count") if recounting else _("Close it")
    return act_page(request, found, form, heading=heading, label=label, text=text)


def _count(request: Request, found: Booth, given: dict[str, Any]) -> Booth:
    sent: dict[str, Any] = {
        "actor": request.actor,
        "booth_id": found.pk,
        "count": SheetCount(**{name: given[name] for name in ("unissued", "spoiled", "returned", "cast")}),
        "version": version_of(request),
        "at": request.now,
    }
    if found.state == CLOSED:
        return operations.recount_sheets(reason=given["reason"], **sent)
    return operations.close_booth(**sent)


@never_cache
@login_required
@form_page
def visits(request: Request, booth_id: UUID) -> HttpResponse:
    """Confirm home visits as the second officer, and note that accepted outer envelopes were opened and mixed."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    operations.booths.require_officer(request.actor, found)
    if request.method == "POST":
        _confirm_or_open(request, booth_id)
        return redirect("voting:booth_visits", booth_id)
    context = {
        "booth": found,
        "waiting": [
            (mark, request.actor.is_person(mark.officer_id))
            for mark in queries.waiting_visits(viewer=request.actor, booth_id=booth_id)
        ],
        "accepted": queries.marks(viewer=request.actor, booth_id=booth_id).filter(state="accepted").count(),
        "void": queries.marks(viewer=request.actor, booth_id=booth_id).filter(state="void").order_by("outer"),
        "crumbs": booth_crumbs(found, (_("Outer envelopes"), "")),
    }
    return render(request, "voting/visits.html", context)


def _confirm_or_open(request: Request, booth_id: UUID) -> None:
    given: dict[str, Any] = {"actor": request.actor, "booth_id": booth_id, "at": request.now}
    try:
        if request.POST.get("act") == "open":
            number = operations.open_outers(**given)
            said = ngettext("%(n)s outer envelope is opened.", "%(n)s outer envelopes are opened.", number)
        else:
            marks = [UUID(one) for one in request.POST.getlist("mark")]
            number = operations.confirm_visits(mark_ids=marks, **given)
            said = ngettext("%(n)s visit is confirmed.", "%(n)s visits are confirmed.", number)
    except ValueError:
        return
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    else:
        messages.success(request, said % {"n": number})


@never_cache
@login_required
@form_page
def balance(request: Request, booth_id: UUID) -> HttpResponse:
    """Show what agrees and what does not; reconcile when all does."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    if request.method == "POST":
        try:
            operations.reconcile_booth(
                actor=request.actor, booth_id=booth_id, version=version_of(request), at=request.now
            )
        except (operations.DoesNotReconcile, operations.BoothNotClosed, operations.StaleBooth) as refusal:
            messages.error(request, refusal.text)
        else:
            messages.success(request, _("The polling place is reconciled. Seal the box and hand it over."))
        return redirect("voting:booth_balance", booth_id)
    context = {
        "booth": found,
        "balance": queries.balance(viewer=request.actor, booth_id=booth_id),
        "works": queries.works(viewer=request.actor, booth=found),
        "closed": found.state == CLOSED,
        "done": found.state == "reconciled",
        "crumbs": booth_crumbs(found, (_("Reconciliation"), "")),
    }
    return render(request, "voting/balance.html", context)


@login_required
@form_page
def mark(request: Request, booth_id: UUID, mark_id: UUID) -> HttpResponse:
    """Show one mark with what can be done about it: handed back, carried off, not confirmed."""
    found = queries.booth(viewer=request.actor, booth_id=booth_id)
    row = queries.mark(viewer=request.actor, booth_id=booth_id, mark_id=mark_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    act = request.POST.get("act", "")
    acts = {"carry_off": operations.carry_off, "refuse": operations.refuse_visit}
    given: dict[str, Any] = {"actor": request.actor, "booth_id": booth_id, "mark_id": mark_id, "at": request.now}
    if act == "hand_back":
        form.fields["reason"].required = False
        if attempt(form, lambda: operations.hand_back(**given)):
            messages.success(request, _("Noted. The person may vote later, here or online."))
            return redirect("voting:booth_marks", booth_id)
    elif act in acts and form.is_valid() and attempt(form, lambda: acts[act](**form.cleaned_data, **given)):
        messages.success(request, _("Noted."))
        return redirect("voting:booth_marks", booth_id)
    context = {
        "booth": found,
        "mark": row,
        "form": form,
        "works": queries.works(viewer=request.actor, booth=found),
        "open": found.state == OPEN,
        "crumbs": booth_crumbs(
            found, (_("Marks"), reverse("voting:booth_marks", args=[booth_id])), (str(row.number), "")
        ),
    }
    return render(request, "voting/mark.html", context, status=422 if form.is_bound and form.errors else 200)
