"""What `make demo` loads of attendance: who was at the past shifts of the demo's activities; all made up.

Most came by the code, some were tapped on the leader's list, few forgot to sign out or were too far away. Operations
did whatever is done, each at the moment at which it would have been.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.db import transaction

from shanzhi.activities.models import Shift, SignUp
from shanzhi.attendance import operations, queries
from shanzhi.attendance.models import Act, Attendance
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.gate import Place
from shanzhi.people.actors import actor_of_person

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
STEP: Final = "签到签退 Check-in and check-out"
MINUTE: Final = timedelta(minutes=1)
AWAY: Final = 60_000
"""Millionths of a degree: about six kilometres."""


def load(*, at: datetime, progress: Progress) -> None:
    """Load the presences at past shifts unless some are there, whole or not at all; `at` is now."""
    rows = Shift.objects.filter(activity__synthetic=True, state="open", ends_at__lt=at).select_related("activity")
    shifts = list(rows.order_by("starts_at"))
    if shifts and not Attendance.objects.filter(shift__activity__synthetic=True).exists():
        draw = Random("shanzhi attendance")  # noqa: S311 - made-up minutes, the same at each run
        with transaction.atomic():
            for place, shift in enumerate(shifts, 1):
                _load(shift, draw, last=place == len(shifts))
                progress(STEP, place, len(shifts))
    progress(STEP, len(shifts), len(shifts))


def _load(shift: Shift, draw: Random, *, last: bool) -> None:
    """Have those who signed up come and go; one in twelve stays away, and at the last shift two are doubtful."""
    signed = list(SignUp.objects.filter(shift=shift, state="signed").select_related("volunteer").order_by("turn"))
    for place, one in enumerate(signed):
        if draw.random() < 1 / 12 and not last:
            continue
        came = shift.starts_at + draw.randint(-15, 8) * MINUTE
        if place % 4 == 3:
            _tapped(shift, one, came, Act.ARRIVE)
        else:
            _by_code(shift, one, came, far=last and place == 0)
        went = shift.ends_at + draw.randint(-10, 12) * MINUTE
        if last and place == 1:
            went += timedelta(hours=5)
        if place % 5 != 4:
            _tapped(shift, one, went, Act.LEAVE)
    operations.end_shift(actor=SYSTEM, shift_id=shift.pk, at=shift.ends_at + timedelta(hours=6))


def _by_code(shift: Shift, one: SignUp, at: datetime, *, far: bool) -> None:
    own = actor_of_person(person_id=one.volunteer.person_id, at=at)
    there = queries.position_of(shift) if far else None
    place = Place(there.north + AWAY, there.east) if there else None
    code = queries.code_of(shift.pk, at)
    operations.arrive_by_code(actor=own, shift_id=shift.pk, code=code, position=place, at=at)


def _tapped(shift: Shift, one: SignUp, at: datetime, act: Act) -> None:
    operations.mark(actor=SYSTEM, shift_id=shift.pk, volunteer_id=one.volunteer_id, act=act.value, at=at)
