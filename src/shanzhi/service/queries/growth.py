"""The way from helper to core member, leader and founder: how many of an area stand where, and who is ready for more.

Each stage counts whoever has reached it, whatever else they are; a step is defined by the rules of the volunteer's area
of service, so that parts add up. Public figures hold small ones back (`telling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.periods import months_after
from shanzhi.organizations.policies import LEADERS
from shanzhi.people import queries as people
from shanzhi.people.models import RoleGrant
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.service import policies
from shanzhi.service.models import ServiceMonth, ServiceRules
from shanzhi.service.queries.rules import Ruling, newest_rules, ruling
from shanzhi.service.queries.telling import ALL, NOTHING, STAGES, held_back, held_back_below
from shanzhi.volunteering.models import TeamMember, Volunteer
from shanzhi.volunteering.queries.volunteers import AREA_NAME


@dataclass(frozen=True, slots=True)
class Place:
    """How many of an area reached each stage; None is a number that is not told."""

    code: str
    name: str
    counts: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Growth:
    """An area with the areas right below it, under the rules that hold there."""

    rules: Ruling
    whole: Place
    below: list[Place]


def served(code: str) -> QuerySet[Volunteer]:
    """Give the volunteers of an area who have served and are not gone."""
    rows = Volunteer.objects.filter(places.within("area", code), person__erased_at=None).exclude(state="left")
    return rows.filter(Exists(ServiceMonth.objects.filter(volunteer=OuterRef("pk"), minutes__gt=0)))


Figures = tuple[int, int, int]
"""What makes a core member: minutes, times, months that are looked back."""


def _ruled(codes: Iterable[str], on: date) -> dict[Figures, Q]:
    """Give where in some areas, which do not lie in each other, which figures hold: those of the own area of service.

    So a volunteer counts the same on the page of every area. Areas with the same figures are asked for together.
    """
    alike: dict[Figures, Q] = {}
    newest = newest_rules(on)
    for code in codes:
        own: dict[str, Ruling | ServiceRules] = {area: one for area, one in newest.items() if covers(code, area)}
        ruled = {code: ruling(code, on), **own}
        for area, one in ruled.items():
            below = {other for other in ruled if other != area and covers(area, other)}
            where = places.within("area", area) & ~places.within_any("area", below)
            key = one.core_minutes, one.core_times, one.core_months
            alike[key] = alike[key] | where if key in alike else where
    return alike


def _core(ruled: Mapping[Figures, Q], on: date) -> Q:
    """Say that a volunteer served long and often enough of late."""
    found = Q(pk__in=[])
    for (minutes, times, months), where in ruled.items():
        found |= where & Q(Exists(_of_late(months, on).filter(sum__gte=minutes, n__gte=times)))
    return found


def _of_late(months: int, on: date) -> QuerySet[Any, Any]:
    """Sum minutes (`sum`) and times (`n`) of a volunteer in the last months."""
    rows = ServiceMonth.objects.filter(volunteer=OuterRef("pk"), month__gte=first_month(months, on)).order_by()
    summed: QuerySet[Any, Any] = rows.values("volunteer").annotate(sum=Sum("minutes"), n=Sum("times"))
    return summed


def first_month(months: int, on: date) -> date:
    """Give the first day of the months that are looked back: this month and those before it."""
    return months_after(on.replace(day=1), 1 - months)


HEADS: Final = TeamMember.objects.filter(state="member", role__in=policies.HEADS)
"""The places of who leads a team or is its deputy now."""
LEADS: Final = Exists(HEADS.filter(volunteer=OuterRef("pk")))


def _founds(at: datetime) -> Exists:
    """Say that a person leads an organisation now."""
    return Exists(founding(at).filter(person=OuterRef("person")))


MOST_BELOW: Final = 400
"""Areas shown right below one: more than any area of China has (the largest has some 300)."""


def growth(*, code: str, at: datetime, public: bool) -> Growth:
    """Count an area and the areas right below it; `public` holds small numbers back. Raises NotFound for no area."""
    if not code.isdigit():
        raise NotFound
    area = places.area(code=code, at=at)
    on = timezone.localdate(at)
    way = places.path(code) if public else [area]
    counts = _counted(way[0].code, on, at)
    parts = _Parts(counts, {one.code: list(places.children(one.code, at)[:MOST_BELOW]) for one in way})
    whole, numbers = counts.of(code), parts.of(code)
    hidden, under = NOTHING, [NOTHING] * len(numbers)
    if public:
        hidden = parts.held_back([one.code for one in way])
        under = held_back_below(whole, numbers, hidden)
    below = [
        Place(one.code, one.name, _told(n, stages))
        for one, n, stages in zip(parts.areas[code], numbers, under, strict=True)
    ]
    return Growth(ruling(code, on), Place(area.code, area.name, _told(whole, hidden)), below)


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many of each area of service reached each stage."""

    found: Mapping[str, Mapping[str, int]]

    def of(self, code: str) -> dict[str, int]:
        """Count an area, with all below it."""
        return {
            stage: sum(n for area, n in self.found[stage].items() if area.startswith(code)) for stage in STAGES
        }  # fmt: skip

    def by(self, length: int) -> dict[str, dict[str, int]]:
        """Count by the beginnings of codes."""
        sums: dict[str, dict[str, int]] = {}
        for stage in STAGES:
            for area, n in self.found[stage].items():
                one = sums.setdefault(area[:length], dict.fromkeys(STAGES, 0))
                one[stage] += n
        return sums


