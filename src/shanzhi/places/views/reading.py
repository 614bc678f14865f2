"""Pages that everybody may read."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, policies, queries
from shanzhi.places.models import LEVEL_LABELS, Area, Kind
from shanzhi.places.operations.local import BELOW
from shanzhi.places.views.words import above_words, actor_of, address, crumbs, figures, happening, now_of, state_words
from shanzhi.ui import formatting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.pieces import Answer, Crumb, Shape, Tab

FEW: Final = 5
"""How many stations, changes and former names an area's page shows itself; the others are one link away."""
NAME = Column("name", pgettext_lazy("area", "Name"), url=address, sort="name")
CODE = Column("code", pgettext_lazy("area", "Code"), sort="code")
LEVEL = Column("level", pgettext_lazy("area", "Level"), value="level_label")
KIND = Column("kind", pgettext_lazy("area", "Kind"), value="kind_label")
ABOVE = Column("above", gettext_lazy("Lies in"), value=above_words)
STATE = Column("state", gettext_lazy("State"), "tag", value=state_words)
HOLDS = BooleanFilter(
    "holds",
    gettext_lazy("State"),
    apply=lambda yes: Q(valid_to__isnull=yes),
    yes=pgettext_lazy("area", "Holds"),
    no=pgettext_lazy("area", "Ended"),
)
KINDS = ChoiceFilter("kind", pgettext_lazy("area", "Kind"), apply=queries.of_kind, choices=Kind.choices)
LEVELS = ChoiceFilter("level", pgettext_lazy("area", "Level"), choices=list(LEVEL_LABELS.items()))
CHILDREN = Listing(
    key="areas",
    columns=(NAME, CODE, LEVEL, STATE),
    default_sort="code",
    filters=(HOLDS,),
    search=lambda rows, words: rows.filter(Q(name__contains=words) | Q(code__startswith=words)),
    search_label=gettext_lazy("Name or start of the code"),
    tie="code",
    empty=Empty(
        gettext_lazy("Nothing lies below this area"),
        gettext_lazy("Below a community, staff make grids, buildings and entrances."),
    ),
)
COMMUNITIES = dataclasses.replace(CHILDREN, columns=(NAME, CODE, KIND, STATE), filters=(HOLDS, KINDS))
SUBTREE = dataclasses.replace(
    CHILDREN,
    key="areas-below",
    columns=(NAME, CODE, LEVEL, KIND, ABOVE, STATE),
    filters=(LEVELS, HOLDS, KINDS),
    empty=Empty(
        gettext_lazy("There are no areas yet"), gettext_lazy("An operator loads them with: shanzhi areas import --npm")
    ),
)
PROVINCES = dataclasses.replace(
    CHILDREN,
    empty=SUBTREE.empty,
)
FOUND = dataclasses.replace(
    SUBTREE,
    key="areas-found",
    search=lambda rows, words: with_parents(queries.search(words)),
    search_label=gettext_lazy("Name, former name or start of the code"),
)


def with_parents(rows: QuerySet[Area]) -> QuerySet[Area]:
    """Fetch the areas above with the rows, in the same query."""
    return rows.select_related("parent__parent__parent__parent__parent__parent__parent")


def country(request: HttpRequest) -> HttpResponse:
    """The tree from its top."""
    context = {
        "heading": _("Areas"),
        "lead": _(
            "From the province down to the community by the official codes, then grids, buildings and entrances."
        ),
        "crumbs": [Crumb(_("Areas"))],
        "tabs": _tabs(""),
    }
    return _listed(request, PROVINCES, queries.children(""), context, "places/tree.html")


def find(request: HttpRequest) -> HttpResponse:
    """Search in the whole tree; without words all of it."""
    context = {
        "heading": _("All areas"),
        "lead": _("Names repeat: look at the areas above, or at the code."),
        "crumbs": [Crumb(_("Areas"), reverse("places:country")), Crumb(_("All areas"))],
        "tabs": _tabs("", below=True),
    }
    return _listed(request, FOUND, with_parents(queries.subtree("")), context, "places/tree.html")


