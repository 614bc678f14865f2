"""Reading who was where: one's own records, the list of a shift for who leads it, what is doubted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shanzhi.activities.lifecycle import PUBLIC
from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import policies
from shanzhi.attendance.lifecycle import LIVING
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.volunteering.models import Volunteer

HELD = ("published", "finished")
WHOLE = ("shift__activity__team", "shift__activity__contact", "volunteer__person__merged_into")


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody on the list of a shift, with the record that counts, None while nobody wrote one."""

    volunteer: Volunteer
    record: Attendance | None
    walk_in: bool

    @property
    def state(self) -> str:
        """Give 'expected', 'here' or 'left'."""
        return self.record.state if self.record else "expected"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many signed up for a shift, are here now, and were here and left."""

    expected: int
    here: int
    left: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A presence that is over and counts: whole minutes, for the records of service.

    `corrects` are the records that it stands for, the nearest first: what was made of one of them was made of it.
    """

    attendance_id: UUID
    volunteer_id: UUID
    arrived_at: datetime
    left_at: datetime
    minutes: int
    corrects: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """A presence that does not count any more; `struck` where the volunteer has no other one at the shift that does."""

    attendance_id: UUID
    volunteer_id: UUID
    struck: bool


def shift(*, shift_id: UUID) -> Shift:
    """Give a shift of an activity that was published, to anybody."""
    rows = Shift.objects.select_related("activity__team", "activity__contact__person", "activity__task_kind")
    found = rows.filter(pk=shift_id, activity__state__in=PUBLIC, activity__published_at__isnull=False).first()
    if found is None:
        raise NotFound
    return found


def led_shift(*, viewer: Actor, shift_id: UUID) -> Shift:
    """Give a shift to who leads it and to staff of the area; to others there is none."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    found = shift(shift_id=shift_id)
    if not policies.sees(viewer, found.activity):
        raise NotFound
    return found


def led_shifts(*, viewer: Actor) -> QuerySet[Shift]:
    """Give the shifts that the viewer leads, each with how many signed up (`expected`) and came (`came`)."""
    rows = Shift.objects.filter(policies.led(viewer, "activity__"), state="open", activity__state__in=HELD)
    return rows.select_related("activity").annotate(
        expected=_many(SignUp.objects.filter(state="signed")),
        came=_many(Attendance.objects.filter(state__in=LIVING)),
    )


def _many(rows: QuerySet[Any]) -> Coalesce:
    """Count rows of each shift on their own: counted over joins, they would multiply one another."""
    mine = rows.filter(shift=OuterRef("pk")).order_by().values("shift")
    return Coalesce(Subquery(mine.annotate(many=Count("pk")).values("many")), 0)


def lines(found: Shift) -> list[Line]:
    """Give everybody on the list of a shift: who signed up in the order of coming, then who came without."""
    records = {
        row.volunteer_id: row
        for row in Attendance.objects.filter(shift=found, state__in=LIVING)
        .select_related("volunteer__person__merged_into").order_by("arrived_at")
    }  # fmt: skip
    signed = SignUp.objects.filter(shift=found, state="signed").select_related("volunteer__person__merged_into")
    listed = [Line(one.volunteer, records.pop(one.volunteer_id, None), False) for one in signed.order_by("turn")]
    return listed + [Line(row.volunteer, row, walk_in=row.walk_in) for row in records.values()]


def numbers(found: Shift) -> Numbers:
    """Count who signed up, is here, and left."""
    told = Attendance.objects.filter(shift=found).aggregate(
        here=Count("pk", filter=Q(state="here")), left=Count("pk", filter=Q(state="left"))
    )
    expected = SignUp.objects.filter(shift=found, state="signed").count()
    return Numbers(expected, told["here"], told["left"])


def led_record(*, viewer: Actor, presence_id: UUID) -> Attendance:
    """Give a record to who leads its shift and to staff of the area."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    row = Attendance.objects.select_related(*WHOLE).filter(pk=presence_id).first()
    if row is None:
        raise NotFound
    if not policies.sees(viewer, row.shift.activity):
        raise NotFound
    return row


