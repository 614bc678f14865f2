"""Giving and ending roles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.kernel.roles import IN_ORGANIZATION, Role
from shanzhi.people import holders, policies, signals
from shanzhi.people.models import Person, RoleGrant
from shanzhi.people.operations.records import ReasonNeeded
from shanzhi.people.operations.sessions import ROLE, end_for
from shanzhi.places import queries as places


class BadPeriod(Invalid):
    """The role would end before it starts, or has ended already."""

    code = "bad_period"
    message = _("The role must end after it starts, and in the future.")


class BadScope(Invalid):
    """The role has no place, two places, or a place that does not exist."""

    code = "bad_scope"
    message = _("Choose the area in which the role holds, or the organisation; never both.")


class NoSuchOrganization(Invalid):
    """The role would be given in an organisation that is not on record."""

    code = "no_such_organization"
    message = _("Choose an organisation that is on record, or have it put on record first.")


class RoleOfAnArea(Invalid):
    """The role would be given in an organisation, and is one that is held in an area."""

    code = "role_of_an_area"
    message = _(
        "In an organisation one is a volunteer, a team leader or an operator. Every other role holds in an area: "
        "choose the area instead."
    )


class ClosedOrganization(Conflict):
    """The organisation takes no roles any more."""

    code = "closed_organization"
    message = _("This organisation is closed and takes no new roles. Choose another one, or an area.")


class BadRole(Invalid):
    """Such a role is not given."""

    code = "bad_role"
    message = _("Choose a role. Being a resident is not given: it follows from the verified home.")


class HeldAlready(Conflict):
    """The person holds this role there already."""

    code = "held_already"
    message = _("The person holds this role there already. End that one first, or choose another place.")


class GrantEnded(Conflict):
    """The role has ended already."""

    code = "grant_ended"
    message = _("This role has ended already.")


def grant(
    *,
    actor: Actor,
    person_id: UUID,
    role: Role,
    area: str = "",
    organization: UUID | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
    reason: str,
    at: datetime,
) -> RoleGrant:
    """Give a person a role in an area or an organisation, for a period, with a reason.

    Nobody gives beyond the own scope or above the own role, nor to themselves. When `ends_at` comes the role is over by
    itself; what follows `terms` does. Raises AboveOwnRole, OutsideOwnScope, NotYourself, HeldAlready, BadPeriod,
    BadScope, RoleOfAnArea, NoSuchOrganization, ClosedOrganization, ReasonNeeded.
    """
    with transaction.atomic():
        hold(organization)
        policies.load(viewer=actor, person_id=person_id, at=at)
        return put_grant(
            actor=actor, person_id=person_id, role=role, area=area, organization=organization, starts_at=starts_at,
            ends_at=ends_at, reason=reason, at=at,
        )  # fmt: skip


def put_grant(
    *,
    actor: Actor,
    person_id: UUID,
    role: Role,
    area: str = "",
    organization: UUID | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
    reason: str,
    at: datetime,
) -> RoleGrant:
    """Give a role as `grant` does to somebody whom the actor need not see, such as one who was invited."""
    with transaction.atomic():
        hold(organization)
        person = Person.objects.select_for_update().get(pk=person_id)
        policies.require(
            policies.may_grant_to(actor=actor, person=person, role=role, area=area, organization=organization)
        )
        _check(role, area, organization, starts_at, ends_at, reason, at)
        policies.require(policies.may_hold(person=person, role=role, starts_at=starts_at, at=at))
        given = RoleGrant(
            person=person,
            role=role,
            area=area,
            organization=organization,
            starts_at=max(starts_at, at),  # a role given backwards would make good what was done without it
            ends_at=ends_at,
            begins_later=starts_at > at,
            granted_by_id=actor.person_id,
            reason=reason.strip(),
            created_at=at,
        )
        _refuse_twice(given)
        given.save(force_insert=True)
        end_for(person_id=person.pk, why=ROLE, at=at)
        note(actor, "people.role.grant", given, at, given.reason)
        signals.role_given.send(RoleGrant, actor=actor, grant=given, at=at)
    return given


def hold(organization: UUID | None) -> None:
    """Keep an organisation from being closed meanwhile; before any lock of a person, as closing takes them too."""
    if organization is not None:
        holders.bodies().hold(organization)


def _refuse_twice(given: RoleGrant) -> None:
    """Refuse a role that the person holds there in the same time; the person's row is locked, so no second slips in."""
    same = RoleGrant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=given.starts_at),
        person=given.person,
        role=given.role,
        area=given.area,
        organization=given.organization,
    )
    if given.ends_at is not None:
        same = same.filter(starts_at__lt=given.ends_at)
    if same.exists():
        raise HeldAlready(field="role")


