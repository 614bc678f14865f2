"""The API of registers: send one, name its columns, read what its rows would do, take it, take it back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from shanzhi.organizations import operations, queries, tasks
from shanzhi.organizations.api.frames import write_once
from shanzhi.organizations.exchange.register_words import differing, fault
from shanzhi.organizations.models import Decision, Mark, Outcome, RegisterImport, RegisterRow, Step
from shanzhi.people.middleware import moment
from shanzhi.ui.http import BadCursor, Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.operations import once

router = Router(tags=["organizations"])
Title = Annotated[str, Field(max_length=1000)]
MOST_ID = 2**63 - 1


class WorksheetOut(Schema):
    """A worksheet of the file: its headings, how many rows it has, whether it is read."""

    name: str
    titles: list[str]
    rows: int
    chosen: bool


class ProgressOut(Schema):
    """How far the work in the background is; `error` says why it failed."""

    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: int
    error: str


class RegisterOut(Schema):
    """A register; `columns` gives for each field the heading of its column, `counts` the rows by what comes of them."""

    id: UUID
    name: str
    area: str
    state: str
    columns: dict[str, str]
    sheets: list[WorksheetOut]
    counts: dict[str, int]
    progress: ProgressOut | None
    created_at: datetime
    written_at: datetime | None
    undone_at: datetime | None


class RegistersPage(Schema):
    """A page of registers; `next` is the `after` of the following page."""

    items: list[RegisterOut]
    next: UUID | None


class RegistersQuery(Schema):
    """How the list is narrowed."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class AreaIn(Schema):
    """The area inside which the organisations of a register lie."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]+$")]


class ColumnsIn(Given):
    """Which column holds what: the heading for each field; the worksheets that are read; whether it is remembered."""

    columns: dict[Annotated[str, Field(max_length=20)], Title] = Field(max_length=30)
    sheets: list[Title] = Field(max_length=60)
    remember: bool = False


class FaultOut(Schema):
    """What is wrong in a row: the field, a code, and words with the cure."""

    field: str
    code: str
    words: str


class RowOut(Schema):
    """A row and what comes of it; `differs` says what the register has otherwise than the record, people masked."""

    id: int
    sheet: str
    number: int
    name: str
    outcome: Outcome
    mark: Literal[""] | Mark
    organization: UUID | None
    of_row: int | None
    decision: Literal[""] | Decision
    step: Step
    why: str
    faults: list[FaultOut]
    differs: list[str]


class RowsPage(Schema):
    """A page of rows; `next` is the `after` of the following page."""

    items: list[RowOut]
    next: int | None


class RowsQuery(Schema):
    """Which rows: all, or those of one outcome."""

    outcome: Literal[""] | Outcome = ""
    after: int | None = Field(None, ge=0, le=MOST_ID)
    limit: int = Field(100, ge=1, le=500)


class DecideIn(Given):
    """What a doubtful row is; with `same`, the organisation that it is. "" takes the decision back."""

    decision: Literal[""] | Decision
    organization_id: UUID | None = None


def _plain(found: RegisterImport) -> dict[str, Any]:
    """Write a register in plain values, which can be answered again."""
    job = queries.register_job(found)
    progress: Any = job and {"state": job.state, "done": job.done, "total": job.total, "error": job.error}
    values = {name: getattr(found, name) for name in RegisterOut.model_fields if name != "progress"}
    return RegisterOut(**values, progress=progress).model_dump(mode="json")


def _row(row: RegisterRow) -> dict[str, Any]:
    told = queries.told(row)
    values = {name: getattr(row, name) for name in RowOut.model_fields if name not in ("faults", "differs")}
    faults = [{"field": one[0], "code": one[1], "words": fault(*one)} for one in told.get("wrong", ())]
    return {**values, "faults": faults, "differs": differing(told.get("differs", ()))}


def _begun(found: RegisterImport, state: str, task: Any) -> dict[str, Any]:
    """Have the worker begin, and answer."""
    if found.state == state:
        task.enqueue(str(found.pk))
    return _plain(found)


@router.get("/registers", response=RegistersPage, summary="Registers of the own areas, newest first")
def list_registers(request: HttpRequest, asked: Query[RegistersQuery]) -> dict[str, Any]:
    """List the registers that were brought in for the areas that one is in charge of."""
    rows = queries.registers(viewer=signed_in(request))
    return page_after(rows, asked.after, asked.limit, _plain)


@router.post("/registers", response=RegisterOut, summary="Send a register")
def send_register(
    request: HttpRequest, file: File[UploadedFile], body: Form[AreaIn], idempotency_key: Key
) -> dict[str, Any]:
    """Send an office's register; its columns are guessed, or as the office chose them before. Nothing is written."""
    content, name = file.read(), file.name or "register"
    sent = {"area": body.area, "name": name, "digest": hashlib.sha256(content).hexdigest()}
    return once(
        actor=signed_in(request), operation="organizations.register.send", key=idempotency_key, request=sent,
        at=moment(request),
        run=lambda: _plain(
            operations.receive_register(area=body.area, name=name, content=content, **signed_acting(request))
        ),
    )  # fmt: skip


