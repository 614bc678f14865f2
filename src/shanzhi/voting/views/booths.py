"""Booths as those who run the vote set them up: list, plan, officers, sheets; and the public page of polling places."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.ui.http import Request
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import acts, form_page
from shanzhi.voting import operations, queries
from shanzhi.voting.forms import BoothForm, OfficerForm, PaperTermsForm, PrintForm, ReasonForm
from shanzhi.voting.lifecycle import BOOTH, DRAFT, FINISHED_STATES, OPEN, ROLL_FIXED
from shanzhi.voting.models import Booth, Poll
from shanzhi.voting.models.booths import BOOTH_KINDS
from shanzhi.voting.operations import BoothPlan
from shanzhi.voting.policies import NotYourPoll, require_manager
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.frames import TONES, act_page, areas_of, attempt, crumbs, version_of
from shanzhi.voting.views.printing import sheets_pdf, specimen_pdf


def _search(rows: QuerySet[Booth], text: str) -> QuerySet[Booth]:
    """Find by name, address or code."""
    return rows.filter(name__icontains=text) | rows.filter(place__icontains=text) | rows.filter(code__iexact=text)


BOOTHS = Listing(
    key="booths",
    columns=[
        Column("name", gettext_lazy("Polling place"), sort="name", url=page_of("voting:booth")),
        Column("state", gettext_lazy("State"), kind="tag", sort="state",
               value=lambda row: (TONES[row.state], row.get_state_display()),
               export=lambda row: row.get_state_display()),
        Column("code", pgettext_lazy("booth", "Code"), sort="code", priority=2),
        Column("area", gettext_lazy("Area code"), sort="area", priority=2),
        Column("place", gettext_lazy("Address"), priority=3),
        Column("planned_from", gettext_lazy("Opens"), kind="datetime", sort="planned_from"),
        Column("planned_to", gettext_lazy("Closes"), kind="datetime", sort="planned_to", priority=2),
        Column("officers", gettext_lazy("Officers"), kind="number", value=lambda row: row.officer_count or 0),
        Column("printed", gettext_lazy("Sheets printed"), kind="number", priority=2,
               value=lambda row: row.printed or 0),
        Column("received", gettext_lazy("Received"), kind="number", value="sheets_received", priority=3),
        Column("issued", gettext_lazy("Issued"), kind="number", value="sheets_issued", priority=3),
        Column("cast", gettext_lazy("Cast"), kind="number", value="sheets_cast", priority=3),
    ],
    default_sort="planned_from",
    filters=[
        ChoiceFilter("state", gettext_lazy("State"), choices=BOOTH.choices()),
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=BOOTH_KINDS),
        AreaFilter("area", gettext_lazy("Area code")),
    ],
    search=_search,
    search_label=gettext_lazy("Name, address or code"),
    empty=Empty(
        gettext_lazy("There is no polling place yet."),
        gettext_lazy("Set one up for people who vote on paper; they see it on the page of polling places."),
    ),
    caption=gettext_lazy("Polling places"),
)  # fmt: skip


@login_required
def booths(request: Request, poll_id: UUID) -> HttpResponse:
    """List a poll's booths."""
    rows = queries.booths(viewer=request.actor, poll_id=poll_id)
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    runs_it = queries.may_manage(viewer=request.actor, poll=poll)
    context = {
        "poll": poll,
        "heading": _("Polling places"),
        "lead": localized(poll),
        "may_add": runs_it and poll.state not in FINISHED_STATES,
        "may_set": runs_it and poll.state in (DRAFT, ROLL_FIXED),
        "runs_it": runs_it,
        "crumbs": crumbs(poll),
    }
    answer: HttpResponse = listing_response(request, BOOTHS, rows, context, template="voting/booths.html")
    return answer


def _managed_poll(request: Request, poll_id: UUID) -> Poll:
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    require_manager(request.actor, poll)
    return poll


