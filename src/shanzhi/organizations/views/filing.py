"""The filing desk: applications of a viewer, one application with its checks and dates, and the steps of each side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.exchange import certificate_pdf
from shanzhi.organizations.forms.filing import ApplicationForm, DecisionForm, OpinionForm
from shanzhi.organizations.lifecycle import APPLICATION, EDITABLE
from shanzhi.organizations.models import Ask, FilingApplication, Organization
from shanzhi.organizations.views.filing_words import facts, steps_of
from shanzhi.organizations.views.words import FORM, application_state, area_source
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import acts, form_page


def due(row: Any) -> tuple[str, str] | None:
    """Say until when the next step is due; late ones stand out."""
    if row.due_on is None:
        return None
    late = queries.overdue(row, timezone.localdate())
    words = formatting.day(row.due_on)
    return ("bad", _("Overdue since %(day)s") % {"day": words}) if late else ("plain", words)


APPLICATIONS = Listing(
    key="filing_applications",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), sort="name", url=page_of("organizations:application")),
        Column("ask", gettext_lazy("Applied for"), value=lambda row: row.get_ask_display(), sort="ask"),
        Column("area", gettext_lazy("Seat"), value="area_name", sort="area"),
        Column("state", gettext_lazy("State"), "tag", value=application_state),
        Column("due_on", gettext_lazy("Next step due"), "tag", value=due, sort="due_on", scale="time"),
        Column("handed_in_at", gettext_lazy("Handed in on"), "date", sort="handed_in_at", priority=2),
        Column("created_at", gettext_lazy("Begun on"), "date", sort="created_at", priority=2),
        Column("reason", gettext_lazy("Reason of the decision"), on_page=False),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=APPLICATION.choices()),
        ChoiceFilter("ask", gettext_lazy("Applied for"), choices=Ask.choices),
        AreaFilter("area", gettext_lazy("Area"), source=area_source),
        BooleanFilter(
            "late", gettext_lazy("Overdue"), yes=gettext_lazy("Overdue"), no=gettext_lazy("In time"),
            apply=lambda yes: queries.late(timezone.localdate()) if yes else ~queries.late(timezone.localdate()),
        ),
    ),
    search=queries.search_applications,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("There is no application yet"),
        gettext_lazy("A resident applies for a group of the neighbourhood, a team leader for the own organisation."),
    ),
)  # fmt: skip


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way over the filing desk."""
    return [(_("Home"), "/"), (_("Filing"), reverse("organizations:applications")), *more]


def page(found: FilingApplication) -> str:
    """Give the address of an application."""
    return reverse("organizations:application", args=[found.pk])


@login_required
def applications(request: Any) -> HttpResponse:
    """List one's own applications, and those of the own areas."""
    context = {
        "heading": _("Filing"),
        "lead": _("A group with a steady core is filed with the subdistrict and gets a number and a certificate."),
        "crumbs": [(_("Home"), "/"), (_("Filing"), "")],
        "may_apply": policies.may_apply_at_all(actor=request.actor) is None,
    }
    rows = queries.applications(viewer=request.actor)
    answer: HttpResponse = listing_response(
        request, APPLICATIONS, rows, context, template="organizations/applications.html"
    )
    return answer


@login_required
def application(request: Any, application_id: UUID) -> HttpResponse:
    """Show an application: where it stands, what is asked and there, and what this visitor can do."""
    found = queries.application(viewer=request.actor, application_id=application_id)
    rules = found.rules or queries.rules_for(found.area)
    checks = queries.checks(found, rules, request.now)
    own = request.actor.is_person(found.applicant_id) or policies.speaks_for(request.actor, found.organization_id)
    context = {
        "found": found,
        "state": application_state(found),
        "due": due(found),
        "pairs": facts(found),
        "checks": checks,
        "ready": all(one.good for one in checks),
        "example": rules["example"],
        "rules": rules,
        "own": own,
        "editable": own and found.state in EDITABLE,
        "withdrawable": own and "withdraw" in APPLICATION.open_moves(found.state),
        "steps": steps_of(request.actor, found),
        "documents": queries.documents(viewer=request.actor, organization_id=found.organization_id),
        "filing": queries.filing_of(found.organization_id) if found.state == "filed" else None,
        "crumbs": crumbs((found.name, "")),
    }
    return render(request, "organizations/application.html", context)


