"""The API of books: the same operations and queries as the pages. Amounts are whole units (fen, minutes, pieces)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations, queries
from shanzhi.ledger.api.bill_rules import router as bill_rules
from shanzhi.ledger.api.bills import router as bills
from shanzhi.ledger.api.schemas import (
    AccountBalanceOut,
    AccountOut,
    AccountsPage,
    AccountsQuery,
    BookIn,
    BookOut,
    BooksPage,
    BoundsIn,
    Day,
    Entered,
    EntryOut,
    KeeperIn,
    LedgerQuery,
    LedgerReasonIn,
    ManyEntered,
    NewAccountIn,
    PeriodCloseIn,
    ReverseIn,
    StatementPage,
    StatementQuery,
    TransferIn,
    TransfersIn,
)
from shanzhi.ledger.models import Account, Book, Entry, Owner, Posting
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["ledger"])
router.add_router("", bill_rules)
router.add_router("", bills)


def _book(found: Book) -> dict[str, Any]:
    return BookOut.from_orm(found).model_dump(mode="json")


def _account(found: Account) -> dict[str, Any]:
    own = ("name", "owner_kind", "role", "nature", "synthetic")
    balance = found.balance
    return {
        **{name: getattr(found, name) for name in own},
        "id": str(found.pk),
        "book": str(found.book_id),
        "owner_id": str(found.owner_id) if found.owner_id else None,
        "commodity": found.commodity_id,
        "amount": balance.amount,
        "floor": balance.floor,
        "ceiling": balance.ceiling,
        "opened_at": found.opened_at.isoformat(),
        "closed_at": found.closed_at.isoformat() if found.closed_at else None,
    }


def _posting(row: Posting) -> dict[str, Any]:
    return {"account": row.account_id, "amount": row.amount, "stood": row.stood}


def _line(row: Posting) -> dict[str, Any]:
    own = ("number", "on", "amount", "stood")
    return {**{name: getattr(row, name) for name in own}, "entry": row.entry_id, "text": row.entry.text}


def _fresh(request: HttpRequest, account_id: UUID) -> dict[str, Any]:
    return _account(queries.account(viewer=signed_in(request), account_id=account_id))


_once = writes_of("ledger")


def ledger_key(actor: Actor, key: str) -> str:
    """Give the key under which an entry sent by a program works once: those of one person never meet another's."""
    return f"api:{actor.person()}:{key}"


@router.get("/books", response=BooksPage, summary="Books of the own areas and those one keeps, newest first")
def list_books(request: HttpRequest, asked: Query[LedgerQuery]) -> dict[str, Any]:
    """List the books that the viewer reads."""
    rows = queries.books(viewer=signed_in(request))
    rows = queries.search_books(rows, asked.search) if asked.search else rows
    return page_after(rows, asked.after, asked.limit, _book)


