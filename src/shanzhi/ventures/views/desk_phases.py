"""Phase control: what the next move will do, shown in full before it is done; the roll; the jury's scores."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations, queries
from shanzhi.ventures.forms.desk import JuryForm
from shanzhi.ventures.lifecycle import CALL
from shanzhi.ventures.models import Call
from shanzhi.ventures.queries import MovePreview
from shanzhi.ventures.queries.naming import option_code
from shanzhi.ventures.views.desk_calls import mend_url, tabs_of
from shanzhi.ventures.views.desk_frames import desk_crumbs, run_call, sent
from shanzhi.ventures.views.rows import phases_of, tags_of
from shanzhi.voting.lifecycle import DRAFT, ROLL_FIXED


def _preview(request: Request, call_id: UUID) -> MovePreview | None:
    try:
        return queries.preview_of_move(viewer=request.actor, call_id=call_id, at=request.now)
    except queries.NoNextPhase:
        return None


def _projects(request: Request, found: Call) -> list[tuple[str, str]]:
    """List the projects that a jury scores: those on the ballot, by their code there."""
    rows = queries.proposals(viewer=request.actor, call_id=found.pk, states=("on_ballot",)).order_by("number")
    return [(option_code(one), one.title) for one in rows]


@login_required
@form_page
def phase(request: Request, call_id: UUID) -> HttpResponse:
    """Show the next move in full; move when told so from the state that was seen."""
    found = run_call(request, call_id)
    preview = _preview(request, call_id)
    asks_jury = preview is not None and preview.target == "award" and found.rule.get("rule") == "composite"
    form = JuryForm(sent(request), projects=_projects(request, found) if asks_jury else ())
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _advance(request, found, form.jury() if asks_jury else None)
            except (Forbidden, NotFound, SignInNeeded):
                raise
            except Refusal as refused:
                refusal, status = refused, refused.status
                found = run_call(request, call_id)
                preview = _preview(request, call_id)
    context = {
        "call": found,
        "tags": tags_of(found),
        "phases": phases_of(found),
        "tabs": tabs_of(request, found, "desk_phase"),
        "preview": preview,
        "blocks": [(check, mend_url(found, check.field)) for check in preview.blocks] if preview else (),
        "form": form,
        "refusal": refusal,
        "asks_jury": asks_jury,
        "may_draw": _may_draw(found),
        "has_places": queries.has_polling_places(found=found),
        "label": gettext("Go on to: %(phase)s") % {"phase": preview.label} if preview else "",
        "crumbs": desk_crumbs(found, (_("Phases"), "")),
    }
    return render(request, "ventures/desk/phase.html", context, status=status)


def _may_draw(found: Call) -> bool:
    return found.state == "notice" and found.poll is not None and found.poll.state in (DRAFT, ROLL_FIXED)


def _advance(request: Request, found: Call, jury: dict[str, int] | None) -> HttpResponse:
    """Move the call; the same send again finds the call where the first one put it, and says so."""
    expected, target = request.POST.get("expected", ""), request.POST.get("target", "")
    if expected not in CALL.states or target not in CALL.states:
        raise operations.MovedMeanwhile
    if found.state == target:
        messages.info(request, gettext("The round is already here: %(phase)s.") % {"phase": CALL.states[target]})
        return redirect("ventures:desk_phase", found.pk)
    moved = operations.advance(
        actor=request.actor,
        call_id=found.pk,
        expected=expected,
        version=ui_forms.version(request) or 0,
        jury=jury,
        at=request.now,
    )
    messages.success(request, gettext("The round has gone on: %(phase)s.") % {"phase": CALL.states[moved.state]})
    return redirect("ventures:desk_phase", found.pk)


@login_required
@acts
def draw(request: Request, call_id: UUID) -> HttpResponse:
    """Draw the roll of a call under notice, and say how many are on it."""
    found = run_call(request, call_id)
    try:
        total = operations.draw_roll(actor=request.actor, call_id=call_id, at=request.now)
    except (Forbidden, NotFound, SignInNeeded):
        raise
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        said = ngettext("%(number)s voter is on the roll.", "%(number)s voters are on the roll.", total)
        messages.success(request, said % {"number": f"{total:,}"})
    return redirect("ventures:desk_phase", found.pk)
