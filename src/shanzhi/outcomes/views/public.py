"""What came of a round, for everybody: communities, money, organisations, how many live, what each has cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.organizations.models import Purpose
from shanzhi.outcomes import queries
from shanzhi.outcomes.queries import Body, Had, Round
from shanzhi.outcomes.views.words import day_of_reading, life, shown_name, to_day
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, Empty, Listing, Rows, listing_response, page_of

Q_GROWN = Q(grown__gte=1)


def round_name(row: Round) -> str:
    """Give the title, marked where it is made up."""
    return f"{row.title} · {_('Synthetic')}" if row.synthetic else row.title


ROUNDS = Listing(
    key="rounds_outcomes",
    columns=(
        Column("title", gettext_lazy("Round"), value=round_name, sort="title", scale="words",
               url=page_of("outcomes:round", "id")),
        Column("places", gettext_lazy("Communities"), "number", sort="places"),
        Column("projects", gettext_lazy("Projects"), "number", sort="projects"),
        Column("cost", gettext_lazy("Paid less returned"), "money", sort="cost"),
        Column("grown", gettext_lazy("Organisations filed"), "number", sort="grown"),
        Column("alive", gettext_lazy("Living"), "number", sort="alive"),
        Column("each", gettext_lazy("Cost for each that lives"), "money", sort="each"),
    ),
    default_sort="-grown",
    filters=(
        BooleanFilter(
            "grown", gettext_lazy("Organisations filed"), apply=lambda yes: Q_GROWN if yes else ~Q_GROWN,
            yes=gettext_lazy("Some"), no=gettext_lazy("None yet"),
        ),
    ),
    search=lambda rows, words: rows.having(lambda row: words.strip() in row.title),
    search_label=gettext_lazy("Part of the title"),
    tie="id",
    empty=Empty(
        gettext_lazy("No round has projects yet"),
        gettext_lazy("A round stands here once its projects have begun."),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation of a round with what it had."""

    id: UUID
    body: Body
    name: str
    community: str
    had: Had

    @property
    def alive(self) -> bool:
        """Whether it lives."""
        return self.body.alive

    @property
    def purpose(self) -> str:
        """Its class."""
        return self.body.purpose

    @property
    def filed_on(self) -> date:
        """The day of its filing."""
        return self.body.filed_on

    @property
    def last(self) -> date:
        """Its last sign of life."""
        return self.body.last

    @property
    def training(self) -> int:
        """Sessions attended."""
        return self.had.training

    @property
    def visits(self) -> int:
        """Visits of a mentor."""
        return self.had.visits

    @property
    def fen(self) -> int:
        """Money had, in fen."""
        return self.had.fen


def public_page(row: Row) -> str:
    """Give the public page of an organisation that is filed."""
    return reverse("organizations:public_one", args=[row.id]) if row.body.public else ""


ORGANIZATIONS = Listing(
    key="round_organizations",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), sort="name", scale="words", url=public_page),
        Column("community", gettext_lazy("Community"), sort="community", scale="words"),
        Column("purpose", gettext_lazy("Class"), value=lambda row: Purpose(row.purpose).label if row.purpose else ""),
        Column("filed_on", gettext_lazy("Date of filing"), "date", sort="filed_on"),
        Column("life", gettext_lazy("Signs of life"), "tag", value=lambda row: life(row.body)),
        Column("last", gettext_lazy("Last sign"), "date", sort="last", priority=2),
        Column("training", gettext_lazy("Training sessions"), "number", sort="training"),
        Column("visits", gettext_lazy("Mentor's visits"), "number", sort="visits"),
        Column("fen", gettext_lazy("Money"), "money", sort="fen"),
    ),
    default_sort="name",
    filters=(
        BooleanFilter("alive", gettext_lazy("Living"), yes=gettext_lazy("Lives"), no=gettext_lazy("Lives no longer")),
        ChoiceFilter("purpose", gettext_lazy("Class"), choices=Purpose.choices),
    ),
    search=lambda rows, words: rows.having(lambda row: words.strip() in row.name or words.strip() in row.community),
    search_label=gettext_lazy("Part of the name or of the community"),
    tie="id",
    empty=Empty(
        gettext_lazy("No organisation has grown out of this round yet"),
        gettext_lazy("One stands here once it is filed out of a project of this round."),
    ),
)  # fmt: skip


def index(request: Any) -> HttpResponse:
    """List the rounds with what came of them until today."""
    context = {
        "heading": _("Outcomes"),
        "lead": _("What came of each round: communities, money, organisations filed out of its projects, who lives."),
        "crumbs": [(_("Home"), "/"), (_("Outcomes"), "")],
    }
    rows = queries.rounds(on=day_of_reading(request))
    answer: HttpResponse = listing_response(request, ROUNDS, Rows(rows), context)
    return answer


def one(request: Any, call_id: UUID, on: str = "") -> HttpResponse:
    """Show what came of a round as of a day, each number with the way to its records."""
    if not on and (onward := to_day(request, "round", call_id)):
        return onward
    day = day_of_reading(request, on)
    found = queries.round_of(call_id=call_id, on=day)
    had = queries.had(found, on=day)
    names = places.names({*found.communities, *(body.community for body in found.bodies)})
    rows = [_row(body, had, names) for body in found.bodies]
    here = reverse("outcomes:round_on", args=[call_id, on]) if on else reverse("outcomes:round", args=[call_id])
    context = {
        "heading": found.title,
        "found": found,
        "day": day,
        "on": day.isoformat(),
        "today": not on,
        "here": here,
        "form": reverse("outcomes:round", args=[call_id]),
        "words": _sentence(found),
        "communities": [(code, names.get(code, code)) for code in found.communities],
        "crumbs": [(_("Home"), "/"), (_("Outcomes"), reverse("outcomes:index")), (found.title, "")],
    }
    answer: HttpResponse = listing_response(request, ORGANIZATIONS, Rows(rows), context, template="outcomes/round.html")
    return answer


def _row(body: Body, had: Mapping[UUID, Had], names: Mapping[str, str]) -> Row:
    place = names.get(body.community, body.community)
    return Row(body.id, body, shown_name(body), place, had.get(body.id, Had(0, 0, 0)))


def _sentence(found: Round) -> dict[str, str]:
    """Give the parts of the sentence that the page says, each to be a link."""
    number, grown, alive = len(found.communities), found.grown, found.alive
    if alive == grown and grown:
        living = ngettext("it lives", "all %(count)s live", grown)
    else:
        living = ngettext("%(count)s lives", "%(count)s live", alive)
    return {
        "communities": ngettext("%(count)s community", "%(count)s communities", number)
        % {"count": formatting.count(number)},
        "money": formatting.yuan(found.cost),
        "organizations": ngettext("%(count)s organisation", "%(count)s organisations", grown)
        % {"count": formatting.count(grown)},
        "alive": living % {"count": formatting.count(grown if alive == grown and grown else alive)},
    }
