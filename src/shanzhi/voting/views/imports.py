"""Elections from files: take the file, ask about its doubtful faults, show what it holds, make it a poll."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Refusal
from shanzhi.places import queries as places
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.voting import exchange
from shanzhi.voting.forms import TreatmentForm, UploadForm
from shanzhi.voting.import_forms import ImportForm
from shanzhi.voting.lifecycle import MANAGERS
from shanzhi.voting.models import Upload
from shanzhi.voting.operations.uploads import require_importer
from shanzhi.voting.views import doubts
from shanzhi.voting.views.words import rule_name


@login_required
@form_page
def upload(request: Any) -> HttpResponse:
    """Take a Pabulib file."""
    require_importer(request.actor)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kept = _take(request, form.cleaned_data["file"])
            except Refusal as refusal:
                ui_forms.apply_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("voting:import_preview", kept.pk)
    crumbs = [(_("Home"), "/"), (_("Import an election"), "")]
    return render(request, "voting/import.html", {"form": form, "crumbs": crumbs}, status=status)


def _take(request: Any, given: Any) -> Upload:
    if given.size > exchange.largest():
        raise exchange.FileTooLarge(field="file", most=exchange.largest() // 1024 // 1024)
    return exchange.take_file(actor=request.actor, name=given.name, content=given.read(), at=request.now)


def _areas(request: Request) -> list[tuple[str, str]]:
    """List the areas that the person may import into: the own ones and those directly below."""
    held = request.actor.areas(MANAGERS)
    codes = [code for code in held if code]
    for code in held:
        codes += [area.code for area in places.children(code, request.now)]
    names = places.full_names(codes)
    return [(code, names.get(code, code)) for code in codes]


@login_required
@form_page
def import_preview(request: Any, upload_id: UUID) -> HttpResponse:
    """Ask how doubtful faults are to be treated; then show what a file holds, and make it a poll when told so."""
    kept = exchange.upload(viewer=request.actor, upload_id=upload_id)
    form_of_doubts = doubts.answers(request, kept)
    treating = doubts.answering(request)
    if treating and doubts.treat(request, kept, form_of_doubts):
        return redirect("voting:import_preview", upload_id)
    if kept.summary.get("open"):
        return doubts.ask(request, kept, form_of_doubts, crumbs=_crumbs(kept), again=reverse("voting:import"))
    sent = request.POST if request.method == "POST" and not treating else None
    form = ImportForm(sent, initial=_initial(kept), areas=_areas(request))
    if sent is not None and (done := _import(request, kept, form)):
        return done
    return _show(request, kept, form_of_doubts, form)


def _import(request: Any, kept: Upload, form: ImportForm) -> HttpResponse | None:
    """Start the import; give nothing when it is refused."""
    if not form.is_valid():
        return None
    values = form.cleaned_data
    try:
        job = exchange.start_import(
            actor=request.actor,
            upload_id=kept.pk,
            title=values["title"],
            area=values["area"],
            spec=form.spec(spec_from_json(kept.summary["spec"])),
            at=request.now,
        )
    except Refusal as refusal:
        ui_forms.apply_refusal(form, refusal)
        return None
    return HttpResponseRedirect(reverse("work:job", args=[job]))


def _initial(kept: Upload) -> dict[str, Any]:
    return {"title": kept.summary["title"][:200], **ImportForm.opened(spec_from_json(kept.summary["spec"]))}


def _crumbs(kept: Upload) -> list[tuple[str, str]]:
    return [(_("Home"), "/"), (_("Import an election"), reverse("voting:import")), (kept.name, "")]


def _show(request: Any, kept: Upload, treatments: TreatmentForm, form: ImportForm) -> HttpResponse:
    usual = spec_from_json(kept.summary["spec"])
    context = {
        **doubts.told(kept, treatments),
        "form": form,
        "rule": rule_name({"rule": usual.rule, "satisfaction": usual.satisfaction, "completion": usual.completion}),
        "crumbs": _crumbs(kept),
    }
    failed = form.errors or treatments.errors
    return render(request, "voting/import_preview.html", context, status=422 if failed else 200)
