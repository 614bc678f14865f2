"""The API of members: accounts, the statement, gifts, donations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.people.middleware import moment
from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import Credits, CreditsDoneOut, write_once
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["timebank"])


class BankAccountOut(Schema):
    """One's own account at a bank, in minutes of credit; `ending` of them expire from `ends_on` on, within 90 days."""

    id: UUID
    bank_id: UUID
    number: str
    free: int
    bound: int
    held: int
    ending: int
    ends_on: date | None


class BankAccountGiven(Given):
    """An account to open."""

    student: bool = False


class BankEntryOut(Schema):
    """What moved on one's own account: `part` is credits, bound or held; `stood` what was on it afterwards.

    `other_bank` names the bank to which credits passed, or from which they came.
    """

    number: int
    on: date
    kind: str
    part: str
    minutes: int
    stood: int
    other_bank: str


class BankEntriesQuery(Schema):
    """How far to read: entries of a number below `before`."""

    before: int | None = Field(None, ge=1, le=10**17)
    limit: int = Field(50, ge=1, le=200)


class CreditGiftGiven(Given):
    """A gift to a relative, by the number of the account."""

    number: str = Field(min_length=1, max_length=20)
    relation: Literal["parent", "grandparent", "child", "grandchild", "spouse", "sibling", "other_relative"]
    minutes: Credits


class CreditDonationGiven(Given):
    """A donation to a pool."""

    pool_id: UUID
    minutes: Credits


class CreditPoolOut(Schema):
    """A pool to which one may donate by the rules in force."""

    id: UUID
    name: str
    organization_id: UUID | None
    created_at: datetime


@router.get("/me", response=list[BankAccountOut], summary="One's own accounts at time banks")
def list_accounts(request: HttpRequest) -> list[dict[str, Any]]:
    """List one's own open accounts."""
    members = queries.members_of(viewer=signed_in(request))
    return [
        {"id": one.member.pk, "bank_id": one.member.bank_id, "number": one.member.number, "free": one.free,
         "bound": one.bound, "held": one.held, "ending": one.ending, "ends_on": one.ends_on}
        for one in queries.stands(members, moment(request))
    ]  # fmt: skip


@router.post("/banks/{uuid:bank_id}/account", response=CreditsDoneOut, summary="Open an account at a bank")
def open_account(request: HttpRequest, bank_id: UUID, body: BankAccountGiven, idempotency_key: Key) -> dict[str, Any]:
    """Open one's own account; each person has one at a bank."""
    return write_once(request, "open", idempotency_key, body, lambda: operations.open_account(
        bank_id=bank_id, student=body.student, **signed_acting(request)
    ))  # fmt: skip


@router.get("/banks/{uuid:bank_id}/statement", response=list[BankEntryOut], summary="One's own statement")
def list_statement(request: HttpRequest, bank_id: UUID, asked: Query[BankEntriesQuery]) -> list[dict[str, Any]]:
    """List what moved, newest first; read on with the last `number` as `before`."""
    rows = queries.statement(queries.own_member(viewer=signed_in(request), bank_id=bank_id))
    if asked.before is not None:
        rows = rows.filter(number__lt=asked.before)
    return [
        {"number": row.number, "on": row.on, "kind": row.entry.kind, "part": row.account.role, "minutes": row.amount,
         "stood": row.stood, "other_bank": row.entry.text}
        for row in rows[: asked.limit]
    ]  # fmt: skip


@router.post("/banks/{uuid:bank_id}/gifts", response=CreditsDoneOut, summary="Give credits to a relative")
def give(request: HttpRequest, bank_id: UUID, body: CreditGiftGiven, idempotency_key: Key) -> dict[str, Any]:
    """Give credits; they keep the day on which they expire."""
    return write_once(request, "give", idempotency_key, body, lambda: operations.give(
        bank_id=bank_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/banks/{uuid:bank_id}/pools", response=list[CreditPoolOut], summary="The pools of a bank, for anyone")
def list_pools(request: HttpRequest, bank_id: UUID) -> Any:
    """List the pools to which one may donate today."""
    return queries.open_pools(queries.bank(bank_id), moment(request))


@router.post("/banks/{uuid:bank_id}/donations", response=CreditsDoneOut, summary="Donate credits to a pool")
def donate(request: HttpRequest, bank_id: UUID, body: CreditDonationGiven, idempotency_key: Key) -> dict[str, Any]:
    """Donate credits; those that can only be donated go first."""
    return write_once(request, "donate", idempotency_key, body, lambda: operations.donate(
        bank_id=bank_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
