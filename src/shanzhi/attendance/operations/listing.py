"""The leader's list: who is here, who left, who came without having signed up; everybody out at the end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import policies, queries, refusals
from shanzhi.attendance.lifecycle import ATTENDANCE
from shanzhi.attendance.models import Act, Attendance, Doubt, Gate, Way
from shanzhi.attendance.operations.common import (
    WORDS,
    Came,
    Step,
    come,
    go,
    living,
    lock_volunteers,
    plain,
    volunteer_of,
)
from shanzhi.attendance.operations.judging import Found, judge
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
        return come(actor, shift, volunteer, step, at)
    if row is None:
        raise refusals.NotHere
    row.shift = shift
    return Came(row.pk, new=go(actor, row, step, at))


def _signed(shift: Shift, volunteer: Volunteer, moment: datetime) -> bool:
    rows = SignUp.objects.filter(shift=shift, volunteer=volunteer)
    return any(one.state == "signed" or (one.ended_at is not None and one.ended_at > moment) for one in rows)


def walk_in(*, actor: Actor, shift_id: UUID, number: str, at: datetime) -> Came:
    """Let in a volunteer who did not sign up, where the gate allows it and a place is free.

    Raises NoWalkIns, NoPlace, UnknownNumber, Unfit, SignedUpAlready, TooEarly, ShiftOver, CalledOff.
    """
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        if not queries.gate_of(shift.pk).walk_ins:
            raise refusals.NoWalkIns(field="number")
        key = volunteer_of(number)
        volunteer = lock_volunteers([key])[key]
        if SignUp.objects.filter(shift=shift, volunteer=volunteer, state="signed").exists():
            raise refusals.SignedUpAlready(field="number")
        task, today = shift.activity.task_kind, timezone.localdate(at)
        fit = volunteering.may_do(volunteer=volunteer, task_kind=task, on=today, at=at)
        if not fit.good:
            raise refusals.Unfit(field="number", why=" ".join(str(one.words) for one in fit.reasons))
        own = [Found(Doubt.OWN)] if actor.is_person(volunteer.person_id) else []
        step = Step(at, Way.LIST, actor.person_id, own, walk_in=True)
        try:
            return come(actor, shift, volunteer, step, at)
        except Refusal as refusal:
            refusal.field = "number"
            raise


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
            row.way_out, row.ended_by_id, row.ended_at = Way.LIST, actor.person_id, at
        Attendance.objects.bulk_update(rows, ["state", "left_at", "way_out", "ended_by", "ended_at"], batch_size=500)
        record_many(
            event_of(actor=actor, verb="attendance.leave", subject=row, area=shift.activity.area, at=at,
                     change=plain({"way": Way.LIST, "number": row.volunteer.number, "at": row.left_at}))
            for row in rows
        )  # fmt: skip
        judge(rows, at, [(row, Found(Doubt.OWN)) for row in rows if actor.is_person(row.volunteer.person_id)])
    return len(rows)
