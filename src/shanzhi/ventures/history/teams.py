"""How the history of mergers, roles in a team, invitations to it and marks reads: they are told as events of proposals.

A merger's events name it since they were first shown apart; those of before are found by their time, since a proposal
is in one merger at a time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people.actors import records_of
from shanzhi.ventures import policies, queries
from shanzhi.ventures.history.rounds import shown_proposal
from shanzhi.ventures.models import Marks, Merger, Proposal, TeamInvitation, TeamSeat
from shanzhi.ventures.models.seats import SEAT_ROLES
from shanzhi.ventures.queries.mergers import visible_mergers

PROPOSAL = "ventures.proposal"
FOUND = ("ventures.proposal.findable", "ventures.proposal.not_findable")
MERGED = ("ventures.proposal.merge", "ventures.proposal.split_off")


def _of(proposal_id: Any) -> Q:
    """Give the condition of events about a proposal."""
    return Q(subject_type=PROPOSAL, subject_id=str(proposal_id))


def _merger(viewer: Actor, merger_id: str, at: datetime) -> Shown | None:
    """Give a merger to both teams and to staff who may see it; a team does not read who acted."""
    row = Merger.objects.select_related("call").filter(pk=uuid_of(merger_id)).first()
    if row is None:
        return None
    if not Merger.objects.filter(visible_mergers(viewer), pk=row.pk).exists():
        raise NotFound
    mine = policies.own_proposals(viewer) | policies.taken_into_own(viewer)
    team = Proposal.objects.filter(mine, pk__in=(row.first_id, row.second_id)).exists()
    runs = queries.may_run(viewer=viewer, found=row.call)
    title = f"{gettext('Merger of two proposals')} · {row.call.title}"
    return Shown(title, reverse("ventures:merger", args=[row.pk]), whole=team or runs, names=runs and not team)


def _of_merger(merger_id: str) -> Q:
    """Give the condition of a merger's events. Each was written for both proposals: one of the two tells it once."""
    row = Merger.objects.filter(pk=uuid_of(merger_id)).first()
    if row is None:
        return Q(pk__in=())
    named = _of(row.stays_id or row.first_id) & Q(change__merger=str(row.pk))
    before = _of(row.goes_id or row.first_id) & ~Q(change__has_key="merger") & Q(at__gte=row.created_at)
    before &= Q(verb__startswith="ventures.merger.") | Q(verb__in=MERGED)
    return named | (before & Q(at__lte=row.ended_at) if row.ended_at else before)


def _in_team(viewer: Actor, row: TeamSeat | TeamInvitation | None, at: datetime) -> Shown | None:
    """Give a role in a team, or an invitation to it, to the team alone."""
    if row is None:
        return None
    shown = shown_proposal(viewer, str(row.proposal_id), at)
    if shown is None or not shown.whole:
        raise NotFound
    title = f"{SEAT_ROLES[row.role]} · {row.proposal}"
    return replace(shown, title=title, url=reverse("ventures:team_roles", args=[row.proposal_id]))


def _seat(viewer: Actor, seat_id: str, at: datetime) -> Shown | None:
    return _in_team(viewer, TeamSeat.objects.select_related("proposal").filter(pk=uuid_of(seat_id)).first(), at)


def _of_seat(seat_id: str) -> Q:
    """Give the condition of events about all roles that the person of a seat had in its team, under any record."""
    row = TeamSeat.objects.filter(pk=uuid_of(seat_id)).first()
    if row is None:
        return Q(pk__in=())
    seats = TeamSeat.objects.filter(proposal=row.proposal_id, person__in=records_of(row.person_id))
    return _of(row.proposal_id) & Q(change__seat__in=[str(key) for key in seats.values_list("pk", flat=True)])


def _invitation(viewer: Actor, invitation_id: str, at: datetime) -> Shown | None:
    rows = TeamInvitation.objects.select_related("proposal")
    return _in_team(viewer, rows.filter(pk=uuid_of(invitation_id)).first(), at)


def _of_invitation(invitation_id: str) -> Q:
    row = TeamInvitation.objects.filter(pk=uuid_of(invitation_id)).first()
    return _of(row.proposal_id) & Q(change__invitation=str(row.pk)) if row else Q(pk__in=())


def _marks(viewer: Actor, proposal_id: str, at: datetime) -> Shown | None:
    """Give the marks of a proposal to whoever reads its own history."""
    if not Marks.objects.filter(pk=uuid_of(proposal_id)).exists():
        return None
    shown = shown_proposal(viewer, proposal_id, at)
    if shown is None or not shown.whole:
        return shown
    return replace(shown, url=reverse("ventures:twins", args=[uuid_of(proposal_id)]))


def _of_marks(proposal_id: str) -> Q:
    """Give the condition of events by which a team let others find its proposal by the marks, or no longer."""
    return _of(proposal_id) & Q(verb__in=FOUND)


def _all_marks(viewer: Actor) -> tuple[QuerySet[Marks], str]:
    return Marks.objects.filter(
        proposal__in=Proposal.objects.filter(policies.visible_proposals(viewer))
    ), "proposal__title"


for kind, label, find, events in (
    ("ventures.merger", _("Merger"), _merger, _of_merger),
    ("ventures.teamseat", _("Role in a team"), _seat, _of_seat),
    ("ventures.teaminvitation", _("Invitation to a team"), _invitation, _of_invitation),
):
    register(Subject(type=kind, label=label, find=find, events=events))
register(
    Subject(type="ventures.marks", label=_("Marks of a proposal"), find=_marks, events=_of_marks, titles=_all_marks)
)
