"""Pages that everybody may read: projects, the story of one, its activities, graduations; and feedback by a link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shanzhi.audit.queries import history, recent
from shanzhi.audit.views import timeline_of
from shanzhi.places import queries as places
from shanzhi.places.views.frames import sent
from shanzhi.projects import exchange, operations, policies, queries
from shanzhi.projects.forms import ConfirmForm, FeedbackForm, GroundsForm
from shanzhi.projects.models import Activity, Project
from shanzhi.projects.operations.feedback import activity_of, link_of, require_taking
from shanzhi.projects.queries.deciding import require_appealable, require_notice
from shanzhi.projects.views import frames, words
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request, acting
from shanzhi.ui.listing import listing_response, listings_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer, Tag
from shanzhi.ventures.queries.disputes import standing
from shanzhi.ventures.views.words import award_reason


def projects(request: Request) -> HttpResponse:
    """List the projects that are carried out."""
    context = {
        "heading": _("Projects being carried out"),
        "lead": _("What neighbours chose, and what became of it: activities, results, graduation."),
        "crumbs": [(_("Home"), "/"), (_("Being carried out"), "")],
    }
    answer: HttpResponse = listing_response(request, exchange.PROJECTS, queries.projects(viewer=request.actor), context)
    return answer


def tags_of(project: Project) -> list[Tag]:
    """Say the state of a project, and whether it is made up."""
    made_up = [Tag("plain", _("Synthetic"))] if project.synthetic else []
    return [Tag(*exchange.project_state(project)), *made_up]


def project(request: Request, project_id: UUID) -> HttpResponse:
    """Tell a project's whole story on one page, from the need onward."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    story = queries.story_of(viewer=request.actor, found=found, at=request.now)
    events = recent(viewer=request.actor, rows=history(viewer=request.actor, subject=found)) if story.inside else []
    context = {
        "project": found,
        "story": story,
        "may": story.may,
        "after": queries.after_of(viewer=request.actor, found=found, at=request.now),
        "tags": tags_of(found),
        "place": " ".join(places.full_names([found.community]).values()),
        "phases": frames.course(found),
        "tasks": words.tasks_of(story),
        "reports": words.reports_of(story),
        "objections": words.objections_of(story, request.actor),
        "mentor": str(found.mentor.name) if found.mentor and story.inside else "",
        "reason": award_reason(found.proposal),
        "days": words.days_of(found),
        "events": timeline_of(events) if events else [],
        "history": reverse("audit:history", args=[found._meta.label_lower, found.pk]),
        "crumbs": frames.crumbs(found),
    }
    lists = [(exchange.ACTIVITIES, queries.activities(viewer=request.actor, found=found))]
    answer: HttpResponse = listings_response(request, lists, context, template="projects/project.html")
    return answer


def activity(request: Request, activity_id: UUID) -> HttpResponse:
    """Show an activity: when and where, how it went, its photos; to insiders what participants said."""
    found = queries.activity(viewer=request.actor, activity_id=activity_id)
    inside = policies.reads_inside(request.actor, found.project)
    writes = policies.writes(request.actor, found.project)
    link = request.build_absolute_uri(reverse("projects:feedback", args=[link_of(found)])) if inside else ""
    context = {
        "activity": found,
        "project": found.project,
        "inside": inside,
        "may": words.activity_acts(found, request.now) if writes else (),
        "late": words.announced_late(found, request.now) if writes else "",
        "remove": writes or policies.runs(request.actor, found.project),
        "tag": exchange.activity_state(found),
        "pairs": _pairs(found, inside=inside),
        "photos": [one for one in found.photos.all() if one.shown or inside],
        "link": link,
        "crumbs": frames.activity_crumbs(found),
    }
    lists = [(exchange.SAID, queries.feedback_of(viewer=request.actor, found=found))]
    answer: HttpResponse = listings_response(request, lists, context, template="projects/activity.html")
    return answer


def _pairs(found: Activity, *, inside: bool) -> list[Answer]:
    pairs = [
        Answer(_("Begins"), formatting.moment(found.starts_at)),
        Answer(_("How long it lasts"), formatting.minutes(found.minutes)),
        Answer(_("Place"), found.place),
        Answer(_("People expected"), formatting.count(found.expected)),
    ]
    if found.state == "reported":
        pairs += [
            Answer(_("People who came"), formatting.count(found.attended)),
            Answer(_("Volunteers who helped"), formatting.count(found.helpers)),
        ]
    rated: Any = found
    pairs.append(Answer(_("Feedback, of 5"), exchange.rating_words(rated.rating, rated.answers)))
    if inside and found.line is not None:
        pairs.append(Answer(_("Row of the budget"), f"{found.line.item} {formatting.yuan(found.line.amount_fen)}"))
    return pairs


