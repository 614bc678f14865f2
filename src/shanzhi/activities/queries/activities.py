"""Reading activities and shifts: what anybody sees, what planners see before, what waits for a check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from shanzhi.activities import policies
from shanzhi.activities.lifecycle import PUBLIC
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import TaskKind, Team

CHECK_DAYS: Final = 3
CHECK_DUE: Final = timedelta(days=CHECK_DAYS)
AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
SHIFT_AREA: Final = Subquery(Area.objects.filter(code=OuterRef("activity__area")).values("name")[:1])


def _count(state: str) -> Coalesce:
    """Count the sign-ups of a shift in one state."""
    rows = SignUp.objects.filter(shift=OuterRef("pk"), state=state).order_by().values("shift")
    return Coalesce(Subquery(rows.annotate(many=Count("pk")).values("many")), 0)


def _public() -> Q:
    """Give the condition that anybody sees an activity: it was published."""
    return Q(state__in=PUBLIC, published_at__isnull=False)


def counted(rows: QuerySet[Shift]) -> QuerySet[Shift]:
    """Count who is signed up and waits, and the places that are `free`."""
    told = rows.annotate(signed=_count("signed"), waiting=_count("waiting"), area_name=SHIFT_AREA)
    return told.annotate(free=Greatest(F("places") - F("signed"), 0))


def upcoming(*, at: datetime) -> QuerySet[Shift]:
    """Give the shifts that anybody can find: to come, taking place, of published activities; counted."""
    rows = Shift.objects.filter(state="open", starts_at__gt=at, activity__state="published")
    return counted(rows.select_related("activity__team", "activity__task_kind"))


def search_shifts(rows: QuerySet[Shift], words: str) -> QuerySet[Shift]:
    """Find by a part of the title."""
    return rows.filter(activity__title__has=words.strip())


def near(rows: QuerySet[Shift], code: str) -> QuerySet[Shift]:
    """Keep the shifts inside an area."""
    return rows.filter(places.within("activity__area", code))


def next_of_each(rows: QuerySet[Shift], most: int) -> tuple[list[Shift], int]:
    """Give the next shift of each activity, those soonest first, up to `most`; and how many activities there are."""
    first = rows.order_by("activity", "starts_at", "id").distinct("activity")
    found = list(rows.filter(pk__in=first.values("pk")).order_by("starts_at", "id")[:most])
    return found, rows.order_by().values("activity").distinct().count()


def days_of(rows: QuerySet[Shift], first: date, last: date) -> dict[date, list[Shift]]:
    """Group shifts by their day of the place, from a day to a day, both included."""
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    ends = timezone.make_aware(datetime.combine(last + timedelta(days=1), datetime.min.time()))
    days: dict[date, list[Shift]] = {}
    for one in rows.filter(starts_at__gte=begins, starts_at__lt=ends).order_by("starts_at", "id"):
        days.setdefault(timezone.localdate(one.starts_at), []).append(one)
    return days


def kinds_of(rows: QuerySet[Shift]) -> list[tuple[str, str]]:
    """List code and name of the kinds of tasks of some shifts, each code once."""
    kinds = TaskKind.objects.filter(pk__in=rows.order_by().values("activity__task_kind"))
    return sorted({one.code: str(one) for one in kinds}.items())


def asked_of(found: Activity) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Give code and name of the skills, and of the trainings and checks, that hold where an activity takes place."""
    skills = [(one.code, str(one)) for one in volunteering.skills(found.area)] if found.skills else []
    demands = volunteering.qualification_kinds(found.area) if found.task_kind.demands else []
    return skills, [(one.code, str(one)) for one in demands]


def public_areas(*, at: datetime) -> AreaSource:
    """Give the areas in which activities can take place; they are public."""
    return volunteering.serving_areas(at=at)


def activity(*, viewer: Actor, activity_id: UUID) -> Activity:
    """Give an activity: one that was published to anybody, any other to who plans it and staff of its areas."""
    rows = Activity.objects.select_related("team", "task_kind", "contact__person__merged_into")
    found = rows.annotate(area_name=AREA_NAME).filter(pk=activity_id).first()
    if found is None:
        raise NotFound
    if found.published_at is not None and found.state in PUBLIC:
        return found
    if not _staff_of(viewer, found) and not policies.plans(viewer, found.team):
        raise NotFound
    return found


