"""The result of a small electorate: who won, the figures that tell of nobody, what was held back and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shanzhi.tally.coarse import by_totals
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.ui.http import Request
from shanzhi.voting import queries
from shanzhi.voting.models import Count, Option, Poll
from shanzhi.voting.views.ballot import localized
from shanzhi.voting.views.words import rule_words, title_of


@dataclass(frozen=True)
class HeldLine:
    """One project: whether it won, and its supporters where they are told."""

    option: Option
    won: bool
    votes: int | None


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
    lines = [HeldLine(option, option.code in winners, votes[option.code]) for option in listed]
    context = {
        "poll": poll,
        **title_of(poll),
        "count": count,
        **others,
        "held": held_words(count),
        "winners": [line for line in lines if line.won],
        "losers": [line for line in lines if not line.won],
        "turnout": queries.turnout(viewer=request.actor, poll_id=poll.pk),
        "rule": rule_words(count.result["outcome"]),
        "crumbs": [(_("Home"), "/"), (localized(poll), "")],
    }
    return render(request, "voting/results_held.html", context)
