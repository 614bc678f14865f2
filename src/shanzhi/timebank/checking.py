"""Proving a bank: lots say what the ledger holds, every credit came of a record, and kept months are their sums.

What two banks owe one another stands in both books alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

from shanzhi.timebank.models import Bank, BankMonth
from shanzhi.timebank.sums import Moved, summed

OWN: Final = "timebank."
"""How the kinds of entries of this room begin."""
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
# Of each agreement: both accounts mirror one another, stand between the limits, and are what passed and was cleared.
_LINKS: Final = """
SELECT k.id FROM timebank_link k JOIN ledger_balance o ON o.account_id = k.one_account
JOIN ledger_balance t ON t.account_id = k.other_account
LEFT JOIN LATERAL (SELECT coalesce(sum(CASE WHEN c.source_id = k.one_id THEN c.minutes ELSE -c.minutes END), 0) AS came
    FROM timebank_crossing c WHERE c.link_id = k.id) c ON true
LEFT JOIN LATERAL (SELECT coalesce(sum(CASE WHEN l.debtor_id = k.one_id THEN l.minutes ELSE -l.minutes END), 0) AS gone
    FROM timebank_clearingline l WHERE l.link_id = k.id) l ON true
WHERE (o.amount, -t.amount, o.floor, o.ceiling, t.floor, t.ceiling)
    IS DISTINCT FROM (c.came - l.gone, c.came - l.gone, -k.most, k.most, -k.most, k.most)
"""


def broken() -> Iterable[tuple[str, str, str]]:
    """Give accounts whose lots are not what the ledger holds, banks that issued what no record gives, wrong months.

    And agreements of two banks whose accounts are not what passed between them.
    """
    for statement, table, words in (
        (_LOTS, "timebank_member", "the lots are not what the ledger holds"),
        (_ISSUED, "timebank_bank", "issued what no verified record gives"),
        (_LINKS, "timebank_link", "what the two banks owe one another is not what passed between them"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (key,) in cursor.fetchall():
                yield table, str(key), words
    yield from _months()


def _months() -> Iterable[tuple[str, str, str]]:
    """Give the kept months that are not what the ledger says: changed, missing or too many, four queries a bank.

    Only this room's kinds: what a treasurer enters by hand on other accounts may be of any day, and no figure is of it.
    """
    for bank in Bank.objects.filter(kept_until__isnull=False).order_by("pk").iterator():
        rows = BankMonth.objects.filter(bank=bank)
        kept = {Moved(row.month, row.kind, row.minutes, frozenset(row.people), row.owed, row.between) for row in rows}
        wrong = kept ^ set(summed(bank, since=None, until=bank.kept_until)) if bank.kept_until else kept
        for month, kind in sorted({(one.month, one.kind) for one in wrong if one.kind.startswith(OWN)}):
            yield "timebank_bankmonth", f"{bank.pk} {month:%Y-%m} {kind}", "a kept month is not what the ledger says"
