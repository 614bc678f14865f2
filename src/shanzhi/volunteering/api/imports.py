"""The API of imports: send a list, name its columns, read what its rows would do, take it, take it back."""

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

from shanzhi.people.middleware import moment
from shanzhi.ui.http import BadCursor, Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.volunteering import queries, tasks
from shanzhi.volunteering.api.frames import ServiceDoneOut, write_once
from shanzhi.volunteering.exchange.words import aside, differing, fault
from shanzhi.volunteering.models import RowDecision, RowMark, RowOutcome, RowStep, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations import imports as operations
from shanzhi.work.operations import once

router = Router(tags=["volunteering"])
Title = Annotated[str, Field(max_length=1000)]
MOST_ID = 2**63 - 1


class ListSheetOut(Schema):
    """A worksheet of the file: its headings, how many rows it has, whether it is read."""

    name: str
    titles: list[str]
    rows: int
    chosen: bool


class ImportProgressOut(Schema):
    """How far the work in the background is; `error` says why it failed."""

    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: int
    error: str


class ImportOut(Schema):
    """An import; `columns` gives for each field the heading of its column, `counts` the rows by what comes of them."""

    id: UUID
    name: str
    area: str
    state: str
    digest: str
    columns: dict[str, str]
    sheets: list[ListSheetOut]
    counts: dict[str, int]
    progress: ImportProgressOut | None
    created_at: datetime
    written_at: datetime | None
    undone_at: datetime | None


class ImportsPage(Schema):
    """A page of imports; `next` is the `after` of the following page."""

    items: list[ImportOut]
    next: UUID | None


class ImportsQuery(Schema):
    """How the list is narrowed."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class ImportAreaIn(Schema):
    """The area inside which the volunteers of a list live."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]+$")]


class ListColumnsIn(Given):
    """Which column holds what: the heading for each field; the worksheets that are read; whether it is remembered."""

    columns: dict[Annotated[str, Field(max_length=20)], Title] = Field(max_length=30)
    sheets: list[Title] = Field(max_length=60)
    remember: bool = False


class ListFaultOut(Schema):
    """What is wrong in a row: the field and its column, a code, the reason and the cure."""

    field: str
    code: str
    column: str
    reason: str
    cure: str


class ImportRowOut(Schema):
    """A row and what comes of it; `differs` and `aside` say what of it is not taken, people masked."""

    id: int
    sheet: str
    number: int
    outcome: RowOutcome
    mark: Literal[""] | RowMark
    volunteer: UUID | None
    of_row: int | None
    decision: Literal[""] | RowDecision
    step: RowStep
    why: str
    faults: list[ListFaultOut]
    differs: list[str]
    aside: list[str]


class ImportRowsPage(Schema):
    """A page of rows; `next` is the `after` of the following page."""

    items: list[ImportRowOut]
    next: int | None


class ImportRowsQuery(Schema):
    """Which rows: all, or those of one outcome."""

    outcome: Literal[""] | RowOutcome = ""
    after: int | None = Field(None, ge=0, le=MOST_ID)
    limit: int = Field(100, ge=1, le=500)


class DecideRowIn(Given):
    """Who a doubtful row is. "" takes the decision back."""

    decision: Literal[""] | RowDecision


def _plain(found: VolunteerImport) -> dict[str, Any]:
    """Write an import in plain values, which can be answered again."""
    job = queries.import_job(found)
    progress: Any = job and {"state": job.state, "done": job.done, "total": job.total, "error": job.error}
    values = {name: getattr(found, name) for name in ImportOut.model_fields if name != "progress"}
    return ImportOut(**values, progress=progress).model_dump(mode="json")


def _row(row: VolunteerRow) -> dict[str, Any]:
    told = queries.told(row)
    own = {"faults", "differs", "aside"}
    values = {name: getattr(row, name) for name in ImportRowOut.model_fields if name not in own}
    faults = []
    for field, code, text in told.get("wrong", ()):
        column, reason, cure = fault(field, code, text)
        faults.append({"field": field, "code": code, "column": column, "reason": reason, "cure": cure})
    return {
        **values, "faults": faults, "differs": differing(told.get("differs", ())),
        "aside": aside(told.get("aside", ())),
    }  # fmt: skip


def _begun(found: VolunteerImport, state: str, task: Any) -> dict[str, Any]:
    """Have the worker begin, and answer."""
    if found.state == state:
        task.enqueue(str(found.pk))
    return _plain(found)


@router.get("/imports", response=ImportsPage, summary="Imports of volunteers of the own areas, newest first")
def list_imports(request: HttpRequest, asked: Query[ImportsQuery]) -> dict[str, Any]:
    """List the lists of volunteers that were brought in for the areas that one is in charge of."""
    rows = queries.imports(viewer=signed_in(request))
    return page_after(rows, asked.after, asked.limit, _plain)


