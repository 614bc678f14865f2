"""The desk of guardian links: note them against a document, find them, end them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.people import operations, policies, queries
from shanzhi.people.forms import ReasonForm
from shanzhi.people.guardianship import KINDS, PROOFS
from shanzhi.people.rights_forms import GuardianForm
from shanzhi.people.views.desk import crumbs
from shanzhi.people.views.listings import area_source
from shanzhi.people.views.words import LINK_STATES, link_rows, link_state
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.listing import (
    AreaFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import form_page

GUARDIANS: Final = Listing(
    key="guardians",
    columns=(
        Column("ward", gettext_lazy("Ward"), value=lambda row: str(row.ward.name), url=page_of("people:guardianship")),
        Column("guardian", gettext_lazy("Guardian"), value=lambda row: str(row.guardian.name)),
        Column("kind", gettext_lazy("Guardian by"), value=lambda row: KINDS[row.kind], sort="kind"),
        Column("area", gettext_lazy("Community"), value="area_name", sort="ward__area"),
        Column("state", gettext_lazy("State"), "tag", value=lambda row: link_state(row, timezone.now())),
        Column("starts_on", gettext_lazy("From"), "date", sort="starts_on", priority=2),
        Column("ends_on", gettext_lazy("Last day"), "date", priority=2),
        Column("verified_at", gettext_lazy("Noted on"), "date", sort="verified_at", priority=2),
    ),
    default_sort="-verified_at",
    filters=(
        ChoiceFilter(
            "state",
            gettext_lazy("State"),
            choices=list(LINK_STATES.items()),
            apply=lambda state: queries.in_state(state, timezone.now()),
        ),
        ChoiceFilter("kind", gettext_lazy("Guardian by"), choices=list(KINDS.items())),
        AreaFilter("area", gettext_lazy("Area"), field="ward__area", source=area_source),
        DateRangeFilter("verified_at", gettext_lazy("Noted on")),
    ),
    search=queries.search_guardianships,
    search_label=gettext_lazy("Whole phone, document number or name of ward or guardian"),
    empty=Empty(
        gettext_lazy("No guardians are noted in your areas"),
        gettext_lazy("Open the page of a minor and note the guardian there, with the household register before you."),
    ),
)


@login_required
def guardians(request: Any) -> HttpResponse:
    """List the guardian links of the own areas."""
    rows = queries.guardianships(viewer=request.actor)
    context = {
        "heading": _("Guardians of minors"),
        "lead": _("Names are masked, in the export too. A link ends by itself: on its last day, at the latest at 18."),
        "crumbs": crumbs((_("Guardians of minors"), "")),
    }
    answer: HttpResponse = listing_response(request, GUARDIANS, rows, context)
    return answer


@login_required
@form_page
def guardianship(request: Any, link_id: UUID) -> HttpResponse:
    """Show a guardian link and end it early, for a reason."""
    found = queries.guardianship(viewer=request.actor, link_id=link_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            operations.end_link(
                actor=request.actor, link_id=link_id, reason=form.cleaned_data["reason"], at=request.now
            )
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            messages.success(request, _("The guardian link is ended. The consent given by it no longer counts."))
            return redirect("people:guardians_desk")
    context = {
        "link": found,
        "row": link_rows([found], request.now)[0],
        "proof": PROOFS[found.document],
        "form": form,
        "may_end": policies.may_verify(actor=request.actor, person=found.ward) is None
        and not request.actor.is_person(found.guardian_id),
        "crumbs": crumbs((_("Guardians of minors"), reverse("people:guardians_desk")), (str(found.ward.name), "")),
    }
    return render(request, "people/guardianship.html", context, status=422 if form.errors else 200)


@login_required
@sensitive_post_parameters()
@form_page
def link_guardian(request: Any, person_id: UUID) -> HttpResponse:
    """Note the guardian of a minor, with the documents in hand."""
    found = queries.person(viewer=request.actor, person_id=person_id, at=request.now)
    policies.require(policies.may_verify(actor=request.actor, person=found))
    today = timezone.localdate(request.now)
    form = GuardianForm(request.POST or None, born=found.born_on is not None, initial={"starts_on": today})
    if form.is_valid() and _linked(request, person_id, form):
        messages.success(request, _("The guardian is noted, and is asked for consent under My wards."))
        return redirect("people:person", person_id)
    way = crumbs((str(found.name), reverse("people:person", args=[found.pk])), (_("Note a guardian"), ""))
    context = {"form": form, "person": found, "crumbs": way}
    return render(request, "people/guardian_new.html", context, status=422 if form.errors else 200)


def _linked(request: Any, person_id: UUID, form: GuardianForm) -> bool:
    data = dict(form.cleaned_data)
    number = data.pop("guardian_number")
    try:
        operations.link_guardian(
            actor=request.actor,
            ward_id=person_id,
            guardian_number=number,
            proof=operations.Proof(**data),
            at=request.now,
        )
    except Refusal as refusal:
        ui_forms.apply_refusal(form, refusal)
        return False
    return True
