"""Where one volunteer stands on the way from helper to core member, leader and founder, since when, and what is asked.

What a stage is, is said in `growth` alone: a volunteer has reached here what the figures of the area count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Min, Sum
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.periods import months_after
from shanzhi.service import policies
from shanzhi.service.models import ServiceMonth, ServiceRecord
from shanzhi.service.queries.growth import HEADS, first_month, founding, reached
from shanzhi.service.queries.rules import Ruling, ruling
from shanzhi.service.queries.telling import STAGES
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Team, Volunteer

PART: Final = "volunteering.member.part"
"""The event by which somebody in a team is given another part."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage: whether it is reached, and from which day on without a break; of a core member the month's first."""

    stage: str
    reached: bool
    since: date | None


@dataclass(frozen=True, slots=True)
class Way:
    """The four stages in their order, `stands` the highest that is reached, '' for none; `next` the one after it.

    `minutes` and `times` are those of the months that the rules of the own area of service look back. `ready` says that
    staff of the area see somebody ready for a training, as `growth.ready` lists.
    """

    steps: list[Step]
    stands: str
    next: str
    rules: Ruling
    minutes: int
    times: int
    left: bool
    ready: bool

    @property
    def missing(self) -> tuple[int, int]:
        """Give minutes and times that are missing to a core member."""
        return max(self.rules.core_minutes - self.minutes, 0), max(self.rules.core_times - self.times, 0)


def way(*, viewer: Actor, at: datetime) -> Way | None:
    """Give where the viewer stands, None for who is no volunteer."""
    found = volunteering.mine(viewer=viewer)
    return None if found is None else way_of(found, at)


def way_of(who: Volunteer, at: datetime) -> Way:
    """Give where a volunteer stands; in a fixed number of queries."""
    on = timezone.localdate(at)
    rules = ruling(who.area, on)
    months = _months(who)
    stages = {stage for stage, rows in reached(who.area, on, at).items() if rows.filter(pk=who.pk).exists()}
    first = {
        "helper": _first_day(who), "core": _core_since(months, rules, on), "leader": _leads_since(who),
        "founder": _founds_since(who, at),
    }  # fmt: skip
    steps = [Step(stage, stage in stages, first[stage] if stage in stages else None) for stage in STAGES]
    places = [place for place, one in enumerate(steps) if one.reached]
    last = places[-1] if places else -1
    recent = _summed(months, rules, on)
    return Way(
        steps, stands=STAGES[last] if places else "", next=STAGES[last + 1] if last + 1 < len(STAGES) else "",
        rules=rules, minutes=recent[0], times=recent[1], left=who.state == "left",
        ready=who.state == "active" and bool(places) and STAGES[last] == "core",
    )  # fmt: skip


Months = dict[date, tuple[int, int]]
"""Minutes and times of verified service by the first day of the month."""


def _months(who: Volunteer) -> Months:
    rows: Any = ServiceMonth.objects.filter(volunteer=who).order_by().values("month")
    found = rows.annotate(sum=Sum("minutes"), n=Sum("times"))
    return {one["month"]: (one["sum"], one["n"]) for one in found}


def _summed(months: Months, rules: Ruling, on: date) -> tuple[int, int]:
    """Sum minutes and times of the months that the rules look back from a day."""
    counted = [sums for first, sums in months.items() if first_month(rules.core_months, on) <= first <= on]
    return sum(minutes for minutes, _times in counted), sum(times for _minutes, times in counted)


def _core_since(months: Months, rules: Ruling, on: date) -> date | None:
    """Give the first day of the month from which on the rules of today were met in every month until now."""
    since = None
    month = on.replace(day=1)
    while months and month >= min(months):
        minutes, times = _summed(months, rules, month)
        if minutes < rules.core_minutes or times < rules.core_times:
            break
        since, month = month, months_after(month, -1)
    return since


def _first_day(who: Volunteer) -> date | None:
    """Give the first day of service that was verified and stands."""
    rows = ServiceRecord.objects.filter(volunteer=who, state="verified", reversal=None)
    found: date | None = rows.aggregate(first=Min("served_on"))["first"]
    return found


def _leads_since(who: Volunteer) -> date | None:
    """Give the day from which on somebody leads the teams of now, by what is on record of the parts in them."""
    begins = {str(team): joined for team, joined in HEADS.filter(volunteer=who).values_list("team", "joined_at")}
    told = Event.objects.filter(
        subject_type=Team._meta.label_lower, subject_id__in=list(begins), verb=PART, change__number=who.number
    )
    led: dict[str, datetime | None] = {}
    for team, role, at in told.order_by("id").values_list("subject_id", "change__role", "at"):
        joined = begins[team]
        if joined is not None and at < joined:  # of an earlier time in the team, which ended by leaving
            continue
        led[team] = (led.get(team) or at) if role in policies.HEADS else None
    moments = [led.get(team) or joined for team, joined in begins.items()]
    days = [timezone.localdate(one) for one in moments if one is not None]
    return min(days, default=None)


def _founds_since(who: Volunteer, at: datetime) -> date | None:
    found = founding(at).filter(person=who.person_id).aggregate(first=Min("starts_at"))["first"]
    return timezone.localdate(found) if found else None
