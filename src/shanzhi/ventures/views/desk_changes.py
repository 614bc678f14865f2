"""Looking at what decides, changing it in public, copying a call, cancelling it, its history, its proposals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.views import history_response
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.places import queries as places
from shanzhi.ui import formatting, pieces
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.choosing import AreasField
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import exchange, operations, policies, queries
from shanzhi.ventures.forms.desk import PARTS, CopyForm, ExclusiveForm, ReasonForm
from shanzhi.ventures.forms.desk_parts import PartForm
from shanzhi.ventures.lifecycle import CALL, PROPOSAL, REVIEWERS, UNFROZEN
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.operations.terms import terms_of
from shanzhi.ventures.views import terms
from shanzhi.ventures.views.desk_calls import part_form, tabs_of
from shanzhi.ventures.views.desk_frames import (
    answer_form,
    desk_crumbs,
    put_refusal,
    read_call,
    run_call,
    run_once,
    sent,
)
from shanzhi.ventures.views.rows import phases_of

COPIED: Final = (
    "about", "sponsor", "sponsor_organization", "operator", "operator_organization", "purse_fen", "limit_fen",
    "themes", "proposers", "propose_where", "minimum_age", "ballot", "rule", "exclusive_groups", "checklist",
    "reviews_needed", "notice_days", "moves_by_clock", "jury", "training", "budget_rules",
)  # fmt: skip


@login_required
def preview(request: Request, call_id: UUID) -> HttpResponse:
    """Show all that decides as it will be, or is, published, with its digest."""
    found = read_call(request, call_id)
    context = {
        "call": found,
        "tabs": tabs_of(request, found, "desk_preview"),
        "phases": phases_of(found),
        "dates": queries.phase_line(found),
        "areas": places.full_names([area.code for area in found.areas.all()]).values(),
        "ballot_words": terms.ballot_words(found),
        "rule_words": terms.rule_words(found),
        "training_words": terms.training_words(found),
        "budget_words": terms.budget_words(found),
        "jury_words": terms.jury_words(found),
        "proposers_words": terms.proposers_words(found),
        "voters_words": terms.voters_words(found),
        "digest": digest(terms_of(found)),
        "frozen": found.frozen,
        "crumbs": desk_crumbs(found, (_("What decides"), "")),
    }
    return render(request, "ventures/desk/preview.html", context)


@login_required
def change(request: Request, call_id: UUID) -> HttpResponse:
    """Choose what of the frozen terms is to be changed in public."""
    found = run_call(request, call_id)
    if found.state in UNFROZEN:
        return redirect("ventures:desk_call", found.pk)
    _require_changeable(found)
    tasks = [
        pieces.Task(label, reverse("ventures:desk_change_part", args=[found.pk, name]), "done")
        for name, (label, _form) in PARTS.items()
    ]
    context = {"call": found, "parts": tasks, "crumbs": desk_crumbs(found, (_("Change the terms"), ""))}
    return render(request, "ventures/desk/change.html", context)


def _require_changeable(found: Call) -> None:
    if found.imported or found.state not in ("submission", "review", "notice"):
        raise operations.TermsFrozen(_("Once the vote has opened, the terms can no longer change."))


@login_required
@form_page
def change_part(request: Request, call_id: UUID, part: str) -> HttpResponse:
    """Change one part of the frozen terms: type, see what will change, then send it with a public reason."""
    if part not in PARTS:
        raise NotFound
    found = run_call(request, call_id)
    _require_changeable(found)
    form, reason = part_form(request, found, part), ReasonForm(sent(request))
    status, changed = 200, []
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid() & reason.is_valid():
            changed = changes_of(form)
            status = 200
            if "confirm" in request.POST or not changed:
                answer = _send_change(request, found, form, reason)
                if isinstance(answer, HttpResponse):
                    return answer
                status, changed = answer, []
    context = {
        "call": found,
        "form": form,
        "reason": reason,
        "changed": changed,
        "hidden": _hidden(request) if changed else [],
        "key": ui_forms.idempotency_key(request),
        "label": PARTS[part][0],
        "version": ui_forms.version(request) or found.version,
        "crumbs": desk_crumbs(
            found, (_("Change the terms"), reverse("ventures:desk_change", args=[found.pk])), (PARTS[part][0], "")
        ),
    }
    return render(request, "ventures/desk/change_part.html", context, status=status)


def _hidden(request: Request) -> list[tuple[str, str]]:
    """Carry what was typed through the page that asks for a yes."""
    skip = ("csrfmiddlewaretoken", "idempotency_key", "version", "confirm", "back", "areas_search")
    return [(name, value) for name in request.POST if name not in skip for value in request.POST.getlist(name)]


def _send_change(request: Request, found: Call, form: PartForm, reason: ReasonForm) -> HttpResponse | int:
    def run() -> dict[str, Any]:
        operations.change_terms(
            actor=request.actor,
            call_id=found.pk,
            version=ui_forms.version(request) or 0,
            given=form.given(),
            reason=reason.cleaned_data["reason"],
            at=request.now,
        )
        return {"to": reverse("ventures:desk_call", args=[found.pk])}

    try:
        answer = run_once(request, run)
    except (Forbidden, NotFound, SignInNeeded) as refusal:
        if refusal.field not in form.fields:
            raise
        put_refusal(form, refusal)
        return refusal.status
    except Refusal as refusal:
        put_refusal(reason if refusal.field == "reason" else form, refusal, dict(form.answers))
        return refusal.status
    messages.success(request, _("The terms are changed, and the notice with your reason is public."))
    return redirect(answer["to"])


def changes_of(form: PartForm) -> list[tuple[Any, str, str]]:
    """Say what a sent form changes: label, before, after."""
    found = []
    for name in form.changed_data:
        bound = form[name]
        if bound.is_hidden:
            continue
        before, after = _said(bound, form.initial.get(name)), _said(bound, form.cleaned_data.get(name))
        if before != after:
            found.append((bound.label, before, after))
    return found


def _said(bound: BoundField, value: Any) -> str:
    """Write a field's value as a reader would say it."""
    none = gettext("none")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if value in (None, "", []):
        return none
    if isinstance(bound.field, AreasField):
        return "\n".join(bound.field.names(value))
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
    if choices:
        values = value if isinstance(value, list | tuple) else [value]
        return "\n".join(choices.get(str(one), str(one)) for one in values)
    if isinstance(value, datetime):
        return formatting.moment(value)
    if isinstance(bound.field, ui_forms.YuanField):
        return formatting.yuan(int(value))
    return formatting.day(value) if hasattr(value, "isoformat") else str(value)


