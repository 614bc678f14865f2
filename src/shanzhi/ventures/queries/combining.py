"""What two proposals will be together: a plan says which text is whose, which rows stay; the rest follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.canonical import digest
from shanzhi.people.actors import homes_of
from shanzhi.ventures.models import Activity, BudgetLine, Merger, Proposal
from shanzhi.ventures.models.mergers import SIDES
from shanzhi.ventures.queries.content import LABELS, SIMPLE, content
from shanzhi.ventures.queries.templates import TEXTS

# What is chosen together, since one says nothing without the other.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title",),
    "summary": ("summary",),
    "team": ("team_kind", "team_name", "organization"),
    "community": ("community",),
    "theme": ("theme",),
    "need": ("need",),
    "aims": ("aims",),
    "people": ("people_reached", "people_note"),
    "risks": ("risks",),
    "dates": ("starts_on", "ends_on"),
}
GROUP_LABELS: Final[dict[str, Any]] = {
    **{name: LABELS[name] for name in ("title", "summary", "community", "theme", "need", "aims", "risks")},
    "team": LABELS["team_name"],
    "people": LABELS["people_reached"],
    "dates": _("Start and end"),
}
# Texts of which both can stay, one after the other.
JOINABLE: Final = ("summary", "need", "aims", "risks")
TABLES: Final = ("activities", "budget")
SHOWN_FIELDS: Final = tuple(name for name in SIMPLE if name != "truthful")


def usual_plan(first: Proposal, second: Proposal) -> dict[str, Any]:
    """Give the plan with which two teams begin: the texts of the one that stays, and all rows of both."""
    stays = "second" if first.number is None and second.number is not None else "first"
    by_side = {"first": first, "second": second}
    spare = "first" if stays == "second" else "second"
    texts = {
        name: stays if getattr(by_side[stays], fields[0]) or not getattr(by_side[spare], fields[0]) else spare
        for name, fields in GROUPS.items()
    }
    rows = {
        table: {side: list(range(len(getattr(one, table).all()))) for side, one in by_side.items()} for table in TABLES
    }
    return {"stays": stays, "texts": texts, **rows}


def may_stay(first: Proposal, second: Proposal) -> tuple[str, ...]:
    """Say which side can be the one that stays: one that was handed in is not merged into a draft."""
    if (first.number is None) == (second.number is None):
        return SIDES
    return ("first",) if first.number is not None else ("second",)


def combined(plan: Mapping[str, Any], first: Proposal, second: Proposal) -> dict[str, Any]:
    """Give the content of the one proposal as `content` does: by the plan, members of both, the contact among them."""
    both = {"first": content(first), "second": content(second)}
    found: dict[str, Any] = {}
    for name, fields in GROUPS.items():
        side = plan["texts"][name]
        for field in fields:
            found[field] = _joined(both, field) if side == "both" else both[side][field]
    for table in TABLES:
        found[table] = [
            row for side in SIDES for place, row in enumerate(both[side][table]) if place in plan[table][side]
        ]
    stays, goes = (first, second) if plan["stays"] == "first" else (second, first)
    found["members"] = members(stays, goes)
    return found


def _joined(both: Mapping[str, Mapping[str, Any]], field: str) -> str:
    texts = dict.fromkeys(str(both[side][field]).strip() for side in SIDES)
    return "\n\n".join(text for text in texts if text)


def members(stays: Proposal, goes: Proposal) -> list[dict[str, Any]]:
    """List the members of both teams, each once; the contact person of the one that goes becomes a member.

    That person's verified name is written masked: nobody of the other team was told it.
    """
    found: list[dict[str, Any]] = content(stays)["members"]
    others: list[dict[str, Any]] = content(goes)["members"]
    home = homes_of([stays.contact_id, goes.contact_id, *(one["person"] for one in (*found, *others))])
    if goes.contact is not None and goes.contact_id is not None:
        row = {"name": str(goes.contact.name), "part": "", "person": goes.contact_id}
        others = [row, *(one for one in others if not one["person"] or home[one["person"]] != home[goes.contact_id])]
    people = {home[one["person"]] for one in found if one["person"]}
    people |= {home[stays.contact_id]} if stays.contact_id else set()
    names = {one["name"] for one in found if not one["person"]}
    return found + [
        one for one in others if not (home[one["person"]] in people if one["person"] else one["name"] in names)
    ]


def shared_members(stays: Proposal, goes: Proposal) -> dict[str, list[Any]]:
    """Give the members of the one that stays who are of the other team too, to be left in where it is undone.

    Those on record by who they are; a name that both teams wrote, by its place in the other's list, which stays.
    """
    own, others = list(stays.members.all()), list(goes.members.all())
    home = homes_of([goes.contact_id, *(row.person_id for row in (*own, *others))])
    people = {home[key] for key in (goes.contact_id, *(row.person_id for row in others)) if key}
    names = {row.name.reveal() for row in own if row.person_id is None}
    theirs = [place for place, row in enumerate(others) if row.person_id is None and row.name.reveal() in names]
    return {
        "people": [str(row.person_id) for row in own if row.person_id and home[row.person_id] in people],
        "names": theirs,
    }


def template_of(plan: Mapping[str, Any], first: Proposal, second: Proposal) -> dict[str, Any]:
    """Give the template against which the texts of the one proposal are read: of each text, that of its side."""
    both: dict[str, Mapping[str, Any]] = {"first": first.template, "second": second.template}
    found: dict[str, Any] = {}
    for name in TEXTS:
        sides = SIDES if plan["texts"][name] == "both" else (plan["texts"][name],)
        given = [both[side][name] for side in sides if both[side].get(name)]
        if given:
            found[name] = "\n".join(given)
    rows = [row for side in SIDES for row in both[side].get("activities", ())]
    return {**found, "activities": rows} if rows else found


def shown(plan: Mapping[str, Any], first: Proposal, second: Proposal) -> Proposal:
    """Give an unsaved proposal that says what the two will say together, to be drawn and checked; members left out."""
    stays, values = first if plan["stays"] == "first" else second, combined(plan, first, second)
    one = Proposal(id=stays.pk, call=stays.call, number=stays.number, state=stays.state, synthetic=stays.synthetic)
    one.template = template_of(plan, first, second)
    for name in SHOWN_FIELDS:
        setattr(one, name, values[name])
    one.truthful = True
    lines = [BudgetLine(**row, amount_fen=_amount(row)) for row in values["budget"]]
    one.amount_fen = sum(line.amount_fen for line in lines if line.source == "asked")
    one.other_fen = sum(line.amount_fen for line in lines if line.source != "asked")
    rows = {"activities": [Activity(**row) for row in values["activities"]], "budget": lines, "members": []}
    one._prefetched_objects_cache = rows  # type: ignore[attr-defined]  # Django's own place for rows read before
    return one


def _amount(row: Mapping[str, Any]) -> int:
    return int((row["quantity"] * row["unit_price_fen"]).to_integral_value(rounding="ROUND_HALF_UP"))


def digest_of(found: Merger, first: Proposal, second: Proposal) -> str:
    """Digest what a leader consents to: the plan, and both proposals as they are now."""
    return digest({"merger": str(found.pk), "plan": found.plan, "first": first.version, "second": second.version})
