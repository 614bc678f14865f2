"""Files beside a record that show the service: added by who is in charge of it, taken away for a reason."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.personal import Leaving
from shanzhi.service import policies
from shanzhi.service.models import Evidence, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.recording import locked_records
from shanzhi.service.operations.verifying import reason_of
from shanzhi.service.queries.evidence import ROOM
from shanzhi.work import pictures
from shanzhi.work.files import MOST_BYTES, FileTooLarge, checked, drop_file, shown_name, store
from shanzhi.work.scanner import scan

MOST_FILES: Final = 5
ERASED: Final = "erased"
"""Why a file is gone whose volunteer was erased."""


def add_evidence(*, actor: Actor, record_id: UUID, name: str, content: bytes, at: datetime) -> Evidence:
    """Put a photo or a PDF beside a record; the same again gives the first.

    A photo is written anew, without place, time and device. Raises NotFound, NotTheLeader, Forbidden, OwnService,
    EvidenceOver, TooMuchEvidence, NotEvidence, FileTooLarge, PictureTooLarge, FileInfected, ScannerAway.
    """
    with transaction.atomic():  # who may not is told so before anything of the file is
        _charged(actor, record_id, at)
    kind, kept = _looked_at(content)
    with transaction.atomic():
        found = _charged(actor, record_id, at)
        if found.state == "refused" or hasattr(found, "reversal"):
            raise refusals.EvidenceOver
        digest = f"sha256:{hashlib.sha256(kept).hexdigest()}"
        known = Evidence.objects.filter(record=found, digest=digest).first()
        if known is not None:
            return known
        if Evidence.objects.filter(record=found, removed_at=None).count() >= MOST_FILES:
            raise refusals.TooMuchEvidence(field="file", most=MOST_FILES)
        made = Evidence.objects.create(
            record=found, name=shown_name(name, kind), kind=kind, digest=store(kept, room=ROOM), size=len(kept),
            added_by_id=actor.person_id, added_at=at,
        )  # fmt: skip
        _note(actor, "add", found, {"kind": kind, "digest": digest, "size": len(kept)}, at)
    return made


def remove_evidence(*, actor: Actor, evidence_id: UUID, reason: str, at: datetime) -> Evidence:
    """Take a file away for a reason, and delete it. Raises NotFound, NotTheLeader, OwnService, ReasonMissing."""
    with transaction.atomic():
        of_record = Evidence.objects.filter(pk=evidence_id, removed_at=None).values_list("record", flat=True).first()
        if of_record is None:
            raise NotFound
        found = _charged(actor, of_record, at)
        row = Evidence.objects.filter(pk=evidence_id, removed_at=None).first()
        if row is None:
            raise NotFound
        told = {"kind": row.kind, "digest": row.digest, "size": row.size}
        _empty([row], reason_of(reason), at, removed_by_id=actor.person_id)
        _note(actor, "remove", found, told, at, row.removed_reason)
    return row


def empty_evidence(leaving: Leaving) -> list[str]:
    """Delete the files beside the records of a volunteer who is being erased; give the rows."""
    rows = list(
        Evidence.objects.select_for_update()
        .filter(record__volunteer__person=leaving.person_id, removed_at=None).order_by("pk")
    )  # fmt: skip
    _empty(rows, ERASED, leaving.at)
    return [str(row.pk) for row in rows]


def _empty(rows: list[Evidence], reason: str, at: datetime, **more: Any) -> None:
    """Take digest and name out of rows; bytes to which nothing points any more are deleted on commit."""
    digests = {row.digest for row in rows}
    for row in rows:
        row.digest, row.name, row.removed_at, row.removed_reason = "", "", max(at, row.added_at), reason
        row.removed_by_id = more.get("removed_by_id")
        row.save()
    for digest in digests:
        if not Evidence.objects.filter(digest=digest).exists():
            transaction.on_commit(partial(drop_file, digest, room=ROOM))


def _looked_at(content: bytes) -> tuple[str, bytes]:
    """Give the kind of a file and the bytes that are kept of it."""
    if content.startswith(b"%PDF-"):
        return checked(content), content
    if len(content) > MOST_BYTES:
        raise FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
    try:
        picture = pictures.read(content, field="file")
    except pictures.NotAPicture as wrong:
        raise refusals.NotEvidence(field="file") from wrong
    scan(content)
    return "jpg", pictures.anew(picture)


def _charged(actor: Actor, record_id: UUID, at: datetime) -> ServiceRecord:
    """Lock a record for who is in charge of it and is not its volunteer."""
    (found,) = locked_records(actor, [record_id], at)
    policies.require(policies.in_charge(actor=actor, record=found))
    if actor.is_person(found.volunteer.person_id):
        raise refusals.OwnService(who=found.volunteer.number)
    return found


def _note(actor: Actor, verb: str, found: ServiceRecord, told: dict[str, Any], at: datetime, reason: str = "") -> None:
    change = {"number": found.volunteer.number, **told}
    record(
        actor=actor, verb=f"service.evidence.{verb}", subject=found, area=found.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip
