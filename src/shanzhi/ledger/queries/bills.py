"""Reading bills: only who enters in a book sees its bills; for all others there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.money import NotAnAmount, parse_yuan
from shanzhi.ledger.models import Account, Action, BillColumns, BillFile, BillLine, BillMatch, BillRule, Book, Posting
from shanzhi.ledger.operations.bill_settling import words_of
from shanzhi.ledger.operations.bills import book_to_settle
from shanzhi.ledger.queries.bill_rows import left_lines, left_postings, live
from shanzhi.ledger.words import CNY


@dataclass(frozen=True, slots=True)
class State:
    """What bill and book say of an account from a day to a day, in fen; None where the bill names no balances."""

    first: date
    last: date
    opening: int | None
    moved: int
    closing: int | None
    book_opening: int
    book_moved: int
    left_lines: int
    left_postings: int

    @property
    def book_closing(self) -> int:
        """What the book says is on the account at the end."""
        return self.book_opening + self.book_moved

    @property
    def broken(self) -> int:
        """By how much the bill's own balances and lines do not agree: lines are missing, or stand twice."""
        if self.opening is None or self.closing is None:
            return 0
        return self.closing - self.opening - self.moved

    @property
    def difference(self) -> int:
        """By how much the bill is above the book at the end; where it names no balances, by what moved."""
        if self.closing is None:
            return self.moved - self.book_moved
        return self.closing - self.book_closing


def book(*, viewer: Actor, book_id: UUID) -> Book:
    """Give a book to who enters in it. Raises NotFound."""
    return book_to_settle(actor=viewer, book_id=book_id)


def account(*, viewer: Actor, book_id: UUID, account_id: UUID) -> Account:
    """Give an account of such a book, with the book. Raises NotFound."""
    own = book(viewer=viewer, book_id=book_id)
    found = Account.objects.select_related("book").filter(pk=account_id, book=own).first()
    if found is None:
        raise NotFound
    return found


def accounts(held: Book) -> QuerySet[Account]:
    """Give the open accounts in yuan that a bill may be of, or an entry may go to; the caller read the book."""
    return Account.objects.filter(book=held, commodity=CNY, closed_at__isnull=True).order_by("name", "pk")


def files(held: Book) -> QuerySet[BillFile]:
    """Give the files of a book, newest first; the caller read the book."""
    return BillFile.objects.filter(book=held).select_related("account").order_by("-created_at", "pk")


def billed(held: Book) -> list[Account]:
    """Give the accounts that a file was taken for."""
    return list(Account.objects.filter(book=held, bill_files__state="taken").distinct().order_by("name", "pk"))


def file(*, viewer: Actor, book_id: UUID, file_id: UUID) -> BillFile:
    """Give one file. Raises NotFound."""
    found = files(book(viewer=viewer, book_id=book_id)).select_related("account", "book").filter(pk=file_id).first()
    if found is None:
        raise NotFound
    return found


def line(*, viewer: Actor, book_id: UUID, line_id: UUID) -> BillLine:
    """Give one line, with `how` it was settled. Raises NotFound."""
    own = book(viewer=viewer, book_id=book_id)
    found = lines(own).filter(pk=line_id).first()
    if found is None:
        raise NotFound
    return found


def lines(held: Book) -> QuerySet[BillLine]:
    """Give the lines of all bills of a book, each with `how` it was settled ("" where it is left over)."""
    how = Subquery(live().filter(line=OuterRef("pk")).values("how")[:1])
    rows = BillLine.objects.filter(account__book=held).annotate(how=how)
    return rows.select_related("account", "file", "file__book").order_by("-day", "-id")


def search(rows: QuerySet[BillLine], words: str) -> QuerySet[BillLine]:
    """Find by a part of the serial number, or by the amount; names are sealed and not searched."""
    found = Q(serial__icontains=words.strip())
    try:
        amount = abs(parse_yuan(words))
    except NotAnAmount:
        return rows.filter(found)
    return rows.filter(found | Q(amount__in=(amount, -amount)))


def matches(found: BillLine) -> list[BillMatch]:
    """Give what settles a line, and what did before, oldest first."""
    rows = BillMatch.objects.filter(line=found).select_related("entry", "rule", "undone")
    return list(rows.order_by("at", "id"))


def candidates(found: BillLine) -> list[Posting]:
    """Give up to fifty postings that a line may be: equal amounts first, then the nearest days."""
    days = {"on__gte": found.day.replace(day=1), "on__lte": date(found.day.year + found.day.month // 12,
            found.day.month % 12 + 1, 28)}  # fmt: skip
    rows = left_postings(found.account_id)
    equal = list(rows.filter(amount=found.amount).order_by("on", "number")[:25])
    seen = {(one.entry_id, one.leg) for one in equal}
    sign = Q(amount__gt=0) if found.amount > 0 else Q(amount__lt=0)
    others = [one for one in rows.filter(sign, **days).order_by("on", "number")[:50]
              if (one.entry_id, one.leg) not in seen]  # fmt: skip
    equal.sort(key=lambda one: abs((one.on - found.day).days))
    others.sort(key=lambda one: abs((one.on - found.day).days))
    return [*equal, *others][:50]


def proposing(held: Book) -> list[BillRule]:
    """Give the rules of a book that propose entries, in their order."""
    rules = BillRule.objects.filter(book=held, action=Action.ENTER, ended_at__isnull=True)
    return list(rules.select_related("target"))


def rules(held: Book) -> QuerySet[BillRule]:
    """Give the rules of a book that hold."""
    return BillRule.objects.filter(book=held, ended_at__isnull=True).select_related("target")


def columns(held: Book) -> QuerySet[BillColumns]:
    """Give the headings that a book keeps for its banks; the caller read the book."""
    return BillColumns.objects.filter(book=held, ended_at__isnull=True).order_by("name")


def proposal(found: BillLine, kept: list[BillRule]) -> BillRule | None:
    """Give the first rule that proposes an entry for a line."""
    words = words_of(found).casefold() if kept else ""
    return next((rule for rule in kept if any(word.casefold() in words for word in rule.words)), None)


def state(held: Account, first: date | None = None, last: date | None = None) -> State | None:
    """Give what bill and book say of an account; of all days with lines where none are named. None without lines."""
    span = BillFile.objects.filter(account=held, state="taken").aggregate(first=Min("first"), last=Max("last"))
    begin, end = first or span["first"], last or span["last"]
    if begin is None or end is None or begin > end:
        return None
    inside = BillLine.objects.filter(account=held, day__gte=begin, day__lte=end)
    opens, closes = inside.order_by("day", "id").first(), inside.order_by("-day", "-id").first()
    postings = Posting.objects.filter(account=held)

    def total(rows: QuerySet[BillLine] | QuerySet[Posting]) -> int:
        return int(rows.aggregate(total=Sum("amount"))["total"] or 0)

    return State(
        first=begin,
        last=end,
        opening=None if opens is None or opens.balance is None else opens.balance - opens.amount,
        moved=total(inside),
        closing=closes.balance if closes else None,
        book_opening=total(postings.filter(on__lt=begin)),
        book_moved=total(postings.filter(on__gte=begin, on__lte=end)),
        left_lines=total(left_lines(held.pk).filter(day__gte=begin, day__lte=end)),
        left_postings=total(left_postings(held.pk).filter(on__gte=begin, on__lte=end)),
    )


def rule(held: Book, rule_id: UUID) -> BillRule:
    """Give a rule that holds in a book; the caller read the book. Raises NotFound."""
    found = rules(held).filter(pk=rule_id).first()
    if found is None:
        raise NotFound
    return found
