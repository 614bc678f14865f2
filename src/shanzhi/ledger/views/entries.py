"""The journal of a book, one entry, and its reversal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ledger import operations, policies, queries
from shanzhi.ledger.forms.books import ReverseForm
from shanzhi.ledger.models import BY_HAND, Entry
from shanzhi.ledger.refusals import ReversedAlready
from shanzhi.ledger.views.parts import FORM, crumbs, may_enter
from shanzhi.ledger.words import amount_words, kind_words
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import BooleanFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def standing(row: Entry) -> tuple[str, str]:
    """Say whether an entry stands, was undone, or undoes another."""
    if row.reverses_id is not None:
        return "plain", _("Undoes another")
    if row.reversals.all():
        return "warn", _("Reversed")
    return "good", _("Stands")


JOURNAL = Listing(
    key="journal",
    columns=(
        Column("number", gettext_lazy("Entry"), "text", sort="number", url=page_of("ledger:entry")),
        Column("on", gettext_lazy("Day"), "date", sort="on"),
        Column("text", gettext_lazy("What for"), value=lambda row: row.text or kind_words(row.kind)),
        Column("kind", gettext_lazy("Sort"), value=lambda row: kind_words(row.kind), priority=3),
        Column("state", gettext_lazy("State"), "tag", value=standing),
        Column("at", gettext_lazy("Entered at"), "datetime", priority=2),
    ),
    default_sort="-number",
    tie="number",
    filters=(
        DateRangeFilter("on", gettext_lazy("Day")),
        BooleanFilter("undone", gettext_lazy("Reversed"), apply=lambda yes: Q(reversals__isnull=not yes),
                      yes=gettext_lazy("Reversed"), no=gettext_lazy("Stands")),
    ),
    search=queries.search_entries,
    search_label=gettext_lazy("Part of the text, or the number of the entry"),
    empty=Empty(gettext_lazy("Nothing is entered in this book yet")),
)  # fmt: skip


@login_required
def journal(request: Any, book_id: UUID) -> HttpResponse:
    """List the entries of a book."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    heading = _("Journal")
    context = {"heading": heading, "lead": found.name, "crumbs": crumbs(found, (heading, ""))}
    rows = queries.entries(viewer=request.actor, book_id=book_id)
    answer: HttpResponse = listing_response(request, JOURNAL, rows, context, template="ui/list_page.html")
    return answer


def _heading(found: Entry) -> str:
    return _("Entry %(number)s") % {"number": found.number}


@login_required
def entry(request: Any, entry_id: UUID) -> HttpResponse:
    """Show an entry with its lines."""
    found = queries.entry(viewer=request.actor, entry_id=entry_id)
    undone = next(iter(found.reversals.all()), None)
    postings = queries.postings_of(viewer=request.actor, entry_id=entry_id)
    by_hand = all(row.account.owner_kind in BY_HAND for row in postings)
    context = {
        "entry": found,
        "heading": _heading(found),
        "state": standing(found),
        "undone": undone,
        "pairs": [
            Answer(_("What for"), found.text or formatting.NONE),
            Answer(_("Day"), formatting.day(found.on)),
            Answer(_("Entered at"), formatting.moment(found.at)),
            Answer(_("Sort"), kind_words(found.kind)),
        ],
        "crumbs": crumbs(
            found.book, (_("Journal"), reverse("ledger:journal", args=[found.book_id])), (_heading(found), "")
        ),
        "may_reverse": undone is None and found.reverses_id is None and by_hand and may_enter(request, found.book),
    }
    context["lines"] = [
        (row.account, amount_words(row.amount, row.account.commodity), amount_words(row.stood, row.account.commodity))
        for row in postings
    ]
    return render(request, "ledger/entry.html", context)


@login_required
@form_page
def reverse_entry(request: Any, entry_id: UUID) -> HttpResponse:
    """Undo an entry by its mirror."""
    found = queries.entry(viewer=request.actor, entry_id=entry_id)
    policies.require(policies.may_enter_in(actor=request.actor, book=found.book))
    if found.reverses_id is not None or found.reversals.all():
        raise ReversedAlready

    def act(form: Any) -> str:
        made = operations.reverse(entry_id=entry_id, **form.cleaned_data, **acting(request))
        return reverse("ledger:entry", args=[made.id])

    heading = _("Undo the entry")
    context = {
        "heading": heading,
        "lead": _("Its mirror is entered beside it; both stay in the book."),
        "button": heading,
        "kind": "danger",
        "back": reverse("ledger:entry", args=[entry_id]),
        "crumbs": crumbs(found.book, (_heading(found), reverse("ledger:entry", args=[entry_id])), (heading, "")),
    }
    form = ReverseForm(sent(request), initial={"on": timezone.localdate(request.now)})
    return answer_form(request, form, act, context, done=_("The entry is undone."), template=FORM)
