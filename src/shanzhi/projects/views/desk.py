"""The desk of projects: the list, what is due, beginning, mentors, days, visits, termination, rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.places.views.frames import sent
from shanzhi.projects import exchange, operations, policies, queries
from shanzhi.projects.forms import (
    STEPS,
    BeginForm,
    DaysForm,
    MentorForm,
    RulesForm,
    SettleForm,
    TerminateForm,
    VisitForm,
    written_criteria,
)
from shanzhi.projects.lifecycle import MANAGERS
from shanzhi.projects.models import Project
from shanzhi.projects.operations.beginning import require_open
from shanzhi.projects.views import frames
from shanzhi.ui.forms import version
from shanzhi.ui.http import Request, acting
from shanzhi.ui.listing import Rows, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import policies as ventures
from shanzhi.ventures import queries as rounds


@login_required
def desk(request: Request) -> HttpResponse:
    """List the projects of the own areas, and the rounds whose chosen proposals wait to be begun."""
    rows = queries.desk_projects(viewer=request.actor)
    context = {
        "heading": _("Projects in hand"),
        "lead": _("All projects of your areas and in your care."),
        "waiting": list(queries.calls_to_begin(viewer=request.actor)[:20]),
        "crumbs": frames.desk_crumbs(),
    }
    answer: HttpResponse = listing_response(request, exchange.DESK, rows, context, template="projects/desk.html")
    return answer


@login_required
def desk_due(request: Request) -> HttpResponse:
    """List what is due over all projects of the own areas, overdue first."""
    rows = Rows(queries.desk_dues(viewer=request.actor, at=request.now))
    context = {
        "heading": _("Due in projects"),
        "lead": _(
            "What teams and the desk owe the projects of your areas, overdue first. Each is reminded of by itself."
        ),
        "crumbs": frames.desk_crumbs((_("Due in projects"), "")),
    }
    answer: HttpResponse = listing_response(request, exchange.DESK_DUE, rows, context)
    return answer


@login_required
@form_page
def begin(request: Request, call_id: UUID) -> HttpResponse:
    """Begin all chosen proposals of a closed round."""
    call = rounds.call(viewer=request.actor, call_id=call_id)
    ventures.require_runs(request.actor, call)
    if request.method != "POST" and call.state != "closed":
        raise operations.RoundNotClosed

    def act(form: Any) -> None:
        operations.begin_projects(call_id=call_id, plan=operations.Plan(**form.cleaned_data), **acting(request))

    today = timezone.localdate(request.now)
    rules = queries.in_force(area=call.area)
    lead = _("Every chosen proposal of “%(title)s” becomes a project. Its team is told what is due and when.") % {
        "title": call.shown_title
    }
    if not rules.version:
        lead += " " + _(
            "Your area has written no rules, so they begin under the example of the program (not official)."
        )
    form = BeginForm(sent(request), initial={"starts_on": today, "ends_on": today + timedelta(days=180)})
    return frames.form_answer(
        request, form, act, heading=_("Begin the projects of a round"), button=_("Begin them"), lead=lead,
        done=_("The projects have begun."), back=reverse("projects:desk"),
        way=frames.desk_crumbs((_("Begin the projects of a round"), "")),
    )  # fmt: skip


def _run(request: Request, project_id: UUID) -> Project:
    """Fetch a project that the viewer runs. Raises NotFound, NotYourRound, OwnProject."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    policies.require_runs(request.actor, found)
    return found


@login_required
@form_page
def days(request: Request, project_id: UUID) -> HttpResponse:
    """Move the days of a project."""
    found = _run(request, project_id)
    require_open(found)

    def act(form: Any) -> None:
        operations.change_days(
            project_id=project_id, version=version(request) or 0, **form.cleaned_data, **acting(request)
        )

    names = ("ends_on", "midterm_due", "completion_due")
    form = DaysForm(sent(request), initial={name: getattr(found, name) for name in names})
    return frames.form_answer(
        request, form, act, heading=_("Change the days"), button=_("Save"), done=_("The days are saved."),
        back=frames.project_url(found), version=found.version, way=frames.crumbs(found, (_("Change the days"), "")),
    )  # fmt: skip


@login_required
@form_page
def mentor(request: Request, project_id: UUID) -> HttpResponse:
    """Give a project into somebody's care."""
    found = _run(request, project_id)
    require_open(found)
    people = [(str(one.pk), str(one.name)) for one in queries.mentors(project=found, at=request.now)]

    def act(form: Any) -> None:
        person = UUID(form.cleaned_data["person"])
        operations.assign_mentor(project_id=project_id, person_id=person, **acting(request))

    form = MentorForm(sent(request), people=people, initial={"person": str(found.mentor_id or "")})
    return frames.form_answer(
        request, form, act, heading=_("Name a mentor"), button=_("Save"), done=_("The mentor is named and told."),
        lead=_("Whoever has a role over this community, the team left out."), back=frames.project_url(found),
        way=frames.crumbs(found, (_("Name a mentor"), "")),
    )  # fmt: skip


