"""The lists of versions, of earlier proposals to copy, and of comments, declared once for page, phone and Excel."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from shanzhi.ui.pieces import Tone
from shanzhi.ventures.exchange.listings import MY_PROPOSALS, proposal_address
from shanzhi.ventures.lifecycle import COMMENT
from shanzhi.ventures.models import Comment, ProposalVersion
from shanzhi.ventures.models.versions import VERSION_KINDS
from shanzhi.ventures.models.voices import COMMENT_KINDS

KIND_TONES: Final[dict[str, Tone]] = {"draft": "plain", "hand_in": "accent", "mended": "good"}
COMMENT_TONES: Final[dict[str, Tone]] = {"shown": "good", "withdrawn": "plain", "hidden": "warn"}
SHORT: Final = 80


def _compare(row: Any) -> str:
    path = reverse("ventures:compare_versions", args=[row.proposal_id])
    return f"{path}?from={row.before}&to={row.number}"


def _kind(row: ProposalVersion) -> tuple[Tone, Any]:
    return KIND_TONES[row.kind], VERSION_KINDS[row.kind]


def _by(row: ProposalVersion) -> Any:
    return str(row.by.name) if row.by else _("The team")


VERSIONS: Final = Listing(
    key="versions",
    caption=_("Versions"),
    columns=(
        Column("number", _("Version"), "number", sort="number"),
        Column("kind", _("What it is"), "tag", _kind, sort="kind", export=lambda row: VERSION_KINDS[row.kind]),
        Column("title", _("Project")),
        Column("at", _("When"), "datetime", sort="at"),
        Column("by", _("By"), value=_by),
        Column(
            "compare",
            _("What changed"),
            value=lambda _row: pgettext("versions", "Compare"),
            url=_compare,
            in_export=False,
        ),
        Column("digest", _("Digest"), on_page=False),
    ),
    default_sort="-number",
    filters=(
        ChoiceFilter("kind", _("What it is"), choices=list(VERSION_KINDS.items())),
        DateRangeFilter("at", _("When")),
    ),
    search=lambda rows, text: rows.filter(title__icontains=text),
    search_label=_("Search by the name of the project"),
    empty=Empty(
        _("No version is kept yet"), _("One is kept at each hand-in, and for each day on which the team wrote.")
    ),
)


def _search_comments(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(text__icontains=text) | Q(reason__icontains=text) | Q(proposal__title__icontains=text))


def _short(row: Comment) -> str:
    return Truncator(row.text).chars(SHORT)


def _history(row: Comment) -> str:
    return reverse("audit:history", args=["ventures.comment", row.pk])


def comment_state(row: Comment) -> tuple[Tone, Any]:
    """Give tone and words of a comment's state."""
    return COMMENT_TONES[row.state], COMMENT.states[row.state]


COMMENTS: Final = Listing(
    key="comments",
    caption=_("Comments and answers"),
    columns=(
        Column("text", _("Words"), value=_short, export=lambda row: row.text),
        Column("kind", _("Kind"), value=lambda row: COMMENT_KINDS[row.kind], sort="kind", priority=2),
        Column("project", _("Project"), value="proposal__title", sort="proposal__number",
               url=lambda row: proposal_address(row.proposal)),
        Column("community", _("Community"), value=lambda row: row.place_name or "", sort="community", priority=2),
        Column("created_at", _("When"), "datetime", sort="created_at"),
        Column("state", _("State"), "tag", comment_state, sort="state", export=lambda row: COMMENT.states[row.state]),
        Column("reason", _("Reason of hiding"), priority=3),
        Column("history", _("History"), value=lambda _row: _("History"), url=_history, priority=2, in_export=False),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", _("State"), choices=list(COMMENT.states.items())),
        ChoiceFilter("kind", _("Kind"), choices=list(COMMENT_KINDS.items())),
        DateRangeFilter("created", _("When"), field="created_at"),
    ),
    search=_search_comments,
    search_label=_("Search words, reasons, projects"),
    empty=Empty(_("Nobody has commented yet"), _("Neighbours comment on projects from the public notice on.")),
)  # fmt: skip

_MINE: Final = {column.key: column for column in MY_PROPOSALS.columns}
EARLIER_COLUMNS: Final = tuple(_MINE[key] for key in ("title", "call", "state", "amount", "amount_fen", "created_at"))
