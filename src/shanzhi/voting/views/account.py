"""My receipts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shanzhi.voting import queries
from shanzhi.voting.models import Poll
from shanzhi.voting.operations.envelopes import grouped
from shanzhi.voting.views.words import title_of


def _named(poll: Poll) -> dict[str, Any]:
    names = title_of(poll)
    return {"poll": poll, "title": names["title"], "lang": names["title_lang"]}


@never_cache
@login_required
def receipts(request: Any) -> HttpResponse:
    """Show the receipts of running votes from the own envelopes; those of closed ones are on the voter's device."""
    running, finished = queries.own_polls(viewer=request.actor)
    mine = []
    for poll in running:
        own = queries.own_ballot(viewer=request.actor, poll_id=poll.pk)
        mine.append({**_named(poll), "receipt": grouped(own.receipt) if own else ""})
    context = {
        "running": mine,
        "finished": [_named(poll) for poll in finished],
        "crumbs": [(_("Home"), "/"), (_("My receipts"), "")],
    }
    return render(request, "voting/receipts.html", context)
