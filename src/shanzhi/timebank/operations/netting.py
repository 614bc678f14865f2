"""Once a month the clock takes debts in a circle off one another; no hand does, and nobody gains or loses by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.ledger.models import Balance
from shanzhi.ledger.models.journal import MOST_LEGS
from shanzhi.timebank.circles import Debt, netted
from shanzhi.timebank.models import Bank, Clearing, ClearingLine, Link
from shanzhi.timebank.operations.frames import enter

KIND: Final = "clear"


@dataclass(frozen=True, slots=True)
class Owed:
    """What one bank owes the other by an agreement, in minutes above zero."""

    link: Link
    debtor: Bank
    creditor: Bank
    minutes: int


def clear_month(*, at: datetime) -> int:
    """Clear circles of debts between banks, once in each month; gives how many agreements it touched.

    What the clearing shrinks is the most that can be shrunk. A bank owes as much less as it is owed less, so that its
    entry sums to zero and no credits of anybody move. Banks whose book is closed up to today are left out.

    It waits for a circle until the last day of the month, and is then on record without one. It looks without locks
    first, so that nobody who passes credits on waits for a clock that finds nothing.
    """
    today = timezone.localdate(at)
    month, last = today.replace(day=1), (today + timedelta(days=1)).day == 1
    if Clearing.objects.filter(month=month).exists() or not (_shrunk(today, locked=False) or last):
        return 0
    with transaction.atomic():
        lines = _shrunk(today, locked=True)
        if not lines and not last:
            return 0
        minutes = sum(less for _one, less in lines)
        made, fresh = Clearing.objects.get_or_create(month=month, defaults={"minutes": minutes, "at": at})
        if not fresh:
            return 0
        _enter(made, lines, at)
    return len(lines)


def _shrunk(today: date, *, locked: bool) -> list[tuple[Owed, int]]:
    """Give what is owed in circles, with by how much each debt shrinks."""
    owed = _positions(today, locked=locked)
    less = netted([Debt(one.debtor.pk, one.creditor.pk, one.minutes) for one in owed])
    return [(one, part) for one, part in zip(owed, less, strict=True) if part]


def _positions(today: date, *, locked: bool) -> list[Owed]:
    """Read how much is owed by agreements; where asked for, lock them first, in the order of their ids."""
    rows = Link.objects.filter(one_account__in=Balance.objects.exclude(amount=0).values("account"))
    if locked:
        rows = rows.select_for_update(no_key=True, of=("self",))
    rows = rows.exclude(one__book__closed_through__gte=today).exclude(other__book__closed_through__gte=today)
    links = list(rows.select_related("one", "other").order_by("pk"))
    accounts = [one.account_at(one.one_id) for one in links]
    known = dict(Balance.objects.filter(account__in=accounts).exclude(amount=0).values_list("account", "amount"))
    found = []
    for link in links:
        amount = known.get(link.account_at(link.one_id), 0)
        if amount:
            sides = (link.one, link.other) if amount > 0 else (link.other, link.one)
            found.append(Owed(link, *sides, abs(amount)))
    return _few_enough(found)


def _few_enough(found: Sequence[Owed]) -> list[Owed]:
    """Leave out the smallest debts of a bank that has more of them than an entry has legs."""
    count: Counter[UUID] = Counter()
    kept = []
    for one in sorted(found, key=lambda one: (-one.minutes, one.link.pk)):
        if max(count[one.debtor.pk], count[one.creditor.pk]) < MOST_LEGS:
            count.update((one.debtor.pk, one.creditor.pk))
            kept.append(one)
    return kept


def _enter(made: Clearing, lines: Sequence[tuple[Owed, int]], at: datetime) -> None:
    """Enter in each bank's book what it owes less and is owed less, the books in the order of their ids."""
    actor = Actor.system("clock")
    banks: dict[UUID, Bank] = {}
    moved: dict[UUID, dict[UUID, int]] = {}
    for one, less in lines:
        for bank, change in ((one.debtor, -less), (one.creditor, less)):
            banks[bank.pk] = bank
            moved.setdefault(bank.pk, {})[one.link.account_at(bank.pk)] = change
    record(
        actor=actor, verb="timebank.clearing.clear", subject=made, area="", at=at,
        change={"month": f"{made.month:%Y-%m}", "minutes": made.minutes, "banks": len(banks)},
    )  # fmt: skip
    entries = {
        bank.pk: enter(actor=actor, bank=bank, kind=KIND, key=f"clear:{made.pk}:{bank.pk}", moved=moved[bank.pk], at=at)
        for bank in sorted(banks.values(), key=lambda bank: bank.book_id)
    }
    rows = [
        ClearingLine(
            id=uuid4(), clearing=made, link=one.link, debtor=one.debtor, creditor=one.creditor, minutes=less,
            debtor_entry=entries[one.debtor.pk], creditor_entry=entries[one.creditor.pk], at=at,
        )
        for one, less in lines
    ]  # fmt: skip
    ClearingLine.objects.bulk_create(rows)
    record_many(
        event_of(
            actor=actor, verb="timebank.clearingline.clear", subject=row, area=bank.area, at=at,
            change={"minutes": row.minutes, "bank": other.name},
        )
        for row in rows
        for bank, other in ((row.debtor, row.creditor), (row.creditor, row.debtor))
    )  # fmt: skip
