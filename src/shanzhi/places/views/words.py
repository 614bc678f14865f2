"""How the pages write areas, changes and figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.kernel.actor import Actor
from shanzhi.places import queries
from shanzhi.places.exchange import listed, units
from shanzhi.places.models import Area, AreaChange, AreaFigure, Measure
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Crumb


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


def crumbs(steps: list[Area], *more: Crumb) -> list[Crumb]:
    """Give the way down the tree; without `more` the last step is the page itself."""
    found = [Crumb(_("Areas"), reverse("places:country")), *(Crumb(step.name, address(step)) for step in steps), *more]
    found[-1] = Crumb(found[-1].label)
    return found


def figures(code: str, now: datetime) -> list[dict[str, str]]:
    """Give an area's figures of today in words, with their day and source."""
    held = queries.figures([code], now)[code]
    return [
        {
            "label": str(Measure(measure).label),
            "value": figure_words(held[measure]),
            "since": _("since %(day)s") % {"day": formatting.day(held[measure].valid_from)},
            "source": held[measure].source,
        }
        for measure in Measure.values
        if measure in held
    ]


def figure_words(figure: AreaFigure) -> str:
    """Write a figure with its unit."""
    return units.in_words(figure.measure, figure.value)


def figure_plain(figure: AreaFigure) -> int | float | None:
    """Give a figure as a number for a sheet."""
    if figure.value is None:
        return None
    value = units.plain(figure.measure, figure.value)
    return value if isinstance(value, int) else float(value)


def before_words(change: AreaChange) -> str:
    """Name the codes that a change began with; its links come along."""
    return _ends((link.old_name, link.old_id) for link in change.links.all())


def after_words(change: AreaChange) -> str:
    """Name the codes that a change ended with."""
    return _ends((link.new_name, link.new_id) for link in change.links.all())


def _ends(ends: Iterable[tuple[str, str | None]]) -> str:
    return listed(dict.fromkeys(f"{name} {code}" for name, code in ends if code)) or formatting.NONE


def happening(change: AreaChange) -> dict[str, Any]:
    """Write a change of an area as a line of its history; it has a day and no hour."""
    grounds = pgettext("between reason and source", "; ").join(
        words for words in (change.reason, change.source) if words
    )
    words = f"{before_words(change)} → {after_words(change)}"
    return {"on": change.on, "title": change.get_kind_display(), "text": words, "grounds": grounds}


def actor_of(request: Any) -> Actor:
    """Give who looks; set by the middleware of people."""
    found: Actor = request.actor
    return found


def now_of(request: Any) -> datetime:
    """Give the moment that the request counts as; set by the middleware."""
    found: datetime = request.now
    return found


def today(request: Any) -> date:
    """Give the day of the request in the time of the place."""
    return queries.day_of(now_of(request))
