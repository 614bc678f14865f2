"""The signs of life of an organisation: meetings and activities that no other record shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms.parts import ReasonForm, SignForm
from shanzhi.organizations.models import Organization, Sign, SignKind
from shanzhi.organizations.views.parts import frame, guided
from shanzhi.organizations.views.words import FORM, own_crumbs
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page


def sign_state(row: Sign) -> tuple[str, str]:
    """Say whether a sign counts."""
    if row.taken_back_at:
        return "plain", _("Taken back: %(reason)s") % {"reason": row.taken_back_reason}
    return "good", _("Counts")


def way_on(row: Sign) -> str:
    """Give the page on which a sign that counts is taken back."""
    return "" if row.taken_back_at else reverse("organizations:sign", args=[row.pk])


SIGNS = Listing(
    key="signs",
    columns=(
        Column("kind", gettext_lazy("Kind of sign"), value=lambda row: row.get_kind_display(), sort="kind", url=way_on),
        Column("on", gettext_lazy("Held on"), "date", sort="on"),
        Column("present", gettext_lazy("Number present"), "number", sort="present"),
        Column("about", gettext_lazy("What it was about")),
        Column("state", gettext_lazy("State"), "tag", value=sign_state, priority=2),
    ),
    default_sort="-on",
    filters=(
        ChoiceFilter("kind", gettext_lazy("Kind of sign"), choices=SignKind.choices),
        DateRangeFilter("on", gettext_lazy("Held on")),
    ),
    search=lambda rows, words: rows.filter(about__icontains=words),
    search_label=gettext_lazy("Words of what it was about"),
    empty=Empty(
        gettext_lazy("No meeting or activity is entered yet"),
        gettext_lazy("Activities of projects and money count by themselves; enter here what no other record shows."),
    ),
)  # fmt: skip


def _page(found: Organization) -> str:
    return reverse("organizations:signs", args=[found.pk])


@login_required
def signs(request: Any, organization_id: UUID) -> HttpResponse:
    """List the meetings and activities that were entered for an organisation."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    context = {
        "heading": _("Meetings and activities"),
        "lead": found.name,
        "organization": found,
        "may": found.open and policies.may_guide(actor=request.actor, seat=found.area, organization=found.pk) is None,
        "crumbs": own_crumbs(found, _("Meetings and activities")),
    }
    answer: HttpResponse = listing_response(
        request, SIGNS, queries.signs(found), context, template="organizations/signs.html"
    )
    return answer


@login_required
@form_page
def sign_new(request: Any, organization_id: UUID) -> HttpResponse:
    """Enter a meeting or an activity outside a project."""
    found = guided(request, organization_id)

    def act(form: Any) -> str:
        operations.add_sign(organization_id=organization_id, **form.cleaned_data, **acting(request))
        return _page(found)

    context = {**frame(found, _("Enter a meeting or activity"), _("Enter")), "back": _page(found)}
    return answer_form(request, SignForm(sent(request)), act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def sign(request: Any, sign_id: UUID) -> HttpResponse:
    """Take a sign back."""
    row = queries.sign(viewer=request.actor, sign_id=sign_id)
    found = guided(request, row.organization_id)

    def act(form: Any) -> str:
        operations.take_back_sign(sign_id=sign_id, reason=form.cleaned_data["reason"], **acting(request))
        return _page(found)

    lead = f"{row.get_kind_display()} · {formatting.day(row.on)} · {formatting.count(row.present)}"
    context = {**frame(found, _("Take the entry back"), _("Take back"), lead, kind="danger"), "back": _page(found)}
    return answer_form(request, ReasonForm(sent(request)), act, context, done=_("It is taken back."), template=FORM)
