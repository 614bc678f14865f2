"""Who is in the team of a proposal, in which role and since when; and the invitations that are open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import homes_of
from shanzhi.people.models import Person
from shanzhi.ventures import policies
from shanzhi.ventures.models import Proposal, TeamInvitation, TeamMember, TeamSeat

STRONGEST: Final = ("leader", "editor", "reader", "")
# A team of what is over takes nobody in any more.
OVER: Final = ("withdrawn", "disqualified", "lapsed", "merged")


@dataclass(frozen=True, slots=True)
class Place:
    """One person of a team. `name` is masked; `since` is None for who is named in the proposal's list of members.

    `seat` is the running seat, which the contact person and those of the list have not.
    """

    person: UUID
    name: str
    role: policies.TeamRole
    since: datetime | None
    own: bool
    seat: UUID | None = None


def digest_of(secret: str) -> str:
    """Give what is kept of a link's secret."""
    return hashlib.sha256(f"team:{secret}".encode(errors="replace")).hexdigest()


def roles_of(found: Proposal) -> dict[UUID, str]:
    """Say by the record that each goes by what the people of a team are in it; '' for who is in it no more.

    The contact person leads; seats say more than the list of members.
    """
    seats = list(TeamSeat.objects.filter(proposal=found).values_list("person", "role", "ended_at"))
    listed = TeamMember.objects.filter(proposal=found, person__isnull=False).order_by("position")
    named = list(listed.values_list("person", flat=True))
    home = homes_of([found.contact_id, *(person for person, _role, _ended in seats), *named])
    roles: dict[UUID, str] = {home[found.contact_id]: "leader"} if found.contact_id else {}
    for person, role, ended in seats:
        now = "" if ended else role
        roles[home[person]] = min(roles.get(home[person], ""), now, key=STRONGEST.index)
    for person in named:
        if person is not None:
            roles.setdefault(home[person], "editor")
    return roles


def beside_list(found: Proposal) -> int:
    """Count those of a team whom its proposal does not name: they have a role alone."""
    named = TeamMember.objects.filter(proposal=found, person__isnull=False).values_list("person", flat=True)
    home = homes_of(named)
    return sum(bool(role) and role != "leader" and key not in home.values() for key, role in roles_of(found).items())


def _key(person: Person) -> UUID:
    """Give the record that a person goes by."""
    return person.merged_into_id or person.pk


def _by_person(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(_key(row.person), []).append(row)
    return found


def places(*, viewer: Actor, found: Proposal) -> list[Place]:
    """List the team, the leader first: to the team alone, in a fixed number of queries. Raises NotYourProposal."""
    policies.require_team(viewer, found)
    seats = _by_person(TeamSeat.objects.filter(proposal=found).select_related("person").order_by("since", "id"))
    named = _by_person(
        TeamMember.objects.filter(proposal=found, person__isnull=False).select_related("person").order_by("position")
    )
    listed: list[Place] = []
    leader = _key(found.contact) if found.contact is not None else None
    if found.contact is not None and leader is not None:
        ends = [row.ended_at for row in seats.get(leader, []) if row.ended_at]
        listed.append(_place(viewer, found.contact, "leader", max(ends, default=found.created_at)))
    for key, given in seats.items():
        running = [row for row in given if row.ended_at is None]
        if running and key != leader:
            best = min(running, key=lambda row: row.role)  # an editor before a reader
            listed.append(_place(viewer, best.person, best.role, best.since, best.pk))
    listed += [
        _place(viewer, rows[0].person, "editor", None)
        for key, rows in named.items()
        if key not in seats and key != leader
    ]
    return listed


def _place(viewer: Actor, person: Person, role: Any, since: datetime | None, seat: UUID | None = None) -> Place:
    return Place(_key(person), str(person.name), role, since, viewer.is_person(person.pk), seat)


def place_of(*, viewer: Actor, found: Proposal, person_id: UUID) -> Place | None:
    """Give one person of the team by the record that the person goes by."""
    return next((one for one in places(viewer=viewer, found=found) if one.person == person_id), None)


def open_invitations(*, viewer: Actor, found: Proposal, at: datetime) -> QuerySet[TeamInvitation]:
    """Give the invitations that can still be used, newest first; to the leader alone."""
    rows = TeamInvitation.objects.filter(proposal=found, ended_at=None, expires_at__gt=at)
    rows = rows if policies.leads(viewer, found) else rows.none()
    return rows.order_by("-created_at", "id")


def team_invitation_behind(*, secret: str, at: datetime) -> TeamInvitation | None:
    """Give the invitation of a link while it can be used; what it shows of a draft is no secret to who holds it."""
    rows = TeamInvitation.objects.filter(secret=digest_of(secret), ended_at=None, expires_at__gt=at)
    return rows.exclude(proposal__state__in=OVER).select_related("proposal__call", "proposal__contact").first()