def _note(form: Any) -> operations.VisitNote:
    given = form.cleaned_data
    numbers = [number for number in range(1, STEPS + 1) if given.get(f"what_{number}")]
    steps = [operations.PlannedStep(given[f"what_{n}"], given[f"who_{n}"], given[f"due_on_{n}"]) for n in numbers]
    names = ("visited_on", "kind", "overall", "strengths", "problems", "outlook", "next_on")
    return operations.VisitNote(**{name: given[name] for name in names}, steps=steps)


@login_required
@form_page
def visit(request: Request, project_id: UUID) -> HttpResponse:
    """Write the note of a visit."""
    found = queries.project(viewer=request.actor, project_id=project_id)
    policies.require_reviewer(request.actor, found)
    require_open(found)

    def act(form: Any) -> str:
        operations.write_visit(project_id=project_id, given=_note(form), **acting(request))
        return f"{frames.project_url(found)}#visits"

    form = VisitForm(sent(request), initial={"visited_on": timezone.localdate(request.now), "kind": "regular"})
    return frames.form_answer(
        request, form, act, heading=_("Note of a visit"), button=_("Save the note"), done=_("The note is written."),
        lead=_("The team reads it. Everybody else reads only that a visit took place. Writing it days later is fine."),
        back=frames.project_url(found), way=frames.crumbs(found, (_("Note of a visit"), "")),
    )  # fmt: skip


@login_required
@form_page
def terminate(request: Request, project_id: UUID) -> HttpResponse:
    """Terminate a project, after saying in full what that means."""
    found = _run(request, project_id)

    def act(form: Any) -> None:
        operations.terminate(
            project_id=project_id, version=version(request) or 0, **form.cleaned_data, **acting(request)
        )

    lead = _(
        "The team can plan and report nothing more. What was paid is settled within %(days)s days. The team may appeal "
        "within %(appeal)s days."
    ) % {"days": found.rules["settle_days"], "appeal": found.rules["appeal_days"]}
    return frames.form_answer(
        request, TerminateForm(sent(request)), act, heading=_("Terminate the project"), lead=lead, kind="danger",
        button=_("Terminate it"), done=_("The project is terminated."), back=frames.project_url(found),
        version=found.version, way=frames.crumbs(found, (_("Terminate the project"), "")),
    )  # fmt: skip


@login_required
@form_page
def settle(request: Request, project_id: UUID) -> HttpResponse:
    """Record how a terminated project was settled."""
    found = _run(request, project_id)

    def act(form: Any) -> None:
        operations.settle(project_id=project_id, **form.cleaned_data, **acting(request))

    return frames.form_answer(
        request, SettleForm(sent(request)), act, heading=_("Settle the project"), button=_("Save"),
        done=_("The settlement is on record."), back=frames.project_url(found),
        way=frames.crumbs(found, (_("Settle the project"), "")),
    )  # fmt: skip


@login_required
@acts
def confirm(request: Request, project_id: UUID) -> HttpResponse:
    """Let a mid-term result come into force."""
    operations.confirm_midterm(project_id=project_id, **acting(request))
    return redirect("projects:project", project_id=project_id)


@login_required
def rules(request: Request) -> HttpResponse:
    """List the rules that areas wrote."""
    rows = queries.rules_versions(viewer=request.actor)
    context = {
        "heading": _("Rules of projects"),
        "lead": _("Days, criteria and marks. A project keeps those of the day on which it began."),
        "may": policies.may_manage_somewhere(request.actor),
        "crumbs": frames.desk_crumbs((_("Rules of projects"), "")),
    }
    answer: HttpResponse = listing_response(request, exchange.RULES, rows, context, template="projects/rules.html")
    return answer


@login_required
@form_page
def write_rules(request: Request) -> HttpResponse:
    """Write the next version of an area's rules, beginning from those that hold."""
    if not policies.may_manage_somewhere(request.actor):
        raise policies.NotYourRound
    source = queries.run_areas(viewer=request.actor, at=request.now)

    def act(form: Any) -> None:
        operations.write_rules(area=form.cleaned_data["area"], content=form.content(), **acting(request))

    area = next(iter(request.actor.areas(MANAGERS)), "")
    known = queries.in_force(area=area).content
    initial = {**known, "area": area} | {
        kind: written_criteria(known[kind]) for kind in ("midterm_criteria", "completion_criteria")
    }
    return frames.form_answer(
        request, RulesForm(sent(request), areas=source, initial=initial), act, heading=_("Write rules"),
        lead=_("The form opens with the rules that hold now. Projects that have begun keep theirs."),
        button=_("Write the next version"), done=_("The rules are written."), back=reverse("projects:desk_rules"),
        way=frames.desk_crumbs((_("Rules of projects"), reverse("projects:desk_rules")), (_("Write rules"), "")),
    )  # fmt: skip
