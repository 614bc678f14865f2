"""Taking a section of a proposal over from a colleague, and letting it go."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures.lifecycle import EDITABLE
from shanzhi.ventures.models import Proposal, Section
from shanzhi.ventures.operations.proposals import NotEditable
from shanzhi.ventures.operations.sections import HELD_FOR, held, is_held
from shanzhi.ventures.policies import leads, require_writer, visible_proposals
from shanzhi.ventures.queries.sections import SECTIONS


def _of_team(actor: Actor, proposal_id: UUID, part: str) -> Proposal:
    """Fetch a proposal of the actor's team, locked. Raises NotFound, NotYourProposal, NotEditable."""
    if part not in SECTIONS or not Proposal.objects.filter(visible_proposals(actor), pk=proposal_id).exists():
        raise NotFound
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    require_writer(actor, proposal)
    require_taking_part(actor)
    if proposal.state not in EDITABLE:
        raise NotEditable
    return proposal


def let_go(*, actor: Actor, proposal_id: UUID, part: str, at: datetime) -> None:
    """Free a section that the actor holds; what is not held stays as it is."""
    with transaction.atomic():
        proposal = _of_team(actor, proposal_id, part)
        mine = Section.objects.filter(proposal=proposal, part=part, holder__in=actor.persons, until__gt=at)
        mine.update(holder=None, since=None, until=None)


def take_section(*, actor: Actor, proposal_id: UUID, part: str, at: datetime) -> None:
    """Take a section over: anybody of the team once it is free, the contact person at any time.

    Whoever wrote there loses nothing that was saved, and reads on the next save who took it. Raises SectionHeld.
    """
    with transaction.atomic():
        proposal = _of_team(actor, proposal_id, part)
        row: Any = Section.objects.filter(proposal=proposal, part=part).first()
        row = row or Section(proposal=proposal, part=part)
        if is_held(row, actor, at) and not leads(actor, proposal):
            raise held(row)
        row.holder_id, row.since, row.until = actor.person(), at, at + HELD_FOR
        row.save()
        record(
            actor=actor, verb="ventures.proposal.take", subject=proposal,
            area=proposal.community or proposal.call.area, change={"section": part}, at=at,
        )  # fmt: skip
