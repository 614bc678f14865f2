"""Who may read and change what of service records. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.organizations.policies import LEADERS
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.service.models import Certificate, CertificateBatch, Complaint, ServiceRecord
from shanzhi.volunteering.lifecycle import OFFICERS
from shanzhi.volunteering.models import Team, TeamMember
from shanzhi.volunteering.policies import (
    AGREERS,
    HEADS,
    KEEPERS,
    READERS,
    NotTheLeader,
    at_the_desk,
    leads,
    leads_unit,
    led_teams,
    require_desk,
)

__all__ = [
    "AGREERS", "HEADS", "KEEPERS", "LEADERS", "OFFICERS", "READERS", "at_the_desk", "batches_readable",
    "certificates_readable", "in_charge", "leads", "leads_unit", "may_issue", "may_order", "may_organise",
    "may_set_rules", "of_charge", "own_teams", "records_readable", "require", "require_desk",
]  # fmt: skip


OBJECTION: Final = timedelta(days=30)
"""How long after its notice somebody of the team still sees a verified record, and may complain about it."""


def own_teams(viewer: Actor) -> QuerySet[Any]:
    """Give the ids of the teams that the viewer is in."""
    return TeamMember.objects.filter(volunteer__person__in=viewer.persons, state="member").values("team")


def records_readable(viewer: Actor, at: datetime) -> Q:
    """Give the condition that a record exists for the viewer.

    One's own, those of teams and organisations that one leads, of the own areas of staff; and those of teams that one
    is in, while the notice runs and, once verified, `OBJECTION` after it, in which one may still complain. Who did so
    reads the record on, where the answer stands.
    """
    inside = places.within_any("area", viewer.areas(READERS))
    if not inside or not viewer.persons:  # the whole country, or nobody
        return inside
    inside |= Q(volunteer__person__in=viewer.persons) | Q(team__in=led_teams(viewer))
    open_still = Q(state="noticed") | Q(state="verified", notice_over_at__gte=at - OBJECTION)
    inside |= open_still & Q(team__in=own_teams(viewer))
    inside |= Q(pk__in=Complaint.objects.filter(complainant__in=viewer.persons).values("record"))
    return inside | Q(organization__in=viewer.organizations(LEADERS))


def certificates_readable(viewer: Actor) -> Q:
    """Give the condition that a certificate exists for the viewer: the own ones, and those that one's office issues."""
    issued = _issued(viewer)
    return issued | Q(volunteer__person__in=viewer.persons) if issued and viewer.persons else issued


def batches_readable(viewer: Actor) -> Q:
    """Give the condition that a batch exists for the viewer: those of the issuers for whom one acts or reads."""
    return _issued(viewer)


def _issued(viewer: Actor) -> Q:
    inside = places.within_any("issuer_area", viewer.areas(READERS))
    return inside | Q(organization__in=viewer.organizations(LEADERS)) if inside else inside


def _signed(actor: Actor) -> Refusal | None:
    return None if actor.signed_in or actor.is_system else SignInNeeded()


def may_organise(*, actor: Actor, team: Team | None, organization_id: UUID | None, area: str) -> Refusal | None:
    """Allow who leads the team or its organisation, and the office of the area: to record, verify, reverse."""
    refused = _signed(actor)
    if refused is not None or actor.holds(AGREERS, area):
        return refused
    if organization_id is not None and organization_id in actor.organizations(LEADERS):
        return None
    if team is not None and leads(actor, team):
        return None
    return NotTheLeader() if team is not None else Forbidden()


def in_charge(*, actor: Actor, record: ServiceRecord) -> Refusal | None:
    """Allow who may organise what the record is of."""
    return may_organise(
        actor=actor, team=record.team, organization_id=record.organization_id, area=record.area
    )  # fmt: skip


def sees_evidence(*, viewer: Actor, record: ServiceRecord) -> bool:
    """Tell whether the viewer sees the files beside a record: its volunteer, who is in charge, readers of its area.

    Mates of the team, who see the record while they may complain about it, do not: photos show other people too.
    """
    own = viewer.is_person(record.volunteer.person_id) or record.volunteer.person_id in viewer.persons
    return own or viewer.holds(READERS, record.area) or in_charge(actor=viewer, record=record) is None


def of_charge(viewer: Actor) -> Q:
    """Give the condition that the viewer is in charge of a record, as `in_charge` says of one."""
    inside = places.within_any("area", viewer.areas(AGREERS))
    if inside and viewer.persons:
        inside |= Q(team__in=led_teams(viewer)) | Q(organization__in=viewer.organizations(LEADERS))
    return inside


def may_issue(*, actor: Actor, organization_id: UUID | None, area: str) -> Refusal | None:
    """Allow who leads the organisation, or the committee and offices of the area, to certify what it organised."""
    refused = _signed(actor)
    if refused is not None or actor.holds(AGREERS, area):
        return refused
    leads = organization_id is not None and organization_id in actor.organizations(LEADERS)
    return None if leads else Forbidden()


def may_order(actor: Actor) -> bool:
    """Tell whether the actor issues for anybody: an organisation or an area."""
    return bool(actor.organizations(LEADERS)) or bool(actor.areas(AGREERS))


def may_withdraw(*, actor: Actor, found: Certificate | CertificateBatch) -> Refusal | None:
    """Allow whoever may issue for the issuer to withdraw what it issued."""
    return may_issue(actor=actor, organization_id=found.organization_id, area=found.issuer_area)


def may_set_rules(*, actor: Actor, area: str) -> Refusal | None:
    """Allow officers of an area that covers it."""
    refused = _signed(actor)
    if refused is not None:
        return refused
    if actor.holds(OFFICERS, area):
        return None
    return Forbidden(field="area") if actor.areas(OFFICERS) else Forbidden()


def may_moderate(*, actor: Actor, area: str) -> Refusal | None:
    """Allow the committee and the offices above it to read thanks before they are shown."""
    refused = _signed(actor)
    if refused is not None:
        return refused
    return None if actor.holds(AGREERS, area) else Forbidden()
