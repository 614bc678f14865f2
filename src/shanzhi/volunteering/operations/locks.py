"""Locks on teams, taken before all others and in the order of their ids, so that nobody waits in a circle.

The database looks at the team of every place that changes when the transaction ends: whoever changes places in two
teams, or all places of somebody, locks those teams first.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import Team, TeamMember


def lock_teams(ids: Iterable[UUID | None]) -> None:
    """Lock teams; None among the ids is nobody."""
    wanted = {one for one in ids if one is not None}
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))


def lock_teams_of(records: Iterable[UUID]) -> None:
    """Lock the teams in which somebody holds or asked for a place."""
    held = TeamMember.objects.filter(volunteer__person__in=list(records), state__in=HELD)
    lock_teams(held.values_list("team", flat=True))
