"""Who is in a team: asks, is let in or not, joins by a code, changes over, leaves; parts and leadership."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people import minors
from shanzhi.volunteering import policies, queries, telling
from shanzhi.volunteering.lifecycle import HELD, MEMBER
from shanzhi.volunteering.models import JoinWay, Team, TeamAgreement, TeamMember, TeamRole, Volunteer
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.locks import lock_teams
from shanzhi.volunteering.operations.teams import locked, reason_of
from shanzhi.volunteering.operations.volunteers import own_locked, require_active, settle

LONGEST_MESSAGE: Final = 200


def ask_to_join(
    *, actor: Actor, team_id: UUID, signed: int | None, at: datetime, message: str = "", leaves_id: UUID | None = None
) -> TeamMember:
    """Ask to join a team, with its agreement signed in the version that one read (`signed`).

    `leaves_id` is a team that one changes over from: the place there ends when this one begins. Raises NotFound,
    NotAVolunteer, NotActive, TeamOver, OnlyByCode, AgreementMissing, AgreementChanged, InAlready, LeadsATeam.
    """
    with transaction.atomic():
        lock_teams([team_id, leaves_id])
        team = locked(actor, team_id)
        volunteer = _joining(actor, team, at)
        if team.join_way == JoinWay.CODE:
            raise refusals.OnlyByCode
        if len(message.strip()) > LONGEST_MESSAGE:
            raise refusals.TextTooLong(field="message", most=LONGEST_MESSAGE)
        row = TeamMember(team=team, volunteer=volunteer, agreement=_signed(team, signed), signed_at=at, asked_at=at)
        row.message, row.moves_from = message.strip(), _left_behind(volunteer, leaves_id, team)
        _enter(row)
        _note(actor, "ask", row, at)
        telling.tell_asked(actor=actor, row=row, at=at)
    return row


def join_by_code(
    *, actor: Actor, token: str, signed: int | None, at: datetime, leaves_id: UUID | None = None
) -> TeamMember:  # fmt: skip
    """Join a team at once by the code that its leader handed out. Raises CodeOver, and as `ask_to_join` does."""
    team_id = queries.team_of_code(token=token, at=at)
    with transaction.atomic():
        asked = TeamMember.objects.filter(team=team_id, volunteer__person__in=actor.persons, state="requested")
        lock_teams([team_id, leaves_id, *asked.values_list("moves_from__team", flat=True)])
        team = locked(actor, team_id)
        if queries.code_of(team) != token:
            raise queries.CodeOver
        volunteer = _joining(actor, team, at)
        text = _signed(team, signed)
        row = TeamMember.objects.select_for_update().filter(volunteer=volunteer, team=team, state="requested").first()
        if row is None:
            row = TeamMember(team=team, volunteer=volunteer, by_code=True, asked_at=at)
            row.moves_from = _left_behind(volunteer, leaves_id, team)
        row.agreement, row.signed_at = text, at
        _let_in(row, at)
        _enter(row)
        _note(actor, "join", row, at)
    return row


def decide_request(*, actor: Actor, member_id: UUID, accepted: bool, reason: str, at: datetime) -> TeamMember:
    """Let somebody who asked into the team, or not, for a reason. Raises NotFound, NotActive, WhyMissing."""
    with transaction.atomic():
        row = _managed(actor, member_id, at)
        row.decided_by_id, row.decided_at = actor.person_id, at
        if accepted:
            require_active(row.volunteer, at)
            _let_in(row, at)
        else:
            row.state = MEMBER.move(row.state, "refuse")
            row.ended_at, row.reason = at, reason_of(reason)
        row.save()
        _note(actor, "accept" if accepted else "refuse", row, at, row.reason)
        kind = telling.ACCEPTED if accepted else telling.REFUSED
        telling.tell_place(actor=actor, kind=kind, row=row, at=at)
    return row


def leave_team(*, actor: Actor, team_id: UUID, at: datetime) -> TeamMember:
    """Leave a team, or take the request back; what was earned there stays on record. Raises NotFound, LeadsATeam."""
    with transaction.atomic():
        locked(actor, team_id)
        rows = TeamMember.objects.select_for_update(of=("self",)).select_related("team", "volunteer")
        row = rows.filter(team_id=team_id, volunteer__person__in=actor.persons, state__in=HELD).first()
        if row is None:
            raise NotFound
        if row.role == TeamRole.LEADER:
            raise refusals.LeadsATeam
        row.state = MEMBER.move(row.state, "withdraw" if row.state == "requested" else "leave")
        row.ended_at = at
        row.save(update_fields=["state", "ended_at"])
        _note(actor, row.state, row, at)
    return row


def end_place(*, actor: Actor, member_id: UUID, reason: str, at: datetime) -> TeamMember:
    """End somebody's place in the team, for a reason. Raises NotFound, NotTheLeader, LeadsATeam, WhyMissing."""
    with transaction.atomic():
        row = _managed(actor, member_id, at)
        if row.role != TeamRole.MEMBER:
            policies.require(policies.may_rule(actor=actor, team=row.team))
        if row.role == TeamRole.LEADER:
            raise refusals.LeadsATeam
        row.state = MEMBER.move(row.state, "leave")
        row.ended_at, row.reason = at, reason_of(reason)
        row.decided_by_id, row.decided_at = actor.person_id, at
        row.save()
        _note(actor, "end", row, at, row.reason)
        telling.tell_place(actor=actor, kind=telling.ENDED, row=row, at=at)
    return row


