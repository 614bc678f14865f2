"""Reading runs and what they propose, for who decides on them and staff of their areas. Names are always masked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from shanzhi.activities import queries as activities
from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import Shift, SignUp
from shanzhi.assignments import policies
from shanzhi.assignments.case import wanting, with_places
from shanzhi.assignments.models import OnCall, OpenShift, Proposal, Run
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import queries as people
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource
from shanzhi.volunteering.models import Team
from shanzhi.volunteering.queries.volunteers import LEVELS

AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
# A call-up is for what is near.
NEAR: Final = timedelta(days=7)
MOST_OFFERED: Final = 100


def runs(*, viewer: Actor) -> QuerySet[Run]:
    """Give the runs of the viewer's areas, for staff."""
    policies.require_desk(viewer)
    inside = places.within_any("area", viewer.areas(policies.READERS))
    return Run.objects.filter(inside).select_related("team").annotate(area_name=AREA_NAME)


def team_of(*, viewer: Actor, team_id: UUID) -> Team:
    """Give a team to who plans for it. Raises NotFound, NotAPlanner, SignInNeeded."""
    return activities.led_team(viewer=viewer, team_id=team_id)


def team_runs(*, viewer: Actor, team: Team) -> QuerySet[Run]:
    """Give the runs of a team for who plans for it."""
    policies.require(policies.may_match(actor=viewer, area=team.area, team=team))
    return Run.objects.filter(team=team).select_related("team").annotate(area_name=AREA_NAME)


def run(*, viewer: Actor, run_id: UUID) -> Run:
    """Give a run to staff of its area and to who leads its team; for others there is none."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    rows = Run.objects.select_related("team", "shift__activity__team").annotate(area_name=AREA_NAME)
    found = rows.filter(policies.readable(viewer), pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def search_runs(rows: QuerySet[Run], words: str) -> QuerySet[Run]:
    """Find by a part of what it is for."""
    return rows.filter(reason__icontains=words.strip())


def counts(found: Run) -> dict[str, int]:
    """Count the pairs of a run by their state."""
    rows = Proposal.objects.filter(run=found).order_by().values_list("state").annotate(many=Count("pk"))
    return dict(rows)


def coming(found: Run) -> dict[str, int]:
    """Count who said yes by where they stand in the shift now: `signed`, `waiting` in line, or `gone`.

    A yes is kept as it was given; who waits in line has no place yet, and who gave it back does not come.
    """
    own = SignUp.objects.filter(shift=OuterRef("shift"), volunteer=OuterRef("volunteer"), state__in=LIVING)
    rows = Proposal.objects.filter(run=found, state="accepted").annotate(now=Subquery(own.values("state")[:1]))
    told: dict[str | None, int] = dict(rows.order_by().values_list("now").annotate(many=Count("pk")))
    return {"signed": told.get("signed", 0), "waiting": told.get("waiting", 0), "gone": told.get(None, 0)}


def pairs(found: Run) -> QuerySet[Any]:
    """Give the pairs of a run that the viewer was given."""
    rows: QuerySet[Any] = Proposal.objects.filter(run=found).annotate(
        number=F("volunteer__number"), begins=F("shift__starts_at"), title=F("shift__activity__title")
    )
    return rows.select_related("volunteer__person__merged_into", "shift__activity")


def search_pairs(rows: QuerySet[Proposal], words: str) -> QuerySet[Proposal]:
    """Find by the volunteer number or its beginning, or by a part of the activity's title."""
    text = words.strip()
    return rows.filter(Q(volunteer__number__startswith=text) | Q(shift__activity__title__has=text))


def shifts_in(found: Run) -> list[Shift]:
    """List the shifts that a run proposes somebody for, by time."""
    rows = Shift.objects.filter(pk__in=Proposal.objects.filter(run=found).values("shift"))
    return list(rows.select_related("activity").order_by("starts_at", "id"))


def to_ask(found: Run, most: int, ticked: Collection[UUID] = ()) -> list[Proposal]:
    """List the pairs that nobody was asked for yet, those whose shift is next first.

    With those that were `ticked` in a form which is sent again, though they were asked by the first press.
    """
    rows = pairs(found).order_by("shift__starts_at", "shift", "-score", "pk")
    offered = list(rows.filter(state="proposed")[:most])
    again = set(ticked) - {one.pk for one in offered}
    return [*offered, *rows.filter(pk__in=again)] if again else offered


def open_shifts(found: Run) -> QuerySet[OpenShift]:
    """Give the shifts of a run with places left open."""
    rows = OpenShift.objects.filter(run=found).select_related("shift__activity")
    return rows.annotate(begins=F("shift__starts_at"), title=F("shift__activity__title"))


def pair(*, viewer: Actor, pair_id: UUID) -> Proposal:
    """Give a pair to whom its run exists for."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    rows = Proposal.objects.select_related(
        "run__team", "volunteer__person__merged_into", "shift__activity__task_kind", "shift__activity__team"
    )
    found = rows.filter(pk=pair_id).first()
    if found is None or not Run.objects.filter(policies.readable(viewer), pk=found.run_id).exists():
        raise NotFound
    return found


def match_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas over which the viewer may have volunteers matched."""
    return people.source_of(people.Open(viewer.areas(policies.PLANNERS), at, LEVELS))


def to_call_up(*, viewer: Actor, team: Team | None, at: datetime, chosen: Collection[UUID] = ()) -> list[Any]:
    """List the shifts of the next days with free places for which the viewer may call up, the next one first.

    With those `chosen` in a form which is sent again, though their places were given by the first press.
    """
    near = Q(starts_at__lte=at + NEAR)
    if team is not None:
        mine = Q(activity__team=team)
    else:
        areas = viewer.areas(policies.PLANNERS)
        mine = places.within_any("activity__area", areas)
    rows = wanting(at, near & mine).iterator(chunk_size=MOST_OFFERED)  # the rest is never read
    offered = list(islice((one for one in rows if activities.safe(one)), MOST_OFFERED))
    again = set(chosen) - {one.pk for one in offered}
    return [*offered, *with_places(mine & Q(pk__in=again))] if again else offered


def many_on_call(*, viewer: Actor, team: Team | None) -> int:
    """Count who agreed to be called up and serves in the viewer's areas, or in the team."""
    rows = OnCall.objects.filter(ended_at=None, volunteer__state__in=("active", "registered"))
    if team is not None:
        return rows.filter(volunteer__places__team=team, volunteer__places__state="member").count()
    return rows.filter(places.within_any("volunteer__area", viewer.areas(policies.PLANNERS))).count()
