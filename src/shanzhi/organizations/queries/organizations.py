"""Reading organisations: each query takes the viewer and gives only what exists for that viewer."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LEVELS
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.organizations import policies
from shanzhi.organizations.models import Link, Membership, Organization
from shanzhi.people import queries as people
from shanzhi.people.models import RoleGrant
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource

MOST_MEMBERS: Final = 500


def organizations(*, viewer: Actor) -> QuerySet[Organization]:
    """Give the organisations of the viewer's areas and those the viewer holds a role in, each with `area_name`."""
    policies.require_desk(viewer)
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return Organization.objects.filter(policies.readable(viewer)).annotate(area_name=name).order_by("-created_at", "id")


def leaders_of(organization_id: UUID | None, at: datetime) -> QuerySet[RoleGrant]:
    """Give the roles by which people lead an organisation at a moment, for whoever tells them something."""
    return RoleGrant.objects.filter(people.running(at), organization=organization_id, role__in=policies.LEADERS)


def organization(*, viewer: Actor, organization_id: UUID) -> Organization:
    """Give one organisation; outside the viewer's areas and roles there is no such one."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Organization.objects.filter(policies.readable(viewer), pk=organization_id).first()
    if found is None:
        raise NotFound
    return found


def search(rows: QuerySet[Organization], words: str) -> QuerySet[Organization]:
    """Find by a part of the name, or by the whole credit code."""
    text = words.strip()
    found = Q(name__has=text)
    with suppress(identifiers.NotACreditCode):  # then it is a name
        found |= Q(credit_code=identifiers.credit_code(text))
    return rows.filter(found)


def managed_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer may put organisations on record."""
    return people.source_of(people.Open(viewer.areas(policies.MANAGERS), at, policies.SEATS))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose organisations the viewer reads, for filters."""
    return people.source_of(people.Open(viewer.areas(policies.READERS), at))


def links(found: Organization) -> list[Link]:
    """List the links of an organisation that hold, with the organisations at their other ends."""
    return list(Link.objects.filter(organization=found, ended_at=None).select_related("other").order_by("created_at"))


def members(*, viewer: Actor, found: Organization) -> list[Membership]:
    """List who is and was in an organisation, those of now first; names are masked as they are shown.

    For who keeps them: its leaders and staff of the seat. Others see none.
    """
    if policies.may_guide(actor=viewer, seat=found.area, organization=found.pk) is not None:
        return []
    rows = Membership.objects.filter(organization=found)
    return list(rows.order_by(F("ends_on").desc(nulls_first=True), "-starts_on", "id")[:MOST_MEMBERS])


def running_member(*, found: Organization, membership_id: UUID) -> Membership:
    """Give a membership of an organisation that runs."""
    row = Membership.objects.filter(pk=membership_id, organization=found, ends_on=None).first()
    if row is None:
        raise NotFound
    return row


def home_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the communities in which the viewer may apply for a new group: where one lives, or leads a team."""
    homes = viewer.areas({Role.RESIDENT, Role.TEAM_LEADER})
    return people.source_of(people.Open(tuple(sorted({home[:12] for home in homes})), at, policies.SEATS))


def all_areas(*, at: datetime) -> AreaSource:
    """Give all areas, for filters of public lists."""
    return people.source_of(people.Open(("",), at))


def rule_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose rules the viewer sets."""
    return people.source_of(people.Open(viewer.areas(policies.MANAGERS), at))


def one_area(*, code: str, at: datetime) -> AreaSource:
    """Give one area alone, where a body stays where it is."""
    level = LEVELS.get(len(code), "")
    return people.source_of(people.Open((code,), at, (level,)))
