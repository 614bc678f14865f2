"""A book with a few accounts, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations
from shanzhi.ledger.models import Account, Balance, Book, Nature, Owner

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
SYSTEM = Actor.system("tests")


@dataclass(frozen=True)
class Books:
    """A book, money from outside, an organisation that gives and two others."""

    book: Book
    outside: Account
    fund: Account
    one: Account
    other: Account

    def enter(self, *legs: tuple[Account, int], **given: Any) -> operations.Entered:
        """Enter in the book as the system."""
        return operations.enter(**{
            "actor": SYSTEM, "book": self.book.pk, "area": self.book.area, "on": DAY, "at": AT, "kind": "transfer",
            "key": uuid4().hex, "legs": [operations.Leg(account.pk, amount) for account, amount in legs], **given,
        })  # fmt: skip

    def move(self, source: Account, target: Account, amount: int, **given: Any) -> operations.Entered:
        """Move an amount as the system."""
        return self.enter((source, -amount), (target, amount), **given)


def an_account(book: Book, owner_kind: Owner = Owner.ORGANIZATION, owner: UUID | None = None, **given: Any) -> Account:
    """Open an account of a new owner, or of the outside world."""
    number = None if owner_kind == Owner.OUTSIDE else owner or uuid4()
    values: dict[str, Any] = {"role": "balance", "name": "账户（示例）", "nature": Nature.ASSETS, "at": AT, **given}
    return operations.make_account(actor=SYSTEM, book=book, owner_kind=owner_kind, owner_id=number, **values)


def a_book(area: str = "370102001001", name: str = "示例账本") -> Books:
    """Make a book with its accounts; nothing is on them."""
    book = operations.create_book(
        actor=SYSTEM, name=f"{name} {uuid4().int % 10**6}", area=area, begins_on=date(2026, 1, 1), at=AT, synthetic=True
    )
    outside = an_account(book, Owner.OUTSIDE, role="donations", nature=Nature.INCOME, name="捐赠（示例）")
    fund = an_account(book, name="支持中心（示例）")
    return Books(book, outside, fund, an_account(book), an_account(book))


def on(account: Account) -> int:
    """Give what is on an account now, in whole units."""
    return Balance.objects.get(pk=account.pk).amount
