"""The lists of people and of roles."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.roles import Role
from shanzhi.people import queries
from shanzhi.people.models import ROLE_LABELS, Person, RoleGrant
from shanzhi.people.views.words import SHORT_STATES, grant_state, place_of, state_tag
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of


def area_source(request: HttpRequest) -> AreaSource:
    """Give the areas whose people the viewer sees."""
    return queries.read_areas(**viewing(request))


def role_options(_request: HttpRequest) -> list[tuple[str, Any]]:
    """List the roles that are given."""
    return [(role.value, ROLE_LABELS[role]) for role in Role if role is not Role.RESIDENT]


def _id_number(person: Person) -> str:
    return str(person.id_number) if person.id_number is not None else ""


def _phone(person: Person) -> str:
    return str(person.phone) if person.phone is not None else ""


PEOPLE = Listing(
    key="people",
    columns=(
        Column("name", _("Name"), value=lambda person: str(person.name), url=page_of("people:person")),
        Column("area", _("Community"), value="area_name", sort="area"),
        Column("real_name", _("Real name"), "tag", value=lambda person: state_tag(person.real_name), sort="real_name"),
        Column("phone", _("Mobile phone"), value=_phone, priority=2),
        Column("id_number", _("Document"), value=_id_number, priority=2),
        Column("created_at", _("On record since"), "date", sort="created_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", _("Real name"), field="real_name", choices=list(SHORT_STATES.items())[:2]),
        AreaFilter("area", _("Area"), source=area_source),
        ChoiceFilter(
            "role",
            _("Role"),
            choices=role_options,
            apply=lambda role: queries.holding(role, timezone.now()),
        ),
        DateRangeFilter("created_at", _("On record since")),
    ),
    search=queries.search,
    search_label=_("Whole phone, document number or name"),
    paging="keyset",
    empty=Empty(
        _("Nobody is on record in your areas yet"),
        _("Bring in the list of residents that your office keeps, or let people sign up by phone."),
        "/desk/people/import/",
        _("Bring in a list"),
    ),
)


def grant_tag(given: RoleGrant) -> tuple[str, str]:
    """Give tone and words of the state of a role now."""
    return grant_state(given, timezone.now())


ROLES = Listing(
    key="roles",
    columns=(
        Column(
            "person",
            _("Name"),
            value=lambda given: str(given.person.name),
            url=page_of("people:person", "person_id"),
        ),
        Column("role", _("Role"), value=lambda given: ROLE_LABELS[Role(given.role)], sort="role"),
        Column(
            "area",
            _("Where it holds"),
            value=place_of,
            sort="area",
        ),
        Column("state", _("State"), "tag", value=grant_tag),
        Column("starts_at", _("From"), "date", sort="starts_at", priority=2),
        Column("ends_at", _("Until"), "date", sort="", priority=2),
        Column("created_at", _("Given on"), "date", sort="created_at", priority=3),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("role", _("Role"), choices=role_options),
        AreaFilter("area", _("Area"), source=area_source, apply=lambda area: queries.held_within([str(area)])),
        DateRangeFilter("starts_at", _("From")),
    ),
    search=queries.search_holders,
    search_label=_("Whole phone, document number or name"),
    empty=Empty(_("No roles are held in your areas"), _("Open a person and give a role there.")),
)
