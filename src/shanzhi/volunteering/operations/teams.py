"""Teams: founded, agreed to by the committee or the unit, changed, dissolved; their agreement and joining code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.organizations.models import Organization
from shanzhi.organizations.policies import LEADERS
from shanzhi.people import minors
from shanzhi.volunteering import policies, queries, telling
from shanzhi.volunteering.lifecycle import HELD, MEMBER, MOVE, TEAM
from shanzhi.volunteering.models import (
    JoinWay,
    Team,
    TeamAgreement,
    TeamKind,
    TeamMember,
    TeamMove,
    TeamRole,
    Volunteer,
)
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.volunteers import is_place, own_locked, require_active

LONGEST_NAME: Final = 60
LONGEST_UNIT: Final = 100
LONGEST_ABOUT: Final = 1000
LONGEST_AGREEMENT: Final = 5000
LONGEST_REASON: Final = 500
CODE_DAYS: Final = 30
EXAMPLE: Final = _(
    "Example, not official. I come on time, or say so in time. I ask nothing and take nothing from those we serve. "
    "What I learn about people stays with me. Before a task with risks I am told of them and insured. I may leave at "
    "any time; my record stays."
)
"""What a team's first agreement says where the founder writes none."""


@contextmanager
def name_once() -> Iterator[None]:
    """Turn what the database refuses because the name is there into words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if "volunteering_team_name_once" in str(fault):
            raise refusals.TeamNameTaken(field="name") from fault
        raise


def found_team(
    *,
    actor: Actor,
    kind: str,
    name: str,
    area: str,
    about: str,
    at: datetime,
    unit: str = "",
    organization_id: UUID | None = None,
    join_way: str = JoinWay.REQUEST,
    agreement: str = "",
    leader_id: UUID | None = None,
    synthetic: bool = False,
) -> Team:
    """Found a team that one leads, or as staff of the area one that a volunteer (`leader_id`) leads.

    It waits for the committee's yes (志愿服务条例 art. 42); founded by who leads the organisation, or by
    staff of the area for somebody else, it has that yes. The leader has signed the first version of the agreement.
    Raises NotAVolunteer, NotActive, AdultLeader, BadTeam, BadTeamKind, BadPlace, TeamNameTaken.
    """
    with name_once():
        leader = _leader(actor, leader_id, area, at)
        values = _checked(kind, name, area, about, unit, organization_id, join_way, at)
        made = Team.objects.create(**values, founded_by_id=actor.person_id, created_at=at, synthetic=synthetic)
        text = _write_agreement(actor, made, agreement.strip() or str(EXAMPLE), at)
        TeamMember.objects.create(
            team=made, volunteer=leader, role=TeamRole.LEADER, state="member", agreement=text, signed_at=at,
            asked_at=at, joined_at=at, decided_by_id=actor.person_id, decided_at=at,
        )  # fmt: skip
        note(actor, "found", made, at, {"kind": kind, "name": made.name, "leader": leader.number})
        unit_agrees = made.organization_id is not None and made.organization_id in actor.organizations(LEADERS)
        if unit_agrees or (leader_id is not None and not actor.is_person(leader.person_id)):
            _agree(actor, made, at, "agree_by_unit" if unit_agrees else "agree")
        elif made.organization_id is not None:
            telling.tell_proposed(actor=actor, team=made, at=at)
    return made


def change_team(
    *, actor: Actor, team_id: UUID, version: int, name: str, about: str, join_way: str, at: datetime
) -> Team:  # fmt: skip
    """Change name, purpose and way of joining. Raises NotFound, NotTheLeader, BadTeam, TeamNameTaken."""
    with name_once():
        found = ruled(actor, team_id)
        if found.version != version:
            raise refusals.StaleVolunteer
        new = {"name": _name(name), "about": _about(about), "join_way": _way(join_way)}
        told = {"fields": differences({field: getattr(found, field) for field in new}, new)}
        for field, value in new.items():
            setattr(found, field, value)
        found.version += 1
        found.save()
        note(actor, "change", found, at, told)
    return found


def decide_team(*, actor: Actor, team_id: UUID, agreed: bool, reason: str, at: datetime) -> Team:
    """Agree to a team that waits, or decline for a reason. Raises NotFound, Forbidden, OwnTeam, WhyMissing."""
    with transaction.atomic():
        found = locked(actor, team_id)
        policies.require(policies.may_agree(actor=actor, team=found))
        if agreed:
            _agree(actor, found, at, "agree" if actor.holds(policies.AGREERS, found.area) else "agree_by_unit")
        else:
            found.decided_by_id, found.decided_at = actor.person_id, at
            _end(actor, found, "decline", reason_of(reason), at)
        telling.tell_decided(actor=actor, team=found, at=at)
    return found


def dissolve_team(*, actor: Actor, team_id: UUID, reason: str, at: datetime) -> Team:
    """Dissolve a team for a reason: all places in it end and stay on record. Raises NotFound, NotTheLeader."""
    with transaction.atomic():
        found = ruled(actor, team_id)
        rows = _end(actor, found, "dissolve", reason_of(reason), at)
        telling.tell_dissolved(actor=actor, team=found, rows=rows, at=at)
    return found


def set_agreement(*, actor: Actor, team_id: UUID, text: str, at: datetime) -> TeamAgreement:
    """Write a new version of the agreement; who is in the team signs it when next there. Raises TextTooLong."""
    with transaction.atomic():
        found = ruled(actor, team_id)
        words = text.strip()
        if not words:
            raise refusals.BadTeam(_("Write the agreement that one signs before joining."), field="text")
        made = _write_agreement(actor, found, words, at)
        note(actor, "agreement", found, at, {"agreement": made.version, "digest": made.digest})
    return made


def renew_code(*, actor: Actor, team_id: UUID, at: datetime) -> Team:
    """Make a new joining code that holds for 30 days; older ones are void from now on. Raises NotFound, TeamOver."""
    with transaction.atomic():
        found = locked(actor, team_id)
        policies.require(policies.may_lead(actor=actor, team=found))
        if found.state != "active":
            raise refusals.TeamOver
        found.code_serial, found.code_until = found.code_serial + 1, at + timedelta(days=CODE_DAYS)
        found.save(update_fields=["code_serial", "code_until"])
        note(actor, "code", found, at, {"until": found.code_until})
    return found


def locked(actor: Actor, team_id: UUID) -> Team:
    """Lock a team that the actor sees: those that work are public, of others strangers know nothing."""
    queries.team(viewer=actor, team_id=team_id)
    return Team.objects.select_for_update(no_key=True).get(pk=team_id)


def ruled(actor: Actor, team_id: UUID) -> Team:
    """Lock a living team for its leader or the office of its area."""
    found = locked(actor, team_id)
    policies.require(policies.may_rule(actor=actor, team=found))
    if not found.living:
        raise refusals.TeamOver
    return found


def reason_of(text: str) -> str:
    """Give a reason, or refuse."""
    words = text.strip()
    if not words or len(words) > LONGEST_REASON:
        raise refusals.WhyMissing(field="reason")
    return words


def note(actor: Actor, verb: str, found: Team, at: datetime, change: dict[str, Any], reason: str = "") -> None:
    """Put on record what was done to a team."""
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in change.items()}
    record(
        actor=actor, verb=f"volunteering.team.{verb}", subject=found, area=found.area, change=plain, at=at,
        reason=reason,
    )  # fmt: skip


def _leader(actor: Actor, leader_id: UUID | None, area: str, at: datetime) -> Volunteer:
    """Give who shall lead: oneself, or for staff of the area a volunteer of theirs; grown up and active."""
    if leader_id is None:
        found = own_locked(actor)
    else:
        if not actor.signed_in and not actor.is_system:
            raise SignInNeeded
        if not actor.holds(policies.AGREERS, area):
            raise Forbidden
        rows = Volunteer.objects.select_for_update(of=("self",)).select_related("person__merged_into")
        chosen = rows.filter(policies.volunteers_readable(actor), pk=leader_id).first()
        if chosen is None:
            raise NotFound
        found = chosen
    require_active(found, at)
    if minors.is_minor(found.human, at):
        raise refusals.AdultLeader
    return found


def _checked(
    kind: str, name: str, area: str, about: str, unit: str, organization_id: UUID | None, join_way: str, at: datetime
) -> dict[str, Any]:
    if kind not in TeamKind.values:
        raise refusals.BadTeamKind(field="kind")
    if not is_place(area, at):
        raise refusals.BadPlace(field="area")
    if organization_id is not None and not Organization.objects.filter(pk=organization_id, closed_at=None).exists():
        raise refusals.BadTeamKind(field="organization_id")
    if (kind == TeamKind.ORGANIZATION) != (organization_id is not None):
        raise refusals.BadTeamKind(field="organization_id")
    words = " ".join(unit.split())
    if len(words) > LONGEST_UNIT or (kind in (TeamKind.COMPANY, TeamKind.SCHOOL) and not words):
        raise refusals.BadTeamKind(field="unit")
    return {
        "kind": kind, "name": _name(name), "area": area, "about": _about(about), "unit": words,
        "organization_id": organization_id, "join_way": _way(join_way),
    }  # fmt: skip


def _name(text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_NAME:
        raise refusals.BadTeam(field="name")
    return words


def _about(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_ABOUT:
        raise refusals.BadTeam(field="about")
    return words


def _way(text: str) -> str:
    if text not in JoinWay.values:
        raise refusals.BadTeam(_("Choose how one joins the team."), field="join_way")
    return text


def _write_agreement(actor: Actor, team: Team, text: str, at: datetime) -> TeamAgreement:
    if len(text) > LONGEST_AGREEMENT:
        raise refusals.TextTooLong(field="text", most=LONGEST_AGREEMENT)
    version = TeamAgreement.objects.filter(team=team).count() + 1
    return TeamAgreement.objects.create(
        team=team, version=version, text=text, digest=digest({"team": str(team.pk), "version": version, "text": text}),
        created_by_id=actor.person_id, created_at=at,
    )  # fmt: skip


def _agree(actor: Actor, found: Team, at: datetime, move: str) -> None:
    found.state, found.decided_by_id, found.decided_at = TEAM.move(found.state, move), actor.person_id, at
    found.version += 1
    found.save()
    note(actor, move, found, at, {"state": found.state})


def _end(actor: Actor, found: Team, move: str, reason: str, at: datetime) -> list[TeamMember]:
    """End a team with all places in it, and the move that it waits for; give the places."""
    found.state = TEAM.move(found.state, move)
    found.ended_at, found.reason, found.version = at, reason, found.version + 1
    rows = list(TeamMember.objects.select_for_update().filter(team=found, state__in=HELD).order_by("pk"))
    for one in rows:
        one.state = MEMBER.move(one.state, "withdraw" if one.state == "requested" else "leave")
        one.ended_at = at
    TeamMember.objects.bulk_update(rows, ["state", "ended_at"])
    found.save()
    note(actor, move, found, at, {"state": found.state, "places": len(rows)}, reason)
    for moving in TeamMove.objects.select_for_update().filter(team=found, state="asked"):
        moving.state, moving.ended_by_id, moving.ended_at = MOVE.move(moving.state, "lapse"), actor.person_id, at
        moving.save()
        note(actor, "move_lapse", found, at, {"area": [moving.from_area, moving.to_area]})
    return rows
