"""What moved in the book of a bank, by month and kind, with whose accounts it touched: from the ledger, or as kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import DateField, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from shanzhi.ledger.models import Balance, Owner, Posting
from shanzhi.timebank.models import Bank, BankMonth, Crossing, Earning, Link

EARN, TAKE_BACK = "timebank.earn", "timebank.take_back"


@dataclass(frozen=True, slots=True)
class Moved:
    """What entries of a kind moved in a month (its first day), in minutes, of which people.

    `owed` is what they made the bank owe members and pools, `between` what other banks.
    """

    month: date
    kind: str
    minutes: int
    people: frozenset[UUID]
    owed: int
    between: int = 0


@dataclass(frozen=True, slots=True)
class Crossed:
    """Who passed credits on in a month (its first day) by an agreement, one way, and who received them."""

    month: date
    link: UUID
    source: UUID
    senders: frozenset[UUID]
    receivers: frozenset[UUID]


def crossed(found: Bank, *, until: date) -> list[Crossed]:
    """Give who passed credits on from and to a bank before a day, by month and agreement; merged records are one."""
    month = TruncMonth("at", output_field=DateField(), tzinfo=timezone.get_current_timezone())
    people = {
        name: ArrayAgg(Coalesce(f"{name[:-1]}__person__merged_into", f"{name[:-1]}__person"), distinct=True)
        for name in ("senders", "receivers")
    }
    rows: Any = (
        Crossing.objects.filter(Q(source=found) | Q(target=found), sender__isnull=False, at__date__lt=until)
        .annotate(month=month)
        .values("month", "link", "source")
        .annotate(**people)
        .order_by("month", "link", "source")
    )
    return [
        Crossed(row["month"], row["link"], row["source"], frozenset(row["senders"]), frozenset(row["receivers"]))
        for row in rows
    ]


def moved(found: Bank, *, until: date) -> list[Moved]:
    """Give what moved before a day, the first of a month: finished months as they are kept, the others summed up."""
    rows = BankMonth.objects.filter(bank=found, month__lt=until).order_by("month", "kind")
    kept = [Moved(row.month, row.kind, row.minutes, frozenset(row.people), row.owed, row.between) for row in rows]
    if found.kept_until is not None and found.kept_until >= until:
        return kept  # nothing is left to sum up, and finding that out would read the whole book
    return [*kept, *summed(found, since=found.kept_until, until=until)]


def summed(found: Bank, *, since: date | None, until: date) -> list[Moved]:
    """Sum up what moved from one day on and before another, both the first of a month.

    What an entry moved is what it put on accounts; what is owed members and pools is what the bank's own accounts and
    those for other banks lack. Hours of a group
    that go to a pool at once, and credits taken back of which nothing was there, touch no account of a person: there
    whose record it was is counted.
    """
    own = (found.issued, found.lapsed, found.redeemed, found.uncovered)
    others = _with_others(found)
    rows: Any = (
        Posting.objects.filter(account__book=found.book_id, on__lt=until, **({"on__gte": since} if since else {}))
        .annotate(month=TruncMonth("on"))
        .values("month", "entry__kind")
        .annotate(
            minutes=Coalesce(Sum("amount", filter=Q(amount__gt=0)), 0),
            people=ArrayAgg(
                "account__owner_id", distinct=True, filter=Q(account__owner_kind=Owner.PERSON), default=Value([])
            ),
            lacks=Coalesce(Sum("amount", filter=Q(account__in=(*own, *others))), 0),
            between=Coalesce(Sum("amount", filter=Q(account__in=others)), 0),
        )
        .order_by("month", "entry__kind")
    )
    also = _whose(found, "at", EARN, since, until) | _whose(found, "reversed_at", TAKE_BACK, since, until)
    return [
        Moved(row["month"], row["entry__kind"], int(row["minutes"]),
              frozenset(row["people"]) | also.get((row["entry__kind"], row["month"]), frozenset()), -int(row["lacks"]),
              int(row["between"]))
        for row in rows
    ]  # fmt: skip


def totals(found: Bank, *, since: date) -> dict[str, int]:
    """Give how many minutes entries of each kind moved from a day on, whoever stands behind them."""
    rows = Posting.objects.filter(account__book=found.book_id, on__gte=since, amount__gt=0).order_by()
    return dict(rows.values_list("entry__kind").annotate(minutes=Sum("amount")))


def owed_now(found: Bank) -> tuple[int, int]:
    """Give what a bank owes its members and pools now, and what other banks (below zero: they owe it)."""
    own, others = (found.issued, found.lapsed, found.redeemed, found.uncovered), _with_others(found)
    lying = dict(Balance.objects.filter(account__in=(*own, *others)).values_list("account", "amount"))
    return -sum(lying.values()), sum(lying.get(key, 0) for key in others)


def _with_others(found: Bank) -> list[UUID]:
    """Give the accounts on which stands what a bank owes other banks."""
    rows = Link.objects.filter(Q(one=found) | Q(other=found), one_account__isnull=False)
    return [row.account_at(found.pk) for row in rows]


def _whose(
    found: Bank, moment: str, kind: str, since: date | None, until: date
) -> dict[tuple[str, date], frozenset[UUID]]:
    """Give whose records were credited, or taken back, in each month between these days."""
    span = {f"{moment}__date__lt": until, **({f"{moment}__date__gte": since} if since else {})}
    month = TruncMonth(moment, output_field=DateField(), tzinfo=timezone.get_current_timezone())
    rows: Iterable[Any] = (
        Earning.objects.filter(member__bank=found, entry__isnull=False, **span)
        .annotate(month=month)
        .values("month")
        .annotate(people=ArrayAgg("member__person_id", distinct=True))
        .values_list("month", "people")
    )
    return {(kind, first): frozenset(people) for first, people in rows}
