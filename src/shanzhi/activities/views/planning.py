"""A team's desk of activities: the list, a plan with its shifts, its steps, calling off, emergencies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.activities import operations, policies, queries
from shanzhi.activities.forms.planning import ActivityReasonForm, EmergencyForm, PlanForm
from shanzhi.activities.lifecycle import ACTIVITY, TO_CHECK
from shanzhi.activities.models import Activity
from shanzhi.activities.operations import refusals
from shanzhi.activities.views.frames import (
    FORM,
    activity_state,
    asks,
    facts,
    frame,
    plan_of,
    plan_steps,
    shift_state,
    team_desk_of,
    times_of,
    title_of,
)
from shanzhi.kernel.errors import Refusal
from shanzhi.places import queries as places
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Team

PLAN_FORM = "activities/plan_form.html"
COLUMNS = (
    Column("title", gettext_lazy("Title"), value=title_of, sort="title", url=lambda row: plan_of(row.pk)),
    Column("state", gettext_lazy("State"), "tag", value=activity_state, sort="state"),
    Column("first_at", gettext_lazy("First shift"), "datetime", sort="first_at"),
    Column("shift_count", gettext_lazy("Shifts"), "number", sort="shift_count"),
    Column("signed", gettext_lazy("Signed up"), "number", sort="signed"),
    Column("kind", gettext_lazy("Kind of task"), value=lambda row: str(row.task_kind), priority=2),
    Column("area", gettext_lazy("Area"), value="area_name", sort="area", priority=2),
    Column("created_at", gettext_lazy("Planned on"), "date", sort="created_at", priority=3),
)
FILTERS = (
    ChoiceFilter("state", gettext_lazy("State"), choices=ACTIVITY.choices()),
    DateRangeFilter("first_at", gettext_lazy("First shift")),
)
TEAMS = Listing(
    key="team_activities",
    columns=COLUMNS,
    default_sort="-created_at",
    filters=FILTERS,
    search=queries.search_plans,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("This team has no activity yet"),
        gettext_lazy("Plan one: say what, where and which risks, add shifts, hand it in, publish it after the check."),
    ),
)


@login_required
def team(request: Any, team_id: UUID) -> HttpResponse:
    """List the activities of a team, for who plans them."""
    found = queries.led_team(viewer=request.actor, team_id=team_id)
    context = {
        "heading": _("Activities of the team"), "lead": found.name, "team": found,
        "crumbs": [(_("Home"), "/"), (found.name, reverse("volunteering:team", args=[found.pk])),
                   (_("Activities of the team"), "")],
    }  # fmt: skip
    rows = queries.activities_of(viewer=request.actor, team=found)
    answer: HttpResponse = listing_response(request, TEAMS, rows, context, template="activities/team.html")
    return answer


def _form(request: Any, team: Team, found: Activity | None) -> PlanForm:
    area = found.area if found else team.area
    chosen = request.POST.get("area", area) if request.method == "POST" else area
    chosen = chosen if chosen.isdigit() else area
    tasks = [(one.code, str(one)) for one in volunteering.task_kinds(chosen)]
    skills = [(one.code, str(one)) for one in volunteering.skills(chosen)]
    first: dict[str, Any] = {"area": area}
    if found:
        plain = ("title", "what", "place", "reach", "skills", "language", "risks", "insurer", "policy_number",
                 "insured_from", "insured_until")  # fmt: skip
        first |= {name: getattr(found, name) for name in plain} | {"task": found.task_kind.code}
        first |= {name: _degrees(getattr(found, name)) for name in ("lat", "lng")}
    return PlanForm(
        sent(request), initial=first, areas=queries.public_areas(at=request.now), tasks=tasks, skills=skills
    )  # fmt: skip


def _degrees(micro: int | None) -> str:
    """Write millionths of a degree as people type them."""
    if micro is None:
        return ""
    whole, rest = divmod(abs(micro), 1_000_000)
    return f"{'-' if micro < 0 else ''}{whole}.{rest:06}".rstrip("0").rstrip(".")


@login_required
@form_page
def new(request: Any, team_id: UUID) -> HttpResponse:
    """Plan an activity of a team."""
    found = queries.led_team(viewer=request.actor, team_id=team_id)
    if request.method != "POST" and found.state != "active":
        raise refusals.TeamNotWorking
    form = _form(request, found, None)

    def act(form: Any) -> str:
        made = operations.plan_activity(team_id=team_id, plan=form.plan(), **acting(request))
        return plan_of(made.pk)

    lead = _("An officer of the area checks it before it is published. Shifts are added on the next page.")
    button, desk = pgettext("activity", "Save the plan"), team_desk_of(found)
    context = frame(_("Plan an activity"), button, desk, (found.name, desk), lead=lead)
    return answer_form(request, form, act, context, done=_("The plan is saved. Add its shifts now."),
                       template=PLAN_FORM)  # fmt: skip


@login_required
def plan(request: Any, event_id: UUID) -> HttpResponse:
    """Show a plan with its shifts, sign-ups in figures, and what may be done with it."""
    found = queries.plan(viewer=request.actor, activity_id=event_id)
    shifts = list(queries.shifts_of(found))
    plans = policies.may_plan(actor=request.actor, team=found.team) is None
    where = places.full_names({found.area}).get(found.area, found.area)
    pairs = facts(found, asks(found, *queries.asked_of(found)), where)
    pairs += [Answer(_("Number of the policy"), found.policy_number or formatting.NONE)]
    due = queries.check_due(found) if found.state == "submitted" else None
    context = {
        "activity": found, "heading": found.title, "state": activity_state(found), "pairs": pairs,
        "shifts": [(one, times_of(one), shift_state(one), one.starts_at <= request.now) for one in shifts],
        "sums": queries.counts(shifts), "planner": plans, "plans": plans and found.living, "due": due,
        "late": due is not None and due < request.now,
        "may_check": found.state in TO_CHECK and policies.may_check(actor=request.actor, activity=found) is None,
        "history": request.actor.holds(policies.READERS, found.area) or plans,
        "crumbs": [(_("Home"), "/"), *plan_steps(found)[:-1], (found.title, "")],
    }  # fmt: skip
    return render(request, "activities/plan.html", context)


def _planned(request: Any, event_id: UUID) -> Activity:
    """Give an activity to who plans it, to read a form a living one alone.

    A form that is sent is judged by the operation: the second press of the one that ended it gets the first answer.
    """
    found = queries.plan(viewer=request.actor, activity_id=event_id)
    policies.require(policies.may_plan(actor=request.actor, team=found.team))
    if request.method != "POST" and not found.living:
        raise refusals.ActivityOver
    return found


@login_required
@form_page
def edit(request: Any, event_id: UUID) -> HttpResponse:
    """Change a plan."""
    found = _planned(request, event_id)

    def act(form: Any) -> str:
        operations.change_activity(
            activity_id=event_id, version=version(request) or 0, plan=form.plan(), **acting(request)
        )
        return plan_of(event_id)

    lead = (
        _("It is published: what it is, where, its risks and what it asks for stay as they were checked.")
        if found.state == "published"
        else _("A plan that was handed in or checked goes back to be handed in anew when you change it.")
        if found.state != "draft"
        else ""
    )
    context = {**frame(_("Change the plan"), _("Save"), plan_of(event_id), *plan_steps(found), lead=lead),
               "version": found.version}  # fmt: skip
    return answer_form(request, _form(request, found.team, found), act, context, done=_("The plan is changed."),
                       template=PLAN_FORM)  # fmt: skip


@login_required
@acts
def step(request: Any, event_id: UUID) -> HttpResponse:
    """Hand a plan in, or publish it."""
    queries.plan(viewer=request.actor, activity_id=event_id)
    try:
        if request.POST.get("step") == "publish":
            operations.publish_activity(activity_id=event_id, **acting(request))
            messages.success(request, _("It is published. Print the poster, or send the address."))
        else:
            operations.submit_activity(activity_id=event_id, **acting(request))
            messages.success(request, _("It is handed in. The answer comes within 3 days."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    return redirect(plan_of(event_id))


@login_required
@form_page
def cancel(request: Any, event_id: UUID) -> HttpResponse:
    """Call an activity off."""
    found = _planned(request, event_id)

    def act(form: Any) -> str:
        operations.cancel_activity(activity_id=event_id, **form.cleaned_data, **acting(request))
        return plan_of(event_id)

    sums = queries.counts(list(queries.shifts_of(found)))
    lead = _(
        "All shifts to come are called off. %(many)s who signed up or wait are told at once. This cannot be undone."
    )
    words = lead % {"many": formatting.count(sums["signed"] + sums["waiting"])}
    context = frame(_("Call the activity off"), _("Call it off"), plan_of(event_id), *plan_steps(found), lead=words,
                    kind="danger")  # fmt: skip
    return answer_form(
        request, ActivityReasonForm(sent(request)), act, context, done=_("It is called off."), template=FORM
    )


@login_required
@form_page
def emergency(request: Any, event_id: UUID) -> HttpResponse:
    """Tell of an emergency in one shift or in all, in three fields."""
    found = _planned(request, event_id)
    again = request.method == "POST"  # a shift that was called off by the first press can be sent again
    ahead = [
        one for one in queries.shifts_of(found) if again or (one.state == "open" and one.starts_at > request.now)
    ]  # fmt: skip
    form = EmergencyForm(sent(request), shifts=[(str(one.pk), times_of(one)) for one in ahead])

    def act(form: Any) -> str:
        given = form.cleaned_data
        one = UUID(given["shift"]) if given["shift"] else None
        operations.change_in_emergency(
            activity_id=event_id, shift_id=one, happens=given["happens"], words=given["words"], **acting(request)
        )
        return plan_of(event_id)

    lead = _("Such as a storm. Who signed up or waits is told at once, by every way that they have.")
    context = frame(_("Emergency change"), _("Tell everybody now"), plan_of(event_id), *plan_steps(found), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, form, act, context, done=_("All were told."), template=FORM)