def set_part(*, actor: Actor, member_id: UUID, role: str, at: datetime) -> TeamMember:
    """Make a member deputy, or member again; made leader, who led becomes a deputy.

    Who came with a list and has signed nothing yet stays a member. Raises NotFound, NotTheLeader, NotInside,
    AdultLeader, NotSigned, LeadsATeam.
    """
    with transaction.atomic():
        row = _managed(actor, member_id, at)
        policies.require(policies.may_rule(actor=actor, team=row.team))
        if row.state != "member" or role not in TeamRole.values:
            raise refusals.NotInside(field="role")
        if row.role == TeamRole.LEADER:
            if role == TeamRole.LEADER:
                return row
            raise refusals.LeadsATeam(field="role")
        if role != TeamRole.MEMBER and minors.is_minor(row.volunteer.human, at):
            raise refusals.AdultLeader(field="role")
        if role != TeamRole.MEMBER and row.signed_at is None:
            raise refusals.NotSigned(field="role")
        if role == TeamRole.LEADER:
            require_active(row.volunteer, at)
            _hand_over(actor, row, at)
        row.role = role
        row.save(update_fields=["role"])
        _note(actor, "part", row, at)
        telling.tell_place(actor=actor, kind=telling.PART, row=row, at=at)
    return row


def _hand_over(actor: Actor, row: TeamMember, at: datetime) -> None:
    """Make who led the team a deputy, and tell it."""
    for led in queries.leader_of(row.team).select_related("volunteer__person__merged_into", "team"):
        led.role = TeamRole.DEPUTY
        led.save(update_fields=["role"])
        telling.tell_place(actor=actor, kind=telling.PART, row=led, at=at)


def sign_agreement(*, actor: Actor, team_id: UUID, signed: int | None, at: datetime) -> TeamMember:
    """Sign the newest version of the agreement, as somebody in the team. Raises NotFound, AgreementMissing."""
    with transaction.atomic():
        team = locked(actor, team_id)
        row = TeamMember.objects.select_for_update(of=("self",)).select_related("team", "volunteer").filter(
            team=team, volunteer__person__in=actor.persons, state="member"
        ).first()  # fmt: skip
        if row is None:
            raise NotFound
        row.agreement, row.signed_at = _signed(team, signed), at
        row.save(update_fields=["agreement", "signed_at"])
        _note(actor, "sign", row, at)
    return row


def _joining(actor: Actor, team: Team, at: datetime) -> Volunteer:
    """Give the volunteer who wants to join a team that works."""
    volunteer = own_locked(actor)
    settle(actor, volunteer, at)
    require_active(volunteer, at)
    if team.state != "active":
        raise refusals.TeamOver
    return volunteer


def _signed(team: Team, version: int | None) -> TeamAgreement:
    """Give the newest agreement, which the version that was read must be."""
    newest = TeamAgreement.objects.filter(team=team).order_by("-version")[0]
    if version is None:
        raise refusals.AgreementMissing(field="signed")
    if version != newest.version:
        raise refusals.AgreementChanged
    return newest


def _left_behind(volunteer: Volunteer, team_id: UUID | None, team: Team) -> TeamMember | None:
    """Give the place that ends when another begins."""
    if team_id is None:
        return None
    rows = TeamMember.objects.filter(volunteer=volunteer, team_id=team_id, state="member").exclude(team=team)
    found = rows.first()
    if found is None:
        raise refusals.NotInside(field="leaves_id")
    if found.role == TeamRole.LEADER:
        raise refusals.LeadsATeam(field="leaves_id")
    return found


def _let_in(row: TeamMember, at: datetime) -> None:
    """Let somebody in; whoever changes over leaves the other team in the same moment."""
    row.state, row.joined_at = MEMBER.move(row.state, "accept"), at
    if row.moves_from_id is None:
        return
    old = TeamMember.objects.select_for_update().get(pk=row.moves_from_id)
    if old.state == "member":
        if old.role == TeamRole.LEADER:
            raise refusals.LeadsATeam
        old.state, old.ended_at = MEMBER.move(old.state, "leave"), at
        old.save(update_fields=["state", "ended_at"])


def _enter(row: TeamMember) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        if "volunteering_member_once" in str(fault):
            raise refusals.InAlready from fault
        raise


def _managed(actor: Actor, member_id: UUID, at: datetime) -> TeamMember:
    """Lock team and place for who leads the team; outside there is no such place."""
    both = TeamMember.objects.filter(pk=member_id).values_list("team", "moves_from__team").first()
    if both is None:
        raise NotFound
    lock_teams(both)
    team = locked(actor, both[0])
    if policies.may_lead(actor=actor, team=team) is not None:
        policies.require(policies.may_lead(actor=actor, team=team) if not actor.signed_in else None)
        raise NotFound
    if not team.living:
        raise refusals.TeamOver
    rows = TeamMember.objects.select_for_update(of=("self",)).select_related("volunteer__person__merged_into", "team")
    return rows.get(pk=member_id)


def _note(actor: Actor, verb: str, row: TeamMember, at: datetime, reason: str = "") -> None:
    """Put on record with the team what was done to a place in it; people are named by their numbers."""
    change = {"number": row.volunteer.number, "role": row.role, "agreement": row.agreement.version}
    record(
        actor=actor, verb=f"volunteering.member.{verb}", subject=row.team, area=row.team.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip
