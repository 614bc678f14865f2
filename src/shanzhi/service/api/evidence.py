"""Files beside a record over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema
from pydantic import Base64Bytes, Field

from shanzhi.people.middleware import moment
from shanzhi.service import operations, queries
from shanzhi.service.api.frames import ServiceMadeOut, ServiceWhyIn, write_once
from shanzhi.service.exchange.answers import evidence_answer
from shanzhi.service.models import Evidence
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["service"])


class EvidenceIn(Given):
    """A photo (JPEG, PNG, WebP) or a PDF in base64; a photo is written anew, without place, time and device."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    content: Base64Bytes = Field(max_length=14_000_000)


class EvidenceOut(Schema):
    """A file beside a record, `size` in bytes; one that was taken away has no name, and says when and why.

    `erased` says that it went because its volunteer was erased; no reason stands then.
    """

    id: UUID
    name: str
    kind: str
    size: int
    added_at: datetime
    removed_at: datetime | None
    removed_reason: str
    erased: bool

    @staticmethod
    def resolve_removed_reason(one: Evidence) -> str:
        """Give the reason that somebody wrote."""
        return "" if one.erased else one.removed_reason


@router.get("/records/{uuid:record_id}/evidence", response=list[EvidenceOut], summary="Files beside a record")
def list_evidence(request: HttpRequest, record_id: UUID) -> Any:
    """List them for the volunteer, who is in charge, and staff of the area; others of the team find none."""
    found = queries.record(viewer=signed_in(request), record_id=record_id, at=moment(request))
    return queries.evidence_of(viewer=signed_in(request), found=found)


@router.post("/records/{uuid:record_id}/evidence", response=ServiceMadeOut, summary="Put a file beside a record")
def add_evidence(request: HttpRequest, record_id: UUID, body: EvidenceIn, idempotency_key: Key) -> dict[str, Any]:
    """Add a photo or a PDF, as who is in charge of the record and did not serve in it."""
    return write_once(request, "evidence", idempotency_key, body, lambda: operations.add_evidence(
        record_id=record_id, name=body.name, content=body.content, **signed_acting(request)
    ))  # fmt: skip


@router.get("/evidence/{uuid:evidence_id}", summary="One file beside a record")
def get_evidence(request: HttpRequest, evidence_id: UUID) -> FileResponse:
    """Give a file as it is kept; one that was taken away is there no more."""
    return evidence_answer(*queries.evidence(viewer=signed_in(request), evidence_id=evidence_id, at=moment(request)))


@router.post("/evidence/{uuid:evidence_id}/remove", response=ServiceMadeOut, summary="Take a file away")
def remove_evidence(
    request: HttpRequest, evidence_id: UUID, body: ServiceWhyIn, idempotency_key: Key
) -> dict[str, Any]:  # fmt: skip
    """Delete a file for a reason, as who is in charge of the record."""
    return write_once(request, "evidence_remove", idempotency_key, body, lambda: operations.remove_evidence(
        evidence_id=evidence_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
