"""The API of agreements between banks: what anybody reads, members who pass credits on, who keeps a bank."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import Credits, CreditsDoneOut, write_once
from shanzhi.timebank.models import MOST_OWED, Bank, ClearingLine, Crossing, Link
from shanzhi.timebank.queries import clearing as reading
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["timebank"])
Limit = Annotated[int, Field(ge=1, le=MOST_OWED)]
"""How much one bank may owe the other, in minutes of credit."""


class BankAgreementOut(Schema):
    """With which bank an agreement is in force, since when, and how much one may owe the other, in minutes."""

    bank_id: UUID
    name: str
    limit: int
    since: datetime


class BankLinkOut(Schema):
    """An agreement as the desk of a bank sees it, in minutes of credit.

    `owed` is what the bank owes the other, below zero what the other owes it; `proposed_by` and `asked_by` are banks.
    `answered_limit` is the limit that was answered last, with whether it was agreed to, and why not.
    """

    id: UUID
    bank_id: UUID
    name: str
    limit: int
    state: str
    owed: int
    proposed_by: UUID
    proposed_at: datetime
    answered_at: datetime | None
    asked_limit: int | None
    asked_by: UUID | None
    answered_limit: int | None
    limit_agreed: bool | None
    limit_reason: str
    limit_answered_at: datetime | None
    ended_at: datetime | None
    reason: str


class BankLinksPage(Schema):
    """A page of them; `next` reads on."""

    items: list[BankLinkOut]
    next: UUID | None


class BankCrossingOut(Schema):
    """Credits that passed between two banks, by account number; those settled between pools have none."""

    id: UUID
    came: bool
    other_bank: str
    minutes: int
    sender: str
    receiver: str
    relation: str
    reason: str
    at: datetime


class BankCrossingsPage(Schema):
    """A page of them; `next` reads on."""

    items: list[BankCrossingOut]
    next: UUID | None


class BankClearedOut(Schema):
    """By how much a debt between two banks shrank in the clearing of a month; `owing`: it was the bank's own debt."""

    id: UUID
    month: date
    other_bank: str
    minutes: int
    owing: bool


class BankClearedPage(Schema):
    """A page of them; `next` reads on."""

    items: list[BankClearedOut]
    next: UUID | None


