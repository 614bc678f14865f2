"""Reading books: each query takes the viewer and gives only what exists for that viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.ledger import policies
from shanzhi.ledger.models import BY_HAND, Account, Book, Closing, ClosingBalance, Entry, Keeper, Posting
from shanzhi.people import queries as people
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource

MOST_CHOICES = 100


def books(*, viewer: Actor) -> QuerySet[Book]:
    """Give the books of the viewer's areas and those the viewer keeps, each with `area_name`."""
    if not viewer.signed_in:
        raise SignInNeeded
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return Book.objects.filter(policies.readable(viewer)).annotate(area_name=name).order_by("-created_at", "id")


def book(*, viewer: Actor, book_id: UUID) -> Book:
    """Give one book; outside the viewer's areas and own books there is no such one."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Book.objects.filter(policies.readable(viewer), pk=book_id).first()
    if found is None:
        raise NotFound
    return found


def search_books(rows: QuerySet[Book], words: str) -> QuerySet[Book]:
    """Find books by a part of the name."""
    return rows.filter(name__icontains=words.strip())


def accounts(*, viewer: Actor, book_id: UUID) -> QuerySet[Account]:
    """Give the accounts of a book, each with what is on it now as `amount` in whole units."""
    found = book(viewer=viewer, book_id=book_id)
    rows = Account.objects.filter(book=found).select_related("commodity", "balance")
    return rows.annotate(amount=F("balance__amount")).order_by("name", "id")


def search_accounts(rows: QuerySet[Account], words: str) -> QuerySet[Account]:
    """Find accounts by a part of the name or of what they are for."""
    text = words.strip()
    return rows.filter(Q(name__icontains=text) | Q(role__icontains=text))


def account(*, viewer: Actor, account_id: UUID) -> Account:
    """Give one account of a book that the viewer reads."""
    if not viewer.signed_in:
        raise SignInNeeded
    readable = Book.objects.filter(policies.readable(viewer))
    rows = Account.objects.filter(pk=account_id, book__in=readable)
    found = rows.select_related("book", "commodity", "balance").first()
    if found is None:
        raise NotFound
    return found


def counterparts(*, viewer: Actor, found: Account, words: str) -> QuerySet[Account]:
    """Give the open accounts with which this one can trade by hand: of the same book and commodity."""
    rows = accounts(viewer=viewer, book_id=found.book_id).filter(
        commodity=found.commodity_id, closed_at__isnull=True, owner_kind__in=BY_HAND
    )
    rows = rows.exclude(pk=found.pk)
    return search_accounts(rows, words)[:MOST_CHOICES] if words.strip() else rows[:MOST_CHOICES]


def statement(*, viewer: Actor, account_id: UUID) -> QuerySet[Posting]:
    """Give the postings of an account with their entries, newest first; `stood` is what was on it after each."""
    found = account(viewer=viewer, account_id=account_id)
    rows = Posting.objects.filter(account=found).select_related("entry", "account__commodity")
    return rows.order_by("-number")


def search_postings(rows: QuerySet[Posting], words: str) -> QuerySet[Posting]:
    """Find postings by a part of their entry's text, or by its number."""
    text = words.strip()
    found = Q(entry__text__icontains=text)
    return rows.filter(found | Q(number=int(text)) if text.isdecimal() and len(text) < 18 else found)


def balance_on(*, viewer: Actor, account_id: UUID, on: date) -> int:
    """Give what was on an account at the end of a day, in whole units, by the days for which entries count."""
    found = account(viewer=viewer, account_id=account_id)
    return amount_on(found, on)


def amount_on(found: Account, on: date) -> int:
    """Add up an account to the end of a day, from the last closing before it on."""
    closed = Closing.objects.filter(book=found.book_id, through__lte=on).order_by("-through").first()
    rows = Posting.objects.filter(account=found, on__lte=on)
    before = 0
    if closed is not None:
        rows = rows.filter(on__gt=closed.through)
        kept = ClosingBalance.objects.filter(closing=closed, account=found).values_list("amount", flat=True).first()
        before = kept or 0
    return before + (rows.aggregate(total=Sum("amount"))["total"] or 0)