def _form(request: Any, initial: dict[str, Any] | None = None, seat: str = "") -> ApplicationForm:
    areas = queries.home_areas(viewer=request.actor, at=request.now)
    if seat:
        areas = queries.one_area(code=seat, at=request.now)
    return ApplicationForm(sent(request), areas=areas, initial=initial)


@sensitive_post_parameters()
@login_required
@form_page
def apply(request: Any) -> HttpResponse:
    """Begin the application of a new group."""
    policies.require(policies.may_apply_at_all(actor=request.actor))

    def act(form: Any) -> str:
        return page(operations.apply_for_filing(**form.cleaned_data, **acting(request)))

    context = {
        "heading": _("Apply for filing"),
        "lead": _("What you do not know yet can stay empty until you hand it in. Your group is put on record with it."),
        "button": _("Go on"), "kind": "main", "back": reverse("organizations:applications"),
        "crumbs": crumbs((_("Apply for filing"), "")),
    }  # fmt: skip
    return answer_form(request, _form(request), act, context, done=_("The draft is saved."), template=FORM)


def _known(found: Organization) -> dict[str, Any]:
    """Give what is on record of an organisation, as an application starts with it."""
    return {"name": found.name, "purpose": found.purpose, "area": found.area, "members": found.size_stated}


@sensitive_post_parameters()
@login_required
@form_page
def apply_for(request: Any, organization_id: UUID, ask: str) -> HttpResponse:
    """Begin an application of an organisation on record: filing, renewal, change or cancellation."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    policies.require(policies.may_apply(actor=request.actor, seat=found.area, organization=found.pk))
    if ask not in Ask.values:
        raise operations.BadAsk(field="ask")

    def act(form: Any) -> str:
        values = {"organization_id": organization_id, "ask": ask, **form.cleaned_data}
        return page(operations.apply_for_filing(**values, **acting(request)))

    heading = str(Ask(ask).label)
    context = {
        "heading": heading, "lead": _("Filled in with what is on record; change only what changed."),
        "button": _("Go on"), "kind": "main", "back": reverse("organizations:organization", args=[found.pk]),
        "crumbs": crumbs((heading, "")),
    }  # fmt: skip
    form = _form(request, _known(found), found.area)
    return answer_form(request, form, act, context, done=_("The draft is saved."), template=FORM)


@sensitive_post_parameters()
@login_required
@form_page
def application_edit(request: Any, application_id: UUID) -> HttpResponse:
    """Write a draft, or one that was returned."""
    found = _own(request, application_id)
    shown = {name: getattr(found, name) for name in ("name", "purpose", "area", "members", "premises")}
    shown |= {
        "words": found.about,
        "person_in_charge": found.in_charge.reveal() if found.in_charge else "",
        "phone": found.phone.reveal() if found.phone else "",
    }

    def act(form: Any) -> str:
        values = {"application_id": application_id, "version": version(request) or 0, **form.cleaned_data}
        return page(operations.change_application(**values, **acting(request)))

    heading = _("Change the application")
    context = {
        "heading": heading, "lead": found.name, "button": _("Save"), "kind": "main", "back": page(found),
        "version": found.version, "crumbs": crumbs((found.name, page(found)), (heading, "")),
    }  # fmt: skip
    form = _form(request, shown, found.area if found.ask != Ask.FIRST else "")
    answer = answer_form(request, form, act, context, done=_("The application is saved."), template=FORM)
    answer["Cache-Control"] = "no-store"
    return answer


def _own(request: Any, application_id: UUID) -> FilingApplication:
    found = queries.application(viewer=request.actor, application_id=application_id)
    own = request.actor.is_person(found.applicant_id) or policies.speaks_for(request.actor, found.organization_id)
    if not own:
        raise policies.NotYourApplication
    if found.state not in EDITABLE:
        raise operations.NotEditable
    return found


@login_required
@acts
def hand_in(request: Any, application_id: UUID) -> HttpResponse:
    """Hand an application in."""
    return _step(request, application_id, operations.hand_in)


@login_required
@acts
def withdraw(request: Any, application_id: UUID) -> HttpResponse:
    """Withdraw an application."""
    return _step(request, application_id, operations.withdraw_application)


def _step(request: Any, application_id: UUID, step: Any) -> HttpResponse:
    """Take a step that needs no form; what refuses it stands on the page of the application."""
    found = queries.application(viewer=request.actor, application_id=application_id)
    try:
        step(application_id=application_id, version=version(request) or 0, **acting(request))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        context = {
            "refusal": refusal.text, "found": found, "crumbs": crumbs((found.name, page(found)), (_("Not done"), "")),
        }  # fmt: skip
        return render(request, "organizations/not_done.html", context, status=refusal.status)
    return redirect("organizations:application", application_id=application_id)


@login_required
@form_page
def opinion(request: Any, application_id: UUID) -> HttpResponse:
    """Write the residents' committee's opinion."""
    found = queries.application(viewer=request.actor, application_id=application_id)
    policies.require(policies.may_advise(actor=request.actor, seat=found.area, applicant=found.applicant_id))
    if found.state != "handed_in":
        raise operations.NotWaiting

    def act(form: Any) -> str:
        values = {"application_id": application_id, "version": version(request) or 0, **form.cleaned_data}
        return page(operations.give_opinion(**values, **acting(request)))

    context = _office(found, _("Opinion of the residents' committee"), _("Give the opinion"))
    return answer_form(
        request, OpinionForm(sent(request)), act, context, done=_("The opinion is on record."), template=FORM
    )


@login_required
@form_page
def decide(request: Any, application_id: UUID) -> HttpResponse:
    """Decide on an application."""
    found = queries.application(viewer=request.actor, application_id=application_id)
    others = (found.applicant_id, found.opinion_by_id)
    policies.require(policies.may_decide(actor=request.actor, seat=found.area, others=others))
    words = {"grant": _("Grant the filing"), "refuse": _("Refuse"), "return": _("Return, to be completed")}
    open_now = [(one, words[one]) for one in APPLICATION.open_moves(found.state) if one in words]
    if not open_now:
        raise operations.NotWaiting

    def act(form: Any) -> str:
        values = {"application_id": application_id, "version": version(request) or 0, **form.cleaned_data}
        return page(operations.decide(**values, **acting(request)))

    context = _office(found, _("Decision of the office"), _("Decide"))
    form = DecisionForm(sent(request), decisions=open_now)
    return answer_form(request, form, act, context, done=_("The decision is on record."), template=FORM)


def _office(found: FilingApplication, heading: str, button: str) -> dict[str, Any]:
    return {
        "heading": heading, "lead": f"{found.name} · {found.get_ask_display()}", "button": button, "kind": "main",
        "back": page(found), "version": found.version, "crumbs": crumbs((found.name, page(found)), (heading, "")),
    }  # fmt: skip


@login_required
def certificate_file(request: Any, application_id: UUID) -> HttpResponse:
    """Give the certificate as a PDF to print."""
    found, filing = queries.printed(viewer=request.actor, application_id=application_id)
    address = request.build_absolute_uri(reverse("organizations:certificate", args=[filing.code]))
    answer = HttpResponse(
        certificate_pdf(filing=filing, organization=found.organization, address=address, at=request.now),
        content_type="application/pdf",
    )
    answer["Content-Disposition"] = content_disposition_header(False, f"{filing.number}.pdf") or ""
    return answer
