"""The lists of projects, declared once for page, phone and Excel; the list of a graduation as PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.people import queries as people
from shanzhi.projects import queries
from shanzhi.projects.lifecycle import ACTIVITY, CEREMONY, OVER, PROJECT
from shanzhi.projects.models import Activity, Ceremony, Project, Rules
from shanzhi.projects.queries.due import WHAT, Due
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    page_of,
)
from shanzhi.ui.pdf import typeset
from shanzhi.ui.pieces import Tone

LAYOUT: Final = Path(__file__).parent / "templates" / "projects" / "graduation.typ"
PROJECT_TONES: Final[dict[str, Tone]] = {
    "running": "accent", "midterm": "accent", "notice": "accent", "passed": "good", "failed": "bad",
    "completion": "accent", "completed": "good", "graduated": "good", "ended": "warn", "terminated": "bad",
}  # fmt: skip
ACTIVITY_TONES: Final[dict[str, Tone]] = {
    "planned": "plain", "announced": "accent", "held": "warn", "reported": "good", "cancelled": "bad",
}  # fmt: skip
CEREMONY_TONES: Final[dict[str, Tone]] = {"planned": "accent", "held": "good", "cancelled": "bad"}


def project_state(one: Project) -> tuple[Tone, Any]:
    """Give tone and words of a project's state."""
    return PROJECT_TONES[one.state], PROJECT.states[one.state]


def activity_state(one: Activity) -> tuple[Tone, Any]:
    """Give tone and words of an activity's state."""
    return ACTIVITY_TONES[one.state], ACTIVITY.states[one.state]


def ceremony_state(one: Ceremony) -> tuple[Tone, Any]:
    """Give tone and words of a ceremony's state."""
    return CEREMONY_TONES[one.state], CEREMONY.states[one.state]


def due_state(one: Due) -> tuple[Tone, Any]:
    """Say in words whether something is overdue."""
    if one.late:
        return "bad", _("Overdue")
    return ("warn", _("Due soon")) if one.soon else ("plain", _("Later"))


def points(mark: int | None) -> str:
    """Write a mark, which comes in hundredths of a point."""
    return formatting.NONE if mark is None else f"{mark / 100:.2f}"


def _title(one: Project) -> str:
    made_up = f" · {gettext('Synthetic')}" if one.synthetic else ""
    return f"{one.proposal.title}{made_up}"


def _place(row: Any) -> str:
    return str(getattr(row, "place_name", "") or getattr(row, "community", ""))


def _round(one: Project) -> str:
    return str(one.proposal.call.shown_title)


def all_areas(request: HttpRequest) -> AreaSource:
    """Give every area, by which public lists can be filtered."""
    return people.all_areas(at=request.now)  # type: ignore[attr-defined]  # set by the middleware


def desk_areas(request: HttpRequest) -> AreaSource:
    """Give the areas whose projects the viewer reads as staff."""
    return queries.read_areas(**viewing(request))


def _state(key: str = "state") -> ChoiceFilter:
    return ChoiceFilter(key, _("State"), choices=PROJECT.choices())


_COLUMNS: Final = (
    Column("title", _("Project"), value=_title, sort="proposal__title", url=page_of("projects:project")),
    Column("state", _("State"), "tag", project_state, sort="course", export=lambda one: PROJECT.states[one.state]),
    Column("place", _("Community"), value=_place, sort="community"),
    Column("team", _("Team"), value="proposal__team_name", priority=2),
    Column("call", _("Round"), value=_round, priority=2),
    Column("held", _("Activities held"), "number", sort="held"),
    Column("people", _("People who came"), "number", sort="people"),
    Column("starts_on", _("From"), "date", sort="starts_on", priority=2),
    Column("ends_on", _("Until"), "date", sort="ends_on", priority=2),
)
_DESK_COLUMNS: Final = (
    *_COLUMNS,
    Column("community", _("Code of the community"), on_page=False),
    Column("midterm_due", _("Mid-term report due"), "date", sort="midterm_due", on_page=False),
    Column("completion_due", _("Completion report due"), "date", sort="completion_due", on_page=False),
    Column("mark", _("Mark"), value=lambda one: points(one.mark), on_page=False),
)
_LABEL: Final = _("Part of the title, the team or the round")