@login_required
@form_page
def paper_terms(request: Request, poll_id: UUID) -> HttpResponse:
    """Say how far paper goes."""
    poll = _managed_poll(request, poll_id)
    standing = {name: getattr(poll, name) for name in ("booth_registration", "paper_replaces_online")}
    form = PaperTermsForm(request.POST if request.method == "POST" else None, initial=standing)
    if form.is_valid() and attempt(
        form,
        lambda: operations.set_paper_terms(actor=request.actor, poll_id=poll_id, at=request.now, **form.cleaned_data),
    ):
        messages.success(request, _("The terms are kept; they freeze with all others when the vote opens."))
        return redirect("voting:booths", poll_id)
    context = {
        "form": form,
        "heading": _("Terms of voting on paper"),
        "text": _("They are published with the rules of the vote and freeze when it opens."),
        "label": _("Keep the terms"),
        "back": reverse("voting:booths", args=[poll_id]),
        "crumbs": crumbs(poll, (_("Terms of voting on paper"), "")),
    }
    return render(request, "voting/act.html", context, status=422 if form.errors else 200)


def _plan(form: BoothForm) -> BoothPlan:
    return BoothPlan(**form.cleaned_data)


@login_required
@form_page
def add(request: Request, poll_id: UUID) -> HttpResponse:
    """Set up a booth."""
    poll = _managed_poll(request, poll_id)
    form = BoothForm(
        request.POST or None,
        areas=lambda: areas_of(poll, request.now),
        initial={"planned_from": poll.opens_at, "planned_to": poll.closes_at},
    )
    if form.is_valid():
        made = attempt(
            form,
            lambda: operations.create_booth(actor=request.actor, poll_id=poll_id, plan=_plan(form), at=request.now),
        )
        if made:
            messages.success(request, _("The polling place is set up. Name its officers next."))
            return redirect("voting:booth", made.pk)
    context = {
        "form": form,
        "heading": _("Set up a polling place"),
        "text": _("Everybody sees it on the page of polling places."),
        "label": _("Set it up"),
        "back": reverse("voting:booths", args=[poll_id]),
        "crumbs": crumbs(poll, (_("Set up a polling place"), "")),
    }
    return render(request, "voting/act.html", context, status=422 if form.errors else 200)


@login_required
@form_page
def edit(request: Request, booth_id: UUID) -> HttpResponse:
    """Change what is planned."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    _require_runs(request, booth)
    names = ("name", "place", "area", "kind", "planned_from", "planned_to")
    form = BoothForm(
        request.POST or None,
        areas=lambda: areas_of(booth.poll, request.now),
        initial={name: getattr(booth, name) for name in names},
    )
    if form.is_valid() and attempt(
        form,
        lambda: operations.change_booth(
            actor=request.actor, booth_id=booth_id, plan=_plan(form), version=version_of(request), at=request.now
        ),
    ):
        messages.success(request, _("The plan is changed."))
        return redirect("voting:booth", booth_id)
    return act_page(request, booth, form, heading=_("Change the plan"), label=_("Change the plan"))


def _require_runs(request: Request, booth: Booth) -> None:
    if not queries.may_manage(viewer=request.actor, poll=booth.poll):
        raise NotYourPoll


@login_required
@form_page
def officers(request: Request, booth_id: UUID) -> HttpResponse:
    """Name officers, and end their work."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    _require_runs(request, booth)
    choices = queries.officer_choices(viewer=request.actor, booth=booth, at=request.now)
    ending = request.POST.get("end", "")
    form = OfficerForm(request.POST if request.method == "POST" and not ending else None, people=choices)
    given: dict[str, Any] = {"actor": request.actor, "booth_id": booth_id, "at": request.now}
    if ending:
        _end(request, booth, ending)
        return redirect("voting:booth_officers", booth_id)
    if form.is_valid() and attempt(
        form,
        lambda: operations.give_officer(
            person_id=UUID(form.cleaned_data["person"]), version=version_of(request), **given
        ),
    ):
        messages.success(request, _("The officer is named."))
        return redirect("voting:booth_officers", booth_id)
    extra = {"officers": queries.officers(booth=booth), "none_left": not choices}
    return act_page(
        request, booth, form, heading=_("Officers"), label=_("Name as officer"), extra=extra,
        template="voting/officers.html",
    )  # fmt: skip


def _end(request: Request, booth: Booth, ending: str) -> None:
    try:
        person = UUID(ending)
    except ValueError:
        return
    try:
        operations.end_officer(
            actor=request.actor, booth_id=booth.pk, person_id=person, version=version_of(request), at=request.now
        )
    except (operations.TooFewOfficers, operations.StaleBooth) as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("The officer's work here has ended."))


@login_required
@form_page
def cancel(request: Request, booth_id: UUID) -> HttpResponse:
    """Give a booth up that never opened."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    _require_runs(request, booth)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form,
        lambda: operations.cancel_booth(
            actor=request.actor,
            booth_id=booth_id,
            reason=form.cleaned_data["reason"],
            version=version_of(request),
            at=request.now,
        ),
    ):
        messages.success(request, _("The polling place is cancelled; the page of places says so."))
        return redirect("voting:booths", booth.poll_id)
    text = _("Only a polling place that never opened can be cancelled. Sheets printed for it are destroyed.")
    return act_page(request, booth, form, heading=_("Cancel"), label=_("Cancel it"), text=text, kind="danger")


@login_required
@form_page
def print_run(request: Request, booth_id: UUID) -> HttpResponse:
    """Draw serials for a run of sheets, and lead to their PDF."""
    booth = queries.booth(viewer=request.actor, booth_id=booth_id)
    _require_runs(request, booth)
    form = PrintForm(request.POST or None)
    if form.is_valid():
        run = attempt(
            form,
            lambda: operations.print_sheets(
                actor=request.actor, booth_id=booth_id, number=form.cleaned_data["number"], at=request.now
            ),
        )
        if run:
            messages.success(request, _("The sheets are ready as PDF. Print them on one side only, and shuffle them."))
            return redirect("voting:booth_print", booth_id)
    text = _(
        "Each sheet has a serial drawn by lot and a stub with the voter's receipt. The PDF holds both: print it, then "
        "delete it. Each time it is fetched, that is recorded."
    )
    extra = {"runs": queries.runs(booth=booth), "fetchable": booth.state in ("prepared", OPEN)}
    return act_page(
        request, booth, form, heading=_("Print ballot sheets"), label=_("Draw the serials"), text=text, extra=extra,
        template="voting/print.html",
    )  # fmt: skip


@login_required
@acts
def sheets(request: Request, booth_id: UUID, run: int) -> HttpResponse:
    """Give a run of sheets as PDF, in an order drawn anew each time and kept nowhere."""
    booth, rows = queries.sheets_to_print(viewer=request.actor, booth_id=booth_id, run=run)
    operations.note_download(actor=request.actor, booth_id=booth_id, run=run, at=request.now)
    secrets.SystemRandom().shuffle(rows)
    address = request.build_absolute_uri(reverse("voting:receipt", args=[booth.poll_id]))
    content = sheets_pdf(booth.poll, queries.options(poll=booth.poll), rows, address=address, at=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="sheets-{booth.code}-{run}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
def specimen(request: Request, poll_id: UUID) -> HttpResponse:
    """Give one sheet without serial and receipt, marked as a specimen."""
    poll = _managed_poll(request, poll_id)
    address = request.build_absolute_uri(reverse("voting:receipt", args=[poll_id]))
    content = specimen_pdf(poll, queries.options(poll=poll), address=address, at=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="specimen.pdf"'
    return answer


@login_required
def own(request: Request) -> HttpResponse:
    """List the polling places at which one works."""
    found = queries.own_booths(viewer=request.actor)
    context = {
        "booths": [(booth, localized(booth.poll), TONES[booth.state]) for booth in found],
        "crumbs": [(_("Home"), "/"), (_("My polling places"), "")],
    }
    return render(request, "voting/my_booths.html", context)
