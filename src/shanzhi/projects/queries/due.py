"""What is due in projects: for the team, and for the mentor or whoever runs the round; worked out from the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import OVER, WORKING
from shanzhi.projects.models import Activity, Decision, Objection, Project, Report, Sheet, Step, Visit
from shanzhi.ventures.queries.naming import area_name

WHAT: Final = {
    "announce": _("Announce the activity"),
    "report": _("Report on the activity"),
    "midterm": _("Hand in the mid-term report"),
    "completion": _("Hand in the completion report"),
    "step": _("Do the step agreed on"),
    "settle": _("Settle what was paid"),
    "review": _("Review and decide on the report"),
    "confirm": _("Let the mid-term result come into force"),
    "rule": _("Rule on the objection or appeal"),
    "visit": _("Visit the project"),
    "graduate": _("Put it on the list of a graduation"),
    "mentor": _("Name a mentor"),
}
# Whose it is: the team's own, or of those who look after the project.
OF_TEAM: Final = frozenset({"announce", "report", "midterm", "completion", "step"})
MENTOR_DAYS: Final = 7
GRADUATE_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due. `key` names it together with its day, so that a day moved is told of anew."""

    project: Project
    what: str
    due_on: date
    late: bool
    soon: bool
    of: UUID
    url: str
    title: str = ""

    @property
    def key(self) -> str:
        """The name under which a reminder is given once."""
        return f"{self.what}:{self.of}:{self.due_on.isoformat()}"

    @property
    def team(self) -> bool:
        """Whether it is the team's own."""
        return self.what in OF_TEAM

    @property
    def side(self) -> str:
        """Whose it is, for filters."""
        return "team" if self.team else "staff"

    @property
    def label(self) -> Any:
        """What is to be done."""
        return WHAT[self.what]

    @property
    def id(self) -> str:
        """What settles equal rows of a list."""
        return self.key

    @property
    def community(self) -> str:
        """Where the project is, for filters."""
        return self.project.community

    @property
    def project_title(self) -> str:
        """Which project it is."""
        return str(self.project.proposal.title)


@dataclass(slots=True)
class _Beside:
    """What stands beside projects, each read once for all of them."""

    activities: dict[UUID, list[Activity]]
    steps: dict[UUID, list[Step]]
    reports: dict[tuple[UUID, str], Report]
    sheets: set[UUID]
    decisions: dict[UUID, Decision]
    objections: dict[UUID, list[Objection]]
    visited: dict[UUID, date]
    planned: dict[UUID, date]


def dues_of(rows: QuerySet[Project], *, at: datetime) -> list[Due]:
    """List what is due in projects, overdue and nearest first, in a fixed number of queries.

    The rows come with their proposals. What lies beyond the days of reminding is there too, since lists show it.
    """
    projects = list(rows)
    beside = _read([one.pk for one in projects])
    today = timezone.localdate(at)
    found = [due for one in projects for due in _dues(one, beside, today)]
    return sorted(found, key=lambda due: (due.due_on, due.what, str(due.of)))


def _read(keys: list[UUID]) -> _Beside:
    activities, steps, objections = defaultdict(list), defaultdict(list), defaultdict(list)
    for one in Activity.objects.filter(project__in=keys, state__in=("planned", "announced", "held")):
        activities[one.project_id].append(one)
    for step in Step.objects.filter(visit__project__in=keys, done_at=None).select_related("visit"):
        steps[step.visit.project_id].append(step)
    for objection in Objection.objects.filter(project__in=keys, state="filed"):
        objections[objection.project_id].append(objection)
    reports = {(one.project_id, one.kind): one for one in Report.objects.filter(project__in=keys).order_by("number")}
    numbers = [one.pk for one in reports.values()]
    visits = Visit.objects.filter(project__in=keys).order_by()
    return _Beside(
        activities, steps, reports,
        set(Sheet.objects.filter(report__in=numbers).values_list("report", flat=True)),
        {one.report_id: one for one in Decision.objects.filter(report__in=numbers)},
        objections,
        dict(visits.values_list("project").annotate(day=Max("visited_on"))),
        dict(visits.exclude(next_on=None).values_list("project").annotate(day=Max("next_on"))),
    )  # fmt: skip


