"""The desk's list of calls, and the builder: the parts of a call as a task list, each part a page of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ui import choosing, formatting, pieces
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import exchange, operations, queries
from shanzhi.ventures.forms.desk import OPEN_PART, OPEN_PARTS, PART_OF, PARTS, NewCallForm
from shanzhi.ventures.forms.desk_parts import AreasForm, BasicsForm, PartForm
from shanzhi.ventures.lifecycle import CALL, UNFROZEN
from shanzhi.ventures.models import Call
from shanzhi.ventures.queries.preview import due_at, next_state
from shanzhi.ventures.queries.running import desk_calls
from shanzhi.ventures.views.desk_frames import (
    answer_form,
    desk_crumbs,
    put_refusal,
    raise_problems,
    read_call,
    require_manager,
    run_call,
    run_once,
    sent,
)
from shanzhi.ventures.views.rows import phases_of, tags_of


def _next_due(call: Call) -> Any:
    """Give the moment from which the call may go on, of the phases fetched with it."""
    if call.imported:
        return None
    try:
        return due_at(call, next_state(call))
    except queries.NoNextPhase:
        return None


RUN_ALONE: Final = frozenset({"desk_phase", "desk_templates", "desk_jury", "desk_trainings"})
_COLUMNS: Final = {column.key: column for column in exchange.CALLS.columns}
CALLS: Final[Listing] = replace(
    exchange.CALLS,
    key="desk-calls",
    columns=(
        _COLUMNS["title_en"],
        replace(_COLUMNS["title"], url=lambda call: reverse("ventures:desk_call", args=[call.pk])),
        _COLUMNS["state"],
        _COLUMNS["area"],
        _COLUMNS["purse"],
        _COLUMNS["purse_fen"],
        Column("due", _("Next phase from"), "datetime", _next_due),
        Column("waiting", _("Waiting for review"), "number", sort="waiting", priority=2),
        replace(_COLUMNS["sponsor"], on_page=False),
        _COLUMNS["created_at"],
    ),
    filters=(ChoiceFilter("state", _("State"), choices=list(CALL.states.items())), *exchange.CALLS.filters[1:]),
    cards="",
    empty=Empty(
        _("No round here yet"),
        _("Begin with a title and areas; all the rest can wait. You can also copy an earlier round."),
        "/desk/calls/new/",
        _("New round"),
    ),
)


def due_tasks(request: Request) -> list[pieces.Task]:
    """List what is due today as tasks, each with the page that does it."""
    tasks = []
    for item in queries.due_today(viewer=request.actor, at=request.now):
        label, url, hint = item.label, reverse("ventures:desk_reviews"), ""
        if item.call is not None:
            label = f"{item.label}: {item.call.shown_title}"
            url = reverse("ventures:desk_phase", args=[item.call.pk])
        elif item.key in ("mend", "answers"):
            url = reverse("ventures:my_proposals")
        elif item.key == "disputes":
            url = reverse("ventures:desk_disputes")
        if item.due_at is not None:
            hint = gettext("Due: %(day)s") % {"day": formatting.moment(item.due_at)}
        count = item.count if item.call is None else None
        tasks.append(pieces.Task(label, url, "due" if item.late else "todo", hint, count))
    return tasks


@login_required
def calls(request: Request) -> HttpResponse:
    """List the calls of the own areas, with what is due."""
    may_open = bool(request.actor.areas(CALL.moves["publish"].roles))
    context = {
        "heading": _("Rounds at the desk"),
        "lead": _("The rounds of your areas: what is due, and where each one stands."),
        "tasks": due_tasks(request),
        "may_open": may_open,
        "crumbs": desk_crumbs(),
    }
    rows = desk_calls(viewer=request.actor)
    listing = CALLS if may_open else replace(CALLS, empty=Empty(_("No round here yet")))
    answer: HttpResponse = listing_response(request, listing, rows, context, template="ventures/desk/calls.html")
    return answer


@login_required
@form_page
def new(request: Request) -> HttpResponse:
    """Begin a call with title and areas."""
    require_manager(request)

    def act(form: Any) -> str:
        made = operations.create_call(actor=request.actor, at=request.now, **form.given())
        return reverse("ventures:desk_call", args=[made.pk])

    context = {
        "heading": _("New round"),
        "lead": _("A title and areas are enough for now. Everything else is filled in part by part, and nothing is "
                  "public yet."),
        "button": _("Begin"),
        "copy": desk_calls(viewer=request.actor)[:10],
        "crumbs": desk_crumbs(None, (_("New round"), "")),
    }  # fmt: skip
    form = NewCallForm(sent(request), source=queries.run_areas(viewer=request.actor, at=request.now))
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("The round is begun."))


@login_required
def areas(request: Request) -> HttpResponse:
    """Give the areas that fit what was typed, of those in which the visitor runs calls."""
    require_manager(request)
    several = request.GET.get("name") == "areas"
    source = queries.run_areas(viewer=request.actor, at=request.now, several=several)
    return choosing.answer(request, source, several=several)


def part_url(call: Call, part: str) -> str:
    """Give the page on which a part is edited: the builder's before the freeze, that of public changes after it."""
    name = "desk_part" if call.state in UNFROZEN else "desk_change_part"
    return reverse(f"ventures:{name}", args=[call.pk, part])


