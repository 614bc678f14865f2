"""Pages of the team: what is due, activities in few taps, reports, steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.places.views.frames import sent
from shanzhi.projects import exchange, operations, policies, queries
from shanzhi.projects.forms import ActivityForm, ReasonForm, ReportForm, SelfReportForm
from shanzhi.projects.models import Activity, Project
from shanzhi.projects.operations.activities import require_working
from shanzhi.projects.operations.photos import MOST_BYTES, MOST_PHOTOS
from shanzhi.projects.views import frames
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request, acting
from shanzhi.ui.listing import Rows, listings_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.work import pictures


@login_required
def mine(request: Request) -> HttpResponse:
    """Show what is due for one's own teams, and their projects."""
    context = {"crumbs": [(_("Home"), "/"), (_("My projects"), "")]}
    lists: list[tuple[Any, Any]] = [
        (exchange.MY_DUE, Rows(queries.own_dues(viewer=request.actor, at=request.now))),
        (exchange.MINE, queries.my_projects(viewer=request.actor)),
    ]
    answer: HttpResponse = listings_response(request, lists, context, template="projects/mine.html")
    return answer


def _lines(project: Project) -> list[tuple[str, str]]:
    return [(str(row.pk), f"{row.item} {formatting.yuan(row.amount_fen)}") for row in project.proposal.budget.all()]


def _given(form: Any) -> operations.Given:
    given = dict(form.cleaned_data)
    given["line"] = int(given["line"]) if given["line"] else None
    return operations.Given(**given)


