"""Survival curves of the filed organisations of an area: all of them, by class, by area, by round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.kernel.areas import LENGTHS
from shanzhi.kernel.errors import NotFound
from shanzhi.organizations.models import Purpose
from shanzhi.outcomes import queries
from shanzhi.outcomes.queries import Body, Curve
from shanzhi.outcomes.views import curve
from shanzhi.outcomes.views.words import EARLIEST, read_day
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Tab

LEVELS = sorted(LENGTHS.values())


def survival(request: Any, code: str, by: str = "all") -> HttpResponse:
    """Draw the curves of an area; only numbers are shown, never a name of an organisation."""
    area = places.area(code=code, at=request.now)
    today = timezone.localdate(request.now)
    given = read_day(request.GET.get("on", "").strip())
    day = given if given and EARLIEST <= given <= today else today
    rows = queries.area_bodies(code=code, on=day)
    made = queries.curves(rows, _key(by, code, rows))
    heads, lines = curve.table(made) if made else ([], [])
    context = {
        "heading": _("Survival curve: %(area)s") % {"area": area.name},
        "lead": _finding(queries.curves(rows, lambda _one: "")),
        "drawn": curve.drawn(made) if made else None,
        "frame": {"wide": curve.WIDTH, "high": curve.HIGH, "left": curve.LEFT, "foot": curve.HIGH - curve.FOOT,
                  "right": curve.WIDTH - curve.RIGHT, "top": curve.TOP},
        "heads": heads,
        "rows": lines,
        "few": [one.name for one in made if one.few],
        "least": queries.FEW,
        "day": day,
        "on": day.isoformat(),
        "form": request.path,
        "tabs": _tabs(code, by, day if day != today else None),
        "crumbs": [(_("Home"), "/"), (_("Outcomes"), reverse("outcomes:index")), (_("Survival curve"), "")],
    }  # fmt: skip
    return render(request, "outcomes/survival.html", context)


def _key(by: str, code: str, rows: list[Body]) -> Callable[[Body], str]:
    """Give what names the group of an organisation. Raises NotFound for a way that there is not."""
    if by == "all":
        return lambda _one: _("All organisations")
    if by == "class":
        return lambda one: str(Purpose(one.purpose).label) if one.purpose else _("No class stated")
    if by == "round":
        return lambda one: one.round_title or _("Not out of a round")
    if by != "area":
        raise NotFound
    below = next((length for length in LEVELS if length > len(code)), len(code))
    names = places.names({one.area[:below] for one in rows})
    return lambda one: names.get(one.area[:below], one.area[:below])


def _tabs(code: str, by: str, day: date | None) -> list[Tab]:
    ways = (("all", _("All together")), ("class", _("By class")), ("area", _("By area")), ("round", _("By round")))
    end = f"?on={day.isoformat()}" if day else ""
    return [Tab(words, reverse("outcomes:survival_by", args=[code, way]) + end, way == by) for way, words in ways]


def _finding(made: list[Curve]) -> str:
    """Say in a sentence what the curve shows."""
    if not made:
        return _("No organisation of this area was filed by this day.")
    whole = made[0]
    words = _("%(number)s organisations were filed; %(lost)s no longer live.") % {
        "number": formatting.count(whole.number), "lost": formatting.count(whole.lost),
    }  # fmt: skip
    year = round(12 * curve.DAYS)
    if not queries.at_risk(whole.observed, year):
        return words
    share = f"{float(queries.share_at(whole.points, year)):.0%}"
    return words + _(" After 12 months an estimated %(share)s live on.") % {"share": share}
