"""What is near that fits: the viewer's own list, and the few that other pages show of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.activities import queries
from shanzhi.activities.queries import Near, Nearby
from shanzhi.activities.views.frames import address_of, free_words, kinds, mine_steps, times_of, title_of
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import (
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    Rows,
    listing_response,
)
from shanzhi.volunteering.models import Volunteer

REACHES: Final = (1000, 3000, 5000, 10_000)
WHY: Final = {
    "wish": gettext_lazy("a kind of task that you like"),
    "skills": gettext_lazy("asks for skills that you have"),
    "trained": gettext_lazy("asks for trainings that you have"),
    "language": gettext_lazy("a language that you speak helps"),
    "hours": gettext_lazy("in your free hours"),
}


def far_words(metres: int | None) -> str:
    """Say how far something is, as roughly as it is known."""
    if metres is None:
        return _("Distance not known")
    if metres == 0:
        return _("in your area")
    if metres < 10_000:
        return _("about %(km)s km") % {"km": f"{max(round(metres / 100), 1) / 10:.1f}"}
    return _("about %(km)s km") % {"km": formatting.count(round(metres / 1000))}


def why_words(row: Near) -> str:
    """Say why a shift fits, beyond that nothing stands against it."""
    comma = "；" if formatting.chinese() else "; "
    return comma.join(str(WHY[code]) for code in row.why)


def reaches(request: Any = None) -> list[tuple[str, str]]:
    """List the distances that one narrows a list by."""
    return [(str(one), _("Up to %(km)s km") % {"km": one // 1000}) for one in REACHES]


def _within(wanted: str) -> Q:
    return Q(metres__lte=int(wanted))


def sign_of(row: Near) -> str:
    """Give the page on which one signs up."""
    return reverse("activities:sign", args=[row.id])


NEARBY = Listing(
    key="shifts_nearby",
    columns=(
        Column("title", gettext_lazy("Activity"), value=lambda row: title_of(row.shift.activity),
               url=lambda row: address_of(row.shift.activity_id)),
        Column("when", gettext_lazy("When"), value=lambda row: times_of(row.shift), sort="starts_at", scale="time",
               export=lambda row: row.starts_at),
        Column("far", gettext_lazy("Distance"), value=lambda row: far_words(row.metres), sort="metres",
               scale="amount"),
        Column("place", gettext_lazy("Meeting place"), value="shift__where"),
        Column("free", gettext_lazy("Places"), value=lambda row: free_words(row.shift), priority=2),
        Column("why", gettext_lazy("Why it fits"), value=why_words),
        Column("sign", gettext_lazy("Sign-up"), value=lambda row: _("Look and sign up"), url=sign_of,
               in_export=False),
    ),
    default_sort="far",
    filters=(
        ChoiceFilter("reach", gettext_lazy("Distance"), choices=reaches, apply=_within),
        ChoiceFilter("task", gettext_lazy("Kind of task"), choices=kinds),
        BooleanFilter("wished", gettext_lazy("Kinds that you like")),
        DateRangeFilter("starts_at", gettext_lazy("Day")),
    ),
    search=lambda rows, words: rows.having(lambda row: words.strip().lower() in row.title.lower()),
    search_label=gettext_lazy("Part of the title"),
    tie="turn",
    empty=Empty(
        gettext_lazy("Nothing near fits you right now"),
        gettext_lazy("Of the nearest activities of the next eight weeks none has a free place that fits your "
                     "trainings, skills, free hours and how far you go. Look again soon, or look at all of them."),
        "/activities/", gettext_lazy("All activities"),
    ),
)  # fmt: skip


UNPLACED: Final = replace(
    NEARBY,
    columns=[one for one in NEARBY.columns if one.key != "far"],
    filters=[one for one in NEARBY.filters if one.key != "reach"],
    default_sort="when",
)
"""The same where no way is known."""


def other_hours(found: Nearby) -> str:
    """Say how many more would fit at other hours than those stated, '' for none."""
    many = found.other_hours
    if not many:
        return ""
    words = ngettext(
        "%(many)s more shift would fit at hours in which you did not say to be free.",
        "%(many)s more shifts would fit at hours in which you did not say to be free.", many,
    )  # fmt: skip
    return words % {"many": formatting.count(many)}


def cut_words(found: Nearby) -> str:
    """Say that only the nearest were looked at, '' where all were."""
    return _("More lie further away: only the nearest were looked at.") if found.cut else ""


def measured_from(who: Volunteer, found: Nearby) -> str:
    """Say from where distances are measured, or why there are none."""
    if not found.placed:
        return _("Where the middle of your area lies is not on record here, so the soonest shifts come first.")
    if found.measured == who.area:
        name = getattr(who, "area_name", None) or who.area
        return _("Distances are straight lines from the middle of your area, %(area)s, and rough.") % {"area": name}
    name = places.names({found.measured}).get(found.measured, found.measured)
    return _(
        "Where the middle of your area lies is not on record here. Distances are straight lines from the middle of "
        "%(area)s, in which it lies, and rough."
    ) % {"area": name}


def few(found: Nearby, most: int) -> list[dict[str, Any]]:
    """Give the next shifts of the nearest activities, as other pages show them."""
    return [
        {
            "title": title_of(one.shift.activity), "address": address_of(one.shift.activity_id), "sign": sign_of(one),
            "when": times_of(one.shift), "place": one.shift.where, "far": far_words(one.metres),
            "free": free_words(one.shift), "why": why_words(one),
        }
        for one in found.nearest(most)
    ]  # fmt: skip


@login_required
def nearby(request: Any) -> HttpResponse:
    """List the shifts near the viewer that fit, the nearest first."""
    found = queries.nearby(**viewing(request))
    heading = _("Near you, and fits")
    context = {
        "heading": heading, "crumbs": [(_("Home"), "/"), *mine_steps(), (heading, "")],
        "lead": measured_from(found.volunteer, found) if found and found.serves else "",
        "registered": found is not None, "serves": found is not None and found.serves,
        "other_hours": other_hours(found) if found else "", "cut": cut_words(found) if found else "",
    }  # fmt: skip
    rows = Rows(found.rows if found else [])
    listing = NEARBY if found and found.placed else UNPLACED
    answer: HttpResponse = listing_response(request, listing, rows, context, template="activities/nearby.html")
    return answer
