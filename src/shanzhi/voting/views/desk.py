"""The desk: the roll of voters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, Empty, Listing, Rows, listing_response
from shanzhi.ui.methods import acts
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
    return queries.roll_areas(**viewing(request))


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
    names = places.names(list(poll.areas))
    context = {
        "poll": poll,
        "home": event_area(poll),
        "heading": _("Electorate"),
        "lead": localized(poll),
        "areas": [names.get(code, code) for code in poll.areas],
        "total": rows.count(),
        "may_draw": queries.may_manage(viewer=request.actor, poll=poll) and poll.state in (DRAFT, ROLL_FIXED),
        "crumbs": [(_("Home"), "/"), (localized(poll), ""), (_("Electorate"), "")],
    }
    answer: HttpResponse = listing_response(request, ROLL, rows, context, template="voting/electorate.html")
    return answer


@dataclass(frozen=True)
class Community:
    """How many voters a community has; `id` is its code."""

    id: str
    name: str
    people: int


def _named(rows: Rows, text: str) -> Rows:
    """Find by a part of the name, or the start of the code."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted in row.name.casefold() or row.id.startswith(wanted))


COMMUNITIES = Listing(
    key="roll-communities",
    columns=[
        Column("name", gettext_lazy("Community"), sort="name"),
        Column("id", gettext_lazy("Area code"), sort="id"),
        Column("people", gettext_lazy("Voters"), kind="number", sort="people"),
    ],
    default_sort="id",
    filters=[
        ChoiceFilter(
            "size", gettext_lazy("Voters"), choices=[("small", gettext_lazy("Fewer than 100")),
                                                     ("large", gettext_lazy("100 and more"))],
            apply=lambda size: Q(people__lt=100) if size == "small" else Q(people__gte=100),
        )
    ],
    search=_named,
    search_label=gettext_lazy("Name or code of the area"),
    empty=Empty(gettext_lazy("The roll has not been drawn yet."), gettext_lazy("Draw it on its date or later.")),
    caption=gettext_lazy("Voters by community"),
)  # fmt: skip


@login_required
def communities(request: Any, poll_id: UUID) -> HttpResponse:
    """Show how many voters of the own areas each community has."""
    counts = queries.roll_by_community(viewer=request.actor, poll_id=poll_id)
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    names = places.names([code for code, _people in counts])
    rows = Rows(Community(code, names.get(code, code), people) for code, people in counts)
    electorate = (_("Electorate"), reverse("voting:electorate", args=[poll_id]))
    context = {
        "heading": _("Voters by community"),
        "lead": localized(poll),
        "crumbs": [(_("Home"), "/"), (localized(poll), ""), electorate, (_("By community"), "")],
    }
    answer: HttpResponse = listing_response(request, COMMUNITIES, rows, context)
    return answer


@login_required
@acts
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
