"""Reading proposals: of a call, of an area, one's own, one alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from shanzhi.audit.models import Event
from shanzhi.audit.queries import history as audit_history
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people import holders
from shanzhi.places.queries import within
from shanzhi.ventures import policies
from shanzhi.ventures.lifecycle import LEAVES_WHILE, PROPOSAL
from shanzhi.ventures.models import Attachment, Proposal
from shanzhi.ventures.queries.content import Missing, missing
from shanzhi.ventures.queries.files import path_of
from shanzhi.ventures.queries.naming import area_name, course


def proposals(
    *, viewer: Actor, call_id: UUID | None = None, area: str = "", states: tuple[str, ...] = (), search: str = ""
) -> QuerySet[Proposal]:
    """Give the proposals that the viewer may see, newest first, with their calls.

    The same rows feed page, export, API and counts. `search` looks into title, team and number.
    """
    found = Proposal.objects.filter(policies.visible_proposals(viewer)).select_related("call", "award")
    if call_id is not None:
        found = found.filter(call=call_id)
    if area:
        found = found.filter(within("community", area))
    if states:
        found = found.filter(state__in=states)
    if search:
        found = found.filter(matching(search))
    return found.annotate(place_name=area_name("community"), course=course(PROPOSAL)).order_by("-created_at", "id")


def matching(search: str) -> Q:
    """Give the condition that a proposal fits what was typed into a search box."""
    words = search.replace("\x00", "").strip()[:100]
    condition = Q(title__icontains=words) | Q(team_name__icontains=words) | Q(summary__icontains=words)
    if words.isascii() and words.isdigit() and len(words) < 9:
        condition |= Q(number=int(words))
    return condition


def proposal(*, viewer: Actor, proposal_id: UUID) -> Proposal:
    """Give a proposal with call, rows and files, in a fixed number of queries. Raises NotFound outside the scope."""
    found = (
        Proposal.objects.filter(policies.visible_proposals(viewer), pk=proposal_id)
        .select_related("call", "call__poll", "contact", "award")
        .prefetch_related("call__areas", "call__phases", "activities", "budget", "members", "attachments")
        .annotate(place_name=area_name("community"), organization_name=holders.bodies().named("organization"))
        .first()
    )
    if found is None:
        raise NotFound
    return found


def my_proposals(*, viewer: Actor, writing: bool = False) -> QuerySet[Proposal]:
    """Give the proposals of whose team the viewer is, drafts too, newest first; those that one writes, if asked."""
    mine = policies.written_proposals(viewer) if writing else policies.own_proposals(viewer)
    return (
        Proposal.objects.filter(mine)
        .select_related("call", "award")
        .annotate(place_name=area_name("community"), course=course(PROPOSAL))
        .order_by("-created_at", "id")
    )


def lacks(found: Proposal) -> list[Missing]:
    """List what a proposal fetched by `proposal` lacks before it can be handed in."""
    return missing(found, codes=[area.code for area in found.call.areas.all()])


def may_edit(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer writes for the team and the proposal is one that can be changed."""
    return found.state in ("draft", "returned") and policies.writes(viewer, found)


def of_team(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer is of the team."""
    return policies.of_team(viewer, found)


def may_withdraw(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer writes for the team of a proposal that can still be taken back, or its place given up."""
    return _may_leave(found, "withdraw") and policies.writes(viewer, found)


def may_disqualify(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer may take the proposal out of its round."""
    return (
        _may_leave(found, "disqualify") and policies.runs(viewer, found.call) and not policies.is_party(viewer, found)
    )


def _may_leave(found: Proposal, move: str) -> bool:
    in_time = found.call.state in LEAVES_WHILE.get(found.state, (found.call.state,))
    return in_time and found.state in PROPOSAL.moves[move].sources and not found.call.imported


def may_review(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer may review this proposal now."""
    return (
        found.state == "submitted"
        and found.call.state in ("submission", "review")
        and policies.reviews(viewer, found)
        and not policies.is_party(viewer, found)
    )


def reads_inside(*, viewer: Actor, found: Proposal) -> bool:
    """Tell whether the viewer reads what is not public: the team, staff of the area, the operator of the call."""
    staff = viewer.holds(policies.READERS, found.community or found.call.area) or policies.reviews(viewer, found)
    return staff or policies.of_one_team_now(viewer, found)


def people_of(*, viewer: Actor, found: Proposal) -> dict[str, Any]:
    """Give contact and members: to the team the names that it wrote itself, masked to everybody else.

    The contact's own name comes from the record of people, and is plain to nobody but the contact.
    """
    plain = policies.of_team(viewer, found)

    def shown(sealed: Any, *, own: bool = plain) -> str:
        return (sealed.reveal() if own else "") or str(sealed)

    return {
        "contact": shown(found.contact.name, own=viewer.is_person(found.contact_id)) if found.contact else "",
        "members": [{"name": shown(row.name), "part": row.part} for row in found.members.all()],
    }


def attachment(*, viewer: Actor, proposal_id: UUID, attachment_id: UUID) -> tuple[Attachment, Path]:
    """Give a file with its path to the team and to staff of the area; others find none."""
    found = proposal(viewer=viewer, proposal_id=proposal_id)
    file = next((one for one in found.attachments.all() if one.pk == attachment_id), None)
    if file is None or not reads_inside(viewer=viewer, found=found):
        raise NotFound
    return file, path_of(file)


def proposal_history(*, viewer: Actor, proposal_id: UUID) -> QuerySet[Event]:
    """Give the events of a proposal, oldest first: to staff of the area those they may read, to the team all."""
    found = proposal(viewer=viewer, proposal_id=proposal_id)
    if policies.of_team(viewer, found):
        return Event.objects.filter(subject_type=found._meta.label_lower, subject_id=str(found.pk)).order_by("id")
    return audit_history(viewer=viewer, subject=found)
