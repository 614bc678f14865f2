"""What the pages of books share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.ledger import policies
from shanzhi.ledger.models import Account, Book
from shanzhi.ledger.words import amount_words

FORM = "ledger/form.html"


def shown_name(found: Book | Account) -> str:
    """Give a name, marked where it is made up."""
    return f"{found.name} · {_('Synthetic')}" if found.synthetic else found.name


def on_account(found: Account) -> str:
    """Write what is on an account now."""
    return amount_words(found.balance.amount, found.commodity)


def crumbs(book: Book | None = None, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a page below a book."""
    way: list[tuple[Any, str]] = [(_("Home"), "/"), (_("Books"), reverse("ledger:desk"))]
    if book is not None:
        way.append((book.name, reverse("ledger:book", args=[book.pk])))
    return [*way, *more]


def may_manage(request: HttpRequest, book: Book) -> bool:
    """Tell whether the viewer is an officer of the book's area."""
    return policies.may_manage(actor=request.actor, area=book.area) is None  # type: ignore[attr-defined]  # ours


def may_enter(request: HttpRequest, book: Book) -> bool:
    """Tell whether the viewer enters in the book."""
    return policies.may_enter_in(actor=request.actor, book=book) is None  # type: ignore[attr-defined]  # ours
