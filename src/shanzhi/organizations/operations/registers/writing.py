"""A checked register is taken: in batches, each whole or not at all, by a job that goes on where it was stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import Decision, Outcome, RegisterImport, RegisterRow, Step
from shanzhi.organizations.operations.registers.batches import Batch
from shanzhi.organizations.operations.registers.receiving import RegisterGone, locked_register
from shanzhi.organizations.operations.registers.working import work_through
from shanzhi.places.operations.lists import stood_still
from shanzhi.work.operations import start_job

TAKE: Final = "organizations.register.take"
BATCH: Final = 1000
# Rows of which something comes: new ones, those that go into one on record, and doubtful ones as decided.
WANTED: Final = Q(outcome__in=(Outcome.NEW, Outcome.MERGE)) | Q(
    outcome=Outcome.DOUBTFUL, decision__in=(Decision.SAME, Decision.ANOTHER)
)


class NothingToTake(Conflict):
    """No row of the register would do anything."""

    code = "nothing_to_take"
    message = _("No row of this register can be taken. Mend the refused rows in the sheet and send it again.")


def take_register(*, actor: Actor, register_id: UUID, at: datetime) -> RegisterImport:
    """Say yes to a checked register: a job is made that takes it. A second yes gives the same job, unless that failed.

    Doubtful rows that nobody decided are left out, as are refused ones. Raises NotFound, RegisterGone, NothingToTake.
    """
    with transaction.atomic():
        found = locked_register(actor, register_id)
        stopped = found.state == "writing" and stood_still(found)
        if found.state in ("writing", "written") and not stopped:
            return found
        if found.state != "checked" and not stopped:
            raise RegisterGone
        wanted = RegisterRow.objects.filter(WANTED, register=found).count()
        if not wanted:
            raise NothingToTake
        found.state = "writing" if stopped else REGISTER.move(found.state, "take")
        found.job = start_job(actor=actor, kind=TAKE, area=found.area, total=wanted, unit="rows", at=at).pk
        found.save(update_fields=["state", "job"])
        record(actor=actor, verb="organizations.register.take", subject=found, area=found.area,
               change={"rows": wanted}, at=at)  # fmt: skip
    return found


def write_register(*, register_id: UUID, at: datetime) -> None:
    """Take a register batch by batch; run by the worker. Running it again goes on with the rows that are left."""
    work_through(
        register_id, doing="writing", done_as="written", some=_write_some, finish=_finish, done=_written, at=at
    )


def _written(found: RegisterImport) -> int:
    """Count the rows that are done with, for a job that goes on."""
    return RegisterRow.objects.filter(WANTED, register=found).exclude(step=Step.WAITING).count()


def _write_some(register_id: UUID, actor: Actor, at: datetime) -> int:
    """Take the next rows in a transaction of their own; give how many. Two workers wait for one another."""
    with transaction.atomic():
        found = RegisterImport.objects.select_for_update().get(pk=register_id)
        if found.state != "writing":
            return 0
        rows = RegisterRow.objects.filter(WANTED, register=found, step=Step.WAITING).order_by("id")
        some = list(rows[:BATCH])
        if some:
            Batch(found, actor, at).take(some)
        return len(some)


def _finish(register_id: UUID, actor: Actor, at: datetime) -> None:
    """Say that a register is taken: the file goes, what was left out is marked so, and the rows are counted."""
    with transaction.atomic():
        found = RegisterImport.objects.select_for_update().get(pk=register_id)
        if found.state != "writing":
            return
        rows = RegisterRow.objects.filter(register=found)
        rows.filter(step=Step.WAITING).update(step=Step.PASSED)
        counts = {
            one["outcome"]: one["n"]
            for one in rows.filter(step=Step.WRITTEN).values("outcome").order_by().annotate(n=Count("id"))
        }
        made = rows.filter(step=Step.WRITTEN, made__made=True).count()
        told = {"made": made, "merged": sum(counts.values()) - made, "left_out": rows.filter(step=Step.PASSED).count()}
        found.state, found.written_at = REGISTER.move(found.state, "finish_take"), at
        found.file = found.sample = None
        found.counts = {**found.counts, **told}
        found.save(update_fields=["state", "written_at", "file", "sample", "counts"])
        record(actor=actor, verb="organizations.register.written", subject=found, area=found.area, change=told, at=at)
