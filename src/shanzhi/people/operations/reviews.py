"""The yearly review of roles: confirm or end in one go; what nobody confirmed lapses after a warning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import holders, policies, signals
from shanzhi.people.models import RoleGrant
from shanzhi.people.operations.records import ReasonNeeded
from shanzhi.people.operations.roles import end_grant, note
from shanzhi.people.operations.sessions import ROLE, end_for

YEAR: Final = timedelta(days=365)
# So long after the year a role that nobody confirmed still holds; then it lapses by itself.
GRACE: Final = timedelta(days=60)
# These carry no power over other people's data, so nobody reviews them.
UNREVIEWED: Final = (Role.RESIDENT, Role.VOLUNTEER, Role.TEAM_LEADER)


def unconfirmed(*, since: datetime, at: datetime) -> QuerySet[RoleGrant]:
    """Give the running roles that nobody confirmed (or gave) after `since`."""
    running = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    rows = RoleGrant.objects.filter(running).exclude(role__in=UNREVIEWED)
    return rows.annotate(confirmed=Coalesce("confirmed_at", "starts_at")).filter(confirmed__lte=since)


def confirm_grants(*, actor: Actor, grant_ids: Iterable[UUID], at: datetime) -> int:
    """Confirm roles for another year: all or none; who could give a role may confirm it, but nobody the own."""
    with transaction.atomic():
        rows = list(RoleGrant.objects.select_for_update(of=("self",)).select_related("person").filter(pk__in=grant_ids))
        for given in rows:
            policies.require(
                policies.may_grant_to(
                    actor=actor, person=given.person, role=Role(given.role), area=given.area,
                    organization=given.organization,
                )
            )  # fmt: skip
            given.confirmed_at = at
            given.save(update_fields=["confirmed_at"])
            change = {"grant": str(given.pk), "role": given.role}
            area = holders.place_of(given)
            record(actor=actor, verb="people.role.confirm", subject=given.person, area=area, change=change, at=at)
    return len(rows)


def end_grants(*, actor: Actor, grant_ids: Iterable[UUID], reason: str, at: datetime) -> int:
    """End roles in one go, for one reason: all or none."""
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with transaction.atomic():
        ids = sorted(set(grant_ids))
        for grant_id in ids:
            end_grant(actor=actor, grant_id=grant_id, reason=reason, at=at)
    return len(ids)


def lapse_grants(*, at: datetime) -> int:
    """End what nobody confirmed within a year and the grace after it; run by the clock, safe to run again.

    The last administrator of the whole country never lapses, or nobody could give roles any more.
    """
    actor, ended = Actor.system("clock"), 0
    for grant_id in list(unconfirmed(since=at - YEAR - GRACE, at=at).values_list("pk", flat=True)):
        with transaction.atomic():
            given = (
                unconfirmed(since=at - YEAR - GRACE, at=at).select_for_update(of=("self",)).filter(pk=grant_id).first()
            )
            if given is None or _last(given, at):
                continue
            given.ends_at, given.over_at, given.begins_later = at, at, False
            given.ended_reason = gettext("Nobody confirmed it for a year")
            given.save(update_fields=["ends_at", "over_at", "begins_later", "ended_reason"])
            end_for(person_id=given.person_id, why=ROLE, at=at)
            note(actor, "people.role.lapse", given, at)
            signals.role_ended.send(RoleGrant, actor=actor, grant=given, at=at)
            ended += 1
    return ended


def _last(given: RoleGrant, at: datetime) -> bool:
    if given.role != Role.ADMINISTRATOR or given.area or given.organization:
        return False
    others = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, area="", organization=None, starts_at__lte=at)
    return not others.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).exclude(pk=given.pk).exists()