@router.post("/books", response=BookOut, summary="Begin a book")
def create_book(request: HttpRequest, body: BookIn, idempotency_key: Key) -> dict[str, Any]:
    """Begin a book in an area of one's own."""
    return _once(request, "create_book", idempotency_key, body, lambda: _book(
        operations.create_book(**body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.get("/books/{uuid:book_id}", response=BookOut, summary="One book")
def get_book(request: HttpRequest, book_id: UUID) -> Book:
    """Give one book that the viewer reads."""
    return queries.book(viewer=signed_in(request), book_id=book_id)


@router.post("/books/{uuid:book_id}/close", response=BookOut, summary="Close a period of a book")
def close_period(request: HttpRequest, book_id: UUID, body: PeriodCloseIn, idempotency_key: Key) -> dict[str, Any]:
    """Close a book up to and with a day that is over; it is not opened again."""

    def run() -> dict[str, Any]:
        today = timezone.localdate(moment(request))
        operations.close_period(book_id=book_id, through=body.through, today=today, **signed_acting(request))
        return _book(queries.book(viewer=signed_in(request), book_id=book_id))

    return _once(request, "close_period", idempotency_key, body, run)


@router.post("/books/{uuid:book_id}/keepers", response=BookOut, summary="Name a keeper of a book")
def name_keeper(request: HttpRequest, book_id: UUID, body: KeeperIn, idempotency_key: Key) -> dict[str, Any]:
    """Name somebody else keeper of a book."""

    def run() -> dict[str, Any]:
        operations.name_keeper(book_id=book_id, person_id=body.person, **signed_acting(request))
        return _book(queries.book(viewer=signed_in(request), book_id=book_id))

    return _once(request, "name_keeper", idempotency_key, body, run)


@router.get("/books/{uuid:book_id}/accounts", response=AccountsPage, summary="Accounts of a book, newest first")
def list_accounts(request: HttpRequest, book_id: UUID, asked: Query[AccountsQuery]) -> dict[str, Any]:
    """List the accounts of a book with what is on each now."""
    rows = queries.accounts(viewer=signed_in(request), book_id=book_id).order_by("-opened_at", "id")
    rows = queries.search_accounts(rows, asked.search) if asked.search else rows
    if asked.owner_kind:
        rows = rows.filter(owner_kind=asked.owner_kind)
    if asked.owner_id is not None:
        rows = rows.filter(owner_id=asked.owner_id)
    return page_after(rows, asked.after, asked.limit, _account, by="opened_at")


@router.post("/books/{uuid:book_id}/accounts", response=AccountOut, summary="Open an account of the outside world")
def open_account(request: HttpRequest, book_id: UUID, body: NewAccountIn, idempotency_key: Key) -> dict[str, Any]:
    """Open an account of the outside world; those of funds, grants, organisations and persons open by themselves."""

    def run() -> dict[str, Any]:
        made = operations.open_account(
            book_id=book_id, owner_kind=Owner.OUTSIDE, owner_id=None, **body.model_dump(), **signed_acting(request)
        )
        return _fresh(request, made.pk)

    return _once(request, "open_account", idempotency_key, body, run)


@router.post("/books/{uuid:book_id}/transfers", response=Entered, summary="Move an amount between two accounts")
def transfer(request: HttpRequest, book_id: UUID, body: TransferIn, idempotency_key: Key) -> dict[str, Any]:
    """Move an amount; the same key with the same content gives the entry that is there."""
    actor = signed_in(request)
    made = operations.transfer(
        book_id=book_id, key=ledger_key(actor, idempotency_key), **body.model_dump(), **signed_acting(request)
    )
    return {"entry": made.id}


@router.post("/books/{uuid:book_id}/transfers/many", response=ManyEntered, summary="Make many transfers, all or none")
def transfer_many(request: HttpRequest, book_id: UUID, body: TransfersIn) -> dict[str, Any]:
    """Make transfers in their order; each bears a key of its own, so the same request again changes nothing."""
    actor = signed_in(request)
    moves = [
        operations.Move(**one.model_dump(exclude={"key"}), key=ledger_key(actor, one.key)) for one in body.transfers
    ]
    made = operations.transfer_many(book_id=book_id, moves=moves, **signed_acting(request))
    return {"entries": [one.id for one in made]}


@router.get("/accounts/{uuid:account_id}", response=AccountOut, summary="One account")
def get_account(request: HttpRequest, account_id: UUID) -> dict[str, Any]:
    """Give one account with what is on it now."""
    return _fresh(request, account_id)


@router.get(
    "/accounts/{uuid:account_id}/balance", response=AccountBalanceOut, summary="What was on an account on a day"
)
def get_balance(request: HttpRequest, account_id: UUID, on: Day) -> dict[str, Any]:
    """Give what was on an account at the end of a day."""
    return {"on": on, "amount": queries.balance_on(viewer=signed_in(request), account_id=account_id, on=on)}


@router.get("/accounts/{uuid:account_id}/statement", response=StatementPage, summary="The statement of an account")
def get_statement(request: HttpRequest, account_id: UUID, asked: Query[StatementQuery]) -> dict[str, Any]:
    """List what moved on an account, newest first."""
    rows = queries.statement(viewer=signed_in(request), account_id=account_id)
    wanted = {"on__gte": asked.since, "on__lte": asked.until, "number__lt": asked.before}
    found = list(rows.filter(**{name: value for name, value in wanted.items() if value is not None})[: asked.limit + 1])
    shown = found[: asked.limit]
    return {"items": [_line(row) for row in shown], "next": shown[-1].number if len(found) > asked.limit else None}


@router.post("/accounts/{uuid:account_id}/bounds", response=AccountOut, summary="Set the bounds of an account")
def set_bounds(request: HttpRequest, account_id: UUID, body: BoundsIn, idempotency_key: Key) -> dict[str, Any]:
    """Say between which amounts an account is held."""

    def run() -> dict[str, Any]:
        operations.bound(account_id=account_id, **body.model_dump(), **signed_acting(request))
        return _fresh(request, account_id)

    return _once(request, "bound", idempotency_key, body, run)


@router.post("/accounts/{uuid:account_id}/close", response=AccountOut, summary="Close an account")
def close_account(request: HttpRequest, account_id: UUID, body: LedgerReasonIn, idempotency_key: Key) -> dict[str, Any]:
    """Close an account on which nothing is."""

    def run() -> dict[str, Any]:
        operations.close_account(account_id=account_id, reason=body.reason, **signed_acting(request))
        return _fresh(request, account_id)

    return _once(request, "close_account", idempotency_key, body, run)


@router.get("/entries/{uuid:entry_id}", response=EntryOut, summary="One entry with its lines")
def get_entry(request: HttpRequest, entry_id: UUID) -> dict[str, Any]:
    """Give an entry of a book that the viewer reads."""
    found: Entry = queries.entry(viewer=signed_in(request), entry_id=entry_id)
    undone = next(iter(found.reversals.all()), None)
    return {
        **{name: getattr(found, name) for name in ("id", "number", "on", "at", "kind", "text")},
        "book": found.book_id,
        "reverses": found.reverses_id,
        "reversed_by": undone.pk if undone else None,
        "postings": [_posting(row) for row in queries.postings_of(viewer=signed_in(request), entry_id=entry_id)],
    }


@router.post("/entries/{uuid:entry_id}/reverse", response=Entered, summary="Undo an entry by its mirror")
def reverse_entry(request: HttpRequest, entry_id: UUID, body: ReverseIn, idempotency_key: Key) -> dict[str, Any]:
    """Undo an entry; once, and never a reversal itself."""
    return _once(request, "reverse", idempotency_key, body, lambda: {
        "entry": str(operations.reverse(entry_id=entry_id, **body.model_dump(), **signed_acting(request)).id)
    })  # fmt: skip