@dataclass(frozen=True, slots=True)
class _Parts:
    """The areas right below some others, with their numbers."""

    counts: _Counts
    areas: Mapping[str, list[Area]]

    def of(self, code: str) -> list[dict[str, int]]:
        """Count the areas below one, in their order."""
        rows = self.areas[code]
        found = self.counts.by(len(rows[0].code)) if rows else {}
        return [found.get(one.code, dict.fromkeys(STAGES, 0)) for one in rows]

    def held_back(self, way: list[str]) -> frozenset[str]:
        """Decide from the province down what is not told of the last area of a way, as each page on it decides."""
        hidden = held_back(self.counts.of(way[0]))
        for above, code in pairwise(way):
            under = held_back_below(self.counts.of(above), self.of(above), hidden)
            rows = zip(self.areas[above], under, strict=True)
            hidden = next((stages for one, stages in rows if one.code == code), ALL)
        return hidden


def _counted(code: str, on: date, at: datetime) -> _Counts:
    """Count the volunteers of an area by their areas of service and by stage, in one query for each stage."""
    return _Counts({
        name: dict(rows.order_by().values_list("area").annotate(n=Count("id")))
        for name, rows in reached(code, on, at).items()
    })  # fmt: skip


def reached(code: str, on: date, at: datetime) -> dict[str, QuerySet[Volunteer]]:
    """Give the volunteers of an area who reached each stage: the one place that says what a stage is."""
    people = served(code)
    return {
        "helper": people, "core": people.filter(_core(_ruled([code], on), on)), "leader": people.filter(LEADS),
        "founder": people.filter(_founds(at)),
    }  # fmt: skip


def founding(at: datetime) -> QuerySet[RoleGrant]:
    """Give the roles by which somebody leads an organisation now."""
    return RoleGrant.objects.filter(people.running(at), organization__isnull=False, role__in=LEADERS)


def _told(numbers: Mapping[str, int], hidden: frozenset[str]) -> dict[str, int | None]:
    """Give numbers without those of stages that are not told."""
    return {name: None if name in hidden else n for name, n in numbers.items()}


def ready(*, viewer: Actor, at: datetime) -> QuerySet[Volunteer]:
    """Give the core members of the viewer's areas who lead neither team nor organisation: ready for a training.

    Who is a core member is told by the rules of the own area of service, as in `growth`; `recent_minutes` and
    `recent_times` are those of the months that these look back.
    """
    policies.require_desk(viewer)
    areas = viewer.areas(policies.READERS)
    on = timezone.localdate(at)
    ruled = _ruled(areas, on)
    rows = Volunteer.objects.filter(_core(ruled, on), person__erased_at=None, state="active")
    rows = rows.annotate(
        recent_minutes=_shown(ruled, "sum", on), recent_times=_shown(ruled, "n", on), area_name=AREA_NAME
    )  # fmt: skip
    return rows.exclude(LEADS).exclude(_founds(at)).select_related("person__merged_into").annotate(serves_in=F("area"))


def _shown(ruled: Mapping[Figures, Q], name: str, on: date) -> Case:
    """Give one of the sums of a volunteer in the months that the rules of the own area look back."""
    return Case(*(
        When(where, then=Subquery(_of_late(months, on).values(name)))
        for (_minutes, _times, months), where in ruled.items()
    ))  # fmt: skip


def search_ready(rows: QuerySet[Volunteer], words: str) -> QuerySet[Volunteer]:
    """Find by the volunteer number, or how it begins."""
    return rows.filter(number__startswith=words.strip())
