"""The API of what a book keeps for its bills: rules that match or propose, headings of a bank's own files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.ledger.models.bills import Action
from shanzhi.ledger.operations import bill_settling, bills
from shanzhi.ledger.queries import bills as queries
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.work.sends import writes_of

router = Router(tags=["ledger"])
Heading = Annotated[str, Field(max_length=40)]
_once = writes_of("ledger")
RULES = "/books/{uuid:book_id}/bills/rules"
COLUMNS = "/books/{uuid:book_id}/bills/columns"


class RuleOut(Schema):
    """A rule that holds: tried by `position`; a posting lies at most so many `days` from the line."""

    id: UUID
    position: int
    name: str
    action: Action
    days: int
    by_serial: bool
    words: list[str]
    target: UUID | None
    created_at: datetime
    ended_at: datetime | None


class RuleIn(Given):
    """A new rule; `target` and `words` where an entry is proposed."""

    name: str = Field(min_length=1, max_length=60)
    action: Action
    days: int = Field(3, ge=0, le=180)
    by_serial: bool = False
    words: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=20)
    target: UUID | None = None


class BillRulesOut(Schema):
    """The rules of a book, in the order in which they are tried."""

    items: list[RuleOut]


class HeadingsIn(Given):
    """Under which headings a bank's file says what: the amount in one column, or money in and money out in two."""

    day: Heading
    time: Heading = ""
    amount: Heading = ""
    income: Heading = ""
    outgo: Heading = ""
    counterparty: Heading = ""
    text: list[Heading] = Field(default_factory=list, max_length=5)
    serial: Heading = ""
    balance: Heading = ""


class BankColumnsIn(HeadingsIn):
    """The headings with the bank's name; those of the same name end."""

    name: str = Field(min_length=1, max_length=60)


class BankColumnsOut(Schema):
    """The headings that a book keeps for a bank."""

    id: UUID
    name: str
    columns: dict[str, str | list[str]]
    created_at: datetime


class AllBankColumnsOut(Schema):
    """The headings of all banks of a book."""

    items: list[BankColumnsOut]


def _rule(found: Any) -> dict[str, Any]:
    own = ("position", "name", "action", "days", "by_serial", "words", "created_at", "ended_at")
    return {name: getattr(found, name) for name in own} | {"id": found.pk, "target": found.target_id}


@router.get(RULES, response=BillRulesOut, summary="Rules for bills of a book")
def list_rules(request: HttpRequest, book_id: UUID) -> dict[str, Any]:
    """List the rules that hold, for who enters in the book."""
    book = queries.book(viewer=signed_in(request), book_id=book_id)
    return {"items": [_rule(one) for one in queries.rules(book)]}


@router.post(RULES, response=RuleOut, summary="Add a rule for bills")
def make_rule(request: HttpRequest, book_id: UUID, body: RuleIn, idempotency_key: Key) -> dict[str, Any]:
    """Add a rule behind those that are there; the first of a book takes the place of the basic ones."""
    book = queries.book(viewer=signed_in(request), book_id=book_id)

    def run() -> dict[str, Any]:
        made = bill_settling.make_rule(book=book, **body.model_dump(), **signed_acting(request))
        return RuleOut(**_rule(made)).model_dump(mode="json")

    return _once(request, "bill_rule", idempotency_key, body, run)


@router.post(f"{RULES}/{{uuid:rule_id}}/end", response=RuleOut, summary="End a rule for bills")
def end_rule(request: HttpRequest, book_id: UUID, rule_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """End a rule; what it matched stays."""
    book = queries.book(viewer=signed_in(request), book_id=book_id)

    def run() -> dict[str, Any]:
        ended = bill_settling.end_rule(book=book, rule_id=rule_id, **signed_acting(request))
        return RuleOut(**_rule(ended)).model_dump(mode="json")

    return _once(request, "bill_rule_end", idempotency_key, None, run)


@router.get(COLUMNS, response=AllBankColumnsOut, summary="Headings of banks' own files")
def list_columns(request: HttpRequest, book_id: UUID) -> dict[str, Any]:
    """List what the book keeps beside the ready ones."""
    return {"items": list(queries.columns(queries.book(viewer=signed_in(request), book_id=book_id)))}


@router.post(COLUMNS, response=BankColumnsOut, summary="Keep the headings of a bank's files")
def keep_columns(request: HttpRequest, book_id: UUID, body: BankColumnsIn, idempotency_key: Key) -> dict[str, Any]:
    """Keep under which headings a bank's file says what; those of the same name end."""
    queries.book(viewer=signed_in(request), book_id=book_id)

    def run() -> dict[str, Any]:
        made = bills.keep_columns(
            book_id=book_id, name=body.name, columns=body.model_dump(exclude={"name"}), **signed_acting(request)
        )
        return BankColumnsOut.from_orm(made).model_dump(mode="json")

    return _once(request, "bill_columns", idempotency_key, body, run)
