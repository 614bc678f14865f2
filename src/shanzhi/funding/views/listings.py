"""The lists of funds, grants, payments, expenses, requests and disclosures."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.funding import queries
from shanzhi.funding.lifecycle import EXPENSE, GRANT, PAYMENT, REQUEST
from shanzhi.funding.models import FundKind
from shanzhi.funding.models.expenses import RequestKind
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of

TONES = {
    "draft": "plain", "in_force": "good", "stopped": "bad", "closed": "plain", "asked": "warn", "first": "warn",
    "paid": "good", "refused": "bad", "sent": "warn", "approved": "good", "done": "good", "waiting": "plain",
    "payable": "warn", "cancelled": "bad",
}  # fmt: skip


def area_source(request: HttpRequest) -> AreaSource:
    """Give the areas whose money the viewer reads."""
    return queries.read_areas(**viewing(request))


def state_tag(row: Any) -> tuple[str, str]:
    """Give the state of a grant, payment, claim or request in words."""
    return TONES[row.state], str(row.get_state_display())


def titled(row: Any) -> str:
    """Give a name, marked where it is made up."""
    words = getattr(row, "title", "") or row.name
    return f"{words} · {_('Synthetic')}" if row.synthetic else words


def due_tag(row: Any) -> tuple[str, str]:
    """Say until when the next disclosure is due, in red words when that day is over."""
    if row.disclose_by is None:
        return "plain", _("All published")
    if queries.overdue(row.disclose_by, timezone.localdate()):
        return "bad", _("Disclosure overdue since %(day)s") % {"day": row.disclose_by.isoformat()}
    return "plain", row.disclose_by.isoformat()


def named(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find funds by a part of the name."""
    return rows.filter(name__has=words.strip())


