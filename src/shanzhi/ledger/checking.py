"""Proving a book: every invariant asked of the rows themselves, not of what the functions promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.ledger.operations.content import Leg, content_of

Broken = tuple[str, str, str]  # table, key, what is wrong
PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Found:
    """What one check looked at: how many rows, and those that do not hold."""

    name: Any
    seen: int
    broken: list[Broken]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _count(table: str) -> int:
    (row,) = _rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - own names
    return int(row[0])


_SUMS: Final = """
SELECT e.id, e.legs, coalesce(sum(g.legs), 0), coalesce(bool_and(g.total = 0), false), coalesce(bool_and(g.own), false)
FROM ledger_entry e LEFT JOIN (
    SELECT p.entry_id, count(*) AS legs, sum(p.amount) AS total,
        bool_and(a.book_id = x.book_id AND p.on_day = x.on_day AND p.number = x.number) AS own
    FROM ledger_posting p JOIN ledger_entry x ON x.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id
    GROUP BY p.entry_id, a.commodity_id) g ON g.entry_id = e.id
GROUP BY e.id, e.legs
HAVING e.legs <> coalesce(sum(g.legs), 0) OR NOT coalesce(bool_and(g.total = 0), false)
    OR NOT coalesce(bool_and(g.own), false)
"""


def sums() -> Found:
    """Each entry has all its postings, in its own book, and they sum to zero in each commodity."""
    broken = []
    for number, wanted, legs, level, own in _rows(_SUMS):
        words = f"{legs} of {wanted} postings" if wanted != legs else "does not sum to zero" if not level else ""
        broken.append(
            ("ledger_entry", str(number), words or ("" if own else "a posting is of another book, day or entry"))
        )
    return Found(_("Entries that sum to zero"), _count("ledger_entry"), broken)


_BALANCES: Final = """
SELECT b.account_id, b.amount, coalesce(s.total, 0), b.floor
FROM ledger_balance b LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_posting GROUP BY account_id) s
    USING (account_id)
WHERE b.amount <> coalesce(s.total, 0) OR b.amount < b.floor
"""


def balances() -> Found:
    """Each balance is what its postings give, and none lies below its floor."""
    broken = [
        (
            "ledger_balance",
            str(account),
            f"below its floor of {floor}" if said == given else f"says {said}, postings {given}",
        )
        for account, said, given, floor in _rows(_BALANCES)
    ]
    return Found(_("Balances that their postings give"), _count("ledger_balance"), broken)


_STOOD: Final = """
SELECT DISTINCT account_id, stood = total FROM (
    SELECT p.account_id, p.stood, b.floor, sum(p.amount) OVER (PARTITION BY p.account_id ORDER BY p.number) AS total
    FROM ledger_posting p JOIN ledger_balance b ON b.account_id = p.account_id) s
WHERE stood <> total OR floor = 0 AND total < 0
"""


def histories() -> Found:
    """What stood on an account after each entry is what its postings add up to; none guarded at zero was below it."""
    broken = [
        ("ledger_account", str(account), "was below zero" if level else "its postings do not add up in their order")
        for account, level in _rows(_STOOD)
    ]
    return Found(_("Postings that add up in their order, never below zero"), _count("ledger_posting"), broken)


_MIRRORS: Final = """
SELECT DISTINCT e.id FROM ledger_entry e
    JOIN LATERAL (SELECT account_id, amount FROM ledger_posting WHERE entry_id IN (e.id, e.reverses_id)) p ON true
WHERE e.reverses_id IS NOT NULL GROUP BY e.id, p.account_id HAVING sum(p.amount) <> 0
"""


def mirrors() -> Found:
    """Each reversal is the mirror of what it undoes."""
    broken = [("ledger_entry", str(number), "is no mirror of what it reverses") for (number,) in _rows(_MIRRORS)]
    seen = _rows("SELECT count(*) FROM ledger_entry WHERE reverses_id IS NOT NULL")[0][0]
    return Found(_("Reversals that mirror their entry"), seen, broken)


_CLOSINGS: Final = """
SELECT c.id, c.entries, c.digest,
    (SELECT count(*) FROM ledger_entry e WHERE e.book_id = c.book_id AND e.on_day <= c.through),
    (SELECT 'sha256:' || encode(sha256(convert_to(
        coalesce(string_agg(s.account_id || ' ' || s.amount, chr(10) ORDER BY s.account_id), ''), 'UTF8')), 'hex')
    FROM (SELECT p.account_id, sum(p.amount) AS amount
        FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE a.book_id = c.book_id AND p.on_day <= c.through GROUP BY p.account_id HAVING sum(p.amount) <> 0) s),
    (SELECT 'sha256:' || encode(sha256(convert_to(
        coalesce(string_agg(s.account_id || ' ' || s.amount, chr(10) ORDER BY s.account_id), ''), 'UTF8')), 'hex')
    FROM ledger_closingbalance s WHERE s.closing_id = c.id)
FROM ledger_closing c
"""


def closings() -> Found:
    """Nothing was entered into a closed period since, and its balances are those that were closed."""
    rows = _rows(_CLOSINGS)
    broken = []
    for number, entries, digest, now, given, kept in rows:
        if now != entries or given != digest or kept != digest:
            broken.append(("ledger_closing", str(number), "the closed period is not what was closed"))
    return Found(_("Closed periods that stayed as they were"), len(rows), broken)


_ENTRIES: Final = """
SELECT e.id, e.book_id, e.on_day, e.kind, e.text, e.key, e.reverses_id, e.request, v.change, p.account_id, p.amount
FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
    LEFT JOIN audit_event v ON v.subject_type = 'ledger.entry' AND v.subject_id = e.id::text
        AND v.verb IN ('ledger.entry.enter', 'ledger.entry.reverse')
ORDER BY e.number, p.leg
"""


def _told() -> Iterator[tuple[Any, ...]]:
    """Read all entries with their postings and events, a page at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES)
        while rows := cursor.fetchmany(PAGE):
            yield from rows


def events() -> Found:
    """Each entry says what its event in the log says: day, kind, text, accounts and amounts."""
    seen, broken = 0, []
    for entry, group in groupby(_told(), key=lambda row: row[0]):
        rows = list(group)
        _id, book, on, kind, text, key, reverses, request, change, _account, _amount = rows[0]
        content = content_of(
            book=book,
            on=on,
            kind=kind,
            text=text,
            key=key,
            reverses=reverses,
            legs=[Leg(row[9], row[10]) for row in rows],
        )
        seen += 1
        written = json.loads(change) if isinstance(change, str) else change
        if written is None:
            broken.append(("ledger_entry", str(entry), "has no event"))
        elif bytes(request) != content or written.get("digest") != content.hex():
            broken.append(("ledger_entry", str(entry), "is not what its event says"))
    return Found(_("Entries that say what their events say"), seen, broken)


CHECKS: Final[tuple[Callable[[], Found], ...]] = (sums, balances, histories, mirrors, closings, events)


def whole() -> Iterator[Found]:
    """Run every check over all books."""
    for check in CHECKS:
        yield check()


def broken() -> Iterable[Broken]:
    """Give what does not hold, for `shanzhi audit verify`."""
    for found in whole():
        yield from found.broken
