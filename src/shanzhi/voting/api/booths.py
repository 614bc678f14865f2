"""The API of polling places: setting up, officers, sheets, the voters of the day, marks made without network."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from shanzhi.ui.http import Given, Moment
from shanzhi.ui.paging import Pages
from shanzhi.voting import operations, queries
from shanzhi.voting.api.routing import ask, router
from shanzhi.voting.models import Booth
from shanzhi.voting.operations import BoothPlan


class BoothOut(Schema):
    """A booth with its counts of sheets, as far as they are known."""

    id: UUID
    poll_id: UUID
    name: str
    place: str
    area: str
    kind: str
    code: str
    state: str
    planned_from: datetime
    planned_to: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    reconciled_at: datetime | None
    sheets_received: int | None
    sheets_unissued: int | None
    sheets_spoiled: int | None
    sheets_returned: int | None
    sheets_cast: int | None
    version: int


class PlaceOut(Schema):
    """A polling place as everyone sees it."""

    name: str
    place: str
    area: str
    kind: str
    state: str
    planned_from: datetime
    planned_to: datetime


class BoothVersionIn(Given):
    """The version of the booth that was looked at; a booth that changed since is left as it is."""

    version: int = Field(ge=1, le=2**31 - 1)


class BoothIn(Given):
    """What is planned for a booth."""

    name: str = Field(min_length=1, max_length=80)
    place: str = Field(max_length=200)
    area: str = Field(max_length=21)
    kind: Literal["booth", "home_visit"] = "booth"
    planned_from: Moment
    planned_to: Moment

    def plan(self) -> BoothPlan:
        """Give it as the operations take it."""
        return BoothPlan(**self.model_dump(exclude={"version"}))


class PlanIn(BoothIn, BoothVersionIn):
    """What is planned for a booth from now on."""


class TermsIn(Given):
    """How far paper goes in a poll."""

    booth_registration: bool
    paper_replaces_online: bool


class OfficerIn(BoothVersionIn):
    """A person to work at a booth."""

    person_id: UUID


class NumberIn(Given):
    """A number of sheets."""

    number: int = Field(ge=0, le=100_000)


class SheetsIn(NumberIn, BoothVersionIn):
    """A number of sheets that came to a booth."""


class CountIn(BoothVersionIn):
    """Sheets counted by hand; `reason` where an earlier count is corrected."""

    unissued: int = Field(ge=0, le=100_000)
    spoiled: int = Field(ge=0, le=100_000)
    returned: int = Field(ge=0, le=100_000)
    cast: int = Field(ge=0, le=100_000)
    reason: str = Field("", max_length=500)


class SearchIn(Given):
    """Whom to look for; in the body, since addresses end in logs."""

    words: str = Field(min_length=1, max_length=60)


class VoterOut(Schema):
    """A voter of the booth's roll, masked."""

    number: int
    name: str
    document: str
    area: str
    has_sheet: bool


class MarkIn(Given):
    """A voter who showed a document."""

    voter: int = Field(ge=1, le=2**62)
    document_seen: bool
    replace_online: bool = False


class MarkOut(Schema):
    """A mark: never which sheet."""

    id: UUID
    kind: str
    state: str
    cast_at: datetime
    outer: str
    void_reason: str


class MarkRow(MarkOut):
    """A mark in the list, with the voter's number and masked name."""

    number: int | None
    voter: str

    @staticmethod
    def resolve_voter(row: Any) -> str:
        """Mask the name."""
        return str(row.person.name)


class NewcomerIn(Given):
    """Who registers on the spot, by the document shown."""

    name: str = Field(max_length=50)
    area: str = Field(max_length=21)
    document: str = Field(max_length=40)
    id_number: str = Field(max_length=30)
    born_on: date | None = None
    consent: bool = False


class VoterNumber(Schema):
    """A number on the roll."""

    voter: int


class SerialIn(Given):
    """A sheet by its serial."""

    serial: str = Field(max_length=20)


class BoothReasonIn(Given):
    """Why."""

    reason: str = Field(max_length=500)


class GiveUpIn(BoothReasonIn, BoothVersionIn):
    """Why a booth is given up."""


class LineIn(Given):
    """A mark made without network."""

    voter: int = Field(ge=1, le=2**62)
    cast_at: Moment
    outer: str = Field("", max_length=40)


class LinesIn(Given):
    """Marks made without network."""

    lines: list[LineIn] = Field(min_length=1, max_length=2000)