@login_required
@form_page
def copy(request: Request, call_id: UUID) -> HttpResponse:
    """Begin a call filled with what an earlier one held, its dates moved on by whole weeks."""
    found = run_call(request, call_id)

    def act(form: Any) -> str:
        given: dict[str, Any] = {name: getattr(found, name) for name in COPIED}
        if found.imported:
            given = {name: given[name] for name in ("about", "purse_fen", "limit_fen", "minimum_age")}
        made = operations.create_call(
            actor=request.actor,
            areas=[area.code for area in found.areas.all()],
            title=form.cleaned_data["title"],
            title_en=form.cleaned_data["title_en"],
            at=request.now,
            **given,
            **_moved_on(found, request.now),
        )
        operations.copy_templates(actor=request.actor, source=found, target=made, at=request.now)
        return reverse("ventures:desk_call", args=[made.pk])

    context = {
        "heading": _("Copy this round"),
        "lead": _("Everything is taken over; the dates move on by whole weeks, so that they lie ahead. Nothing is "
                  "public until you publish it."),
        "button": _("Copy"),
        "copy": (),
        "crumbs": desk_crumbs(found, (_("Copy"), "")),
    }  # fmt: skip
    form = CopyForm(sent(request), initial={"title": found.title, "title_en": found.title_en})
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("The round is begun."))


