"""What the writes of this room share: locks in one order, reasons, events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shanzhi.activities.models import Shift
from shanzhi.assignments import policies, queries
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.operations import refusals
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor

LONGEST: Final = 200


def reason_of(text: str) -> str:
    """Give a reason, or refuse."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise refusals.ReasonNeeded(field="reason", most=LONGEST)
    return words


def decided(actor: Actor, run_id: UUID) -> Run:
    """Lock a run that is ready for who decides on it; to others who do not see it there is none."""
    found = queries.run(viewer=actor, run_id=run_id)
    policies.require(policies.may_decide(actor=actor, run=found))
    locked = Run.objects.select_for_update(of=("self",), no_key=True).select_related("team").get(pk=run_id)
    if locked.state != "proposed":
        raise refusals.RunNotReady
    return locked


def locked_shift(shift_id: UUID) -> Shift:
    """Lock a shift; whoever asks, answers or signs up for it waits. Shifts are locked before pairs."""
    (found,) = locked_shifts([shift_id])
    return found


def locked_shifts(ids: Collection[UUID]) -> list[Shift]:
    """Lock several shifts at once in the order of their ids, before anything of one of them is written.

    Whoever wrote pairs of the first and then waited for the second would be waited for.
    """
    rows = Shift.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("activity__team", "activity__task_kind"))


def end(row: Proposal, state: str, at: datetime, *, reason: str, decided_by: UUID | None = None) -> None:
    """Let a pair come to nothing: dropped before it was asked, lapsed after."""
    row.state, row.reason = state, reason
    if row.decided_at is None:
        row.decided_at, row.decided_by_id = at, decided_by
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def note(actor: Actor, verb: str, run: Run, at: datetime, change: dict[str, Any], reason: str = "") -> None:
    """Put on record what was done in a run; people are named by their numbers."""
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in change.items()}
    record(actor=actor, verb=f"assignments.{verb}", subject=run, area=run.area, change=told, at=at, reason=reason)
