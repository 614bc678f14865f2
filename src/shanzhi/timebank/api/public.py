"""The API of what anybody reads of time banks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from shanzhi.people.middleware import moment
from shanzhi.timebank import queries
from shanzhi.timebank.models import Bank, PolicyVersion

router = Router(tags=["timebank"])


class TimeBankOut(Schema):
    """A time bank of an area."""

    id: UUID
    area: str
    name: str
    created_at: datetime
    synthetic: bool


class BankMonthOut(Schema):
    """What a bank did in one or more whole months, in minutes of credit; `owed` is what it owes at the end.

    Behind each figure stand at least five people; one of fewer is held back, null. What passed between banks, and what
    was settled and cleared of it, is told where five sent and five received by each agreement. `between` is what the
    bank owes other banks at the end, below zero what they owe it.
    """

    first: date
    last: date
    earned: int | None
    taken_back: int | None
    spent: int | None
    given: int | None
    donated: int | None
    granted: int | None
    expired: int | None
    redeemed: int | None
    passed_out: int | None
    passed_in: int | None
    settled_out: int | None
    settled_in: int | None
    cleared: int | None
    owed: int | None
    between: int | None


class BankRulesOut(Schema):
    """A version of the rules; `rules` as the policy of the kernel writes them."""

    version: int
    published: date
    from_day: date
    digest: str
    official: bool
    rules: dict[str, Any]


def told(row: Bank) -> dict[str, Any]:
    """Write a bank."""
    return {name: getattr(row, name) for name in ("id", "area", "name", "created_at", "synthetic")}


def told_rules(row: PolicyVersion) -> dict[str, Any]:
    """Write a version of the rules."""
    plain = {name: getattr(row, name) for name in ("version", "published", "from_day", "digest", "official")}
    return {**plain, "rules": row.policy.model_dump(mode="json")}


@router.get("/banks", response=list[TimeBankOut], summary="The time banks, for anyone")
def list_banks(request: HttpRequest) -> list[dict[str, Any]]:
    """List all time banks by area."""
    return [told(row) for row in queries.banks().order_by("area")]


@router.get("/banks/{uuid:bank_id}", response=TimeBankOut, summary="One time bank, for anyone")
def get_bank(request: HttpRequest, bank_id: UUID) -> dict[str, Any]:
    """Give a time bank."""
    return told(queries.bank(bank_id))


@router.get("/banks/{uuid:bank_id}/months", response=list[BankMonthOut], summary="What a bank did, for anyone")
def list_months(request: HttpRequest, bank_id: UUID) -> list[dict[str, Any]]:
    """List the published months, newest first; those with nothing to tell go with those after them."""
    rows = queries.published(queries.bank(bank_id), timezone.localdate(moment(request)))
    return [
        {"first": row.first, "last": row.last, **row.figures, "owed": row.owed, "between": row.between} for row in rows
    ]


@router.get("/banks/{uuid:bank_id}/rules", response=list[BankRulesOut], summary="All rules of a bank, for anyone")
def list_rules(request: HttpRequest, bank_id: UUID) -> list[dict[str, Any]]:
    """List every version of the rules, the newest first."""
    return [told_rules(row) for row in queries.versions(queries.bank(bank_id))]
