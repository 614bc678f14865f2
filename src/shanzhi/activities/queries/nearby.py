"""What is near that fits: shifts to come with free places that one may take, in one's free hours, the nearest first.

What `against` says of one shift is said here of many at once, by the same words of the room below; a test compares the
two pair by pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.activities.queries.activities import upcoming
from shanzhi.activities.queries.fitting import safe_then
from shanzhi.activities.queries.ground import around
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Volunteer

HORIZON: Final = timedelta(weeks=8)
MOST: Final = 1000
"""So many shifts at most are listed: of those that fit in the time of `HORIZON` the nearest."""
DAY: Final = 24 * 60
WISH, SKILLS, TRAINED, LANGUAGE, HOURS = "wish", "skills", "trained", "language", "hours"
"""Why a shift fits beyond that nothing stands against it."""


Order = tuple[bool, int, datetime, str]
"""The way, which is last where nobody knows it, then the time."""


@dataclass(frozen=True, slots=True)
class Near:
    """A shift that fits; `metres` is the way to it, None where nobody knows; `turn` its place among all of them."""

    shift: Any
    metres: int | None
    why: tuple[str, ...]
    turn: int

    @property
    def order(self) -> Order:
        """Give where it stands in the list of all."""
        return _order(self.metres, self.starts_at, self.id)

    @property
    def id(self) -> UUID:
        """Give the id of the shift."""
        return UUID(str(self.shift.pk))

    @property
    def starts_at(self) -> datetime:
        """Give when it begins."""
        begins: datetime = self.shift.starts_at
        return begins

    @property
    def title(self) -> str:
        """Give the title of the activity."""
        return str(self.shift.activity.title)

    @property
    def task(self) -> str:
        """Give the code of the kind of task."""
        return str(self.shift.activity.task_kind.code)

    @property
    def wished(self) -> bool:
        """Tell whether the volunteer said to like this kind of task."""
        return WISH in self.why


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is near a volunteer.

    `serves` tells whether the volunteer serves now, `measured` is the area from whose middle ways are known, '' where
    none is on record: without it nothing is known to be nearer than another. `other_hours` counts what would fit at
    hours in which the volunteer did not say to be free; `cut` says that more lie further away than are looked at.
    """

    volunteer: Volunteer
    serves: bool
    measured: str
    rows: list[Near]
    other_hours: int = 0
    cut: bool = False

    @property
    def placed(self) -> bool:
        """Tell whether ways are known."""
        return bool(self.measured)

    def nearest(self, most: int) -> list[Near]:
        """Give the next shift of each of the nearest activities."""
        first: dict[UUID, Near] = {}
        for one in self.rows:
            first.setdefault(one.shift.activity_id, one)
        return list(first.values())[:most]


def nearby(*, viewer: Actor, at: datetime) -> Nearby | None:
    """Give the shifts that fit the viewer, None for who is no volunteer; in a fixed number of queries."""
    who = volunteering.mine(viewer=viewer)
    return None if who is None else nearby_of(who, at)


def nearby_of(who: Volunteer, at: datetime) -> Nearby:
    """Give the shifts that fit a volunteer."""
    if not volunteering.serves(who, at):
        return Nearby(who, serves=False, measured="", rows=[])
    held = sorted({one.skill.code for one in who.skills.all()})
    taking = _open(who, at)
    ground = around(who.area, at, furthest=who.metres, wanted=Q(skills__contained_by=held), shifts=taking)
    ways = ground.metres
    week = _Week([(one.weekday, one.starts, one.ends) for one in who.hours.all()])
    allowed = _allowed(who, taking.filter(activity__in=list(ways)), at)
    good = [one for one in allowed if week.holds(one.starts_at, one.ends_at)]
    good.sort(key=lambda one: _order(ways[one.activity], one.starts_at, one.id))
    found = [
        Near(one, ways[one.activity_id], _why(who, one, week), turn)
        for turn, one in enumerate(_whole([one.id for one in good[:MOST]], at), 1)
    ]
    return Nearby(
        who, serves=True, measured=ground.measured, rows=found, other_hours=len(allowed) - len(good),
        cut=ground.cut or len(good) > MOST,
    )  # fmt: skip


