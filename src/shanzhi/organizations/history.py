"""How the history of organisations reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.models import Kind, Organization


def _organization(viewer: Actor, organization_id: str, at: datetime) -> Shown | None:
    found = Organization.objects.filter(pk=uuid_of(organization_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area):
        raise NotFound
    # What was done under an earlier seat belongs to the whole of its history.
    return Shown(found.name, reverse("organizations:organization", args=[found.pk]), whole=True)


def _titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Organization.objects.filter(policies.readable(viewer)), "name"


register(
    Subject(
        type="organizations.organization",
        label=_("Organisation"),
        find=_organization,
        titles=_titles,
        readers=policies.READERS,
        fields={
            "name": _("Name of the organisation"),
            "kind": _("Sort"),
            "area": _("Seat"),
            "credit_code": _("Unified social credit code"),
            "roles_ended": _("Roles ended with it"),
        },
        values={"kind": lambda value: dict(Kind.choices).get(value, value)},
    )
)
register_verbs(
    {
        "organizations.organization.create": _("Organisation put on record"),
        "organizations.organization.change": _("Organisation changed"),
        "organizations.organization.close": _("Organisation closed"),
    },
    tones={"organizations.organization.close": "warn"},
)
