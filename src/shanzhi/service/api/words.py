"""The API of complaints and thanks that wait for somebody, and of a shift before it is recorded.

The routes stand beside the writes to the same addresses, on the router of records.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from shanzhi.people.middleware import moment
from shanzhi.service import operations, queries
from shanzhi.service.api.frames import ServiceReadOn
from shanzhi.service.api.records import router
from shanzhi.service.lifecycle import COMPLAINT, THANKS
from shanzhi.service.models import Complaint, Thanks
from shanzhi.ui.http import signed_in
from shanzhi.ui.keyset import page_after


class ServiceComplaintOut(Schema):
    """A complaint about a record; who made it is not told."""

    id: UUID
    record_id: UUID
    number: str
    matter: str
    state: str
    made_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None


class ServiceComplaintsPage(Schema):
    """A page of complaints; `next` reads on."""

    items: list[ServiceComplaintOut]
    next: UUID | None


class ServiceThanksOut(Schema):
    """A note of thanks to a volunteer, whose number is told; who wrote it is not."""

    id: UUID
    number: str
    note: str
    state: str
    written_at: datetime


class ServiceThanksPage(Schema):
    """A page of notes of thanks; `next` reads on."""

    items: list[ServiceThanksOut]
    next: UUID | None


class ServiceStateQuery(ServiceReadOn):
    """How a list is narrowed to one state."""

    state: str = Field("", max_length=12)


class ServiceReadyRowOut(Schema):
    """A presence that would be recorded."""

    volunteer_id: UUID
    arrived_at: datetime
    left_at: datetime
    minutes: int


class ServiceReadyOut(Schema):
    """Who of a shift would be recorded; how many wait for a decision, are on record, and whether one's own waits."""

    rows: list[ServiceReadyRowOut]
    minutes: int
    undecided: int
    recorded: int
    own: bool


def _complaint(one: Complaint) -> dict[str, Any]:
    same = ("record_id", "matter", "state", "made_at", "due_on", "answer", "answered_at")
    return {"id": one.pk, "number": one.record.volunteer.number, **{name: getattr(one, name) for name in same}}


def _thanks(one: Thanks) -> dict[str, Any]:
    same = ("note", "state", "written_at")
    return {"id": one.pk, "number": one.volunteer.number, **{name: getattr(one, name) for name in same}}


@router.get("/complaints", response=ServiceComplaintsPage, summary="Complaints of one's areas and organisations")
def list_complaints(request: HttpRequest, asked: Query[ServiceStateQuery]) -> dict[str, Any]:
    """List the complaints that one looks after, newest first."""
    rows = queries.desk_complaints(viewer=signed_in(request)).order_by("-made_at", "id")
    if asked.state:
        rows = rows.filter(state=asked.state) if asked.state in COMPLAINT.states else rows.none()
    return page_after(rows, asked.after, asked.limit, _complaint, by="made_at")


@router.get(
    "/records/{uuid:record_id}/complaints", response=list[ServiceComplaintOut], summary="Complaints about a record"
)  # fmt: skip
def complaints_of(request: HttpRequest, record_id: UUID) -> list[dict[str, Any]]:
    """List all complaints to who is in charge of the record, one's own to others."""
    viewer = signed_in(request)
    found = queries.record(viewer=viewer, record_id=record_id, at=moment(request))
    rows = queries.complaints_of(viewer=viewer, found=found)
    for one in rows:
        one.record = found
    return [_complaint(one) for one in rows]


@router.get("/thanks", response=ServiceThanksPage, summary="Thanks to volunteers of one's areas")
def list_thanks(request: HttpRequest, asked: Query[ServiceStateQuery]) -> dict[str, Any]:
    """List the notes that staff read before they are shown, newest first."""
    rows = queries.desk_thanks(viewer=signed_in(request)).order_by("-written_at", "id")
    if asked.state:
        rows = rows.filter(state=asked.state) if asked.state in THANKS.states else rows.none()
    return page_after(rows, asked.after, asked.limit, _thanks, by="written_at")


@router.get("/shifts/{uuid:shift_id}/records", response=ServiceReadyOut, summary="Who of a shift would be recorded")
def ready_shift(request: HttpRequest, shift_id: UUID) -> dict[str, Any]:
    """Look before a shift is recorded; nothing is written."""
    found = operations.ready_of(actor=signed_in(request), shift_id=shift_id)
    same = ("volunteer_id", "arrived_at", "left_at", "minutes")
    return {
        "rows": [{name: getattr(one, name) for name in same} for one in found.rows], "minutes": found.minutes,
        "undecided": found.undecided, "recorded": found.recorded, "own": found.own,
    }  # fmt: skip
