"""Reading projects, activities, reports, ceremonies: of everybody, of one's own teams, of the desk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet, Sum

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people.queries import Open, source_of
from shanzhi.places.queries import within, within_any
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import CEREMONY, MANAGERS, PROJECT, SHOWN
from shanzhi.projects.models import Activity, Ceremony, Feedback, Objection, Photo, Project, Report, Rules
from shanzhi.projects.queries.due import Due
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.listing import Rows
from shanzhi.ventures import policies as ventures
from shanzhi.ventures.models import Call
from shanzhi.ventures.queries.naming import area_name, course
from shanzhi.work.files import path_of


def projects(*, viewer: Actor) -> QuerySet[Project]:
    """Give all projects, which are public, the newest first; with `held` and `people`, what its activities came to."""
    told = Q(activities__state="reported")
    return (
        Project.objects.select_related("proposal", "proposal__call")
        .annotate(
            place_name=area_name("community"),
            course=course(PROJECT),
            held=Count("activities", filter=told),
            people=Sum("activities__attended", filter=told),
        )
        .order_by("-created_at", "id")
    )


def matching(rows: QuerySet[Project], words: str) -> QuerySet[Project]:
    """Find projects by title, team or round."""
    text = words.replace("\x00", "").strip()[:100]
    return rows.filter(
        Q(proposal__title__icontains=text)
        | Q(proposal__team_name__icontains=text)
        | Q(proposal__call__title__icontains=text)
    )


def matching_due(rows: Rows, words: str) -> Rows:
    """Find what is due by the project, the activity or step, or what is to be done."""
    text = words.strip().casefold()

    def fits(one: Due) -> bool:
        return text in f"{one.project_title} {one.title} {one.label}".casefold()

    return rows.having(fits)


def my_projects(*, viewer: Actor) -> QuerySet[Project]:
    """Give the projects of whose team the viewer is. Raises SignInNeeded."""
    if not viewer.signed_in:
        raise SignInNeeded
    return projects(viewer=viewer).filter(policies.own(viewer))


def desk_projects(*, viewer: Actor) -> QuerySet[Project]:
    """Give the projects of the viewer's areas and care. Raises Forbidden to whoever is no staff."""
    policies.require_desk(viewer)
    return projects(viewer=viewer).filter(policies.staffed(viewer))


def project(*, viewer: Actor, project_id: UUID) -> Project:
    """Give one project with its proposal and round. Raises NotFound."""
    found = (
        Project.objects.filter(pk=project_id)
        .select_related("proposal", "proposal__call", "proposal__award", "mentor", "ceremony")
        .annotate(place_name=area_name("community"))
        .first()
    )
    if found is None:
        raise NotFound
    return found


def activities(*, viewer: Actor, found: Project) -> QuerySet[Activity]:
    """Give the activities of a project that the viewer sees: announced ones, and plans to the team and staff."""
    rows = Activity.objects.filter(project=found)
    if not policies.reads_inside(viewer, found):
        # One that was cancelled before it was announced was never anybody else's matter.
        rows = rows.filter(state__in=SHOWN).exclude(state="cancelled", announced_at=None)
    return rows.annotate(answers=Count("feedback"), rating=Avg("feedback__rating")).order_by("starts_at", "id")


def activity(*, viewer: Actor, activity_id: UUID) -> Activity:
    """Give one activity with its project. Raises NotFound where the viewer sees none."""
    key = Activity.objects.filter(pk=activity_id).values_list("project", flat=True).first()
    if key is None:
        raise NotFound
    owner = project(viewer=viewer, project_id=key)
    found = activities(viewer=viewer, found=owner).select_related("line").filter(pk=activity_id).first()
    if found is None:
        raise NotFound
    found.project = owner
    return found


def feedback_of(*, viewer: Actor, found: Activity) -> QuerySet[Feedback]:
    """Give what participants said, words and all, to the team and staff; to others nothing."""
    rows = Feedback.objects.filter(activity=found).order_by("-created_at", "id")
    return rows if policies.reads_inside(viewer, found.project) else rows.none()


