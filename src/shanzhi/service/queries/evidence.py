"""Reading the files beside a record: for its volunteer, who is in charge of it, and staff of the area, nobody else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.service import policies
from shanzhi.service.models import Evidence, ServiceRecord
from shanzhi.service.queries.records import record
from shanzhi.work.files import path_of

ROOM: Final = "service"


def evidence_of(*, viewer: Actor, found: ServiceRecord) -> list[Evidence]:
    """List the files of a record that the viewer sees, those taken away among them; none for mates of the team."""
    if not policies.sees_evidence(viewer=viewer, record=found):
        return []
    return list(Evidence.objects.filter(record=found).order_by("added_at", "id"))


def evidence(*, viewer: Actor, evidence_id: UUID, at: datetime) -> tuple[Evidence, Path]:
    """Give a file that is there, with its path. Raises SignInNeeded, NotFound."""
    row = evidence_row(viewer=viewer, evidence_id=evidence_id, at=at)
    if row.removed_at is not None:
        raise NotFound
    return row, path_of(row.digest, room=ROOM)


def evidence_row(*, viewer: Actor, evidence_id: UUID, at: datetime) -> Evidence:
    """Give what is known of a file, also of one that was taken away. Raises SignInNeeded, NotFound."""
    if not viewer.signed_in:
        raise SignInNeeded
    row = Evidence.objects.filter(pk=evidence_id).first()
    if row is None:
        raise NotFound
    row.record = record(viewer=viewer, record_id=row.record_id, at=at)
    if not policies.sees_evidence(viewer=viewer, record=row.record):
        raise NotFound
    return row
