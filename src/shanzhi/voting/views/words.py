"""Rules and figures of a count in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ui.formatting import chinese
from shanzhi.voting.forms import ENCODINGS, FAULTS, WAYS
from shanzhi.voting.models import Poll

RULES: Final = {
    "score": gettext_lazy("Most votes first"),
    "score-no-skip": gettext_lazy("Most votes first, stopping at the first that does not fit"),
    "per-cost": gettext_lazy("Most votes per cost first"),
    "equal-shares": gettext_lazy("Equal Shares"),
    "phragmen": gettext_lazy("Sequential Phragmén"),
    "composite": gettext_lazy("Jury and votes together"),
}
ABOUT: Final = {
    "score": gettext_lazy(
        "Projects are taken in the order of their votes; one that no longer fits the purse is skipped."
    ),
    "score-no-skip": gettext_lazy(
        "Projects are taken in the order of their votes until one no longer fits the purse; there it ends."
    ),
    "per-cost": gettext_lazy("Projects are taken in the order of votes per cost; one that no longer fits is skipped."),
    "equal-shares": gettext_lazy(
        "The purse is shared equally among the voters. A project wins when its supporters can pay for it from their "
        "shares; the one that costs each supporter least goes first."
    ),
    "phragmen": gettext_lazy(
        "Voters gather money at equal speed. A project wins as soon as its supporters have enough for it; they pay all "
        "they have gathered."
    ),
    "composite": gettext_lazy(
        "Votes and the jury's scores are weighed together, and projects are taken in that order."
    ),
}
SATISFACTIONS: Final = {
    "cost": gettext_lazy("satisfaction by cost"),
    "cardinality": gettext_lazy("satisfaction by number of projects"),
    "points": gettext_lazy("by points"),
    "borda": gettext_lazy("by rank (Borda)"),
}
COMPLETIONS: Final = {
    "none": "",
    "add1": gettext_lazy("shares raised until the purse is overspent (add1)"),
    "add1u": gettext_lazy("shares raised until nothing fits, rest by votes (add1u)"),
    "exhaustive-supported": gettext_lazy("shares raised until nothing supported fits"),
    "exhaustive-all": gettext_lazy("shares raised until nothing fits"),
}


def lang(tag: str) -> SafeString | str:
    """Write the attribute by which screen readers and browsers know another language; nothing for none."""
    return format_html(' lang="{}"', tag) if tag else ""


def title_of(poll: Poll) -> dict[str, Any]:
    """Give what pages show of a poll's names: its title in the reader's language, and the languages of all of them.

    What was written here is Chinese, which an English page must say too.
    """
    own = chinese() or not poll.title_en
    ours = "" if poll.imported or chinese() else "zh-Hans"
    return {
        "title": poll.title if own else poll.title_en,
        "title_lang": lang(poll.title_language or ours) if own else "",
        "lang": lang(poll.language or ours),
    }


def rule_words(outcome: dict[str, Any]) -> dict[str, str]:
    """Name a rule with its parameters, and say how it works."""
    return {"name": rule_name(outcome), "about": str(ABOUT[outcome["rule"]])}


def rule_name(outcome: dict[str, Any]) -> str:
    """Name a rule with satisfaction and completion."""
    parts: list[object] = [RULES[outcome["rule"]]]
    if outcome["rule"] in ("equal-shares", "per-cost") or outcome["satisfaction"] in ("points", "borda"):
        parts.append(SATISFACTIONS[outcome["satisfaction"]])
    if outcome["rule"] == "equal-shares":
        parts.append(COMPLETIONS[outcome["completion"]])
    return _(" · ").join(str(part) for part in parts if part)


def figure(outcome: dict[str, Any], step: dict[str, Any]) -> str:
    """Say what decided a round: price per payer where voters pay, else the score."""
    if step["price"] is not None and outcome["rule"] == "equal-shares":
        payers = f"{step['payers']:,}"
        price = short(step["price"])
        if outcome["satisfaction"] in ("points", "borda"):
            return _("%(price)s per point, %(payers)s pay") % {"price": price, "payers": payers}
        return _("%(price)s each, %(payers)s pay") % {"price": price, "payers": payers}
    return short(step["rate"]) if step["rate"] is not None else "—"


def short(text: str) -> str:
    """Write an exact figure with at most four decimals, thousands parted."""
    if "/" in text:
        above, below = text.split("/")
        return f"{int(above) / int(below):,.4f}"
    whole, _dot, rest = text.partition(".")
    return f"{int(whole):,}" + (f".{rest[:4]}".rstrip("0").rstrip(".") if rest else "")


def alternative_words(alternatives: list[dict[str, Any]], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Prepare what the other rules would have chosen: name, number of winners, and who would differ."""
    return [
        {
            "name": rule_name(other),
            "number": len(other["winners"]),
            "cost": other["total_cost"],
            "reached": other["reached"],
            "also": [titles[code] for code in other["also"]],
            "instead": [titles[code] for code in other["instead"]],
        }
        for other in alternatives
    ]


def treatment_words(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say how each kind of doubtful fault of a file was treated, and how often; `option` is for the command line."""
    return [
        {
            "fault": FAULTS[entry["name"]],
            "way": _way(entry["name"], entry["value"]),
            "times": entry["times"],
            "line": entry["line"],
            "option": f"{entry['name']}={entry['value']}",
        }
        for entry in entries
    ]


def _way(name: str, value: str) -> object:
    if name == "many_elections":
        return _("Number %(number)s of the file") % {"number": value}
    return (ENCODINGS if name == "encoding" else WAYS[name]).get(value, value)
