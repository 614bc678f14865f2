"""Bringing in an office's list of residents: send, look at what will happen, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Forbidden, Refusal
from shanzhi.people import exchange, operations, policies, queries, tasks
from shanzhi.people.forms import ImportForm
from shanzhi.people.views.desk import crumbs
from shanzhi.places import queries as places
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.faults import faults_of
from shanzhi.ui.listing import listings_response
from shanzhi.ui.methods import form_page

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _require(request: Any) -> None:
    if not request.actor.holds_anywhere(policies.IMPORTERS):
        raise Forbidden


@login_required
@form_page
def upload(request: Any) -> HttpResponse:
    """Take a list and read it."""
    _require(request)
    areas = queries.listed_areas(viewer=request.actor, at=request.now)
    form = ImportForm(request.POST or None, request.FILES or None, areas=areas)
    if form.is_valid():
        try:
            if form.cleaned_data["file"].size > exchange.MOST_BYTES:
                raise exchange.TooLarge(field="file")
            sheet = exchange.read(form.cleaned_data["file"].read())
            batch = operations.prepare_import(
                actor=request.actor, area=form.cleaned_data["area"], sheet=sheet, at=request.now
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect("people:import_preview", batch.pk)
    return render(request, "people/import.html", {"form": form, "crumbs": crumbs((_("Bring in a list"), ""))})


@login_required
def sheet(request: Any) -> HttpResponse:
    """Give an empty sheet with the headings."""
    _require(request)
    answer = HttpResponse(exchange.blank_sheet(), content_type=SHEET)
    answer["Content-Disposition"] = "attachment; filename*=UTF-8''%E5%B1%85%E6%B0%91%E5%90%8D%E5%8D%95.xlsx"
    return answer


@login_required
@form_page
def preview(request: Any, batch_id: UUID) -> HttpResponse:
    """Show what the list would do; on yes, start the work and lead to its progress."""
    _require(request)
    batch = queries.batch(viewer=request.actor, batch_id=batch_id)
    if request.method == "POST":
        batch = operations.confirm_import(actor=request.actor, batch_id=batch_id, at=request.now)
        tasks.write_import.enqueue(str(batch.pk))
        return redirect("work:job", batch.job)
    if batch.job is not None:
        return redirect("work:job", batch.job)
    names = places.full_names([batch.area])
    errors = [(e["row"], str(exchange.WORDS.get(e["field"], e["field"])), e["cure"]) for e in batch.errors]
    context = {
        "batch": batch,
        "errors": len(errors),
        "area": names.get(batch.area, ""),
        "crumbs": crumbs((_("Bring in a list"), reverse("people:import")), (_("Check the list"), "")),
    }
    answer: HttpResponse = listings_response(
        request, [faults_of(errors)], context, template="people/import_preview.html"
    )
    return answer
