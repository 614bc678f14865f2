"""Reading in sheets, made for the keyboard; sheets that two people read differently."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.voting import operations, queries
from shanzhi.voting.forms import EntryForm, SerialForm
from shanzhi.voting.models import Booth
from shanzhi.voting.operations import Entered, SheetReading
from shanzhi.voting.operations.serials import grouped_serial
from shanzhi.voting.views.frames import NEVER_SHOWN, attempt, booth_crumbs


def _reading_booth(request: Request, booth_id: UUID) -> Booth:
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    if not queries.may_enter(viewer=request.actor, booth=booth):
        raise operations.MayNotEnter
    return booth


@never_cache
@login_required
@sensitive_post_parameters()
@form_page
def entry(request: Request, booth_id: UUID) -> HttpResponse:
    """Read in a sheet, then the next; nothing that was read is shown again."""
    booth = _reading_booth(request, booth_id)
    form = EntryForm(request.POST if request.method == "POST" else None, initial={"serial": request.GET.get("s", "")})
    if form.is_valid():
        made = attempt(form, lambda: _enter(request, booth, form.cleaned_data))
        if made:
            messages.success(request, _said(made))
            return redirect("voting:entry", booth_id)
    poll = booth.poll
    context = {
        "booth": booth,
        "poll": poll,
        "form": form,
        "progress": queries.progress(viewer=request.actor, booth_id=booth_id),
        "options": queries.options(poll=poll),
        "asks_sure": "sure" in form.errors,
        "crumbs": booth_crumbs(booth, (_("Read in sheets"), "")),
    }
    return render(request, "voting/entry.html", context, status=422 if form.errors else 200)


def _enter(request: Request, booth: Booth, given: dict[str, Any]) -> Entered:
    codes = [option.code for option in queries.options(poll=booth.poll)]
    kind = given["kind"]
    choices = operations.typed_choices(booth.poll.ballot_kind, given["numbers"], codes) if kind == "valid" else ()
    if kind == "valid" and not choices:
        raise operations.UnknownOption(
            _("Type the numbers of the projects, or say that the sheet is blank."), field="numbers"
        )
    return operations.enter_sheet(
        actor=request.actor,
        booth_id=booth.pk,
        serial=given["serial"],
        reading=SheetReading(kind, choices, given["reason"]),
        sure=given["sure"],
        at=request.now,
    )


def _said(made: Entered) -> str:
    serial = {"serial": grouped_serial(made.serial)}
    if made.settled:
        return _("%(serial)s: read and settled. Next sheet.") % serial
    if made.round == 1:
        return _("%(serial)s: first reading kept. Next sheet.") % serial
    return _("%(serial)s: the two readings differ. A third person looks at this sheet.") % serial


@login_required
@acts
def take_back(request: Request, booth_id: UUID) -> HttpResponse:
    """Take back the own reading of a sheet."""
    _reading_booth(request, booth_id)
    form = SerialForm(request.POST)
    if form.is_valid():
        try:
            operations.take_back_entry(
                actor=request.actor, booth_id=booth_id, serial=form.cleaned_data["serial"], at=request.now
            )
        except Refusal as refusal:
            if refusal.status in NEVER_SHOWN and refusal.status != 404:
                raise
            messages.error(request, _("You have read no such sheet.") if refusal.status == 404 else refusal.text)
        else:
            messages.success(request, _("Your reading is taken back. Read the sheet in again."))
    return redirect("voting:entry", booth_id)


@never_cache
@login_required
def differences(request: Request, booth_id: UUID) -> HttpResponse:
    """List sheets that were read differently; a third person, who is neither, reads them once more."""
    booth = _reading_booth(request, booth_id)
    rows = queries.differing(viewer=request.actor, booth_id=booth_id)
    context = {
        "booth": booth,
        "rows": [{**row, "shown": grouped_serial(row["serial"])} for row in rows],
        "crumbs": booth_crumbs(booth, (_("Differences"), "")),
    }
    return render(request, "voting/differences.html", context)
