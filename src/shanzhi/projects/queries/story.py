"""A project's whole story, from the need onward: what everybody may read, and besides that what insiders may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import WORKING
from shanzhi.projects.models import Activity, Decision, Objection, Photo, Project, Report, Sheet, Step, Visit
from shanzhi.projects.queries.deciding import require_appealable, require_notice
from shanzhi.projects.queries.due import Due, dues_of
from shanzhi.projects.queries.listing import activities

FIRST_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A report with its decision and its sheets, as far as the viewer may see them."""

    report: Report
    decision: Decision | None
    sheets: Sequence[Sheet]


@dataclass(frozen=True, slots=True)
class May:
    """What the viewer may do to the project now."""

    plan: bool = False
    hand_in: str = ""
    review: bool = False
    run: bool = False
    visit: bool = False
    object: bool = False
    appeal: bool = False
    terminate: bool = False
    settle: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What happened in a project, read in a fixed number of queries."""

    project: Project
    inside: bool
    team: bool
    activities: Sequence[Activity]
    photos: Sequence[Photo]
    reports: Sequence[Told]
    visits: Sequence[Visit]
    steps: Sequence[Step]
    visit_days: Sequence[date]
    objections: Sequence[Objection]
    dues: Sequence[Due]
    may: May

    @property
    def held(self) -> int:
        """How many activities were held and told of."""
        return sum(one.state == "reported" for one in self.activities)

    @property
    def people(self) -> int:
        """How many came, counted by activity."""
        return sum(one.attended or 0 for one in self.activities if one.state == "reported")

    @property
    def noticed(self) -> Told | None:
        """The mid-term result that is under public notice now."""
        if self.project.state != "notice":
            return None
        return next((one for one in self.reports if one.report.kind == "midterm" and one.decision), None)


def story_of(*, viewer: Actor, found: Project, at: datetime) -> Story:
    """Gather the story of a project that `project` gave. Nobody outside reads words of visits, sheets or plans."""
    inside, team = policies.reads_inside(viewer, found), policies.of_team(viewer, found)
    rows = list(activities(viewer=viewer, found=found))
    photos = Photo.objects.filter(activity__in=[one.pk for one in rows]).select_related("activity")
    if not inside:
        photos = photos.filter(shown=True)
    visits = list(Visit.objects.filter(project=found).prefetch_related("steps"))
    seen = ~Q(state="withdrawn")
    if viewer.person_id is not None:
        seen |= Q(filed_by__in=viewer.persons)
    objections = list(found.objections.filter(seen).order_by("-filed_at", "id"))
    dues = dues_of(Project.objects.filter(pk=found.pk).select_related("proposal"), at=at) if inside else []
    return Story(
        project=found, inside=inside, team=team, activities=rows,
        photos=list(photos.order_by("-created_at", "id")[: 60]),
        reports=_reports(found, inside=inside),
        visits=visits if inside else (),
        steps=[step for visit in visits for step in visit.steps.all()] if inside else (),
        visit_days=[one.visited_on for one in visits],
        objections=objections,
        dues=dues if policies.is_staff(viewer, found) else [one for one in dues if one.team],
        may=_may(viewer, found, at),
    )  # fmt: skip


def _reports(found: Project, *, inside: bool) -> list[Told]:
    """Give the reports, newest first: the words of each to insiders, to others what was decided on the last ones.

    A decision counts for everybody once it is under notice or in force; one to be mended is between team and staff.
    """
    rows = list(
        found.reports.select_related("decision").prefetch_related("sheets").order_by("-handed_in_at", "-number")
    )
    told = [Told(one, getattr(one, "decision", None), list(one.sheets.all()) if inside else ()) for one in rows]
    if inside:
        return told
    shown: dict[str, Told] = {}
    for one in told:
        if one.decision is not None and one.decision.outcome != "mend":
            shown.setdefault(one.report.kind, one)
    return list(shown.values())


def _may(viewer: Actor, found: Project, at: datetime) -> May:
    if not viewer.signed_in:
        return May(object=_under_notice(found, at))
    writes, runs = policies.writes(viewer, found), policies.runs(viewer, found)
    reviews = policies.reviews(viewer, found)
    return May(
        plan=writes and found.state in WORKING,
        hand_in=_next_report(found) if writes else "",
        review=reviews and found.state in ("midterm", "completion"),
        run=runs,
        visit=reviews and found.state in (*WORKING, "failed", "completion", "completed"),
        object=_under_notice(found, at) and not policies.of_team(viewer, found),
        appeal=writes and _may_appeal(found, at),
        terminate=runs and found.state in (*WORKING, "failed", "completion"),
        settle=runs and found.state == "terminated" and found.settled_at is None,
    )


def _next_report(found: Project) -> str:
    if found.state == "running":
        return "midterm" if found.midterm_due is not None else "completion"
    return "completion" if found.state == "passed" else ""


def _under_notice(found: Project, at: datetime) -> bool:
    return _allowed(lambda: require_notice(found, at))


def _may_appeal(found: Project, at: datetime) -> bool:
    return _allowed(lambda: require_appealable(found, at))


def _allowed(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Refusal:
        return False
    return True
