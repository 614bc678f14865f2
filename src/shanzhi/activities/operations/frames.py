"""What the writes of activities share: locks in one order, texts of a length, events, reasons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from shanzhi.activities import policies, queries
from shanzhi.activities.models import Activity, Shift
from shanzhi.activities.operations import refusals
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.volunteering import queries as volunteering

LONGEST_REASON: Final = 300
_WORDS: Final = {
    "activities_uninsured": refusals.Uninsured,
    "activities_no_shift": refusals.NoShiftYet,
}


@contextmanager
def held_by_the_database() -> Iterator[None]:
    """Run in one transaction, have its last looks taken before its end, and put what they refuse into words."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS activities_activity_insured, activities_shift_insured IMMEDIATE")
                cursor.execute("SET CONSTRAINTS activities_activity_insured, activities_shift_insured DEFERRED")
    except IntegrityError as fault:
        for name, refusal in _WORDS.items():
            if name in str(fault):
                raise refusal from fault
        raise


def locked(actor: Actor, activity_id: UUID) -> Activity:
    """Lock an activity that the actor sees."""
    queries.activity(viewer=actor, activity_id=activity_id)
    rows = Activity.objects.select_for_update(of=("self",), no_key=True).select_related("team", "task_kind")
    return rows.get(pk=activity_id)


def planned(actor: Actor, activity_id: UUID) -> Activity:
    """Lock a living activity for who plans it; to others who do not see it there is none."""
    found = locked(actor, activity_id)
    policies.require(policies.may_plan(actor=actor, team=found.team))
    if not found.living:
        raise refusals.ActivityOver
    return found


def planned_shifts(actor: Actor, shift_id: UUID, following: bool, at: datetime) -> list[Shift]:
    """Lock an activity and a shift of it, which has not begun, or with `following` those of its series from it on.

    For who plans it; in order of time, the chosen one first. All shifts are locked in one go in the order of their ids,
    as everybody does who locks several: with the chosen one locked first, two would wait for one another.
    """
    key = Shift.objects.filter(pk=shift_id).values_list("activity", flat=True).first()
    if key is None:
        raise NotFound
    activity = planned(actor, key)  # from here on no other planner changes its shifts
    chosen = Shift.objects.get(pk=shift_id)
    if chosen.state != "open" or chosen.starts_at <= at:
        raise refusals.ShiftOver
    meant = Q(pk=shift_id)
    if following and chosen.series is not None:
        meant |= Q(series=chosen.series, starts_at__gte=chosen.starts_at)
    return sorted(open_shifts(activity, meant), key=lambda one: one.starts_at)


def open_shifts(activity: Activity, condition: Q | None = None) -> list[Shift]:
    """Lock the shifts of a locked activity that take place, in the order of their ids."""
    rows = Shift.objects.select_for_update(no_key=True).filter(condition or Q(), activity=activity, state="open")
    found = list(rows.order_by("pk"))
    for one in found:
        one.activity = activity
    return found


def follow_leader(actor: Actor, found: Activity, at: datetime) -> bool:
    """Let who leads the team today lead on the day; tell whether that is somebody else now, and put that on record.

    The row is saved by the caller. Who is the first is no change: a new activity has no event of it.
    """
    leader = volunteering.leader_of(found.team).select_related("volunteer").first()
    if leader is None or leader.volunteer_id == found.contact_id:
        return False
    first = found.contact_id is None
    found.contact = leader.volunteer
    if not first:
        note(actor, "activity.contact", found, at, {"number": found.contact.number})
    return not first


def text_of(text: str, *, field: str, most: int, may_lack: bool = False) -> str:
    """Give a text, or refuse one that is missing or too long."""
    words = text.strip()
    if (not words and not may_lack) or len(words) > most:
        raise refusals.BadActivity(field=field, most=most)
    return words


def reason_of(text: str) -> str:
    """Give a reason, or refuse."""
    words = text.strip()
    if not words or len(words) > LONGEST_REASON:
        raise refusals.ActivityReason(field="reason")
    return words


def plain(value: Any) -> Any:
    """Write a value as an event holds it."""
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def note(actor: Actor, verb: str, found: Activity, at: datetime, change: dict[str, Any], reason: str = "") -> None:
    """Put on record what was done to an activity, its shifts or sign-ups."""
    told = {name: plain(value) for name, value in change.items()}
    record(
        actor=actor, verb=f"activities.{verb}", subject=found, area=found.area, change=told, at=at, reason=reason
    )  # fmt: skip
