"""Books as Beancount writes them: https://beancount.github.io/docs/beancount_language_syntax.html.

An account becomes `Assets:Fund:X1f…:Balance`: its side, whose it is, the owner's number, what for. Its
name is metadata.
At the end of each book a balance directive for each account says what Shanzhi has, so that `bean-check` compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from shanzhi.ledger.models import Account, Book, Commodity

PAGE: Final = 5000
SIDES: Final = {
    "assets": "Assets",
    "liabilities": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expenses": "Expenses",
}
_ENTRIES: Final = """
SELECT e.number, e.on_day, e.kind, e.text, e.id, r.number, p.account_id, p.amount
FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id LEFT JOIN ledger_entry r ON r.id = e.reverses_id
WHERE e.book_id = %s ORDER BY e.on_day, e.number, p.leg
"""


def account_name(account: Account) -> str:
    """Give the account's name in Beancount's letters: of one side, then words that begin with a capital or digit."""
    owner = f"X{account.owner_id.hex}" if account.owner_id else "X0"
    role = account.role.replace("_", "-").capitalize()
    return (
        f"{SIDES[account.nature]}:{account.owner_kind.capitalize()}:{owner}:{role}-{account.commodity_id.capitalize()}"
    )


def quoted(text: str) -> str:
    """Write a text as a Beancount string of one line."""
    plain = " ".join(text.split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def amount_of(amount: int, commodity: Commodity) -> str:
    """Write whole units with the commodity's decimals and code."""
    sign, whole = ("-" if amount < 0 else ""), abs(amount)
    if not commodity.digits:
        return f"{sign}{whole} {commodity.code}"
    units, rest = divmod(whole, 10**commodity.digits)
    return f"{sign}{units}.{rest:0{commodity.digits}d} {commodity.code}"


def written(books: Iterable[Book]) -> Iterator[str]:
    """Write books one after the other, line by line; each holds what was entered when the writing began."""
    yield 'option "title" "Shanzhi"\n'
    used: set[str] = set()
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:  # inside another transaction, that one decides what is seen
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for book in books:
            yield from _book(book, used)


def _book(book: Book, used: set[str]) -> Iterator[str]:
    accounts = {
        one.pk: one
        for one in Account.objects.filter(book=book).select_related("commodity", "balance").order_by("opened_at", "id")
    }
    for commodity in {one.commodity.code: one.commodity for one in accounts.values()}.values():
        if commodity.code not in used:
            used.add(commodity.code)
            yield f"\n1970-01-01 commodity {commodity.code}\n  name: {quoted(commodity.name)}\n"
    yield f"\n; {quoted(book.name)} {book.area}\n"
    for one in accounts.values():
        yield f"{book.begins_on} open {name_in(book, one)} {one.commodity_id}\n  name: {quoted(one.name)}\n"
    last = book.begins_on
    for number, group in groupby(_entries(book), key=lambda row: row[0]):
        rows = list(group)
        last = max(last, rows[0][1])
        yield _entry(book, number, rows, accounts)
    yield "\n"
    for one in accounts.values():
        yield _balance(book, one, last)


def name_in(book: Book, account: Account) -> str:
    """Give the account's name with its book, so that several books stand in one file."""
    side, rest = account_name(account).split(":", 1)
    return f"{side}:B{book.pk.hex[:12]}:{rest}"


def _entry(book: Book, number: int, rows: list[tuple[Any, ...]], accounts: dict[Any, Account]) -> str:
    _number, on, kind, text, key, reverses, _account, _amount = rows[0]
    lines = [f"\n{on} * {quoted(kind)} {quoted(text)}", f"  entry: {number}", f"  id: {quoted(str(key))}"]
    if reverses is not None:
        lines.append(f"  reverses: {reverses}")
    for row in rows:
        account = accounts[row[6]]
        lines.append(f"  {name_in(book, account)}  {amount_of(row[7], account.commodity)}")
    return "\n".join(lines) + "\n"


def _balance(book: Book, account: Account, last: date) -> str:
    """Say what is on an account on the morning after the last entry; and close it where it is closed."""
    name, after = name_in(book, account), last + timedelta(days=1)
    text = f"{after} balance {name}  {amount_of(account.balance.amount, account.commodity)}\n"
    if account.closed_at is not None:
        closed = max(after, timezone.localdate(account.closed_at))
        text += f"{closed + timedelta(days=1)} close {name}\n"
    return text


def _entries(book: Book) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES, [book.pk])
        while rows := cursor.fetchmany(PAGE):
            yield from rows
