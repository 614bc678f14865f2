"""Reading sign-ups: one's own, and those of a shift for who plans it, with numbers and masked names."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from shanzhi.activities import policies
from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import QueueDecision, Shift, SignUp
from shanzhi.activities.queries.activities import SHIFT_AREA, counted, plan
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.volunteering import queries as volunteering


def mine(*, viewer: Actor, at: datetime) -> list[SignUp]:
    """List the viewer's living sign-ups to come or running, by time; each with `before`, who waits ahead in line.

    Each has its `decisions`: how it fared in the order of coming.
    """
    if not viewer.signed_in:
        raise SignInNeeded
    rows = SignUp.objects.filter(volunteer__person__in=viewer.persons, state__in=LIVING, shift__ends_at__gt=at)
    found = list(
        rows.select_related("shift__activity").prefetch_related("decisions").order_by("shift__starts_at", "id")
    )
    ahead = _ahead([one for one in found if one.state == "waiting"])
    for one in found:
        one.before = ahead.get(one.pk, 0)  # type: ignore[attr-defined]  # told with the row
    return found


def _ahead(rows: list[SignUp]) -> dict[UUID, int]:
    """Count who waits before each of some sign-ups, in one query."""
    wanted = {one.shift_id for one in rows}
    turns: dict[UUID, list[int]] = {}
    waiting = SignUp.objects.filter(shift__in=wanted, state="waiting").values_list("shift", "turn")
    for shift, turn in waiting:
        turns.setdefault(shift, []).append(turn)
    return {one.pk: sum(turn < one.turn for turn in turns.get(one.shift_id, [])) for one in rows}


def past(*, viewer: Actor, at: datetime) -> QuerySet[SignUp]:
    """Give the viewer's sign-ups that are over: shifts gone by, given back, ended."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = SignUp.objects.filter(volunteer__person__in=viewer.persons)
    living = rows.filter(state__in=LIVING, shift__ends_at__gt=at)
    return rows.exclude(pk__in=living.values("pk")).select_related("shift__activity").annotate(
        begins=F("shift__starts_at"), title=F("shift__activity__title")
    )  # fmt: skip


def search_past(rows: QuerySet[SignUp], words: str) -> QuerySet[SignUp]:
    """Find by a part of the activity's title."""
    return rows.filter(shift__activity__title__has=words.strip())


def own_in(*, viewer: Actor, shifts: list[UUID]) -> dict[UUID, SignUp]:
    """Give the viewer's living sign-ups in some shifts, by shift."""
    if not viewer.persons or not shifts:
        return {}
    rows = SignUp.objects.filter(volunteer__person__in=viewer.persons, shift__in=shifts, state__in=LIVING)
    return {one.shift_id: one for one in rows}


LAST_OUTCOME: Final = Subquery(
    QueueDecision.objects.filter(sign_up=OuterRef("pk")).order_by("-at", "-id").values("outcome")[:1]
)


def shift_for_planner(*, viewer: Actor, shift_id: UUID) -> Shift:
    """Give a shift, counted, to who plans its activity and staff of its areas; to others there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = counted(Shift.objects.annotate(place_name=SHIFT_AREA))
    found = rows.filter(pk=shift_id).first()
    if found is None:
        raise NotFound
    found.activity = plan(viewer=viewer, activity_id=found.activity_id)
    return found


def sign_ups(*, viewer: Actor, shift: Shift) -> QuerySet[SignUp]:
    """Give who is, was or waits in a shift, for who plans it: numbers, and names that are masked."""
    policies.require(policies.may_plan(actor=viewer, team=shift.activity.team))
    rows = SignUp.objects.filter(shift=shift).select_related("volunteer__person__merged_into")
    return rows.annotate(number=F("volunteer__number"), outcome=LAST_OUTCOME)


def search_sign_ups(rows: QuerySet[SignUp], words: str) -> QuerySet[SignUp]:
    """Find by the volunteer number or its beginning."""
    return rows.filter(volunteer__number__startswith=words.strip())


def serving(viewer: Actor) -> bool:
    """Tell whether the viewer is on record as a volunteer."""
    return viewer.signed_in and volunteering.mine(viewer=viewer) is not None