class BetweenBanksQuery(Schema):
    """How far to read."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class BankLinkGiven(Given):
    """An agreement to propose."""

    other_id: UUID
    most: Limit


class BankLinkLimitGiven(Given):
    """Another limit to ask for."""

    most: Limit


class BankLinkStepGiven(Given):
    """A step with an agreement; `decline` and `end` need their reason.

    Who answers another limit names it in `most`, as it was read: it may have been taken back since.
    """

    step: Literal["agree", "decline", "withdraw", "end"]
    reason: str = Field("", max_length=500)
    most: Limit | None = None


class BankSettlementGiven(Given):
    """How much of what the other bank owes is settled, out of which common pool (without it that of the area), why."""

    pool_id: UUID | None = None
    minutes: Credits
    reason: str = Field(min_length=1, max_length=500)


class CreditPassGiven(Given):
    """Credits that pass to an account at another bank: the own one, `self`, or that of a relative."""

    to_bank_id: UUID
    number: str = Field(min_length=1, max_length=20)
    relation: Literal["self", "parent", "grandparent", "child", "grandchild", "spouse", "sibling", "other_relative"]
    minutes: Credits


class CreditPassForeseenOut(Schema):
    """What would pass, in minutes, and on which day the first of it would expire there."""

    minutes: int
    first_expires: date | None


@router.get("/banks/{uuid:bank_id}/agreements", response=list[BankAgreementOut],
            summary="With which banks credits can be exchanged, for anyone")  # fmt: skip
def list_agreements(request: HttpRequest, bank_id: UUID) -> list[dict[str, Any]]:
    """List the agreements in force."""
    found = queries.bank(bank_id)
    return [
        {"bank_id": (other := row.beside(found.pk)).pk, "name": other.name, "limit": row.most, "since": row.answered_at}
        for row in reading.in_force_with(found)
    ]


@router.post("/banks/{uuid:bank_id}/passes", response=CreditsDoneOut, summary="Pass credits on to another bank")
def pass_on(request: HttpRequest, bank_id: UUID, body: CreditPassGiven, idempotency_key: Key) -> dict[str, Any]:
    """Pass one's credits on; they keep the day of earning, and expire on the earlier day by the rules of both banks."""
    return write_once(request, "pass", idempotency_key, body, lambda: operations.pass_on(
        bank_id=bank_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/banks/{uuid:bank_id}/passes/look", response=CreditPassForeseenOut,
             summary="Look what passing credits on would do")  # fmt: skip
def look(request: HttpRequest, bank_id: UUID, body: CreditPassGiven) -> dict[str, Any]:
    """Tell what would pass, or refuse as passing on would; nothing is changed."""
    found = operations.foresee(bank_id=bank_id, **body.model_dump(), **signed_acting(request))
    return {"minutes": sum(part for _row, part, _end in found.parts), "first_expires": found.first_end}


def _told(found: Bank, row: Link) -> dict[str, Any]:
    other = row.beside(found.pk)
    names = ("id", "state", "proposed_at", "answered_at", "ended_at", "reason", "limit_agreed", "limit_reason",
             "limit_answered_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names}, "bank_id": other.pk, "name": other.name, "limit": row.most,
        "owed": getattr(row, "owed", 0), "proposed_by": row.one_id, "asked_limit": row.asked_most,
        "asked_by": row.asked_by_id, "answered_limit": row.limit_asked,
    }  # fmt: skip


@router.get("/banks/{uuid:bank_id}/links", response=BankLinksPage, summary="The agreements at the desk of a bank")
def list_links(request: HttpRequest, bank_id: UUID, asked: Query[BetweenBanksQuery]) -> dict[str, Any]:
    """List the agreements with other banks, newest first, those that are over too."""
    found = queries.desk_bank(viewer=signed_in(request), bank_id=bank_id)
    rows = reading.links(found).order_by("-proposed_at", "id")
    return page_after(rows, asked.after, asked.limit, partial(_told, found), by="proposed_at")


@router.post("/banks/{uuid:bank_id}/links", response=CreditsDoneOut, summary="Propose an agreement to another bank")
def propose(request: HttpRequest, bank_id: UUID, body: BankLinkGiven, idempotency_key: Key) -> dict[str, Any]:
    """Propose it, as who keeps the bank."""
    return write_once(request, "propose_link", idempotency_key, body, lambda: operations.propose_link(
        bank_id=bank_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/banks/{uuid:bank_id}/links/{uuid:pact_id}", response=BankLinkOut, summary="An agreement of a bank")
def get_link(request: HttpRequest, bank_id: UUID, pact_id: UUID) -> dict[str, Any]:
    """Give an agreement to who reads the bank at the desk."""
    found, row = reading.link(viewer=signed_in(request), bank_id=bank_id, link_id=pact_id)
    return _told(found, row)


@router.post("/banks/{uuid:bank_id}/links/{uuid:pact_id}/step", response=CreditsDoneOut,
             summary="Answer, take back or end an agreement")  # fmt: skip
def step(
    request: HttpRequest, bank_id: UUID, pact_id: UUID, body: BankLinkStepGiven, idempotency_key: Key
) -> dict[str, Any]:  # fmt: skip
    """Take a step as who keeps the bank; `agree` and `decline` answer what the other bank asks for."""

    def run() -> Link:
        given: dict[str, Any] = {"bank_id": bank_id, "link_id": pact_id, **signed_acting(request)}
        if body.step == "withdraw":
            return operations.withdraw_link(**given)
        if body.step == "end":
            return operations.end_link(reason=body.reason, **given)
        return operations.answer_link(agrees=body.step == "agree", most=body.most, reason=body.reason, **given)

    return write_once(request, "link_step", idempotency_key, body, run)


@router.post("/banks/{uuid:bank_id}/links/{uuid:pact_id}/limit", response=CreditsDoneOut,
             summary="Ask another bank for another limit")  # fmt: skip
def ask_limit(
    request: HttpRequest, bank_id: UUID, pact_id: UUID, body: BankLinkLimitGiven, idempotency_key: Key
) -> dict[str, Any]:  # fmt: skip
    """Ask for it as who keeps the bank; the one that stands holds until the other agrees."""
    return write_once(request, "link_limit", idempotency_key, body, lambda: operations.ask_limit(
        bank_id=bank_id, link_id=pact_id, most=body.most, **signed_acting(request)
    ))  # fmt: skip


@router.post("/banks/{uuid:bank_id}/links/{uuid:pact_id}/settlements", response=CreditsDoneOut,
             summary="Settle what another bank owes")  # fmt: skip
def settle(
    request: HttpRequest, bank_id: UUID, pact_id: UUID, body: BankSettlementGiven, idempotency_key: Key
) -> dict[str, Any]:  # fmt: skip
    """Settle it out of a common pool, as who keeps the bank that has the claim."""
    return write_once(request, "link_settle", idempotency_key, body, lambda: operations.settle_position(
        bank_id=bank_id, link_id=pact_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


def _crossing(row: Crossing) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("id", "minutes", "relation", "reason", "at", "came")}
    return {
        **plain, "other_bank": getattr(row, "partner", ""), "sender": row.sender.number if row.sender else "",
        "receiver": row.receiver.number if row.receiver else "",
    }  # fmt: skip


@router.get("/banks/{uuid:bank_id}/crossings", response=BankCrossingsPage, summary="What passed between banks")
def list_crossings(request: HttpRequest, bank_id: UUID, asked: Query[BetweenBanksQuery]) -> dict[str, Any]:
    """List what passed to and from a bank, newest first, for its desk."""
    rows = reading.crossings(queries.desk_bank(viewer=signed_in(request), bank_id=bank_id)).order_by("-at", "id")
    return page_after(rows, asked.after, asked.limit, _crossing, by="at")


def _cleared(row: ClearingLine) -> dict[str, Any]:
    return {
        "id": row.pk, "month": row.clearing.month, "minutes": row.minutes, "other_bank": getattr(row, "partner", ""),
        "owing": getattr(row, "owing", False),
    }  # fmt: skip


@router.get("/banks/{uuid:bank_id}/cleared", response=BankClearedPage, summary="What was cleared between banks")
def list_cleared(request: HttpRequest, bank_id: UUID, asked: Query[BetweenBanksQuery]) -> dict[str, Any]:
    """List what the monthly clearing took off debts of a bank and to it, newest first, for its desk."""
    rows = reading.cleared(queries.desk_bank(viewer=signed_in(request), bank_id=bank_id)).order_by("-at", "id")
    return page_after(rows, asked.after, asked.limit, _cleared, by="at")
