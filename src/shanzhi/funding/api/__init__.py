"""The API of money: the same operations and queries as the pages."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from ninja import Query, Router, Schema

from shanzhi.funding import operations, queries
from shanzhi.funding.api.schemas import (
    ConditionMet,
    FundMoney,
    FundOut,
    FundsPage,
    GrantMoney,
    MetOut,
    MoneyAsked,
    MoneyDecisionIn,
    MoneyExpenseIn,
    MoneyFundIn,
    MoneyGrantIn,
    MoneyGrantOut,
    MoneyGrantsPage,
    MoneyIncomeIn,
    MoneyMade,
    MoneyReasonIn,
    MoneySignatureIn,
    MoneyThingsPage,
    RequestAsked,
)
from shanzhi.funding.models import Fund, Grant
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.pictures import NotAPicture
from shanzhi.work.sends import writes_of

router = Router(tags=["funding"])


def _fund(found: Fund) -> dict[str, Any]:
    area = found.book.area
    return FundOut.model_validate({**_columns(found, FundOut), "area": area}).model_dump(mode="json")


def _columns(found: models.Model, shape: type[Schema]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in shape.model_fields if hasattr(found, name)}


def _grant(found: Grant) -> dict[str, Any]:
    return MoneyGrantOut.from_orm(found).model_dump(mode="json")


def _made(found: Any) -> dict[str, Any]:
    return {"id": str(found.pk), "state": str(getattr(found, "state", ""))}


_write_once = writes_of("funding")


def _once(request: HttpRequest, operation: str, key: str, body: Given | None, run: Callable[..., Any]) -> Any:
    """Run an operation once by its key; gives number and state of what it made or changed."""
    return _write_once(request, operation, key, body, lambda: _made(run(**signed_acting(request))))


@router.get("/funds", response=FundsPage, summary="All funds, newest first")
def list_funds(request: HttpRequest, asked: Query[MoneyAsked]) -> dict[str, Any]:
    """List the funds; they are public."""
    return page_after(queries.public_funds(), asked.after, asked.limit, _fund)


@router.post("/funds", response=MoneyMade, summary="Set up a fund")
def create_fund(request: HttpRequest, body: MoneyFundIn, idempotency_key: Key) -> dict[str, Any]:
    """Set up a fund in a book of the own area."""
    given = body.model_dump(exclude={"book"})
    made: dict[str, Any] = _once(
        request, "fund", idempotency_key, body, lambda **a: operations.create_fund(book_id=body.book, **given, **a)
    )
    return made


@router.get("/funds/{uuid:fund_id}", response=FundMoney, summary="A fund with its money")
def get_fund(request: HttpRequest, fund_id: UUID) -> dict[str, Any]:
    """Give a fund: came in, spent by line, left; it is public."""
    found = queries.public_fund(fund_id)
    return {**_fund(found), **queries.fund_figures(found).as_told()}


@router.post("/funds/{uuid:fund_id}/income", response=MoneyMade, summary="Record money that came in")
def take_in(request: HttpRequest, fund_id: UUID, body: MoneyIncomeIn, idempotency_key: Key) -> Any:
    """Record money that came into a fund."""
    return _once(request, "income", idempotency_key, body, lambda **a: operations.take_in(
        fund_id=fund_id, key=idempotency_key, **body.model_dump(), **a
    ))  # fmt: skip


@router.post("/incomes/{uuid:income_id}/take-back", response=MoneyMade, summary="Take back a wrong income")
def take_back(request: HttpRequest, income_id: UUID, body: MoneyReasonIn, idempotency_key: Key) -> Any:
    """Undo an income that somebody else recorded by mistake, for a reason."""
    return _once(request, "take_back", idempotency_key, body,
                 lambda **a: operations.take_back(income_id=income_id, reason=body.reason, **a))  # fmt: skip


@router.post("/funds/{uuid:fund_id}/disclose", response=MoneyMade, summary="Publish the figures of a fund")
def disclose_fund(request: HttpRequest, fund_id: UUID, idempotency_key: Key) -> Any:
    """Publish the figures as they stand now; donors are told."""
    return _once(request, "disclose", idempotency_key, None,
                 lambda **a: operations.disclose_fund(fund_id=fund_id, **a))  # fmt: skip


@router.post("/funds/{uuid:fund_id}/grants", response=MoneyMade, summary="Grant money to a project")
def open_grant(request: HttpRequest, fund_id: UUID, body: MoneyGrantIn, idempotency_key: Key) -> Any:
    """Open the grant of a project; it takes money when all parties signed."""
    given = body.model_dump(exclude={"lines", "tranches"})
    lines = [operations.Line(one.name, one.amount_fen) for one in body.lines]
    parts = [operations.Part(one.amount_fen, one.name) for one in body.tranches]
    return _once(request, "grant", idempotency_key, body, lambda **a: operations.open_grant(
        fund_id=fund_id, lines=lines, tranches=parts, **given, **a
    ))  # fmt: skip


@router.get("/grants", response=MoneyGrantsPage, summary="Grants whose agreement is signed, newest first")
def list_grants(request: HttpRequest, asked: Query[MoneyAsked]) -> dict[str, Any]:
    """List the grants; they are public."""
    return page_after(queries.public_grants(), asked.after, asked.limit, _grant)


@router.get("/grants/{uuid:grant_id}", response=GrantMoney, summary="A grant with its money")
def get_grant(request: HttpRequest, grant_id: UUID) -> dict[str, Any]:
    """Give a grant whose agreement is signed: paid, spent by line, left; it is public."""
    found = queries.public_grant(grant_id)
    return {**_grant(found), **queries.grant_figures([found])[found.pk].as_told()}


@router.post("/grants/{uuid:grant_id}/sign", response=MoneyMade, summary="Record a signature")
def sign(request: HttpRequest, grant_id: UUID, body: MoneySignatureIn, idempotency_key: Key) -> Any:
    """Record that a party signed the latest version of the agreement."""
    return _once(request, "sign", idempotency_key, body,
                 lambda **a: operations.record_signature(grant_id=grant_id, **body.model_dump(), **a))  # fmt: skip


@router.post("/proposals/{uuid:proposal}/meet", response=MetOut, summary="Say that a condition is met")
def meet(request: HttpRequest, proposal: UUID, body: ConditionMet, idempotency_key: Key) -> Any:
    """Let the tranches that waited for it be paid; gives them."""

    def run() -> dict[str, Any]:
        found = operations.meet_condition(proposal=proposal, condition=body.condition, **signed_acting(request))
        return {"tranches": [str(one.pk) for one in found]}

    return _write_once(request, "meet", idempotency_key, body, run)


@router.post("/proposals/{uuid:proposal}/stop", response=MoneyMade, summary="Stop the payments of a grant")
def stop(request: HttpRequest, proposal: UUID, body: MoneyReasonIn, idempotency_key: Key) -> Any:
    """Pay nothing more of a grant, for a reason."""
    return _once(request, "stop", idempotency_key, body,
                 lambda **a: operations.stop(proposal=proposal, reason=body.reason, **a))  # fmt: skip


@router.post("/proposals/{uuid:proposal}/close", response=MoneyMade, summary="Settle a grant")
def close(request: HttpRequest, proposal: UUID, body: MoneyReasonIn, idempotency_key: Key) -> Any:
    """Settle a grant: what is left goes back to the fund."""
    return _once(request, "close", idempotency_key, body,
                 lambda **a: operations.close(proposal=proposal, reason=body.reason, **a))  # fmt: skip


@router.post("/grants/{uuid:grant_id}/disclose", response=MoneyMade, summary="Publish the figures of a grant")
def disclose_grant(request: HttpRequest, grant_id: UUID, idempotency_key: Key) -> Any:
    """Publish the figures as they stand now; donors are told."""
    return _once(request, "disclose", idempotency_key, None,
                 lambda **a: operations.disclose_grant(grant_id=grant_id, **a))  # fmt: skip


@router.post("/tranches/{uuid:tranche_id}/ask", response=MoneyMade, summary="Ask that a tranche be paid")
def ask_payment(request: HttpRequest, tranche_id: UUID, idempotency_key: Key) -> Any:
    """Ask for the payment of a tranche whose condition is met."""
    return _once(request, "ask", idempotency_key, None,
                 lambda **a: operations.ask_payment(tranche_id=tranche_id, **a))  # fmt: skip


Things = Literal["payments", "expenses", "requests"]
LISTS: dict[str, Callable[..., Any]] = {
    "payments": queries.payments, "expenses": queries.expenses, "requests": queries.requests
}  # fmt: skip
DECIDE: dict[tuple[str, str], tuple[Callable[..., Any], str]] = {
    ("payments", "approve"): (operations.approve_payment, "payment_id"),
    ("payments", "refuse"): (operations.refuse_payment, "payment_id"),
    ("expenses", "approve"): (operations.approve_expense, "expense_id"),
    ("expenses", "refuse"): (operations.refuse_expense, "expense_id"),
    ("requests", "approve"): (operations.grant_request, "request_id"),
    ("requests", "refuse"): (operations.refuse_request, "request_id"),
}


@router.get("/waiting/{things}", response=MoneyThingsPage, summary="Payments, expenses or requests of the own desk")
def list_things(request: HttpRequest, things: Things, asked: Query[MoneyAsked]) -> dict[str, Any]:
    """List them, newest first."""
    rows = LISTS[things](viewer=signed_in(request))
    return page_after(rows, asked.after, asked.limit, _made, by="asked_at")


@router.post("/waiting/{things}/{uuid:thing_id}", response=MoneyMade, summary="Approve or refuse one of them")
def decide(request: HttpRequest, things: Things, thing_id: UUID, body: MoneyDecisionIn, idempotency_key: Key) -> Any:
    """Approve a payment, expense or request within the own limit, or refuse it for a reason."""
    act, name = DECIDE[things, body.decision]
    given: dict[str, Any] = {name: thing_id, **({"reason": body.reason} if body.decision == "refuse" else {})}
    return _once(request, "decide", idempotency_key, body, lambda **a: act(**given, **a))


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise NotAPicture(field="photo") from wrong


@router.post("/grants/{uuid:grant_id}/expenses", response=MoneyMade, summary="Enter an expense with its receipt")
def claim(request: HttpRequest, grant_id: UUID, body: MoneyExpenseIn, idempotency_key: Key) -> Any:
    """Enter an expense of the own team; somebody else approves it."""
    given = body.model_dump(exclude={"photo"})
    return _once(request, "expense", idempotency_key, body, lambda **a: operations.claim_expense(
        grant_id=grant_id, photo=_bytes(body.photo), **given, **a
    ))  # fmt: skip


@router.post("/grants/{uuid:grant_id}/requests", response=MoneyMade, summary="Ask about the money of a grant")
def ask(request: HttpRequest, grant_id: UUID, body: RequestAsked, idempotency_key: Key) -> Any:
    """Ask for a change between lines, an advance, its repayment, a return or a clawback."""
    return _once(request, "request", idempotency_key, body,
                 lambda **a: operations.ask(grant_id=grant_id, **body.model_dump(), **a))  # fmt: skip
