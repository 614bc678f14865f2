"""How the history of books, accounts and entries reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import policies, queries
from shanzhi.ledger.models import Account, Book, Commodity, Entry, Keeper, Owner
from shanzhi.ledger.words import kind_words


def _whole(viewer: Actor, book: Book) -> bool:
    return viewer.holds(policies.READERS, book.area)


def _book(viewer: Actor, book_id: str, at: datetime) -> Shown | None:
    number = uuid_of(book_id)
    if not Book.objects.filter(pk=number).exists():
        return None
    found = queries.book(viewer=viewer, book_id=number)
    return Shown(found.name, reverse("ledger:book", args=[found.pk]), whole=_whole(viewer, found))


def _of_book(book_id: str) -> Q:
    keepers = Keeper.objects.filter(book=uuid_of(book_id)).values(written=Cast("pk", CharField()))
    return Q(subject_type="ledger.keeper", subject_id__in=keepers)


def _account(viewer: Actor, account_id: str, at: datetime) -> Shown | None:
    number = uuid_of(account_id)
    if not Account.objects.filter(pk=number).exists():
        return None
    found = queries.account(viewer=viewer, account_id=number)
    return Shown(found.name, reverse("ledger:account", args=[found.pk]), whole=_whole(viewer, found.book))


def _entry(viewer: Actor, entry_id: str, at: datetime) -> Shown | None:
    number = uuid_of(entry_id)
    if not Entry.objects.filter(pk=number).exists():
        return None
    found = queries.entry(viewer=viewer, entry_id=number)
    title = gettext("Entry %(number)s") % {"number": found.number}
    return Shown(title, reverse("ledger:entry", args=[found.pk]), whole=_whole(viewer, found.book))


def _keeper(viewer: Actor, keeper_id: str, at: datetime) -> Shown | None:
    found = Keeper.objects.select_related("book").filter(pk=uuid_of(keeper_id)).first()
    if found is None:
        return None
    if not _whole(viewer, found.book):
        raise NotFound
    return Shown(found.book.name, reverse("ledger:book", args=[found.book_id]), whole=True)


def _books(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Book.objects.filter(policies.readable(viewer)), "name"


def _accounts(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Account.objects.filter(book__in=Book.objects.filter(policies.readable(viewer))), "name"


register(
    Subject(
        type="ledger.book",
        label=_("Book"),
        find=_book,
        events=_of_book,
        titles=_books,
        readers=policies.READERS,
        fields={
            "name": _("Name of the book"),
            "begins_on": _("First day"),
            "through": _("Closed up to"),
            "entries": _("Entries"),
            "digest": _("Digest"),
        },
    )
)
register(
    Subject(
        type="ledger.account",
        label=_("Account"),
        find=_account,
        titles=_accounts,
        readers=policies.READERS,
        fields={
            "owner": _("Owner"),
            "role": _("Short word"),
            "commodity": _("What is counted"),
            "floor": _("At least"),
            "ceiling": _("At most"),
        },
        values={
            "owner": lambda value: dict(Owner.choices).get(value, value),
            "commodity": lambda value: dict(Commodity.objects.values_list("code", "name")).get(value, value),
        },
    )
)
register(
    Subject(
        type="ledger.entry",
        label=_("Entry"),
        find=_entry,
        readers=policies.READERS,
        fields={"kind": _("Sort"), "digest": _("Digest")},
        values={"kind": kind_words},
    )
)
register(
    Subject(type="ledger.keeper", label=_("Keeper"), find=_keeper, readers=policies.READERS, fields={"book": _("Book")})
)
register(
    Subject(
        type="ledger.commodity",
        label=_("What is counted"),
        readers=policies.READERS,
        fields={"kind": _("Sort"), "unit": _("Unit"), "digits": _("Decimals")},
    )
)
register_verbs(
    {
        "ledger.book.create": _("Book begun"),
        "ledger.book.close": _("Period closed"),
        "ledger.keeper.name": _("Keeper named"),
        "ledger.keeper.release": _("Keeper released"),
        "ledger.account.open": _("Account opened"),
        "ledger.account.bound": _("Bounds set"),
        "ledger.account.close": _("Account closed"),
        "ledger.commodity.create": _("Commodity named"),
        "ledger.entry.enter": _("Entered in the book"),
        "ledger.entry.reverse": _("Entry undone"),
    },
    tones={"ledger.entry.reverse": "warn", "ledger.book.close": "warn"},
)