def mend_url(call: Call, field: str) -> str:
    """Give the page on which what a check found is mended."""
    if field == "reviews":
        return reverse("ventures:desk_reviews")
    if field == "attendance":
        return reverse("ventures:desk_trainings", args=[call.pk])
    if field == "notices":
        return reverse("ventures:call", args=[call.pk])
    if field == "electorate":
        return reverse("ventures:desk_phase", args=[call.pk]) + "#roll"
    return part_url(call, PART_OF[field]) if field in PART_OF else ""


def part_tasks(call: Call, checks: list[queries.Check]) -> list[pieces.Task]:
    """Lay out the parts of a call with what their checks say."""
    tasks = []
    for name, (label, _form) in PARTS.items():
        failed = [check for check in checks if not check.ok and PART_OF.get(check.field) == name]
        state: Any = "todo" if any(check.blocking for check in failed) else "started" if failed else "done"
        hint = " ".join(str(check.cure) for check in failed)
        tasks.append(pieces.Task(label, reverse("ventures:desk_part", args=[call.pk, name]), state, hint))
    return tasks


def tabs_of(request: Request, call: Call, current: str) -> list[pieces.Tab]:
    """Give the views of a call at the desk: all to those who run it, those to look at to those who read it."""
    runs = queries.may_run(viewer=request.actor, found=call)
    views = (
        ("desk_call", _("Builder")),
        ("desk_phase", _("Phases")),
        *(
            [("desk_templates", _("Templates"))]
            if call.state in (*UNFROZEN, "submission") and not call.imported
            else []
        ),
        ("desk_proposals", _("Proposals")),
        ("desk_preview", _("What decides")),
        *([("desk_jury", _("Jury"))] if call.jury else []),
        ("desk_trainings", _("Training")),
        ("desk_comments", _("Comments")),
        ("desk_history", _("History")),
    )
    return [
        pieces.Tab(label, reverse(f"ventures:{name}", args=[call.pk]), current=name == current)
        for name, label in views
        if runs or name not in RUN_ALONE
    ]


@login_required
def builder(request: Request, call_id: UUID) -> HttpResponse:
    """Show the parts of a call as a task list, with what the checks say; after the freeze, what can still be done."""
    found = read_call(request, call_id)
    runs = queries.may_run(viewer=request.actor, found=found)
    frozen = found.state not in UNFROZEN
    checks = queries.builder_checks(viewer=request.actor, call_id=call_id, at=request.now) if runs else []
    context = {
        "call": found,
        "tags": tags_of(found),
        "phases": phases_of(found),
        "tabs": tabs_of(request, found, "desk_call"),
        "runs": runs and not found.imported,
        "frozen": frozen,
        "open_part": OPEN_PART,
        "changeable": found.state in ("submission", "review", "notice"),
        "tasks": part_tasks(found, checks) if runs and not frozen else [],
        "blocking": [check for check in checks if check.blocking and not check.ok],
        "next": _next_due(found),
        "may_cancel": found.state in CALL.moves["cancel"].sources,
        "crumbs": desk_crumbs(found),
    }
    return render(request, "ventures/desk/builder.html", context)


def part_form(request: Request, found: Call, part: str) -> PartForm:
    """Make the form of a part, filled with what the call holds or with what was sent."""
    kind = {**PARTS, **OPEN_PARTS}[part][1]
    if issubclass(kind, AreasForm):
        source = queries.run_areas(viewer=request.actor, at=request.now)
        return kind(sent(request), initial=kind.opened(found), source=source)
    if issubclass(kind, BasicsForm):
        operators = queries.operators_for(viewer=request.actor, found=found)
        return kind(sent(request), initial=kind.opened(found), operators=operators)
    return kind(sent(request), initial=kind.opened(found))


@login_required
@form_page
def part(request: Request, call_id: UUID, part: str) -> HttpResponse:
    """Edit one part before the freeze; a script may save it while one types."""
    label = {**PARTS, **OPEN_PARTS}.get(part, ("",))[0]
    if not label:
        raise NotFound
    found = run_call(request, call_id)
    if found.state not in UNFROZEN and part not in OPEN_PARTS:
        if request.method != "POST":
            return redirect("ventures:desk_change_part", found.pk, part)
        raise operations.TermsFrozen
    form = part_form(request, found, part)
    status = 200
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid():
            answer = _save(request, found, form)
            if isinstance(answer, HttpResponse):
                return answer
            status = answer
        if ui_forms.is_autosave(request):
            return HttpResponse(status=status)
    context = {
        "call": found,
        "form": form,
        "part": part,
        "label": label,
        "version": ui_forms.version(request) or found.version,
        "crumbs": desk_crumbs(found, (label, "")),
    }
    return render(request, "ventures/desk/part.html", context, status=status)


def _save(request: Request, found: Call, form: PartForm) -> HttpResponse | int:
    """Save a part and go on, or put the refusal into the form and give its status."""

    def run() -> dict[str, Any]:
        saved = operations.save_call(
            actor=request.actor,
            call_id=found.pk,
            version=ui_forms.version(request) or 0,
            given=form.given(),
            at=request.now,
        )
        raise_problems(saved.problems)
        return {"version": saved.call.version}

    try:
        answer = run_once(request, run)
    except (Forbidden, NotFound, SignInNeeded) as refusal:
        if refusal.field not in form.fields:
            raise
        put_refusal(form, refusal)
        return refusal.status
    except Refusal as refusal:
        put_refusal(form, refusal, dict(form.answers))
        return refusal.status
    if ui_forms.is_autosave(request):
        return HttpResponse(status=204, headers={"X-Version": str(answer["version"])})
    if "more" in request.POST:
        return redirect(request.path)
    messages.success(request, _("Saved."))
    return redirect("ventures:desk_call", found.pk)
