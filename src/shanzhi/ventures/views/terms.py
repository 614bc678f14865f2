"""The terms of a call in plain words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import formatting
from shanzhi.ventures.models import Call
from shanzhi.ventures.models.calls import PROPOSE_WHERE, PROPOSERS
from shanzhi.ventures.operations.call_fields import NORMALISE
from shanzhi.ventures.views.pitching import minutes_of

RULES: Final = {
    "score": _("Most votes first, skipping what no longer fits the purse"),
    "score-no-skip": _("Most votes first, stopping at the first that no longer fits the purse"),
    "per-cost": _("Most votes for its money first"),
    "equal-shares": _("Equal Shares: every voter holds an equal part of the purse, and supporters pay together"),
    "phragmen": _("Phragmén: supporters earn evenly over time and buy what they can first"),
    "composite": _("Jury and votes together"),
}
COMPLETIONS: Final = {
    "none": _("Money left over stays in the purse."),
    "add1": _("If money is left, all shares are raised evenly and counted again, until the purse would be overspent."),
    "add1u": _("If money is left, all shares are raised evenly; what then still fits is added by votes."),
    "exhaustive-supported": _("Shares are raised until no supported project fits any more."),
    "exhaustive-all": _("Shares are raised until no project fits any more."),
}
SATISFACTIONS: Final = {
    "cost": _("A voter's gain is counted by the money of chosen projects."),
    "cardinality": _("A voter's gain is counted by the number of chosen projects."),
    "points": _("A voter's gain is counted by the points given."),
    "borda": _("A voter's gain is counted by the rank given."),
}
TIES: Final = {
    "id": _("number of the project"),
    "cost": _("lower cost"),
    "votes": _("more votes"),
    "listed": _("order on the list"),
}
KINDS: Final = {
    "approval": _("Choose the projects you support"),
    "points": _("Give points to projects"),
    "ranked": _("Rank the projects, best first"),
}


def ballot_words(call: Call) -> list[Any]:
    """Say how the ballot of a call is filled in."""
    ballot = call.ballot
    found: list[Any] = [KINDS[ballot["kind"]]] if ballot.get("kind") in KINDS else []
    if ballot.get("maximum"):
        found.append(gettext("At most %(most)s projects.") % {"most": ballot["maximum"]})
    if ballot.get("minimum"):
        found.append(gettext("At least %(least)s projects.") % {"least": ballot["minimum"]})
    if ballot.get("points"):
        found.append(gettext("%(points)s points in all.") % {"points": ballot["points"]})
    if ballot.get("purse_limit"):
        found.append(_("What you choose may not cost more than the purse."))
    if ballot.get("blank", True):
        found.append(_("A blank vote is possible and counts as a ballot."))
    if ballot.get("smallest_electorate"):
        words = gettext(
            "Of fewer than %(electorate)s ballots, nothing is published that tells of fewer than %(group)s voters."
        )
        found.append(words % {"electorate": ballot["smallest_electorate"], "group": ballot["smallest_group"]})
    return found


def rule_words(call: Call) -> list[Any]:
    """Say how the winners of a call are found."""
    rule = call.rule
    found: list[Any] = [RULES[rule["rule"]]] if rule.get("rule") in RULES else []
    if rule.get("rule") == "equal-shares":
        found += [SATISFACTIONS.get(rule.get("satisfaction", ""), ""), COMPLETIONS.get(rule.get("completion", ""), "")]
    ties = [str(TIES[key]) for key in rule.get("ties", []) if key in TIES]
    if ties:
        found.append(gettext("Ties are decided by: %(ties)s.") % {"ties": gettext(", ").join(ties)})
    return [words for words in [*found, *_support(rule)] if words]


def _support(rule: dict[str, Any]) -> list[Any]:
    threshold = rule.get("threshold") or {}
    found = []
    if threshold.get("voters"):
        found.append(gettext("A project needs at least %(voters)s supporters.") % {"voters": threshold["voters"]})
    if str(threshold.get("share") or "0") != "0":
        found.append(
            gettext("A project needs the support of %(share)s of the ballots.") % {"share": threshold["share"]}
        )
    if threshold.get("by_cost"):
        found.append(
            gettext("A project's share of supporters is at least its share of %(times)s purses.")
            % {"times": threshold["by_cost"]}
        )
    return found


def proposers_words(call: Call) -> list[Any]:
    """Say who may propose and where."""
    return [*[PROPOSERS[kind] for kind in call.proposers if kind in PROPOSERS], PROPOSE_WHERE[call.propose_where]]


def voters_words(call: Call) -> list[Any]:
    """Say who may vote."""
    found = [
        gettext("Residents of the areas under their verified real name, from the age of %(age)s.")
        % {"age": call.minimum_age}
    ]
    if call.roll_date:
        found.append(gettext("The roll is fixed on %(day)s.") % {"day": formatting.day(call.roll_date)})
    return found


def training_words(call: Call) -> list[Any]:
    """Say what training a team must have attended, and before which phase."""
    if not call.training:
        return []
    before = {
        "notice": _("Before the public notice, a team has attended every session that is required."),
        "voting": _("Before the vote, a team has attended every session that is required."),
    }
    found: list[Any] = [before[call.training["gate"]]]
    others = call.training.get("others", 0)
    if others:
        words = ngettext(
            "Of the other sessions it has attended at least %(count)s.",
            "Of the other sessions it has attended at least %(count)s.",
            others,
        )
        found.append(words % {"count": others})
    return [*found, _("A proposal whose team lacks it leaves the round.")]


def budget_words(call: Call) -> list[Any]:
    """Say which rules the budget of a project must keep."""
    rules = call.budget_rules
    if not rules:
        return []
    found: list[Any] = [_("These rules are for what is asked from this call; own and other money is free.")]
    for one in rules["categories"]:
        words = gettext("%(name)s: no limit of its own")
        if one["forbidden"]:
            words = gettext("%(name)s: not paid for by this call")
        elif one["share"]:
            words = gettext("%(name)s: at most %(share)s %% of what is asked")
        found.append(words % one)
    if rules["line_fen"]:
        found.append(
            gettext("One line: at most %(most)s") % {"most": formatting.money(rules["line_fen"], call.currency)}
        )
    if rules["asked_share"]:
        found.append(gettext("Asked in all: at most %(asked_share)s %% of the whole cost") % rules)
    return found


def jury_words(call: Call) -> list[Any]:
    """Say what the jury scores and how its sheets are counted."""
    if not call.jury:
        return []
    found: list[Any] = [f"{one['name']}: {one['weight']} %" for one in call.jury["criteria"]]
    pitch, answers = minutes_of(call)
    found.append(
        ngettext("A pitch takes %(minutes)s minute.", "A pitch takes %(minutes)s minutes.", pitch) % {"minutes": pitch}
    )
    if answers:
        words = ngettext(
            "Questions and answers then take %(minutes)s minute.",
            "Questions and answers then take %(minutes)s minutes.",
            answers,
        )
        found.append(words % {"minutes": answers})
    found.append(NORMALISE[call.jury.get("normalise", "none")])
    if call.jury.get("drop_extremes"):
        found.append(_("The highest and the lowest sheet of a project with at least four are left out."))
    return found
