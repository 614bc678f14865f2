"""The API of bills: a file is sent, looked at, taken; its lines are matched, entered or left out. Amounts are fen."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Base64Bytes, Field

from shanzhi.ledger import tasks
from shanzhi.ledger.api.schemas import Day
from shanzhi.ledger.models import BillFile, BillLine
from shanzhi.ledger.operations import bill_settling, bills
from shanzhi.ledger.queries import bill_rows
from shanzhi.ledger.queries import bills as queries
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["ledger"])
Limit = Annotated[int, Field(ge=1, le=200)]


class BillIn(Given):
    """A bill file, its bytes in base64, and the account of the book that it is of."""

    account: UUID
    name: str = Field(min_length=1, max_length=120)
    content: Base64Bytes = Field(description="The file in base64.", max_length=4_000_000)


class BillOut(Schema):
    """A bill file: read and waiting for a yes, or taken. Balances are those that the file names."""

    id: UUID
    account: UUID
    kind: str
    name: str
    state: str
    first: date | None
    last: date | None
    opening: int | None
    closing: int | None
    count: int
    doubles: int
    job: UUID | None
    created_at: datetime
    taken_at: datetime | None


class BillsPage(Schema):
    """A page of bill files."""

    items: list[BillOut]
    next: UUID | None


class BillsAsked(Schema):
    """Which page."""

    after: UUID | None = None
    limit: Limit = 50


class BillLineOut(Schema):
    """A line; `how` it was settled, "" where it is left over. A person's name is masked."""

    id: UUID
    file: UUID
    account: UUID
    day: date
    time: time | None
    amount: int
    counterparty: str
    serial: str
    how: str


class BillLineWords(BillLineOut):
    """A line with its words."""

    words: str


class BillLines(Schema):
    """Lines, the newest day first; read on with the `before` of the last one."""

    items: list[BillLineOut]
    next: UUID | None


class LinesAsked(Schema):
    """Which lines: of an account, left over alone, below which one."""

    left: bool = False
    before: UUID | None = None
    limit: Limit = 50


class PostingOf(Given):
    """A posting: the number of its entry and its place there."""

    entry: UUID
    leg: int = Field(ge=0, le=1000)


class LineMatchIn(Given):
    """The postings that a line is, which add up to it."""

    postings: list[PostingOf] = Field(min_length=1, max_length=50)


class LineEntryIn(Given):
    """How a line is entered: the other account, the day, the text."""

    other: UUID
    on: Day
    text: str = Field("", max_length=200)


class LeaveIn(Given):
    """Why a line is left out."""

    reason: str = Field(max_length=500)


class SettledOut(Schema):
    """The line, and how it stands now."""

    id: UUID
    how: str


def _file(found: BillFile) -> dict[str, Any]:
    own = ("kind", "name", "state", "first", "last", "opening", "closing", "count", "doubles", "job", "created_at",
           "taken_at")  # fmt: skip
    return {name: getattr(found, name) for name in own} | {"id": found.pk, "account": found.account_id}


def _line(row: Any) -> dict[str, Any]:
    own = ("day", "time", "amount", "serial")
    return {name: getattr(row, name) for name in own} | {
        "id": row.pk, "file": row.file_id, "account": row.account_id, "counterparty": str(row.counterparty),
        "how": getattr(row, "how", None) or "",
    }  # fmt: skip


_once = writes_of("ledger")


@router.get("/books/{uuid:book_id}/bills", response=BillsPage, summary="Bill files of a book, newest first")
def list_bills(request: HttpRequest, book_id: UUID, asked: Query[BillsAsked]) -> dict[str, Any]:
    """List the files for who enters in the book."""
    rows = queries.files(queries.book(viewer=signed_in(request), book_id=book_id))
    return page_after(rows, asked.after, asked.limit, _file)


@router.post("/books/{uuid:book_id}/bills", response=BillOut, summary="Send a bill file")
def send_bill(request: HttpRequest, book_id: UUID, body: BillIn, idempotency_key: Key) -> dict[str, Any]:
    """Read a file whole or refuse it with the row and the cure; nothing is taken before it is confirmed."""

    def run() -> dict[str, Any]:
        found = bills.prepare_bill(
            book_id=book_id, account_id=body.account, name=body.name, content=body.content, **signed_acting(request)
        )
        return BillOut(**_file(found)).model_dump(mode="json")

    return _once(request, "bill", idempotency_key, body, run)


@router.get("/books/{uuid:book_id}/bills/{uuid:file_id}", response=BillOut, summary="One bill file")
def get_bill(request: HttpRequest, book_id: UUID, file_id: UUID) -> dict[str, Any]:
    """Give one file."""
    return _file(queries.file(viewer=signed_in(request), book_id=book_id, file_id=file_id))


