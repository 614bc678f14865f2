"""Reviewing reports, deciding on them, ruling on objections, and holding graduations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.places.views.frames import sent
from shanzhi.projects import exchange, operations, policies, queries
from shanzhi.projects.forms import (
    CeremonyForm,
    CeremonyListForm,
    ConfirmForm,
    DecisionForm,
    ReasonForm,
    RulingForm,
    SheetForm,
)
from shanzhi.projects.lifecycle import OBJECTION_KINDS, REPORTS
from shanzhi.projects.models import Ceremony, Report
from shanzhi.projects.operations.objections import decider_of
from shanzhi.projects.queries.rules import mean
from shanzhi.projects.views import frames
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request, acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures.models.disputes import STANDINGS


def _state_of(report: Report) -> dict[str, Any]:
    """Give what a reviewer and who decides see of a report: its words, its figures, what the sheets come to."""
    marks = [one.mark for one in report.sheets.all()]
    project = report.project
    return {
        "report": report,
        "kind_words": REPORTS[report.kind],
        "project": project,
        "have": len(marks),
        "need": project.rules["reviewers"],
        "mean": exchange.points(mean(marks)) if marks else "",
        "pass_mark": project.rules["pass_mark"],
        "sheets": [(place, exchange.points(mark)) for place, mark in enumerate(marks, 1)],
    }


@login_required
@form_page
def review(request: Request, report_id: UUID) -> HttpResponse:
    """Show a report, and take the points of somebody who reviews it."""
    report = queries.report(viewer=request.actor, report_id=report_id)
    project = report.project
    given = any(request.actor.is_person(one.reviewer_id) for one in report.sheets.all())
    reviews = policies.reviews(request.actor, project) and not given and project.state == report.kind
    criteria = queries.criteria(project.rules, report.kind)
    if request.method == "POST":
        policies.require_reviewer(request.actor, project)

    def act(form: Any) -> None:
        points = {one["key"]: form.cleaned_data[one["key"]] for one in criteria}
        operations.give_sheet(
            report_id=report_id, points=points, comment=form.cleaned_data["remark"], **acting(request)
        )

    decided = getattr(report, "decision", None) is not None
    decides = policies.runs(request.actor, project) and project.state == report.kind and not decided
    more = {
        "reviews": reviews,
        "decide_url": reverse("projects:decide", args=[report.pk]) if decides else "",
        **_state_of(report),
    }
    return frames.form_answer(
        request, SheetForm(sent(request), criteria=criteria), act, heading=REPORTS[report.kind],
        lead=str(project.proposal.title), button=_("Give these points"), done=_("Your sheet is given, and stays."),
        to=reverse("projects:review", args=[report.pk]), back=frames.project_url(project),
        way=frames.crumbs(project, (REPORTS[report.kind], "")), template="projects/review.html", **more,
    )  # fmt: skip


@login_required
@form_page
def decide(request: Request, report_id: UUID) -> HttpResponse:
    """Decide on a report."""
    report = queries.report(viewer=request.actor, report_id=report_id)
    policies.require_runs(request.actor, report.project)

    def act(form: Any) -> None:
        operations.decide_report(report_id=report_id, **form.cleaned_data, **acting(request))

    found = _state_of(report)
    lead = _("%(have)s of %(need)s sheets; mean %(mean)s, and %(mark)s of 100 are needed to pass.") % {
        "have": found["have"], "need": found["need"], "mean": found["mean"] or "–", "mark": found["pass_mark"],
    }  # fmt: skip
    if report.kind == "midterm":
        lead += " " + _("Passed or not, the result goes on public notice for %(days)s days before it counts.") % {
            "days": report.project.rules["notice_days"]
        }
    return frames.form_answer(
        request, DecisionForm(sent(request)), act, heading=_("Decide on the report"), lead=lead,
        button=_("Decide the matter"),
        done=_("The decision is taken, and the team told."), back=reverse("projects:review", args=[report.pk]),
        to=frames.project_url(report.project), way=frames.crumbs(report.project, (_("Decide on the report"), "")),
    )  # fmt: skip


@login_required
@form_page
def rule(request: Request, objection_id: UUID) -> HttpResponse:
    """Rule on an objection or an appeal."""
    found = queries.objection(viewer=request.actor, objection_id=objection_id)
    policies.require_runs(request.actor, found.project)
    if request.actor.is_person(found.filed_by_id) or request.actor.is_person(decider_of(found)):
        raise policies.NotImpartialHere

    def act(form: Any) -> None:
        operations.rule(
            objection_id=objection_id, version=version(request) or 0, **form.cleaned_data, **acting(request)
        )

    lead = _("Upheld, the report is judged anew by fresh sheets, or a terminated project goes on.")
    return frames.form_answer(
        request, RulingForm(sent(request)), act, heading=_("Rule on it"), button=_("Give the ruling"), lead=lead,
        done=_("The ruling is given."), back=frames.project_url(found.project), version=found.version,
        way=frames.crumbs(found.project, (_("Rule on it"), "")), template="projects/rule.html", objection=found,
        kind_words=OBJECTION_KINDS[found.kind], by=STANDINGS[found.standing],
    )  # fmt: skip


@login_required
def desk_ceremonies(request: Request) -> HttpResponse:
    """List the graduations, for those who hold them."""
    policies.require_desk(request.actor)
    context = {
        "heading": _("Graduations"),
        "lead": _("Plan a ceremony, put completed projects on its list, and record that it was held."),
        "may": policies.may_manage_somewhere(request.actor),
        "crumbs": frames.desk_crumbs((_("Graduations"), "")),
    }
    rows = queries.ceremonies(viewer=request.actor)
    answer: HttpResponse = listing_response(
        request, exchange.CEREMONIES, rows, context, template="projects/ceremonies.html"
    )
    return answer


@login_required
@form_page
def new_ceremony(request: Request) -> HttpResponse:
    """Plan a ceremony."""
    if not policies.may_manage_somewhere(request.actor):
        raise policies.NotYourRound

    def act(form: Any) -> str:
        made = operations.plan_ceremony(**form.cleaned_data, **acting(request))
        return reverse("projects:ceremony_list", args=[made.pk])

    back = reverse("projects:desk_ceremonies")
    form = CeremonyForm(sent(request), areas=queries.run_areas(viewer=request.actor, at=request.now))
    return frames.form_answer(
        request, form, act, heading=_("Plan a graduation"), button=_("Save"), done=_("The graduation is planned."),
        back=back, way=frames.desk_crumbs((_("Graduations"), back), (_("Plan a graduation"), "")),
    )  # fmt: skip


def _managed(request: Request, ceremony_id: UUID) -> Ceremony:
    found = queries.ceremony(viewer=request.actor, ceremony_id=ceremony_id)
    policies.require_manages_ceremony(request.actor, found)
    return found


def _way(found: Ceremony, word: Any) -> list[tuple[Any, str]]:
    back = reverse("projects:desk_ceremonies")
    return frames.desk_crumbs((_("Graduations"), back), (found.title, _page(found)), (word, ""))


def _page(found: Ceremony) -> str:
    return reverse("projects:ceremony", args=[found.pk])


@login_required
@form_page
def ceremony_list(request: Request, ceremony_id: UUID) -> HttpResponse:
    """Put completed projects on the list of a ceremony."""
    found = _managed(request, ceremony_id)
    rows = list(queries.completed_for(viewer=request.actor, found=found))
    pairs = [(str(one.pk), f"{one.proposal.title} · {one.place_name or one.community}") for one in rows]  # type: ignore[attr-defined]  # annotated

    def act(form: Any) -> None:
        operations.list_projects(
            ceremony_id=ceremony_id, version=version(request) or 0,
            project_ids=[UUID(key) for key in form.cleaned_data["projects"]], **acting(request),
        )  # fmt: skip

    initial = {"projects": [str(one.pk) for one in rows if one.ceremony_id == found.pk]}
    lead = (
        _("Completed projects of this area that stand on no other list.")
        if pairs
        else _("No completed project of this area waits. They stand here once their completion report has passed.")
    )
    return frames.form_answer(
        request, CeremonyListForm(sent(request), rows=pairs, initial=initial), act, heading=_("Projects on the list"),
        button=_("Save"), done=_("The list is saved."), lead=lead, back=_page(found), version=found.version,
        way=_way(found, _("Projects on the list")),
    )  # fmt: skip


@login_required
@form_page
def hold_ceremony(request: Request, ceremony_id: UUID) -> HttpResponse:
    """Record that a ceremony was held."""
    found = _managed(request, ceremony_id)

    def act(_form: Any) -> None:
        operations.hold_ceremony(ceremony_id=ceremony_id, version=version(request) or 0, **acting(request))

    lead = _("Every project on its list is graduated, and its team told. This is not undone.")
    return frames.form_answer(
        request, ConfirmForm(sent(request)), act, heading=_("It was held"), button=_("Record that it was held"),
        lead=lead, done=_("The projects are graduated."), back=_page(found), version=found.version,
        way=_way(found, _("It was held")),
    )  # fmt: skip


@login_required
@form_page
def cancel_ceremony(request: Request, ceremony_id: UUID) -> HttpResponse:
    """Cancel a ceremony."""
    found = _managed(request, ceremony_id)

    def act(form: Any) -> None:
        operations.cancel_ceremony(
            ceremony_id=ceremony_id, version=version(request) or 0, **form.cleaned_data, **acting(request)
        )

    return frames.form_answer(
        request, ReasonForm(sent(request)), act, heading=_("Cancel the graduation"), kind="danger",
        button=_("Cancel it"), lead=_("Its projects can be put on another list. Everybody reads the reason."),
        done=_("The graduation is cancelled."), back=_page(found), version=found.version,
        way=_way(found, _("Cancel the graduation")),
    )  # fmt: skip
