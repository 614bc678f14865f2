"""The API of goods for credits and of vouchers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import Credits, CreditsDoneOut, write_once
from shanzhi.timebank.models import Good, Voucher
from shanzhi.timebank.operations.shop import MOST_PIECES
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["timebank"])


class BankGoodOut(Schema):
    """Something for credits; `minutes` is what one piece costs, `stock` how many are left, `state` open or closed."""

    id: UUID
    title: str
    about: str
    place: str
    minutes: int
    stock: int
    state: str
    organization_id: UUID | None
    created_at: datetime
    synthetic: bool


class BankGoodsPage(Schema):
    """A page of them; `next` reads on."""

    items: list[BankGoodOut]
    next: UUID | None


class BankGoodsQuery(Schema):
    """Which and how far to read; what is not open any more is for the desk of the bank."""

    state: Literal["open", "closed", "all"] = "open"
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class BankGoodGiven(Given):
    """What is put up: the credits for one piece, and how many pieces there are; no organisation: the bank hands out."""

    title: str = Field(min_length=1, max_length=60)
    about: str = Field("", max_length=1000)
    place: str = Field(min_length=1, max_length=120)
    minutes: Credits
    pieces: int = Field(ge=1, le=MOST_PIECES)
    organization_id: UUID | None = None


class BankStockGiven(Given):
    """How many pieces are left, and how many were when you looked: one that was taken since is not put back."""

    pieces: int = Field(ge=0, le=MOST_PIECES)
    was: int = Field(ge=0, le=MOST_PIECES)


class BankVoucherOut(Schema):
    """A voucher for one piece."""

    id: UUID
    good_id: UUID
    title: str
    place: str
    number: str
    minutes: int
    state: str
    taken_at: datetime
    until: date


class BankVouchersPage(Schema):
    """A page of one's own vouchers; `next` reads on."""

    items: list[BankVoucherOut]
    next: UUID | None


class BankVouchersQuery(Schema):
    """How the list is narrowed; issued are those that are to be fetched."""

    state: Literal["", "issued", "redeemed", "returned", "lapsed"] = ""
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _told(row: Good) -> dict[str, Any]:
    names = (
        "id", "title", "about", "place", "minutes", "stock", "state", "organization_id", "created_at", "synthetic",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def told_voucher(row: Voucher) -> dict[str, Any]:
    """Write a voucher."""
    names = ("id", "good_id", "number", "minutes", "state", "taken_at", "until")
    return {**{name: getattr(row, name) for name in names}, "title": row.good.title, "place": row.good.place}


@router.get("/banks/{uuid:bank_id}/goods", response=BankGoodsPage, summary="What there is for credits, for anyone")
def list_goods(request: HttpRequest, bank_id: UUID, asked: Query[BankGoodsQuery]) -> dict[str, Any]:
    """List what is given for credits, newest first; with `state` at the desk also what is closed."""
    if asked.state == "open":
        rows = queries.goods(queries.bank(bank_id))
    else:
        rows = queries.desk_goods(queries.desk_bank(viewer=signed_in(request), bank_id=bank_id))
    if asked.state == "closed":
        rows = rows.filter(state="closed")
    return page_after(rows.order_by("-created_at", "id"), asked.after, asked.limit, _told)


@router.post("/banks/{uuid:bank_id}/goods", response=CreditsDoneOut, summary="Put something up for credits")
def put_up(request: HttpRequest, bank_id: UUID, body: BankGoodGiven, idempotency_key: Key) -> dict[str, Any]:
    """Put something up, as who keeps the bank."""
    return write_once(request, "put_up", idempotency_key, body, lambda: operations.put_up(
        bank_id=bank_id, given=operations.Goods(**body.model_dump()), **signed_acting(request)
    ))  # fmt: skip


@router.post("/goods/{uuid:good_id}/stock", response=CreditsDoneOut, summary="Say how many pieces are left")
def set_stock(request: HttpRequest, good_id: UUID, body: BankStockGiven, idempotency_key: Key) -> dict[str, Any]:
    """Set the stock, as who keeps the bank."""
    return write_once(request, "stock", idempotency_key, body, lambda: operations.set_stock(
        good_id=good_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/goods/{uuid:good_id}/close", response=CreditsDoneOut, summary="Take something off the list")
def close_good(request: HttpRequest, good_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Take it off, as who keeps the bank."""
    return write_once(request, "close_good", idempotency_key, None, lambda: operations.close_good(
        good_id=good_id, **signed_acting(request)
    ))  # fmt: skip


@router.post("/goods/{uuid:good_id}/vouchers", response=CreditsDoneOut, summary="Take a voucher for one's credits")
def take(request: HttpRequest, good_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Take one piece; the credits are held until it is fetched."""
    return write_once(request, "take", idempotency_key, None, lambda: operations.take_voucher(
        good_id=good_id, **signed_acting(request)
    ))  # fmt: skip


@router.get("/vouchers", response=BankVouchersPage, summary="One's own vouchers")
def list_vouchers(request: HttpRequest, asked: Query[BankVouchersQuery]) -> dict[str, Any]:
    """List one's own vouchers, newest first; with `state` those in it."""
    rows = queries.own_vouchers(viewer=signed_in(request)).order_by("-taken_at", "id")
    rows = rows.filter(state=asked.state) if asked.state else rows
    return page_after(rows, asked.after, asked.limit, told_voucher, by="taken_at")


@router.get("/vouchers/{uuid:voucher_id}", response=BankVoucherOut, summary="A voucher")
def get_voucher(request: HttpRequest, voucher_id: UUID) -> dict[str, Any]:
    """Give a voucher to its member and to who hands out what it is for."""
    return told_voucher(queries.voucher(viewer=signed_in(request), voucher_id=voucher_id))


@router.post("/vouchers/{uuid:voucher_id}/return", response=CreditsDoneOut, summary="Give a voucher back")
def give_back(request: HttpRequest, voucher_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Give one's own voucher back; the credits come back."""
    return write_once(request, "return", idempotency_key, None, lambda: operations.give_voucher_back(
        voucher_id=voucher_id, **signed_acting(request)
    ))  # fmt: skip


@router.post("/vouchers/{uuid:voucher_id}/redeem", response=CreditsDoneOut, summary="Hand out for a voucher")
def redeem(request: HttpRequest, voucher_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Hand the piece out, once, as who keeps the bank or leads the organisation that has it."""
    return write_once(request, "redeem", idempotency_key, None, lambda: operations.hand_out(
        voucher_id=voucher_id, **signed_acting(request)
    ))  # fmt: skip
