"""What all that writes down presence shares: the rows it locks, the moment it takes, and what is put on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import refusals
from shanzhi.attendance.lifecycle import ATTENDANCE, LIVING
from shanzhi.attendance.models import Attendance
from shanzhi.attendance.operations.judging import BEFORE, Found, judge
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.queries import entries

EARLY_MINUTES = int(BEFORE.total_seconds()) // 60
WORDS = {
    "attendance_not_signed_up": refusals.NotSignedUp,
    "attendance_no_walk_ins": refusals.NoWalkIns,
    "attendance_full": refusals.NoPlace,
    "attendance_called_off": refusals.CalledOff,
    "attendance_walk_in_early": refusals.WalkInsLater,
    "attendance_once": refusals.HereAlready,
}


@dataclass(frozen=True, slots=True)
class Came:
    """A record of presence by its id; `new` where this wrote it, not where it was there."""

    id: UUID
    new: bool

    @property
    def pk(self) -> UUID:
        """The id, as rows give theirs."""
        return self.id


@dataclass(frozen=True, slots=True)
class Step:
    """How somebody comes or goes: at which moment, by which way, written down by whom, and what was found meanwhile."""

    moment: datetime
    way: str
    by: UUID | None = None
    found: Sequence[Found] = ()
    walk_in: bool = False


def load_shift(shift_id: UUID) -> Shift:
    """Give a shift with its activity. Raises NotFound."""
    found = Shift.objects.select_related("activity__team", "activity__contact").filter(pk=shift_id).first()
    if found is None:
        raise NotFound
    return found


def own_volunteer(actor: Actor, shift: Shift) -> Volunteer:
    """Lock the actor's own entry as a volunteer: that which signed up for the shift. Raises NotSignedUp."""
    actor.person()
    own = entries(actor).select_for_update(of=("self",), no_key=True)
    signed = SignUp.objects.filter(shift=shift, state="signed").values("volunteer")
    there = Attendance.objects.filter(shift=shift, state__in=LIVING).values("volunteer")
    found = own.filter(pk__in=signed).first() or own.filter(pk__in=there).first()
    if found is None:
        raise refusals.NotSignedUp
    return found


def volunteer_of(number: str) -> UUID | None:
    """Give whose volunteer number this is, spaces left aside; None where it is nobody's."""
    digits = "".join(number.split())
    plain = digits.isascii() and digits.isdigit()
    return Volunteer.objects.filter(number=digits).values_list("pk", flat=True).first() if plain else None


def lock_shift(shift: Shift) -> None:
    """Lock a shift and read it anew; always before its volunteers are, as signing up does."""
    shift.refresh_from_db(
        fields=["state", "starts_at", "ends_at", "places"], from_queryset=Shift.objects.select_for_update(no_key=True)
    )


def lock_volunteers(ids: Sequence[UUID]) -> dict[UUID, Volunteer]:
    """Lock entries in the order of their ids, so that nobody waits in a circle."""
    rows = Volunteer.objects.select_for_update(of=("self",), no_key=True).select_related("person__merged_into")
    return {one.pk: one for one in rows.filter(pk__in=ids).order_by("pk")}


def living(shift_id: UUID, volunteer_id: UUID) -> Attendance | None:
    """Give the record that counts of a volunteer at a shift."""
    rows = Attendance.objects.filter(shift=shift_id, volunteer=volunteer_id, state__in=LIVING)
    return rows.select_related("shift", "volunteer__person__merged_into").first()


def require_time(shift: Shift, moment: datetime) -> None:
    """Refuse a moment at which the shift lets nobody in. Raises CalledOff, TooEarly, ShiftOver."""
    if shift.state != "open":
        raise refusals.CalledOff
    if moment < shift.starts_at - BEFORE:
        raise refusals.TooEarly(minutes=EARLY_MINUTES)
    if moment >= shift.ends_at:
        raise refusals.ShiftOver


def come(actor: Actor, shift: Shift, volunteer: Volunteer, step: Step, at: datetime) -> Came:
    """Write down that somebody came, unless that stands there; the volunteer is locked. Raises what guards refuse."""
    there = living(shift.pk, volunteer.pk)
    if there is not None:
        return Came(there.pk, new=False)
    require_time(shift, step.moment)
    row = Attendance(
        shift=shift, volunteer=volunteer, arrived_at=step.moment, way_in=step.way, entered_by_id=step.by,
        entered_at=at, walk_in=step.walk_in,
    )  # fmt: skip
    try:
        insert(row)
    except refusals.HereAlready:  # came by the code meanwhile, which takes no lock (`quick`)
        there = living(shift.pk, volunteer.pk)
        if there is None:
            raise
        return Came(there.pk, new=False)
    note(actor, "arrive", row, at, {"way": step.way, "number": volunteer.number, "at": step.moment})
    judge([row], at, [(row, one) for one in step.found])
    return Came(row.pk, new=True)


def insert(row: Attendance) -> None:
    """Insert a row, and turn what the database refuses into words."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        for word, refusal in WORDS.items():
            if word in str(fault):
                raise refusal from fault
        raise


def go(actor: Actor, row: Attendance, step: Step, at: datetime) -> bool:
    """Write down that somebody went; false where that stands there already. The volunteer is locked."""
    if row.state == "left":
        return False
    if step.moment < row.arrived_at:
        raise refusals.LeavesTooEarly(field="left_at")
    row.state = ATTENDANCE.move(row.state, "leave")
    row.left_at, row.way_out, row.ended_by_id, row.ended_at = step.moment, step.way, step.by, at
    row.save(update_fields=["state", "left_at", "way_out", "ended_by", "ended_at"])
    note(actor, "leave", row, at, {"way": step.way, "number": row.volunteer.number, "at": step.moment})
    judge([row], at, [(row, one) for one in step.found])
    return True


def note(
    actor: Actor, verb: str, row: Attendance, at: datetime, change: dict[str, Any], reason: str = ""
) -> None:  # fmt: skip
    """Put on record what was done to a record of presence."""
    record(
        actor=actor, verb=f"attendance.{verb}", subject=row, area=row.shift.activity.area, at=at, reason=reason,
        change=plain(change),
    )  # fmt: skip


def plain(change: dict[str, Any]) -> dict[str, Any]:
    """Write moments as texts."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in change.items()}
