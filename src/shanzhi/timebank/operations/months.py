"""Months that are over, kept as sums, so that a page open to everybody does not add all postings up each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.timebank.models import Bank, BankMonth
from shanzhi.timebank.sums import summed

SETTLES: Final = timedelta(days=1)
"""How long after its end a month is kept: what was begun before midnight is in the book by then."""


def keep_months(*, bank: Bank, at: datetime) -> int:
    """Keep the sums of the months that are over, by the clock; gives how many rows that were."""
    until = timezone.localdate(at - SETTLES).replace(day=1)
    if bank.kept_until is not None and bank.kept_until >= until:
        return 0
    with transaction.atomic():
        found = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
        if found.kept_until is not None and found.kept_until >= until:
            return 0
        rows = [
            BankMonth(bank=found, month=row.month, kind=row.kind, minutes=row.minutes, owed=row.owed,
                      between=row.between, people=sorted(row.people))
            for row in summed(found, since=found.kept_until, until=until)
        ]  # fmt: skip
        BankMonth.objects.bulk_create(rows)
        found.kept_until = until
        found.save(update_fields=["kept_until"])
    return len(rows)
