"""The lists of the desk of bills: what they show, and how they are narrowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.ledger.exchange.bills import KINDS
from shanzhi.ledger.lifecycle import BILL
from shanzhi.ledger.models import Action, BillFile, BillLine, BillRule, How, Posting
from shanzhi.ledger.queries import bills as queries
from shanzhi.ui import formatting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing

TONES: Final = {"read": "warn", "writing": "accent", "taken": "good"}


def state_tag(found: BillFile) -> tuple[str, Any]:
    """Say how far a file is."""
    return TONES[found.state], BILL.states[found.state]


def how_tag(row: Any) -> tuple[str, Any]:
    """Say how a line was settled."""
    if not row.how:
        return "warn", pgettext("line of a bill", "Left over")
    return ("plain" if row.how == How.LEFT_OUT else "good"), How(row.how).label


def file_address(found: BillFile) -> str:
    """Give the page of a file."""
    return reverse("ledger:bill_file", args=[found.book_id, found.pk])


def line_address(found: BillLine) -> str:
    """Give the page of a line."""
    return reverse("ledger:bill_line", args=[found.file.book_id, found.pk])


FILES: Final = Listing(
    key="bill_files",
    columns=(
        Column("name", gettext_lazy("Name of the file"), sort="name", url=file_address),
        Column("kind", gettext_lazy("Sort"), value=lambda row: KINDS.get(row.kind, row.kind), sort="kind"),
        Column("account", gettext_lazy("Account of the book"), value="account__name"),
        Column("first", gettext_lazy("From"), "date", sort="first"),
        Column("last", gettext_lazy("Until"), "date", sort="last", priority=2),
        Column("count", gettext_lazy("Lines"), "number", sort="count"),
        Column("doubles", gettext_lazy("Known before"), "number", priority=2),
        Column("state", gettext_lazy("State"), "tag", value=state_tag, sort="state"),
        Column("created_at", gettext_lazy("Sent at"), "datetime", sort="created_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=list(BILL.states.items())),
        ChoiceFilter("kind", gettext_lazy("Sort"), choices=list(KINDS.items())),
        DateRangeFilter("created_at", gettext_lazy("Sent at")),
    ),
    search=lambda rows, text: rows.filter(name__icontains=text.strip()),
    search_label=gettext_lazy("Part of the name of the file"),
    empty=Empty(
        gettext_lazy("No bill was sent yet"),
        gettext_lazy("Send the file of a bank, of Alipay or of WeChat. You see first what is in it."),
    ),
)  # fmt: skip

_WHO: Final = Column("counterparty", gettext_lazy("Counterparty"), value=lambda row: str(row.counterparty))
_SERIAL: Final = Column("serial", gettext_lazy("Serial number"), priority=3)
_DAY: Final = Column("day", gettext_lazy("Day"), "date", sort="day", url=line_address)
_AMOUNT: Final = Column("amount", gettext_lazy("Amount"), "money", sort="amount")


def _settled_as(value: str) -> Q:
    return Q(how__isnull=True) if value == "left" else Q(how=value)


LINES: Final = Listing(
    key="bill_lines",
    columns=(
        _DAY, _AMOUNT, _WHO, _SERIAL,
        Column("how", gettext_lazy("Settled"), "tag", value=how_tag),
        Column("balance", gettext_lazy("Balance after it"), "money", priority=3),
        Column("file", gettext_lazy("Name of the file"), value="file__name", on_page=False),
    ),
    default_sort="-day",
    filters=(
        ChoiceFilter("how", gettext_lazy("Settled"), apply=_settled_as, choices=[
            ("left", gettext_lazy("Not settled")), *[one for one in How.choices if one[0] != How.UNDO]]),
        BooleanFilter("came", gettext_lazy("Way"), apply=lambda yes: Q(amount__gt=0) if yes else Q(amount__lt=0),
                      yes=gettext_lazy("Money in"), no=gettext_lazy("Money out")),
        DateRangeFilter("day", gettext_lazy("Day"), moments=False),
    ),
    search=queries.search,
    search_label=gettext_lazy("Serial number, or the amount"),
    empty=Empty(gettext_lazy("No line was taken yet"), gettext_lazy("Send a bill file first.")),
)  # fmt: skip


LEFT_LINES: Final = Listing(
    key="left_lines",
    prefix="line-",
    caption=gettext_lazy("Lines of the bill without an entry"),
    columns=(_DAY, _AMOUNT, _WHO, _SERIAL),
    default_sort="day",
    filters=(DateRangeFilter("day", gettext_lazy("Day"), moments=False),),
    search=queries.search,
    search_label=gettext_lazy("Serial number, or the amount"),
    empty=Empty(gettext_lazy("Every line of the bill is settled")),
)


def left_lines(rules: list[BillRule]) -> Listing:
    """Give the list of lines that nothing settles, with what the rules propose for each."""

    def proposed(row: BillLine) -> str:
        rule = queries.proposal(row, rules)
        return rule.target.name if rule and rule.target else formatting.NONE

    columns = (*LEFT_LINES.columns, Column("proposed", gettext_lazy("Proposed"), value=proposed))
    return replace(LEFT_LINES, columns=columns)


LEFT_POSTINGS: Final = Listing(
    key="left_postings",
    prefix="posting-",
    caption=gettext_lazy("Entries without a line in the bill"),
    columns=(
        Column("on", gettext_lazy("Day"), "date", sort="on"),
        Column("amount", gettext_lazy("Amount"), "money", sort="amount"),
        Column("text", gettext_lazy("Words"), value="entry__text"),
        Column("number", gettext_lazy("Number of the entry"), "number", sort="number", priority=2),
    ),
    default_sort="on",
    tie="number",
    filters=(DateRangeFilter("on", gettext_lazy("Day"), moments=False),),
    search=lambda rows, text: rows.filter(entry__text__icontains=text.strip()),
    search_label=gettext_lazy("Part of the line's words"),
    empty=Empty(gettext_lazy("Every entry stands in the bill")),
)  # fmt: skip


def _end(rule: BillRule) -> str:
    return reverse("ledger:bill_rule_end", args=[rule.book_id, rule.pk])


RULES: Final = Listing(
    key="bill_rules",
    columns=(
        Column("position", gettext_lazy("Order"), "number", sort="position"),
        Column("name", gettext_lazy("Name of the rule"), sort="name", url=_end),
        Column("action", gettext_lazy("What it does"), value=lambda row: Action(row.action).label),
        Column("days", gettext_lazy("Days"), "number"),
        Column("words", gettext_lazy("Words"), value=lambda row: "、".join(row.words) or formatting.NONE),
        Column("target", gettext_lazy("Other account"),
               value=lambda row: row.target.name if row.target else formatting.NONE, priority=2),
    ),
    default_sort="position",
    filters=(ChoiceFilter("action", gettext_lazy("What it does"), choices=Action.choices),),
    search=lambda rows, text: rows.filter(name__icontains=text.strip()),
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("This book has no rules of its own"),
        gettext_lazy("Until it has, two hold: the entry names the serial number, within 31 days; then equal amounts "
                     "within 3 days, the nearest first."),
    ),
)  # fmt: skip


def crumbs(book_id: UUID, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a page of bills; the last step has no address."""
    first = (_("Bills"), reverse("ledger:bills", args=[book_id]) if more else "")
    return [(_("Home"), "/"), first, *more]


def posting_words(one: Posting) -> str:
    """Name a posting in a sentence."""
    return f"{formatting.day(one.on)} · {formatting.yuan(one.amount)}"
