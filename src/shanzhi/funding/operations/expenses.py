"""Expenses: claimed with a photo of the receipt, approved by somebody else within a limit, entered on a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.lifecycle import EXPENSE
from shanzhi.funding.models import BudgetLine, Expense, Grant
from shanzhi.funding.operations import moving, photos
from shanzhi.funding.operations.funds import fen, words
from shanzhi.funding.operations.grants import on_account, reason_of, require_state
from shanzhi.funding.refusals import BadDay, BadInvoice, HeldShort, LineFull, PeriodClosed, ReceiptUsed
from shanzhi.funding.rules import EXPENSE as SPENDING
from shanzhi.funding.telling import tell_claim
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.kernel.money import format_yuan
from shanzhi.ledger.refusals import Full, Short
from shanzhi.ui import formatting

INVOICE: Final = re.compile(r"[0-9A-Z-]{1,40}")
CODE: Final = re.compile(r"[0-9A-Z]{1,20}")
_FULL_WIDTH: Final = {0xFF01 + n: 0x21 + n for n in range(94)}
ONCE: Final = ("funding_expense_invoice_once", "funding_expense_photo_once")


def plain_number(text: str, shape: re.Pattern[str], field: str) -> str:
    """Give a number of a receipt in one form: no blanks, capitals, half width. Raises BadInvoice."""
    found = re.sub(r"\s+", "", text.translate(_FULL_WIDTH)).upper()
    if not shape.fullmatch(found):
        raise BadInvoice(field=field)
    return found


@contextmanager
def _once() -> Iterator[None]:
    """Say in words that a receipt was used: of two who race, the database lets one in."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if any(name in str(fault) for name in ONCE):
            raise ReceiptUsed(field="photo" if ONCE[1] in str(fault) else "invoice") from fault
        raise


def claim_expense(
    *, actor: Actor, grant_id: UUID, line: int, amount_fen: int, spent_on: date, what: str, seller: str,
    seller_code: str, invoice: str, photo: bytes, at: datetime, from_advance: bool = False,
) -> Expense:  # fmt: skip
    """Claim an expense on a line of a grant with the photo of its receipt; it waits for somebody else's approval.

    Raises NotOfTheTeam, NotInForce, BadAmount, BadDay, PeriodClosed, LineFull, HeldShort, BadInvoice, ReceiptUsed (by
    anybody, anywhere), NoPhoto, NotAPicture, PictureTooLarge. Nothing is kept of what is refused.
    """
    # Who may is asked before anything is decoded, and again below under the lock.
    seen = policies.load_grant(actor=actor, lock=False, pk=grant_id)
    policies.require(policies.may_claim(actor=actor, grant=seen))
    values = {
        "amount_fen": fen(amount_fen),
        "what": words(what, "what", most=200),
        "seller": words(seller, "seller"),
        "seller_code": plain_number(seller_code, CODE, "seller_code"),
        "invoice": plain_number(invoice, INVOICE, "invoice"),
    }
    photos.read(photo).close()
    with _once():
        grant = policies.load_grant(actor=actor, pk=grant_id)
        policies.require(policies.may_claim(actor=actor, grant=grant))
        require_state(grant, "in_force", "stopped")
        chosen = _line(grant, line)
        _require_day(grant, spent_on, at)
        _require_room(grant, chosen, amount_fen, moving.advance_role(actor.person()) if from_advance else moving.HELD)
        _require_unused(values["seller_code"], values["invoice"])
        anew = photos.written_anew(photo)
        made = Expense.objects.create(
            grant=grant, line=chosen, spent_on=spent_on, original=anew.original, picture=digest_bytes(anew.whole),
            small=digest_bytes(anew.small), person_id=actor.person() if from_advance else None,
            asked_by=actor.person_id, asked_at=at, synthetic=grant.synthetic, **values,
        )  # fmt: skip
        _note(actor, "claim", made, grant, at)
        for size in (anew.whole, anew.small):
            photos.keep(size)
    return made


def _line(grant: Grant, number: int) -> BudgetLine:
    found = BudgetLine.objects.filter(grant=grant, number=number).first()
    if found is None:
        raise NotFound(field="line")
    return found


def _require_unused(seller_code: Any, invoice: Any) -> None:
    """Refuse a receipt that was entered, before its photo is kept; the constraint holds where two come at once."""
    if Expense.objects.filter(seller_code=seller_code, invoice=invoice).exclude(state="refused").exists():
        raise ReceiptUsed(field="invoice")


