"""What the API of books takes in and gives out. Amounts are whole units: fen, minutes, pieces."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.ledger.models import Nature, Owner
from shanzhi.ledger.operations import MOST_MOVES
from shanzhi.ui.http import Given

Amount = Annotated[int, Field(ge=1, le=10**15, description="Whole units: fen, minutes or pieces.")]
Bound = Annotated[int | None, Field(ge=-(10**18), le=10**18)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]


class BookOut(Schema):
    """A book; up to and with `closed_through` nothing more is entered."""

    id: UUID
    name: str
    area: str
    begins_on: date
    closed_through: date | None
    synthetic: bool
    created_at: datetime


class BooksPage(Schema):
    """A page of books; `next` is the `after` of the following page."""

    items: list[BookOut]
    next: UUID | None


class AccountOut(Schema):
    """An account with what is on it now, in whole units of its commodity."""

    id: UUID
    book: UUID
    name: str
    owner_kind: Owner
    owner_id: UUID | None
    role: str
    nature: Nature
    commodity: str
    amount: int
    floor: int | None
    ceiling: int | None
    opened_at: datetime
    closed_at: datetime | None
    synthetic: bool


class AccountsPage(Schema):
    """A page of accounts."""

    items: list[AccountOut]
    next: UUID | None


class PostingOut(Schema):
    """One line of an entry; `stood` is what was on the account after it."""

    account: UUID
    amount: int
    stood: int


class EntryOut(Schema):
    """An entry with its lines, which sum to zero in each commodity."""

    id: UUID
    number: int
    book: UUID
    on: date
    at: datetime
    kind: str
    text: str
    reverses: UUID | None
    reversed_by: UUID | None
    postings: list[PostingOut]


class StatementLineOut(Schema):
    """A line of an account's statement."""

    entry: UUID
    number: int
    on: date
    text: str
    amount: int
    stood: int


class StatementPage(Schema):
    """A page of a statement, newest first; `next` is the `before` of the following page."""

    items: list[StatementLineOut]
    next: int | None


class AccountBalanceOut(Schema):
    """What was on an account at the end of a day, in whole units."""

    on: date
    amount: int


class Entered(Schema):
    """The entry that holds now, whether made by this request or by an earlier one with the same key."""

    entry: UUID


class BookIn(Given):
    """A book to begin."""

    name: str = Field(min_length=1, max_length=100)
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
    begins_on: Day


class NewAccountIn(Given):
    """An account of the outside world to open."""

    name: str = Field(min_length=1, max_length=120)
    role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    nature: Nature
    commodity: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,22}[A-Z0-9]$")] = "CNY"


class TransferIn(Given):
    """An amount from one account of the book to another, for a day."""

    source: UUID
    target: UUID
    amount: Amount
    on: Day
    text: str = Field("", max_length=300)


class OneTransfer(TransferIn):
    """One of several transfers, with a key that no other carries."""

    key: str = Field(min_length=8, max_length=100)


class TransfersIn(Given):
    """Transfers of one book that are made all or not at all, in their order."""

    transfers: list[OneTransfer] = Field(min_length=1, max_length=MOST_MOVES)


class ManyEntered(Schema):
    """The entries, in the order of the transfers."""

    entries: list[UUID]


class ReverseIn(Given):
    """Why an entry is undone, and for which day."""

    on: Day
    reason: str = Field(min_length=1, max_length=300)


class PeriodCloseIn(Given):
    """Up to which day a book is closed."""

    through: Day


class BoundsIn(Given):
    """Between which amounts, in whole units, an account is held; empty for no bound."""

    floor: Bound = None
    ceiling: Bound = None
    reason: str = Field("", max_length=300)


class KeeperIn(Given):
    """Who is to keep a book."""

    person: UUID


class LedgerReasonIn(Given):
    """Why."""

    reason: str = Field("", max_length=300)


class LedgerQuery(Schema):
    """How a list is narrowed."""

    search: str = Field("", max_length=100)
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class AccountsQuery(LedgerQuery):
    """How the accounts of a book are narrowed."""

    owner_kind: Literal[""] | Owner = ""
    owner_id: UUID | None = None


class StatementQuery(Schema):
    """Which part of a statement; days are included."""

    since: Day | None = None
    until: Day | None = None
    before: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=500)
