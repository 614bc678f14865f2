"""The lists of this room: runs, pairs, shifts left open."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.activities.views.frames import times_of
from shanzhi.assignments import queries
from shanzhi.assignments.lifecycle import PROPOSAL, RUN
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.views.words import joined, open_words, pair_state, parts_of, reason_words, run_state
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.views.frames import shown_name

MOST_SHIFTS = 200


def called(row: Run) -> str:
    """Say what a run is for, marked where it is made up."""
    return f"{row.reason} · {_('Synthetic')}" if row.synthetic else row.reason


def _areas(request: Any) -> Any:
    return volunteering.read_areas(viewer=request.actor, at=request.now)


def _kind(row: Run) -> str:
    return _("Call-up") if row.emergency else _("Matching proposal")


_RUNS = (
    Column(
        "reason", gettext_lazy("What the matching is for"), value=called, sort="reason", url=page_of("assignments:run")
    ),
    Column("kind", gettext_lazy("Kind"), value=_kind),
    Column("state", gettext_lazy("State"), "tag", value=run_state, sort="state"),
    Column("filled", gettext_lazy("Places filled"), "number", sort="filled"),
    Column("places", gettext_lazy("Free places"), "number", sort="places"),
    Column("volunteers", gettext_lazy("Volunteers"), "number", sort="volunteers", priority=2),
    Column("first_at", gettext_lazy("From"), "datetime", sort="first_at", priority=2),
    Column("last_at", gettext_lazy("Until"), "datetime", sort="last_at", priority=3),
    Column("made_at", gettext_lazy("Made on"), "datetime", sort="made_at"),
)
_FILTERS = (
    ChoiceFilter("state", gettext_lazy("State"), choices=RUN.choices()),
    BooleanFilter("emergency", gettext_lazy("Kind"), yes=gettext_lazy("Call-up"), no=gettext_lazy("Matching proposal")),
    DateRangeFilter("made_at", gettext_lazy("Made on")),
)
DESK = Listing(
    key="desk_assignments",
    columns=(
        *_RUNS[:2],
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("team", gettext_lazy("Volunteer team"), value=lambda row: row.team.name if row.team else "", priority=2),
        *_RUNS[2:],
    ),
    default_sort="-made_at",
    filters=(*_FILTERS, AreaFilter("area", gettext_lazy("Area"), source=_areas)),
    search=queries.search_runs,
    search_label=gettext_lazy("Part of what it is for"),
    empty=Empty(
        gettext_lazy("Nobody had volunteers matched yet"),
        gettext_lazy("Have a proposal worked out for the shifts of the next days; you decide whom to ask."),
        "/desk/assignments/new/", gettext_lazy("New matching"),
    ),
)  # fmt: skip
TEAM = Listing(
    key="team_assignments", columns=_RUNS, default_sort="-made_at", filters=_FILTERS, search=queries.search_runs,
    search_label=gettext_lazy("Part of what it is for"),
    empty=Empty(
        gettext_lazy("Nobody had volunteers matched yet"),
        gettext_lazy("Have a proposal worked out for the shifts of the next days; you decide whom to ask."),
    ),
)  # fmt: skip


def _shifts(request: Any) -> list[tuple[str, str]]:
    found = queries.run(viewer=request.actor, run_id=request.resolver_match.kwargs["run_id"])
    rows = queries.shifts_in(found)[:MOST_SHIFTS]
    return [(str(one.pk), f"{times_of(one)} · {one.activity.title}") for one in rows]


def number_of(row: Proposal) -> str:
    """Give the number of the volunteer, who is made up or not."""
    return row.volunteer.number


PAIRS = Listing(
    key="assignment_pairs",
    columns=(
        Column("title", gettext_lazy("Activity"), value="title", sort="title", url=page_of("assignments:pair")),
        Column("begins", gettext_lazy("When"), value=lambda row: times_of(row.shift), sort="begins", scale="time",
               export=lambda row: row.begins),
        Column("number", gettext_lazy("Volunteer number"), value=number_of, sort="number"),
        Column("name", gettext_lazy("Name"), value=lambda row: shown_name(row.volunteer)),
        Column("score", gettext_lazy("Points in all"), "number", sort="score"),
        Column("state", gettext_lazy("State"), "tag", value=pair_state, sort="state"),
        Column("reason", gettext_lazy("Reason"), value=reason_words, priority=2),
        Column("decided_at", gettext_lazy("Decided on"), "datetime", sort="decided_at", on_page=False),
        Column("answered_at", gettext_lazy("Answered on"), "datetime", sort="answered_at", on_page=False),
        Column("parts", gettext_lazy("What the points come from"), on_page=False,
               value=lambda row: joined([f"{name} {points}" for name, points, _why in parts_of(row)])),
    ),
    default_sort="begins",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=PROPOSAL.choices()),
        ChoiceFilter("shift", gettext_lazy("Shift"), choices=_shifts),
        DateRangeFilter("begins", gettext_lazy("When")),
    ),
    search=queries.search_pairs,
    search_label=gettext_lazy("Volunteer number, or part of the title"),
    empty=Empty(
        gettext_lazy("Nobody is proposed"),
        gettext_lazy("The shifts left open say why: look at their hours and at what they ask for."),
    ),
)  # fmt: skip
OPEN = Listing(
    key="assignment_open",
    columns=(
        Column("title", gettext_lazy("Activity"), value="title", sort="title",
               url=lambda row: reverse("activities:activity", args=[row.shift.activity_id])),
        Column("begins", gettext_lazy("When"), value=lambda row: times_of(row.shift), sort="begins", scale="time",
               export=lambda row: row.begins),
        Column("missing", gettext_lazy("Left open"), "number", sort="missing"),
        Column("places", gettext_lazy("Free places"), "number", sort="places"),
        Column("why", gettext_lazy("Why nobody else"), value=lambda row: joined(open_words(row))),
    ),
    default_sort="begins",
    filters=(DateRangeFilter("begins", gettext_lazy("When")),),
    search=lambda rows, words: rows.filter(shift__activity__title__has=words.strip()),
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(gettext_lazy("No shift is left open"), gettext_lazy("Each free place has somebody who suits it.")),
)  # fmt: skip
