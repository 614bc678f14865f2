"""Seats that go along when two proposals become one, and sections that those hold whose seat ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from shanzhi.ventures.models import Proposal, Section, TeamSeat


def free_sections(proposal: Proposal, records: list[UUID]) -> None:
    """Free the sections that these records of a person hold."""
    held = Section.objects.filter(proposal=proposal, holder__in=records)
    held.update(holder=None, since=None, until=None)


def carry_seats(*, stays: Proposal, goes: Proposal, at: datetime) -> None:
    """Give the team of the proposal that goes the same roles in the one that stays, before its members are written.

    Who has a place there keeps it. Who left the one that goes does not come back by its list of members.
    """
    kept: set[UUID | None] = set(stays.members.exclude(person=None).values_list("person", flat=True))
    kept |= {*stays.seats.values_list("person", flat=True), stays.contact_id, goes.contact_id}
    newest = {row.person_id: row for row in goes.seats.order_by("ended_at") if row.person_id not in kept}  # null last
    TeamSeat.objects.bulk_create(
        TeamSeat(proposal=stays, person_id=key, role=row.role, since=at, ended_at=at if row.ended_at else None)
        for key, row in newest.items()
    )


def drop_carried(*, stays: Proposal, goes: Proposal, merged_at: datetime | None, at: datetime) -> None:
    """End the seats that a merging gave, when it is undone; and the sections those held are free."""
    carried = Q(since=merged_at, given_by=None, ended_at=None, person__in=goes.seats.values("person"))
    gone = TeamSeat.objects.filter(carried, proposal=stays)
    records = list(gone.values_list("person", flat=True))
    gone.update(ended_at=at)
    free_sections(stays, records)
