"""Records made of presence: whoever was at a shift, with the minutes that stand there, in one press.

Who was there need not be in the team: presence at a shift of the team's own activity says that the team organised it.
A presence that is corrected is another row, so what was made of a row before it counts as made of it: nobody's time is
recorded twice, and the record that does not fit any more is corrected or refused by people, never by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.attendance import queries as attendance
from shanzhi.attendance.operations.common import lock_shift
from shanzhi.attendance.queries import Ended, Finished
from shanzhi.kernel.actor import Actor
from shanzhi.service import policies
from shanzhi.service.models import DAY, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.recording import MOST_ROWS, Organiser, Row, record_service
from shanzhi.volunteering.models import Volunteer

ORIGIN: Final = "presence"


@dataclass(frozen=True, slots=True)
class Stale:
    """A record that stands though its presence was corrected since, or (`struck`) does not count at all any more.

    `minutes` are those that the presence has now, None where it is not over or waits for a decision.
    """

    record: ServiceRecord
    struck: bool
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A shift with who would be recorded, how many presences wait for a decision, and whether one's own is among them.

    `recorded` counts those of whom a record was made that nobody refused; `stale` are the records that do not fit any
    more; `minutes` are those of `rows` together.
    """

    shift: Shift
    rows: list[Finished]
    undecided: int
    recorded: int
    own: bool
    stale: list[Stale]

    @property
    def minutes(self) -> int:
        """Whole minutes of all who would be recorded."""
        return sum(one.minutes for one in self.rows)


def ready_of(*, actor: Actor, shift_id: UUID) -> Ready:
    """Say who of a shift would be recorded, to who organised it. Raises NotFound, NotTheLeader, Forbidden."""
    return _ready(actor, _organised(actor, shift_id))


def _organised(actor: Actor, shift_id: UUID) -> Shift:
    """Give a shift to who organised it."""
    shift = attendance.led_shift(viewer=actor, shift_id=shift_id)
    team = shift.activity.team
    policies.require(
        policies.may_organise(actor=actor, team=team, organization_id=team.organization_id, area=team.area)
    )
    return shift


def _ready(actor: Actor, shift: Shift) -> Ready:
    found = [one for one in attendance.finished(shift) if one.minutes]
    ended = attendance.ended(shift)
    made = _made_of([*(one.attendance_id for one in found), *(one.attendance_id for one in ended)])
    standing = {one.volunteer_id for one in made.values() if _stands(one)}
    own = set(Volunteer.objects.filter(person__in=actor.persons).values_list("pk", flat=True))
    left = [
        one for one in found
        if one.volunteer_id not in standing and made.keys().isdisjoint((one.attendance_id, *one.corrects))
    ]  # fmt: skip
    return Ready(
        shift, [one for one in left if one.volunteer_id not in own], attendance.undecided(shift),
        len(found) - len(left), any(one.volunteer_id in own for one in left), _stale(found, ended, made),
    )  # fmt: skip


def _made_of(presences: Iterable[UUID]) -> dict[UUID, ServiceRecord]:
    """Give the records that were made of presences and that nobody refused, the reversed ones among them."""
    rows = ServiceRecord.objects.filter(origin_kind=ORIGIN, origin_id__in=list(presences)).exclude(state="refused")
    told = rows.select_related("volunteer__person__merged_into", "reversal")
    return {one.origin_id: one for one in told.order_by("volunteer__number") if one.origin_id}


def _stands(one: ServiceRecord) -> bool:
    return getattr(one, "reversal", None) is None


def _stale(found: list[Finished], ended: list[Ended], made: Mapping[UUID, ServiceRecord]) -> list[Stale]:
    """Give the records that stand and do not say what the presence that counts now says."""
    now = {one.volunteer_id: _day_and_row(one) for one in found}
    gone = {one.attendance_id: one.struck for one in ended}
    told = []
    for origin, one in made.items():
        day, row = now.get(one.volunteer_id, (None, None))
        same = row is not None and (day, row.starts, row.minutes) == (one.served_on, one.starts, one.minutes)
        if origin in gone and _stands(one) and not same:
            told.append(Stale(one, gone[origin], row.minutes if row else None))
    return told


def record_shift(*, actor: Actor, shift_id: UUID, at: datetime) -> list[ServiceRecord]:
    """Record everybody whose presence at a shift is over and not doubted, and put it under notice.

    A presence is recorded once; the actor's own is left to a deputy or the office. Raises NotFound, NothingToRecord,
    and whatever `record_service` raises.
    """
    with transaction.atomic():
        shift = _organised(actor, shift_id)
        lock_shift(shift)  # two presses, one after the other
        found = _ready(actor, shift)
        if not found.rows:
            raise refusals.NothingToRecord
        days: defaultdict[date, list[Row]] = defaultdict(list)
        for one in found.rows:
            day, row = _day_and_row(one)
            days[day].append(row)
        activity = shift.activity
        made: list[ServiceRecord] = []
        for day, rows in sorted(days.items()):
            for first in range(0, len(rows), MOST_ROWS):
                some = rows[first : first + MOST_ROWS]
                made += record_service(
                    actor=actor, organiser=Organiser(team_id=activity.team_id), served_on=day,
                    task_code=activity.task_kind.code, content=activity.title, rows=some, at=at,
                    origin_kind=ORIGIN, present=frozenset(one.volunteer_id for one in some),
                )  # fmt: skip
    return made


def _day_and_row(one: Finished) -> tuple[date, Row]:
    """Write a presence as a row of its first day; where it goes past midnight the hour is left open."""
    begins = timezone.localtime(one.arrived_at)
    starts = begins.hour * 60 + begins.minute
    minutes = min(one.minutes, DAY)
    row = Row(one.volunteer_id, minutes, starts if starts + minutes <= DAY else None, origin_id=one.attendance_id)
    return begins.date(), row
