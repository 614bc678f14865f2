"""One account with its statement; transfers, bounds, opening and closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ledger import operations, policies, queries
from shanzhi.ledger.forms.books import AccountForm, BoundsForm, CloseAccountForm, TransferForm
from shanzhi.ledger.models import BY_HAND, Account, Nature, Owner
from shanzhi.ledger.refusals import AccountClosed, MovedElsewhere
from shanzhi.ledger.views.books import state
from shanzhi.ledger.views.parts import FORM, crumbs, may_enter, may_manage, on_account
from shanzhi.ledger.words import amount_words, kind_words
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import idempotency_key
from shanzhi.ui.http import acting
from shanzhi.ui.listing import Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.listing.page import parameters
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def _moved(row: Any) -> str:
    return amount_words(row.amount, row.account.commodity)


def _stood(row: Any) -> str:
    return amount_words(row.stood, row.account.commodity)


STATEMENT = Listing(
    key="statement",
    columns=(
        Column("on", gettext_lazy("Day"), "date", sort="on"),
        Column("number", gettext_lazy("Entry"), "text", sort="number", url=page_of("ledger:entry", "entry_id")),
        Column("text", gettext_lazy("What for"), value=lambda row: row.entry.text or kind_words(row.entry.kind)),
        Column("amount", gettext_lazy("Amount"), value=_moved, sort="amount", scale="amount",
               export=lambda row: row.amount),
        Column("stood", gettext_lazy("On it afterwards"), value=_stood, scale="amount", export=lambda row: row.stood),
        Column("kind", gettext_lazy("Sort"), value=lambda row: kind_words(row.entry.kind), on_page=False),
    ),
    default_sort="-number",
    tie="number",
    filters=(DateRangeFilter("on", gettext_lazy("Day")),),
    search=queries.search_postings,
    search_label=gettext_lazy("Part of the text, or the number of the entry"),
    empty=Empty(gettext_lazy("Nothing has moved on this account yet")),
)  # fmt: skip


def _crumbs(found: Account, *more: str) -> list[tuple[Any, str]]:
    own = reverse("ledger:account", args=[found.pk]) if more else ""
    return crumbs(found.book, (found.name, own), *((word, "") for word in more))


def _bounds(found: Account) -> str:
    least, most = found.balance.floor, found.balance.ceiling
    if least is None and most is None:
        return _("No bounds")
    words = [amount_words(one, found.commodity) if one is not None else "…" for one in (least, most)]
    return " – ".join(words)


@login_required
def account(request: Any, account_id: UUID) -> HttpResponse:
    """Show an account and its statement."""
    found = queries.account(viewer=request.actor, account_id=account_id)
    context = {
        "account": found,
        "heading": found.name,
        "state": state(found),
        "pairs": [
            Answer(_("On it now"), on_account(found)),
            Answer(_("Owner"), Owner(found.owner_kind).label),
            Answer(_("Side"), Nature(found.nature).label),
            Answer(_("Held between"), _bounds(found)),
            Answer(_("Account opened on"), formatting.day(timezone.localdate(found.opened_at))),
        ],
        "crumbs": _crumbs(found),
        "may_enter": found.closed_at is None and found.owner_kind in BY_HAND and may_enter(request, found.book),
        "may_manage": found.closed_at is None and found.owner_kind in BY_HAND and may_manage(request, found.book),
    }
    rows = queries.statement(viewer=request.actor, account_id=account_id)
    answer: HttpResponse = listing_response(request, STATEMENT, rows, context, template="ledger/account.html")
    return answer


@login_required
@form_page
def new(request: Any, book_id: UUID) -> HttpResponse:
    """Open an account of the outside world in a book."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    policies.require(policies.may_enter_in(actor=request.actor, book=found))

    def act(form: Any) -> str:
        given = {**form.cleaned_data, "nature": Nature(form.cleaned_data["nature"])}
        made = operations.open_account(
            book_id=book_id, owner_kind=Owner.OUTSIDE, owner_id=None, **given, **acting(request)
        )
        return reverse("ledger:account", args=[made.pk])

    heading = _("Open an account")
    context = {
        "heading": heading,
        "lead": _("Of the outside world: where money, time or goods come from or go to. Others open by themselves."),
        "button": heading,
        "kind": "main",
        "back": reverse("ledger:book", args=[book_id]),
        "crumbs": crumbs(found, (heading, "")),
    }
    return answer_form(request, AccountForm(sent(request)), act, context, done=_("The account is open."), template=FORM)


def _to_change(request: Any, account_id: UUID, heading: str, *, manage: bool) -> tuple[Account, dict[str, Any]]:
    found = queries.account(viewer=request.actor, account_id=account_id)
    if manage:
        policies.require(policies.may_manage(actor=request.actor, area=found.book.area))
    else:
        policies.require(policies.may_enter_in(actor=request.actor, book=found.book))
    if found.closed_at is not None:
        raise AccountClosed
    if found.owner_kind not in BY_HAND:
        raise MovedElsewhere
    frame = {"heading": heading, "back": reverse("ledger:account", args=[found.pk]), "crumbs": _crumbs(found, heading)}
    return found, {**frame, "lead": f"{found.name} · {on_account(found)}", "button": heading, "kind": "main"}


@login_required
@form_page
def transfer(request: Any, account_id: UUID) -> HttpResponse:
    """Move an amount between this account and another."""
    found, context = _to_change(request, account_id, _("Enter a transfer"), manage=False)
    words = parameters(request.GET).get("q", "")
    others = queries.counterparts(viewer=request.actor, found=found, words=words)
    choices = [(str(one.pk), f"{one.name} · {on_account(one)}") for one in others]

    def act(form: Any) -> str:
        given, other = form.cleaned_data, UUID(form.cleaned_data["other"])
        source, target = (found.pk, other) if given["way"] == "out" else (other, found.pk)
        made = operations.transfer(
            book_id=found.book_id, source=source, target=target, amount=given["amount"], on=given["on"],
            text=given["text"], key=f"desk:{idempotency_key(request)}", **acting(request),
        )  # fmt: skip
        return reverse("ledger:entry", args=[made.id])

    initial = {"on": timezone.localdate(request.now), "way": "out"}
    form = TransferForm(sent(request), account=found, others=choices, initial=initial)
    context |= {"words": words, "found": len(choices), "most": queries.MOST_CHOICES}
    return answer_form(request, form, act, context, done=_("The transfer is entered."), template="ledger/transfer.html")


@login_required
@form_page
def bounds(request: Any, account_id: UUID) -> HttpResponse:
    """Set between which amounts an account is held."""
    found, context = _to_change(request, account_id, _("Set bounds"), manage=True)

    def act(form: Any) -> str:
        operations.bound(account_id=account_id, **form.cleaned_data, **acting(request))
        return reverse("ledger:account", args=[account_id])

    initial = {"floor": found.balance.floor, "ceiling": found.balance.ceiling}
    form = BoundsForm(sent(request), initial=initial)
    return answer_form(request, form, act, context, done=_("The bounds are set."), template=FORM)


@login_required
@form_page
def close(request: Any, account_id: UUID) -> HttpResponse:
    """Close an account on which nothing is."""
    _found, context = _to_change(request, account_id, _("Close the account"), manage=True)

    def act(form: Any) -> str:
        operations.close_account(account_id=account_id, **form.cleaned_data, **acting(request))
        return reverse("ledger:account", args=[account_id])

    context |= {"kind": "danger"}
    form = CloseAccountForm(sent(request))
    return answer_form(request, form, act, context, done=_("The account is closed."), template=FORM)
