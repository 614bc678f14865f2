"""The rights over the own data: see all of it, take it along, have it erased."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.personal import ANNOTATIONS
from shanzhi.people import operations, own_data, queries
from shanzhi.people.forms import ReasonForm
from shanzhi.people.rights_forms import EraseForm
from shanzhi.people.rights_queries import erasable
from shanzhi.people.rights_words import ERASES, FIELDS, RETENTIONS, field_words, model_words
from shanzhi.ui import forms as ui_forms


@never_cache
@login_required
def held(request: Any) -> HttpResponse:
    """Show everything that is held about oneself, in words."""
    found = own_data.held_about_me(viewer=request.actor, at=request.now)
    groups = [
        (
            model_words(model),
            [[(field_words(name), value) for name, value in row.items() if name != "id"] for row in rows],
        )
        for model, rows in found["records"].items()
        if rows
    ]
    return render(request, "people/own_data.html", {"groups": groups})


@never_cache
@login_required
def download(request: Any) -> HttpResponse:
    """Give the same as a file for machines."""
    found = own_data.held_about_me(viewer=request.actor, at=request.now)
    answer = HttpResponse(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="shanzhi-own-data.json"'
    return answer


@login_required
def erase(request: Any) -> HttpResponse:
    """Erase the own data, or say what forbids it for now."""
    person = queries.own(viewer=request.actor)
    form = EraseForm(request.POST or None)
    if form.is_valid():
        try:
            operations.erase_own(actor=request.actor, confirmed=form.cleaned_data["confirmed"], at=request.now)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, _("Your data is erased. Goodbye, and thank you."))
            return redirect("/")
    context = {"form": form, "duties": operations.duties_of(person_id=person.pk, at=request.now)}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


@login_required
def erase_other(request: Any, person_id: Any) -> HttpResponse:
    """Erase somebody who asked the office for it."""
    found = erasable(viewer=request.actor, person_id=person_id, at=request.now)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            operations.erase_person(
                actor=request.actor, person_id=person_id, reason=form.cleaned_data["reason"], at=request.now
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Erased. What must stay no longer tells who it was."))
            return redirect("people:desk")
    context = {
        "form": form, "person": found, "heading": _("Erase this person's data"),
        "text": _("Name, number, phone and sign-in are dropped everywhere. This cannot be undone."),
    }  # fmt: skip
    return render(request, "people/desk_reason.html", context, status=422 if form.errors else 200)


@login_required
def processing(request: Any) -> HttpResponse:
    """Show what is held about people, why and how long: the record of processing, made of the annotations."""
    rows = [
        (model_words(one.model), field_words(one.field), FIELDS[one.category], one, RETENTIONS[one.retention],
         ERASES[one.erase])
        for one in sorted(ANNOTATIONS.values(), key=lambda one: one.name)
        if apps.get_model(one.model)
    ]  # fmt: skip
    return render(request, "people/processing.html", {"rows": rows})
