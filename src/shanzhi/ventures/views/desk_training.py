"""Training at the desk: the sessions of a call, who attended, lists closed before the gate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.people import exchange as sheets
from shanzhi.ui import pieces
from shanzhi.ui.forms import version as sent_version
from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.exchange.training import ATTENDANCE, SESSIONS, session_state
from shanzhi.ventures.forms.desk import ReasonForm
from shanzhi.ventures.forms.training import AttendanceForm, SessionForm, SheetForm
from shanzhi.ventures.models import Call, TrainingSession
from shanzhi.ventures.operations.fields import identifier
from shanzhi.ventures.queries import training
from shanzhi.ventures.views import terms
from shanzhi.ventures.views.desk_calls import tabs_of
from shanzhi.ventures.views.desk_frames import Crumbs, answer_form, desk_crumbs, put_refusal, run_call, run_once, sent

Fault = tuple[int, Any, str]
UNCHANGING: Final = replace(ATTENDANCE, columns=tuple(one for one in ATTENDANCE.columns if one.key != "remove"))


def _record_call(request: Request, call_id: UUID) -> Call:
    found = queries.call(viewer=request.actor, call_id=call_id)
    policies.require_recorder(request.actor, found)
    return found


def _crumbs(call: Call, *more: tuple[Any, str]) -> Crumbs:
    return desk_crumbs(call, (_("Training"), reverse("ventures:desk_trainings", args=[call.pk])), *more)


def _session_crumbs(found: TrainingSession, *more: tuple[Any, str]) -> Crumbs:
    return _crumbs(found.call, (found.title, reverse("ventures:desk_training", args=[found.pk])), *more)


@login_required
def sessions(request: Request, call_id: UUID) -> HttpResponse:
    """List the sessions of a call, with what its rule says."""
    found = _record_call(request, call_id)
    runs = queries.may_run(viewer=request.actor, found=found)
    context = {
        "heading": _("Training"),
        "lead": found.shown_title,
        "call": found,
        "tabs": tabs_of(request, found, "desk_trainings") if runs else [],
        "rule": terms.training_words(found),
        "runs": runs and not found.imported,
        "crumbs": _crumbs(found),
    }
    rows = training.sessions(found=found)
    answer: HttpResponse = listing_response(request, SESSIONS, rows, context, template="ventures/desk/trainings.html")
    return answer


@login_required
@form_page
def new(request: Request, call_id: UUID) -> HttpResponse:
    """Plan a session."""
    found = run_call(request, call_id)

    def act(form: Any) -> str:
        made = operations.plan_session(actor=request.actor, call_id=call_id, given=form.cleaned_data, at=request.now)
        return reverse("ventures:desk_training", args=[made.pk])

    context = {
        "heading": _("Plan a session"),
        "lead": found.shown_title,
        "button": _("Plan it"),
        "crumbs": _crumbs(found, (_("Plan a session"), "")),
    }
    done = _("The session is planned.")
    return answer_form(request, SessionForm(sent(request)), act, "ventures/desk/new.html", context, done=done)


@login_required
@form_page
def session(request: Request, session_id: UUID) -> HttpResponse:
    """Show a session and who attended; record one more."""
    found = training.session(viewer=request.actor, session_id=session_id)
    offers = [(str(one.pk), f"{one.number:03d} {one.title}") for one in training.teams(found=found.call)]
    form, status = AttendanceForm(sent(request), offers=offers), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run_once(request, lambda: _record(request, found, form))
            except Refusal as refusal:
                if isinstance(refusal, Forbidden | SignInNeeded):
                    raise
                put_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Recorded."))
                return redirect("ventures:desk_training", session_id)
    answer: HttpResponse = listing_response(
        request,
        ATTENDANCE if found.state == "planned" else UNCHANGING,
        training.attendance(viewer=request.actor, found=found),
        {**_frame(request, found), "form": form},
        template="ventures/desk/training.html",
    )
    answer.status_code = status
    return answer


def _record(request: Request, found: TrainingSession, form: AttendanceForm) -> dict[str, Any]:
    given = form.cleaned_data
    if given["proposal"] and not given["words"]:
        made = operations.record_team(
            actor=request.actor, session_id=found.pk, proposal_id=identifier(given["proposal"]), at=request.now
        )
    else:
        made = operations.record_person(actor=request.actor, session_id=found.pk, words=given["words"], at=request.now)
    return {"attendance": str(made.pk)}


def _frame(request: Request, found: TrainingSession) -> dict[str, Any]:
    return {
        "heading": found.title,
        "found": found,
        "call": found.call,
        "tags": [pieces.Tag(*session_state(found)), *([pieces.Tag("warn", _("Required"))] if found.required else [])],
        "begun": request.now >= found.starts_at,
        "runs": queries.may_run(viewer=request.actor, found=found.call),
        "crumbs": _session_crumbs(found),
    }


@login_required
@form_page
def edit(request: Request, session_id: UUID) -> HttpResponse:
    """Change a planned session."""
    found = training.session(viewer=request.actor, session_id=session_id)
    policies.require_runs(request.actor, found.call)
    form = SessionForm(sent(request), initial=SessionForm.opened(found))

    def act(filled: Any) -> str:
        operations.change_session(
            actor=request.actor,
            session_id=session_id,
            version=sent_version(request) or 0,
            given=filled.cleaned_data,
            at=request.now,
        )
        return reverse("ventures:desk_training", args=[session_id])

    context = {
        "heading": _("Change the session"),
        "lead": found.title,
        "button": _("Save"),
        "version": found.version,
        "crumbs": _session_crumbs(found, (_("Change the session"), "")),
    }
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("Saved."))


@login_required
@form_page
def cancel(request: Request, session_id: UUID) -> HttpResponse:
    """Cancel a session for a public reason."""
    found = training.session(viewer=request.actor, session_id=session_id)
    policies.require_runs(request.actor, found.call)

    def act(form: Any) -> str:
        reason = form.cleaned_data["reason"]
        operations.cancel_session(actor=request.actor, session_id=session_id, reason=reason, at=request.now)
        return reverse("ventures:desk_trainings", args=[found.call_id])

    context = {
        "heading": _("Cancel the session"),
        "lead": found.title,
        "text": _("A cancelled session is asked of nobody. It stays listed with the reason."),
        "button": _("Cancel it"),
        "danger": True,
        "crumbs": _session_crumbs(found, (_("Cancel the session"), "")),
    }
    done = _("The session is cancelled.")
    return answer_form(request, ReasonForm(sent(request)), act, "ventures/say.html", context, done=done)


@login_required
@acts
def turn(request: Request, session_id: UUID) -> HttpResponse:
    """Close the list of attendance, or open it again."""
    training.session(viewer=request.actor, session_id=session_id)
    act = operations.reopen_list if request.POST.get("move") == "reopen" else operations.close_list
    try:
        act(actor=request.actor, session_id=session_id, at=request.now)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden | NotFound | SignInNeeded):
            raise
        messages.warning(request, refusal.text)
    return redirect("ventures:desk_training", session_id)


@login_required
@form_page
def remove(request: Request, session_id: UUID, attendance_id: UUID) -> HttpResponse:
    """Ask before a name is taken off the list."""
    found = training.session(viewer=request.actor, session_id=session_id)
    row = training.attendance(viewer=request.actor, found=found).filter(pk=attendance_id).first()
    if row is None:
        raise NotFound
    if request.method == "POST":
        operations.remove_attendance(
            actor=request.actor, session_id=session_id, attendance_id=attendance_id, at=request.now
        )
        messages.success(request, _("Removed from the list."))
        return redirect("ventures:desk_training", session_id)
    context = {
        "heading": _("Remove from the list"),
        "lead": found.title,
        "who": str(row.person.name) if row.person else _("Somebody of the team"),
        "project": getattr(row, "project", None) or "",
        "back": reverse("ventures:desk_training", args=[session_id]),
        "crumbs": _session_crumbs(found, (_("Remove from the list"), "")),
    }
    return render(request, "ventures/desk/training_remove.html", context)


@login_required
@form_page
def sheet(request: Request, session_id: UUID) -> HttpResponse:
    """Bring in a sheet of those who attended: all rows are right, or none is taken and the faults are named."""
    found = training.session(viewer=request.actor, session_id=session_id)
    faults: list[Fault] = []
    form, status = SheetForm(sent(request), request.FILES or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                faults, outcome = _take(request, found, form.cleaned_data["file"])
            except Refusal as refusal:
                if isinstance(refusal, Forbidden | NotFound | SignInNeeded):
                    raise
                put_refusal(form, refusal)
                status = refusal.status
            else:
                if not faults:
                    words = ngettext("%(count)s person recorded.", "%(count)s people recorded.", outcome.added)
                    messages.success(request, words % {"count": outcome.added})
                    return redirect("ventures:desk_training", session_id)
    context = {
        "heading": _("Bring in a sheet"),
        "lead": found.title,
        "form": form,
        "faults": faults,
        "crumbs": _session_crumbs(found, (_("Bring in a sheet"), "")),
    }
    return render(request, "ventures/desk/training_sheet.html", context, status=status)


def _take(request: Request, found: TrainingSession, file: Any) -> tuple[list[Fault], operations.SheetOutcome]:
    """Read the sheet and record its rows; faults of the reading come before those of the rows."""
    if file.size > sheets.MOST_BYTES:
        raise sheets.TooLarge(field="file")
    read = sheets.read(file.read())
    outcome = operations.SheetOutcome()
    if not read.errors:
        outcome = operations.record_sheet(actor=request.actor, session_id=found.pk, rows=read.rows, at=request.now)
    faults = [(one.row, sheets.WORDS.get(one.field, one.field), one.cure) for one in read.errors]
    faults += [(one.row, sheets.WORDS.get(one.field, one.field), one.cure) for one in outcome.faults]
    return faults, outcome
