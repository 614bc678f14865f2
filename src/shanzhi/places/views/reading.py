"""Pages that everybody may read."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places import exchange, policies, queries
from shanzhi.places.models import LEVEL_LABELS, Area, AreaChange, AreaFigure, Kind, Measure
from shanzhi.places.operations.local import BELOW
from shanzhi.ui import formatting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.pieces import Answer, Crumb, Event, Shape, Tab


def address(area: Area) -> str:
    """Give the address of an area's page."""
    return reverse("places:area", args=[area.code])


def above_words(area: Area) -> str:
    """Name the areas above, the province first; the rows come with their parents."""
    names: list[str] = []
    parent = area.parent
    while parent is not None:
        names.append(parent.name)
        parent = parent.parent
    return " ".join(reversed(names))


def state_words(area: Area) -> tuple[str, str]:
    """Say whether the code holds."""
    return ("plain", pgettext("area", "Ended")) if area.valid_to else ("good", pgettext("area", "Holds"))


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
    search=lambda rows, words: _searched(words),
    search_label=gettext_lazy("Name, former name or start of the code"),
)


def _searched(words: str) -> QuerySet[Area]:
    return queries.search(words).select_related("parent__parent__parent__parent__parent__parent__parent")


def with_parents(rows: QuerySet[Area]) -> QuerySet[Area]:
    """Fetch the areas above with the rows, in the same query."""
    return rows.select_related("parent__parent__parent__parent__parent__parent__parent")


@require_safe
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


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Search in the whole tree; without words all of it."""
    context = {
        "heading": _("All areas"),
        "lead": _("Names repeat: look at the areas above, or at the code."),
        "crumbs": [Crumb(_("Areas"), reverse("places:country")), Crumb(_("All areas"))],
        "tabs": _tabs("", below=True),
    }
    return _listed(request, FOUND, with_parents(queries.subtree("")), context, "places/tree.html")


@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area: where it lies, what lies in it, its figures, stations and history."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    found, now = steps[-1], _now(request)
    context = {
        **_head(found, steps),
        "tabs": _tabs(code),
        "facts": _facts(found, steps, now),
        "figures": figures(code, now),
        "stations": list(queries.stations(code)[:6]),
        "events": [event(change, code) for change in queries.changes(code)[:20]],
        "former": list(queries.former_names(code)),
        "successors": _successors(found, now),
        "shapes": _shapes(found),
        "tasks": tasks(_actor(request), found),
    }
    listing = COMMUNITIES if found.level == areas.SUBDISTRICT else CHILDREN
    return _listed(request, listing, queries.children(code), context, "places/area.html")


@require_safe
def below(request: HttpRequest, code: str) -> HttpResponse:
    """All that lies in an area, at every level."""
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    context = {**_head(steps[-1], steps), "tabs": _tabs(code, below=True)}
    rows = with_parents(queries.subtree(code).exclude(pk=code))
    return _listed(request, SUBTREE, rows, context, "places/tree.html")


@require_safe
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


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of people
    return found


def _now(request: HttpRequest) -> datetime:
    found: datetime = request.now  # type: ignore[attr-defined]  # set by the middleware
    return found


def crumbs(steps: list[Area], *more: Crumb) -> list[Crumb]:
    """Give the way down the tree; without `more` the last step is the page itself."""
    found = [Crumb(_("Areas"), reverse("places:country")), *(Crumb(step.name, address(step)) for step in steps), *more]
    found[-1] = Crumb(found[-1].label)
    return found


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


def figures(code: str, now: datetime) -> list[dict[str, str]]:
    """Give an area's figures of today in words, with their day and source."""
    held = queries.figures([code], now)[code]
    return [
        {
            "label": str(Measure(measure).label),
            "value": figure_words(held[measure]),
            "since": _("since %(day)s") % {"day": formatting.short_day(held[measure].valid_from)},
            "source": held[measure].source,
        }
        for measure in Measure.values
        if measure in held
    ]


def figure_words(figure: AreaFigure) -> str:
    """Write a figure with its unit."""
    if figure.measure in (Measure.LONGITUDE, Measure.LATITUDE):
        return f"{figure.value / 1_000_000:.6f}°"
    number = formatting.count(figure.value)
    return f"{number} m²" if figure.measure == Measure.SIZE else number


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def event(change: AreaChange, code: str) -> Event:
    """Write a change of an area as a line of its history."""
    links = [link for link in change.links.all() if code in (link.old_id, link.new_id)]
    before = "、".join(dict.fromkeys(f"{link.old_name} {link.old_id}" for link in links if link.old_id))
    after = "、".join(dict.fromkeys(f"{link.new_name} {link.new_id}" for link in links if link.new_id))
    words = f"{before or '—'} → {after or '—'}"
    grounds = pgettext("between reason and source", "; ").join(x for x in (change.reason, change.source) if x)
    return Event(_midnight(change.on), change.get_kind_display(), f"{words}\n{grounds}" if grounds else words)


def _successors(found: Area, now: datetime) -> list[Area]:
    if found.valid_to is None:
        return []
    return list(Area.objects.filter(pk__in=queries.resolve(found.code, now).current).exclude(pk=found.code))


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
    return [(label, reverse(f"places:{name}", args=[found.code])) for label, name in offers]


def to_area(code: str) -> HttpResponse:
    """Go to an area's page."""
    return redirect("places:area", code=code)