def _require_day(grant: Grant, day: date, at: datetime) -> None:
    last = min(grant.ends_on, timezone.localdate(at))
    if not grant.starts_on <= day <= last:
        raise BadDay(field="spent_on", first=formatting.day(grant.starts_on), last=formatting.day(last))
    closed = grant.fund.book.closed_through
    if closed and day <= closed:
        raise PeriodClosed(field="spent_on", day=formatting.day(closed))


def _require_room(grant: Grant, line: BudgetLine, amount: int, role: str) -> None:
    """Say what is left at the moment of the claim; at the approval the ledger says it again, and holds it."""
    left = line.amount_fen - on_account(grant, f"{moving.LINE}{line.number}")
    if amount > left:
        raise LineFull(field="amount_fen", line=line.name, left=format_yuan(left))
    held = on_account(grant, role)
    if amount > held:
        raise HeldShort(field="amount_fen", left=format_yuan(held))


@transaction.atomic
def approve_expense(*, actor: Actor, expense_id: UUID, at: datetime) -> Expense:
    """Approve a claim: it is entered on its line. Raises OwnMoney, OverLimit, LineFull, HeldShort, MoveRefused."""
    found, grant = _locked(actor, expense_id)
    if found.state == "approved" and actor.is_person(found.decided_by):
        return found
    policies.require(policies.may_approve(
        actor=actor, grant=grant, asked_by=[found.asked_by, found.person_id], amount_fen=found.amount_fen,
        act=SPENDING, at=at,
    ))  # fmt: skip
    require_state(grant, "in_force", "stopped")
    found.state = EXPENSE.move(found.state, "approve")
    found.decided_by, found.decided_at = actor.person(), at
    source = moving.advance_role(found.person_id) if found.person_id else moving.HELD
    role = f"{moving.LINE}{found.line.number}"
    try:
        found.entry = moving.move(
            actor=actor, fund=grant.fund, source=moving.of_grant(actor=actor, grant=grant, role=source, at=at),
            target=moving.of_grant(actor=actor, grant=grant, role=role, at=at), amount=found.amount_fen, kind="spend",
            key=f"spend:{found.pk}", at=at, text=found.what,
        )  # fmt: skip
    except Full as full:
        raise LineFull(line=found.line.name, left=full.params["left"]) from full
    except Short as short:
        raise HeldShort(left=short.params["left"]) from short
    found.save(update_fields=["state", "decided_by", "decided_at", "entry"])
    _note(actor, "approve", found, grant, at)
    tell_claim(actor=actor, expense=found, grant=grant, at=at)
    return found


@transaction.atomic
def refuse_expense(*, actor: Actor, expense_id: UUID, reason: str, at: datetime) -> Expense:
    """Refuse a claim for a reason; its receipt may be entered again."""
    found, grant = _locked(actor, expense_id)
    policies.require(policies.may_approve(
        actor=actor, grant=grant, asked_by=[found.asked_by, found.person_id], amount_fen=0, act=SPENDING, at=at
    ))  # fmt: skip
    found.state = EXPENSE.move(found.state, "refuse")
    found.decided_by, found.decided_at, found.reason = actor.person(), at, reason_of(reason)
    found.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    _note(actor, "refuse", found, grant, at, found.reason)
    tell_claim(actor=actor, expense=found, grant=grant, at=at)
    return found


class NotApproved(Conflict):
    """Only what was approved is public."""

    code = "funding_not_approved"


def publish_picture(*, actor: Actor, expense_id: UUID, photo: bytes, at: datetime) -> Expense:
    """Put a copy of a receipt on the public page, on which personal data was struck out by hand, by staff.

    Raises NotInCharge, NotApproved, and as `photos.written_anew` does.
    """
    photos.read(photo).close()
    with transaction.atomic():
        found, grant = _locked(actor, expense_id)
        policies.require(policies.may_keep(actor=actor, fund=grant.fund))
        if found.state != "approved":
            raise NotApproved
        anew = photos.written_anew(photo)
        found.public_picture = digest_bytes(anew.small)
        found.save(update_fields=["public_picture"])
        _note(actor, "publish", found, grant, at)
        photos.keep(anew.small)
    return found


def _locked(actor: Actor, expense_id: UUID) -> tuple[Expense, Grant]:
    number = Expense.objects.filter(pk=expense_id).values_list("grant_id", flat=True).first()
    if number is None:
        raise NotFound
    grant = policies.load_grant(actor=actor, pk=number)
    return Expense.objects.select_related("line").get(pk=expense_id), grant


def _note(actor: Actor, verb: str, found: Expense, grant: Grant, at: datetime, reason: str = "") -> None:
    record(
        actor=actor, verb=f"funding.expense.{verb}", subject=found, area=grant.area, at=at, reason=reason,
        change={"grant": str(grant.pk), "line": found.line.number, "amount_fen": found.amount_fen},
    )  # fmt: skip