class _Bare(NamedTuple):
    """What is read of every shift around, to find the few that are read whole."""

    id: UUID
    activity: UUID
    starts_at: datetime
    ends_at: datetime


def _allowed(who: Volunteer, shifts: QuerySet[Shift], at: datetime) -> list[_Bare]:
    """Give of some shifts those that nothing stands against; each kind of task is judged once for a day."""
    rows = [_Bare(*row) for row in shifts.order_by().values_list("pk", "activity", "starts_at", "ends_at")]
    activities = Activity.objects.select_related("task_kind").in_bulk({one.activity for one in rows})
    on = {one.id: (activities[one.activity].task_kind.pk, timezone.localdate(one.starts_at)) for one in rows}
    kinds = {one.task_kind.pk: one.task_kind for one in activities.values()}
    days = set(on.values())
    fits = volunteering.each_fit(volunteer=who, tasks=[(kinds[kind], day) for kind, day in days], at=at)
    good = {day for day, fit in zip(days, fits, strict=True) if fit.good}
    return [
        one for one in rows
        if on[one.id] in good and safe_then(activities[one.activity], one.starts_at, one.ends_at)
    ]  # fmt: skip


def _whole(keys: list[UUID], at: datetime) -> list[Shift]:
    """Read some shifts whole, in their order; one that began or was called off meanwhile is left out."""
    found = upcoming(at=at).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _order(way: int | None, starts: datetime, key: UUID) -> Order:
    return way is None, way or 0, starts, str(key)


def _open(who: Volunteer, at: datetime) -> QuerySet[Shift]:
    """Give the shifts soon to come with free places, in none of which somebody is, waits or is bound elsewhere."""
    own = SignUp.objects.filter(volunteer=who, state__in=LIVING, shift__state="open")
    at_that_time = own.filter(
        state="signed", shift__starts_at__lt=OuterRef("ends_at"), shift__ends_at__gt=OuterRef("starts_at")
    )
    rows = upcoming(at=at).filter(Q(("free__gt", 0)), starts_at__lt=at + HORIZON)
    return rows.exclude(Exists(own.filter(shift=OuterRef("pk")))).exclude(Exists(at_that_time))


def _why(who: Volunteer, one: Shift, week: _Week) -> tuple[str, ...]:
    activity = one.activity
    said = {
        WISH: activity.task_kind.code in who.tasks,
        SKILLS: bool(activity.skills),
        TRAINED: bool(activity.task_kind.demands),
        LANGUAGE: activity.language in who.languages,
        HOURS: week.stated,
    }
    return tuple(code for code, true in said.items() if true)


class _Week:
    """The hours of a week in which somebody is free, in the time of the place; none stated are any."""

    def __init__(self, hours: Sequence[tuple[int, int, int]]) -> None:
        """Take weekdays from 1 for Monday with minutes of the day."""
        self.stated = bool(hours)
        self._hours = hours

    def holds(self, starts: datetime, ends: datetime) -> bool:
        """Tell whether a time lies wholly in them; spans that touch are one, also over midnight."""
        if not self.stated:
            return True
        begins, ended = timezone.localtime(starts), timezone.localtime(ends)
        first = begins.hour * 60 + begins.minute
        last = (ended.date() - begins.date()).days * DAY + ended.hour * 60 + ended.minute + bool(ended.second)
        reached = first
        for low, high in self._spans(begins.isoweekday(), last // DAY + 1):
            if low <= reached < high:
                reached = high
        return reached >= last

    def _spans(self, weekday: int, days: int) -> list[tuple[int, int]]:
        """Lay the hours over some days, in minutes since the first midnight, in order."""
        found = []
        for day in range(days):
            on = (weekday - 1 + day) % 7 + 1
            found += [(day * DAY + low, day * DAY + high) for name, low, high in self._hours if name == on]
        return sorted(found)