def _moved_on(found: Call, at: datetime) -> dict[str, Any]:
    """Move dates on by as many whole weeks as put the first of them ahead; an imported call has none worth keeping."""
    phases = [] if found.imported else sorted(found.phases.all(), key=lambda phase: phase.position)
    if not phases:
        return {}
    weeks = max((at - phases[0].starts_at) // timedelta(weeks=1) + 1, 0)
    step = timedelta(weeks=weeks)
    rows = [{"kind": one.kind, "starts_at": one.starts_at + step, "ends_at": one.ends_at + step} for one in phases]
    return {"phases": rows, "roll_date": found.roll_date + step if found.roll_date else None}


@login_required
@form_page
def cancel(request: Request, call_id: UUID) -> HttpResponse:
    """Cancel a call with a reason that everyone reads."""
    found = run_call(request, call_id)
    CALL.move(found.state, "cancel")

    def act(form: Any) -> str:
        operations.cancel_call(
            actor=request.actor, call_id=found.pk, reason=form.cleaned_data["reason"], at=request.now
        )
        return reverse("ventures:desk_call", args=[found.pk])

    context = {
        "call": found,
        "handed_in": queries.proposals(viewer=request.actor, call_id=found.pk).count(),
        "crumbs": desk_crumbs(found, (_("Cancel"), "")),
    }
    form = ReasonForm(sent(request))
    return answer_form(request, form, act, "ventures/desk/cancel.html", context, done=_("The round is cancelled."))


@login_required
def history(request: Request, call_id: UUID) -> HttpResponse:
    """Show what was done to a call and its vote, newest first."""
    found = read_call(request, call_id)
    context = {
        "call": found,
        "tabs": tabs_of(request, found, "desk_history"),
        "crumbs": desk_crumbs(found, (_("History"), "")),
    }
    return history_response(
        request, found._meta.label_lower, str(found.pk), context, template="ventures/desk/history.html"
    )


def _public_address(proposal: Proposal) -> str:
    return reverse("ventures:proposal", args=[proposal.pk])


def _desk_address(proposal: Proposal) -> str:
    if proposal.state == "submitted":
        return reverse("ventures:desk_review", args=[proposal.pk])
    return _public_address(proposal)


_COLUMNS: Final = {column.key: column for column in exchange.PROPOSALS.columns}
PROPOSALS: Final[Listing] = replace(
    exchange.PROPOSALS,
    key="desk-proposals",
    columns=(
        replace(_COLUMNS["title"], url=_desk_address),
        _COLUMNS["number"],
        _COLUMNS["state"],
        _COLUMNS["amount"],
        _COLUMNS["amount_fen"],
        _COLUMNS["team_name"],
        _COLUMNS["community"],
        _COLUMNS["theme"],
        Column("exclusive", _("Alternatives"), sort="exclusive", priority=2),
        Column("submitted_at", _("Handed in"), "datetime", sort="submitted_at", priority=2),
        _COLUMNS["people_reached"],
    ),
    default_sort="number",
    filters=(
        ChoiceFilter("state", _("State"), choices=list(PROPOSAL.states.items())),
        *exchange.PROPOSALS.filters[1:],
    ),
    empty=Empty(
        _("No proposal was handed in yet"), _("They stand here from the hand-in on; drafts are the teams' own.")
    ),
)
GROUPED: Final = replace(
    PROPOSALS,
    columns=(
        *PROPOSALS.columns,
        Column(
            "group",
            _("Group"),
            value=lambda one: _("Set the group"),
            url=lambda one: reverse("ventures:desk_exclusive", args=[one.pk]),
            in_export=False,
        ),
    ),
)


@login_required
def proposals(request: Request, call_id: UUID) -> HttpResponse:
    """List all that was handed in to a call, in every state."""
    found = read_call(request, call_id)
    request.themes = found.themes  # type: ignore[attr-defined]  # read by the listing's filter of themes
    groups = found.exclusive_groups and queries.may_run(viewer=request.actor, found=found)
    open_now = found.state in ("submission", "review", "notice")
    context = {
        "heading": _("Proposals"),
        "lead": found.shown_title,
        "call": found,
        "tabs": tabs_of(request, found, "desk_proposals"),
        "states": _state_counts(request, found),
        "crumbs": desk_crumbs(found, (_("Proposals"), "")),
    }
    rows = queries.proposals(viewer=request.actor, call_id=call_id)
    listing = GROUPED if groups and open_now else PROPOSALS
    if not request.actor.holds_anywhere(REVIEWERS):
        listing = replace(listing, columns=(replace(_COLUMNS["title"], url=_public_address), *listing.columns[1:]))
    answer: HttpResponse = listing_response(request, listing, rows, context, template="ventures/desk/proposals.html")
    return answer


def _state_counts(request: Request, found: Call) -> list[tuple[Any, int]]:
    counted = queries.figures(viewer=request.actor, found=found).states
    return [(label, counted[name]) for name, label in PROPOSAL.states.items() if counted.get(name)]


@login_required
@form_page
def exclusive(request: Request, proposal_id: UUID) -> HttpResponse:
    """Put a proposal into a group of alternatives, or take it out."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    policies.require_runs(request.actor, found.call)
    back = reverse("ventures:desk_proposals", args=[found.call_id])

    def act(form: Any) -> str:
        group, reason = form.cleaned_data["exclusive"], form.cleaned_data.get("reason", "")
        operations.set_exclusive(
            actor=request.actor, proposal_id=proposal_id, group=group, reason=reason, at=request.now
        )
        return back

    context = {
        "heading": _("Group of alternatives"),
        "lead": found.title,
        "text": _("Of the projects of one group at most one can be chosen: they need the same place, or do the same."),
        "button": _("Set the group"),
        "crumbs": desk_crumbs(found.call, (_("Proposals"), back), (_("Group of alternatives"), "")),
    }
    form = ExclusiveForm(
        sent(request),
        offers=found.call.exclusive_groups,
        announced=found.call.state == "notice",
        initial={"exclusive": found.exclusive},
    )
    return answer_form(request, form, act, "ventures/desk/new.html", context, done=_("The group is set."))
