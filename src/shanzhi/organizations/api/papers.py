"""The API of documents, of the certificate to print, and of members in full."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Base64Bytes, Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import MadeOut, write_once
from shanzhi.organizations.exchange import certificate_pdf
from shanzhi.organizations.models import Paper, Part
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["organizations"])


class PaperIn(Given):
    """A file in base64, and what it is."""

    paper: Paper
    name: Annotated[str, Field(min_length=1, max_length=120)]
    content: Base64Bytes = Field(max_length=4_000_000)


class PaperOut(Schema):
    """A file of an organisation; `size` in bytes."""

    id: UUID
    paper: Paper
    name: str
    size: int
    created_at: datetime


class LookGiven(Given):
    """Why members are shown in full; it goes on record, and each of them reads it."""

    reason: Annotated[str, Field(max_length=500)]


class FullMemberOut(Schema):
    """A member with name and phone in full."""

    id: UUID
    name: str
    phone: str
    part: Part


@router.get("/{uuid:organization_id}/documents", response=list[PaperOut], summary="Documents of an organisation")
def list_documents(request: HttpRequest, organization_id: UUID) -> Any:
    """List the files for who reads the organisation, or applied for it."""
    return queries.documents(viewer=signed_in(request), organization_id=organization_id)


@router.post("/{uuid:organization_id}/documents", response=MadeOut, summary="Add a document")
def add_document(request: HttpRequest, organization_id: UUID, body: PaperIn, idempotency_key: Key) -> dict[str, Any]:
    """Put a file beside an organisation, as its leader, the applicant of an open draft, or staff of the seat."""
    return write_once(request, "document", idempotency_key, body, lambda: operations.add_document(
        organization_id=organization_id, paper=body.paper, name=body.name, content=body.content,
        **signed_acting(request),
    ))  # fmt: skip


@router.get("/documents/{uuid:document_id}", summary="One document as a file")
def get_document(request: HttpRequest, document_id: UUID) -> FileResponse:
    """Give a file as it was put there."""
    found, path = queries.document(viewer=signed_in(request), document_id=document_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


@router.post("/{uuid:organization_id}/documents/{uuid:document_id}/remove", response=MadeOut,
             summary="Take a document away")  # fmt: skip
def remove_document(
    request: HttpRequest, organization_id: UUID, document_id: UUID, idempotency_key: Key
) -> dict[str, Any]:
    """Take a file away."""

    def run() -> dict[str, Any]:
        operations.remove_document(organization_id=organization_id, document_id=document_id, **signed_acting(request))
        return {"id": str(document_id)}

    return write_once(request, "document_remove", idempotency_key, None, run)


@router.get("/filings/{uuid:application_id}/certificate", summary="The certificate of a filing as PDF")
def get_certificate(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Give the certificate to print, to who reads the application; its code leads to the page that checks it."""
    found, filing = queries.printed(viewer=signed_in(request), application_id=application_id)
    address = request.build_absolute_uri(reverse("organizations:certificate", args=[filing.code]))
    content = certificate_pdf(filing=filing, organization=found.organization, address=address, at=moment(request))
    return HttpResponse(content, content_type="application/pdf")


@router.post("/{uuid:organization_id}/members/unmask", response=list[FullMemberOut], summary="Members in full")
def unmask_members(request: HttpRequest, organization_id: UUID, body: LookGiven, response: HttpResponse) -> Any:
    """Give names and phones of the members in full, for a reason that goes on record with who looked.

    It takes no key: each call is a look of its own, and an answer that holds names is not kept to be repeated.
    """
    response["Cache-Control"] = "no-store"
    return operations.unmask_members(organization_id=organization_id, reason=body.reason, **signed_acting(request))
