"""The rights over the own data: see all of it, take it along, read what one agreed to, have oneself erased."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.personal import REGISTRY
from shanzhi.people import operations, queries, rights_queries
from shanzhi.people.forms import ReasonForm
from shanzhi.people.processing import ERASES, GROUNDS, KINDS, fields_of
from shanzhi.people.rights_forms import EraseForm
from shanzhi.people.views.account import FRESH_SECONDS
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.methods import form_page


@never_cache
@login_required
def held(request: Any) -> HttpResponse:
    """Show everything that is held about oneself, in words."""
    groups = queries.held_in_words(viewer=request.actor, at=request.now)
    return render(request, "people/own_data.html", {"groups": groups, "most": queries.MOST_SHOWN})


@never_cache
@login_required
def download(request: Any) -> HttpResponse:
    """Give the same, whole, as a file for machines."""
    found = queries.held_about_me(viewer=request.actor, at=request.now)
    answer = HttpResponse(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="shanzhi-own-data.json"'
    return answer


def schema(_request: HttpRequest) -> HttpResponse:
    """Give the JSON Schema of that file, to everybody."""
    written = json.dumps(queries.own_data_schema(), ensure_ascii=False, indent=1)
    return HttpResponse(written, content_type="application/schema+json")


@login_required
def consents(request: Any) -> HttpResponse:
    """List what one agreed to, each with its text."""
    person = queries.own(viewer=request.actor)
    rows = queries.agreed(viewer=request.actor, person_id=person.pk, at=request.now)
    return render(request, "people/consents.html", {"rows": rows})


@login_required
def consent_text(request: Any, consent_id: UUID) -> HttpResponse:
    """Show a text as somebody agreed to it, in both languages."""
    found = queries.agreed_one(viewer=request.actor, consent_id=consent_id, at=request.now)
    own = request.actor.is_person(found.consent.person_id)
    link = found.consent.guardianship
    if own:
        back = reverse("people:consents")
    elif link is not None and request.actor.is_person(link.guardian_id):
        back = reverse("people:wards")
    else:
        back = reverse("people:person", args=[found.consent.person_id])
    return render(request, "people/consent_read.html", {"one": found, "back": back, "own": own})


def is_proved(request: HttpRequest) -> bool:
    """Tell whether who is signed in proved in the last minutes to be the person, by whatever means."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - one.get("at", 0) < FRESH_SECONDS for one in records)


def prove(request: HttpRequest) -> HttpResponse | None:
    """Send who has a password or a second factor to prove it once more, and back; who has a code alone is told how."""
    flows = get_reauthentication_flows(request.user)
    if not flows:
        return None
    names = {"reauthenticate": "account_reauthenticate"}
    where = reverse(names.get(flows[0]["id"], flows[0]["id"]))
    return redirect(f"{where}?{urlencode({'next': request.path})}")


@never_cache
@login_required
@form_page
def erase(request: Any) -> HttpResponse:
    """Erase the own data, or say what forbids it for now; only for who proved just now to be the person."""
    found, proved = rights_queries.hindering_me(viewer=request.actor, at=request.now), is_proved(request)
    if not proved and not found:
        answer = prove(request)
        if answer is not None:
            return answer
    form = EraseForm(request.POST if request.method == "POST" and proved else None)
    if form.is_valid():
        try:
            operations.erase_own(actor=request.actor, confirmed=form.cleaned_data["confirmed"], at=request.now)
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, _("Your data is erased. Goodbye, and thank you."))
            return redirect("/")
    context = {"form": form, "hindrances": found, "stays": queries.stays(), "proved": proved}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


@login_required
@form_page
def erase_other(request: Any, person_id: UUID) -> HttpResponse:
    """Erase somebody who asked the office for it."""
    found = rights_queries.erasable(viewer=request.actor, person_id=person_id, at=request.now)
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
        "hindrances": rights_queries.hindering(viewer=request.actor, person_id=person_id, at=request.now),
    }  # fmt: skip
    return render(request, "people/desk_reason.html", context, status=422 if form.errors else 200)


def processing(request: HttpRequest) -> HttpResponse:
    """Show everybody what is held about people, why and how long: the record of processing, made of the annotations."""
    uses = [
        (
            activity,
            GROUNDS[activity.ground],
            [
                (REGISTRY.models[one.model], REGISTRY.words(one.model, one.field), KINDS[one.kind], ERASES[one.erase])
                for one in fields_of(activity)
            ],
        )
        for activity in REGISTRY.uses()
    ]
    return render(request, "people/processing.html", {"uses": uses})
