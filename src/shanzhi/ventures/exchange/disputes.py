"""The list of objections and appeals, declared once for page, phone and Excel; it never says who filed."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from shanzhi.ui.pieces import Tone
from shanzhi.ventures.lifecycle import DISPUTE, DISPUTE_KINDS, RULINGS
from shanzhi.ventures.models import Dispute
from shanzhi.ventures.models.disputes import STANDINGS
from shanzhi.ventures.queries.areas import read_areas
from shanzhi.ventures.queries.disputes import searched

TONES: Final[dict[str, Tone]] = {"filed": "accent", "answered": "accent", "ruled": "plain", "withdrawn": "plain"}


def dispute_state(found: Dispute) -> tuple[Tone, Any]:
    """Give tone and words of where it stands: the outcome once it is ruled on."""
    if found.state == "ruled":
        return ("good" if found.outcome == "upheld" else "plain"), RULINGS[found.outcome]
    return TONES[found.state], DISPUTE.states[found.state]


def filed_as(found: Dispute) -> str:
    """Say as what somebody filed it, a resident by community, never the name."""
    place = getattr(found, "place_name", "") or found.place
    if found.standing == "resident" and place:
        return gettext("A resident of %(place)s") % {"place": place}
    return str(STANDINGS[found.standing])


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(searched(text))


def _overdue(yes: bool) -> Q:
    return Q(waits_until__lt=Now()) if yes else Q(waits_until__gte=Now())


def _areas(request: HttpRequest) -> AreaSource:
    return read_areas(**viewing(request))


def _outcome(found: Dispute) -> str:
    return str(RULINGS.get(found.outcome, ""))


DISPUTES: Final = Listing(
    key="disputes",
    caption=_("Objections and appeals"),
    columns=(
        Column("project", _("Project"), value="proposal__title", sort="proposal__title",
               url=lambda one: f"/desk/disputes/{one.pk}/"),
        Column("kind", _("Kind"), value=lambda one: DISPUTE_KINDS[one.kind], sort="kind"),
        Column("state", _("State"), "tag", dispute_state, sort="course", export=lambda one: DISPUTE.states[one.state]),
        Column("outcome", _("Outcome"), value=_outcome, on_page=False),
        Column("waits_until", _("Ruling due"), "datetime", lambda one: one.due_at if one.open else None,
               sort="waits_until", in_export=False),
        Column("due_at", _("Ruling due"), "datetime", on_page=False),
        Column("filed_at", _("Filed"), "datetime", sort="filed_at", priority=2),
        Column("filed_as", _("Filed by"), value=filed_as, priority=2),
        Column("number", _("No."), "number", value="proposal__number", sort="proposal__number", priority=3),
        Column("call", _("Call"), value="proposal__call__shown_title", on_page=False),
        Column("community", _("Community"), value="community_name", on_page=False),
        Column("text", _("Grounds"), on_page=False),
        Column("answer", pgettext_lazy("to an objection", "Answer"), on_page=False),
        Column("ruling", _("Ruling"), on_page=False),
        Column("ruled_at", _("Ruled on"), "datetime", on_page=False),
    ),
    default_sort="waits_until",
    filters=(
        ChoiceFilter("kind", _("Kind"), choices=list(DISPUTE_KINDS.items())),
        ChoiceFilter("state", _("State"), choices=DISPUTE.choices()),
        BooleanFilter("overdue", _("Deadline"), apply=_overdue, yes=_("Overdue"), no=_("Not overdue")),
        DateRangeFilter("filed", _("Filed"), field="filed_at"),
        AreaFilter("area", _("Area"), field="proposal__community", source=_areas),
    ),
    search=_search,
    search_label=_("Search projects, teams, numbers, rounds"),
    empty=Empty(
        _("No objection or appeal"),
        _("Residents object while a notice runs, and teams appeal against decisions. What they file stands here."),
    ),
)  # fmt: skip
