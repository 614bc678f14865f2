"""What anybody reads of activities: a list of shifts, a calendar, a map, a page of each, its poster."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.activities import policies, queries
from shanzhi.activities.exchange.poster import poster_pdf
from shanzhi.activities.models import Shift
from shanzhi.activities.views.frames import (
    activity_state,
    address_of,
    asks,
    everywhere,
    facts,
    free_words,
    home_steps,
    hours_of,
    kinds,
    own_area,
    shift_state,
    signup_state,
    tabs,
    times_of,
    title_of,
)
from shanzhi.activities.views.near import far_words, reaches
from shanzhi.places import exchange as outlines
from shanzhi.places import queries as places
from shanzhi.ui import drawing, formatting
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
)
from shanzhi.ui.pieces import Shape
from shanzhi.volunteering import queries as volunteering

MOST_PINS = 200
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
PIN = 0.0005
CORNERS = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 0))


def shift_title(row: Shift) -> str:
    """Give the title of a shift's activity, marked where it is made up."""
    return title_of(row.activity)


def _free(wanted: bool) -> Q:
    return Q(free__gt=0) if wanted else Q(free=0)


SHIFTS = Listing(
    key="volunteer_shifts",
    columns=(
        Column("title", gettext_lazy("Activity"), value=shift_title, sort="activity__title",
               url=lambda row: address_of(row.activity_id)),
        Column("when", gettext_lazy("When"), value=times_of, sort="starts_at", scale="time",
               export=lambda row: row.starts_at),
        Column("free", gettext_lazy("Places"), value=free_words, sort="free", scale="amount",
               export=lambda row: row.free),
        Column("place", gettext_lazy("Meeting place"), value="where"),
        Column("area", gettext_lazy("Area"), value="area_name", sort="activity__area", priority=2),
        Column("kind", gettext_lazy("Kind of task"), value=lambda row: str(row.activity.task_kind), priority=2),
        Column("team", gettext_lazy("Volunteer team"), value="activity__team__name", sort="activity__team__name",
               priority=3),
    ),
    default_sort="when",
    filters=(
        AreaFilter("area", gettext_lazy("Area"), field="activity__area", source=everywhere),
        ChoiceFilter("task", gettext_lazy("Kind of task"), field="activity__task_kind__code", choices=kinds),
        DateRangeFilter("starts_at", gettext_lazy("Day")),
        BooleanFilter("free", gettext_lazy("Free places"), apply=_free),
    ),
    search=queries.search_shifts,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("No activity is open for sign-up here yet"),
        gettext_lazy("Volunteer teams plan and publish them. Look again soon, or join a team."),
        "/teams/",
        gettext_lazy("Volunteer teams"),
    ),
)  # fmt: skip


