"""Keeping the marks by which like projects are found, and the pairs; they follow from what was handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.audit.operations import record
from shanzhi.kernel import likeness
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures.lifecycle import MERGES_WHILE
from shanzhi.ventures.models import Marks, Proposal, Twin
from shanzhi.ventures.policies import require_writer, visible_proposals
from shanzhi.ventures.queries.twins import COMPARED, FINDABLE_IN, candidates, likeness_of, marks_of

MOST_AT_ONCE: Final = 200


def write_marks(proposal: Proposal, at: datetime) -> None:
    """Work out the marks of what was handed in, and its twins among the others of the call.

    Call it with the call's row locked, so that of two who hand in at once the later one sees the earlier.
    """
    parts = marks_of(proposal)
    values = {**parts, "keys": likeness.keys(parts), "call": proposal.call}
    Marks.objects.update_or_create(proposal=proposal, defaults=values)
    drop_twins(proposal)
    found = []
    for row in candidates(proposal.call_id, parts, proposal.pk).select_related("proposal"):
        like = likeness_of(row, parts)
        if like.alike:
            pair = sorted((proposal, row.proposal), key=lambda one: one.number or 0)
            found.append(
                Twin(call=proposal.call, one=pair[0], other=pair[1], score=like.score, found_at=at, **like.parts)
            )
    Twin.objects.bulk_create(found)


def drop_twins(proposal: Proposal) -> None:
    """Forget the pairs of a proposal, as it is handed in anew or gone into another."""
    Twin.objects.filter(Q(one=proposal) | Q(other=proposal)).delete()


def mark_missing(*, at: datetime) -> int:
    """Write the marks of what was handed in before there were any, some at a time; gives how many. For the clock."""
    lacking = Proposal.objects.filter(
        number__isnull=False, state__in=COMPARED, marks=None, call__state__in=MERGES_WHILE, call__imported=False
    )
    keys = list(lacking.order_by("created_at", "id").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for key in keys:
        with transaction.atomic():
            one = Proposal.objects.select_for_update(of=("self",)).select_related("call").get(pk=key)
            write_marks(one, at)
            marks = Marks.objects.get(proposal=one)
            record(
                actor=Actor.system("clock"),
                verb="ventures.marks.write",
                subject=marks,
                area=one.community or one.call.area,
                at=at,
            )
    return len(keys)


def set_findable(*, actor: Actor, proposal_id: UUID, findable: bool, at: datetime) -> bool:
    """Let teams with a like project find this one, or no longer; one of the team decides. Raises NotFound.

    They are then shown its name, its team's name, its place and how much alike it is, and nothing else. A proposal
    that was never handed in is found by nobody. Raises NotYourProposal.
    """
    with transaction.atomic():
        found = Proposal.objects.filter(visible_proposals(actor), pk=proposal_id).select_related("call").first()
        if found is None:
            raise NotFound
        require_writer(actor, found)
        require_taking_part(actor)
        row = Marks.objects.select_for_update().filter(proposal=found).first()
        if row is None or found.state not in FINDABLE_IN:
            raise NotFound
        if row.findable != findable:
            row.findable = findable
            row.save(update_fields=["findable"])
            area = found.community or found.call.area
            verb = "ventures.proposal.findable" if findable else "ventures.proposal.not_findable"
            record(actor=actor, verb=verb, subject=found, area=area, change={"findable": findable}, at=at)
    return row.findable
