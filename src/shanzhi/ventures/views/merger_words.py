"""Two proposals side by side in words, and the one that they will be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from shanzhi.ui import formatting
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.models.mergers import SIDES
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.queries.combining import GROUP_LABELS, GROUPS, TABLES
from shanzhi.ventures.queries.content import LABELS
from shanzhi.ventures.queries.mergers import Merging


@dataclass(frozen=True, slots=True)
class Row:
    """One matter of both proposals, None where the viewer does not read it; `taken` says whose text the one has."""

    label: Any
    first: str | None
    second: str | None
    taken: str

    @property
    def same(self) -> bool:
        """Tell whether both say the same."""
        return self.first == self.second


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a schedule or a budget, and whether it stays."""

    words: str
    stays: bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of both proposals; None where the viewer does not read them."""

    label: Any
    first: tuple[Line, ...] | None
    second: tuple[Line, ...] | None


def side_by_side(found: Merging) -> list[Row]:
    """Lay both proposals out beside each other while they are agreed on, as far as the viewer reads them."""
    if not found.found.live or not any(side.readable for side in found.sides):
        return []
    first, second = found.sides
    rows = []
    for name in GROUPS:
        one = text_of(name, first.proposal) if first.readable else None
        other = text_of(name, second.proposal) if second.readable else None
        if one or other:
            rows.append(Row(GROUP_LABELS[name], one, other, found.found.plan["texts"][name] if found.together else ""))
    return rows


def texts_of(first: Proposal, second: Proposal) -> dict[str, dict[str, str]]:
    """Give what both say of each matter, in words, to choose from."""
    return {name: {"first": text_of(name, first), "second": text_of(name, second)} for name in GROUPS}


def text_of(name: str, one: Proposal) -> str:
    """Say one matter of a proposal in words."""
    if name == "team":
        return f"{one.team_name} · {TEAM_KINDS[one.team_kind]}" if one.team_name else str(TEAM_KINDS[one.team_kind])
    if name == "community":
        return str(getattr(one, "place_name", "") or one.community)
    if name == "people":
        return " · ".join(str(part) for part in (one.people_reached, one.people_note) if part)
    if name == "dates":
        days = (one.starts_on, one.ends_on)
        return " – ".join(formatting.day(value) for value in days if value)
    return str(getattr(one, name))


def tables_of(found: Merging) -> list[Table]:
    """Lay the rows of both schedules and budgets out, each with a word whether it stays."""
    tables: list[Table] = []
    for table in TABLES if found.found.live else ():
        sides: dict[str, Any] = {}
        for side in found.sides:
            kept = found.found.plan[table][side.name] if found.together else None
            words = _lines(table, side.proposal)
            lines = tuple(Line(text, None if kept is None else place in kept) for place, text in enumerate(words))
            sides[side.name] = lines if side.readable else None
        if any(sides.values()):
            tables.append(Table(LABELS[table], sides["first"], sides["second"]))
    return tables


def _lines(table: str, one: Proposal) -> Iterable[str]:
    if table == "activities":
        return [
            " · ".join(part for part in (row.title, formatting.day(row.starts_on) if row.starts_on else "", row.place)
                       if part)
            for row in one.activities.all()
        ]  # fmt: skip
    return [
        gettext("%(item)s: %(quantity)s %(unit)s, %(money)s, %(source)s")
        % {
            "item": row.item,
            "quantity": f"{row.quantity.normalize():f}",
            "unit": row.unit,
            "money": formatting.money(row.amount_fen, one.call.currency),
            "source": SOURCES[row.source],
        }
        for row in one.budget.all()
    ]


def rows_of(first: Proposal, second: Proposal) -> dict[str, dict[str, list[str]]]:
    """Give the rows of both in words, by table and side, to choose from."""
    both = dict(zip(SIDES, (first, second), strict=True))
    return {table: {side: list(_lines(table, one)) for side, one in both.items()} for table in TABLES}
