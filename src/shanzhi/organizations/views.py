"""The desk of organisations: the list, one organisation with the roles held in it, and the forms of officers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms import CloseForm, OrganizationForm
from shanzhi.organizations.models import Kind, Organization
from shanzhi.people import queries as people
from shanzhi.people.models import ROLE_LABELS
from shanzhi.people.views.listings import grant_tag, role_options
from shanzhi.places import queries as places
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

FORM = "organizations/form.html"


def area_source(request: HttpRequest) -> AreaSource:
    """Give the areas whose organisations the viewer reads."""
    return queries.read_areas(viewer=request.actor, at=request.now)  # type: ignore[attr-defined]  # our own attributes


def state(found: Organization) -> tuple[str, str]:
    """Say whether an organisation takes roles."""
    if found.open:
        return "good", pgettext("organisation", "Open")
    return "plain", pgettext("organisation", "Closed")


def kind_words(found: Organization) -> str:
    """Give the sort in words."""
    return str(Kind(found.kind).label)


def shown_name(found: Organization) -> str:
    """Give the name, marked where it is made up."""
    return f"{found.name} · {_('Synthetic')}" if found.synthetic else found.name


ORGANIZATIONS = Listing(
    key="organizations",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), value=shown_name, sort="name",
               url=page_of("organizations:organization")),
        Column("kind", gettext_lazy("Sort"), value=kind_words, sort="kind"),
        Column("area", gettext_lazy("Seat"), value="area_name", sort="area"),
        Column("area_code", gettext_lazy("Code of the seat"), value="area", on_page=False),
        Column("credit_code", gettext_lazy("Credit code"), priority=2),
        Column("state", gettext_lazy("State"), "tag", value=state),
        Column("created_at", gettext_lazy("Put on record on"), "date", sort="created_at", priority=2),
        Column("closed_at", gettext_lazy("Closed on"), "date", on_page=False),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("kind", gettext_lazy("Sort"), choices=Kind.choices),
        AreaFilter("area", gettext_lazy("Area"), source=area_source),
        BooleanFilter(
            "open", gettext_lazy("State"), apply=lambda yes: Q(closed_at__isnull=yes),
            yes=pgettext_lazy("organisation", "Open"), no=pgettext_lazy("organisation", "Closed"),
        ),
    ),
    search=queries.search,
    search_label=gettext_lazy("Part of the name, or the whole credit code"),
    empty=Empty(
        gettext_lazy("No organisation is on record in your areas yet"),
        gettext_lazy("Officers of the subdistrict or district put them on record; roles can then be given in them."),
    ),
)  # fmt: skip


def person_address(row: Any) -> str:
    """Give the page of who holds a role, where the viewer may open it."""
    return reverse("people:person", args=[row.person_id]) if row.opens else ""


HELD = Listing(
    key="organization_roles",
    columns=(
        Column("person", gettext_lazy("Name"), value=lambda row: str(row.person.name), url=person_address),
        Column("role", gettext_lazy("Role"), value=lambda row: ROLE_LABELS[Role(row.role)], sort="role"),
        Column("state", gettext_lazy("State"), "tag", value=grant_tag),
        Column("starts_at", gettext_lazy("From"), "date", sort="starts_at"),
        Column("ends_at", gettext_lazy("Until"), "date", priority=2),
    ),
    default_sort="-starts_at",
    filters=(
        ChoiceFilter("role", gettext_lazy("Role"), choices=role_options),
        DateRangeFilter("starts_at", gettext_lazy("From")),
    ),
    search=people.search_holders,
    search_label=gettext_lazy("Whole phone, document number or name"),
    empty=Empty(
        gettext_lazy("No roles to show"),
        gettext_lazy("Staff give roles on the page of a person. Others see here the roles that they hold themselves."),
    ),
)


@login_required
def desk(request: Any) -> HttpResponse:
    """List the organisations of the own areas, and those one holds a role in."""
    context = {
        "heading": _("Organisations"),
        "lead": _("Bodies on record by their seat. Roles in them are given on the page of a person."),
        "crumbs": [(_("Home"), "/"), (_("Organisations"), "")],
        "may_create": policies.may_create(actor=request.actor) is None,
    }
    rows = queries.organizations(viewer=request.actor)
    answer: HttpResponse = listing_response(request, ORGANIZATIONS, rows, context, template="organizations/desk.html")
    return answer


def _crumbs(found: Organization, *more: str) -> list[tuple[Any, str]]:
    way = [(_("Home"), "/"), (_("Organisations"), reverse("organizations:desk"))]
    own = reverse("organizations:organization", args=[found.pk]) if more else ""
    return [*way, (found.name, own), *((word, "") for word in more)]


@login_required
def organization(request: Any, organization_id: UUID) -> HttpResponse:
    """Show an organisation and the roles held in it."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    pairs = [
        Answer(_("Sort"), found.get_kind_display()),
        Answer(_("Seat"), places.full_names({found.area}).get(found.area, found.area)),
        Answer(_("Unified social credit code"), found.credit_code or formatting.NONE),
        Answer(_("Put on record on"), formatting.day(timezone.localdate(found.created_at))),
    ]
    if found.closed_at:
        pairs += [
            Answer(_("Closed on"), formatting.day(timezone.localdate(found.closed_at))),
            Answer(_("Why it was closed"), found.closed_reason),
        ]
    context = {
        "organization": found,
        "heading": found.name,
        "state": state(found),
        "pairs": pairs,
        "crumbs": _crumbs(found),
        "may": found.open and policies.may_manage(actor=request.actor, seat=found.area) is None,
    }
    rows = people.roles_in(viewer=request.actor, organization=found.pk, at=request.now)
    answer: HttpResponse = listing_response(request, HELD, rows, context, template="organizations/organization.html")
    return answer


