"""My receipts."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.pieces import Tone
from shanzhi.voting import queries
from shanzhi.voting.lifecycle import CLOSED, COUNTED, OPEN, POLL
from shanzhi.voting.models import Poll
from shanzhi.voting.operations.envelopes import grouped
from shanzhi.voting.views.words import title_of

TONES: Final[dict[str, Tone]] = {OPEN: "good", CLOSED: "accent", COUNTED: "plain"}


def _address(poll: Poll) -> str:
    return reverse("voting:vote" if poll.state == OPEN else "voting:results", args=[poll.pk])


def _next(poll: Poll) -> str:
    """Say what to do with a receipt of this vote."""
    return _("Vote or change the vote") if poll.state == OPEN else _("Check a receipt")


def _next_address(poll: Poll) -> str:
    return reverse("voting:vote" if poll.state == OPEN else "voting:receipt", args=[poll.pk])


def _search(rows: QuerySet[Poll], text: str) -> QuerySet[Poll]:
    return rows.filter(Q(title__icontains=text) | Q(title_en__icontains=text))


VOTES: Final = Listing(
    key="my-votes",
    columns=(
        Column("title", gettext_lazy("Vote"), value=lambda poll: title_of(poll)["title"], sort="title", url=_address),
        Column(
            "state",
            gettext_lazy("State"),
            "tag",
            lambda poll: (TONES[poll.state], POLL.states[poll.state]),
            sort="state",
        ),
        Column("opens_at", gettext_lazy("Opens"), "datetime", sort="opens_at", priority=2),
        Column("closes_at", gettext_lazy("Closes"), "datetime", sort="closes_at"),
        Column("next", gettext_lazy("Receipt"), value=_next, url=_next_address, in_export=False),
    ),
    default_sort="-closes_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=[(name, POLL.states[name]) for name in TONES]),
        DateRangeFilter("closes_at", gettext_lazy("Closes")),
    ),
    search=_search,
    search_label=gettext_lazy("Name of the vote"),
    empty=Empty(
        gettext_lazy("You are on the roll of no vote yet"),
        gettext_lazy("When one opens in your area, it appears here and on the home page."),
    ),
)


def _named(poll: Poll) -> dict[str, Any]:
    names = title_of(poll)
    return {"poll": poll, "title": names["title"], "lang": names["title_lang"]}


@never_cache
@login_required
def receipts(request: Any) -> HttpResponse:
    """Show the receipts of running votes from the own envelopes; those of closed ones are on the voter's device."""
    running, _finished = queries.own_polls(viewer=request.actor)
    mine = []
    for poll in running:
        own = queries.own_ballot(viewer=request.actor, poll_id=poll.pk)
        mine.append({**_named(poll), "receipt": grouped(own.receipt) if own else ""})
    context = {
        "heading": _("My receipts"),
        "lead": _("With a receipt you check after the close that your vote was counted as you cast it."),
        "running": mine,
        "crumbs": [(_("Home"), "/"), (_("My receipts"), "")],
    }
    rows = queries.own_votes(viewer=request.actor)
    answer: HttpResponse = listing_response(request, VOTES, rows, context, template="voting/receipts.html")
    return answer
