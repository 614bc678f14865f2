"""A team moves to another area: asked by who leads it or an office, agreed to by the offices of both areas."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.volunteering import policies, queries, telling
from shanzhi.volunteering.lifecycle import MOVE
from shanzhi.volunteering.models import Team, TeamMove
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.teams import locked, name_once, note, reason_of
from shanzhi.volunteering.operations.volunteers import is_place


def ask_move(*, actor: Actor, team_id: UUID, area: str, reason: str, at: datetime) -> TeamMove:
    """Ask that a team that works serves in another area from now on, as its leader or an office of either area.

    Who is in charge of an area has given its yes with that; in charge of both, the team moves at once. Raises NotFound,
    NotTheLeader, TeamOver, BadPlace, MoveAsked, WhyMissing, TeamNameTaken.
    """
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    with name_once(), transaction.atomic():
        team = locked(actor, team_id)
        policies.require(policies.may_ask_move(actor=actor, team=team, area=area))
        if team.state != "active":
            raise refusals.TeamOver
        if area == team.area or not is_place(area, at):
            raise refusals.BadPlace(field="area")
        made = TeamMove(team=team, from_area=team.area, to_area=area, reason=reason_of(reason), asked_at=at)
        made.asked_by_id = actor.person_id
        _save_new(made)
        note(actor, "move_ask", team, at, {"area": [made.from_area, made.to_area]}, made.reason)
        if policies.may_decide_move(actor=actor, move=made) is None:
            _agree(actor, made, team, at)
    return made


def agree_move(*, actor: Actor, move_id: UUID, at: datetime) -> TeamMove:
    """Say yes for the areas that one is in charge of; with both yeses the team moves.

    Raises NotFound, Forbidden, OwnTeam, MoveOver, TeamNameTaken.
    """
    with name_once():
        made, team = _open(actor, move_id)
        policies.require(policies.may_decide_move(actor=actor, move=made))
        _agree(actor, made, team, at)
    return made


def refuse_move(*, actor: Actor, move_id: UUID, reason: str, at: datetime) -> TeamMove:
    """Say no, as the office of either area, for a reason. Raises NotFound, Forbidden, OwnTeam, MoveOver, WhyMissing."""
    with transaction.atomic():
        made, team = _open(actor, move_id)
        policies.require(policies.may_decide_move(actor=actor, move=made))
        made.refusal = reason_of(reason)
        _end(actor, made, "refuse", at)
        note(actor, "move_refuse", team, at, {"area": [made.from_area, made.to_area]}, made.refusal)
        telling.tell_move_refused(actor=actor, team=team, at=at)
    return made


def withdraw_move(*, actor: Actor, move_id: UUID, at: datetime) -> TeamMove:
    """Take the wish to move back, as who leads the team or asked. Raises NotFound, NotTheLeader, MoveOver."""
    with transaction.atomic():
        made, team = _open(actor, move_id)
        policies.require(policies.may_withdraw_move(actor=actor, move=made))
        _end(actor, made, "withdraw", at)
        note(actor, "move_withdraw", team, at, {"area": [made.from_area, made.to_area]})
    return made


def _open(actor: Actor, move_id: UUID) -> tuple[TeamMove, Team]:
    """Lock a move that the actor sees, its team first."""
    seen = queries.team_move(viewer=actor, move_id=move_id)
    team = Team.objects.select_for_update(no_key=True).get(pk=seen.team_id)
    made = TeamMove.objects.select_for_update().get(pk=move_id)
    made.team = team
    if made.state != "asked" or team.state != "active":
        raise refusals.MoveOver
    return made, team


def _agree(actor: Actor, made: TeamMove, team: Team, at: datetime) -> None:
    sides = [("left", made.from_area), ("taken", made.to_area)]
    given = [name for name, area in sides if actor.holds(policies.AGREERS, area)]
    for name in given:
        if getattr(made, f"{name}_at") is None:
            setattr(made, f"{name}_by_id", actor.person_id)
            setattr(made, f"{name}_at", at)
    note(actor, "move_agree", team, at, {"area": [made.from_area, made.to_area], "sides": given})
    if made.left_at is None or made.taken_at is None:
        made.save()
        return
    team.area, team.version = made.to_area, team.version + 1
    team.save(update_fields=["area", "version"])
    _end(actor, made, "finish", at)
    note(actor, "move", team, at, {"fields": {"area": [made.from_area, made.to_area]}})
    telling.tell_moved(actor=actor, team=team, at=at)


def _end(actor: Actor, made: TeamMove, move: str, at: datetime) -> None:
    made.state, made.ended_by_id, made.ended_at = MOVE.move(made.state, move), actor.person_id, at
    made.save()


def _save_new(made: TeamMove) -> None:
    """Write a move; of two asked for at once the database lets one in."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as fault:
        if "volunteering_move_once" in str(fault):
            raise refusals.MoveAsked from fault
        raise
