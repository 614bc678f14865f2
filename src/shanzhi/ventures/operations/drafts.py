"""What a proposal is made of, as typed: a reader for each field, and writing the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import records_of
from shanzhi.people.minors import is_minor, waits_for
from shanzhi.people.models import Person
from shanzhi.people.policies import speaks_for
from shanzhi.ventures.models import Activity, BudgetLine, Proposal, TeamMember
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.fields import BadValue, Problem
from shanzhi.ventures.queries.content import LABELS

MOST_ROWS: Final = 60
MOST_MEMBERS: Final = 50
SUMMARY: Final = 500

PROPOSAL_READERS: Final[dict[str, fields.Reader]] = {
    "title": fields.text(60),
    "summary": fields.text(SUMMARY),
    "team_kind": fields.choice(TEAM_KINDS),
    "team_name": fields.text(80),
    "organization": fields.optional(fields.organization),
    "community": fields.code,
    "theme": fields.text(60),
    "need": fields.text(fields.LONGEST_TEXT),
    "aims": fields.text(fields.LONGEST_TEXT),
    "people_reached": fields.optional(fields.whole()),
    "people_note": fields.text(300),
    "risks": fields.text(fields.LONGEST_TEXT),
    "starts_on": fields.optional(fields.day),
    "ends_on": fields.optional(fields.day),
    "truthful": fields.flag,
}
ACTIVITY: Final[dict[str, fields.Reader]] = {
    "title": fields.text(120),
    "place": fields.text(120),
    "starts_on": fields.optional(fields.day),
    "ends_on": fields.optional(fields.day),
    "people": fields.optional(fields.whole()),
    "detail": fields.text(1000),
}
NO_ACTIVITY: Final = {"title": "", "place": "", "starts_on": None, "ends_on": None, "people": None, "detail": ""}
BUDGET: Final[dict[str, fields.Reader]] = {
    "item": fields.text(120),
    "unit": fields.text(20),
    "quantity": fields.quantity,
    "unit_price_fen": fields.fen,
    "source": fields.choice(SOURCES),
    "note": fields.text(200),
    "category": fields.text(40),
}
NO_BUDGET: Final = {
    "item": "",
    "unit": "",
    "quantity": Decimal("1.00"),
    "unit_price_fen": 0,
    "source": "asked",
    "note": "",
    "category": "",
}
MEMBER: Final[dict[str, fields.Reader]] = {
    "name": fields.text(60),
    "part": fields.text(80),
    "person": fields.optional(fields.identifier),
}
NO_MEMBER: Final = {"name": "", "part": "", "person": None}
TABLES: Final[dict[str, tuple[Mapping[str, fields.Reader], Mapping[str, Any], int]]] = {
    "activities": (ACTIVITY, NO_ACTIVITY, MOST_ROWS),
    "budget": (BUDGET, NO_BUDGET, MOST_ROWS),
    "members": (MEMBER, NO_MEMBER, MOST_MEMBERS),
}

# What a proposal says of which nothing is left.
NOTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(("title", "summary", "team_name", "theme", "need", "aims", "people_note", "risks"), ""),
    **dict.fromkeys(("organization", "people_reached", "starts_on", "ends_on"), None),
    **{table: [] for table in TABLES},
    "truthful": False,
}


def read_proposal(given: Mapping[str, Any], at: datetime) -> tuple[dict[str, Any], list[Problem]]:
    """Read typed fields and tables; give what is right, in the form of `queries.content.content`, and what is wrong."""
    plain = {name: value for name, value in given.items() if name not in TABLES}
    values, problems = fields.read(PROPOSAL_READERS, plain)
    for name, (readers, defaults, most) in TABLES.items():
        if name in given:
            values[name], wrong = fields.rows(readers, defaults, given[name], name=name, most=most)
            problems += wrong
    if "members" in values:
        problems += _known_members(values, at)
    return values, problems


def not_own(actor: Actor, values: dict[str, Any], *, kept: UUID | None = None) -> list[Problem]:
    """Drop an organisation in which the actor holds no role, unless the proposal names it already."""
    named = values.get("organization")
    if named in (None, kept) or speaks_for(actor, named):
        return []
    del values["organization"]
    words = _("A proposal is made in the name of an organisation by somebody who holds a role in it.")
    return [Problem("organization", words)]


def _known_members(values: dict[str, Any], at: datetime) -> list[Problem]:
    """Put each person by the record that counts; drop who may be in no team now, and the member stays by name.

    All are refused in the same words: a team learns nothing of a neighbour's age, consents or leaving.
    """
    known = may_join([row["person"] for row in values["members"] if row["person"]], at)
    problems = []
    for number, row in enumerate(values["members"]):
        if row["person"]:
            row["person"] = known.get(row["person"])
            if row["person"] is None:
                problems.append(Problem(f"members.{number}.person", BadValue().text))
    return problems


def may_join(keys: Iterable[UUID], at: datetime) -> dict[UUID, UUID]:
    """Say of people who can be in a team now by which record they go; others, erased or waiting, are left out."""
    asked = set(keys)
    rows = Person.objects.filter(pk__in=asked).select_related("merged_into") if asked else Person.objects.none()
    found = {row.pk: row.merged_into or row for row in rows}
    return {
        key: one.pk
        for key, one in found.items()
        if one.erased_at is None and not (is_minor(one, at) and waits_for(one, at, records_of(one.pk)))
    }


def amount(quantity: Decimal, unit_price_fen: int) -> int:
    """Multiply quantity and price, rounded to the fen with halves up, as the database checks it."""
    return int((quantity * unit_price_fen).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def write_content(proposal: Proposal, values: Mapping[str, Any]) -> None:
    """Put read values into the proposal and its tables, whole tables at a time; the caller saves the proposal."""
    for name, value in values.items():
        if name in LABELS and name not in TABLES:
            setattr(proposal, name, value)
    if "activities" in values:
        proposal.activities.all().delete()
        Activity.objects.bulk_create(
            Activity(proposal=proposal, position=place, **row) for place, row in enumerate(values["activities"])
        )
    if "members" in values:
        proposal.members.all().delete()
        TeamMember.objects.bulk_create(
            TeamMember(proposal=proposal, position=place, name=row["name"], part=row["part"], person_id=row["person"])
            for place, row in enumerate(values["members"])
        )
    if "budget" in values:
        _write_budget(proposal, values["budget"])


def _write_budget(proposal: Proposal, rows: list[dict[str, Any]]) -> None:
    proposal.budget.all().delete()
    lines = [
        BudgetLine(proposal=proposal, position=place, amount_fen=amount(row["quantity"], row["unit_price_fen"]), **row)
        for place, row in enumerate(rows)
    ]
    BudgetLine.objects.bulk_create(lines)
    proposal.amount_fen = sum(line.amount_fen for line in lines if line.source == "asked")
    proposal.other_fen = sum(line.amount_fen for line in lines if line.source != "asked")
