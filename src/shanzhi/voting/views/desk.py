"""The desk: the roll of voters."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.listing import AreaFilter, Column, Empty, Listing, listing_response
from shanzhi.voting import operations, queries
from shanzhi.voting.lifecycle import DRAFT, ROLL_FIXED
from shanzhi.voting.models import RollEntry
from shanzhi.voting.operations.polls import event_area
from shanzhi.voting.policies import reads_roll
from shanzhi.voting.views.ballot import localized

MOST_NAMED: Final = 200
"""Areas of one name that a search goes into."""


def _search(rows: QuerySet[RollEntry], text: str) -> QuerySet[RollEntry]:
    """Find by the start of an area's code, or by its name; voters' names are sealed and found at the desk of people."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    if digits:
        return rows.filter(area__startswith=digits)
    named = places.search(text).values_list("code", flat=True)[:MOST_NAMED]
    return rows.filter(places.within_any("area", named))


def _areas(request: HttpRequest) -> AreaSource:
    return queries.roll_areas(viewer=request.actor, at=request.now)  # type: ignore[attr-defined]  # our own attributes


ROLL = Listing(
    key="roll",
    columns=[
        Column("name", gettext_lazy("Voter"), value=lambda row: str(row.person.name)),
        Column("number", gettext_lazy("Identity number"), value=lambda row: str(row.person.id_number), priority=2),
        Column("place", gettext_lazy("Community"), value="place_name", sort="place_name"),
        Column("area", gettext_lazy("Area code"), sort="area"),
    ],
    default_sort="area",
    filters=[AreaFilter("in", gettext_lazy("Area"), field="area", source=_areas)],
    search=_search,
    search_label=gettext_lazy("Name or code of the area"),
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
