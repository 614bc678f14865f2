"""The API of reading in sheets and of reconciling. Nothing that was read is ever given back before the close."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field, StrictInt

from shanzhi.ui.http import Given
from shanzhi.voting import operations, queries
from shanzhi.voting.api.booths import BoothOut, BoothVersionIn, SerialIn
from shanzhi.voting.api.routing import ask, router
from shanzhi.voting.models import Booth
from shanzhi.voting.operations import Entered, SheetReading


class EntryIn(Given):
    """A sheet as read: `choices` (best first when ranked) or `points` by code, or why it is invalid."""

    serial: str = Field(max_length=20)
    kind: Literal["valid", "blank", "invalid"] = "valid"
    choices: list[str] = Field(default_factory=list, max_length=5000)
    points: dict[str, StrictInt] = Field(default_factory=dict, max_length=5000)
    reason: str = Field("", max_length=20)
    sure: bool = False


class EnteredOut(Schema):
    """Which reading it was, and whether the sheet is settled."""

    serial: str
    round: int
    settled: bool


class DifferingOut(Schema):
    """A sheet whose two readings differ; `yours` when the viewer read one of them."""

    serial: str
    yours: bool


class DifferenceOut(Schema):
    """What keeps a booth from being reconciled, with its two numbers."""

    code: str
    text: str
    left: int
    right: int


class BalanceOut(Schema):
    """The figures of a booth as marks, sheets and entries say, and what does not agree."""

    figures: dict[str, int]
    differences: list[DifferenceOut]


@router.post("/booths/{uuid:booth_id}/entries", response=EnteredOut)
def enter(request: HttpRequest, booth_id: UUID, given: EntryIn) -> Entered:
    """Read in a sheet."""
    if given.choices and given.points:
        raise operations.BadPoints(field="choices")
    return operations.enter_sheet(
        actor=ask(request).actor,
        booth_id=booth_id,
        serial=given.serial,
        reading=SheetReading(given.kind, given.points or given.choices, given.reason),
        sure=given.sure,
        at=ask(request).now,
    )


@router.post("/booths/{uuid:booth_id}/entries/take-back", response={204: None})
def take_back(request: HttpRequest, booth_id: UUID, given: SerialIn) -> Any:
    """Take back the own reading of a sheet."""
    operations.take_back_entry(actor=ask(request).actor, booth_id=booth_id, serial=given.serial, at=ask(request).now)
    return Status(204, None)


@router.get("/booths/{uuid:booth_id}/differences", response=list[DifferingOut])
def differences(request: HttpRequest, booth_id: UUID) -> Any:
    """List sheets that wait for a third person."""
    return queries.differing(viewer=ask(request).actor, booth_id=booth_id)


@router.get("/booths/{uuid:booth_id}/balance", response=BalanceOut)
def balance(request: HttpRequest, booth_id: UUID) -> Any:
    """Read figures and what does not agree."""
    return queries.balance(viewer=ask(request).actor, booth_id=booth_id)


@router.post("/booths/{uuid:booth_id}/reconcile", response=BoothOut)
def reconcile(request: HttpRequest, booth_id: UUID, given: BoothVersionIn) -> Booth:
    """Settle a booth whose figures agree."""
    return operations.reconcile_booth(
        actor=ask(request).actor, booth_id=booth_id, version=given.version, at=ask(request).now
    )
