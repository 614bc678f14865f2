"""Bills sent to a book, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations
from shanzhi.ledger.models import Account, BillFile, BillLine, Nature, Owner
from shanzhi.ledger.operations import bills
from tests.support.books import SYSTEM, Books, a_book, an_account

AT = datetime(2026, 4, 2, 9, tzinfo=UTC)


def an_officer_book(area: str = "370102001001") -> tuple[Books, Account]:
    """Make a book with an account of a bank that may be below zero, as accounts are that began before the book."""
    held = a_book(area)
    bank = an_account(held.book, Owner.OUTSIDE, role="bank", nature=Nature.ASSETS, name="开户行（示例）")
    return held, bank


def sent(held: Books, account: Account, content: bytes, actor: Actor = SYSTEM, **given: Any) -> BillFile:
    """Send a file; nothing is taken yet."""
    return bills.prepare_bill(
        actor=actor, book_id=held.book.pk, account_id=account.pk, name="三月流水", content=content,
        **{"at": AT, **given},
    )  # fmt: skip


def taken(held: Books, account: Account, content: bytes, actor: Actor = SYSTEM) -> BillFile:
    """Send a file and take it."""
    found = sent(held, account, content, actor)
    bills.confirm_bill(actor=actor, book_id=held.book.pk, file_id=found.pk, at=AT)
    bills.write_bill(actor=actor, file_id=found.pk, at=AT)
    found.refresh_from_db()
    return found


def moved(held: Books, account: Account, amount: int, on: date, text: str = "", key: str = "") -> operations.Entered:
    """Enter money that came to an account (above zero) or left it."""
    legs = [operations.Leg(account.pk, amount), operations.Leg(held.outside.pk, -amount)]
    return operations.enter(
        actor=SYSTEM, book=held.book.pk, area=held.book.area, on=on, at=AT, kind="tests", key=key or uuid4().hex,
        legs=legs, text=text,
    )  # fmt: skip


def line_of(account: Account, amount: int) -> BillLine:
    """Give the line of an amount."""
    return BillLine.objects.get(account=account, amount=amount)
