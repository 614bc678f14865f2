"""What the API of money takes and gives; amounts in fen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.funding.models import Custody, FundKind, Party, Source
from shanzhi.funding.models.expenses import RequestKind
from shanzhi.ui.http import Given

Code = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
Fen = Annotated[int, Field(ge=-(10**15), le=10**15)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
Words = Annotated[str, Field(max_length=1000)]
# A photo of 20 MB in the letters of base64; the operation counts its bytes.
Picture = Annotated[str, Field(max_length=28_000_000, description="JPEG, PNG or WebP in base64.")]


class MoneyAsked(Schema):
    """How a list is paged; `after` is the `next` of the page before."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class MoneyMade(Schema):
    """The number of a thing, and its state where it has one."""

    id: UUID
    state: str


class MoneyLineOut(Schema):
    """A budget line with what was spent on it, in fen."""

    name: str
    budget_fen: int
    spent_fen: int


class FundOut(Schema):
    """A fund; amounts in fen, as the ledger has them. `disclose_by` is the day of the next disclosure."""

    id: UUID
    name: str
    kind: FundKind
    area: str
    starts_on: date
    ends_on: date
    synthetic: bool
    disclose_by: date | None


class FundMoney(FundOut):
    """A fund with its money."""

    received_fen: int
    spent_fen: int
    left_fen: int
    promised_fen: int
    lines: list[MoneyLineOut]


class FundsPage(Schema):
    """A page of funds."""

    items: list[FundOut]
    next: UUID | None


class MoneyGrantOut(Schema):
    """A grant; `state` is draft, in_force, stopped or closed."""

    id: UUID
    proposal: UUID
    title: str
    area: str
    state: str
    amount_fen: int
    custody: Custody
    synthetic: bool
    disclose_by: date | None


class GrantMoney(MoneyGrantOut):
    """A grant with its money in fen."""

    received_fen: int
    spent_fen: int
    left_fen: int
    not_paid_fen: int
    lines: list[MoneyLineOut]


class MoneyGrantsPage(Schema):
    """A page of grants."""

    items: list[MoneyGrantOut]
    next: UUID | None


class MoneyThingsPage(Schema):
    """A page of payments, expenses or requests."""

    items: list[MoneyMade]
    next: UUID | None


class MoneyFundIn(Given):
    """A fund to set up in a book."""

    book: UUID
    name: str = Field(max_length=200)
    kind: FundKind
    starts_on: Day
    ends_on: Day
    purpose: Words = ""
    areas: list[Code] = Field([], max_length=100)
    themes: list[Words] = Field([], max_length=30)
    purposes: list[Words] = Field([], max_length=30)
    emergency: bool = False


class MoneyIncomeIn(Given):
    """Money that came in."""

    amount_fen: Fen
    source: Source
    on: Day
    donor_id: UUID | None = None
    text: Words = ""


class MoneyPartIn(Given):
    """A line or tranche: `name` is that of the line, or the word of the condition."""

    name: str = Field(max_length=100)
    amount_fen: Fen


class MoneyGrantIn(Given):
    """A grant to open."""

    proposal: UUID
    title: Words
    area: Code
    theme: Words = ""
    purpose: Words = ""
    custody: Custody
    starts_on: Day
    ends_on: Day
    lines: list[MoneyPartIn] = Field(max_length=100)
    tranches: list[MoneyPartIn] = Field(max_length=100)
    team: list[UUID] = Field([], max_length=50)


class MoneySignatureIn(Given):
    """That a party signed."""

    party: Party
    signed_on: Day


class ConditionMet(Given):
    """The word of a condition."""

    condition: str = Field(max_length=40)


class MoneyReasonIn(Given):
    """Why."""

    reason: Words


class MoneyExpenseIn(Given):
    """An expense with the photo of its receipt."""

    line: int = Field(ge=1, le=60)
    amount_fen: Fen
    spent_on: Day
    what: Words
    seller: Words
    seller_code: str = Field(max_length=60)
    invoice: str = Field(max_length=60)
    photo: Picture
    from_advance: bool = False


class RequestAsked(Given):
    """A request about the money of a grant."""

    kind: RequestKind
    amount_fen: Fen
    why: Words
    source: int | None = Field(None, ge=1, le=60)
    target: int | None = Field(None, ge=1, le=60)


class MoneyDecisionIn(Given):
    """Approve, or refuse for a reason."""

    decision: Literal["approve", "refuse"]
    reason: Words = ""


class MetOut(Schema):
    """The tranches that may be paid now."""

    tranches: list[UUID]
