"""The lists of the desk of agreements: the agreements, what passed, what was cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.timebank.lifecycle import LINK
from shanzhi.timebank.models import PASSED_TO, Crossing, Link
from shanzhi.timebank.queries import clearing as reading
from shanzhi.timebank.views.desk import listed, minutes_column
from shanzhi.ui import formatting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing

TONES = {"proposed": "warn", "agreed": "good"}
OUT, CAME = pgettext_lazy("between banks", "Out"), pgettext_lazy("between banks", "In")


def link_state(row: Link) -> tuple[str, str]:
    """Say where an agreement stands."""
    return TONES.get(row.state, "plain"), str(LINK.states[row.state])


def position(row: Any) -> str:
    """Say who owes how much, seen from the bank of the desk."""
    if row.one_account is None:
        return formatting.NONE
    if not row.owed:
        return _("Nobody owes anything")
    words = formatting.minutes(abs(row.owed))
    return _("We owe %(minutes)s") % {"minutes": words} if row.owed > 0 else _("Owed to us: %(minutes)s") % {
        "minutes": words
    }  # fmt: skip


def whose(row: Crossing) -> str:
    """Say whose account the other one is to the sender; what a bank settled is so named."""
    return str(PASSED_TO[row.relation]) if row.relation else _("Settled between the pools")


def way(row: Any) -> str:
    """Say whether it went out or came in."""
    return str(CAME if row.came else OUT)


LINKS = Listing(
    key="time_bank_links",
    columns=(
        Column("partner", gettext_lazy("The other bank"), sort="partner"),
        minutes_column("most", gettext_lazy("Limit"), sort="most"),
        Column("owed", gettext_lazy("What is owed"), value=position, sort="owed", export=lambda row: row.owed,
               scale="amount"),
        Column("state", gettext_lazy("State"), "tag", value=link_state, sort="state"),
        Column("proposed_at", gettext_lazy("Proposed on"), "date", sort="proposed_at", priority=2),
        Column("ended_at", pgettext_lazy("clearing agreement", "Ended on"), "date", sort="ended_at", priority=3),
    ),
    default_sort="-proposed_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=LINK.choices()),
        DateRangeFilter("proposed_at", gettext_lazy("Proposed on")),
    ),
    search=reading.search_links,
    search_label=gettext_lazy("Part of the other bank's name"),
    empty=Empty(
        gettext_lazy("This bank has no agreement with another yet"),
        gettext_lazy("With one, members who move away keep what they earned, and can give to parents elsewhere."),
    ),
)  # fmt: skip
CROSSINGS = Listing(
    key="time_bank_crossings",
    columns=(
        Column("at", gettext_lazy("Day"), "date", sort="at"),
        Column("way", gettext_lazy("Direction"), value=way, sort="came"),
        Column("partner", gettext_lazy("The other bank"), sort="partner"),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        Column("sender", gettext_lazy("From account"), value=lambda row: row.sender.number if row.sender else ""),
        Column("receiver", gettext_lazy("To account"), value=lambda row: row.receiver.number if row.receiver else ""),
        Column("relation", gettext_lazy("Whose account"), value=whose, priority=2),
        Column("reason", gettext_lazy("Reason"), priority=3),
    ),
    default_sort="-at",
    filters=(
        BooleanFilter("came", gettext_lazy("Direction"), yes=CAME, no=OUT),
        BooleanFilter("settled", gettext_lazy("What it is"),
                      apply=lambda yes: Q(relation="") if yes else ~Q(relation=""),
                      yes=gettext_lazy("Settled between the pools"), no=gettext_lazy("Passed on by members")),
        DateRangeFilter("at", gettext_lazy("Day")),
    ),
    search=reading.search_crossings,
    search_label=gettext_lazy("Account number or how it begins, or part of the bank's name"),
    empty=Empty(
        gettext_lazy("Nothing has passed between this bank and others yet"),
        gettext_lazy("Members pass credits on from the page My time bank, once an agreement is in force."),
    ),
)  # fmt: skip
CLEARED = Listing(
    key="time_bank_cleared",
    columns=(
        Column("month", gettext_lazy("Month"), value=lambda row: f"{row.clearing.month:%Y-%m}", sort="clearing__month"),
        Column("partner", gettext_lazy("The other bank"), sort="partner"),
        minutes_column("minutes", pgettext_lazy("between banks", "Cleared"), sort="minutes"),
        Column("owing", gettext_lazy("Who owed it"), sort="owing",
               value=lambda row: _("This bank") if row.owing else _("The other bank")),
    ),
    default_sort="-month",
    filters=(
        BooleanFilter("owing", gettext_lazy("Who owed it"), yes=gettext_lazy("This bank"),
                      no=gettext_lazy("The other bank")),
        DateRangeFilter("month", gettext_lazy("Month"), field="clearing__month", moments=False),
    ),
    search=reading.search_cleared,
    search_label=gettext_lazy("Part of the other bank's name"),
    empty=Empty(
        gettext_lazy("Nothing was cleared yet"),
        gettext_lazy("Once a month, debts that go round in a circle between banks are taken off one another."),
    ),
)  # fmt: skip


@login_required
def links(request: Any, bank_id: UUID) -> HttpResponse:
    """List the agreements of a bank, with what is owed."""
    way_on = (_("Propose an agreement"), reverse("timebank:propose_link", args=[bank_id]))
    return listed(
        request, bank_id, _leading(bank_id), _("Agreements with other banks"), reading.links, readable=True, way=way_on
    )


def _leading(bank_id: UUID) -> Listing:
    """Have each row lead to the page of the agreement, seen from this bank."""
    first, *rest = LINKS.columns
    leading = replace(first, url=lambda row: reverse("timebank:link", args=[bank_id, row.pk]))
    return replace(LINKS, columns=(leading, *rest))


@login_required
def crossings(request: Any, bank_id: UUID) -> HttpResponse:
    """List what passed to and from a bank."""
    return listed(request, bank_id, CROSSINGS, _("Credits between banks"), reading.crossings)


@login_required
def cleared(request: Any, bank_id: UUID) -> HttpResponse:
    """List what was cleared of a bank."""
    return listed(request, bank_id, CLEARED, _("Cleared between banks"), reading.cleared)
