"""The desk's list of signs of life: who was heard of, who was not for six or twelve months and is to be visited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.organizations import policies
from shanzhi.organizations import queries as registry
from shanzhi.organizations.models import Purpose
from shanzhi.outcomes import queries
from shanzhi.outcomes.queries import Body
from shanzhi.outcomes.views.words import SIGN_NAMES, day_of_reading, life, to_day
from shanzhi.ui import formatting
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, Empty, Listing, Rows, listing_response

SILENCE = [("6", gettext_lazy("No sign for 6 months")), ("12", gettext_lazy("No sign for 12 months"))]


def area_source(request: Any) -> Any:
    """Give the areas whose organisations the viewer reads."""
    return registry.read_areas(**viewing(request))


def round_choices(request: Any) -> list[tuple[str, str]]:
    """Give the rounds out of which organisations grew, for the filter."""
    return getattr(request, "rounds_offered", [])


def sign_day(sign: str) -> Callable[[Body], Any]:
    """Give what reads the last day of a sign."""
    return lambda row: row.signs.get(sign)


def desk_name(row: Body) -> str:
    """Give the name, marked where it is made up."""
    return f"{row.name} · {_('Synthetic')}" if row.synthetic else row.name


def counted(months: int) -> Callable[[Body], str]:
    """Give what names the signs of the last months."""

    def words(row: Body) -> str:
        shown = [str(name) for sign, name in SIGN_NAMES.items() if row.shows(sign, months)]
        return _(", ").join(shown) or formatting.NONE

    return words


SIGNS = Listing(
    key="signs_of_life",
    columns=(
        Column("name", gettext_lazy("Name of the organisation"), value=desk_name, sort="name", scale="words",
               url=lambda row: reverse("organizations:organization", args=[row.id])),
        Column("area", gettext_lazy("Seat"), value="area_name", sort="area"),
        Column("purpose", gettext_lazy("Class"), value=lambda row: Purpose(row.purpose).label if row.purpose else ""),
        Column("life", gettext_lazy("Signs of life"), "tag", value=life),
        Column("last", gettext_lazy("Last sign"), "date", sort="last"),
        Column("six", gettext_lazy("Within 6 months"), value=counted(6)),
        Column("twelve", gettext_lazy("Within 12 months"), value=counted(12), priority=2),
        *(Column(sign, name, "date", value=sign_day(sign), on_page=False) for sign, name in SIGN_NAMES.items()),
        Column("filed_on", gettext_lazy("Date of filing"), "date", sort="filed_on", priority=2),
        Column("round", gettext_lazy("Round"), value="round_title", priority=2),
    ),
    default_sort="last",
    filters=(
        ChoiceFilter(
            "silent", gettext_lazy("Not heard of"), choices=SILENCE,
            apply=lambda given: Q(silent="12") | Q(silent=given),
        ),
        AreaFilter("area", gettext_lazy("Area"), source=area_source),
        ChoiceFilter("purpose", gettext_lazy("Class"), choices=Purpose.choices),
        ChoiceFilter("round", gettext_lazy("Round"), choices=round_choices, apply=lambda given: Q(call_key=given)),
    ),
    search=lambda rows, words: rows.having(lambda row: words.strip() in row.name),
    search_label=gettext_lazy("Part of the name"),
    tie="id",
    empty=Empty(
        gettext_lazy("No filed organisation to show"),
        gettext_lazy("Organisations stand here once they are filed. Take filters away to see more."),
    ),
)  # fmt: skip


@login_required
def desk(request: Any, on: str = "") -> HttpResponse:
    """List filed organisations with their signs of life as of a day, the longest silent first."""
    policies.require_desk(request.actor)
    if not on and (onward := to_day(request, "desk")):
        return onward
    day = day_of_reading(request, on)
    rows = queries.desk_bodies(viewer=request.actor, on=day)
    request.rounds_offered = sorted(
        {(one.call_key, one.round_title) for one in rows if one.call}, key=lambda pair: pair[1]
    )
    silent = [sum(one.silent == months for one in rows) for months in ("6", "12")]
    context = {
        "heading": _("Signs of life"),
        "lead": _("%(all)s filed organisations on %(day)s: %(six)s without a sign for 6 months, %(twelve)s for 12.")
        % {
            "all": formatting.count(len(rows)), "day": formatting.day(day),
            "six": formatting.count(silent[0]), "twelve": formatting.count(silent[1]),
        },
        "on": day.isoformat(),
        "here": reverse("outcomes:desk"),
        "curve": next((code for code in request.actor.areas(policies.READERS) if len(code) >= 6), ""),
        "officer": bool(request.actor.areas(policies.MANAGERS)),
        "crumbs": [(_("Home"), "/"), (_("Organisations"), reverse("organizations:desk")), (_("Signs of life"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, SIGNS, Rows(rows), context, template="outcomes/desk.html")
    return answer
