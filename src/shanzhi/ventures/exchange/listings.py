"""The lists of calls and proposals, declared once for page, phone and Excel."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shanzhi.people import queries as people
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.formatting import money
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from shanzhi.ui.pieces import Tone
from shanzhi.ventures.lifecycle import CALL, PROPOSAL, PUBLIC_PROPOSALS
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.models.calls import NOTICE_KINDS
from shanzhi.ventures.queries import matching, reviewed_areas

CALL_TONES: Final[dict[str, Tone]] = {
    "draft": "plain",
    "publicity": "accent",
    "submission": "good",
    "review": "accent",
    "notice": "accent",
    "voting": "good",
    "pitch": "accent",
    "award": "good",
    "closed": "plain",
    "cancelled": "bad",
}
PROPOSAL_TONES: Final[dict[str, Tone]] = {
    "draft": "plain",
    "submitted": "accent",
    "returned": "warn",
    "passed": "good",
    "rejected": "bad",
    "withdrawn": "plain",
    "disqualified": "bad",
    "lapsed": "plain",
    "merged": "plain",
    "on_ballot": "accent",
    "won": "good",
    "lost": "plain",
}


def call_state(call: Call) -> tuple[Tone, Any]:
    """Give tone and words of a call's state."""
    return CALL_TONES[call.state], CALL.states[call.state]


def proposal_state(proposal: Proposal) -> tuple[Tone, Any]:
    """Give tone and words of a proposal's state."""
    return PROPOSAL_TONES[proposal.state], PROPOSAL.states[proposal.state]


def place(row: Any) -> str:
    """Give the name of a row's community or area, as the queries give it; else its code."""
    code = row.community if isinstance(row, Proposal) else row.area
    return str(getattr(row, "place_name", "") or code)


def _purse(call: Call) -> str:
    return money(call.purse_fen, call.currency)


def _asked(proposal: Proposal) -> str:
    return money(proposal.amount_fen, proposal.call.currency)


def _ends(call: Call) -> Any:
    return next((phase.ends_at for phase in call.phases.all() if phase.kind == call.state), None)


def _search_calls(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=text) | Q(title_en__icontains=text))


