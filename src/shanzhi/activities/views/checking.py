"""The desk: all activities of the viewer's areas, plans that wait for a check, what is overdue, the check itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.activities import operations, policies, queries
from shanzhi.activities.forms.planning import CheckForm, SendBackForm
from shanzhi.activities.lifecycle import TO_CHECK
from shanzhi.activities.views.frames import asks, desk_steps, facts, frame, plan_of, plan_steps, title_of
from shanzhi.activities.views.planning import COLUMNS, FILTERS
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.listing import AreaFilter, BooleanFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import queries as volunteering


def _read_areas(request: Any) -> Any:
    return volunteering.read_areas(viewer=request.actor, at=request.now)


TEAM = Column("team", gettext_lazy("Volunteer team"), value="team__name", sort="team__name")
DESK = Listing(
    key="desk_activities",
    columns=(*COLUMNS[:2], TEAM, *COLUMNS[2:]),
    default_sort="-created_at",
    filters=(*FILTERS, AreaFilter("area", gettext_lazy("Area"), source=_read_areas)),
    search=queries.search_plans,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("No activity is planned here"),
        gettext_lazy("Teams plan them on their own pages; staff plan for a team there too."),
        "/desk/volunteering/teams/",
        gettext_lazy("Volunteer teams"),
    ),
)


def _check_of(row: Any) -> str:
    return reverse("activities:check", args=[row.pk])


def _due(row: Any) -> tuple[str, str]:
    return ("bad", _("Overdue")) if row.is_late else ("plain", _("In time"))


def _late(wanted: bool) -> Q:
    return Q(is_late=wanted)


CHECKS = Listing(
    key="activity_checks",
    columns=(
        Column("title", gettext_lazy("Title"), value=title_of, sort="title", url=_check_of),
        TEAM,
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("submitted_at", gettext_lazy("Handed in"), "datetime", sort="submitted_at", priority=2),
        Column("due_at", gettext_lazy("Answer due by"), "datetime", sort="due_at"),
        Column("late", gettext_lazy("Time limit"), "tag", value=_due, sort="due_at"),
        Column("first_at", gettext_lazy("First shift"), "datetime", sort="first_at"),
        Column("dangerous", gettext_lazy("Dangerous"), "boolean", value="task_kind__dangerous", priority=2),
    ),
    default_sort="due_at",
    filters=(
        BooleanFilter("late", gettext_lazy("Time limit"), yes=gettext_lazy("Overdue"), no=gettext_lazy("In time"),
                      apply=_late),
        AreaFilter("area", gettext_lazy("Area"), source=_read_areas),
    ),
    search=queries.search_plans,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("Nothing waits for a check"), gettext_lazy("Plans that teams of your area hand in stand here."),
        "/desk/activities/", gettext_lazy("Activities of the area"),
    ),
)  # fmt: skip


@login_required
def desk(request: Any) -> HttpResponse:
    """List the activities of the viewer's areas, in whatever state."""
    context = {
        "heading": _("Activities of the area"), "checks": policies.checks(request.actor),
        "lead": _("All activities of volunteer teams, from the plan to the end."),
        "crumbs": [(_("Home"), "/"), (_("Activities of the area"), "")],
    }  # fmt: skip
    rows = queries.plans(viewer=request.actor)
    answer: HttpResponse = listing_response(request, DESK, rows, context, template="activities/desk.html")
    return answer


@login_required
def checks(request: Any) -> HttpResponse:
    """List the plans that wait for a check, those due first."""
    rows = queries.to_check(viewer=request.actor, at=request.now)
    context = {
        "heading": _("Plans to check"),
        "lead": _("Each has its answer within 3 days. Look at the risks, at whom it suits, at the insurance."),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (_("Plans to check"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, CHECKS, rows, context)
    return answer


@login_required
@form_page
def check(request: Any, event_id: UUID) -> HttpResponse:
    """Pass a plan, or give it back; one that passed and is not published yet can still be given back."""
    found = queries.plan(viewer=request.actor, activity_id=event_id)
    policies.require(policies.may_check(actor=request.actor, activity=found))
    asked = "decision" in request.POST or found.state == "submitted"
    if request.method != "POST" and found.state not in TO_CHECK:
        raise NotFound

    def act(form: Any) -> str:
        operations.check_activity(
            activity_id=event_id, version=version(request) or 0, passed=form.cleaned_data.get("decision") == "yes",
            words=form.cleaned_data["reason"], **acting(request),
        )  # fmt: skip
        return plan_of(event_id)

    where = places.full_names({found.area}).get(found.area, found.area)
    shifts = list(queries.shifts_of(found))
    pairs = [
        Answer(_("What one does there"), found.what),
        *facts(found, asks(found, *queries.asked_of(found)), where),
        Answer(_("Risks, and what is done against them"), found.risks),
        Answer(_("Dangerous: needs accident insurance"), _("Yes") if found.task_kind.dangerous else _("No")),
        Answer(_("Number of the policy"), found.policy_number or formatting.NONE),
        Answer(_("Shifts"), formatting.count(len(shifts))),
    ]
    lead, steps = title_of(found), plan_steps(found)
    if asked:
        context = frame(_("Check the plan"), _("Decide"), reverse("activities:checks"), *steps, lead=lead)
    else:
        context = frame(_("Send the plan back"), _("Send it back"), plan_of(event_id), *steps, lead=lead, kind="danger")
    form = CheckForm(sent(request)) if asked else SendBackForm(sent(request))
    context |= {"pairs": pairs, "version": found.version}
    return answer_form(request, form, act, context, done=_("It is decided."), template="activities/check.html")
