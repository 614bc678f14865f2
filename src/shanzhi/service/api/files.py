"""Files over the API: certificates as PDF, verified records for the national system; none is kept by machines between.

Taking out what bears names or goes out of the house is on record. Such a call takes no key: each is one of its own,
and a file is not kept to be repeated.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.service.api.frames import AreaCode
from shanzhi.service.exchange.answers import papers_answer, records_answer
from shanzhi.service.operations.exporting import collected
from shanzhi.service.operations.printing import issuer_copy, issuer_sheets, own_copy
from shanzhi.ui.http import Given, signed_acting, signed_in

router = Router(tags=["service"])


class ServiceExportIn(Given):
    """Which verified records go out, and as what."""

    area: AreaCode
    starts_on: date
    ends_on: date
    kind: Literal["csv", "json"] = "json"


class ServiceSheetsQuery(Schema):
    """From which place of a batch on; counts from 1."""

    first: int = Field(1, ge=1, le=5000)


@router.post("/certificates/{uuid:certificate_id}/own", summary="The own certificate as PDF, in full")
def own_paper(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Give the holder's copy with name and identity number in full; that it was fetched goes on record."""
    made = own_copy(certificate_id=certificate_id, **signed_acting(request))
    return papers_answer(request, [made], made.certificate.serial)


@router.get("/certificates/{uuid:certificate_id}/copy", summary="A certificate as PDF for its issuer, masked")
def copy(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Give the issuer's copy; of a certificate that was withdrawn there is none."""
    made = issuer_copy(actor=signed_in(request), certificate_id=certificate_id)
    return papers_answer(request, [made], made.certificate.serial)


@router.get("/batches/{uuid:batch_id}/sheets", summary="A hundred certificates of a batch as PDF, masked")
def sheets(request: HttpRequest, batch_id: UUID, asked: Query[ServiceSheetsQuery]) -> HttpResponse:
    """Give certificates from the place `first` on, which counts from 1, without those withdrawn."""
    copies = issuer_sheets(actor=signed_in(request), batch_id=batch_id, first=asked.first)
    return papers_answer(request, copies, asked.first)


@router.post("/export", summary="Verified records for the national system")
def export(request: HttpRequest, body: ServiceExportIn) -> HttpResponse:
    """Give verified records that stand, with volunteer numbers and without names; that they were taken is on record."""
    found = collected(area=body.area, starts_on=body.starts_on, ends_on=body.ends_on, **signed_acting(request))
    return records_answer(found, body.kind)
