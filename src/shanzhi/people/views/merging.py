"""The desk of records that may be one person's: likely twins, merges proposed and done, and the steps of each."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.people import operations, queries
from shanzhi.people.forms import ReasonForm
from shanzhi.people.lifecycle import MERGE, VERIFIED
from shanzhi.people.models import Person, PersonMerge
from shanzhi.people.rights_forms import MergeForm
from shanzhi.people.views.desk import crumbs
from shanzhi.people.views.words import SHORT_STATES, state_tag
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page

TONES: Final = {"proposed": "warn", "done": "good", "refused": "plain", "undone": "plain"}
TWINS_WORD: Final = gettext_lazy("Likely twins")
MERGES_WORD: Final = gettext_lazy("Merged records")


def _tag(row: PersonMerge) -> tuple[str, Any]:
    return TONES[row.state], MERGE.states[row.state]


def _beside(row: Any) -> str:
    return f"{reverse('people:merge_with', args=[row.pk])}?other={row.twin_id}"


def _why(row: Any) -> Any:
    if row.born_on is not None and row.born_on == row.twin_born:
        return _("Same name and date of birth")
    return _("Same name and community")


TWINS: Final = Listing(
    key="twins",
    columns=(
        Column("name", gettext_lazy("Name"), value=lambda row: str(row.name), url=_beside),
        Column("area", gettext_lazy("Community"), value="area_name", sort="area"),
        Column("real_name", gettext_lazy("Real name"), "tag", value=lambda row: state_tag(row.real_name),
               sort="real_name"),
        Column("twin_place", gettext_lazy("Community of the other record"), value="twin_place"),
        Column("twin_state", gettext_lazy("Real name of the other record"), "tag",
               value=lambda row: state_tag(row.twin_state)),
        Column("why", gettext_lazy("Why they look alike"), value=_why),
        Column("created_at", gettext_lazy("On record since"), "date", sort="created_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("Real name"), field="real_name", choices=list(SHORT_STATES.items())[:2]),
        DateRangeFilter("created_at", gettext_lazy("On record since")),
    ),
    search=queries.search,
    search_label=gettext_lazy("Whole phone, document number or name"),
    empty=Empty(
        gettext_lazy("No two records look alike"),
        gettext_lazy("In your areas no two records have the same name and date of birth, or name and community."),
    ),
)  # fmt: skip
MERGES: Final = Listing(
    key="merges",
    columns=(
        Column("kept", gettext_lazy("Record that stays"), value=lambda row: str(row.kept.name),
               url=page_of("people:merge")),
        Column("merged", gettext_lazy("Record that gave way"), value=lambda row: str(row.merged.name)),
        Column("state", gettext_lazy("State"), "tag", value=_tag, sort="state"),
        Column("by", gettext_lazy("Proposed by"), value=lambda row: str(row.proposed_by.name), priority=2),
        Column("proposed_at", gettext_lazy("Proposed on"), "datetime", sort="proposed_at"),
        Column("decided_at", gettext_lazy("Decided on"), "datetime", priority=2),
    ),
    default_sort="-proposed_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=list(MERGE.states.items())),
        DateRangeFilter("proposed_at", gettext_lazy("Proposed on")),
    ),
    search=queries.search_merges,
    search_label=gettext_lazy("Whole phone, document number or name"),
    empty=Empty(
        gettext_lazy("No merges yet"),
        gettext_lazy("A merge is begun on the page of one of the two records, or in the list of likely twins."),
        "/desk/people/twins/",
        TWINS_WORD,
    ),
)  # fmt: skip


@login_required
def twins(request: Any) -> HttpResponse:
    """List records that look as if they were one person's."""
    context = {
        "heading": TWINS_WORD,
        "lead": _("Compared are sealed marks of names and dates of birth; a name alone may be a namesake's."),
        "crumbs": crumbs((TWINS_WORD, "")),
    }
    rows = queries.twins(viewer=request.actor)
    answer: HttpResponse = listing_response(request, TWINS, rows, context, template="people/twins.html")
    return answer


