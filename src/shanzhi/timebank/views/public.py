"""What anybody reads of time banks: which there are, what they did by month, their rules and every change of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.timebank import policies, queries
from shanzhi.timebank.models import Bank, PolicyVersion
from shanzhi.timebank.queries.clearing import in_force_with
from shanzhi.timebank.views.frames import bank_name, bank_steps, everywhere
from shanzhi.timebank.words import BETWEEN, FIGURES, changed_words, month_words, rules_words, stands_words
from shanzhi.ui import formatting
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    Rows,
    listing_response,
    page_of,
)
from shanzhi.ui.pieces import Answer

BANKS = Listing(
    key="time_banks",
    columns=(
        Column("name", gettext_lazy("Name of the bank"), value=bank_name, sort="name", url=page_of("timebank:bank")),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("created_at", gettext_lazy("Founded on"), "date", sort="created_at"),
    ),
    default_sort="name",
    filters=(
        AreaFilter("area", gettext_lazy("Area"), source=everywhere),
        BooleanFilter("synthetic", gettext_lazy("Synthetic")),
    ),
    search=queries.search_banks,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("No time bank is open here yet"),
        gettext_lazy("Officers of a district, subdistrict or community found one and publish its rules."),
    ),
)  # fmt: skip


def banks(request: Any) -> HttpResponse:
    """List the banks."""
    context = {
        "heading": _("Time banks"),
        "lead": _("Who serves earns credits; who needs help pays with them. Each area has rules of its own."),
        "crumbs": [(_("Home"), "/"), (_("Time banks"), "")],
    }
    answer: HttpResponse = listing_response(request, BANKS, queries.banks(), context)
    return answer


def _span(period: Any) -> str:
    first, last = (f"{day:%Y-%m}" for day in (period.first, period.last))
    return first if first == last else f"{first} – {last}"


def _told(minutes: int | None) -> str:
    """Write a figure, or that it is held back."""
    return _("held back") if minutes is None else formatting.minutes(minutes)


def _minutes(name: str) -> Any:
    return lambda row: _told(row.figures[name])


def _whole(name: str) -> Any:
    return lambda row: row.figures[name]


AMONG_BANKS = ("settled_out", "settled_in", "cleared")
"""What banks did among themselves: in the newest month and in the files, but no column of its own on the page."""
PERIODS = Listing(
    key="time_bank_months",
    columns=(
        Column("first", gettext_lazy("Month"), value=_span, sort="first", export=_span),
        *(
            Column(name, label, value=_minutes(name), export=_whole(name), scale="amount",
                   priority=1 if name in ("earned", "spent") else 2, on_page=name not in AMONG_BANKS)
            for name, label in FIGURES.items()
        ),
        Column("owed", gettext_lazy("Owed at the end"), value=lambda row: _told(row.owed),
               export=lambda row: row.owed, scale="amount"),
        Column("between", gettext_lazy("Between banks at the end"), value=lambda row: _stands(row.between),
               export=lambda row: row.between, scale="amount", priority=2),
    ),
    default_sort="-first",
    tie="first",
    filters=(DateRangeFilter("first", gettext_lazy("Month")),),
    search=lambda rows, words: rows.having(lambda row: words.strip() in _span(row)),
    search_label=gettext_lazy("Month, like 2026-10"),
    empty=Empty(
        gettext_lazy("No month is published yet"),
        gettext_lazy("A month is told of when it is over. A figure of fewer than five people is held back; a month in "
                     "which every figure is goes with the months after it."),
    ),
)  # fmt: skip


def bank(request: Any, bank_id: UUID) -> HttpResponse:
    """Show a bank: its months, the rules in force, what the visitor can do there."""
    found = queries.bank(bank_id)
    version = queries.in_force(found, request.now)
    today = timezone.localdate(request.now)
    months = queries.published(found, today)
    own = policies.own_member(request.actor, found)
    context = {
        "bank": found, "heading": found.name, "version": version, "own": own, "latest": months[0] if months else None,
        "span": _span(months[0]) if months else "", "pairs": _latest(months[0]) if months else [],
        "rules": rules_words(version.policy) if version else [],
        "running": month_words(today), "told_on": queries.told_on(today), "least": queries.LEAST,
        "agreements": [(one.beside(found.pk), one) for one in in_force_with(found)],
        "keeps": request.actor.signed_in and policies.keeps(request.actor, found),
        "crumbs": [(_("Home"), "/"), *bank_steps(found)[:1], (found.name, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, PERIODS, Rows(months), context, template="timebank/bank.html")
    return answer


def _latest(period: Any) -> list[Answer]:
    """Give the figures of a period; those between banks where there are any, since most banks have none."""
    shown = [name for name in FIGURES if name not in BETWEEN or period.figures[name] != 0]
    told = [Answer(FIGURES[name], _told(period.figures[name])) for name in shown]
    told.append(Answer(_("Owed at the end"), _told(period.owed)))
    if period.between != 0:
        told.append(Answer(_("Between banks at the end"), _stands(period.between)))
    return told


def _stands(minutes: int | None) -> str:
    """Say what is owed to other banks, or by them; or that it is held back."""
    return stands_words(minutes) if minutes else _told(minutes)


def _changes(rows: list[PolicyVersion]) -> list[tuple[PolicyVersion, Any, Any]]:
    """Give each version with its rules and what it changed of the one before, the newest first."""
    read = [one.policy for one in rows]
    before = [*read[1:], None]
    return [
        (row, rules_words(new), changed_words(old, new) if old is not None else [])
        for row, new, old in zip(rows, read, before, strict=True)
    ]


def rules(request: Any, bank_id: UUID) -> HttpResponse:
    """Show every version of the rules, with what it changed and when it was published."""
    found: Bank = queries.bank(bank_id)
    context = {
        "bank": found, "heading": _("Rules of the bank"), "versions": _changes(queries.versions(found)),
        "today": timezone.localdate(request.now),
        "crumbs": [(_("Home"), "/"), *bank_steps(found), (_("Rules of the bank"), "")],
    }  # fmt: skip
    return render(request, "timebank/rules.html", context)
