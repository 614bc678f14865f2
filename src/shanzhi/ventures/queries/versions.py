"""Reading the versions of a proposal: the team all of them, staff of the area those handed in, nobody else any."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical, digest
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ventures import policies
from shanzhi.ventures.models import Proposal, ProposalVersion
from shanzhi.ventures.models.versions import DRAFT
from shanzhi.ventures.queries.budget import category_names
from shanzhi.ventures.queries.content import kept_content
from shanzhi.ventures.queries.differences import Difference, differences
from shanzhi.ventures.queries.proposals import proposal, reads_inside


@dataclass(frozen=True, slots=True)
class Compared:
    """Two states side by side. A number of 0 is what is written now and not kept yet."""

    proposal: Proposal
    numbers: tuple[int, ...]
    older: int
    newer: int
    found: list[Difference]


def _inside(viewer: Actor, proposal_id: UUID) -> Proposal:
    found = proposal(viewer=viewer, proposal_id=proposal_id)
    if not reads_inside(viewer=viewer, found=found):
        raise NotFound
    return found


def versions(*, viewer: Actor, proposal_id: UUID) -> tuple[Proposal, QuerySet[ProposalVersion]]:
    """Give a proposal and its versions, newest first. Raises NotFound outside team and staff of the area."""
    found = _inside(viewer, proposal_id)
    rows = ProposalVersion.objects.filter(proposal=found)
    if not policies.of_team(viewer, found):
        rows = rows.exclude(kind=DRAFT)
    before = rows.filter(number__lt=OuterRef("number")).order_by("-number").values("number")[:1]
    return found, rows.select_related("by").annotate(
        title=KT("content__title"), before=Coalesce(Subquery(before), F("number"))
    ).order_by("-number")


def compared(*, viewer: Actor, proposal_id: UUID, older: int | None, newer: int | None) -> Compared:
    """Compare two versions that the viewer may read; without numbers the last with the one before it.

    To the team 0 is what is written now. Raises NotFound for any other number.
    """
    found, rows = versions(viewer=viewer, proposal_id=proposal_id)
    numbers = list(rows.values_list("number", flat=True))
    if _unkept(viewer, found, rows):
        numbers = [0, *numbers]
    if newer is None:
        newer = numbers[0] if numbers else 0
    if older is None:
        older = next((one for one in numbers if _age(one) < _age(newer)), newer)
    if not numbers or older not in numbers or newer not in numbers:
        raise NotFound
    if _age(older) > _age(newer):
        older, newer = newer, older
    contents = {row.number: row.content for row in rows.filter(number__in=(older, newer))}
    contents[0] = _now(found)
    pair = contents[older], contents[newer]
    return Compared(found, tuple(numbers), older, newer, _differences(found, pair))


def against_saved(*, found: Proposal, values: Mapping[str, Any]) -> list[Difference]:
    """Compare what somebody of the team typed, as the operation reads it, with what is saved now: gone is the typed."""
    typed = {**kept_content(found), **values}
    if "members" in values:
        typed["members"] = len(values["members"])
    return _differences(found, (json.loads(canonical(typed)), _now(found)))


def _age(number: int) -> float:
    return float("inf") if number == 0 else number


def _now(found: Proposal) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(canonical(kept_content(found)))
    return content


def _unkept(viewer: Actor, found: Proposal, rows: QuerySet[ProposalVersion]) -> bool:
    last = rows.values_list("digest", flat=True).first()
    return policies.of_team(viewer, found) and last != digest(_now(found))


def _differences(found: Proposal, pair: Sequence[dict[str, Any]]) -> list[Difference]:
    names = places.full_names([one["community"] for one in pair if one["community"]])

    def place(code: str) -> str:
        return names.get(code, code)

    return differences(
        pair[0], pair[1], currency=found.call.currency, places=place, categories=category_names(found.call)
    )
