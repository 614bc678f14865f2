"""The desk's list of like projects, declared once for page, phone and Excel."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from shanzhi.ui.pieces import Tone
from shanzhi.ventures.lifecycle import MERGER
from shanzhi.ventures.models import Twin
from shanzhi.ventures.queries.areas import read_areas
from shanzhi.ventures.queries.twins import STRONG, searched, words_of

MERGER_TONES: Final[dict[str, Tone]] = {
    "proposed": "accent",
    "open": "accent",
    "merged": "good",
    "refused": "plain",
    "lapsed": "plain",
    "undone": "warn",
}
NONE_YET: Final = _("Nothing agreed on")


def merger_state(state: str | None) -> tuple[Tone, Any]:
    """Give tone and words of where the merging of a pair stands."""
    return (MERGER_TONES[state], MERGER.states[state]) if state else ("plain", NONE_YET)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(searched(text))


def _areas(request: HttpRequest) -> AreaSource:
    return read_areas(**viewing(request))


def _words(one: Twin) -> str:
    return gettext(", ").join(words_of(one.one, one.other))


def _strength(value: str) -> Q:
    return Q(score__gte=STRONG) if value == "strong" else Q(score__lt=STRONG)


def _merging(value: str) -> Q:
    return Q(merging__isnull=True) if value == "none" else Q(merging=value)


TWINS: Final = Listing(
    key="twins",
    caption=_("Similar projects"),
    columns=(
        Column("one", _("Project"), value="one__title", sort="one__title", url=lambda one: f"/desk/twins/{one.pk}/"),
        Column("other", _("The other one"), value="other__title", sort="other__title"),
        Column("score", _("Points of 100"), "number", sort="score"),
        Column("words", _("Both say"), value=_words),
        Column("merging", _("Merger"), "tag", lambda one: merger_state(one.merging),
               export=lambda one: merger_state(one.merging)[1]),
        Column("one_number", _("No."), "number", value="one__number", on_page=False),
        Column("other_number", _("No. of the other"), "number", value="other__number", on_page=False),
        Column("one_place", _("Community"), priority=2),
        Column("other_place", _("Community of the other"), on_page=False),
        Column("one_team", _("Team"), value="one__team_name", on_page=False),
        Column("other_team", _("Team of the other"), value="other__team_name", on_page=False),
        Column("call", _("Call"), value="call__shown_title", on_page=False),
        Column("title", _("Points: name"), "number", on_page=False),
        Column("need", _("Points: need and summary"), "number", on_page=False),
        Column("activities", _("Points: activities"), "number", on_page=False),
        Column("place", _("Points: buildings and entrances"), "number", on_page=False),
        Column("found_at", _("Found"), "datetime", sort="found_at", priority=3),
    ),
    default_sort="-score",
    filters=(
        ChoiceFilter("strength", _("Likeness"), apply=_strength,
                     choices=[("strong", _("40 points and more")), ("some", _("20 to 39 points"))]),
        ChoiceFilter("merging", _("Merger"), apply=_merging, choices=[("none", NONE_YET), *MERGER.choices()]),
        DateRangeFilter("found", _("Found"), field="found_at"),
        AreaFilter("area", _("Area"), field="one__community", source=_areas),
    ),
    search=_search,
    search_label=_("Search projects, teams, numbers, rounds"),
    empty=Empty(
        _("No similar projects"),
        _("When two projects of a round that were handed in are much alike, the pair stands here."),
    ),
)  # fmt: skip
