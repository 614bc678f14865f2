"""Survival curves of the filed organisations of an area: all of them, by class, by area, by round."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.outcomes import queries
from shanzhi.outcomes.queries import Curve
from shanzhi.outcomes.views import curve
from shanzhi.outcomes.views.words import EARLIEST, read_day
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Tab


def survival(request: Any, code: str, by: str = "all") -> HttpResponse:
    """Draw the curves of an area; only numbers are shown, never a name of an organisation."""
    area = places.area(code=code, at=request.now)
    today = timezone.localdate(request.now)
    given = read_day(request.GET.get("on", "").strip())
    day = given if given and EARLIEST <= given <= today else today
    rows = queries.area_bodies(code=code, on=day)
    made = queries.curves(rows, queries.group_of(by=by, code=code, rows=rows))
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
