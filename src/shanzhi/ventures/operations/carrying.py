"""Seats that follow what becomes of a proposal: of two that become one, of its list of members, and sections held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shanzhi.people.actors import homes_of
from shanzhi.ventures.models import Merger, Proposal, Section, TeamSeat
from shanzhi.ventures.queries.seats import roles_of


def free_sections(proposal: Proposal, records: Iterable[UUID]) -> None:
    """Free the sections that these records of people hold."""
    held = Section.objects.filter(proposal=proposal, holder__in=records)
    held.update(holder=None, since=None, until=None)


def team_before(stays: Proposal) -> list[str]:
    """Say who has a place in the team of a proposal before another is merged into it, to be kept for undoing that."""
    return [str(key) for key, role in roles_of(stays).items() if role]


def carry_seats(*, stays: Proposal, goes: Proposal, at: datetime) -> None:
    """Give the team of the proposal that goes the same roles in the one that stays, before its members are written.

    Who has a place there keeps it; the leader who goes along is an editor. Who left the one that goes does not come
    back by its list of members.
    """
    own = roles_of(stays)
    made = []
    for key, role in roles_of(goes).items():
        if own.get(key) or (key in own and not role):
            continue
        given = role if role in ("editor", "reader") else "editor"
        made.append(TeamSeat(proposal=stays, person_id=key, role=given, since=at, ended_at=None if role else at))
    TeamSeat.objects.bulk_create(made)


def drop_carried(*, stays: Proposal, goes: Proposal, found: Merger, by: UUID | None, at: datetime) -> None:
    """End what a merging gave the other team in the one that stayed, when it is undone, and free what those wrote on.

    Also where the role was changed since. Who was of both teams stays.
    """
    before = {UUID(key) for key in found.kept.get("team", found.kept["people"])}
    running = dict(stays.seats.filter(since__gte=found.merged_at, ended_at=None).values_list("pk", "person"))
    home = homes_of([*before, *running.values()])
    gone = set(roles_of(goes)) - {home[key] for key in before}
    _end({pk: key for pk, key in running.items() if home[key] in gone}, stays, by, at)


def _end(seats: Mapping[UUID, UUID], proposal: Proposal, by: UUID | None, at: datetime) -> None:
    TeamSeat.objects.filter(pk__in=seats).update(ended_at=at, ended_by=by)
    free_sections(proposal, seats.values())


def follow_list(proposal: Proposal, before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> None:
    """Take away the seats that nobody gave, for they were read off the list of members, where it no longer names one.

    So they are those of teams from before there were roles, and those that a merging carried along.
    """
    was, now = ([row["person"] for row in rows if row["person"]] for rows in (before, after))
    read_off = dict(proposal.seats.filter(given_by=None, ended_at=None).values_list("pk", "person"))
    home = homes_of([*was, *now, *read_off.values()])
    dropped = {home[key] for key in was} - {home[key] for key in now}
    gone = {pk: key for pk, key in read_off.items() if home[key] in dropped}
    TeamSeat.objects.filter(pk__in=gone).delete()
    free_sections(proposal, gone.values())
