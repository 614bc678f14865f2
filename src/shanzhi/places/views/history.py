"""All that ever happened to an area."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries
from shanzhi.places.models import ChangeKind
from shanzhi.places.views.words import after_words, before_words, crumbs
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.pieces import Crumb

HISTORY = Listing(
    key="history",
    columns=(
        Column("on", gettext_lazy("On"), "date", sort="on"),
        Column("kind", gettext_lazy("What happened"), value=lambda row: row.get_kind_display()),
        Column("before", pgettext_lazy("change of an area", "From"), value=before_words),
        Column("after", pgettext_lazy("change of an area", "To"), value=after_words),
        Column("reason", gettext_lazy("Reason")),
        Column("source", pgettext_lazy("area", "Source"), priority=2),
    ),
    default_sort="-on",
    filters=(
        ChoiceFilter("kind", gettext_lazy("What happened"), choices=ChangeKind.choices),
        DateRangeFilter("on", gettext_lazy("On"), moments=False),
    ),
    search=lambda rows, words: rows.filter(Q(reason__icontains=words) | Q(source__icontains=words)),
    search_label=gettext_lazy("A word of the reason or the source"),
    empty=Empty(gettext_lazy("Nothing is recorded yet"), gettext_lazy("The area has its first name and code still.")),
)


def history(request: HttpRequest, code: str) -> HttpResponse:
    """Every change of an area's name and code."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    context = {
        "heading": _("History of %(name)s") % {"name": steps[-1].name},
        "lead": _("Every change of its name and code, with the grounds."),
        "crumbs": crumbs(steps, Crumb(pgettext("area", "History"))),
    }
    answer: HttpResponse = listing_response(request, HISTORY, queries.changes(code), context)
    return answer
