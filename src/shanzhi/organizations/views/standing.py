"""The registration track of a body: what is computed, and what authorities found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms.parts import EndForm, FindingForm, ReasonForm
from shanzhi.organizations.models import RESULTS, Finding, Matter, Organization
from shanzhi.organizations.views.parts import frame
from shanzhi.organizations.views.words import FORM, own_crumbs
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def result_words(row: Finding) -> str:
    """Give the result in words."""
    return str(RESULTS.get(Matter(row.matter), {}).get(row.result, "")) or formatting.NONE


def finding_state(row: Finding) -> tuple[str, str]:
    """Say whether a finding counts."""
    if row.taken_back_at:
        return "plain", _("Taken back: %(reason)s") % {"reason": row.taken_back_reason}
    if row.matter in operations.ENDED:
        return ("plain", _("Ended")) if row.ends_on else ("warn", _("Runs"))
    return "good", _("Counts")


def way_on(row: Finding) -> str:
    """Give the page on which a finding that counts is ended or taken back."""
    return "" if row.taken_back_at else reverse("organizations:finding", args=[row.pk])


FINDINGS = Listing(
    key="findings",
    columns=(
        Column("matter", gettext_lazy("Matter"), value=lambda row: row.get_matter_display(), sort="matter", url=way_on),
        Column("result", gettext_lazy("Result"), value=result_words),
        Column("on", gettext_lazy("On"), "date", sort="on"),
        Column("ends_on", gettext_lazy("Day of the end"), "date"),
        Column("year", gettext_lazy("Year"), value=lambda row: str(row.year or formatting.NONE), sort="year"),
        Column("state", gettext_lazy("State"), "tag", value=finding_state),
        Column("source", gettext_lazy("Source"), priority=2),
    ),
    default_sort="-on",
    filters=(
        ChoiceFilter("matter", gettext_lazy("Matter"), choices=Matter.choices),
        DateRangeFilter("on", gettext_lazy("On")),
    ),
    search=lambda rows, words: rows.filter(source__icontains=words),
    search_label=gettext_lazy("Words of the source"),
    empty=Empty(
        gettext_lazy("Nothing is on record yet"),
        gettext_lazy("Officers enter what papers of the registrar say: certificate, reports, inspections, ratings."),
    ),
)  # fmt: skip


@login_required
def standing(request: Any, organization_id: UUID) -> HttpResponse:
    """Show what is computed of a body's registration, reports and rating, and the findings behind it."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    computed = queries.standing(found, timezone.localdate(request.now))
    context = {
        "heading": _("Registration and rating"),
        "lead": found.name,
        "organization": found,
        "computed": computed,
        "grade": _grade(computed),
        "duties": [duty_words(one) for one in computed.duties],
        "may": policies.may_manage(actor=request.actor, seat=found.area) is None,
        "crumbs": own_crumbs(found, _("Registration and rating")),
    }
    rows = queries.all_findings(found)
    answer: HttpResponse = listing_response(request, FINDINGS, rows, context, template="organizations/standing.html")
    return answer


def _grade(computed: Any) -> list[Answer]:
    if not computed.grade:
        return []
    until = formatting.day(computed.grade_until)
    return [Answer(_("Rating that holds"), _("%(grade)s until %(day)s") % {"grade": computed.grade, "day": until})]


def duty_words(one: Any) -> tuple[str, str]:
    """Give a duty in a tone and words."""
    words = {
        "to": RESULTS[Matter.REPORT][one.to], "year": one.year, "due": formatting.day(one.due_on),
        "done": formatting.day(one.done_on) if one.done_on else "",
    }  # fmt: skip
    if one.done_on and one.late:
        return "warn", _("%(year)s, %(to)s: handed in late, on %(done)s; it was due by %(due)s") % words
    if one.done_on:
        return "good", _("%(year)s, %(to)s: handed in on %(done)s") % words
    if one.late:
        return "bad", _("%(year)s, %(to)s: overdue since %(due)s") % words
    return "plain", _("%(year)s, %(to)s: due by %(due)s") % words


def _managed(request: Any, found: Organization) -> None:
    policies.require(policies.may_manage(actor=request.actor, seat=found.area))


def _page(found: Organization) -> str:
    return reverse("organizations:standing", args=[found.pk])


@login_required
@form_page
def finding_new(request: Any, organization_id: UUID) -> HttpResponse:
    """Put on record what an authority found."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    _managed(request, found)

    def act(form: Any) -> str:
        operations.add_finding(organization_id=organization_id, **form.cleaned_data, **acting(request))
        return _page(found)

    lead = _("As the authority's paper says it. It is never changed, only taken back.")
    context = {**frame(found, _("Enter a finding"), _("Enter"), lead), "back": _page(found)}
    return answer_form(request, FindingForm(sent(request)), act, context, done=_("It is on record."), template=FORM)


@login_required
@form_page
def finding(request: Any, finding_id: UUID) -> HttpResponse:
    """Take a finding back."""
    row = queries.finding(viewer=request.actor, finding_id=finding_id)
    found = row.organization
    _managed(request, found)

    def act(form: Any) -> str:
        operations.take_back_finding(finding_id=finding_id, reason=form.cleaned_data["reason"], **acting(request))
        return _page(found)

    ends = row.matter in operations.ENDED and row.ends_on is None
    context = {
        **frame(found, _("Take the finding back"), _("Take back"), kind="danger"), "back": _page(found),
        "lead": f"{row.get_matter_display()} · {result_words(row)} · {formatting.day(row.on)} · {row.source}",
        "end": reverse("organizations:finding_end", args=[row.pk]) if ends else "",
    }  # fmt: skip
    return answer_form(
        request, ReasonForm(sent(request)), act, context, done=_("It is taken back."),
        template="organizations/finding.html",
    )  # fmt: skip


@login_required
@form_page
def finding_end(request: Any, finding_id: UUID) -> HttpResponse:
    """Enter the day on which an application, an investigation or a listing ended."""
    row = queries.finding(viewer=request.actor, finding_id=finding_id)
    found = row.organization
    _managed(request, found)

    def act(form: Any) -> str:
        operations.end_finding(finding_id=finding_id, ends_on=form.cleaned_data["ends_on"], **acting(request))
        return _page(found)

    lead = f"{row.get_matter_display()} · {formatting.day(row.on)} · {row.source}"
    context = {**frame(found, _("It ended"), _("Save"), lead), "back": _page(found)}
    return answer_form(request, EndForm(sent(request)), act, context, done=_("The end is on record."), template=FORM)
