"""A row in every table of attendance, for the tests of the log and of erasure."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from shanzhi.attendance import operations
from shanzhi.attendance.models import Attendance, Ruling, Tap
from shanzhi.kernel.gate import Place
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from tests.attendance.support import SPRING, a_ground
from tests.audit.support import SYSTEM

SLIPPED = {
    "attendance_attendance": {"arrived_at": "arrived_at - interval '1 hour'"},
    "attendance_gate": {
        "metres": "metres + 1",
        "shift_id": "(SELECT id FROM activities_shift WHERE id NOT IN (SELECT shift_id FROM attendance_gate) LIMIT 1)",
    },
    "attendance_flag": {"figure": "figure + 1"},
    "attendance_ruling": {"kept": "NOT kept"},
    "attendance_tap": {"skew": "skew + 1"},
}


def fill_attendance(at: datetime) -> None:
    """Have two people at a shift, one too far away and kept, one by a tap."""
    with transaction.atomic():
        ground = a_ground(2, at=at)
    shift = ground.shift.pk
    operations.set_gate(actor=SYSTEM, shift_id=shift, walk_ins=False, metres=1000, at=at)
    own = actor_of_person(person_id=ground.volunteers[0].person_id, at=at)
    far = Place(SPRING[0] + 50_000, SPRING[1])
    done = operations.arrive_by_place(actor=own, shift_id=shift, position=far, at=at)
    operations.decide(actor=SYSTEM, presence_id=done.id, kept=True, reason="示例", at=at)
    tap = operations.Given(uuid4(), ground.volunteers[1].pk, "arrive", at)
    operations.sync(actor=SYSTEM, shift_id=shift, taps=[tap], sent_at=at, at=at)


def mark_attendance(person: Person, *, told: str, at: datetime) -> None:
    """Have somebody at a shift, with words that tell who it is in every field that holds any."""
    volunteer = person.volunteer
    with transaction.atomic():
        ground = a_ground(1, at=at)
        ground.shift.signups.create(
            volunteer=volunteer, state="signed", turn=9, queued_at=at, signed_at=at, kept=0
        )  # fmt: skip
        values = {"shift": ground.shift, "volunteer": volunteer, "arrived_at": at - timedelta(minutes=5),
                  "way_in": "list", "entered_at": at}  # fmt: skip
        old = Attendance.objects.create(**values)
        Attendance.objects.filter(pk=old.pk).update(state="replaced")
        row = Attendance.objects.create(**{**values, "way_in": "correction"}, corrects=old, reason=told)
        Ruling.objects.create(attendance=row, kept=True, reason=told, decided_by=person, decided_at=at)
        Tap.objects.create(
            id=uuid4(), shift=ground.shift, volunteer=volunteer, act="arrive", tapped_at=at, counted_at=at, skew=0,
            sent_by=person, taken_at=at, answer="already", attendance=row,
        )  # fmt: skip
