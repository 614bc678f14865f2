"""Files beside a record that show the service: added by who is in charge of it, taken away for a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.personal import Leaving
from shanzhi.people.models import Person
from shanzhi.service import policies
from shanzhi.service.models import ERASED, Complaint, Evidence, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.recording import locked_records
from shanzhi.service.operations.verifying import reason_of
from shanzhi.service.queries.evidence import ROOM
from shanzhi.work import pictures
from shanzhi.work.files import MOST_BYTES, FileTooLarge, checked, drop_unused, shown_name, store
from shanzhi.work.scanner import scan

MOST_FILES: Final = 5
PDF_ENDS: Final = 2048
"""A whole PDF says in the last of so many bytes that it is over; readers allow something after it."""


def add_evidence(*, actor: Actor, record_id: UUID, name: str, content: bytes, at: datetime) -> Evidence:
    """Put a photo or a PDF beside a record; the same again gives the first.

    A photo is written anew, without place, time and device. Raises NotFound, NotTheLeader, Forbidden, OwnService,
    EvidenceOver, TooMuchEvidence, NotEvidence, FileTooLarge, PictureTooLarge, FileInfected, ScannerAway.
    """
    rows = ServiceRecord.objects.filter(policies.records_readable(actor, at), pk=record_id)
    # Without a lock: a scanner may take its time.
    seen = rows.select_related("team", "volunteer__person__merged_into").first()
    if seen is None:
        raise NotFound
    _require(actor, seen)
    kind, kept = _looked_at(content)
    with transaction.atomic():
        list(Person.objects.select_for_update(no_key=True).filter(pk=seen.volunteer.human.pk))
        found = _charged(actor, record_id, at)
        if found.state == "refused" or hasattr(found, "reversal"):
            raise refusals.EvidenceOver
        if found.volunteer.human.erased_at is not None:
            raise refusals.NobodyToProve
        digest = digest_bytes(kept)
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
    """Take a file away for a reason, and delete it.

    Raises NotFound, NotTheLeader, Forbidden, OwnService, EvidenceAsked, OwnEvidence, ReasonMissing.
    """
    with transaction.atomic():
        of_record = Evidence.objects.filter(pk=evidence_id, removed_at=None).values_list("record", flat=True).first()
        if of_record is None:
            raise NotFound
        found = _charged(actor, of_record, at)
        refused = against_removing(actor, found)
        if refused is not None:
            raise refused
        row = Evidence.objects.filter(pk=evidence_id, removed_at=None).first()
        if row is None:
            raise NotFound
        told = {"kind": row.kind, "digest": row.digest, "size": row.size}
        _empty([row], reason_of(reason), at, removed_by_id=actor.person_id)
        _note(actor, "remove", found, told, at, row.removed_reason)
    return row


def empty_evidence(leaving: Leaving) -> list[str]:
    """Delete the files beside the records of a volunteer who is being erased; give the rows.

    Whoever adds one holds the person, as who erases does: nothing comes in between.
    """
    rows = list(
        Evidence.objects.select_for_update()
        .filter(record__volunteer__person=leaving.person_id, removed_at=None).order_by("pk")
    )  # fmt: skip
    _empty(rows, ERASED, leaving.at)
    return [str(row.pk) for row in rows]


def against_removing(actor: Actor, found: ServiceRecord) -> Refusal | None:
    """Refuse what would take a proof from who needs it: of an open complaint, or of what another person verified."""
    if Complaint.objects.filter(record=found, state="open").exists():
        return refusals.EvidenceAsked()
    if found.state == "verified" and actor.is_person(found.recorded_by_id):
        return refusals.OwnEvidence()
    return None


def _empty(rows: list[Evidence], reason: str, at: datetime, removed_by_id: UUID | None = None) -> None:
    """Take digest and name out of rows; bytes to which nothing points any more are deleted on commit."""
    drop_unused([row.digest for row in rows], room=ROOM)
    for row in rows:
        row.digest, row.name, row.removed_at, row.removed_reason = "", "", max(at, row.added_at), reason
        row.removed_by_id = removed_by_id
    Evidence.objects.bulk_update(rows, ["digest", "name", "removed_at", "removed_reason", "removed_by"])


def _looked_at(content: bytes) -> tuple[str, bytes]:
    """Give the kind of a file and the bytes that are kept of it."""
    if content.startswith(b"%PDF-"):
        kind = checked(content)
        if b"%%EOF" not in content[-PDF_ENDS:]:
            raise refusals.NotEvidence(field="file")
        return kind, content
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
    _require(actor, found)
    return found


def _require(actor: Actor, found: ServiceRecord) -> None:
    policies.require(policies.in_charge(actor=actor, record=found))
    if actor.is_person(found.volunteer.person_id):
        raise refusals.OwnService(who=found.volunteer.number)


def _note(actor: Actor, verb: str, found: ServiceRecord, told: dict[str, Any], at: datetime, reason: str = "") -> None:
    change = {"number": found.volunteer.number, **told}
    record(
        actor=actor, verb=f"service.evidence.{verb}", subject=found, area=found.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip
