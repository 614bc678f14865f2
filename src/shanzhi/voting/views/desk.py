"""The desk: the roll of voters, and elections from files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.places import queries as places
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.tally.spec import Completion, Spec, Threshold
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.formatting import chinese
from shanzhi.ui.http import Request
from shanzhi.ui.listing import Column, Empty, Listing, listing_response
from shanzhi.voting import exchange, operations, queries
from shanzhi.voting.forms import ImportForm, UploadForm
from shanzhi.voting.lifecycle import DRAFT, MANAGERS, ROLL_FIXED
from shanzhi.voting.models import RollEntry
from shanzhi.voting.operations.polls import event_area
from shanzhi.voting.policies import reads_roll
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.words import rule_name


def _search(rows: QuerySet[RollEntry], text: str) -> QuerySet[RollEntry]:
    """Find by the start of an area's code; names are sealed and found at the desk of people."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return rows.filter(area__startswith=digits) if digits else rows.none()


ROLL = Listing(
    key="roll",
    columns=[
        Column("name", gettext_lazy("Voter"), value=lambda row: str(row.person.name)),
        Column("number", gettext_lazy("Identity number"), value=lambda row: str(row.person.id_number), priority=2),
        Column("area", gettext_lazy("Area code"), sort="area"),
    ],
    default_sort="area",
    search=_search,
    search_label=gettext_lazy("Area code"),
    empty=Empty(gettext_lazy("The roll has not been drawn yet."), gettext_lazy("Draw it on its date or later.")),
    caption=gettext_lazy("Roll of voters"),
)


@login_required
def electorate(request: Any, poll_id: UUID) -> HttpResponse:
    """Show the roll of a poll in the own areas, masked, with counts by community."""
    rows = queries.roll(viewer=request.actor, poll_id=poll_id)
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    counts = queries.roll_by_community(viewer=request.actor, poll_id=poll_id)
    names = places.names([code for code, _people in counts] + list(poll.areas))
    context = {
        "poll": poll,
        "home": event_area(poll),
        "heading": _("Electorate"),
        "lead": localized(poll),
        "counts": [(names.get(code, code), code, people) for code, people in counts],
        "areas": [names.get(code, code) for code in poll.areas],
        "total": sum(people for _code, people in counts),
        "may_draw": queries.may_manage(viewer=request.actor, poll=poll) and poll.state in (DRAFT, ROLL_FIXED),
        "crumbs": [(_("Home"), "/"), (localized(poll), ""), (_("Electorate"), "")],
    }
    answer: HttpResponse = listing_response(request, ROLL, rows, context, template="voting/electorate.html")
    return answer


@login_required
@require_POST
def draw_roll(request: Any, poll_id: UUID) -> HttpResponse:
    """Fix the roll."""
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    if not reads_roll(request.actor, poll):
        raise NotFound
    try:
        total = operations.draw_roll(actor=request.actor, poll_id=poll_id, at=request.now)
    except (operations.RollTooEarly, operations.NobodyOnRoll) as refusal:
        messages.error(request, refusal.text)
    else:
        words = ngettext("%(number)s voter is on the roll.", "%(number)s voters are on the roll.", total)
        messages.success(request, words % {"number": f"{total:,}"})
    return redirect("voting:electorate", poll_id)


@login_required
def upload(request: Any) -> HttpResponse:
    """Take a Pabulib file."""
    if not request.actor.areas(MANAGERS):
        raise exchange.MayNotImport
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                if given.size > exchange.largest():
                    raise exchange.FileTooLarge(field="file", most=exchange.largest() // 1024 // 1024)
                kept = exchange.take_file(actor=request.actor, name=given.name, content=given.read(), at=request.now)
            except Refusal as refusal:
                ui_forms.apply_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("voting:import_preview", kept.pk)
    crumbs = [(_("Home"), "/"), (_("Import an election"), "")]
    return render(request, "voting/import.html", {"form": form, "crumbs": crumbs}, status=status)


def _areas(request: Request) -> list[tuple[str, str]]:
    """List the areas that the person may import into: the own ones and those directly below."""
    held = request.actor.areas(MANAGERS)
    codes = [code for code in held if code]
    for code in held:
        codes += [area.code for area in places.children(code, request.now)]
    names = places.full_names(codes)
    return [(code, names.get(code, code)) for code in codes]


@login_required
def import_preview(request: Any, upload_id: UUID) -> HttpResponse:
    """Show what a file holds, and make it a poll when told so."""
    kept = exchange.upload(viewer=request.actor, upload_id=upload_id)
    usual = spec_from_json(kept.summary["spec"])
    initial = {
        "title": kept.summary["title"][:200],
        "completion": usual.completion,
        "by_cost": usual.threshold.by_cost or None,
    }
    form = ImportForm(request.POST or None, initial=initial, areas=_areas(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            job = exchange.start_import(
                actor=request.actor,
                upload_id=upload_id,
                title=values["title"],
                area=values["area"],
                spec=_spec(usual, values),
                at=request.now,
            )
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("work:job", args=[job]))
    context = {
        "kept": kept,
        "form": form,
        "rule": rule_name({"rule": usual.rule, "satisfaction": usual.satisfaction, "completion": usual.completion}),
        "warnings": [(w[0], w[1] + w[2] if chinese() else f"{w[3]} {w[4]}") for w in kept.summary["warnings"]],
        "crumbs": [(_("Home"), "/"), (_("Import an election"), reverse("voting:import")), (kept.name, "")],
    }
    return render(request, "voting/import_preview.html", context, status=422 if form.errors else 200)


def _spec(usual: Spec, values: dict[str, Any]) -> Spec:
    """Put what the importer chose in the place of what the file says."""
    rule = values["rule"] or usual.rule
    completion: Completion = (values["completion"] or "none") if rule == "equal-shares" else "none"
    threshold: Threshold = replace(usual.threshold, by_cost=values["by_cost"] or 0)
    return replace(usual, rule=rule, completion=completion, threshold=threshold)
