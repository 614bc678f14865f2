"""Proving a bank: what the lots say is what the ledger holds, and every credit came of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

_LOTS: Final = """
SELECT m.id FROM timebank_member m
LEFT JOIN LATERAL (SELECT coalesce(sum(remains) FILTER (WHERE NOT donate_only), 0) AS free,
    coalesce(sum(remains) FILTER (WHERE donate_only), 0) AS tied FROM timebank_lot WHERE member_id = m.id) l ON true
LEFT JOIN LATERAL (SELECT coalesce(sum(r.minutes), 0) AS kept FROM timebank_reserved r
    JOIN timebank_lot x ON x.id = r.lot_id WHERE x.member_id = m.id) h ON true
JOIN ledger_balance c ON c.account_id = m.credits JOIN ledger_balance b ON b.account_id = m.bound
JOIN ledger_balance k ON k.account_id = m.held
WHERE (c.amount, b.amount, k.amount) IS DISTINCT FROM (l.free, l.tied, h.kept)
"""
_ISSUED: Final = """
SELECT b.id FROM timebank_bank b JOIN ledger_balance i ON i.account_id = b.issued
LEFT JOIN LATERAL (SELECT coalesce(sum(e.kept + e.donated) FILTER (WHERE e.reversed_at IS NULL), 0) AS given
    FROM timebank_earning e JOIN timebank_member m ON m.id = e.member_id WHERE m.bank_id = b.id) e ON true
WHERE -i.amount <> e.given
"""


def broken() -> Iterable[tuple[str, str, str]]:
    """Give the accounts whose lots are not what the ledger holds, and banks that issued what no record gives."""
    for statement, table, words in (
        (_LOTS, "timebank_member", "the lots are not what the ledger holds"),
        (_ISSUED, "timebank_bank", "issued what no verified record gives"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (key,) in cursor.fetchall():
                yield table, str(key), words
