"""A guardian's wards and a ward's guardians: what is held, who agreed to what for whom."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import Refusal
from shanzhi.people import operations, policies, queries
from shanzhi.people.rights_forms import EraseWardForm
from shanzhi.people.texts import MINOR
from shanzhi.people.views.own_data import is_proved, prove
from shanzhi.people.views.words import link_rows
from shanzhi.places import queries as places
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.methods import acts, form_page


@login_required
def wards(request: Any) -> HttpResponse:
    """List those for whom one is the guardian."""
    queries.own(viewer=request.actor)
    rows = queries.wards(viewer=request.actor, at=request.now)
    return render(request, "people/wards.html", {"rows": rows})


@never_cache
@login_required
def ward(request: Any, ward_id: UUID) -> HttpResponse:
    """Show what is held about a ward as far as the law gives, and what guardians agreed to."""
    found = queries.ward(viewer=request.actor, ward_id=ward_id, at=request.now)
    names = places.full_names({found.person.area} - {""})
    context = {
        "ward": found,
        "home": names.get(found.person.area, ""),
        "text": MINOR,
        "consents": queries.consents_for(viewer=request.actor, ward_id=ward_id, at=request.now),
        "groups": queries.ward_in_words(viewer=request.actor, ward_id=ward_id, at=request.now) if found.child else (),
        "most": queries.MOST_SHOWN,
    }
    return render(request, "people/ward.html", context)


@acts
@login_required
def consent(request: Any, ward_id: UUID) -> HttpResponse:
    """Agree for a ward, or take that back."""
    if request.POST.get("act") == "withdraw":
        operations.withdraw_for(actor=request.actor, ward_id=ward_id, at=request.now)
        messages.success(request, _("Your consent is taken back, and what other guardians agreed to as well."))
    else:
        operations.consent_for(actor=request.actor, ward_id=ward_id, at=request.now)
        messages.success(request, _("Thank you. Your consent for your ward is on record."))
    return redirect("people:ward", ward_id)


@never_cache
@login_required
def download(request: Any, ward_id: UUID) -> HttpResponse:
    """Give all that is held about a ward under 14 as a file for machines."""
    found = queries.held_about_ward(viewer=request.actor, ward_id=ward_id, at=request.now)
    answer = HttpResponse(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="shanzhi-ward-data.json"'
    return answer


@login_required
@form_page
def erase(request: Any, ward_id: UUID) -> HttpResponse:
    """Erase a ward under 14, or say what forbids it for now; only for who proved just now to be the guardian."""
    found, proved = queries.ward(viewer=request.actor, ward_id=ward_id, at=request.now), is_proved(request)
    hindrances = queries.hindering_ward(viewer=request.actor, ward_id=ward_id, at=request.now)
    if not proved and not hindrances:
        answer = prove(request)
        if answer is not None:
            return answer
    form = EraseWardForm(request.POST if request.method == "POST" and proved else None)
    if form.is_valid():
        try:
            operations.erase_ward(
                actor=request.actor, ward_id=ward_id, confirmed=form.cleaned_data["confirmed"], at=request.now
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("Erased. What must stay no longer tells who it was."))
            return redirect("people:wards")
    context = {"form": form, "ward": found, "hindrances": hindrances, "stays": queries.stays(), "proved": proved}
    return render(request, "people/ward_erase.html", context, status=422 if form.errors else 200)


@login_required
def guardians(request: Any) -> HttpResponse:
    """Show the ward who its guardians are, and what they agreed to."""
    person = queries.own(viewer=request.actor)
    rows = queries.guardians(viewer=request.actor, at=request.now)
    agreed = queries.agreed(viewer=request.actor, person_id=person.pk, at=request.now)
    context = {
        "links": link_rows(rows, request.now),
        "consents": [one for one in agreed if one.consent.guardianship_id],
        "waits": request.actor.waits,
        "needed": policies.GuardianConsentNeeded.message,
    }
    return render(request, "people/guardians.html", context)
