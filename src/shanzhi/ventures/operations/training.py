"""Sessions of training that a call asks of its teams: planned, changed, cancelled; and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.ventures import telling
from shanzhi.ventures.lifecycle import TRAINING
from shanzhi.ventures.models import Call, TrainingSession
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.calls import ReasonMissing, locked_call
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.operations.leaving import leave
from shanzhi.ventures.policies import require_recorder, require_runs
from shanzhi.ventures.queries.training import leaving

MOST_SESSIONS: Final = 40
# While a call is in one of these, the gate before the notice, or before the vote, still lies ahead.
AHEAD: Final = {
    "notice": ("draft", "publicity", "submission", "review"),
    "voting": ("draft", "publicity", "submission", "review", "notice"),
}
READERS: Final[dict[str, fields.Reader]] = {
    "title": fields.text(120),
    "starts_at": fields.moment,
    "place": fields.text(120),
    "minutes": fields.whole(1, 1440),
    "required": fields.flag,
}
LACKING: Final = {
    "title": _("Give the session a name."),
    "starts_at": _("Say when the session begins."),
    "place": _("Say where the session is held."),
    "minutes": _("Say how long the session lasts, in minutes."),
}


class GatePassed(Conflict):
    """The call has gone past the point at which training was asked for."""

    code = "gate_passed"
    message = _("This round has gone past the point at which it asks for training; its sessions stay as they are.")


class StaleSession(Conflict):
    """The session changed after the actor saw it."""

    code = "stale_session"
    message = _("Someone else changed this session after you opened it. Reload the page and change it again.")


class RequiredFrozen(Conflict):
    """What is required is part of the frozen terms."""

    code = "required_frozen"
    message = _("Proposals are being taken, so no session can become required or stop being so. Add it as another one.")


class NotBegun(Conflict):
    """Nobody attends what has not begun."""

    code = "not_begun"
    message = _("This session has not begun yet. Attendance is recorded from its beginning on.")


class AttendanceThere(Conflict):
    """A session that was attended was held."""

    code = "attendance_there"
    message = _("Somebody is recorded as having attended. Remove the names first if it was not held.")


def require_ahead(call: Call) -> None:
    """Refuse once the gate is passed; without a gate, once the vote has opened."""
    if call.imported or call.state not in AHEAD[call.training.get("gate", "voting")]:
        raise GatePassed


def locked_session(actor: Actor, session_id: UUID) -> TrainingSession:
    """Lock a call and one of its sessions, in the order of a phase's move. Raises NotFound, NotYourCall."""
    call_id = TrainingSession.objects.filter(pk=session_id).values_list("call", flat=True).first()
    if call_id is None:
        raise NotFound
    call = locked_call(actor=actor, call_id=call_id)
    require_recorder(actor, call)
    found = TrainingSession.objects.select_for_update().get(pk=session_id)
    found.call = call
    return found


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    values, problems = fields.read(READERS, given)
    if problems:
        raise BadValue(problems[0].words, field=problems[0].field)
    for name, words in LACKING.items():
        if not values.get(name):
            raise BadValue(words, field=name)
    return values


def note_session(
    actor: Actor, verb: str, found: TrainingSession, change: Mapping[str, Any], at: datetime, *, reason: str = ""
) -> None:
    """Record an event of a session, filed under its call's area."""
    record(
        actor=actor,
        verb=f"ventures.trainingsession.{verb}",
        subject=found,
        area=found.call.area,
        change={"call": str(found.call_id), **change},
        at=at,
        reason=reason,
    )


def plan_session(*, actor: Actor, call_id: UUID, given: Mapping[str, Any], at: datetime) -> TrainingSession:
    """Plan a session of a call. Once the terms are frozen it cannot be a required one.

    Raises NotYourCall, BadValue, GatePassed, RequiredFrozen.
    """
    values = _read(given)
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        require_ahead(call)
        if values.get("required") and call.frozen:
            raise RequiredFrozen(field="required")
        if call.training_sessions.count() >= MOST_SESSIONS:
            raise BadValue(_("At most %(most)s entries are possible here."), most=MOST_SESSIONS)
        found = TrainingSession.objects.create(call=call, created_by_id=actor.person_id, created_at=at, **values)
        note_session(actor, "plan", found, {"title": found.title, "required": found.required}, at)
    return found


def change_session(
    *, actor: Actor, session_id: UUID, version: int, given: Mapping[str, Any], at: datetime
) -> TrainingSession:
    """Change name, time or place of a planned session. Raises NotYourCall, BadValue, StaleSession, RequiredFrozen."""
    values = _read(given)
    with transaction.atomic():
        found = locked_session(actor, session_id)
        require_runs(actor, found.call)
        require_ahead(found.call)
        TRAINING.move(found.state, "close_list")  # only a planned one can be changed
        changed = differences({name: getattr(found, name) for name in values}, values)
        if not changed:
            return found
        if version != found.version:
            raise StaleSession
        if "required" in changed and found.call.frozen:
            raise RequiredFrozen(field="required")
        for name, value in values.items():
            setattr(found, name, value)
        found.version += 1
        found.save()
        note_session(actor, "change", found, {"fields": changed}, at)
    return found


def cancel_session(*, actor: Actor, session_id: UUID, reason: str, at: datetime) -> TrainingSession:
    """Cancel a session for a reason that everybody reads; it is then asked of nobody.

    Raises NotYourCall, ReasonMissing, AttendanceThere, GatePassed, MoveRefused.
    """
    words = fields.text(300)(reason)
    if not words:
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        found = locked_session(actor, session_id)
        require_runs(actor, found.call)
        require_ahead(found.call)
        found.state = TRAINING.move(found.state, "cancel")
        if found.attendance.exists():
            raise AttendanceThere
        found.cancelled_reason = words
        found.version += 1
        found.save()
        note_session(actor, "cancel", found, {}, at, reason=words)
    return found


def close_list(*, actor: Actor, session_id: UUID, at: datetime) -> TrainingSession:
    """Close the list of attendance; the gate waits for it. Raises NotYourCall, NotBegun, MoveRefused."""
    return _turn(actor, session_id, "close_list", at)


def reopen_list(*, actor: Actor, session_id: UUID, at: datetime) -> TrainingSession:
    """Open a closed list again while the gate lies ahead. Raises NotYourCall, GatePassed, MoveRefused."""
    return _turn(actor, session_id, "reopen", at)


def _turn(actor: Actor, session_id: UUID, move: str, at: datetime) -> TrainingSession:
    with transaction.atomic():
        found = locked_session(actor, session_id)
        require_runs(actor, found.call)
        require_ahead(found.call)
        if at < found.starts_at:
            raise NotBegun
        found.state = TRAINING.move(found.state, move)
        found.version += 1
        found.save()
        note_session(actor, move, found, {"attended": found.attendance.count()}, at)
    return found


def pass_gate(*, actor: Actor, call: Call, target: str, at: datetime) -> None:
    """Take passed proposals whose team lacks the training out of the round, as the frozen rule of the call says.

    Call it in the move into `target`, with the call locked. Each team is told and may appeal while the round allows it.
    """
    if call.training.get("gate") != target:
        return
    for proposal, standing in leaving(call):
        proposal.call = call
        with translation.override(settings.LANGUAGE_CODE):
            words = standing.words
        leave(actor, proposal, "disqualify", words, at)
        telling.tell_disqualified(actor=actor, proposal=proposal, at=at)
