"""Runs: the lists of an area and of a team, beginning one, calling up, looking at what is proposed, asking, closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shanzhi.activities.views.frames import frame, times_of
from shanzhi.assignments import operations, policies, queries, tasks, wants
from shanzhi.assignments.forms.runs import AskForm, CallUpForm, RunForm
from shanzhi.assignments.models import Run
from shanzhi.assignments.operations import refusals
from shanzhi.assignments.views.lists import DESK, OPEN, PAIRS, TEAM, called
from shanzhi.assignments.views.words import people, run_state, worth
from shanzhi.audit.subjects import uuid_of
from shanzhi.kernel.errors import Forbidden
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.volunteering.forms.volunteers import ConfirmForm
from shanzhi.volunteering.models import Team

FORM = "assignments/form.html"
WEEK = timedelta(days=7)


def home_of(team: Team | None) -> str:
    """Give the list that a run stands in."""
    return reverse("assignments:team", args=[team.pk]) if team else reverse("assignments:desk")


def steps_of(team: Team | None) -> list[tuple[Any, str]]:
    """Give the way to that list."""
    if team is None:
        return [(_("Who helps where"), home_of(None))]
    desk = reverse("volunteering:team_desk", args=[team.pk])
    return [(team.name, desk), (_("Who helps where"), home_of(team))]


def steps_to(run: Run) -> list[tuple[Any, str]]:
    """Give the way to a run."""
    return [*steps_of(run.team), (called(run), reverse("assignments:run", args=[run.pk]))]


@login_required
def desk(request: Any) -> HttpResponse:
    """List the runs of the viewer's areas."""
    context = {
        "heading": _("Who helps where"), "plans": policies.plans_somewhere(request.actor), "team": None,
        "lead": _("Proposals of whom to ask for which shift, and call-ups in an emergency."),
        "crumbs": [(_("Home"), "/"), (_("Who helps where"), "")],
    }  # fmt: skip
    rows = queries.runs(viewer=request.actor)
    answer: HttpResponse = listing_response(request, DESK, rows, context, template="assignments/desk.html")
    return answer


@login_required
def team(request: Any, team_id: UUID) -> HttpResponse:
    """List the runs of a team, for who plans for it."""
    found = queries.team_of(viewer=request.actor, team_id=team_id)
    context = {
        "heading": _("Who helps where"), "plans": True, "team": found,
        "lead": _("Proposals of whom of the team to ask for which of its shifts."),
        "crumbs": [(_("Home"), "/"), *steps_of(found)[:1], (_("Who helps where"), "")],
    }  # fmt: skip
    rows = queries.team_runs(viewer=request.actor, team=found)
    answer: HttpResponse = listing_response(request, TEAM, rows, context, template="assignments/desk.html")
    return answer


@login_required
@form_page
def new(request: Any, team_id: UUID | None = None) -> HttpResponse:
    """Have a proposal worked out, over an area or for a team."""
    found = queries.team_of(viewer=request.actor, team_id=team_id) if team_id else None
    if found is None and not policies.plans_somewhere(request.actor):
        raise Forbidden
    areas = None if found else queries.match_areas(viewer=request.actor, at=request.now)
    today = timezone.localdate(request.now)
    form = RunForm(sent(request), areas=areas, initial=RunForm.first(today, today + WEEK))

    def act(form: Any) -> str:
        made = operations.begin_run(**form.cleaned_data, team_id=team_id, **acting(request))
        tasks.match.enqueue(str(made.pk))
        return reverse("work:job", args=[made.job])

    lead = _("Skills, time, distance and turns are weighed for all at once. Nobody is asked before you looked at it.")
    context = frame(_("New matching"), _("Work it out"), home_of(found), *steps_of(found), lead=lead)
    done = _("It is being worked out; the page shows how far it is.")
    return answer_form(request, form, act, context, done=done, template=FORM)


@login_required
@form_page
def call_up(request: Any, team_id: UUID | None = None) -> HttpResponse:
    """Call up for a shift in an emergency: three fields, then one look, then all are asked."""
    found = queries.team_of(viewer=request.actor, team_id=team_id) if team_id else None
    if found is None and not policies.plans_somewhere(request.actor):
        raise Forbidden
    chosen = [uuid_of(key) for key in request.POST.getlist("shift")]
    rows = queries.to_call_up(viewer=request.actor, team=found, at=request.now, chosen=chosen)
    shifts = [
        (str(one.pk), f"{times_of(one)} · {one.activity.title} · {_('Free places')} {max(one.open_places, 0)}")
        for one in rows
    ]
    form = CallUpForm(sent(request), shifts=shifts, initial={"shift": request.GET.get("shift", ""), "wanted": 5})

    def act(form: Any) -> str:
        given = {**form.cleaned_data, "shift_id": UUID(form.cleaned_data["shift"])}
        del given["shift"]
        made = operations.call_up(**given, **acting(request))
        return reverse("assignments:ask", args=[made.pk])

    # staff reach beyond the team whose page they came from
    reached = None if found and request.actor.holds(policies.PLANNERS, found.area) else found
    many = people(queries.many_on_call(viewer=request.actor, team=reached))
    lead = _("%(people)s here agreed to be called up. Those who are near and able come first; you look once, then ask.")
    context = frame(_("Call up in an emergency"), _("Find people now"), home_of(found), *steps_of(found),
                    lead=lead % {"people": many})  # fmt: skip
    context |= {"nothing": not shifts}
    return answer_form(request, form, act, context, done=_("Look at them once, then ask them."),
                       template="assignments/call_up.html")  # fmt: skip


