"""The scores of a closed jury, for everybody: each project's score, and every sheet by its juror's number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import NotFound
from shanzhi.ui.http import Request
from shanzhi.ui.listing import BooleanFilter, Column, Empty, Listing, Rows, listings_response
from shanzhi.ventures import queries
from shanzhi.ventures.operations.call_fields import NORMALISE
from shanzhi.ventures.operations.sheets import criteria_of
from shanzhi.ventures.queries import jury as reading
from shanzhi.ventures.queries.naming import option_code
from shanzhi.ventures.views.rows import call_crumbs


@dataclass(frozen=True)
class Scored:
    """A project with its score; `id` is its number on the ballot."""

    id: str
    title: str
    score: float
    sheets: int
    dropped: bool
    pitch: int | None


@dataclass(frozen=True)
class Voice:
    """One sheet; `id` is its place in the order of projects and jurors."""

    id: int
    project: str
    title: str
    juror: int
    points: tuple[int | str, ...]
    given: float
    used: float
    dropped: bool
    history: str = ""


def _found(rows: Rows, text: str) -> Rows:
    """Find by a part of the project's name, or by its number."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted in row.title.casefold() or wanted == getattr(row, "project", row.id))


def _fixed(name: str) -> Any:
    return lambda row: f"{getattr(row, name):.2f}"


PROJECTS: Final = Listing(
    key="scores",
    prefix="score-",
    caption=_("Scores by project"),
    columns=(
        Column("id", pgettext_lazy("project", "Number"), sort="id"),
        Column("title", _("Project"), sort="title"),
        Column("score", _("Score"), value=_fixed("score"), export=lambda row: row.score, sort="score", scale="amount"),
        Column("sheets", pgettext_lazy("score sheet", "Sheets"), "number", sort="sheets"),
        Column("pitch", _("Order of the pitches"), "number", sort="pitch", priority=2),
    ),
    default_sort="id",
    filters=(
        BooleanFilter(
            "dropped", pgettext_lazy("score sheet", "Sheets"), yes=_("With sheets left out"), no=_("All sheets count")
        ),
    ),
    search=_found,
    search_label=_("Number or name of the project"),
    empty=Empty(_("No project was scored.")),
)  # fmt: skip
SHEETS: Final = Listing(
    key="sheets",
    prefix="sheet-",
    caption=_("Every sheet"),
    columns=(
        Column("project", pgettext_lazy("project", "Number"), sort="project"),
        Column("title", _("Project"), sort="title", priority=2),
        Column("juror", _("Juror"), "number", sort="juror"),
        Column("given", _("Weighted"), value=_fixed("given"), export=lambda row: row.given, sort="given",
               scale="amount"),
        Column("used", pgettext_lazy("score sheet", "Counted as"), sort="used", scale="amount",
               value=lambda row: _("left out") if row.dropped else f"{row.used:.2f}",
               export=lambda row: None if row.dropped else row.used),
    ),
    default_sort="project",
    filters=(
        BooleanFilter(
            "dropped", pgettext_lazy("score sheet", "Counted as"), yes=_("Left out"),
            no=pgettext_lazy("score sheet", "Counted"),
        ),
    ),
    search=_found,
    search_label=_("Number or name of the project"),
    empty=Empty(_("No sheet was handed in.")),
)  # fmt: skip


def sheets_with(criteria: Mapping[str, Mapping[str, Any]]) -> Listing:
    """Give the list of the sheets with a column for each criterion."""

    def column(place: int, name: str) -> Column:
        return Column(f"points-{place}", name, value=lambda row: row.points[place], priority=2)

    own = [column(place, str(one["name"])) for place, one in enumerate(criteria.values())]
    return replace(SHEETS, columns=(*SHEETS.columns[:3], *own, *SHEETS.columns[3:]))


def _with_history(listing: Listing) -> Listing:
    """Add the way to each sheet's history, for those who may open it."""
    words = gettext("Who changed what, when and why")
    more = Column("history", _("History"), value=lambda row: row.history and words, url=lambda row: row.history,
                  in_export=False)  # fmt: skip
    return replace(listing, columns=(*listing.columns, more))


def result(request: Request, call_id: UUID) -> HttpResponse:
    """Show everybody the scores of a closed jury: every voice by number, what was dropped, the method."""
    found = queries.call(viewer=request.actor, call_id=call_id)
    closing = reading.closing(found=found)
    if closing is None or not found.jury:
        raise NotFound
    criteria = criteria_of(found)
    titles = {row.code: row.proposal.title for row in reading.public_projects(found=found)}
    turns = {option_code(one.proposal): one.position for one in reading.pitches(found=found)}
    context = {
        "call": found,
        "closing": closing,
        "criteria": list(criteria.values()),
        "method": NORMALISE[closing.method.get("normalise", "none")],
        "order": getattr(found, "pitch_order", None),
        "crumbs": call_crumbs(found, (_("Scores of the jury"), "")),
    }
    projects = [_scored(one, titles, turns) for one in closing.results]
    keys = reading.sheet_keys(viewer=request.actor, found=found)
    listing = _with_history(sheets_with(criteria)) if keys else sheets_with(criteria)
    lists = [(PROJECTS, Rows(projects)), (listing, Rows(_voices(closing.results, titles, criteria, keys)))]
    answer: HttpResponse = listings_response(request, lists, context, template="ventures/jury/result.html")
    return answer


def _scored(one: dict[str, Any], titles: Mapping[str, str], turns: Mapping[str, int]) -> Scored:
    code, voices = one["project"], one["voices"]
    dropped = any(voice["dropped"] for voice in voices)
    return Scored(code, titles.get(code, code), one["score"] / 100, len(voices), dropped, turns.get(code))


def _voices(
    results: list[dict[str, Any]],
    titles: Mapping[str, str],
    criteria: Mapping[str, Any],
    keys: Mapping[tuple[int, str], UUID],
) -> list[Voice]:
    def history(place: tuple[int, str]) -> str:
        return reverse("audit:history", args=["ventures.scoresheet", keys[place]]) if place in keys else ""

    pairs = [(one["project"], voice) for one in results for voice in one["voices"]]
    return [
        Voice(
            id=place,
            project=code,
            title=titles.get(code, code),
            juror=voice["juror"],
            points=tuple(voice["scores"].get(key, "") for key in criteria),
            given=round(float(Fraction(voice["given"])), 2),
            used=round(float(Fraction(voice["used"])), 2),
            dropped=voice["dropped"],
            history=history((voice["juror"], code)),
        )
        for place, (code, voice) in enumerate(pairs, 1)
    ]