def activities(request: Any) -> HttpResponse:
    """List the shifts that one can sign up for."""
    code, name = own_area(request)
    context = {
        "heading": _("Volunteer activities"), "lead": _("Find a shift, read what it asks, and sign up."),
        "tabs": tabs("activities"), "signed_in": request.actor.signed_in, "home": code, "home_name": name,
        "crumbs": [(_("Home"), "/"), (_("Volunteer activities"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(
        request, SHIFTS, queries.upcoming(at=request.now), context, template="activities/activities.html"
    )
    return answer


def _asked(request: Any) -> tuple[Any, dict[str, Any]]:
    """Give the shifts that the address asks for by area and kind, and what the page shows of that."""
    rows = queries.upcoming(at=request.now)
    offered = queries.kinds_of(rows)
    code, task = request.GET.get("area", ""), request.GET.get("task", "")
    code = code if code.isdigit() and len(code) <= 12 and places.names({code}) else ""
    task = task if task in dict(offered) else ""
    if code:
        rows = queries.near(rows, code)
    if task:
        rows = rows.filter(activity__task_kind__code=task)
    home, home_name = own_area(request)
    own = _serves_in(request)
    measured = reaches() if own else []
    reach = request.GET.get("reach", "")
    reach = reach if reach in dict(measured) else ""
    if reach:
        ground = queries.around(own, request.now, furthest=int(reach), most=None)
        rows = rows.filter(activity__in=[key for key, way in ground.metres.items() if way is not None])
    context = {
        "kinds": offered, "task": task, "area": code, "area_name": places.names({code}).get(code, "") if code else "",
        "home": home, "home_name": home_name, "own": own, "reaches": measured, "reach": reach,
    }  # fmt: skip
    return rows, context


def _serves_in(request: Any) -> str:
    """Give the area in which a volunteer serves from whose middle ways can be measured, '' for others."""
    who = volunteering.mine(viewer=request.actor) if request.actor.signed_in else None
    return who.area if who is not None and queries.measured_from(who.area, request.now) else ""


def month_of(text: str, today: date) -> date:
    """Read a month such as 2026-12, today's where it is none within reach of two years; give its first day."""
    found = MONTH.fullmatch(text)
    if found is None or abs(int(found[1]) - today.year) > 2:
        return today.replace(day=1)
    return date(int(found[1]), int(found[2]), 1)


def month(request: Any) -> HttpResponse:
    """Show a month with what takes place on each day."""
    today = timezone.localdate(request.now)
    first = month_of(request.GET.get("month", ""), today)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows, context = _asked(request)
    days = queries.days_of(rows, weeks[0][0], weeks[-1][-1])
    shown = [
        [(day, day.month == first.month, day == today, [_item(one) for one in days.get(day, [])]) for day in week]
        for week in weeks
    ]
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    title = _("%(year)s-%(month)s") % {"year": first.year, "month": f"{first.month:02}"}
    context |= {
        "heading": _("Calendar of volunteer activities"), "title": title, "weeks": shown, "names": names,
        "tabs": tabs("month"), "some": any(days.values()),
        "before": f"{first - timedelta(days=1):%Y-%m}", "after": f"{first + timedelta(days=31):%Y-%m}",
        "now": f"{first:%Y-%m}",
        "crumbs": [*home_steps(), (_("Calendar"), "")],
    }  # fmt: skip
    return render(request, "activities/month.html", context)


def _item(one: Shift) -> tuple[Shift, str, str]:
    """Give what a shift shows in the calendar."""
    return one, hours_of(one), free_words(one)


def _pin(number: int, row: Shift) -> Shape:
    """Give a place as the smallest of shapes, whose middle is where the disc of its number is drawn."""
    lat, lng = (row.activity.lat or 0) / 1_000_000, (row.activity.lng or 0) / 1_000_000
    ring = [[lng + PIN * east, lat + PIN * north] for east, north in CORNERS]
    words = f"{shift_title(row)}, {times_of(row)}"
    return Shape(str(number), {"type": "Polygon", "coordinates": [ring]}, address_of(row.activity_id), words, 4)


def nearby(request: Any) -> HttpResponse:
    """Show on a map where one can help; a place once, with its next shift."""
    rows, context = _asked(request)
    pins, many = queries.next_of_each(rows.filter(activity__lat__isnull=False), MOST_PINS)
    districts = sorted({one.activity.area[:6] for one in pins})
    grounds = [feature for code in districts if (feature := outlines.outline(code))]
    shapes = [Shape("", feature["geometry"]) for feature in grounds]
    shapes += [_pin(number, one) for number, one in enumerate(pins, 1)]
    shown = Q(pk__in=[one.activity_id for one in pins])
    ways = queries.around(context["own"], request.now, most=None, wanted=shown).metres if context["own"] else {}
    context |= {
        "heading": _("Map of volunteer activities"), "map": drawing.area_map(shapes) if pins else None,
        "pins": [
            (one, title_of(one.activity), times_of(one), free_words(one), _far(ways, one)) for one in pins
        ],
        "more": many - len(pins), "without": rows.filter(activity__lat__isnull=True).count(), "tabs": tabs("map"),
        "crumbs": [*home_steps(), (_("Map"), "")],
    }  # fmt: skip
    return render(request, "activities/map.html", context)


def _far(ways: dict[UUID, int | None], one: Shift) -> str:
    """Say how far a place is, '' where it is not known."""
    way = ways.get(one.activity_id)
    return "" if way is None else far_words(way)


def activity(request: Any, event_id: UUID) -> HttpResponse:
    """Show an activity with its shifts, and what the visitor can do there."""
    found = queries.activity(viewer=request.actor, activity_id=event_id)
    shifts = list(queries.shifts_of(found))
    own = queries.own_in(viewer=request.actor, shifts=[one.pk for one in shifts])
    ahead = [one for one in shifts if one.ends_at > request.now]
    where = places.full_names({found.area}).get(found.area, found.area)
    context = {
        "activity": found, "heading": found.title, "state": activity_state(found), "risks": found.risks,
        "pairs": facts(found, asks(found, *queries.asked_of(found)), where),
        "shifts": [_line(one, own.get(one.pk), request.now) for one in ahead],
        "past": len(shifts) - len(ahead), "open": found.state == "published",
        "plans": policies.plans(request.actor, found.team),
        "may_check": found.state == "submitted" and policies.may_check(actor=request.actor, activity=found) is None,
        "crumbs": [*home_steps(), (found.title, "")],
    }  # fmt: skip
    return render(request, "activities/activity.html", context)


def _line(one: Shift, own: Any, now: Any) -> dict[str, Any]:
    """Give what a shift shows on the page of its activity."""
    return {
        "shift": one, "when": times_of(one), "free": free_words(one), "state": shift_state(one), "own": own,
        "own_state": signup_state(own) if own else None, "begun": one.starts_at <= now,
        "changed": own is not None and own.kept < one.sequence and one.state == "open",
    }  # fmt: skip


def poster(request: Any, event_id: UUID) -> HttpResponse:
    """Give the poster as a PDF to print; the code on it leads to the public page."""
    found = queries.activity(viewer=request.actor, activity_id=event_id)
    where = places.full_names({found.area}).get(found.area, found.area)
    made = poster_pdf(
        activity=found, shifts=list(queries.shifts_of(found)), asks=asks(found, *queries.asked_of(found)), where=where,
        address=request.build_absolute_uri(address_of(found.pk)), at=request.now,
    )  # fmt: skip
    answer = HttpResponse(made, content_type="application/pdf")
    name = f"{found.title} {formatting.day(timezone.localdate(request.now))}.pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name) or ""
    return answer
