"""Calendar feeds: public ones of areas and teams, and one's own by its secret address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.activities import queries
from shanzhi.activities.exchange.calendar import calendar_of, own_calendar
from shanzhi.activities.views.frames import home_steps, own_area
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.volunteering import queries as volunteering

KIND = "text/calendar; charset=utf-8"


def _site(request: Any) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _file(content: bytes, *, private: bool = False) -> HttpResponse:
    answer = HttpResponse(content, content_type=KIND)
    answer["Cache-Control"] = "no-store" if private else "public, max-age=600"
    if private:
        answer["X-Robots-Tag"] = "noindex"
        answer["Referrer-Policy"] = "no-referrer"
    return answer


def feeds(request: Any) -> HttpResponse:
    """Say how to bring activities into one's own calendar."""
    code, name = own_area(request)
    district = code[:6] if code else ""
    names = places.names({district, code} - {""})
    areas = [
        (names[one], request.build_absolute_uri(reverse("activities:area_feed", args=[one])))
        for one in dict.fromkeys((code, district))
        if one in names
    ]
    context = {
        "heading": _("Activities in my calendar"),
        "areas": areas,
        "home_name": name,
        "crumbs": [*home_steps(), (_("Activities in my calendar"), "")],
    }
    return render(request, "activities/feeds.html", context)


def area(request: Any, code: str) -> HttpResponse:
    """Give the calendar of an area with all below it."""
    names = places.names({code}) if code.isdigit() and len(code) <= 12 else {}
    if code not in names:
        raise NotFound
    rows = queries.feed_shifts(at=request.now, condition=places.within("activity__area", code))
    title = _("Volunteer activities in %(area)s") % {"area": names[code]}
    return _file(calendar_of(title, rows, site=_site(request)))


def team(request: Any, team_id: UUID) -> HttpResponse:
    """Give the calendar of a team."""
    found = volunteering.team(viewer=request.actor, team_id=team_id)
    rows = queries.feed_shifts(at=request.now, condition=Q(activity__team=found))
    title = _("Activities of %(team)s") % {"team": found.name}
    return _file(calendar_of(title, rows, site=_site(request)))


def own(request: Any, feed_secret: str) -> HttpResponse:
    """Give somebody's own shifts to whoever has the secret address; it names nobody."""
    found = queries.feed_of(secret=feed_secret)
    rows = queries.own_rows(feed=found, at=request.now)
    return _file(own_calendar(_("My volunteer shifts"), rows, site=_site(request)), private=True)
