"""One's own shifts: those to come with what to decide, those gone by, and the calendar's secret address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.activities import operations, queries
from shanzhi.activities.lifecycle import SIGNUP
from shanzhi.activities.models import CalendarFeed
from shanzhi.activities.views.frames import (
    address_of,
    mine_steps,
    outcome_words,
    reason_words,
    signup_state,
    times_of,
    title_of,
)
from shanzhi.kernel.errors import Refusal
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import acts

PAST = Listing(
    key="own_shifts",
    columns=(
        Column("title", gettext_lazy("Activity"), sort="title", url=lambda row: address_of(row.shift.activity_id)),
        Column("begins", gettext_lazy("When"), value=lambda row: times_of(row.shift), sort="begins", scale="time",
               export=lambda row: row.begins),
        Column("state", gettext_lazy("State"), "tag", value=signup_state, sort="state"),
        Column("reason", gettext_lazy("Why it was ended"), value=reason_words),
        Column("ended_at", gettext_lazy("Ended at"), "date", sort="ended_at", priority=2),
    ),
    default_sort="-begins",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=SIGNUP.choices()),
        DateRangeFilter("begins", gettext_lazy("When")),
    ),
    search=queries.search_past,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("No shift is behind you yet"), gettext_lazy("What you did and gave back stands here later."),
        "/activities/", gettext_lazy("Find a shift"),
    ),
)  # fmt: skip


def _path(feed: CalendarFeed) -> str:
    return reverse("activities:own_feed", args=[queries.secret_of(feed)])


@login_required
def mine(request: Any) -> HttpResponse:
    """Show the own shifts to come, with what to decide."""
    rows = queries.mine(**viewing(request))
    feed = queries.own_feed(viewer=request.actor)
    context = {
        "heading": _("My shifts"),
        "rows": [
            {
                "row": one, "title": title_of(one.shift.activity), "when": times_of(one.shift),
                "state": signup_state(one), "before": getattr(one, "before", 0) + 1,
                "course": [(told.at, outcome_words(told)) for told in one.decisions.all()],
                "changed": one.kept < one.shift.sequence, "begun": one.shift.starts_at <= request.now,
            }
            for one in rows
        ],
        "serves": queries.serving(request.actor),
        "link": request.build_absolute_uri(_path(feed)) if feed else "",
        "crumbs": [(_("Home"), "/"), (_("My volunteering"), reverse("volunteering:mine")), (_("My shifts"), "")],
    }  # fmt: skip
    answer = render(request, "activities/mine.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
def past(request: Any) -> HttpResponse:
    """List the own shifts that are over, and places that were given back or ended."""
    context = {
        "heading": _("My past shifts"), "lead": _("What you did in them is on your record of service."),
        "crumbs": [(_("Home"), "/"), *mine_steps(), (_("My past shifts"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, PAST, queries.past(**viewing(request)), context)
    return answer


@login_required
@acts
def calendar(request: Any) -> HttpResponse:
    """Make the secret address of the own calendar, make it anew, or end it."""
    try:
        if request.POST.get("step") == "end":
            operations.end_feed(**acting(request))
            messages.success(request, _("The address holds no more."))
        else:
            operations.renew_feed(**acting(request))
            messages.success(request, _("There is a new address; older ones hold no more."))
    except Refusal as refusal:
        if refusal.status in (401, 403, 404):
            raise
        messages.error(request, refusal.text)
    return redirect("activities:mine")
