"""A Pabulib file becomes a finished round: take the file, show what it holds, import it in the background."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.tally.spec import Spec
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.methods import form_page
from shanzhi.ventures import queries
from shanzhi.ventures.exchange import elections
from shanzhi.ventures.forms.desk import ImportForm
from shanzhi.ventures.views import terms
from shanzhi.ventures.views.desk_frames import Crumbs, put_refusal, require_manager, sent
from shanzhi.voting import exchange as voting
from shanzhi.voting.forms import UploadForm
from shanzhi.voting.views import doubts


def _crumbs(*more: tuple[str, str]) -> Crumbs:
    here = (_("Import an election"), reverse("ventures:desk_import") if more else "")
    return [(_("Home"), "/"), (_("Rounds at the desk"), reverse("ventures:desk_calls")), here, *more]


@login_required
@form_page
def upload(request: Request) -> HttpResponse:
    """Take a Pabulib file; faults are named with line and cure."""
    require_manager(request)
    form = UploadForm(sent(request), request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                if given.size > voting.largest():
                    raise voting.FileTooLarge(field="file", most=voting.largest() // 1024 // 1024)
                kept = voting.take_file(actor=request.actor, name=given.name, content=given.read(), at=request.now)
            except Refusal as refusal:
                ui_forms.apply_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("ventures:desk_import_preview", kept.pk)
    return render(request, "ventures/desk/import.html", {"form": form, "crumbs": _crumbs()}, status=status)


@login_required
@form_page
def preview(request: Request, upload_id: UUID) -> HttpResponse:
    """Ask how doubtful faults are to be treated; then show what a file holds, and make it a round when told so."""
    require_manager(request)
    kept = voting.upload(viewer=request.actor, upload_id=upload_id)
    treatments = doubts.answers(request, kept)
    treating = doubts.answering(request)
    if treating and doubts.treat(request, kept, treatments):
        return redirect("ventures:desk_import_preview", upload_id)
    crumbs = _crumbs((kept.name, ""))
    if kept.summary.get("open"):
        return doubts.ask(request, kept, treatments, crumbs=crumbs, again=reverse("ventures:desk_import"))
    source = queries.run_areas(viewer=request.actor, at=request.now, several=False)
    usual = spec_from_json(kept.summary["spec"])
    initial = {"title": kept.summary["title"][:120], **ImportForm.opened(usual)}
    form = ImportForm(None if treating else sent(request), initial=initial, source=source)
    status = 422 if request.method == "POST" and not form.searching else 200
    if form.is_valid():
        done = _start(request, kept.pk, form, usual)
        if isinstance(done, HttpResponse):
            return done
        status = done
    rule = terms.RULES.get(usual.rule, "")
    context = {**doubts.told(kept, treatments), "form": form, "rule": rule, "crumbs": crumbs}
    return render(request, "ventures/desk/import_preview.html", context, status=status)


def _start(request: Request, upload_id: UUID, form: ImportForm, usual: Spec) -> HttpResponse | int:
    """Start the import and lead to its progress; give the status of a refusal, whose words the form then has."""
    values = form.cleaned_data
    try:
        job = elections.start_import(
            actor=request.actor,
            upload_id=upload_id,
            title=values["title"],
            title_en=values["title_en"],
            area=values["area"],
            spec=form.spec(usual),
            at=request.now,
        )
    except (Forbidden, NotFound, SignInNeeded):
        raise
    except Refusal as refusal:
        put_refusal(form, refusal)
        return refusal.status
    return redirect("work:job", job)
