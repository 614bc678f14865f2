"""One's own service: sums that triggers keep, so that ten thousand records cost no more than ten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.periods import months_after
from shanzhi.places import queries as places
from shanzhi.service.models import Certificate, ServiceMonth, ServiceRecord, StarAward, Thanks
from shanzhi.service.queries.records import desk_records, marked
from shanzhi.service.queries.rules import Ruling, ruling
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import TaskKind, Volunteer

MONTHS: Final = 12
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Month:
    """The verified minutes of a month; `first` is its first day."""

    first: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Share:
    """The verified minutes of a kind of task or of an organiser."""

    name: str
    minutes: int
    times: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page of one's own service says, beside the records themselves.

    `earlier` are minutes of before, as lists of offices state them: an opening statement that nobody here verified,
    so neither stars nor certificates count it.
    """

    volunteer: Volunteer
    earlier: int
    minutes: int
    times: int
    people_served: int
    months: list[Month]
    kinds: list[Share]
    organisers: list[Share]
    star: int
    next_star: tuple[int, int] | None
    rules: Ruling
    awards: list[StarAward]
    thanks: list[Thanks]
    certificates: list[Certificate]


def overview(*, viewer: Actor, at: datetime) -> Overview | None:
    """Give one's own service, None for who is no volunteer; in a fixed number of queries."""
    found = volunteering.mine(viewer=viewer)
    return None if found is None else overview_of(found, at)


def desk_overview(*, viewer: Actor, volunteer_id: UUID, at: datetime) -> Overview:
    """Give the service of a volunteer whom the viewer reads. Raises SignInNeeded, Forbidden, NotFound."""
    return overview_of(volunteering.volunteer(viewer=viewer, volunteer_id=volunteer_id), at)


def overview_of(found: Volunteer, at: datetime) -> Overview:
    """Give the service of a volunteer."""
    sums = ServiceMonth.objects.filter(volunteer=found, minutes__gt=0).order_by()
    whole = sums.aggregate(minutes=Sum("minutes"), times=Sum("times"), served=Sum("people_served"))
    minutes = whole["minutes"] or 0
    rules = ruling(found.area, timezone.localdate(at))
    awards = list(StarAward.objects.filter(volunteer=found).order_by("-awarded_at", "-level"))
    return Overview(
        volunteer=found, earlier=volunteering.earlier_minutes(volunteers=[found.pk])[found.pk], minutes=minutes,
        times=whole["times"] or 0, people_served=whole["served"] or 0,
        months=_months(sums, timezone.localdate(at)), kinds=_kinds(sums), organisers=_organisers(sums),
        star=star_of(awards), next_star=_next(rules, awards, minutes), rules=rules, awards=awards[:MOST_SHOWN],
        thanks=list(Thanks.objects.filter(volunteer=found, state="shown").order_by("-written_at", "id")[:MOST_SHOWN]),
        certificates=list(Certificate.objects.filter(volunteer=found).order_by("-issued_at", "id")[:MOST_SHOWN]),
    )  # fmt: skip


def records_of(*, viewer: Actor, found: Volunteer) -> QuerySet[ServiceRecord]:
    """Give the records of a volunteer that the viewer's areas and organisations look after."""
    return desk_records(viewer=viewer).filter(volunteer=found)


def own_records(*, viewer: Actor) -> QuerySet[ServiceRecord]:
    """Give one's own records, in whatever state."""
    return marked(ServiceRecord.objects.filter(volunteer__person__in=viewer.persons))


def star_of(awards: list[StarAward]) -> int:
    """Give the highest star that stands among all awards of a volunteer, 0 for none."""
    newest: dict[int, StarAward] = {}
    for one in sorted(awards, key=lambda one: one.turn):
        newest[one.level] = one
    return max((level for level, one in newest.items() if one.given), default=0)


def _next(rules: Ruling, awards: list[StarAward], minutes: int) -> tuple[int, int] | None:
    """Give the next star above the one that is held, and what is missing to it."""
    held = star_of(awards)
    for level, threshold in enumerate(rules.star_minutes, 1):
        if level > held:
            return level, max(threshold - minutes, 0)
    return None


def _months(sums: QuerySet[ServiceMonth], today: date) -> list[Month]:
    """Give the last twelve months, the oldest first, those without service too."""
    first = months_after(today.replace(day=1), 1 - MONTHS)
    rows = sums.filter(month__gte=first).values("month").annotate(sum=Sum("minutes"))
    found = {one["month"]: one["sum"] for one in rows}
    starts = [months_after(first, place) for place in range(MONTHS)]
    return [Month(one, found.get(one, 0)) for one in starts]


def _kinds(sums: QuerySet[ServiceMonth]) -> list[Share]:
    rows = list(sums.values("task_kind").annotate(sum=Sum("minutes"), n=Sum("times")).order_by("-sum")[:MOST_SHOWN])
    kinds = TaskKind.objects.in_bulk([one["task_kind"] for one in rows])
    return [Share(str(kinds[one["task_kind"]]), one["sum"], one["n"]) for one in rows]


def _organisers(sums: QuerySet[ServiceMonth]) -> list[Share]:
    """Give teams and organisations; what a committee or office organised goes under the name of its area."""
    found = sums.values("team", "team__name", "organization", "organization__name", "area")
    rows = list(found.annotate(sum=Sum("minutes"), n=Sum("times")).order_by("-sum", "area")[:MOST_SHOWN])
    offices = places.full_names({one["area"] for one in rows if not one["team"] and not one["organization"]})
    names = [one["team__name"] or one["organization__name"] or offices.get(one["area"], one["area"]) for one in rows]
    return [Share(name, one["sum"], one["n"]) for name, one in zip(names, rows, strict=True)]