def _acting(request: Any) -> dict[str, Any]:
    return {"actor": request.actor, "at": request.now}


def _address(found: Organization) -> str:
    return reverse("organizations:organization", args=[found.pk])


@login_required
@form_page
def new(request: Any) -> HttpResponse:
    """Put an organisation on record."""
    policies.require(policies.may_create(actor=request.actor))

    def act(form: Any) -> str:
        return _address(operations.create_organization(**form.cleaned_data, **_acting(request)))

    heading = _("Put an organisation on record")
    context = {
        "heading": heading,
        "lead": _("Once, by its full name. Search the list first: two records of one body cannot be joined here."),
        "button": _("Put on record"),
        "kind": "main",
        "back": reverse("organizations:desk"),
        "crumbs": [(_("Home"), "/"), (_("Organisations"), reverse("organizations:desk")), (heading, "")],
    }
    form = OrganizationForm(sent(request), areas=queries.managed_areas(viewer=request.actor, at=request.now))
    return answer_form(request, form, act, context, done=_("The organisation is on record."), template=FORM)


def _to_manage(request: Request, organization_id: UUID, heading: str) -> tuple[Organization, dict[str, Any]]:
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    policies.require(policies.may_manage(actor=request.actor, seat=found.area))
    if not found.open:
        raise operations.ClosedAlready
    frame = {"heading": heading, "back": _address(found), "version": found.version, "crumbs": _crumbs(found, heading)}
    return found, {**frame, "lead": found.name}


@login_required
@form_page
def edit(request: Any, organization_id: UUID) -> HttpResponse:
    """Correct the record of an organisation."""
    found, context = _to_manage(request, organization_id, _("Change the organisation"))

    def act(form: Any) -> str:
        seen = version(request) or 0
        values = {"organization_id": organization_id, "version": seen, **form.cleaned_data}
        return _address(operations.change_organization(**values, **_acting(request)))

    shown = {name: getattr(found, name) for name in ("name", "kind", "area", "credit_code")}
    context |= {"button": _("Save"), "kind": "main"}
    areas = queries.managed_areas(viewer=request.actor, at=request.now)
    form = OrganizationForm(sent(request), areas=areas, initial=shown)
    return answer_form(request, form, act, context, done=_("The organisation is saved."), template=FORM)


@login_required
@form_page
def close(request: Any, organization_id: UUID) -> HttpResponse:
    """Close an organisation."""
    _found, context = _to_manage(request, organization_id, _("Close the organisation"))

    def act(form: Any) -> str:
        seen = version(request) or 0
        values = {"organization_id": organization_id, "version": seen, **form.cleaned_data}
        return _address(operations.close_organization(**values, **_acting(request)))

    text = _("All roles held in it end at once, and none can be given in it any more. It cannot be opened again.")
    context |= {"lead": text, "button": _("Close the organisation"), "kind": "danger"}
    return answer_form(
        request, CloseForm(sent(request)), act, context, done=_("The organisation is closed."), template=FORM
    )