@router.post("/books/{uuid:book_id}/bills/{uuid:file_id}/take", response=BillOut, summary="Take a bill file")
def take_bill(request: HttpRequest, book_id: UUID, file_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Say yes to a file; the worker takes all its lines, and `job` tells how far it is."""
    viewer = signed_in(request)
    waiting = queries.file(viewer=viewer, book_id=book_id, file_id=file_id).state == "read"

    def run() -> dict[str, Any]:
        found = bills.confirm_bill(book_id=book_id, file_id=file_id, **signed_acting(request))
        return BillOut(**_file(found)).model_dump(mode="json")

    told = _once(request, "take_bill", idempotency_key, None, run)
    if waiting:
        tasks.take_bill.enqueue(str(file_id))
    return told


@router.get("/books/{uuid:book_id}/bills/accounts/{uuid:account_id}/lines", response=BillLines,
            summary="Lines of an account's bills")  # fmt: skip
def list_lines(request: HttpRequest, book_id: UUID, account_id: UUID, asked: Query[LinesAsked]) -> dict[str, Any]:
    """List the lines, or those alone that nothing settles."""
    held = queries.account(viewer=signed_in(request), book_id=book_id, account_id=account_id)
    rows = queries.lines(held.book).filter(account=held).order_by("-pk")
    if asked.left:
        rows = rows.filter(pk__in=bill_rows.left_lines(held.pk).order_by().values("pk"))
    if asked.before is not None:
        rows = rows.filter(pk__lt=asked.before)
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    return {"items": [_line(row) for row in shown], "next": shown[-1].pk if len(found) > asked.limit else None}


LINE = "/books/{uuid:book_id}/bills/lines/{uuid:line_id}"


@router.get(LINE, response=BillLineWords, summary="One line of a bill")
def get_line(request: HttpRequest, book_id: UUID, line_id: UUID) -> dict[str, Any]:
    """Give a line with its words, as its page does."""
    found = queries.line(viewer=signed_in(request), book_id=book_id, line_id=line_id)
    return {**_line(found), "words": found.text.reveal()}


def _settled(request: HttpRequest, book_id: UUID, name: str, key: str, body: Any, act: Any, **given: Any) -> Any:
    """Do something to a line of this book once, and tell how it stands."""
    viewer = signed_in(request)
    found: BillLine = queries.line(viewer=viewer, book_id=book_id, line_id=given["line_id"])

    def run() -> dict[str, Any]:
        act(**given, **signed_acting(request))
        fresh: Any = queries.line(viewer=viewer, book_id=book_id, line_id=found.pk)
        return {"id": str(found.pk), "how": fresh.how or ""}

    return _once(request, name, key, body, run)


@router.post(f"{LINE}/match", response=SettledOut, summary="Say which entries a line is")
def match_line(request: HttpRequest, book_id: UUID, line_id: UUID, body: LineMatchIn, idempotency_key: Key) -> Any:
    """Settle a line by postings that add up to it."""
    wanted = [(one.entry, one.leg) for one in body.postings]
    return _settled(request, book_id, "bill_match", idempotency_key, body, bill_settling.match_line, line_id=line_id,
                    postings=wanted)  # fmt: skip


@router.post(f"{LINE}/enter", response=SettledOut, summary="Enter a line in the book")
def enter_line(request: HttpRequest, book_id: UUID, line_id: UUID, body: LineEntryIn, idempotency_key: Key) -> Any:
    """Make the entry of a line, and settle it by that."""
    return _settled(request, book_id, "bill_enter", idempotency_key, body, bill_settling.enter_line, line_id=line_id,
                    **body.model_dump())  # fmt: skip


@router.post(f"{LINE}/leave", response=SettledOut, summary="Leave a line out for a reason")
def leave_line(request: HttpRequest, book_id: UUID, line_id: UUID, body: LeaveIn, idempotency_key: Key) -> Any:
    """Leave a line out that is no matter of the book."""
    return _settled(request, book_id, "bill_leave", idempotency_key, body, bill_settling.leave_out, line_id=line_id,
                    reason=body.reason)  # fmt: skip


@router.post(f"{LINE}/undo", response=SettledOut, summary="Undo what settles a line")
def undo_line(request: HttpRequest, book_id: UUID, line_id: UUID, idempotency_key: Key) -> Any:
    """Have a line left over again; an entry made for it stays in the book."""
    return _settled(request, book_id, "bill_undo", idempotency_key, None, bill_settling.undo_line, line_id=line_id)