def photo(request: Request, activity_id: UUID, photo_id: UUID) -> FileResponse:
    """Give a photo under its checked kind."""
    found, path = queries.photo(viewer=request.actor, activity_id=activity_id, photo_id=photo_id)
    kind = {"jpg": "image/jpeg", "png": "image/png"}[found.kind]
    answer = FileResponse(path.open("rb"), content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@form_page
def feedback(request: Request, token: str) -> HttpResponse:
    """Take how an activity was from somebody who took part; nobody signs in for it."""
    found = activity_of(token)
    if request.method != "POST":
        require_taking(found, request.now)

    def act(form: Any) -> None:
        operations.give_feedback(
            token=token, rating=form.cleaned_data["rating"], said=form.cleaned_data["said"], at=request.now
        )

    shown = reverse("projects:project", args=[found.project_id])
    return frames.form_answer(
        request, FeedbackForm(sent(request)), act, heading=_("How was it?"), button=_("Send"), back=shown,
        lead=f"{found.title} · {formatting.moment(found.starts_at)}", done=_("Thank you. The team reads it."),
        way=[(_("Home"), "/"), (str(found.project.proposal.title), shown), (_("How was it?"), "")],
    )  # fmt: skip


@login_required
@form_page
def object_to(request: Request, project_id: UUID) -> HttpResponse:
    """Object to a mid-term result under public notice."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    standing(actor=request.actor, proposal=found.proposal)
    if request.method != "POST":
        require_notice(found, request.now)

    def act(form: Any) -> None:
        operations.file_objection(project_id=project_id, grounds=form.cleaned_data["grounds"], **acting(request))

    lead = _("Everybody reads what you write, and that a resident wrote it. Your name is not shown, not to the team.")
    return frames.form_answer(
        request, GroundsForm(sent(request)), act, heading=_("Object to the mid-term result"), lead=lead,
        button=_("Send the objection"), done=_("Your objection is filed."), back=frames.project_url(found),
        way=frames.crumbs(found, (_("Object to the mid-term result"), "")),
    )  # fmt: skip


@login_required
@form_page
def appeal(request: Request, project_id: UUID) -> HttpResponse:
    """Appeal for the team against a stop."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    policies.require_writer(request.actor, found)
    if request.method != "POST":
        require_appealable(found, request.now)

    def act(form: Any) -> None:
        operations.file_appeal(project_id=project_id, grounds=form.cleaned_data["grounds"], **acting(request))

    lead = _("Say what was overlooked, and how one can see it. Somebody else than who decided rules on it. Once only.")
    return frames.form_answer(
        request, GroundsForm(sent(request)), act, heading=_("Appeal"), lead=lead, button=_("Send the appeal"),
        done=_("Your appeal is filed."), back=frames.project_url(found), way=frames.crumbs(found, (_("Appeal"), "")),
    )  # fmt: skip


@login_required
@form_page
def withdraw(request: Request, objection_id: UUID) -> HttpResponse:
    """Withdraw what one filed oneself."""
    found = queries.objection(viewer=request.actor, objection_id=objection_id)
    if not request.actor.is_person(found.filed_by_id):
        raise operations.NotYourObjection

    def act(_form: Any) -> None:
        operations.withdraw_objection(objection_id=objection_id, version=version(request) or 0, **acting(request))

    return frames.form_answer(
        request, ConfirmForm(sent(request)), act, heading=_("Withdraw"), button=_("Withdraw"), kind="danger",
        lead=_("It is no longer shown, and nobody rules on it."), done=_("It is withdrawn."), version=found.version,
        back=frames.project_url(found.project), way=frames.crumbs(found.project, (_("Withdraw"), "")),
    )  # fmt: skip


def ceremonies(request: Request) -> HttpResponse:
    """List the graduations."""
    context = {
        "heading": _("Graduations"),
        "lead": _("Where completed projects take leave and what grew out of them goes on."),
        "crumbs": [(_("Home"), "/"), (_("Graduations"), "")],
    }
    rows = queries.ceremonies(viewer=request.actor)
    answer: HttpResponse = listing_response(request, exchange.CEREMONIES, rows, context)
    return answer


def ceremony(request: Request, ceremony_id: UUID) -> HttpResponse:
    """Show the list of one graduation."""
    found = queries.ceremony(viewer=request.actor, ceremony_id=ceremony_id)
    context = {
        "heading": found.title,
        "lead": f"{formatting.day(found.held_on)} · {found.place}",
        "ceremony": found,
        "state": exchange.ceremony_state(found),
        "may": policies.manages(request.actor, found.area) and found.state == "planned",
        "crumbs": [(_("Home"), "/"), (_("Graduations"), reverse("projects:ceremonies")), (found.title, "")],
    }
    rows = queries.graduates(viewer=request.actor, found=found)
    answer: HttpResponse = listing_response(
        request, exchange.GRADUATES, rows, context, template="projects/ceremony.html"
    )
    return answer


def ceremony_pdf(request: Request, ceremony_id: UUID) -> HttpResponse:
    """Give the list of a graduation as a PDF to print."""
    found = queries.ceremony(viewer=request.actor, ceremony_id=ceremony_id)
    rows = list(queries.graduates(viewer=request.actor, found=found).order_by("proposal__title", "pk"))
    content = exchange.graduation_pdf(found=found, rows=rows, at=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{found.title}.pdf") or ""
    return answer