@login_required
def run(request: Any, run_id: UUID) -> HttpResponse:
    """Show what a run came to, and list its pairs."""
    found = queries.run(viewer=request.actor, run_id=run_id)
    counts = queries.counts(found)
    context = {
        "heading": called(found), "run": found, "state": run_state(found), "counts": counts,
        "worth": worth(found) if found.state in ("proposed", "closed") else [],
        "coming": queries.coming(found), "open": queries.open_shifts(found).count(), "left": counts.get("proposed", 0),
        "no": counts.get("declined", 0) + counts.get("lapsed", 0),
        "may": policies.may_decide(actor=request.actor, run=found) is None,
        "sections": wants.sections(request.actor, found),
        "history": request.actor.holds(policies.READERS, found.area),
        "crumbs": [(_("Home"), "/"), *steps_of(found.team), (called(found), "")],
    }  # fmt: skip
    rows = queries.pairs(found)
    answer: HttpResponse = listing_response(request, PAIRS, rows, context, template="assignments/run.html")
    return answer


@login_required
def left_open(request: Any, run_id: UUID) -> HttpResponse:
    """List the shifts of a run with places left open, and why."""
    found = queries.run(viewer=request.actor, run_id=run_id)
    context = {
        "heading": _("Shifts left open"),
        "lead": _("Each volunteer is counted at the first hurdle. An only hurdle of many is worth a thought."),
        "crumbs": [(_("Home"), "/"), *steps_to(found), (_("Shifts left open"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, OPEN, queries.open_shifts(found), context)
    return answer


def _to_decide(request: Any, run_id: UUID) -> Run:
    """Give a run to who decides on it, to read a form one that is ready; what is sent the operation judges."""
    found = queries.run(viewer=request.actor, run_id=run_id)
    policies.require(policies.may_decide(actor=request.actor, run=found))
    if request.method != "POST" and found.state != "proposed":
        raise refusals.RunNotReady
    return found


@login_required
@form_page
def ask(request: Any, run_id: UUID) -> HttpResponse:
    """Ask those who are ticked, all by default."""
    found = _to_decide(request, run_id)
    ticked = [uuid_of(key) for key in request.POST.getlist("pairs")]
    rows = queries.to_ask(found, operations.MOST_AT_ONCE, ticked=ticked)
    pairs = [
        (str(one.pk), f"{times_of(one.shift)} · {one.shift.activity.title} · {one.volunteer.number} · {one.score}")
        for one in rows
    ]
    here = reverse("assignments:run", args=[run_id])

    def act(form: Any) -> str:
        keys = [UUID(key) for key in form.cleaned_data["pairs"]]
        told = operations.ask_pairs(run_id=run_id, pairs=keys, **acting(request))
        if told.dropped:
            words = _("%(people)s did not suit any more and were not asked; the list says why.")
            messages.warning(request, words % {"people": people(told.dropped)})
        return here

    lead = _(
        "Each gets a notice and answers alone: nobody is signed up without a yes. Untick whom you do not want to ask."
    )
    if found.emergency:
        lead = _("Each gets a notice at once, everywhere it can be sent. Untick whom you do not want to ask.")
    button = ngettext("Ask %(many)s person", "Ask %(many)s people", len(rows)) % {"many": formatting.count(len(rows))}
    if len(rows) > 1:
        button = _("Ask those who are ticked")
    context = {**frame(_("Whom to ask"), button, here, *steps_to(found), lead=lead), "nothing": not pairs}
    return answer_form(request, AskForm(sent(request), pairs=pairs), act, context, done=_("They are asked."),
                       template="assignments/ask.html")  # fmt: skip


@login_required
@form_page
def close(request: Any, run_id: UUID) -> HttpResponse:
    """Close a run: whom nobody asked is not asked any more."""
    found = _to_decide(request, run_id)
    here = reverse("assignments:run", args=[run_id])

    def act(form: Any) -> str:
        operations.close_run(run_id=run_id, **acting(request))
        return here

    left = queries.counts(found).get("proposed", 0) + wants.left(request.actor, found)
    lead = _("%(people)s who were not asked yet are dropped. Who was asked can still answer.") % {
        "people": people(left)
    }
    context = frame(_("Close the proposal"), _("Close it"), here, *steps_to(found), lead=lead, kind="danger")
    return answer_form(request, ConfirmForm(sent(request)), act, context, done=_("It is closed."), template=FORM)
