"""The public page of polling places: where and when one votes on paper; after the close, the figures of each place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ui.formatting import chinese
from shanzhi.ui.http import Request
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, Empty, Listing, Rows, listings_response
from shanzhi.voting import queries
from shanzhi.voting.lifecycle import BOOTH, CANCELLED, FINISHED_STATES
from shanzhi.voting.models import Booth, Poll
from shanzhi.voting.models.booths import BOOTH_KINDS
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.frames import TONES
from shanzhi.voting.views.words import lang, title_of


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by name, address or community."""
    found = rows.filter(name__icontains=text) | rows.filter(place__icontains=text)
    return found | rows.filter(place_name__icontains=text)


def _state(row: Booth) -> tuple[str, str]:
    return TONES[row.state], row.get_state_display()


def _written(name: str) -> Callable[[Any], SafeString | str]:
    """Give what was written here, which is Chinese, as an English page must say."""
    read = attrgetter(name)
    return lambda row: _spoken(read(row))


def _spoken(text: str | None) -> SafeString | str:
    return format_html("<span{}>{}</span>", lang("" if chinese() else "zh-Hans"), text) if text else ""


def _reason(row: Booth) -> str:
    """Why a place was cancelled; other reasons are the desk's."""
    return row.reason if row.state == CANCELLED else ""


PLACES: Final = Listing(
    key="places",
    prefix="place-",
    caption=gettext_lazy("Polling places"),
    columns=(
        Column("name", gettext_lazy("Polling place"), value=_written("name"), export=attrgetter("name"), sort="name"),
        Column("kind", gettext_lazy("Kind"), value=lambda row: row.get_kind_display(), sort="kind", priority=2),
        Column("state", gettext_lazy("State"), "tag", _state, sort="state", export=lambda row: row.get_state_display()),
        Column("reason", gettext_lazy("Reason"), value=lambda row: _spoken(_reason(row)), export=_reason, priority=2),
        Column("place", gettext_lazy("Address"), value=_written("place"), export=attrgetter("place")),
        Column("planned_from", gettext_lazy("Opens"), "datetime", sort="planned_from"),
        Column("planned_to", gettext_lazy("Closes"), "datetime", sort="planned_to"),
        Column("area", gettext_lazy("For voters of"), value=_written("place_name"), export=attrgetter("place_name"),
               sort="area"),
    ),
    default_sort="area",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=BOOTH.choices()),
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=BOOTH_KINDS),
        AreaFilter("area", gettext_lazy("Area code")),
    ),
    search=_search,
    search_label=gettext_lazy("Name, address or community"),
    empty=Empty(
        gettext_lazy("There are no polling places"),
        gettext_lazy("In this vote ballots are cast online. Ask your community's committee if you need help."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What was counted at one polling place; `id` is its place in the order of codes."""

    id: int
    name: str
    opened: bool
    received: int
    issued: int
    cast: int
    spoiled: int
    returned: int
    carried_off: int
    void: int
    invalid: int | None


def _found(rows: Rows, text: str) -> Rows:
    wanted = text.casefold()
    return rows.having(lambda row: wanted in row.name.casefold())


def _number(name: str, label: Any) -> Column:
    return Column(name, label, "number", sort=name)


FIGURES: Final = Listing(
    key="places_figures",
    prefix="figure-",
    caption=gettext_lazy("By polling place"),
    columns=(
        Column("name", gettext_lazy("Polling place"), value=_written("name"), export=attrgetter("name"), sort="name"),
        Column("opened", gettext_lazy("Opened"), "boolean", sort="opened", priority=2),
        _number("received", gettext_lazy("Received")),
        _number("issued", gettext_lazy("Issued")),
        _number("cast", gettext_lazy("Cast")),
        _number("spoiled", gettext_lazy("Spoiled")),
        _number("returned", gettext_lazy("Handed back")),
        _number("carried_off", gettext_lazy("Carried off")),
        _number("void", gettext_lazy("Void")),
        _number("invalid", gettext_lazy("Invalid")),
    ),
    default_sort="name",
    filters=(BooleanFilter("opened", gettext_lazy("Opened")),),
    search=_found,
    search_label=gettext_lazy("Name of the polling place"),
    empty=Empty(gettext_lazy("No polling place has figures."), gettext_lazy("They are told after the close.")),
)


def public_places(request: Request, poll_id: UUID) -> HttpResponse:
    """Show everybody where and when one votes on paper, by which rules; after the close, how many came which way."""
    poll = queries.poll(viewer=request.actor, poll_id=poll_id)
    found = queries.places(viewer=request.actor, poll_id=poll_id)
    channels = _channels(request, poll)
    context = {
        "poll": poll,
        **title_of(poll),
        "any": found.exists(),
        "channels": channels,
        "over": poll.state in FINISHED_STATES,
        "crumbs": [(_("Home"), "/"), (localized(poll), ""), (_("Polling places"), "")],
    }
    lists: list[tuple[Listing, Any]] = [(PLACES, found)]
    if channels and not channels["least"]:
        figures = [_figures(number, one) for number, one in enumerate(channels["booths"], 1)]
        lists.append((FIGURES, Rows(figures)))
    answer: HttpResponse = listings_response(request, lists, context, template="voting/places.html")
    return answer


def _figures(number: int, one: dict[str, Any]) -> Figures:
    names = ("received", "issued", "cast", "spoiled", "returned", "carried_off", "void")
    numbers = {name: one[name] or 0 for name in names}
    return Figures(number, one["name"], bool(one["opened"]), **numbers, invalid=one.get("invalid"))


def _channels(request: Request, poll: Poll) -> dict[str, Any] | None:
    if poll.state not in FINISHED_STATES:
        return None
    return queries.turnout(viewer=request.actor, poll_id=poll.pk).channels
