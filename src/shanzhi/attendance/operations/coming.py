"""Volunteers sign in and out themselves: by the code at the gate, or by the place where their phone is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.activities.models import Shift
from shanzhi.attendance import refusals
from shanzhi.attendance.models import Doubt, Way
from shanzhi.attendance.operations import quick
from shanzhi.attendance.operations.common import Came, Step, come, go, living, load_shift, own_volunteer
from shanzhi.attendance.operations.judging import Found
from shanzhi.attendance.queries import gates
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.gate import Place


def arrive_by_code(
    *, actor: Actor, shift_id: UUID, code: str, at: datetime, seen: str = "", position: Place | None = None
) -> Came:
    """Sign oneself in by the code that the screen shows; the same person again is let in again, and stands there once.

    `seen` is the mark of a page that was opened while the code held; then its moment counts. A `position` is compared
    and forgotten. Raises CodeOver, CodeUnknown, NotSignedUp, TooEarly, ShiftOver, CalledOff.
    """
    actor.person()
    moment = gates.let_in_at(actor=actor, shift_id=shift_id, code=code, seen=seen, at=at)
    if moment == at and position is None:
        made = quick.arrive(actor=actor, shift_id=shift_id, at=at)
        if made is not None:
            return Came(made, new=True)
    return _arrive(actor, shift_id, Way.CODE, moment, position, at)


def ready_by_code(*, actor: Actor, shift_id: UUID, code: str, at: datetime) -> quick.Ready:
    """Write a coming as `arrive_each` takes it, of one who has the code that holds. Raises CodeOver, CodeUnknown."""
    gates.let_in_at(actor=actor, shift_id=shift_id, code=code, seen="", at=at)
    return quick.ready(actor=actor, shift_id=shift_id, at=at)


def leave_by_code(
    *, actor: Actor, shift_id: UUID, code: str, at: datetime, seen: str = "", position: Place | None = None
) -> Came:
    """Sign oneself out by the code; again, it stays as it was. Raises as above, and NotHere."""
    moment = gates.let_in_at(actor=actor, shift_id=shift_id, code=code, seen=seen, at=at)
    return _leave(actor, shift_id, Way.CODE, moment, position, at)


def arrive_by_place(*, actor: Actor, shift_id: UUID, position: Place | None, at: datetime) -> Came:
    """Sign oneself in by where the phone is; too far away is let in and doubted. Raises PositionMissing, NoPosition."""
    return _arrive(actor, shift_id, Way.PLACE, at, _needed(position), at)


def leave_by_place(*, actor: Actor, shift_id: UUID, position: Place | None, at: datetime) -> Came:
    """Sign oneself out by where the phone is."""
    return _leave(actor, shift_id, Way.PLACE, at, _needed(position), at)


def _needed(position: Place | None) -> Place:
    if position is None:
        raise refusals.PositionMissing(field="position")
    return position


def too_far(shift: Shift, position: Place | None, *, needed: bool = False) -> list[Found]:
    """Compare a position with that of the shift; all that is kept are whole kilometres of one too far away."""
    place = gates.position_of(shift)
    if place is None and needed:
        raise refusals.NoPosition
    if place is None or position is None:
        return []
    metres = place.metres_to(position)
    return [Found(Doubt.TOO_FAR, metres // 1000)] if metres > gates.gate_of(shift.pk).metres else []


def _arrive(
    actor: Actor, shift_id: UUID, way: str, moment: datetime, position: Place | None, at: datetime
) -> Came:  # fmt: skip
    with transaction.atomic():
        shift = load_shift(shift_id)
        volunteer = own_volunteer(actor, shift)
        found = too_far(shift, position, needed=way == Way.PLACE)
        return come(actor, shift, volunteer, Step(moment, way, found=found), at)


def _leave(
    actor: Actor, shift_id: UUID, way: str, moment: datetime, position: Place | None, at: datetime
) -> Came:  # fmt: skip
    with transaction.atomic():
        shift = load_shift(shift_id)
        volunteer = own_volunteer(actor, shift)
        row = living(shift.pk, volunteer.pk)
        if row is None:
            raise refusals.NotHere
        row.shift = shift
        found = too_far(shift, position, needed=way == Way.PLACE)
        return Came(row.pk, new=go(actor, row, Step(max(moment, row.arrived_at), way, found=found), at))
