"""Roles in the team of a proposal: inviting, joining, changing a role, ending a seat, leaving, handing over."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.people.actors import actor_of_person, records_of
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures import policies, telling_seats
from shanzhi.ventures.models import Proposal, TeamInvitation, TeamSeat
from shanzhi.ventures.models.seats import SEAT_ROLES
from shanzhi.ventures.operations.carrying import free_sections
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.operations.mergers import NotTheLeader
from shanzhi.ventures.operations.proposals import locked_proposal, note, require_editable
from shanzhi.ventures.queries.seats import OVER, Place, digest_of, open_invitations, place_of

DAYS: Final = 7
MOST_OPEN: Final = 10
MOST_SEATS: Final = 50


class TeamInvitationUnusable(NotFound):
    """It never was, is over, taken up or taken back; which of these is not told."""

    code = "team_invitation_unusable"
    message = _("This invitation cannot be used any more. Ask who invited you for a new one.")


class InTeamAlready(Conflict):
    """Who opens the link is of the team."""

    code = "in_team_already"
    message = _("You belong to this team already. The contact person can change your role.")


class TeamFull(Conflict):
    """As many seats as a team can have, or as many open invitations."""

    code = "team_full"
    message = _("No more can be invited now. End a seat or take an open invitation back first.")


class TeamOver(Conflict):
    """The proposal has left the round, so its team changes no more."""

    code = "team_over"
    message = _("This proposal is no longer in the round, so nobody joins its team any more.")


class NotAnEditor(Conflict):
    """The lead goes to somebody who writes."""

    code = "not_an_editor"
    message = _("Only an editor of the team can take the lead. Make the person an editor first.")


class CannotLead(Conflict):
    """Whose place it is could not propose here: no resident of the areas, or a consent is missing. It is not told."""

    code = "cannot_lead"
    message = _(
        "This person cannot take the lead now. Ask the person to see whether anything is missing under “My account”, "
        "or choose another editor."
    )


class LeaderStays(Conflict):
    """The contact person leaves by handing the lead over first."""

    code = "leader_stays"
    message = _("Hand the lead over to another editor first, then you can leave.")


@dataclass(frozen=True, slots=True)
class InvitedToTeam:
    """An invitation just made; the secret is shown this once and kept as a digest alone."""

    invitation: TeamInvitation
    secret: str


def invite_to_team(*, actor: Actor, proposal_id: UUID, role: str, at: datetime) -> InvitedToTeam:
    """Make a link by which one person joins the team within days. Raises NotTheLeader, TeamOver, TeamFull, BadValue."""
    with transaction.atomic():
        proposal = _led(actor, proposal_id)
        if role not in SEAT_ROLES:
            raise BadValue(_("Choose one of the values offered."), field="role")
        if proposal.state in OVER:
            raise TeamOver
        if open_invitations(viewer=actor, found=proposal, at=at).count() >= MOST_OPEN:
            raise TeamFull
        _require_room(proposal)
        secret = secrets.token_urlsafe(24)
        made = TeamInvitation.objects.create(
            proposal=proposal, role=role, secret=digest_of(secret), made_by_id=actor.person(), created_at=at,
            expires_at=at + timedelta(days=DAYS),
        )  # fmt: skip
        note(actor, "seat_invite", proposal, {"role": role, "invitation": str(made.pk)}, at)
    return InvitedToTeam(made, secret)


def _led(actor: Actor, proposal_id: UUID, *, with_call: bool = False) -> Proposal:
    """Lock a proposal of which the actor is the contact person. Raises NotFound, NotYourProposal, NotTheLeader."""
    proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=with_call)
    policies.require_team(actor, proposal)
    if not policies.leads(actor, proposal):
        raise NotTheLeader
    require_taking_part(actor)
    return proposal


def _require_room(proposal: Proposal) -> None:
    if TeamSeat.objects.filter(proposal=proposal, ended_at=None).count() >= MOST_SEATS:
        raise TeamFull


def end_team_invitation(*, actor: Actor, proposal_id: UUID, invitation_id: UUID, at: datetime) -> None:
    """Take an open invitation back. Raises NotFound, NotTheLeader."""
    with transaction.atomic():
        proposal = _led(actor, proposal_id)
        found = TeamInvitation.objects.filter(pk=invitation_id, proposal=proposal, ended_at=None).first()
        if found is None:
            raise NotFound
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        note(actor, "seat_invite_end", proposal, {"role": found.role, "invitation": str(found.pk)}, at)


def take_seat(*, actor: Actor, secret: str, at: datetime) -> Proposal:
    """Join a team by the link of an invitation, which is used up by that.

    Raises SignInNeeded, GuardianConsentNeeded, TeamInvitationUnusable, InTeamAlready, TeamFull.
    """
    person = actor.person()
    require_taking_part(actor)
    known = TeamInvitation.objects.filter(secret=digest_of(secret)).values_list("proposal", flat=True).first()
    if known is None:
        raise TeamInvitationUnusable
    with transaction.atomic():
        proposal = Proposal.objects.select_for_update(of=("self",)).select_related("call").get(pk=known)
        found = TeamInvitation.objects.get(secret=digest_of(secret))
        if found.ended_at is not None or at >= found.expires_at or proposal.state in OVER:
            raise TeamInvitationUnusable
        if policies.of_team(actor, proposal):
            raise InTeamAlready
        _require_room(proposal)
        found.taken_by_id, found.ended_at = person, at
        found.save(update_fields=["taken_by", "ended_at"])
        made = _give(proposal, person, found.role, found.made_by_id, at)
        change = {"role": found.role, "seat": str(made.pk), "invitation": str(found.pk)}
        note(actor, "seat_take", proposal, change, at)
        telling_seats.tell_joined(actor=actor, proposal=proposal, seat=made, at=at)
    return proposal


def _give(proposal: Proposal, person_id: UUID, role: str, given_by: UUID | None, at: datetime) -> TeamSeat:
    return TeamSeat.objects.create(
        proposal=proposal, person_id=person_id, role=role, given_by_id=given_by, since=at
    )  # fmt: skip


def _end(proposal: Proposal, person_id: UUID, ended_by: UUID | None, at: datetime) -> None:
    """End the running seats of every record of a person, and free the sections that the person writes on."""
    _running(proposal, person_id).update(ended_at=at, ended_by=ended_by)
    free_sections(proposal, records_of(person_id))


def _running(proposal: Proposal, person_id: UUID) -> QuerySet[TeamSeat]:
    """Give the seats that run of every record of a person."""
    return TeamSeat.objects.filter(proposal=proposal, person__in=records_of(person_id), ended_at=None)


def _in_team(actor: Actor, proposal: Proposal, person_id: UUID) -> Place:
    found = place_of(viewer=actor, found=proposal, person_id=person_id)
    if found is None or found.role == "leader":
        raise NotFound
    return found


def set_role(*, actor: Actor, proposal_id: UUID, person_id: UUID, role: str, at: datetime) -> None:
    """Make an editor a reader or the other way round; the person is told. Raises NotFound, NotTheLeader, BadValue."""
    with transaction.atomic():
        proposal = _led(actor, proposal_id)
        place = _in_team(actor, proposal, person_id)
        if role not in SEAT_ROLES:
            raise BadValue(_("Choose one of the values offered."), field="role")
        if role == place.role:
            return
        _end(proposal, person_id, actor.person(), at)
        made = _give(proposal, person_id, role, actor.person(), at)
        note(actor, "seat_role", proposal, {"role": role, "seat": str(made.pk)}, at)
        telling_seats.tell_role(actor=actor, proposal=proposal, seat=made, at=at)


def end_seat(*, actor: Actor, proposal_id: UUID, person_id: UUID, at: datetime) -> None:
    """Take somebody out of the team; the list of members in the proposal stays as it is.

    The person is told. Raises NotFound, NotTheLeader.
    """
    with transaction.atomic():
        proposal = _led(actor, proposal_id)
        place = _in_team(actor, proposal, person_id)
        seat = _shut(proposal, place, actor.person(), at)
        note(actor, "seat_end", proposal, {"role": place.role, "seat": str(seat)}, at)
        telling_seats.tell_ended(actor=actor, proposal=proposal, person_id=person_id, seat_id=seat, at=at)


def leave_team(*, actor: Actor, proposal_id: UUID, at: datetime) -> None:
    """Leave a team oneself; its contact person is told. Raises NotFound, NotYourProposal, LeaderStays."""
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=False)
        policies.require_team(actor, proposal)
        if policies.leads(actor, proposal):
            raise LeaderStays
        place = _in_team(actor, proposal, actor.person())
        seat = _shut(proposal, place, actor.person(), at)
        note(actor, "seat_leave", proposal, {"role": place.role, "seat": str(seat)}, at)
        telling_seats.tell_left(actor=actor, proposal=proposal, seat_id=seat, at=at)


def _shut(proposal: Proposal, place: Place, ended_by: UUID, at: datetime) -> UUID:
    """End what somebody has; who only stood in the list of members gets an ended seat, which shuts the proposal."""
    seat = _running(proposal, place.person).order_by("since", "pk").values_list("pk", flat=True).first()
    _end(proposal, place.person, ended_by, at)
    if seat is None:
        made = TeamSeat.objects.create(
            proposal=proposal, person_id=place.person, role=place.role, since=at, ended_at=at, ended_by_id=ended_by
        )
        seat = made.pk
    return seat


def hand_over(*, actor: Actor, proposal_id: UUID, person_id: UUID, at: datetime) -> Proposal:
    """Give the lead to an editor, who is the contact person from now on; the actor stays as an editor. Both are told.

    Only while the proposal may be changed, and to who could have begun it in this round. Raises NotFound, NotTheLeader,
    NotEditable, MendingOver, NotTakingProposals, NotAnEditor, CannotLead.
    """
    with transaction.atomic():
        proposal = _led(actor, proposal_id, with_call=True)
        require_editable(proposal, at)
        place = _in_team(actor, proposal, person_id)
        if place.role != "editor":
            raise NotAnEditor
        _require_able_to_lead(proposal, person_id, at)
        for one in (person_id, actor.person()):  # the leader may hold a seat by a record merged since
            _running(proposal, one).update(ended_at=at, ended_by=actor.person())
        proposal.contact_id = person_id
        proposal.save(update_fields=["contact"])
        made = _give(proposal, actor.person(), "editor", person_id, at)
        note(actor, "seat_lead", proposal, {"handed_over": True, "seat": str(made.pk)}, at)
        telling_seats.tell_lead(actor=actor, proposal=proposal, people=(person_id, actor.person()), at=at)
    return proposal


def _require_able_to_lead(proposal: Proposal, person_id: UUID, at: datetime) -> None:
    """Ask of who takes the lead what is asked of who begins a proposal; all are refused in the same words."""
    heir = actor_of_person(person_id=person_id, at=at)
    codes = tuple(proposal.call.areas.values_list("code", flat=True))
    try:
        policies.require_proposer(heir, proposal.call, team_kind=proposal.team_kind, codes=codes)
    except Forbidden as refusal:
        raise CannotLead from refusal
