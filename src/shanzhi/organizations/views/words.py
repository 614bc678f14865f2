"""Words, tones and ways that the pages of organisations share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.organizations import queries
from shanzhi.organizations.lifecycle import APPLICATION, ORGANIZATION
from shanzhi.organizations.models import FilingApplication, Kind, Organization
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing

FORM = "organizations/form.html"
TONES = {
    "filed": "good", "registered": "good", "hub": "accent", "dormant": "warn", "suspended": "bad",
    "project_team": "accent",
}  # fmt: skip
APPLICATION_TONES = {
    "filed": "good", "refused": "bad", "returned": "warn", "handed_in": "accent", "opinion_given": "accent",
}  # fmt: skip


def state(found: Organization) -> tuple[str, str]:
    """Say where the life of an organisation stands."""
    return TONES.get(found.state, "plain"), str(ORGANIZATION.states[found.state])


def application_state(found: FilingApplication) -> tuple[str, str]:
    """Say where an application stands."""
    return APPLICATION_TONES.get(found.state, "plain"), str(APPLICATION.states[found.state])


def kind_words(found: Organization) -> str:
    """Give the sort in words."""
    return str(Kind(found.kind).label)


def shown_name(found: Organization) -> str:
    """Give the name, marked where it is made up."""
    return f"{found.name} · {_('Synthetic')}" if found.synthetic else found.name


def area_source(request: HttpRequest) -> AreaSource:
    """Give the areas whose organisations the viewer reads."""
    return queries.read_areas(**viewing(request))


def desk_crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way over the desk of organisations."""
    return [(_("Home"), "/"), (_("Organisations"), reverse("organizations:desk")), *more]


def own_crumbs(found: Organization, *more: str) -> list[tuple[Any, str]]:
    """Give the way to an organisation and on."""
    own = reverse("organizations:organization", args=[found.pk]) if more else ""
    return desk_crumbs((found.name, own), *((word, "") for word in more))


def address_of(found: Organization) -> str:
    """Give the address of an organisation at the desk."""
    return reverse("organizations:organization", args=[found.pk])