def entries(*, viewer: Actor, book_id: UUID) -> QuerySet[Entry]:
    """Give the entries of a book, newest first."""
    found = book(viewer=viewer, book_id=book_id)
    return Entry.objects.filter(book=found).prefetch_related("reversals").order_by("-number")


def search_entries(rows: QuerySet[Entry], words: str) -> QuerySet[Entry]:
    """Find entries by a part of their text, or by number."""
    text = words.strip()
    found = Q(text__icontains=text)
    return rows.filter(found | Q(number=int(text)) if text.isdecimal() and len(text) < 18 else found)


def entry(*, viewer: Actor, entry_id: UUID) -> Entry:
    """Give one entry of a book that the viewer reads."""
    if not viewer.signed_in:
        raise SignInNeeded
    readable = Book.objects.filter(policies.readable(viewer))
    rows = Entry.objects.filter(pk=entry_id, book__in=readable).select_related("book", "reverses")
    found = rows.prefetch_related("reversals").first()
    if found is None:
        raise NotFound
    return found


def postings_of(*, viewer: Actor, entry_id: UUID) -> list[Posting]:
    """Give the postings of an entry with their accounts."""
    found = entry(viewer=viewer, entry_id=entry_id)
    rows = Posting.objects.filter(entry=found).select_related("account__commodity", "account__book")
    return list(rows.order_by("leg"))


@dataclass(frozen=True, slots=True)
class Kept:
    """That somebody keeps a book, and who it is."""

    keeper: Keeper
    person: Person


def keepers(*, viewer: Actor, book_id: UUID) -> list[Kept]:
    """Give who keeps a book now."""
    found = book(viewer=viewer, book_id=book_id)
    rows = list(Keeper.objects.filter(book=found, until__isnull=True).order_by("since", "id"))
    people_of = Person.objects.in_bulk([row.person_id for row in rows])
    return [Kept(row, people_of[row.person_id]) for row in rows]


def closings(*, viewer: Actor, book_id: UUID) -> list[Closing]:
    """Give the closed periods of a book, the last first."""
    found = book(viewer=viewer, book_id=book_id)
    return list(Closing.objects.filter(book=found).order_by("-through")[:60])


def candidates(*, viewer: Actor, found: Book, at: datetime) -> list[Person]:
    """Give who can be named keeper: people with a role at or above the book's area, or below it; at most a hundred."""
    policies.require(policies.may_manage(actor=viewer, area=found.area))
    above = [found.area[:length] for length in range(len(found.area) + 1)]
    holds = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at)) & Q(organization__isnull=True)
    roles = set(Role) - {Role.RESIDENT, Role.AUDITOR, Role.JUROR}
    within = Q(area__in=above) | places.within("area", found.area)
    grants = RoleGrant.objects.filter(holds, within, role__in=roles).values("person")
    known = Keeper.objects.filter(book=found, until__isnull=True).values("person_id")
    rows = Person.objects.filter(pk__in=grants).exclude(pk__in=known).exclude(pk__in=viewer.persons)
    return list(rows.order_by("id")[:MOST_CHOICES])


def managed_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer may begin a book."""
    return people.source_of(people.Open(viewer.areas(policies.MANAGERS), at))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose books the viewer reads, for filters."""
    return people.source_of(people.Open(viewer.areas(policies.READERS), at))


__all__ = [
    "Kept", "account", "accounts", "amount_on", "balance_on", "book", "books", "candidates", "closings", "counterparts",
    "entries", "entry", "keepers", "managed_areas", "postings_of", "read_areas", "search_accounts", "search_books",
    "search_entries", "search_postings", "statement",
]  # fmt: skip