def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area: where it lies, what lies in it, its figures, stations and history."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    found, now = steps[-1], now_of(request)
    held = figures(code, now)
    context = {
        **_head(found, steps),
        "tabs": _tabs(code),
        "facts": _facts(found, steps, now),
        "figures": held,
        "series": bool(held) or queries.revisions(code).exists(),
        "stations": list(queries.stations(code)[:FEW]),
        "events": [happening(change) for change in queries.changes(code)[:FEW]],
        "former": list(queries.former_names(code)[:FEW]),
        "successors": queries.successor_areas(found, now),
        "shapes": _shapes(found),
        "tasks": tasks(actor_of(request), found),
    }
    listing = COMMUNITIES if found.level == areas.SUBDISTRICT else CHILDREN
    return _listed(request, listing, queries.children(code), context, "places/area.html")


def below(request: HttpRequest, code: str) -> HttpResponse:
    """All that lies in an area, at every level."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    context = {**_head(steps[-1], steps), "tabs": _tabs(code, below=True)}
    rows = with_parents(queries.subtree(code).exclude(pk=code))
    return _listed(request, SUBTREE, rows, context, "places/tree.html")


def outline(request: HttpRequest, code: str) -> HttpResponse:
    """The outline of an area as GeoJSON."""
    found = exchange.outline(code)
    if found is None:
        raise NotFound
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False}, content_type="application/geo+json")
    answer["Content-Disposition"] = f'attachment; filename="outline-{code}.geojson"'
    return answer


def _listed(
    request: HttpRequest, listing: Listing, rows: QuerySet[Area], context: dict[str, Any], template: str
) -> HttpResponse:
    answer: HttpResponse = listing_response(request, listing, rows, context, template=template)
    return answer


def _head(found: Area, steps: list[Area]) -> dict[str, Any]:
    return {"heading": found.name, "area": found, "crumbs": crumbs(steps)}


def _tabs(code: str, *, below: bool = False) -> list[Tab]:
    direct = reverse("places:area", args=[code]) if code else reverse("places:country")
    everything = reverse("places:below", args=[code]) if code else reverse("places:search")
    return [Tab(_("Directly below"), direct, not below), Tab(_("All levels"), everything, below)]


def _facts(found: Area, steps: list[Area], now: datetime) -> list[Answer]:
    """What the page says of an area in pairs."""
    pairs = [
        Answer(pgettext("area", "Code"), found.code),
        Answer(
            pgettext("area", "Level"),
            found.level_label if not found.kind else f"{found.level_label} · {found.kind_label}",
        ),
        Answer(_("Lies in"), " ".join(step.name for step in steps[:-1]) or _("The country")),
    ]
    if found.made_locally:
        pairs.append(Answer(pgettext("area", "Origin"), _("Made here, not an official code")))
    if found.valid_from:
        pairs.append(Answer(_("Holds from"), formatting.day(found.valid_from)))
    if found.valid_to:
        pairs.append(Answer(_("Ended on"), formatting.day(found.valid_to)))
    return pairs


def _shapes(found: Area) -> list[Shape]:
    feature = exchange.outline(found.code)
    return [Shape(found.name, feature["geometry"], level=2)] if feature else []


def tasks(actor: Actor, found: Area) -> list[tuple[str, str]]:
    """List what this viewer may do to the area, as label and address."""
    if found.valid_to is not None or not actor.signed_in:
        return []
    offers = []
    if found.level in BELOW and policies.may(actor, policies.LOCAL, found.code):
        words = {
            areas.GRID: _("Add a grid"),
            areas.BUILDING: _("Add a building"),
            areas.ENTRANCE: _("Add an entrance"),
        }
        offers.append((words[BELOW[found.level]], "add"))
    if policies.may(actor, policies.LOCAL, found.code):
        offers.append((_("Record a figure"), "add-figure"))
    if len(found.code) in (6, 9, 12) and policies.may(actor, policies.STATIONS, found.code):
        offers.append((_("Add a social-work station"), "add-station"))
    if policies.may(actor, policies.changers(found), found.code):
        offers += [
            (_("Rename"), "rename"),
            (_("Split"), "split"),
            (_("Merge"), "merge"),
            (_("Replace the code"), "succeed"),
            (pgettext("area", "Close"), "close"),
        ]
    ways = [(label, reverse(f"places:{name}", args=[found.code])) for label, name in offers]
    if policies.may(actor, policies.LOCAL, found.code) and not found.made_locally:
        ways.append((_("Bring in figures from a sheet"), f"{reverse('places:import-figures')}?area={found.code}"))
    return ways
