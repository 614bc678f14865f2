"""The result of a small electorate: who won, the figures that tell of nobody, what was held back and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.tally.coarse import by_totals
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.ui.http import Request
from shanzhi.ui.listing import BooleanFilter, Column, Empty, Listing, Rows, listings_response
from shanzhi.voting import queries
from shanzhi.voting.models import Count, Option, Poll
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.words import rule_words, title_of


@dataclass(frozen=True)
class HeldLine:
    """One project: whether it won, and its supporters where they are told; `id` is its place on the ballot."""

    id: int
    option: Option
    won: bool
    votes: int | None
    currency: str
    lang: SafeString | str

    @property
    def title(self) -> str:
        """The name of the project."""
        return self.option.name

    @property
    def cost_fen(self) -> int:
        """What it costs."""
        return self.option.cost_fen


def _found(rows: Rows, text: str) -> Rows:
    """Find by a part of a project's name."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted in row.title.casefold())


HELD_PROJECTS: Final = Listing(
    key="held_projects",
    prefix="held-",
    caption=gettext_lazy("Projects of the result"),
    columns=(
        Column("id", gettext_lazy("Order of the ballot"), "number", sort="id"),
        Column("title", gettext_lazy("Project"), sort="title"),
        Column("status", gettext_lazy("Result"), value=lambda row: _("Won") if row.won else _("Not chosen"), sort="won",
               scale="course"),
        Column("cost_fen", gettext_lazy("Cost"), "money", sort="cost_fen"),
        Column("currency", gettext_lazy("Currency"), on_page=False),
        Column("votes", gettext_lazy("Supporters"), "number", sort="votes"),
    ),
    default_sort="-status",
    filters=(BooleanFilter("won", gettext_lazy("Result"), yes=gettext_lazy("Won"), no=gettext_lazy("Not chosen")),),
    search=_found,
    search_label=gettext_lazy("Search the projects"),
    cards="voting/held_card.html",
    empty=Empty(gettext_lazy("No project stood on the ballot.")),
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What was held back, in words: what is published, what is not, the measure, what can still be checked."""

    published: str
    measure: list[str]
    name: str
    group: int
    checks: list[str]


def held_back(count: Count) -> bool:
    """Tell whether a part of the count is held back; counts from before there was a measure are whole."""
    return bool(count.publication.get("kind", "whole") != "whole")


def held_words(count: Count) -> Held:
    """Say what a count holds back and why."""
    told = count.publication
    group = told["smallest_group"]
    measure = [
        _("With fewer than %(number)s ballots only the winners are published.") % {"number": 2 * group},
        _("A project's supporters are told only where %(number)s voters or more support it and as many do not.")
        % {"number": group},
        _("Figures from which others could be worked out are held back with them, and blank votes are not told."),
        _("A ballot is shown only where %(number)s voters or more cast the same; the others are merged.")
        % {"number": group},
        _("No ballots are shown where supporting one project would tell that somebody supports another."),
    ]
    return Held(_published(told), measure, f"{told['measure']}", group, _checks(count))


def _published(told: dict[str, Any]) -> str:
    if told["ballots"] is None:
        return _("Fewer than %(number)s ballots were cast, so only the winners are published.") % {
            "number": 2 * told["smallest_group"]
        }
    if told["kind"] == "decided":
        return _("Only the winners are published: figures would tell how single voters chose.")
    if told["kind"] == "totals":
        return _("Published are the winners and some figures, and no single ballots.")
    shown = ngettext("%(number)s ballot is published", "%(number)s ballots are published", told["shown"])
    merged = ngettext("%(number)s is merged", "%(number)s are merged", told["merged"])
    return _("%(shown)s, each as one of several that say the same; %(merged)s, and count in the figures.") % {
        "shown": shown % {"number": told["shown"]},
        "merged": merged % {"number": told["merged"]},
    }


def _checks(count: Count) -> list[str]:
    found = [_("Every voter can check by the receipt that the own ballot is under the seal, as it was cast.")]
    if (
        count.poll.ballot_kind == "approval"
        and by_totals(spec_from_json(count.spec))
        and all(votes is not None for votes in count.publication["votes"].values())
    ):
        found.append(_("This rule asks for the supporters alone, so anyone can find the winners from the figures."))
    return found


def held_results(request: Request, poll: Poll, count: Count, others: dict[str, Any]) -> HttpResponse:
    """Show the result of a small electorate; `others` tells of further counts and of projects that left."""
    winners, votes = set(count.publication["winners"]), count.publication["votes"]
    listed = [option for option in queries.options(poll=poll) if option.code in votes]  # what has left is not there
    names = title_of(poll)
    lines = [
        HeldLine(place, option, option.code in winners, votes[option.code], poll.currency, names["lang"])
        for place, option in enumerate(listed, 1)
    ]
    context = {
        "poll": poll,
        **names,
        "count": count,
        **others,
        "held": held_words(count),
        "winners": len(winners),
        "turnout": queries.turnout(viewer=request.actor, poll_id=poll.pk),
        "rule": rule_words(count.result["outcome"]),
        "crumbs": [(_("Home"), "/"), (localized(poll), "")],
    }
    answer: HttpResponse = listings_response(
        request, [(HELD_PROJECTS, Rows(lines))], context, template="voting/results_held.html"
    )
    return answer