class LineOut(Schema):
    """What became of a line; `known` when it had come before."""

    voter: int
    known: bool
    mark: MarkOut


class ListOut(Schema):
    """A signed list: what was signed as canonical JSON is `list`."""

    list: dict[str, Any]
    digest: str
    signature: str
    public_key: str


class DoneOut(Schema):
    """How many were changed."""

    number: int


@router.get("/polls/{uuid:poll_id}/places", response=list[PlaceOut])
@paginate(Pages, page_size=100)
def places(request: HttpRequest, poll_id: UUID) -> Any:
    """List the polling places of a poll for everybody."""
    return queries.places(viewer=ask(request).actor, poll_id=poll_id)


@router.put("/polls/{uuid:poll_id}/paper-terms", response=TermsIn)
def set_terms(request: HttpRequest, poll_id: UUID, given: TermsIn) -> Any:
    """Say how far paper goes; until the vote opens."""
    return operations.set_paper_terms(
        actor=ask(request).actor, poll_id=poll_id, at=ask(request).now, **given.model_dump()
    )


@router.get("/polls/{uuid:poll_id}/booths", response=list[BoothOut])
@paginate(Pages, page_size=50)
def list_booths(request: HttpRequest, poll_id: UUID) -> Any:
    """List the booths whose desk exists for the viewer."""
    return queries.booths(viewer=ask(request).actor, poll_id=poll_id).order_by("planned_from", "name")


@router.post("/polls/{uuid:poll_id}/booths", response=BoothOut)
def create(request: HttpRequest, poll_id: UUID, given: BoothIn) -> Booth:
    """Set up a booth."""
    return operations.create_booth(actor=ask(request).actor, poll_id=poll_id, plan=given.plan(), at=ask(request).now)


@router.get("/booths/{uuid:booth_id}", response=BoothOut)
def read(request: HttpRequest, booth_id: UUID) -> Booth:
    """Read a booth."""
    return queries.booth(viewer=ask(request).actor, booth_id=booth_id)


@router.put("/booths/{uuid:booth_id}", response=BoothOut)
def change(request: HttpRequest, booth_id: UUID, given: PlanIn) -> Booth:
    """Change what is planned, before it opens."""
    return operations.change_booth(
        actor=ask(request).actor, booth_id=booth_id, plan=given.plan(), version=given.version, at=ask(request).now
    )


@router.post("/booths/{uuid:booth_id}/cancel", response=BoothOut)
def cancel(request: HttpRequest, booth_id: UUID, given: GiveUpIn) -> Booth:
    """Give up a booth that never opened."""
    return operations.cancel_booth(
        actor=ask(request).actor, booth_id=booth_id, at=ask(request).now, **given.model_dump()
    )


@router.post("/booths/{uuid:booth_id}/officers", response={204: None})
def give_officer(request: HttpRequest, booth_id: UUID, given: OfficerIn) -> Any:
    """Name an officer."""
    operations.give_officer(actor=ask(request).actor, booth_id=booth_id, at=ask(request).now, **given.model_dump())
    return Status(204, None)


@router.post("/booths/{uuid:booth_id}/officers/end", response={204: None})
def end_officer(request: HttpRequest, booth_id: UUID, given: OfficerIn) -> Any:
    """End an officer's work."""
    operations.end_officer(actor=ask(request).actor, booth_id=booth_id, at=ask(request).now, **given.model_dump())
    return Status(204, None)


@router.post("/booths/{uuid:booth_id}/runs", response=DoneOut)
def print_run(request: HttpRequest, booth_id: UUID, given: NumberIn) -> dict[str, int]:
    """Draw the serials of a run of sheets; gives the run's number. The PDF is on the page of the booth."""
    run = operations.print_sheets(actor=ask(request).actor, booth_id=booth_id, number=given.number, at=ask(request).now)
    return {"number": run}


@router.post("/booths/{uuid:booth_id}/open", response=BoothOut)
def open_booth(request: HttpRequest, booth_id: UUID, given: SheetsIn) -> Booth:
    """Open with so many sheets."""
    return operations.open_booth(
        actor=ask(request).actor,
        booth_id=booth_id,
        received=given.number,
        version=given.version,
        at=ask(request).now,
    )


@router.post("/booths/{uuid:booth_id}/receive", response=BoothOut)
def receive(request: HttpRequest, booth_id: UUID, given: SheetsIn) -> Booth:
    """Note sheets that came later."""
    return operations.receive_sheets(
        actor=ask(request).actor, booth_id=booth_id, at=ask(request).now, **given.model_dump()
    )