def plan(*, viewer: Actor, activity_id: UUID) -> Activity:
    """Give an activity with all that is planned to who plans it and staff of its areas; to others there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = activity(viewer=viewer, activity_id=activity_id)
    if not _staff_of(viewer, found) and not policies.plans(viewer, found.team):
        raise NotFound
    return found


def _staff_of(viewer: Actor, found: Activity) -> bool:
    return viewer.holds(policies.READERS, found.area) or viewer.holds(policies.READERS, found.team.area)


def led_team(*, viewer: Actor, team_id: UUID) -> Team:
    """Give a team to who plans for it; to others who see it, it is refused, to strangers there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = volunteering.team(viewer=viewer, team_id=team_id)
    policies.require(policies.may_plan(actor=viewer, team=found))
    return found


def shifts_of(found: Activity) -> QuerySet[Shift]:
    """Give the shifts of an activity in order of time, counted."""
    return counted(Shift.objects.filter(activity=found).select_related("activity")).order_by("starts_at", "id")


def shift_of(*, viewer: Actor, shift_id: UUID) -> Shift:
    """Give a shift, counted, of an activity that the viewer sees."""
    rows = counted(Shift.objects.select_related("activity__team", "activity__task_kind"))
    found = rows.filter(pk=shift_id).first()
    if found is None:
        raise NotFound
    activity(viewer=viewer, activity_id=found.activity_id)
    return found


def _with_shifts(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """Count shifts, places and sign-ups of activities, and say when the next one begins."""
    shifts = Shift.objects.filter(activity=OuterRef("pk"), state="open")
    signed = SignUp.objects.filter(shift__activity=OuterRef("pk"), state="signed").order_by().values("shift__activity")
    many = shifts.order_by().values("activity").annotate(many=Count("pk")).values("many")
    return rows.select_related("team", "task_kind").annotate(
        area_name=AREA_NAME,
        shift_count=Coalesce(Subquery(many), 0),
        signed=Coalesce(Subquery(signed.annotate(many=Count("pk")).values("many")), 0),
        first_at=Subquery(shifts.order_by("starts_at").values("starts_at")[:1]),
    )


def activities_of(*, viewer: Actor, team: Team) -> QuerySet[Activity]:
    """Give the activities of a team, in whatever state, for who plans them."""
    policies.require(policies.may_plan(actor=viewer, team=team))
    return _with_shifts(Activity.objects.filter(team=team))


def plans(*, viewer: Actor) -> QuerySet[Activity]:
    """Give the activities of the viewer's areas, in whatever state, for staff."""
    if not viewer.signed_in:
        raise SignInNeeded
    policies.require(None if policies.at_the_desk(viewer) else policies.NotAPlanner())
    return _with_shifts(Activity.objects.filter(policies.readable(viewer)))


def to_check(*, viewer: Actor, at: datetime) -> QuerySet[Activity]:
    """Give the plans that wait for a check in the viewer's areas: `due_at` is by when, `is_late` whether it is over."""
    policies.require_checker(viewer)
    rows = Activity.objects.filter(places.within_any("area", viewer.areas(policies.CHECKERS)), state="submitted")
    late = Case(When(submitted_at__lt=at - CHECK_DUE, then=True), default=False)
    return _with_shifts(rows).annotate(due_at=F("submitted_at") + CHECK_DUE, is_late=late)


def check_due(found: Activity) -> datetime | None:
    """Give by when a plan that was handed in has its answer."""
    return found.submitted_at + CHECK_DUE if found.submitted_at else None


def search_plans(rows: QuerySet[Activity], words: str) -> QuerySet[Activity]:
    """Find by a part of the title."""
    return rows.filter(title__has=words.strip())


def counts(rows: Sequence[Any]) -> dict[str, int]:
    """Sum places and sign-ups of counted shifts that take place."""
    open_ones = [one for one in rows if one.state == "open"]
    return {
        "places": sum(one.places for one in open_ones),
        "signed": sum(one.signed for one in open_ones),
        "waiting": sum(one.waiting for one in open_ones),
    }