PROJECTS: Final = Listing(
    key="projects", columns=_COLUMNS, default_sort="-starts_on",
    filters=(
        _state(),
        AreaFilter("area", _("Area"), field="community", source=all_areas),
        DateRangeFilter("ends_on", _("Until"), moments=False),
    ),
    search=queries.matching, search_label=_LABEL,
    empty=Empty(_("No project is being carried out yet"), _("Chosen proposals begin here once their round is closed.")),
)  # fmt: skip
MINE: Final = Listing(
    key="my_projects", prefix="mine-", caption=_("My projects"), columns=_COLUMNS, default_sort="-starts_on",
    filters=(_state(),), search=queries.matching, search_label=_LABEL,
    empty=Empty(_("None of your proposals is being carried out"),
                _("Once a proposal of yours is chosen and its round closed, its project begins and stands here.")),
)  # fmt: skip
DESK: Final = Listing(
    key="desk_projects", columns=_DESK_COLUMNS, default_sort="-starts_on",
    filters=(
        _state(),
        AreaFilter("area", _("Area"), field="community", source=desk_areas),
        BooleanFilter("mentor", _("Mentor"), apply=lambda yes: Q(mentor__isnull=not yes), yes=_("Has a mentor"),
                      no=_("Has none")),
        BooleanFilter("over", _("Over"), apply=lambda yes: Q(state__in=OVER) if yes else ~Q(state__in=OVER)),
        DateRangeFilter("ends_on", _("Until"), moments=False),
    ),
    search=queries.matching, search_label=_LABEL,
    empty=Empty(_("No project of your areas is being carried out"),
                _("Who runs a closed round begins its chosen proposals here.")),
)  # fmt: skip


def due_url(one: Due) -> str:
    """Give where to do it."""
    return one.url


def _due_project(one: Due) -> str:
    return PROJECT_PAGE(one.project)


PROJECT_PAGE: Final = page_of("projects:project")
_DUE_COLUMNS: Final = (
    Column("what", _("What is due"), value=lambda one: f"{one.label}{f' · {one.title}' if one.title else ''}",
           sort="what", url=due_url),
    Column("late", _("State"), "tag", due_state, export=lambda one: due_state(one)[1]),
    Column("due_on", _("Due on"), "date", sort="due_on"),
    Column("project", _("Project"), value="project_title", sort="project_title", url=_due_project),
)  # fmt: skip
_LATE: Final = BooleanFilter("late", _("Overdue"))
_WHAT: Final = ChoiceFilter("what", _("What is due"), choices=list(WHAT.items()))
_DUE_LABEL: Final = _("Part of a project's or an activity's title")
MY_DUE: Final = Listing(
    key="my_due", prefix="due-", caption=_("What is due"), columns=_DUE_COLUMNS, default_sort="due_on",
    filters=(_LATE, _WHAT), search=queries.matching_due, search_label=_DUE_LABEL,
    empty=Empty(_("Nothing is due"), _("Plan your next activity on the page of your project.")),
)  # fmt: skip
DESK_DUE: Final = Listing(
    key="desk_due",
    columns=(
        *_DUE_COLUMNS,
        Column("side", _("Whose it is"), value=lambda one: _("The team") if one.team else _("The desk"), sort="side"),
        Column("place", _("Community"), value=lambda one: _place(one.project), sort="community"),
        Column("code", _("Code of the community"), value="community", on_page=False),
    ),
    default_sort="due_on",
    filters=(
        _LATE,
        ChoiceFilter("side", _("Whose it is"), choices=[("team", _("The team")), ("staff", _("The desk"))]),
        _WHAT,
        AreaFilter("area", _("Area"), field="community", source=desk_areas),
        DateRangeFilter("due_on", _("Due on"), moments=False),
    ),
    search=queries.matching_due, search_label=_DUE_LABEL,
    empty=Empty(_("Nothing is due"), _("What teams and the desk owe the projects of your areas stands here.")),
)  # fmt: skip


def _search_activities(rows: QuerySet[Activity], text: str) -> QuerySet[Activity]:
    return rows.filter(Q(title__icontains=text) | Q(place__icontains=text) | Q(summary__icontains=text))


ACTIVITIES: Final = Listing(
    key="activities", prefix="activity-", caption=_("Activities"),
    columns=(
        Column("title", _("Activity"), sort="title", url=page_of("projects:activity")),
        Column("state", _("State"), "tag", activity_state, sort="state", scale="words",
               export=lambda one: ACTIVITY.states[one.state]),
        Column("starts_at", _("Begins"), "datetime", sort="starts_at"),
        Column("place", _("Place"), priority=2),
        Column("expected", _("People expected"), "number", on_page=False),
        Column("attended", _("People who came"), "number", sort="attended"),
        Column("helpers", _("Volunteers who helped"), "number", on_page=False),
        Column("rating", _("Feedback, of 5"), value=lambda one: rating_words(one.rating, one.answers), priority=2),
    ),
    default_sort="starts_at", page_size=12,
    filters=(ChoiceFilter("state", _("State"), choices=ACTIVITY.choices()), DateRangeFilter("starts_at", _("Begins"))),
    search=_search_activities, search_label=_("Part of title, place or summary"),
    empty=Empty(_("No activity to show yet"), _("The team announces each about a week ahead.")),
)  # fmt: skip


