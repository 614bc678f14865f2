"""The leader's list: who is here, who left, who came without having signed up; everybody out at the end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import policies, queries, refusals
from shanzhi.attendance.lifecycle import ATTENDANCE, LIVING
from shanzhi.attendance.models import Act, Attendance, Doubt, Gate, Way
from shanzhi.attendance.operations.common import (
    WORDS,
    Came,
    Step,
    come,
    go,
    living,
    lock_shift,
    lock_volunteers,
    plain,
    require_time,
    volunteer_of,
)
from shanzhi.attendance.operations.judging import Found, judge
from shanzhi.attendance.telling import tell_let_in
from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Volunteer

__all__ = ["WORDS", "end_shift", "kept_shift", "mark", "set_gate", "tapped", "walk_in"]


def kept_shift(actor: Actor, shift_id: UUID) -> Shift:
    """Give a shift to who keeps its list. Raises NotFound, Forbidden."""
    shift = queries.led_shift(viewer=actor, shift_id=shift_id)
    policies.require(policies.may_lead(actor=actor, shift=shift))
    return shift


def set_gate(*, actor: Actor, shift_id: UUID, walk_ins: bool, metres: int, at: datetime) -> Gate:
    """Say whether people who did not sign up may come, and how far is too far. Raises BadMetres."""
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        if not 1000 <= metres <= 100_000:
            raise refusals.BadMetres(field="metres")
        values = {"walk_ins": walk_ins, "metres": metres, "changed_by_id": actor.person_id, "changed_at": at}
        found, _made = Gate.objects.update_or_create(shift=shift, defaults=values)
        record(
            actor=actor, verb="attendance.gate", subject=found, area=shift.activity.area, at=at,
            change={"walk_ins": walk_ins, "metres": metres},
        )  # fmt: skip
    return found


def mark(*, actor: Actor, shift_id: UUID, volunteer_id: UUID, act: str, at: datetime) -> Came:
    """Write down that somebody on the list is here, or left; again, it stays as it was.

    Raises NotOnTheList, NotHere, TooEarly, ShiftOver, CalledOff.
    """
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        return tapped(actor, shift, volunteer_id, act, Step(at, Way.LIST, actor.person_id), at)


def tapped(actor: Actor, shift: Shift, volunteer_id: UUID, act: str, step: Step, at: datetime) -> Came:
    """Do what a tap says, inside a transaction; one's own presence is let in and doubted."""
    volunteer = lock_volunteers([volunteer_id]).get(volunteer_id)
    row = living(shift.pk, volunteer_id)
    if volunteer is None or (row is None and not _signed(shift, volunteer, step.moment)):
        raise refusals.NotOnTheList
    if actor.is_person(volunteer.person_id):
        step = Step(step.moment, step.way, step.by, (*step.found, Found(Doubt.OWN)))
    if act == Act.ARRIVE:
        try:
            return come(actor, shift, volunteer, step, at)
        except refusals.NotSignedUp as refusal:  # its words are for the volunteer
            raise refusals.NotOnTheList from refusal
    if row is None:
        raise refusals.NotHere
    row.shift = shift
    return Came(row.pk, new=go(actor, row, step, at))


def _signed(shift: Shift, volunteer: Volunteer, moment: datetime) -> bool:
    rows = SignUp.objects.filter(shift=shift, volunteer=volunteer)
    rows = rows.filter(signed_at__isnull=False)  # who only waited in line never had a place
    return any(one.state == "signed" or (one.ended_at is not None and one.ended_at > moment) for one in rows)


def walk_in(*, actor: Actor, shift_id: UUID, number: str, at: datetime) -> Came:
    """Let in a volunteer who did not sign up, where the gate allows it and a place is free; who it is, is told.

    Everything that does not hang on the number is looked at before it, so that the answers tell of nobody, save who is
    on the list, whether and for what they volunteer. Raises NoWalkIns, SignedUpAlready, CalledOff, TooEarly, ShiftOver,
    WalkInsLater, NoPlace, NotLetIn.
    """
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        if not queries.gate_of(shift.pk).walk_ins:
            raise refusals.NoWalkIns(field="number")
        lock_shift(shift)
        key = volunteer_of(number)
        volunteer = lock_volunteers([key])[key] if key else None
        there = living(shift.pk, volunteer.pk) if volunteer else None
        if there is not None:
            return Came(there.pk, new=False)
        if SignUp.objects.filter(shift=shift, volunteer=key, state="signed").exists():
            raise refusals.SignedUpAlready(field="number")
        try:
            _require_room(shift, at)
            return _let_in(actor, shift, volunteer, at)
        except Refusal as refusal:
            refusal.field = "number"
            raise


def _require_room(shift: Shift, at: datetime) -> None:
    """Refuse walk-ins for whatever is the same for all of them; the shift is locked."""
    require_time(shift, at)
    if at < shift.starts_at:
        raise refusals.WalkInsLater
    taken = SignUp.objects.filter(shift=shift, state="signed").count()
    if shift.places <= taken + Attendance.objects.filter(shift=shift, walk_in=True, state__in=LIVING).count():
        raise refusals.NoPlace


def _let_in(actor: Actor, shift: Shift, volunteer: Volunteer | None, at: datetime) -> Came:
    task, today = shift.activity.task_kind, timezone.localdate(at)
    if volunteer is None or not volunteering.may_do(volunteer=volunteer, task_kind=task, on=today, at=at).good:
        raise refusals.NotLetIn
    oneself = actor.is_person(volunteer.person_id)
    step = Step(at, Way.LIST, actor.person_id, [Found(Doubt.OWN)] if oneself else [], walk_in=True)
    came = come(actor, shift, volunteer, step, at)
    row = None if oneself else living(shift.pk, volunteer.pk)
    if row is not None:
        row.shift = shift
        tell_let_in(actor=actor, row=row, at=at)
    return came


def end_shift(*, actor: Actor, shift_id: UUID, at: datetime) -> int:
    """Sign out at once all who are still here, by the end of the shift at the latest; gives how many."""
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        here = Attendance.objects.filter(shift=shift, state="here")
        lock_volunteers(list(here.values_list("volunteer", flat=True)))
        rows = list(here.select_for_update(of=("self",)).select_related("volunteer__person"))
        for row in rows:
            row.shift = shift
            row.state = ATTENDANCE.move(row.state, "leave")
            row.left_at = max(row.arrived_at, min(at, shift.ends_at))
            # `at` is when the request began: who came meanwhile came later.
            row.way_out, row.ended_by_id, row.ended_at = Way.LIST, actor.person_id, max(at, row.left_at)
        Attendance.objects.bulk_update(rows, ["state", "left_at", "way_out", "ended_by", "ended_at"], batch_size=500)
        record_many(
            event_of(actor=actor, verb="attendance.leave", subject=row, area=shift.activity.area, at=at,
                     change=plain({"way": Way.LIST, "number": row.volunteer.number, "at": row.left_at}))
            for row in rows
        )  # fmt: skip
        judge(rows, at, [(row, Found(Doubt.OWN)) for row in rows if actor.is_person(row.volunteer.person_id)])
    return len(rows)
