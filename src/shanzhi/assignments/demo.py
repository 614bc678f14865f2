"""What `make demo` loads of matching: a proposal of who helps where, and a call-up that was answered in part.

All of it is made up, with the demo's own volunteers and shifts; operations did whatever is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.assignments import operations
from shanzhi.assignments.case import wanting
from shanzhi.assignments.models import Run
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import DISTRICT, LENGTHS
from shanzhi.kernel.errors import Refusal
from shanzhi.people.actors import actor_of_person
from shanzhi.volunteering.models import Volunteer

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
STEP: Final = "志愿者匹配 Who helps where"
DAYS: Final = 13
ON_CALL: Final = 12
WANTED: Final = 4


def load(*, at: datetime, progress: Progress) -> None:
    """Load a proposal and a call-up unless they are there, whole or not at all; `at` is now."""
    shift = wanting(at).filter(activity__synthetic=True).first()
    if shift is not None and not Run.objects.filter(synthetic=True).exists():
        with transaction.atomic():
            area = shift.activity.area[: LENGTHS[DISTRICT]]
            _agree(area, at)
            _call_up(area, at)
            progress(STEP, 1, 2)
            today = timezone.localdate(at)
            made = operations.begin_run(
                actor=SYSTEM, area=area, first_day=today, last_day=today + timedelta(days=DAYS), most=2,
                reason="未来两周排班（示例）", at=at, synthetic=True,
            )  # fmt: skip
            operations.work_out(actor=SYSTEM, run_id=made.pk, at=at)
    progress(STEP, 2, 2)


def _agree(area: str, at: datetime) -> None:
    """Have some volunteers agree to be called up; who may not is passed over."""
    rows = Volunteer.objects.filter(state="active", area__startswith=area, person__synthetic=True)
    for one in rows.order_by("joined_at", "number")[:ON_CALL]:
        try:
            operations.agree_on_call(actor=actor_of_person(person_id=one.person_id, at=at), at=at)
        except Refusal:
            continue


def _call_up(area: str, at: datetime) -> None:
    """Call up for a shift with places: one comes, one cannot, the others have not answered yet."""
    shift = wanting(at).filter(activity__synthetic=True, activity__area__startswith=area, open_places__gt=1).last()
    if shift is None:
        return
    run = operations.call_up(
        actor=SYSTEM, shift_id=shift.pk, reason="暴雪预警，需要帮手（示例）", wanted=WANTED, at=at, synthetic=True
    )
    rows = list(run.proposals.select_related("volunteer").order_by("-score", "pk"))
    if not rows:
        return
    operations.ask_pairs(actor=SYSTEM, run_id=run.pk, pairs=[row.pk for row in rows], at=at)
    for row, comes in zip(rows, (True, False), strict=False):
        actor = actor_of_person(person_id=row.volunteer.person_id, at=at)
        if comes:
            operations.accept_ask(actor=actor, pair_id=row.pk, risks_read=True, at=at)
        else:
            operations.decline_ask(actor=actor, pair_id=row.pk, reason="当天不在本地（示例）", at=at)