def photo(*, viewer: Actor, activity_id: UUID, photo_id: UUID) -> tuple[Photo, Path]:
    """Give a photo with its path: the shown ones to everybody, the others to the team and staff. Raises NotFound."""
    owner = activity(viewer=viewer, activity_id=activity_id)
    found = Photo.objects.filter(activity=owner, pk=photo_id).first()
    if found is None or not (found.shown or policies.reads_inside(viewer, owner.project)):
        raise NotFound
    return found, path_of(found.digest, room="projects")


def report(*, viewer: Actor, report_id: UUID) -> Report:
    """Give a report with its sheets to the team and staff. Raises NotFound."""
    found = Report.objects.filter(pk=report_id).prefetch_related("sheets").first()
    if found is None:
        raise NotFound
    found.project = project(viewer=viewer, project_id=found.project_id)
    policies.require_inside(viewer, found.project)
    return found


def objection(*, viewer: Actor, objection_id: UUID) -> Objection:
    """Give an objection or appeal; a withdrawn one to who filed it alone. Raises NotFound."""
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None or (found.state == "withdrawn" and not viewer.is_person(found.filed_by_id)):
        raise NotFound
    found.project = project(viewer=viewer, project_id=found.project_id)
    return found


def calls_to_begin(*, viewer: Actor) -> QuerySet[Call]:
    """Give the closed rounds that the viewer runs with won proposals to begin; `waiting` is their number."""
    policies.require_desk(viewer)
    runs = within_any("area", viewer.areas(MANAGERS))
    bodies = viewer.organizations(MANAGERS)
    if bodies:
        runs |= Q(operator_organization__in=bodies)
    waits = Count("proposals", filter=Q(proposals__state="won", proposals__project=None))
    rows = Call.objects.filter(runs, state="closed", imported=False).annotate(waiting=waits)
    return rows.filter(waiting__gt=0).order_by("-created_at", "id")


def ceremonies(*, viewer: Actor) -> QuerySet[Ceremony]:
    """Give all ceremonies, which are public, the newest first, with `number`, how many projects stand on the list."""
    rows = Ceremony.objects.annotate(place_name=area_name("area"), course=course(CEREMONY), number=Count("projects"))
    return rows.order_by("-created_at", "id")


def ceremony(*, viewer: Actor, ceremony_id: UUID) -> Ceremony:
    """Give one ceremony. Raises NotFound."""
    found = ceremonies(viewer=viewer).filter(pk=ceremony_id).first()
    if found is None:
        raise NotFound
    return found


def graduates(*, viewer: Actor, found: Ceremony) -> QuerySet[Project]:
    """Give the projects on the list of a ceremony."""
    return projects(viewer=viewer).filter(ceremony=found)


def completed_for(*, viewer: Actor, found: Ceremony) -> QuerySet[Project]:
    """Give the projects that could stand on the list of a ceremony: those on it, and completed ones of its area."""
    policies.require_manages_ceremony(viewer, found)
    free = Q(state="completed", ceremony=None) & within("community", found.area)
    rows = Project.objects.filter(free | Q(ceremony=found)).select_related("proposal", "proposal__call")
    return rows.annotate(place_name=area_name("community")).order_by("proposal__title", "id")


def rules_versions(*, viewer: Actor) -> QuerySet[Rules]:
    """Give the rules of the areas that the viewer reads as staff, and of those above them, the newest first."""
    policies.require_desk(viewer)
    codes = viewer.areas(policies.READERS)
    above = {code[:length] for code in codes for length in range(len(code))}
    return Rules.objects.filter(within_any("area", codes) | Q(area__in=above)).annotate(
        place_name=area_name("area")
    ).order_by("-created_at", "id")  # fmt: skip


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose projects the viewer reads as staff, for filters."""
    return source_of(Open(viewer.areas(policies.READERS), at))


def run_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer runs rounds."""
    return source_of(Open(viewer.areas(MANAGERS), at))


def may_begin(*, viewer: Actor, call: Call) -> bool:
    """Tell whether the viewer may begin the projects of a round."""
    return call.state == "closed" and not call.imported and ventures.runs(viewer, call)
