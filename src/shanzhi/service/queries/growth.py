"""The way from helper to core member, leader and founder: how many of an area stand where, and who is ready for more.

Each stage counts whoever has reached it, whatever else they are; the steps are defined by the rules of the area. Public
figures leave out small ones: a number below five, and where it is the only one of its column the next smallest too, so
that the total gives nothing away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Left
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LENGTHS
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.periods import months_after
from shanzhi.organizations.policies import LEADERS
from shanzhi.people.models import RoleGrant
from shanzhi.places import queries as places
from shanzhi.service import policies
from shanzhi.service.models import ServiceMonth
from shanzhi.service.queries.rules import Ruling, ruling
from shanzhi.volunteering.models import TeamMember, Volunteer
from shanzhi.volunteering.queries.volunteers import AREA_NAME

STAGES: Final = ("helper", "core", "leader", "founder")
SMALL: Final = 5
Counts = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Place:
    """How many of an area reached each stage; None is a small number that is not told."""

    code: str
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Growth:
    """An area with the areas right below it, under the rules that hold there."""

    rules: Ruling
    whole: Place
    below: list[Place]


def since(rules: Ruling, on: date) -> date:
    """Give the first day of the months that are looked back: this month and those before it."""
    return months_after(on.replace(day=1), 1 - rules.core_months)


def served(code: str) -> QuerySet[Volunteer]:
    """Give the volunteers of an area who have served and are not gone."""
    rows = Volunteer.objects.filter(places.within("area", code), person__erased_at=None).exclude(state="left")
    return rows.filter(Exists(ServiceMonth.objects.filter(volunteer=OuterRef("pk"), minutes__gt=0)))


def _core(code: str, rules: Ruling, on: date) -> QuerySet[Any]:
    """Give the ids of volunteers who served long and often enough in the months that are looked back."""
    rows = ServiceMonth.objects.filter(places.within("volunteer__area", code), month__gte=since(rules, on)).order_by()
    sums = rows.values("volunteer").annotate(sum=Sum("minutes"), n=Sum("times"))
    return sums.filter(sum__gte=rules.core_minutes, n__gte=rules.core_times).values("volunteer")


LEADS: Final = Exists(
    TeamMember.objects.filter(volunteer=OuterRef("pk"), state="member", role__in=policies.HEADS)
)  # fmt: skip


def _founds(at: datetime) -> Exists:
    """Say that a person leads an organisation now."""
    running = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    rows = RoleGrant.objects.filter(running, person=OuterRef("person"), organization__isnull=False, role__in=LEADERS)
    return Exists(rows)


MOST_BELOW: Final = 400
"""Areas shown right below one: more than any area of China has (the largest has some 300)."""


def growth(*, code: str, at: datetime, public: bool) -> Growth:
    """Count an area and the areas right below it; `public` leaves out small numbers. Raises NotFound for no area."""
    if not code.isdigit():
        raise NotFound
    area = places.area(code=code, at=at)
    on = timezone.localdate(at)
    rules = ruling(code, on)
    people = served(code)
    stages = {
        "helper": people, "core": people.filter(pk__in=_core(code, rules, on)), "leader": people.filter(LEADS),
        "founder": people.filter(_founds(at)),
    }  # fmt: skip
    below = list(places.children(code, at)[:MOST_BELOW])
    length = next((n for n in LENGTHS.values() if n > len(code)), 0) if below else 0
    found = {name: _by_area(rows, length) for name, rows in stages.items()}
    rows = [Place(one.code, one.name, {name: found[name].get(one.code, 0) for name in STAGES}) for one in below]
    whole = Place(area.code, area.name, {name: sum(found[name].values()) for name in STAGES})
    return Growth(rules, *_public(whole, rows)) if public else Growth(rules, whole, rows)


def _by_area(rows: QuerySet[Volunteer], length: int) -> dict[str, int]:
    """Count by the code of the area below; who serves in the area as a whole counts under a shorter code."""
    if not length:
        return {"": rows.count()}
    counted = rows.order_by().annotate(below=Left("area", length)).values("below").annotate(n=Count("id"))
    return {one["below"]: one["n"] for one in counted}


def _public(whole: Place, rows: list[Place]) -> tuple[Place, list[Place]]:
    """Leave out small numbers, each column by itself."""
    told: list[Counts] = [dict(one.counts) for one in rows]
    total: Counts = dict(whole.counts)
    for stage in STAGES:
        column = [one.counts[stage] or 0 for one in rows]
        hidden = {place for place, number in enumerate(column) if 0 < number < SMALL}
        others = sum(column) != (whole.counts[stage] or 0)
        if len(hidden) == 1 and not others:
            rest = [place for place, number in enumerate(column) if place not in hidden and number]
            hidden |= {min(rest, key=lambda place: column[place])} if rest else set()
        for place in hidden:
            told[place][stage] = None
        if 0 < (whole.counts[stage] or 0) < SMALL or (len(hidden) == 1):
            total[stage] = None
    places_told = [Place(one.code, one.name, counts) for one, counts in zip(rows, told, strict=True)]
    return Place(whole.code, whole.name, total), places_told


def ready(*, viewer: Actor, at: datetime) -> QuerySet[Volunteer]:
    """Give the core members of the viewer's areas who lead neither team nor organisation: ready for a training.

    Each with `recent_minutes` and `recent_times` of the months looked back, under the rules of the outermost area.
    """
    policies.require_desk(viewer)
    areas = viewer.areas(policies.READERS)
    on = timezone.localdate(at)
    rules = ruling(areas[0], on)
    months = ServiceMonth.objects.filter(volunteer=OuterRef("pk"), month__gte=since(rules, on)).order_by()
    sums = months.values("volunteer")
    rows = Volunteer.objects.filter(places.within_any("area", areas), person__erased_at=None, state="active")
    rows = rows.annotate(
        recent_minutes=Subquery(sums.annotate(sum=Sum("minutes")).values("sum")),
        recent_times=Subquery(sums.annotate(n=Sum("times")).values("n")),
        area_name=AREA_NAME,
    ).filter(recent_minutes__gte=rules.core_minutes, recent_times__gte=rules.core_times)
    return rows.exclude(LEADS).exclude(_founds(at)).select_related("person__merged_into").annotate(serves_in=F("area"))


def search_ready(rows: QuerySet[Volunteer], words: str) -> QuerySet[Volunteer]:
    """Find by the volunteer number, or how it begins."""
    return rows.filter(number__startswith=words.strip())