def entitled(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find grants by a part of the title."""
    return rows.filter(title__has=words.strip())


def invoiced(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find expenses by the whole invoice number, or by a part of what for and of the seller."""
    text = words.strip()
    return rows.filter(Q(invoice=text.upper()) | Q(what__icontains=text) | Q(seller__icontains=text))


def of_project(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find payments and requests by a part of the project's title."""
    path = "tranche__grant__title__has" if rows.model.__name__ == "Payment" else "grant__title__has"
    return rows.filter(**{path: words.strip()})


def _columns(page: str) -> tuple[Column, ...]:
    return (
        Column("title", gettext_lazy("Project"), value=titled, sort="title", url=page_of(page)),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("amount_fen", gettext_lazy("Amount granted"), "money", sort="amount_fen"),
        Column("spent_fen", gettext_lazy("Spent"), "money", sort="spent_fen"),
        Column("left_fen", gettext_lazy("With the team"), "money", sort="left_fen"),
        Column("state", gettext_lazy("State"), "tag", value=state_tag),
        Column("disclose_by", gettext_lazy("Next disclosure"), "tag", value=due_tag, sort="disclose_by"),
        Column("created_at", gettext_lazy("Set up on"), "date", sort="created_at", priority=2),
    )


IN_STATE = ChoiceFilter("state", gettext_lazy("State"), choices=GRANT.choices())
SIGNED_STATE = ChoiceFilter("state", gettext_lazy("State"), choices=GRANT.choices()[1:])
OF_PROJECT = gettext_lazy("Part of the project's name")
NO_GRANTS = Empty(
    gettext_lazy("No project has been granted money yet"),
    gettext_lazy("A grant begins when an award is made and the agreement is signed."),
)
FUNDS = Listing(
    key="public_funds",
    columns=(
        Column("name", gettext_lazy("Fund"), value=titled, sort="name", url=page_of("funding:fund")),
        Column("kind", gettext_lazy("Kind of money"), value=lambda row: row.get_kind_display(), sort="kind"),
        Column("area", gettext_lazy("Area"), value="area_name", sort="book__area"),
        Column("free_fen", gettext_lazy("Not granted yet"), "money", sort="free_fen"),
        Column("ends_on", gettext_lazy("Runs until"), "date", sort="ends_on", priority=2),
        Column("disclose_by", gettext_lazy("Next disclosure"), "tag", value=due_tag, sort="disclose_by"),
        Column("created_at", gettext_lazy("Set up on"), "date", sort="created_at", priority=3),
    ),
    default_sort="-created_at",
    filters=(ChoiceFilter("kind", gettext_lazy("Kind of money"), choices=FundKind.choices),),
    search=named,
    search_label=gettext_lazy("Part of the fund's name"),
    empty=Empty(
        gettext_lazy("There is no fund yet"),
        gettext_lazy("When a fund is set up, everybody sees here what came in and where it went."),
    ),
)
DESK_FUNDS = Listing(
    key="desk_funds",
    columns=(Column("name", gettext_lazy("Fund"), value=titled, sort="name", url=page_of("funding:desk_fund")),
             *FUNDS.columns[1:]),
    default_sort="-created_at",
    filters=FUNDS.filters,
    search=named,
    search_label=gettext_lazy("Part of the fund's name"),
    empty=Empty(
        gettext_lazy("No fund in your areas yet"),
        gettext_lazy("Officers set up a fund in a book of the ledger; then money is recorded and granted."),
    ),
)  # fmt: skip
GRANTS = Listing(
    key="grants", columns=_columns("funding:desk_grant"), filters=(IN_STATE,), search=entitled,
    search_label=OF_PROJECT, default_sort="-created_at", empty=NO_GRANTS,
)  # fmt: skip
DUE = Listing(
    key="due_disclosures", columns=_columns("funding:desk_grant"), filters=(SIGNED_STATE,), search=entitled,
    search_label=OF_PROJECT, default_sort="disclose_by",
    empty=Empty(
        gettext_lazy("No disclosure is due"), gettext_lazy("Every project of your areas has published all it owes.")
    ),
)  # fmt: skip
FUND_GRANTS = Listing(
    key="fund_grants", prefix="grant-", columns=_columns("funding:project"), filters=(SIGNED_STATE,), search=entitled,
    search_label=OF_PROJECT, default_sort="-created_at", empty=NO_GRANTS, page_size=10,
)  # fmt: skip
OWN = Listing(
    key="own_grants", columns=_columns("funding:own_grant"), filters=(IN_STATE,), search=entitled,
    search_label=OF_PROJECT, default_sort="-created_at",
    empty=Empty(
        gettext_lazy("No project of yours has money yet"),
        gettext_lazy(
            "When your project is awarded and its agreement is made, you see here what is paid and what is left."
        ),
    ),
)  # fmt: skip


def receipt_url(row: Any) -> str:
    """Give the address of the struck-out picture, where staff published one."""
    return reverse("funding:receipt", args=[row.pk]) if row.public_picture else ""


SPENDING = (
    Column("spent_on", gettext_lazy("Spent on"), "date", sort="spent_on"),
    Column("what", gettext_lazy("Spent for")),
    Column("line", gettext_lazy("Line"), value="line__name"),
    Column("amount_fen", gettext_lazy("Amount"), "money", sort="amount_fen"),
    Column("seller", gettext_lazy("Seller"), priority=2),
)
PUBLIC_EXPENSES = Listing(
    key="public_expenses",
    prefix="expense-",
    columns=(
        *SPENDING[:2],
        Column("grant", gettext_lazy("Project"), value="grant__title", priority=2),
        *SPENDING[2:],
        Column("invoice", gettext_lazy("Invoice number"), url=receipt_url),
    ),
    default_sort="-spent_on",
    filters=(DateRangeFilter("spent_on", gettext_lazy("Spent on")),),
    search=invoiced,
    search_label=gettext_lazy("Invoice number, what for or seller"),
    empty=Empty(
        gettext_lazy("Nothing was spent yet"),
        gettext_lazy("Each approved expense stands here with number, day, line, amount and seller of its receipt."),
    ),
)
CLAIMS = Listing(
    key="claims",
    columns=(
        Column("what", gettext_lazy("Spent for"), url=page_of("funding:expense")),
        Column("grant", gettext_lazy("Project"), value="grant__title"),
        *SPENDING[2:4],
        Column("state", gettext_lazy("State"), "tag", value=state_tag),
        SPENDING[0],
        Column("invoice", gettext_lazy("Invoice number"), priority=2),
        Column("asked_at", gettext_lazy("Entered on"), "datetime", sort="asked_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=EXPENSE.choices()),
        DateRangeFilter("spent_on", gettext_lazy("Spent on")),
    ),
    search=invoiced,
    search_label=gettext_lazy("Invoice number, what for or seller"),
    empty=Empty(
        gettext_lazy("No expense was entered yet"),
        gettext_lazy("Teams enter expenses from their phone; each waits here for somebody else to approve it."),
    ),
)
OWN_CLAIMS = Listing(
    key="own_claims",
    columns=(CLAIMS.columns[0], *CLAIMS.columns[2:]),
    default_sort="-asked_at",
    filters=CLAIMS.filters,
    search=invoiced,
    search_label=gettext_lazy("Invoice number, what for or seller"),
    empty=Empty(
        gettext_lazy("No expense was entered yet"),
        gettext_lazy("Choose a line above and take a photo of the receipt."),
    ),
)
PAYMENTS = Listing(
    key="payments",
    columns=(
        Column("grant", gettext_lazy("Project"), value="tranche__grant__title", url=page_of("funding:payment")),
        Column("number", gettext_lazy("Tranche"), "number", value="tranche__number"),
        Column("amount_fen", gettext_lazy("Amount"), "money", sort="amount_fen"),
        Column("state", gettext_lazy("State"), "tag", value=state_tag),
        Column("due_on", gettext_lazy("Pay by"), "date", value="tranche__due_on", sort="tranche__due_on"),
        Column("asked_at", gettext_lazy("Asked on"), "datetime", sort="asked_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(ChoiceFilter("state", gettext_lazy("State"), choices=PAYMENT.choices()),),
    search=of_project,
    search_label=gettext_lazy("Part of the project's name"),
    empty=Empty(
        gettext_lazy("No payment was asked for yet"),
        gettext_lazy("When the condition of a tranche is met, its payment is asked for on the page of the grant."),
    ),
)
REQUESTS = Listing(
    key="requests",
    columns=(
        Column("kind", gettext_lazy("What is asked"), value=lambda row: row.get_kind_display(),
               url=page_of("funding:request")),
        Column("grant", gettext_lazy("Project"), value="grant__title"),
        Column("amount_fen", gettext_lazy("Amount"), "money", sort="amount_fen"),
        Column("state", gettext_lazy("State"), "tag", value=state_tag),
        Column("asked_at", gettext_lazy("Asked on"), "datetime", sort="asked_at", priority=2),
    ),
    default_sort="-asked_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=REQUEST.choices()),
        ChoiceFilter("kind", gettext_lazy("What is asked"), choices=RequestKind.choices),
    ),
    search=of_project,
    search_label=gettext_lazy("Part of the project's name"),
    empty=Empty(
        gettext_lazy("Nobody asked for anything yet"),
        gettext_lazy("Changes between lines, advances and money that goes back are asked for by teams."),
    ),
)  # fmt: skip
__all__ = [
    "CLAIMS", "DESK_FUNDS", "DUE", "FUNDS", "FUND_GRANTS", "GRANTS", "OWN", "OWN_CLAIMS", "PAYMENTS",
    "PUBLIC_EXPENSES", "REQUESTS", "AreaFilter", "BooleanFilter", "area_source", "due_tag", "state_tag", "titled",
]  # fmt: skip