def rating_words(mean: float | None, number: int) -> str:
    """Write the mean of the feedback with how many gave it."""
    return formatting.NONE if mean is None else f"{mean:.1f} ({number})"


def _search_said(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(said__icontains=text)


SAID: Final = Listing(
    key="feedback", prefix="said-", caption=_("Feedback"),
    columns=(
        Column("rating", _("Points of 5"), "number", sort="rating"),
        Column("said", _("Words")),
        Column("created_at", _("On"), "date", sort="created_at"),
    ),
    default_sort="-created_at", page_size=10,
    filters=(ChoiceFilter("rating", _("Points of 5"), choices=[(str(n), str(n)) for n in range(1, 6)]),),
    search=_search_said, search_label=_("Part of the words"),
    empty=Empty(_("Nobody has answered yet"), _("Show the code at the end of the activity, or send its link.")),
)  # fmt: skip


def _search_ceremonies(rows: QuerySet[Ceremony], text: str) -> QuerySet[Ceremony]:
    return rows.filter(Q(title__icontains=text) | Q(place__icontains=text))


CEREMONIES: Final = Listing(
    key="graduations",
    columns=(
        Column("title", _("Graduation"), sort="title", url=page_of("projects:ceremony")),
        Column("state", _("State"), "tag", ceremony_state, sort="course",
               export=lambda one: CEREMONY.states[one.state]),
        Column("held_on", _("Day"), "date", sort="held_on"),
        Column("place", _("Place")),
        Column("area", _("Area"), value=_place, sort="area", priority=2),
        Column("number", _("Projects"), "number", sort="number"),
    ),
    default_sort="-held_on",
    filters=(
        ChoiceFilter("state", _("State"), choices=CEREMONY.choices()),
        AreaFilter("area", _("Area"), source=all_areas),
        DateRangeFilter("held_on", _("Day"), moments=False),
    ),
    search=_search_ceremonies, search_label=_("Part of title or place"),
    empty=Empty(_("No graduation is planned yet"), _("Completed projects graduate at a ceremony of their area.")),
)  # fmt: skip
GRADUATES: Final = Listing(
    key="graduates", columns=(
        Column("title", _("Project"), value=_title, sort="proposal__title", url=page_of("projects:project")),
        Column("team", _("Team"), value="proposal__team_name"),
        Column("place", _("Community"), value=_place, sort="community"),
        Column("state", _("State"), "tag", project_state, sort="course", export=lambda one: PROJECT.states[one.state]),
        Column("held", _("Activities held"), "number", sort="held"),
        Column("people", _("People who came"), "number", sort="people"),
        Column("mark", _("Mark"), value=lambda one: points(one.mark), sort="mark", scale="amount"),
    ),
    default_sort="title",
    filters=(AreaFilter("area", _("Area"), field="community", source=all_areas), _state()),
    search=queries.matching, search_label=_LABEL,
    empty=Empty(_("No project stands on the list yet"), _("Who runs rounds here puts completed projects on it.")),
)  # fmt: skip


def _search_rules(rows: QuerySet[Rules], text: str) -> QuerySet[Rules]:
    return rows.filter(Q(place_name__icontains=text) | Q(area=text))


RULES: Final = Listing(
    key="project_rules",
    columns=(
        Column("area", _("Area"), value=lambda one: one.place_name or _("The whole country"), sort="area"),
        Column("version", _("Version"), "number", sort="version"),
        Column("pass_mark", _("Points to pass"), "number", value=lambda one: one.content["pass_mark"]),
        Column("reviewers", _("Sheets needed"), "number", value=lambda one: one.content["reviewers"]),
        Column("midterm", _("Mid-term report"), "boolean", value=lambda one: one.content["midterm"]),
        Column("created_at", _("Written on"), "date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=(AreaFilter("area", _("Area"), source=desk_areas), DateRangeFilter("created_at", _("Written on"))),
    search=_search_rules, search_label=_("Part of the area's name, or its whole code"),
    empty=Empty(_("No area has written rules"), _("Projects begin under the program's example, not official.")),
)  # fmt: skip


def graduation_pdf(*, found: Ceremony, rows: list[Project], at: datetime) -> bytes:
    """Set the list of a ceremony, to print and hang out. It names projects and teams, and no person."""
    head = [gettext(word) for word in ("Number", "Project", "Team", "Community", "Mark")]
    data = {
        "lang": "zh" if formatting.chinese() else "en",
        "title": found.title,
        "lines": [f"{formatting.day(found.held_on)} · {found.place}", str(ceremony_state(found)[1])],
        "head": head,
        "rows": [
            [str(number), _title(one), one.proposal.team_name, _place(one), points(one.mark)]
            for number, one in enumerate(rows, 1)
        ],
    }
    return typeset(LAYOUT, data, at=at)