@router.get("/registers/{uuid:register_id}", response=RegisterOut, summary="One register, and how far it is")
def get_register(request: HttpRequest, register_id: UUID) -> dict[str, Any]:
    """Give one register of the own areas."""
    return _plain(queries.register(viewer=signed_in(request), register_id=register_id))


@router.post("/registers/{uuid:register_id}/columns", response=RegisterOut, summary="Name the columns, begin the check")
def name_columns(request: HttpRequest, register_id: UUID, body: ColumnsIn, idempotency_key: Key) -> dict[str, Any]:
    """Say which column holds what; the register is then checked in the background."""
    queries.register(viewer=signed_in(request), register_id=register_id)
    return write_once(request, "register.columns", idempotency_key, body, lambda: _begun(
        operations.name_columns(register_id=register_id, **body.model_dump(), **signed_acting(request)),
        "checking", tasks.check_register,
    ))  # fmt: skip


@router.get("/registers/{uuid:register_id}/rows", response=RowsPage, summary="The rows of a register")
def list_rows(request: HttpRequest, register_id: UUID, asked: Query[RowsQuery]) -> dict[str, Any]:
    """List the rows in the order of their reading, with what comes of each."""
    found = queries.register(viewer=signed_in(request), register_id=register_id)
    rows = queries.register_rows(found).order_by("id")
    if asked.outcome:
        rows = rows.filter(outcome=asked.outcome)
    if asked.after is not None:
        if not rows.filter(pk=asked.after).exists():
            raise BadCursor(field="after")
        rows = rows.filter(pk__gt=asked.after)
    some = list(rows[: asked.limit + 1])
    shown = some[: asked.limit]
    return {"items": [_row(row) for row in shown], "next": shown[-1].pk if len(some) > asked.limit else None}


@router.post("/registers/{uuid:register_id}/rows/{int:row_id}/decide", response=RowOut, summary="Decide a doubtful row")
def decide_row(
    request: HttpRequest, register_id: UUID, row_id: int, body: DecideIn, idempotency_key: Key
) -> dict[str, Any]:
    """Say what a doubtful row is, before the register is taken."""
    queries.register_row(viewer=signed_in(request), register_id=register_id, row_id=row_id)

    def run() -> dict[str, Any]:
        row = operations.decide_row(
            register_id=register_id, row_id=row_id, **body.model_dump(), **signed_acting(request)
        )
        return RowOut(**_row(row)).model_dump(mode="json")

    return write_once(request, "register.decide", idempotency_key, body, run)


def _step(request: HttpRequest, register_id: UUID, name: str, key: str, run: Callable[[], dict[str, Any]]) -> Any:
    queries.register(viewer=signed_in(request), register_id=register_id)
    return write_once(request, f"register.{name}", key, None, run)


@router.post("/registers/{uuid:register_id}/take", response=RegisterOut, summary="Take a checked register")
def take_register(request: HttpRequest, register_id: UUID, idempotency_key: Key) -> Any:
    """Have a checked register taken in the background; undecided and refused rows are left out."""
    return _step(request, register_id, "take", idempotency_key, lambda: _begun(
        operations.take_register(register_id=register_id, **signed_acting(request)), "writing", tasks.write_register
    ))  # fmt: skip


@router.post("/registers/{uuid:register_id}/undo", response=RegisterOut, summary="Take a register back as a whole")
def undo_register(request: HttpRequest, register_id: UUID, idempotency_key: Key) -> Any:
    """Have a register taken back in the background; what was touched since stays, and its row says why."""
    return _step(request, register_id, "undo", idempotency_key, lambda: _begun(
        operations.start_undo(register_id=register_id, **signed_acting(request)), "undoing", tasks.undo_register
    ))  # fmt: skip
