"""The desk of organisations: the list, one organisation with the roles held in it, and the forms of officers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.areas import LENGTHS
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms.desk import CloseForm, OrganizationForm
from shanzhi.organizations.lifecycle import ORGANIZATION
from shanzhi.organizations.models import Kind, Organization, Purpose
from shanzhi.organizations.views.about import about
from shanzhi.organizations.views.words import (
    FORM,
    address_of,
    area_source,
    kind_words,
    own_crumbs,
    shown_name,
    state,
)
from shanzhi.people import queries as people
from shanzhi.people.models import ROLE_LABELS
from shanzhi.people.views.listings import grant_tag, role_options
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request, acting
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

ORGANIZATIONS = Listing(
    key="organizations",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), value=shown_name, sort="name",
               url=page_of("organizations:organization")),
        Column("kind", gettext_lazy("Sort"), value=kind_words, sort="kind"),
        Column("purpose", gettext_lazy("Purpose"), value=lambda row: row.get_purpose_display(), priority=2),
        Column("area", gettext_lazy("Seat"), value="area_name", sort="area"),
        Column("area_code", gettext_lazy("Code of the seat"), value="area", on_page=False),
        Column("credit_code", gettext_lazy("Credit code"), priority=2),
        Column("size_stated", gettext_lazy("Members, as stated"), "number", sort="size_stated", on_page=False),
        Column("state", gettext_lazy("State"), "tag", value=state),
        Column("created_at", gettext_lazy("Put on record on"), "date", sort="created_at", priority=2),
        Column("closed_at", gettext_lazy("Closed on"), "date", on_page=False),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("kind", gettext_lazy("Sort"), choices=Kind.choices),
        AreaFilter("area", gettext_lazy("Area"), source=area_source),
        ChoiceFilter("state", gettext_lazy("State"), choices=ORGANIZATION.choices()),
        ChoiceFilter("purpose", gettext_lazy("Purpose"), choices=Purpose.choices),
        BooleanFilter(
            "open", gettext_lazy("Living"), apply=lambda yes: Q(closed_at__isnull=yes),
            yes=gettext_lazy("Living"), no=gettext_lazy("Dissolved"),
        ),
    ),
    search=queries.search,
    search_label=gettext_lazy("Part of the name, or the whole credit code"),
    empty=Empty(
        gettext_lazy("No organisation is on record in your areas yet"),
        gettext_lazy("Officers of the subdistrict or district put them on record; roles can then be given in them."),
    ),
)  # fmt: skip


DISTRICT = LENGTHS["district"]


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
        "targets_code": next((code for code in request.actor.areas(policies.READERS) if len(code) >= DISTRICT), ""),
    }
    rows = queries.organizations(viewer=request.actor)
    answer: HttpResponse = listing_response(request, ORGANIZATIONS, rows, context, template="organizations/desk.html")
    return answer


@login_required
def organization(request: Any, organization_id: UUID) -> HttpResponse:
    """Show an organisation and the roles held in it."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    context = {**about(request, found), "crumbs": own_crumbs(found)}
    rows = people.roles_in(viewer=request.actor, organization=found.pk, at=request.now)
    answer: HttpResponse = listing_response(request, HELD, rows, context, template="organizations/organization.html")
    return answer


@login_required
@form_page
def new(request: Any) -> HttpResponse:
    """Put an organisation on record."""
    policies.require(policies.may_create(actor=request.actor))

    def act(form: Any) -> str:
        return address_of(operations.create_organization(**form.cleaned_data, **acting(request)))

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
    frame = {
        "heading": heading,
        "back": address_of(found),
        "version": found.version,
        "crumbs": own_crumbs(found, heading),
    }
    return found, {**frame, "lead": found.name}


@login_required
@form_page
def edit(request: Any, organization_id: UUID) -> HttpResponse:
    """Correct the record of an organisation."""
    found, context = _to_manage(request, organization_id, _("Change the organisation"))

    def act(form: Any) -> str:
        seen = version(request) or 0
        values = {"organization_id": organization_id, "version": seen, **form.cleaned_data}
        return address_of(operations.change_organization(**values, **acting(request)))

    shown = {name: getattr(found, name) for name in ("name", "kind", "area", "credit_code", "purpose", "size_stated")}
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
        return address_of(operations.close_organization(**values, **acting(request)))

    text = _("All roles held in it end at once, and none can be given in it any more. It cannot be opened again.")
    context |= {"lead": text, "button": _("Close the organisation"), "kind": "danger"}
    return answer_form(
        request, CloseForm(sent(request)), act, context, done=_("The organisation is closed."), template=FORM
    )