def _search_proposals(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(matching(text))


def _search_notices(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by the text and by the kind as the reader reads it; every title is that of the round."""
    wanted = text.casefold()
    kinds = [kind for kind, label in NOTICE_KINDS.items() if wanted in str(label).casefold()]
    return rows.filter(Q(body__icontains=text) | Q(kind__in=kinds))


def all_areas(request: HttpRequest) -> AreaSource:
    """Give every area, by which public lists can be filtered."""
    return people.all_areas(at=request.now)  # type: ignore[attr-defined]  # set by the middleware


def reviewed(request: HttpRequest) -> AreaSource:
    """Give the areas in which the viewer reviews."""
    return reviewed_areas(**viewing(request))


def call_address(call: Call) -> str:
    """Give the path of a call's page."""
    return f"/calls/{call.pk}/"


def proposal_address(proposal: Proposal) -> str:
    """Give the path of a proposal's page."""
    return f"/proposals/{proposal.pk}/"


CALLS: Final = Listing(
    key="calls",
    caption=_("Calls"),
    columns=(
        Column("title", _("Call"), value="shown_title", sort="title", url=call_address, export=lambda call: call.title),
        Column("title_en", _("Title in English"), on_page=False),
        Column("state", _("State"), "tag", call_state, sort="course", export=lambda call: CALL.states[call.state]),
        Column("area", _("Area"), value=place, priority=2),
        Column("purse", _("Purse"), value=_purse, sort="purse_fen", scale="amount", in_export=False),
        Column("purse_fen", _("Purse"), "money", on_page=False),
        Column("currency", _("Currency"), on_page=False),
        Column("limit_fen", _("Limit for one project"), "money", sort="limit_fen", on_page=False),
        Column("ends", _("This phase ends"), "datetime", _ends, priority=2),
        Column("sponsor", _("Sponsor"), priority=3),
        Column("created_at", _("Made on"), "date", sort="created_at", priority=3),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", _("State"), choices=list(CALL.states.items())),
        AreaFilter("area", _("Area"), source=all_areas),
        BooleanFilter("imported", _("Imported"), yes=_("Imported"), no=_("Held here")),
    ),
    search=_search_calls,
    search_label=_("Search calls"),
    empty=Empty(_("No call yet"), _("When a call opens in your area, it stands here.")),
)

NOTICES: Final = Listing(
    key="notices",
    prefix="notice-",
    caption=_("Public notices"),
    columns=(
        Column("published_at", _("Published"), "datetime", sort="published_at"),
        Column("kind", _("Kind of notice"), value=lambda notice: notice.get_kind_display(), sort="kind"),
        Column("title", _("Title")),
        Column("body", _("Text"), priority=2),
        Column("starts_at", _("From"), "datetime", priority=2),
        Column("ends_at", _("Until"), "datetime", priority=2),
    ),
    default_sort="-published_at",
    filters=(
        ChoiceFilter("kind", _("Kind of notice"), choices=list(NOTICE_KINDS.items())),
        DateRangeFilter("published", _("Published"), field="published_at"),
    ),
    search=_search_notices,
    search_label=_("A word of the notice"),
    page_size=10,
    cards="ventures/notice_card.html",
    empty=Empty(_("No notice yet."), _("What the round announces stands here, from its opening to its result.")),
)

_NUMBER: Final = Column("number", _("No."), "number", sort="number")
_TITLE: Final = Column("title", _("Project"), sort="title", url=proposal_address)
_STATE: Final = Column(
    "state", _("State"), "tag", proposal_state, sort="course", export=lambda one: PROPOSAL.states[one.state]
)
_AMOUNT: Final = Column("amount", _("Asked"), value=_asked, sort="amount_fen", scale="amount", in_export=False)
_FEN: Final = Column("amount_fen", _("Asked"), "money", on_page=False)
_TEAM: Final = Column("team_name", _("Team"), sort="team_name", priority=2)
_PLACE: Final = Column("community", _("Community"), value=place, sort="community", priority=2)
_THEME: Final = Column("theme", _("Theme"), sort="theme", priority=2)
_PEOPLE: Final = Column("people_reached", _("People reached"), "number", sort="people_reached", priority=3)
_CREATED: Final = Column("created_at", _("Begun on"), "date", sort="created_at", priority=3)
_CALL: Final = Column("call", _("Call"), value="call__shown_title", priority=2)


def themes_of(request: HttpRequest) -> list[tuple[str, str]]:
    """List the themes by which proposals can be filtered: those of the call that the page is of."""
    return [(theme, theme) for theme in getattr(request, "themes", ())]


PROPOSALS: Final = Listing(
    key="proposals",
    caption=_("Proposals"),
    columns=(_NUMBER, _TITLE, _TEAM, _PLACE, _THEME, _AMOUNT, _FEN, _STATE, _PEOPLE, _CREATED),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", _("State"), choices=[(name, PROPOSAL.states[name]) for name in PUBLIC_PROPOSALS]),
        ChoiceFilter("theme", _("Theme"), choices=themes_of),
        AreaFilter("area", _("Area"), field="community", source=all_areas),
    ),
    search=_search_proposals,
    search_label=_("Search projects, teams, numbers"),
    empty=Empty(_("No proposal to show"), _("Proposals become public with the public notice.")),
)
MY_PROPOSALS: Final = Listing(
    key="my-proposals",
    caption=_("My proposals"),
    columns=(_TITLE, _CALL, _STATE, _AMOUNT, _FEN, _NUMBER, _CREATED),
    default_sort="-created_at",
    filters=(ChoiceFilter("state", _("State"), choices=list(PROPOSAL.states.items())),),
    search=_search_proposals,
    search_label=_("Search my proposals"),
    empty=Empty(
        _("You have not proposed anything yet"),
        _("Think of what your neighbours need, and look for a call that takes proposals."),
        "/calls/",
        _("See the calls"),
    ),
)
REVIEW_QUEUE: Final = Listing(
    key="reviews",
    caption=_("Proposals to review"),
    columns=(
        Column("number", _("No."), "number", sort="number"),
        Column("title", _("Project"), sort="title", url=lambda one: f"/desk/reviews/{one.pk}/"),
        _CALL,
        _PLACE,
        _AMOUNT,
        _FEN,
        Column("submitted_at", _("Handed in"), "datetime", sort="submitted_at"),
        Column("reviews_done", _("Reviews done"), "number", priority=2),
        Column("reviews_due", _("Reviews due"), "number", priority=2),
        _STATE,
    ),
    default_sort="submitted_at",
    filters=(
        DateRangeFilter("submitted", _("Handed in"), field="submitted_at"),
        AreaFilter("area", _("Area"), field="community", source=reviewed),
    ),
    search=_search_proposals,
    search_label=_("Search projects, teams, numbers"),
    empty=Empty(_("Nothing waits for review"), _("New proposals of your area appear here as they are handed in.")),
)