def _written(request: Request, project_id: UUID) -> Project:
    """Fetch a project on which the viewer may work now. Raises NotFound, NotYourProject, NotWorking."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    require_working(request.actor, found)
    return found


@login_required
@form_page
def plan(request: Request, project_id: UUID) -> HttpResponse:
    """Plan an activity: what, when, where."""
    found = _written(request, project_id)

    def act(form: Any) -> str:
        made = operations.plan_activity(project_id=project_id, given=_given(form), **acting(request))
        return reverse("projects:activity", args=[made.pk])

    form = ActivityForm(sent(request), lines=_lines(found), initial={"minutes": 120})
    return frames.form_answer(
        request, form, act, heading=_("Plan an activity"), button=_("Save"), done=_("The activity is planned."),
        lead=_("What, when and where are enough. Announce it about a week ahead, then everybody sees it."),
        back=frames.project_url(found), way=frames.crumbs(found, (_("Plan an activity"), "")),
    )  # fmt: skip


def _own(request: Request, activity_id: UUID) -> Activity:
    found = queries.activity(viewer=request.actor, activity_id=activity_id)
    require_working(request.actor, found.project)
    return found


def _page(found: Activity) -> str:
    return reverse("projects:activity", args=[found.pk])


@login_required
@form_page
def change_activity(request: Request, activity_id: UUID) -> HttpResponse:
    """Change an activity that lies ahead."""
    found = _own(request, activity_id)

    def act(form: Any) -> None:
        operations.change_activity(
            activity_id=activity_id, version=version(request) or 0, given=_given(form), **acting(request)
        )

    names = ("title", "starts_at", "place", "expected", "minutes", "about")
    initial = {name: getattr(found, name) for name in names} | {"line": found.line_id or ""}
    form = ActivityForm(sent(request), lines=_lines(found.project), initial=initial)
    return frames.form_answer(
        request, form, act, heading=_("Change the activity"), button=_("Save"), done=_("The activity is saved."),
        back=_page(found), version=found.version, way=frames.activity_crumbs(found, (_("Change the activity"), "")),
    )  # fmt: skip


@login_required
@acts
def announce(request: Request, activity_id: UUID) -> HttpResponse:
    """Announce an activity."""
    found = queries.activity(viewer=request.actor, activity_id=activity_id)
    operations.announce_activity(activity_id=activity_id, **acting(request))
    return redirect(_page(found))


@login_required
@form_page
def cancel_activity(request: Request, activity_id: UUID) -> HttpResponse:
    """Cancel an activity for a reason."""
    found = _own(request, activity_id)

    def act(form: Any) -> None:
        operations.cancel_activity(activity_id=activity_id, reason=form.cleaned_data["reason"], **acting(request))

    return frames.form_answer(
        request, ReasonForm(sent(request)), act, heading=_("Cancel the activity"), button=_("Cancel it"),
        lead=_("It stays on record as cancelled. Where it was announced, everybody reads the reason."), kind="danger",
        done=_("The activity is cancelled."), back=_page(found),
        way=frames.activity_crumbs(found, (_("Cancel the activity"), "")),
    )  # fmt: skip


def _shots(request: Request, form: Any, title: str) -> list[operations.Shot]:
    """Read the photos that were sent; one that is too large is refused before it is read."""
    files = request.FILES.getlist("photos")
    if len(files) > MOST_PHOTOS:
        raise operations.TooManyPhotos(field="photos", most=MOST_PHOTOS)
    if any((one.size or 0) > MOST_BYTES for one in files):
        raise pictures.too_large("photos", MOST_BYTES)
    caption = form.cleaned_data["caption"] or title
    return [operations.Shot(one.read(), caption, form.cleaned_data["shown"]) for one in files]


@login_required
@form_page
def report_activity(request: Request, activity_id: UUID) -> HttpResponse:
    """Report on an activity: how many came, how it went, photos."""
    found = _own(request, activity_id)
    if request.method != "POST" and found.starts_at > request.now:
        raise operations.NotYetHeld

    def act(form: Any) -> None:
        given = form.cleaned_data
        told = operations.Told(
            given["attended"], given["summary"], given["helpers"] or 0, _shots(request, form, found.title)
        )
        try:
            operations.report_activity(activity_id=activity_id, told=told, **acting(request))
        except (pictures.NotAPicture, pictures.PictureTooLarge, operations.TooManyPhotos) as refusal:
            refusal.field = "photos"
            raise

    initial = {"attended": found.attended, "helpers": found.helpers or None, "summary": found.summary}
    form = ReportForm(sent(request), request.FILES or None, initial=initial)
    return frames.form_answer(
        request, form, act, heading=_("Report on the activity"), button=_("Send the report"), lead=found.title,
        done=_("The report is on the page of the activity."), back=_page(found), template="projects/report.html",
        way=frames.activity_crumbs(found, (_("Report on the activity"), "")),
    )  # fmt: skip


@login_required
@acts
def remove_photo(request: Request, activity_id: UUID, photo_id: UUID) -> HttpResponse:
    """Take a photo away."""
    operations.remove_photo(activity_id=activity_id, photo_id=photo_id, **acting(request))
    return redirect("projects:activity", activity_id=activity_id)


def _hand_in(request: Request, project_id: UUID, kind: str, heading: Any) -> HttpResponse:
    found = queries.project(viewer=request.actor, project_id=project_id)
    policies.require_writer(request.actor, found)
    story = queries.story_of(viewer=request.actor, found=found, at=request.now)

    def act(form: Any) -> None:
        operations.hand_in_report(project_id=project_id, kind=kind, **form.cleaned_data, **acting(request))

    last = next((one.report for one in story.reports if one.report.kind == kind), None)
    initial = {name: getattr(last, name) for name in ("done", "problems", "ahead")} if last else {}
    lead = _("%(held)s activities reported, %(people)s people counted: these figures go along from the record.") % {
        "held": story.held, "people": story.people,
    }  # fmt: skip
    return frames.form_answer(
        request, SelfReportForm(sent(request), initial=initial), act, heading=heading, button=_("Hand it in"),
        done=_("The report is handed in. You are told when it is decided on."), lead=lead,
        back=frames.project_url(found), way=frames.crumbs(found, (heading, "")),
    )  # fmt: skip


@login_required
@form_page
def midterm(request: Request, project_id: UUID) -> HttpResponse:
    """Hand the mid-term report in."""
    return _hand_in(request, project_id, "midterm", _("Mid-term self-report"))


@login_required
@form_page
def completion(request: Request, project_id: UUID) -> HttpResponse:
    """Hand the completion report in."""
    return _hand_in(request, project_id, "completion", _("Completion report"))


@login_required
@acts
def file(request: Request, project_id: UUID) -> HttpResponse:
    """Begin the filing of the organisation that grew out of a project, and go on to its draft."""
    made = operations.begin_filing(project_id=project_id, **acting(request))
    return redirect("organizations:application", made.pk)


@login_required
@acts
def finish_step(request: Request, step_id: UUID) -> HttpResponse:
    """Mark a step as done."""
    done = operations.finish_step(step_id=step_id, **acting(request))
    address = reverse("projects:project", args=[done.visit.project_id])
    return redirect(f"{address}#visits")
