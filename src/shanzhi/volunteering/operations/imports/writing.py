"""A checked list is taken: in batches, each whole or not at all, by a job that goes on where it was stopped."""

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
from shanzhi.places.operations.lists import stood_still
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import RowDecision, RowOutcome, RowStep, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations.imports.batches import Batch
from shanzhi.volunteering.operations.imports.receiving import ImportGone, locked_import
from shanzhi.volunteering.operations.imports.working import work_through
from shanzhi.work.operations import start_job

TAKE: Final = "volunteering.import.take"
BATCH: Final = 1000
# Rows of which something comes: new ones, those that go into one on record, and doubtful ones as decided.
WANTED: Final = Q(outcome__in=(RowOutcome.NEW, RowOutcome.MERGE)) | Q(
    outcome=RowOutcome.DOUBTFUL, decision__in=(RowDecision.SAME, RowDecision.ANOTHER)
)


class NothingInList(Conflict):
    """No row of the list would do anything."""

    code = "nothing_in_list"
    message = _("No row of this list can be taken. Mend the refused rows in the sheet and send it again.")


def take_import(*, actor: Actor, import_id: UUID, at: datetime) -> VolunteerImport:
    """Say yes to a checked list: a job is made that takes it. A second yes gives the same job, unless that failed.

    Doubtful rows that nobody decided are left out, as are refused ones. Raises NotFound, ImportGone, NothingInList.
    """
    with transaction.atomic():
        found = locked_import(actor, import_id)
        stopped = found.state == "writing" and stood_still(found)
        if found.state in ("writing", "written") and not stopped:
            return found
        if found.state != "checked" and not stopped:
            raise ImportGone
        wanted = VolunteerRow.objects.filter(WANTED, of_import=found).count()
        if not wanted:
            raise NothingInList
        found.state = "writing" if stopped else IMPORT.move(found.state, "take")
        found.job = start_job(actor=actor, kind=TAKE, area=found.area, total=wanted, unit="rows", at=at).pk
        found.save(update_fields=["state", "job"])
        record(actor=actor, verb="volunteering.import.take", subject=found, area=found.area,
               change={"rows": wanted}, at=at)  # fmt: skip
    return found


def write_import(*, import_id: UUID, at: datetime) -> None:
    """Take a list batch by batch; run by the worker. Running it again goes on with the rows that are left."""
    work_through(import_id, doing="writing", done_as="written", some=_write_some, finish=_finish, done=_written, at=at)


def _written(found: VolunteerImport) -> int:
    """Count the rows that are done with, for a job that goes on."""
    return VolunteerRow.objects.filter(WANTED, of_import=found).exclude(step=RowStep.WAITING).count()


def _write_some(import_id: UUID, actor: Actor, at: datetime) -> int:
    """Take the next rows in a transaction of their own; give how many. Two workers wait for one another."""
    with transaction.atomic():
        found = VolunteerImport.objects.select_for_update().defer("file", "sample").get(pk=import_id)
        if found.state != "writing":
            return 0
        rows = VolunteerRow.objects.filter(WANTED, of_import=found, step=RowStep.WAITING).order_by("id")
        some = list(rows[:BATCH])
        if some:
            Batch(found, actor, at).take(some)
        return len(some)


def _finish(import_id: UUID, actor: Actor, at: datetime) -> None:
    """Say that a list is taken: the file goes, what was left out is marked so, and the rows are counted."""
    with transaction.atomic():
        found = VolunteerImport.objects.select_for_update().get(pk=import_id)
        if found.state != "writing":
            return
        rows = VolunteerRow.objects.filter(of_import=found)
        rows.filter(step=RowStep.WAITING).update(step=RowStep.PASSED)
        written = rows.filter(step=RowStep.WRITTEN).aggregate(
            all=Count("id"), made=Count("id", filter=Q(made__volunteer=True))
        )
        told = {
            "made": written["made"], "merged": written["all"] - written["made"],
            "left_out": rows.filter(step=RowStep.PASSED).count(),
        }  # fmt: skip
        found.state, found.written_at = IMPORT.move(found.state, "finish_take"), at
        found.file = found.sample = None
        found.counts = {**found.counts, **told}
        found.save(update_fields=["state", "written_at", "file", "sample", "counts"])
        record(actor=actor, verb="volunteering.import.written", subject=found, area=found.area, change=told, at=at)
