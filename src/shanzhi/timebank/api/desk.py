"""The API of who keeps a bank: accounts for many volunteers at once, the vouchers that were taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import write_once
from shanzhi.timebank.api.shop import BankVoucherOut, BankVouchersQuery, told_voucher
from shanzhi.timebank.models import Voucher
from shanzhi.timebank.operations.opening import MOST
from shanzhi.ui.http import Given, Key, signed_acting, signed_in, viewing
from shanzhi.ui.keyset import page_after

router = Router(tags=["timebank"])


class VolunteersAccountsGiven(Given):
    """Volunteers for whom accounts are to be opened, by their numbers."""

    numbers: list[Annotated[str, Field(min_length=1, max_length=15)]] = Field(min_length=1, max_length=MOST)


class PassedOverOut(Schema):
    """A number for which no account was opened, and why."""

    number: str
    code: str
    message: str


class VolunteersAccountsOut(Schema):
    """How many accounts were opened, and who was passed over."""

    made: int
    passed: list[PassedOverOut]


class DeskVoucherOut(BankVoucherOut):
    """A voucher as the desk of the bank reads it: with the account of which it was taken, and when it ended."""

    account: str
    ended_at: datetime | None


class DeskVouchersPage(Schema):
    """A page of them; `next` reads on."""

    items: list[DeskVoucherOut]
    next: UUID | None


class DeskVouchersQuery(BankVouchersQuery):
    """How the list is narrowed; `number` is that of a voucher or how it begins."""

    number: str = Field("", max_length=20)


class RunningMonthOut(Schema):
    """The month of a bank that runs, from `first` to `today`: exact minutes, for who keeps the bank alone.

    `owed` is what the bank owes its members and pools now, `between` what other banks, below zero what they owe it. On
    `told_on` the month is over and stands among the published ones, with small figures held back.
    """

    first: date
    today: date
    told_on: date
    earned: int
    taken_back: int
    spent: int
    given: int
    donated: int
    granted: int
    expired: int
    redeemed: int
    passed_out: int
    passed_in: int
    settled_out: int
    settled_in: int
    cleared: int
    owed: int
    between: int


@router.get("/banks/{uuid:bank_id}/months/running", response=RunningMonthOut, summary="The month of a bank that runs")
def get_running_month(request: HttpRequest, bank_id: UUID) -> dict[str, Any]:
    """Give the running month to who keeps the bank; nobody else reads it."""
    signed_in(request)
    month = queries.running(**viewing(request), bank_id=bank_id)
    plain = {name: getattr(month, name) for name in ("first", "today", "told_on", "owed", "between")}
    return {**plain, **month.figures}


@router.post("/banks/{uuid:bank_id}/accounts/many", response=VolunteersAccountsOut,
             summary="Open accounts for many volunteers")  # fmt: skip
def open_many(
    request: HttpRequest, bank_id: UUID, body: VolunteersAccountsGiven, idempotency_key: Key
) -> dict[str, Any]:
    """Open them as who keeps the bank, for whoever lives in its area and fits; the others are told with the reason."""

    def run() -> dict[str, Any]:
        found = operations.open_for_volunteers(bank_id=bank_id, numbers=body.numbers, **signed_acting(request))
        passed = [{"number": key, "code": why.code, "message": why.text} for key, why in found.passed.items()]
        return {"made": found.made, "passed": passed}

    return write_once(request, "open_many", idempotency_key, body, run)


@router.get("/banks/{uuid:bank_id}/vouchers", response=DeskVouchersPage, summary="The vouchers of a bank")
def list_bank_vouchers(request: HttpRequest, bank_id: UUID, asked: Query[DeskVouchersQuery]) -> dict[str, Any]:
    """List the vouchers of a bank at one's desk, newest first."""
    rows = queries.vouchers(queries.desk_bank(viewer=signed_in(request), bank_id=bank_id))
    rows = rows.filter(state=asked.state) if asked.state else rows
    rows = queries.search_vouchers(rows, asked.number) if asked.number else rows
    return page_after(rows.order_by("-taken_at", "id"), asked.after, asked.limit, _told, by="taken_at")


def _told(row: Voucher) -> dict[str, Any]:
    return {**told_voucher(row), "account": row.member.number, "ended_at": row.ended_at}