@login_required
def merges(request: Any) -> HttpResponse:
    """List merges of the own areas, those that wait among them."""
    context = {"heading": MERGES_WORD, "crumbs": crumbs((MERGES_WORD, ""))}
    rows = queries.merges(viewer=request.actor)
    answer: HttpResponse = listing_response(request, MERGES, rows, context)
    return answer


@login_required
@form_page
def merge_with(request: Any, person_id: UUID) -> HttpResponse:
    """Find the other record of a person, look at both side by side, and propose to merge them."""
    found = queries.mergeable(viewer=request.actor, person_id=person_id, at=request.now)
    other = request.GET.get("other", "")
    if other:
        return _compare(request, found, _number(other))
    words = request.GET.get("q", "").strip()
    context = {
        "person": found,
        "words": words,
        "found": queries.candidates(viewer=request.actor, person=found, words=words) if words else [],
        "twins": queries.twins_of(viewer=request.actor, person=found),
        "crumbs": _below(found),
    }
    return render(request, "people/merge_find.html", context)


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def _below(found: Person) -> list[tuple[Any, str]]:
    return crumbs((str(found.name), reverse("people:person", args=[found.pk])), (_("Merge with another record"), ""))


def _compare(request: Any, found: Person, other_id: UUID) -> HttpResponse:
    """Show both records, and merge or propose it when that was sent."""
    other = queries.mergeable(viewer=request.actor, person_id=other_id, at=request.now)
    verified_last = other.real_name in VERIFIED and found.real_name not in VERIFIED
    pair = (other.pk, found.pk) if verified_last else (found.pk, other.pk)
    if request.POST.get("keep") == str(pair[1]):
        pair = (pair[1], pair[0])
    kept_id, merged_id = pair
    shown = queries.preview(viewer=request.actor, kept_id=kept_id, merged_id=merged_id, at=request.now)
    sides = (shown.kept, shown.merged)
    form_data = request.POST if request.method == "POST" else None
    form = MergeForm(form_data, sides=(sides[0].person, sides[1].person))
    if form.is_valid():
        try:
            made = operations.propose_merge(
                actor=request.actor, kept_id=kept_id, merged_id=merged_id, reason=form.cleaned_data["reason"],
                at=request.now,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            done = made.state == "done"
            messages.success(request, _("Merged.") if done else _("Proposed. Another member of staff decides."))
            return redirect("people:merge", made.pk)
    context = {
        "person": found, "sides": _words(sides), "shown": shown, "form": form, "crumbs": _below(found),
    }  # fmt: skip
    return render(request, "people/merge_compare.html", context, status=422 if form.errors else 200)


def _words(sides: tuple[queries.Side, queries.Side]) -> list[tuple[queries.Side, str, Any]]:
    return [(side, *state_tag(side.person.real_name)) for side in sides]


@login_required
@form_page
def merge(request: Any, merge_id: UUID) -> HttpResponse:
    """Show a merge and take its next step."""
    found = queries.merge(viewer=request.actor, merge_id=merge_id)
    act = request.POST.get("act")
    form = ReasonForm(request.POST if act in ("refuse", "undo") else None)
    try:
        if act == "approve":
            operations.approve_merge(actor=request.actor, merge_id=merge_id, at=request.now)
        elif form.is_valid():
            step = operations.refuse_merge if act == "refuse" else operations.undo_merge
            step(actor=request.actor, merge_id=merge_id, at=request.now, reason=form.cleaned_data["reason"])
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.text)
    if request.method == "POST" and not form.errors:
        return redirect("people:merge", merge_id)
    shown = queries.preview_of(viewer=request.actor, found=found, at=request.now)
    context = {
        "merge": found, "form": form, "tag": _tag(found), "sides": _words((shown.kept, shown.merged)),
        "own": request.actor.is_person(found.proposed_by_id), "last": queries.is_last(found),
        "hindrances": shown.hindrances if found.state == "proposed" else [],
        "crumbs": crumbs((MERGES_WORD, reverse("people:merges")), (str(found.kept.name), "")),
    }  # fmt: skip
    return render(request, "people/merge.html", context, status=422 if form.errors else 200)