def record(*, viewer: Actor, presence_id: UUID) -> Attendance:
    """Give a record to whose it is, to who leads its shift and to staff of the area."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    own = Attendance.objects.select_related(*WHOLE).filter(pk=presence_id, volunteer__person__in=viewer.persons).first()
    return own or led_record(viewer=viewer, presence_id=presence_id)


def correction_of(row: Attendance) -> UUID | None:
    """Give the record that stands for a replaced one, to whoever sees that."""
    return Attendance.objects.filter(corrects=row).values_list("pk", flat=True).first()


def mine(*, viewer: Actor) -> QuerySet[Attendance]:
    """Give the viewer's own records, those that do not count any more among them."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Attendance.objects.filter(volunteer__person__in=viewer.persons)
    return rows.select_related("shift__activity").annotate(title=F("shift__activity__title"))


def search_mine(rows: QuerySet[Attendance], words: str) -> QuerySet[Attendance]:
    """Find by a part of the activity's title."""
    return rows.filter(shift__activity__title__has=words.strip())


def own_state(*, viewer: Actor, shift_id: UUID) -> Attendance | None:
    """Give the viewer's own record at a shift that counts."""
    rows = Attendance.objects.filter(shift=shift_id, volunteer__person__in=viewer.persons, state__in=LIVING)
    return rows.first()


def own_shifts(*, viewer: Actor, at: datetime, until: datetime) -> list[Shift]:
    """Give the shifts that the viewer signed up for and that are on or begin before `until`."""
    signed = SignUp.objects.filter(shift=OuterRef("pk"), state="signed", volunteer__person__in=viewer.persons)
    rows = Shift.objects.filter(Exists(signed), state="open", ends_at__gt=at, starts_at__lt=until)
    return list(rows.select_related("activity").order_by("starts_at"))


def doubted(*, viewer: Actor) -> QuerySet[Attendance]:
    """Give the records that the viewer sees and that wait, or waited, for a decision."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Attendance.objects.filter(policies.readable(viewer, "shift__activity__"), flags__isnull=False)
    return (
        rows.select_related(*WHOLE)
        .prefetch_related("flags")
        .annotate(title=F("shift__activity__title"), number=F("volunteer__number"), area=F("shift__activity__area"))
        .distinct()
    )


def search_doubted(rows: QuerySet[Attendance], words: str) -> QuerySet[Attendance]:
    """Find by the beginning of the volunteer number, or a part of the activity's title."""
    text = words.strip()
    if text.isdigit():
        return rows.filter(volunteer__number__startswith=text)
    return rows.filter(shift__activity__title__has=text)


def finished(found: Shift) -> list[Finished]:
    """Give the presences at a shift that are over, count, and wait for no decision, for the records of service."""
    rows = Attendance.objects.filter(shift=found, state="left").exclude(review="waiting").order_by("arrived_at", "id")
    before = dict(Attendance.objects.filter(shift=found).values_list("pk", "corrects"))
    return [_finished(row, before) for row in rows]


def ended(found: Shift) -> list[Ended]:
    """Give the presences at a shift that do not count any more: struck out, or replaced by a correction."""
    told = list(Attendance.objects.filter(shift=found).values_list("pk", "volunteer", "state"))
    counting = {volunteer for _pk, volunteer, state in told if state in LIVING}
    return [Ended(pk, whose, whose not in counting) for pk, whose, state in told if state not in LIVING]


def undecided(found: Shift) -> int:
    """Count the presences at a shift that wait for a decision."""
    return Attendance.objects.filter(shift=found, state__in=LIVING, review="waiting").count()


def _finished(row: Attendance, before: Mapping[UUID, UUID | None]) -> Finished:
    left: Any = row.left_at
    chain, key = [], before.get(row.pk)
    while key is not None:
        chain.append(key)
        key = before.get(key)
    return Finished(row.pk, row.volunteer_id, row.arrived_at, left, row.minutes or 0, tuple(chain))
