"""Keeping what a proposal says: before a new day of writing begins, and at each hand-in.

A version is never changed, so a day's autosaves fold into one by being written late: the first save of another day
first keeps what the day before left.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from shanzhi.kernel.canonical import canonical, digest
from shanzhi.ventures.models import Proposal, ProposalVersion
from shanzhi.ventures.models.versions import DRAFT, HAND_IN, MENDED, MERGED, UNMERGED
from shanzhi.ventures.queries.content import kept_content


def keep_day(proposal: Proposal, at: datetime) -> int | None:
    """Keep what an earlier day of writing left, before today's first change; gives the version's number.

    Call it with the proposal's row locked, before the change is written. Nothing is kept twice.
    """
    begun_only = proposal.version == 1 and not proposal.title  # nobody has typed anything yet
    if begun_only or timezone.localdate(proposal.changed_at) == timezone.localdate(at):
        return None
    return _keep(proposal, DRAFT, at=proposal.changed_at, by=None)


def keep_hand_in(proposal: Proposal, *, again: bool, at: datetime, by: UUID | None) -> None:
    """Keep what is handed in, also where a day of writing had kept the same words."""
    _keep(proposal, MENDED if again else HAND_IN, at=at, by=by)


def keep_before_merging(proposal: Proposal, at: datetime) -> int:
    """Keep what a proposal says before another is merged into it; gives the number of the version that says so."""
    kept = _keep(proposal, DRAFT, at=at, by=None)
    if kept is None:
        kept = proposal.versions.order_by("-number").values_list("number", flat=True)[0]
    return kept


def keep_merged(proposal: Proposal, *, undone: bool = False, at: datetime, by: UUID | None) -> None:
    """Keep what two proposals became together, or what is left once that is undone."""
    _keep(proposal, UNMERGED if undone else MERGED, at=at, by=by)


def _keep(proposal: Proposal, kind: str, *, at: datetime, by: UUID | None) -> int | None:
    content: dict[str, Any] = json.loads(canonical(kept_content(proposal)))
    mark = digest(content)
    last = proposal.versions.order_by("-number").first()
    if kind == DRAFT and last is not None and last.digest == mark:
        return None
    number = last.number + 1 if last else 1
    ProposalVersion.objects.create(
        proposal=proposal, number=number, kind=kind, content=content, digest=mark, at=at, by_id=by
    )
    return number
