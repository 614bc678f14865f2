"""Records made of presence: whoever was at a shift, with the minutes that stand there, in one press.

Who was there need not be in the team: presence at a shift of the team's own activity says that the team organised it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.attendance import queries as attendance
from shanzhi.attendance.queries import Finished
from shanzhi.kernel.actor import Actor
from shanzhi.service import policies
from shanzhi.service.models import DAY, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.recording import MOST_ROWS, Organiser, Row, record_service
from shanzhi.volunteering.models import Volunteer

ORIGIN: Final = "presence"


@dataclass(frozen=True, slots=True)
class Ready:
    """A shift with who would be recorded, how many presences wait for a decision, and whether one's own is among them.

    `recorded` counts those of whom a record stands; `minutes` are those of `rows` together.
    """

    shift: Shift
    rows: list[Finished]
    undecided: int
    recorded: int
    own: bool

    @property
    def minutes(self) -> int:
        """Whole minutes of all who would be recorded."""
        return sum(one.minutes for one in self.rows)


def ready_of(*, actor: Actor, shift_id: UUID) -> Ready:
    """Say who of a shift would be recorded, to who organised it. Raises NotFound, NotTheLeader, Forbidden."""
    shift = attendance.led_shift(viewer=actor, shift_id=shift_id)
    team = shift.activity.team
    policies.require(
        policies.may_organise(actor=actor, team=team, organization_id=team.organization_id, area=team.area)
    )
    found = [one for one in attendance.finished(viewer=actor, shift_id=shift_id) if one.minutes]
    there = ServiceRecord.objects.filter(origin_kind=ORIGIN, origin_id__in=[one.attendance_id for one in found])
    known = set(there.exclude(state="refused").values_list("origin_id", flat=True))
    own = set(Volunteer.objects.filter(person__in=actor.persons).values_list("pk", flat=True))
    left = [one for one in found if one.attendance_id not in known]
    return Ready(
        shift, [one for one in left if one.volunteer_id not in own],
        attendance.undecided(viewer=actor, shift_id=shift_id), len(known), any(one.volunteer_id in own for one in left),
    )  # fmt: skip


def record_shift(*, actor: Actor, shift_id: UUID, at: datetime) -> list[ServiceRecord]:
    """Record everybody whose presence at a shift is over and not doubted, and put it under notice.

    A presence is recorded once; the actor's own is left to a deputy or the office. Raises NotFound, NothingToRecord,
    and whatever `record_service` raises.
    """
    with transaction.atomic():
        found = ready_of(actor=actor, shift_id=shift_id)
        if not found.rows:
            raise refusals.NothingToRecord
        days: defaultdict[date, list[Finished]] = defaultdict(list)
        for one in found.rows:
            days[timezone.localdate(one.arrived_at)].append(one)
        activity = found.shift.activity
        made: list[ServiceRecord] = []
        for day, rows in sorted(days.items()):
            for first in range(0, len(rows), MOST_ROWS):
                some = rows[first : first + MOST_ROWS]
                made += record_service(
                    actor=actor, organiser=Organiser(team_id=activity.team_id), served_on=day,
                    task_code=activity.task_kind.code, content=activity.title, rows=[_row(one) for one in some], at=at,
                    origin_kind=ORIGIN, present=frozenset(one.volunteer_id for one in some),
                )  # fmt: skip
    return made


def _row(one: Finished) -> Row:
    """Write a presence as a row; of one that goes past midnight the hour is left open, since a record is of one day."""
    begins = timezone.localtime(one.arrived_at)
    starts = begins.hour * 60 + begins.minute
    minutes = min(one.minutes, DAY)
    return Row(one.volunteer_id, minutes, starts if starts + minutes <= DAY else None, origin_id=one.attendance_id)