def _dues(one: Project, beside: _Beside, today: date) -> Iterator[Due]:
    page = reverse("projects:project", args=[one.pk])

    def due(what: str, day: date, of: UUID, *, title: str = "", url: str = page) -> Due:
        soon = day - today <= timedelta(days=one.rules["remind_days"])
        return Due(one, what, day, day < today, soon, of, url, title)

    if one.state in WORKING:
        for activity in beside.activities[one.pk]:
            yield from _of_activity(one, activity, due, today)
        for step in beside.steps[one.pk]:
            yield due("step", step.due_on, step.pk, title=step.what, url=f"{page}#visits")
    for objection in beside.objections[one.pk]:
        url = reverse("projects:rule", args=[objection.pk])
        yield due("rule", timezone.localdate(objection.due_at), objection.pk, url=url)
    yield from _of_course(one, beside, due)
    yield from _of_care(one, beside, due)


def _of_activity(one: Project, activity: Activity, due: Any, today: date) -> Iterator[Due]:
    day, page = timezone.localdate(activity.starts_at), reverse("projects:activity", args=[activity.pk])
    if activity.state == "planned" and day > today:
        ahead = day - timedelta(days=one.rules["announce_days"])
        yield due("announce", ahead, activity.pk, title=activity.title, url=page)
    elif activity.state == "held" or day < today:
        after = day + timedelta(days=one.rules["report_days"])
        yield due(
            "report",
            after,
            activity.pk,
            title=activity.title,
            url=reverse("projects:report_activity", args=[activity.pk]),
        )


def _of_course(one: Project, beside: _Beside, due: Any) -> Iterator[Due]:
    """What the course of the project asks for next."""
    asked = one.midterm_due is not None
    if one.state == "running" and one.midterm_due is not None:
        yield due("midterm", one.midterm_due, one.pk, url=reverse("projects:midterm", args=[one.pk]))
    elif one.state == "passed" or (one.state == "running" and not asked):
        yield due("completion", one.completion_due, one.pk, url=reverse("projects:completion", args=[one.pk]))
    elif one.state in ("midterm", "completion"):
        report = beside.reports.get((one.pk, one.state))
        if report is not None:
            day = timezone.localdate(report.handed_in_at) + timedelta(days=one.rules["review_days"])
            yield due("review", day, report.pk, url=reverse("projects:review", args=[report.pk]))
    elif one.state == "notice":
        report = beside.reports.get((one.pk, "midterm"))
        decision = beside.decisions.get(report.pk) if report else None
        if decision is not None and decision.notice_until is not None and not beside.objections[one.pk]:
            yield due("confirm", decision.notice_until + timedelta(days=1), decision.pk)
    elif one.state == "completed" and one.ceremony_id is None and one.completed_at is not None:
        day = timezone.localdate(one.completed_at) + timedelta(days=GRADUATE_DAYS)
        yield due("graduate", day, one.pk, url=reverse("projects:desk_ceremonies"))
    elif one.state == "terminated" and one.settle_by is not None and one.settled_at is None:
        yield due("settle", one.settle_by, one.pk, url=reverse("projects:settle", args=[one.pk]))


def _of_care(one: Project, beside: _Beside, due: Any) -> Iterator[Due]:
    """What those who look after the project owe it."""
    if one.state in OVER or one.state in ("completed", "failed"):
        return
    if one.mentor_id is None:
        yield due(
            "mentor", one.starts_on + timedelta(days=MENTOR_DAYS), one.pk, url=reverse("projects:mentor", args=[one.pk])
        )
        return
    last = beside.visited.get(one.pk, one.starts_on)
    planned = beside.planned.get(one.pk)
    day = planned if planned is not None and planned > last else last + timedelta(days=one.rules["visit_days"])
    yield due("visit", day, one.pk, url=reverse("projects:visit", args=[one.pk]))


def _rows() -> QuerySet[Project]:
    return Project.objects.select_related("proposal", "proposal__call").annotate(place_name=area_name("community"))


def own_dues(*, viewer: Actor, at: datetime) -> list[Due]:
    """List what is due for the viewer's own teams. Raises SignInNeeded."""
    if not viewer.signed_in:
        raise SignInNeeded
    return [one for one in dues_of(_rows().filter(policies.own(viewer)), at=at) if one.team]


def desk_dues(*, viewer: Actor, at: datetime) -> list[Due]:
    """List all that is due in the projects of the viewer's areas. Raises Forbidden to whoever is no staff."""
    policies.require_desk(viewer)
    return dues_of(_rows().filter(policies.staffed(viewer)).exclude(state="graduated"), at=at)