def note(actor: Actor, verb: str, given: RoleGrant, at: datetime, reason: str = "") -> None:
    """Put on record that a role was given or ended, where it holds: an organisation's lies in the area of its seat."""
    body = holders.body_of(given)
    change = {
        "grant": str(given.pk),
        "role": str(given.role),
        "area": given.area,
        "organization": str(given.organization) if given.organization else None,
        **({"in": body.name} if body else {}),
        "starts_at": given.starts_at.isoformat(),
        "ends_at": given.ends_at.isoformat() if given.ends_at else None,
    }
    area = given.area or (body.seat if body else given.person.area)
    record(actor=actor, verb=verb, subject=given.person, area=area, change=change, at=at, reason=reason)


def _check(
    role: Role, area: str, organization: UUID | None, starts_at: datetime, ends_at: datetime | None, reason: str,
    at: datetime,
) -> None:  # fmt: skip
    if role is Role.RESIDENT:
        raise BadRole(field="role")
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    if ends_at is not None and (ends_at <= starts_at or ends_at <= at):
        raise BadPeriod(field="ends_at")
    check_place(role, area, organization)
    if area:
        try:
            places.area(code=area, at=at)
        except NotFound as missing:
            raise BadScope(field="area") from missing


def check_place(role: Role, area: str, organization: UUID | None) -> None:
    """Refuse both places at once, and an organisation that is closed, unknown or none for this role."""
    if organization is None:
        return
    if area:
        raise BadScope(field="organization")
    if role not in IN_ORGANIZATION:
        raise RoleOfAnArea(field="organization")
    body = holders.find([organization]).get(organization)
    if body is None:
        raise NoSuchOrganization(field="organization")
    if not body.open:
        raise ClosedOrganization(field="organization")


def end_grant(*, actor: Actor, grant_id: UUID, reason: str, at: datetime) -> RoleGrant:
    """End a role now, for a reason; one's own role may be laid down, others' by who could give them."""
    with transaction.atomic():
        given = RoleGrant.objects.select_for_update().filter(pk=grant_id).first()
        if given is None:
            raise NotFound
        person = policies.load(viewer=actor, person_id=given.person_id, at=at, merged_too=True)
        if not actor.is_person(person.pk):
            policies.require(
                policies.may_give(actor=actor, role=Role(given.role), area=given.area, organization=given.organization)
            )
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        if given.ends_at is not None and given.ends_at <= at:
            raise GrantEnded
        _end(actor, given, reason, at)
    return given


def _end(actor: Actor, given: RoleGrant, reason: str, at: datetime) -> None:
    # A role that has not begun yet ends at its own first moment, since a period is never empty.
    given.ends_at = max(at, given.starts_at + given.starts_at.resolution)
    given.ended_reason, given.over_at, given.begins_later = reason.strip(), at, False
    given.save(update_fields=["ends_at", "ended_reason", "over_at", "begins_later"])
    end_for(person_id=given.person_id, why=ROLE, at=at)
    note(actor, "people.role.end", given, at, given.ended_reason)
    signals.role_ended.send(RoleGrant, actor=actor, grant=given, at=at)


def end_roles_in(*, actor: Actor, organization: UUID, reason: str, at: datetime) -> int:
    """End all roles held in an organisation and give their number; its room decides who may, and keeps it locked.

    Who may close an organisation need not see its people, so nobody's record is asked for here.
    """
    with transaction.atomic():
        running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), organization=organization)
        rows = list(running.select_for_update(of=("self",)).select_related("person").order_by("pk"))
        for given in rows:
            _end(actor, given, reason, at)
    return len(rows)
