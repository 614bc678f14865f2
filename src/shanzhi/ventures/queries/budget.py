"""A budget against the rules of its call: the one source of the check, for the hand-in and for the page.

All shares are of what is asked from the call, in whole fen, compared without rounding. The script of the budget page
is given the same rules as data (`page_data`) and judges alike; a test holds both to the same cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import formatting
from shanzhi.ventures.models import Call, Proposal

WORDS: Final[dict[str, Any]] = {
    "project": _(
        "You ask for %(amount)s; one project may get at most %(limit)s. Lower the budget by %(over)s, or pay that part "
        "from other money."
    ),
    "line": _(
        "Line %(lines)s asks for %(amount)s; one line may ask for at most %(limit)s. Lower it by %(over)s, or pay that "
        "part from other money."
    ),
    "category": _("Line %(lines)s has no category. Choose the one that it belongs to."),
    "forbidden": _("Line %(lines)s is “%(name)s”, which this call does not pay for. Take it out, or pay it otherwise."),
    "share": _(
        "“%(name)s” (line %(lines)s) takes %(share)s of what you ask; at most %(limit)s is allowed. Lower it by "
        "%(over)s, or pay that part from other money."
    ),
    "asked": _(
        "You ask for %(share)s of the whole cost; at most %(limit)s is allowed. Pay %(over)s of it from other money."
    ),
}


# While one types alone: what cannot be read is named beside its field once it is saved.
UNCLEAR: Final = _("Line %(lines)s: the quantity or the price cannot be read yet.")
SAID: Final[dict[str, Any]] = {
    "kept": _("All rules are kept; %(left)s is left to ask for."),
    "broken": _("Not kept: %(count)s. What would help stands below."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was filled in: its place (from 0), category, amount in fen, and whether the call pays it."""

    place: int
    category: str
    amount_fen: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What one category takes of the money asked; `tenths` are tenths of a percent, rounded up."""

    key: str
    name: str
    fen: int
    tenths: int
    limit: int | None
    forbidden: bool
    over: bool

    @property
    def written(self) -> str:
        """The share as people write it."""
        return percent(self.tenths)

    @property
    def mark(self) -> int:
        """Where the limit stands on a bar of a thousand."""
        return max((self.limit or 0) * 10 - 6, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken, by which lines, and by how much (fen that must go elsewhere)."""

    code: str
    places: tuple[int, ...] = ()
    name: str = ""
    amount_fen: int = 0
    tenths: int = 0
    limit: int = 0
    over_fen: int = 0

    @property
    def field(self) -> str:
        """The field to mend: the first line, or the whole budget."""
        return f"budget.{self.places[0]}" if self.places else "budget"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a budget comes to and which rules it breaks; `left_fen` is negative where too much is asked."""

    asked_fen: int
    total_fen: int
    left_fen: int
    shares: tuple[Share, ...] = field(default=())
    faults: tuple[Fault, ...] = field(default=())


def percent(tenths: int) -> str:
    """Write tenths of a percent."""
    return f"{tenths // 10}.{tenths % 10} %"


def _tenths(part: int, whole: int) -> int:
    return -(-part * 1000 // whole) if whole else 0


def judge(rules: Mapping[str, Any], limit_fen: int, lines: Iterable[Line]) -> Verdict:
    """Judge lines against the rules of a call (`Call.budget_rules`, which may be empty) and its limit of a project."""
    lines = list(lines)
    asked = [line for line in lines if line.asked]
    asked_fen, total_fen = (sum(line.amount_fen for line in some) for some in (asked, lines))
    categories: Sequence[Mapping[str, Any]] = rules.get("categories", ())
    shares = tuple(_share(one, asked, asked_fen) for one in categories)
    faults = [
        *_project(asked_fen, limit_fen),
        *_lines(rules, categories, asked),
        *(_too_much(one, asked, asked_fen) for one in shares if one.over and not one.forbidden),
        *_part_of_cost(rules.get("asked_share"), asked_fen, total_fen),
    ]
    return Verdict(asked_fen, total_fen, limit_fen - asked_fen, shares, tuple(faults))


def _share(category: Mapping[str, Any], asked: list[Line], asked_fen: int) -> Share:
    fen = sum(line.amount_fen for line in asked if line.category == category["key"])
    limit, forbidden = category["share"], category["forbidden"]
    over = fen > 0 if forbidden else limit is not None and fen * 100 > limit * asked_fen
    return Share(category["key"], category["name"], fen, _tenths(fen, asked_fen), limit, forbidden, over)


def _project(asked_fen: int, limit_fen: int) -> list[Fault]:
    if asked_fen <= limit_fen:
        return []
    return [Fault("project", amount_fen=asked_fen, limit=limit_fen, over_fen=asked_fen - limit_fen)]


def _lines(rules: Mapping[str, Any], categories: Sequence[Mapping[str, Any]], asked: list[Line]) -> list[Fault]:
    known = {one["key"]: one for one in categories}
    most = rules.get("line_fen")
    found = []
    for line in asked:
        if categories and line.category not in known:
            found.append(Fault("category", (line.place,)))
        elif categories and known[line.category]["forbidden"]:
            found.append(Fault("forbidden", (line.place,), known[line.category]["name"], line.amount_fen))
        if most and line.amount_fen > most:
            over = line.amount_fen - most
            found.append(Fault("line", (line.place,), amount_fen=line.amount_fen, limit=most, over_fen=over))
    return found


def _too_much(share: Share, asked: list[Line], asked_fen: int) -> Fault:
    """Say by how much a category must fall: what it gives up also leaves the sum that its share is taken of."""
    limit = share.limit or 0
    over = -(-(100 * share.fen - limit * asked_fen) // (100 - limit))
    places = tuple(line.place for line in asked if line.category == share.key)
    return Fault("share", places, share.name, share.fen, share.tenths, limit, over)


def _part_of_cost(limit: int | None, asked_fen: int, total_fen: int) -> list[Fault]:
    if limit is None or asked_fen * 100 <= limit * total_fen:
        return []
    over = -(-(100 * asked_fen - limit * total_fen) // 100)
    return [Fault("asked", (), "", asked_fen, _tenths(asked_fen, total_fen), limit, over)]


def verdict_of(proposal: Proposal, rules: Mapping[str, Any] | None = None) -> Verdict:
    """Judge what a proposal has saved, by the rules of its call or by others."""
    lines = [
        Line(place, row.category, row.amount_fen, row.source == "asked")
        for place, row in enumerate(proposal.budget.all())
    ]
    return judge(proposal.call.budget_rules if rules is None else rules, proposal.call.limit_fen, lines)


def fault_words(fault: Fault, call: Call) -> str:
    """Say which rule is broken, by which lines, and what would mend it."""
    money = fault.code in ("project", "line")
    return str(WORDS[fault.code]) % {
        "lines": "、".join(str(place + 1) for place in fault.places),
        "name": fault.name,
        "amount": formatting.money(fault.amount_fen, call.currency),
        "share": percent(fault.tenths),
        "limit": formatting.money(fault.limit, call.currency) if money else f"{fault.limit} %",
        "over": formatting.money(fault.over_fen, call.currency),
    }


def said(verdict: Verdict, call: Call) -> str:
    """Say in one sentence how a budget stands."""
    words = str(SAID["broken" if verdict.faults else "kept"])
    return words % {"count": len(verdict.faults), "left": formatting.money(verdict.left_fen, call.currency)}


def category_names(call: Call) -> dict[str, str]:
    """Give the names of a call's categories of budget lines by their keys."""
    return {one["key"]: one["name"] for one in call.budget_rules.get("categories", ())}


def category_choices(call: Call) -> list[tuple[str, str]]:
    """Give the categories to choose from, each with what it may take."""
    found = []
    for one in call.budget_rules.get("categories", ()):
        words = one["name"]
        if one["forbidden"]:
            words = gettext("%(name)s (not paid for)") % one
        elif one["share"]:
            words = gettext("%(name)s (at most %(share)s %%)") % one
        found.append((one["key"], words))
    return found


def page_data(call: Call) -> dict[str, Any]:
    """Give the rules and their words as the page's script takes them; money in fen."""
    rules = {"categories": [], "line_fen": None, "asked_share": None, **call.budget_rules}
    return {
        "rules": {**rules, "limit_fen": call.limit_fen},
        "words": {code: str(words) for code, words in {**WORDS, **SAID, "unclear": UNCLEAR}.items()},
        "money": formatting.money(0, call.currency).replace("0.00", "{}"),
    }
