"""The editable content of a proposal as plain values, and what it still lacks before it can be handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.areas import COMMUNITY, LENGTHS, covers
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.queries.budget import fault_words, verdict_of
from shanzhi.ventures.queries.templates import TEXTS, only_template, own_text, template_details

LABELS: Final[dict[str, Any]] = {
    "title": _("Name of the project"),
    "summary": _("Summary"),
    "team_kind": _("Kind of team"),
    "team_name": _("Name of the team"),
    "organization": _("Organisation"),
    "community": _("Community"),
    "theme": _("Theme"),
    "need": _("The need it answers"),
    "aims": _("Aims"),
    "activities": _("Activities and schedule"),
    "people_reached": _("People reached"),
    "people_note": _("Who they are"),
    "budget": _("Budget"),
    "risks": _("Risks and how you meet them"),
    "members": _("Members of the team"),
    "starts_on": _("Start"),
    "ends_on": _("End"),
    "truthful": _("Statement of truth"),
    "attachments": _("Attachments"),
}
SIMPLE: Final = (
    "title",
    "summary",
    "team_kind",
    "team_name",
    "organization",
    "community",
    "theme",
    "need",
    "aims",
    "people_reached",
    "people_note",
    "risks",
    "starts_on",
    "ends_on",
    "truthful",
)
LEFT: Final = _("This still says what the template says. Write your own words in its place.")
LEFT_DETAIL: Final = _("What happens still says what the template says. Write what you do, or empty it.")
# Shorter than this a need or an aim says nothing; it is no measure of quality.
LEAST_WORDS: Final = 10


@dataclass(frozen=True, slots=True)
class Missing:
    """What a proposal still lacks: the field, its label, and in words what to do."""

    field: str
    label: Any
    words: Any
    rule: bool = False
    """Whether a rule of the call's budget is broken, and nothing is left out."""


def content(proposal: Proposal) -> dict[str, Any]:
    """Write what the team typed as Python values; rows in order, money in fen, persons by their id."""
    found: dict[str, Any] = {name: getattr(proposal, name) for name in SIMPLE}
    found["activities"] = [
        {
            "title": row.title,
            "place": row.place,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "people": row.people,
            "detail": row.detail,
        }
        for row in proposal.activities.all()
    ]
    found["budget"] = [
        {
            "item": row.item,
            "unit": row.unit,
            "quantity": row.quantity,
            "unit_price_fen": row.unit_price_fen,
            "source": row.source,
            "note": row.note,
            "category": row.category,
        }
        for row in proposal.budget.all()
    ]
    found["members"] = [
        {"name": row.name.reveal(), "part": row.part, "person": row.person_id} for row in proposal.members.all()
    ]
    return found


def kept_content(proposal: Proposal) -> dict[str, Any]:
    """Give the content as versions keep it and digests stand for it: members, being personal, by their number only.

    A line without a category has none in it, so that what was kept before there were categories keeps its digest.
    """
    found = content(proposal)
    found["members"] = len(found["members"])
    for row in found["budget"]:
        if not row["category"]:
            del row["category"]
    return found


def missing(proposal: Proposal, *, codes: Iterable[str]) -> list[Missing]:
    """List what the proposal lacks before it can be handed in; `codes` are the call's areas."""
    call = proposal.call
    found = [*_texts(proposal, call), *_place(proposal, codes), *_plan(proposal), *_money(proposal, call)]
    if not proposal.truthful:
        found.append(_lack("truthful", _("Confirm that what you write is true.")))
    return found


def _lack(field: str, words: Any) -> Missing:
    return Missing(field, LABELS[field.split(".")[0]], words)


def _texts(proposal: Proposal, call: Call) -> list[Missing]:
    found = []
    if not proposal.title:
        found.append(_lack("title", _("Give the project a name.")))
    found += [_lack(name, LEFT) for name in TEXTS if only_template(proposal, name)]
    if not proposal.summary:
        found.append(_lack("summary", _("Say in a few sentences what you plan; neighbours read this first.")))
    if not proposal.team_name and proposal.team_kind != "resident":
        found.append(_lack("team_name", _("Write the name of your team or organisation.")))
    if len(own_text(proposal, "need")) < LEAST_WORDS and not only_template(proposal, "need"):
        found.append(_lack("need", _("Tell which need of the neighbours this answers.")))
    if len(own_text(proposal, "aims")) < LEAST_WORDS and not only_template(proposal, "aims"):
        found.append(_lack("aims", _("Tell what will be different when it is done.")))
    if len(own_text(proposal, "risks")) < LEAST_WORDS and not only_template(proposal, "risks"):
        found.append(_lack("risks", _("Name what could go wrong, and what you do then.")))
    if call.themes and proposal.theme not in call.themes:
        found.append(_lack("theme", _("Choose one of the themes of the call.")))
    return found


def _place(proposal: Proposal, codes: Iterable[str]) -> list[Missing]:
    if len(proposal.community) < LENGTHS[COMMUNITY]:
        return [_lack("community", _("Choose the community where it will happen."))]
    if not any(covers(code, proposal.community) for code in codes):
        return [_lack("community", _("This community is not in the area of the call; choose another one."))]
    return []


def _plan(proposal: Proposal) -> list[Missing]:
    found = []
    if not proposal.people_reached:
        found.append(_lack("people_reached", _("Estimate how many people it reaches.")))
    if proposal.starts_on is None or proposal.ends_on is None:
        name = "starts_on" if proposal.starts_on is None else "ends_on"
        found.append(_lack(name, _("Say when the project starts and ends.")))
    elif proposal.ends_on < proposal.starts_on:
        found.append(_lack("ends_on", _("The project ends before it starts; correct one of the days.")))
    rows = list(proposal.activities.all())
    if not rows:
        found.append(_lack("activities", _("Add at least one activity.")))
    for number, row in enumerate(rows):
        if not row.title or row.starts_on is None:
            found.append(_lack(f"activities.{number}", _("Each activity needs a name and a day.")))
    found += [_lack(f"activities.{place}", LEFT_DETAIL) for place in template_details(proposal)]
    return found


def _money(proposal: Proposal, call: Call) -> list[Missing]:
    rows = list(proposal.budget.all())
    found = [
        _lack(f"budget.{number}", _("Each line of the budget needs an item and a price."))
        for number, row in enumerate(rows)
        if not row.item or not row.amount_fen
    ]
    if proposal.amount_fen <= 0:
        found.append(_lack("budget", _("Add the budget: at least one line asked from the call.")))
    elif proposal.amount_fen > call.limit_fen:
        found.append(_lack("budget", _("You ask for more than the call gives one project; lower the budget.")))
    broken = [fault for fault in verdict_of(proposal).faults if fault.code != "project"]
    return found + [Missing(fault.field, LABELS["budget"], fault_words(fault, call), rule=True) for fault in broken]
