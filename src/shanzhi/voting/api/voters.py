"""The API of the day at a booth: voters, marks, sheets, work without network, closing."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Status
from ninja.pagination import paginate
from ninja.params.functions import Header

from shanzhi.ui.paging import Pages
from shanzhi.voting import operations, queries
from shanzhi.voting.api.booths import (
    BoothOut,
    BoothReasonIn,
    CountIn,
    DoneOut,
    LineOut,
    LinesIn,
    ListOut,
    MarkIn,
    MarkOut,
    MarkRow,
    NewcomerIn,
    SearchIn,
    SerialIn,
    VoterNumber,
    VoterOut,
)
from shanzhi.voting.api.routing import ask, router
from shanzhi.voting.models import Booth, PaperMark
from shanzhi.voting.operations import Newcomer, OfflineLine, SheetCount


@router.post("/booths/{uuid:booth_id}/voters", response=list[VoterOut])
def find_voters(request: HttpRequest, booth_id: UUID, given: SearchIn) -> Any:
    """Find voters of the booth's roll; nothing tells who voted online."""
    found = queries.find_voters(viewer=ask(request).actor, booth_id=booth_id, words=given.words)
    return [
        {"number": one.number, "name": one.name, "document": one.document, "area": one.area,
         "has_sheet": one.mark is not None}
        for one in found
    ]  # fmt: skip


@router.post("/booths/{uuid:booth_id}/register", response=VoterNumber)
def register(
    request: HttpRequest,
    booth_id: UUID,
    given: NewcomerIn,
    idempotency_key: str = Header(min_length=8, max_length=100),
) -> dict[str, int]:
    """Register a resident on the spot, against a document."""
    number = operations.register_voter(
        actor=ask(request).actor,
        booth_id=booth_id,
        newcomer=Newcomer(**given.model_dump()),
        key=idempotency_key,
        at=ask(request).now,
    )
    return {"voter": number}


@router.get("/booths/{uuid:booth_id}/marks", response=list[MarkRow])
@paginate(Pages, page_size=100)
def list_marks(request: HttpRequest, booth_id: UUID) -> Any:
    """List who is marked at a booth, masked."""
    return queries.marks(viewer=ask(request).actor, booth_id=booth_id).order_by("-cast_at", "id")


@router.post("/booths/{uuid:booth_id}/marks", response=MarkOut)
def mark(
    request: HttpRequest,
    booth_id: UUID,
    given: MarkIn,
    idempotency_key: str = Header(min_length=8, max_length=100),
) -> PaperMark:
    """Mark a voter and hand out a sheet; refused when the person has voted, here or online."""
    return operations.mark_voter(
        actor=ask(request).actor, booth_id=booth_id, key=idempotency_key, at=ask(request).now, **given.model_dump()
    )


@router.post("/booths/{uuid:booth_id}/marks/confirm", response=DoneOut)
def confirm(request: HttpRequest, booth_id: UUID, marks: list[UUID]) -> dict[str, int]:
    """Confirm home visits as the second officer."""
    number = operations.confirm_visits(actor=ask(request).actor, booth_id=booth_id, mark_ids=marks, at=ask(request).now)
    return {"number": number}


@router.post("/booths/{uuid:booth_id}/marks/{uuid:mark_id}/hand-back", response=MarkOut)
def hand_back(request: HttpRequest, booth_id: UUID, mark_id: UUID) -> PaperMark:
    """Note that the sheet came back unused."""
    return operations.hand_back(actor=ask(request).actor, booth_id=booth_id, mark_id=mark_id, at=ask(request).now)


@router.post("/booths/{uuid:booth_id}/marks/{uuid:mark_id}/carry-off", response=MarkOut)
def carry_off(request: HttpRequest, booth_id: UUID, mark_id: UUID, given: BoothReasonIn) -> PaperMark:
    """Note that the voter left with the sheet."""
    return operations.carry_off(
        actor=ask(request).actor, booth_id=booth_id, mark_id=mark_id, reason=given.reason, at=ask(request).now
    )


@router.post("/booths/{uuid:booth_id}/marks/{uuid:mark_id}/refuse", response=MarkOut)
def refuse(request: HttpRequest, booth_id: UUID, mark_id: UUID, given: BoothReasonIn) -> PaperMark:
    """Declare a home visit void that no second officer confirms."""
    return operations.refuse_visit(
        actor=ask(request).actor, booth_id=booth_id, mark_id=mark_id, reason=given.reason, at=ask(request).now
    )


@router.post("/booths/{uuid:booth_id}/spoil", response={204: None})
def spoil(request: HttpRequest, booth_id: UUID, given: SerialIn) -> Any:
    """Note a spoiled sheet, which is replaced."""
    operations.spoil_sheet(actor=ask(request).actor, booth_id=booth_id, serial=given.serial, at=ask(request).now)
    return Status(204, None)


@router.post("/booths/{uuid:booth_id}/list", response=ListOut)
def signed_list(request: HttpRequest, booth_id: UUID) -> dict[str, Any]:
    """Make the signed list for work without network."""
    made = operations.export_list(actor=ask(request).actor, booth_id=booth_id, at=ask(request).now)
    return {"list": made.body, "digest": made.digest, "signature": made.signature, "public_key": made.public_key}


@router.post("/booths/{uuid:booth_id}/upload", response=list[LineOut])
def upload(request: HttpRequest, booth_id: UUID, given: LinesIn) -> Any:
    """Take over marks made without network; the same lines again change nothing."""
    lines = [OfflineLine(**line.model_dump()) for line in given.lines]
    return operations.upload_marks(actor=ask(request).actor, booth_id=booth_id, lines=lines, at=ask(request).now)


@router.post("/booths/{uuid:booth_id}/close", response=BoothOut)
def close_booth(request: HttpRequest, booth_id: UUID, given: CountIn) -> Booth:
    """Close with the count of sheets; with a `reason`, correct the count of a closed booth."""
    sent: dict[str, Any] = {
        "actor": ask(request).actor,
        "booth_id": booth_id,
        "count": SheetCount(given.unissued, given.spoiled, given.returned, given.cast),
        "version": given.version,
        "at": ask(request).now,
    }
    if given.reason:
        return operations.recount_sheets(reason=given.reason, **sent)
    return operations.close_booth(**sent)


@router.post("/booths/{uuid:booth_id}/open-outers", response=DoneOut)
def open_outers(request: HttpRequest, booth_id: UUID) -> dict[str, int]:
    """Note that accepted outer envelopes were opened and mixed."""
    number = operations.open_outers(actor=ask(request).actor, booth_id=booth_id, at=ask(request).now)
    return {"number": number}
