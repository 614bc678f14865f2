"""Rules and figures of a count in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ui.formatting import chinese, money
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


def cash(text: str, currency: str) -> str:
    """Write an exact amount of a count as money, rounded to the hundredth."""
    return money(hundredths(text), currency)


def hundredths(text: str) -> int:
    """Round an exact amount of a count to the hundredth."""
    return round(Fraction(text) * 100)


def figure(outcome: dict[str, Any], step: dict[str, Any], currency: str) -> str:
    """Say what decided a round: price per payer where voters pay, their load, or the score."""
    if step["price"] is not None and outcome["rule"] == "equal-shares":
        payers = f"{step['payers']:,}"
        price = cash(step["price"], currency)
        if outcome["satisfaction"] in ("points", "borda"):
            return _("%(price)s per point, %(payers)s pay") % {"price": price, "payers": payers}
        return _("%(price)s each, %(payers)s pay") % {"price": price, "payers": payers}
    if step["rate"] is None:
        return "—"
    return cash(step["rate"], currency) if outcome["rule"] == "phragmen" else short(step["rate"])


def short(text: str) -> str:
    """Write an exact figure with at most four decimals, thousands parted."""
    if "/" in text:
        above, below = text.split("/")
        return f"{int(above) / int(below):,.4f}"
    whole, _dot, rest = text.partition(".")
    return f"{int(whole):,}" + (f".{rest[:4]}".rstrip("0").rstrip(".") if rest else "")


def alternative_words(
    alternatives: list[dict[str, Any]], titles: dict[str, str], currency: str
) -> list[dict[str, Any]]:
    """Prepare what the other rules would have chosen: name, winners, cost, and who would differ."""
    return [
        {
            "name": rule_name(other),
            "brief": _brief(other),
            "number": len(other["winners"]),
            "winners": other["winners"],
            "cost": cash(other["total_cost"], currency),
            "reached": other["reached"],
            "also": [titles[code] for code in other["also"]],
            "instead": [titles[code] for code in other["instead"]],
        }
        for other in alternatives
    ]


def _brief(outcome: dict[str, Any]) -> str:
    """Name a rule in short, the completion of Equal Shares by its own name."""
    name = str(RULES[outcome["rule"]])
    if outcome["completion"] == "none":
        return name
    return _("%(rule)s (%(completion)s)") % {"rule": name, "completion": outcome["completion"]}


def under_words(alternatives: list[dict[str, Any]], code: str, *, won: bool) -> str:
    """Say under which of the other rules a project would win; nothing for a loser that wins under none."""
    wins = [other["brief"] for other in alternatives if code in other["winners"]]
    misses = [other["brief"] for other in alternatives if code not in other["winners"]]
    if not alternatives or not (wins or won):
        return ""
    if not wins:
        return _("It would win under no other rule.")
    if not misses:
        return _("It would also win under every other rule.") if won else _("It would win under every other rule.")
    if len(wins) > len(misses):
        words = _("It would also win under every other rule except: %(rules)s.")
        words = words if won else _("It would win under every other rule except: %(rules)s.")
        return words % {"rules": _("; ").join(misses)}
    words = _("It would also win under: %(rules)s.") if won else _("It would win under: %(rules)s.")
    return words % {"rules": _("; ").join(wins)}


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