@router.post("/imports", response=ImportOut, summary="Send a list of volunteers")
def send_import(
    request: HttpRequest, file: File[UploadedFile], body: Form[ImportAreaIn], idempotency_key: Key
) -> dict[str, Any]:
    """Send an office's list; its columns are guessed, or as chosen before. The same file gives the same import."""
    content, name = file.read(), file.name or "list"
    sent = {"area": body.area, "name": name, "digest": hashlib.sha256(content).hexdigest()}
    return once(
        actor=signed_in(request), operation="volunteering.import.send", key=idempotency_key, request=sent,
        at=moment(request),
        run=lambda: _plain(
            operations.receive_import(area=body.area, name=name, content=content, **signed_acting(request))
        ),
    )  # fmt: skip


@router.get("/imports/{uuid:import_id}", response=ImportOut, summary="One import, and how far it is")
def get_import(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """Give one import of the own areas."""
    return _plain(queries.one_import(viewer=signed_in(request), import_id=import_id))


@router.post("/imports/{uuid:import_id}/columns", response=ImportOut, summary="Name the columns, begin the check")
def name_columns(request: HttpRequest, import_id: UUID, body: ListColumnsIn, idempotency_key: Key) -> dict[str, Any]:
    """Say which column holds what; the list is then checked in the background."""
    queries.one_import(viewer=signed_in(request), import_id=import_id)
    return write_once(request, "import.columns", idempotency_key, body, lambda: _begun(
        operations.name_columns(import_id=import_id, **body.model_dump(), **signed_acting(request)),
        "checking", tasks.check_import,
    ))  # fmt: skip


@router.get("/imports/{uuid:import_id}/rows", response=ImportRowsPage, summary="The rows of an import")
def list_rows(request: HttpRequest, import_id: UUID, asked: Query[ImportRowsQuery]) -> dict[str, Any]:
    """List the rows in the order of their reading, with what comes of each."""
    found = queries.one_import(viewer=signed_in(request), import_id=import_id)
    rows = queries.import_rows(found).order_by("id")
    if asked.outcome:
        rows = rows.filter(outcome=asked.outcome)
    if asked.after is not None:
        if not rows.filter(pk=asked.after).exists():
            raise BadCursor(field="after")
        rows = rows.filter(pk__gt=asked.after)
    some = list(rows[: asked.limit + 1])
    shown = some[: asked.limit]
    return {"items": [_row(row) for row in shown], "next": shown[-1].pk if len(some) > asked.limit else None}


@router.post(
    "/imports/{uuid:import_id}/rows/{int:row_id}/decide", response=ImportRowOut, summary="Decide a doubtful row"
)
def decide_row(
    request: HttpRequest, import_id: UUID, row_id: int, body: DecideRowIn, idempotency_key: Key
) -> dict[str, Any]:
    """Say who a doubtful row is, before the list is taken."""
    queries.import_row(viewer=signed_in(request), import_id=import_id, row_id=row_id)

    def run() -> dict[str, Any]:
        row = operations.decide_row(
            import_id=import_id, row_id=row_id, decision=body.decision, **signed_acting(request)
        )
        return ImportRowOut(**_row(row)).model_dump(mode="json")

    return write_once(request, "import.decide", idempotency_key, body, run)


def _step(request: HttpRequest, import_id: UUID, name: str, key: str, run: Callable[[], dict[str, Any]]) -> Any:
    queries.one_import(viewer=signed_in(request), import_id=import_id)
    return write_once(request, f"import.{name}", key, None, run)


@router.post("/imports/{uuid:import_id}/take", response=ImportOut, summary="Take a checked list")
def take_import(request: HttpRequest, import_id: UUID, idempotency_key: Key) -> Any:
    """Have a checked list taken in the background; undecided and refused rows are left out."""
    return _step(request, import_id, "take", idempotency_key, lambda: _begun(
        operations.take_import(import_id=import_id, **signed_acting(request)), "writing", tasks.write_import
    ))  # fmt: skip


@router.post("/imports/{uuid:import_id}/forget", response=ServiceDoneOut, summary="Drop a list that is not taken")
def forget_import(request: HttpRequest, import_id: UUID, idempotency_key: Key) -> Any:
    """Drop a list that was read or checked, with all that it says; nothing of it is on record."""

    def run() -> VolunteerImport:
        queries.one_import(viewer=signed_in(request), import_id=import_id)  # gone when it is answered again
        return operations.forget_import(import_id=import_id, **signed_acting(request))

    return write_once(request, "import.forget", idempotency_key, None, run)


@router.post("/imports/{uuid:import_id}/undo", response=ImportOut, summary="Take a list back as a whole")
def undo_import(request: HttpRequest, import_id: UUID, idempotency_key: Key) -> Any:
    """Have a list taken back in the background; who was touched since stays, and the row says why."""
    return _step(request, import_id, "undo", idempotency_key, lambda: _begun(
        operations.start_undo(import_id=import_id, **signed_acting(request)), "undoing", tasks.undo_import
    ))  # fmt: skip
