"""One line of a bill, and what may be done with it; the rules and the columns of a book."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.ledger.exchange.bills.bank import READY
from shanzhi.ledger.forms.bills import ColumnsForm, EnterForm, LeaveForm, MatchForm, PlainForm, RuleForm
from shanzhi.ledger.models import BillLine, How
from shanzhi.ledger.operations import bill_settling, bills
from shanzhi.ledger.queries import bills as queries
from shanzhi.ledger.views import bill_lists as lists
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer, Event


def _title(found: BillLine) -> str:
    return _("Line of %(day)s: %(amount)s") % {
        "day": formatting.day(found.day), "amount": formatting.yuan(found.amount),
    }  # fmt: skip


@login_required
def line(request: Any, book_id: UUID, line_id: UUID) -> HttpResponse:
    """Show a line, what settles it, and what may be done."""
    found = queries.line(viewer=request.actor, book_id=book_id, line_id=line_id)
    clock = f" {found.time:%H:%M:%S}" if found.time else ""
    pairs = [
        Answer(_("Day"), formatting.day(found.day) + clock),
        Answer(_("Amount"), formatting.yuan(found.amount)),
        Answer(_("Counterparty"), str(found.counterparty) or formatting.NONE),
        Answer(_("Words"), found.text.reveal() or formatting.NONE),
        Answer(_("Serial number"), found.serial or formatting.NONE),
        Answer(_("Account of the book"), found.account.name),
        Answer(_("Name of the file"), f"{found.file.name} · {_('Row')} {found.place}"),
    ]
    context = {
        "heading": _title(found), "line": found, "state": lists.how_tag(found), "pairs": pairs,
        "events": [_event(one) for one in queries.matches(found)],
        "back": reverse("ledger:bill_desk", args=[book_id, found.account_id]),
        "crumbs": lists.crumbs(
            book_id, (_("What is left over"), reverse("ledger:bill_desk", args=[book_id, found.account_id])),
            (_title(found), ""),
        ),
    }  # fmt: skip
    return render(request, "ledger/bills_line.html", context)


def _event(one: Any) -> Event:
    if one.entry is not None:
        words = f"{formatting.day(one.entry.on)} · {one.entry.text or one.entry.number}"
        text = f"{words} · {one.rule.name}" if one.rule else words
    else:
        text = one.reason
    undone = getattr(one, "undone", None) is not None
    return Event(one.at, How(one.how).label, text, tone="plain" if undone or one.how == How.UNDO else "good")


def _frame(request: Any, book_id: UUID, line_id: UUID, heading: str) -> tuple[BillLine, dict[str, Any]]:
    found = queries.line(viewer=request.actor, book_id=book_id, line_id=line_id)
    back = lists.line_address(found)
    return found, {
        "heading": heading, "lead": f"{_title(found)} · {str(found.counterparty) or formatting.NONE}", "back": back,
        "kind": "main", "button": heading, "crumbs": lists.crumbs(book_id, (_title(found), back), (heading, "")),
    }  # fmt: skip


def _desk(found: BillLine) -> str:
    return reverse("ledger:bill_desk", args=[found.file.book_id, found.account_id])


@login_required
@form_page
def match(request: Any, book_id: UUID, line_id: UUID) -> HttpResponse:
    """Say which entries a line is."""
    found, context = _frame(request, book_id, line_id, _("Match with entries"))

    def act(form: Any) -> str:
        wanted = [(UUID(entry), int(leg)) for entry, leg in (one.split(".") for one in form.cleaned_data["postings"])]
        bill_settling.match_line(actor=request.actor, line_id=line_id, postings=wanted, at=request.now)
        return _desk(found)

    form = MatchForm(sent(request), postings=queries.candidates(found))
    return answer_form(request, form, act, context, done=_("The line is settled."))


@login_required
@form_page
def enter(request: Any, book_id: UUID, line_id: UUID) -> HttpResponse:
    """Enter a line in the book."""
    found, context = _frame(request, book_id, line_id, _("Enter in the book"))

    def act(form: Any) -> str:
        given = form.cleaned_data
        bill_settling.enter_line(
            actor=request.actor, line_id=line_id, other=UUID(given["other"]), on=given["on"], text=given["text"],
            at=request.now,
        )  # fmt: skip
        return _desk(found)

    rule = queries.proposal(found, queries.proposing(found.file.book))
    shown = {"on": found.day, "other": str(rule.target_id) if rule else "", "text": rule.name if rule else ""}
    accounts = queries.accounts(found.file.book).exclude(pk=found.account_id)
    form = EnterForm(sent(request), accounts=accounts, initial=shown)
    return answer_form(request, form, act, context, done=_("The line is entered and settled."))


@login_required
@form_page
def leave(request: Any, book_id: UUID, line_id: UUID) -> HttpResponse:
    """Leave a line out."""
    found, context = _frame(request, book_id, line_id, _("Leave out"))

    def act(form: Any) -> str:
        bill_settling.leave_out(
            actor=request.actor, line_id=line_id, reason=form.cleaned_data["reason"], at=request.now
        )
        return _desk(found)

    return answer_form(request, LeaveForm(sent(request)), act, context, done=_("The line is left out."))


@login_required
@form_page
def undo(request: Any, book_id: UUID, line_id: UUID) -> HttpResponse:
    """Undo what settles a line."""
    found, context = _frame(request, book_id, line_id, _("Undo"))

    def act(_form: Any) -> str:
        bill_settling.undo_line(actor=request.actor, line_id=line_id, at=request.now)
        return lists.line_address(found)

    note = _("The line is left over again. An entry that was made for it stays in the book; reverse it there.")
    context |= {"lead": f"{context['lead']}. {note}"}
    return answer_form(request, PlainForm(sent(request)), act, context, done=_("Undone."))


@login_required
def rules(request: Any, book_id: UUID) -> HttpResponse:
    """List the rules of a book."""
    book = queries.book(viewer=request.actor, book_id=book_id)
    heading = _("Rules for bills")
    lead = _("Tried from the first to the last on what is left over. Select one to end it.")
    context = {"heading": heading, "lead": lead, "book": book, "crumbs": lists.crumbs(book_id, (heading, ""))}
    answer: HttpResponse = listing_response(
        request, lists.RULES, queries.rules(book), context, template="ledger/bills_rules.html"
    )
    return answer


def _of_rules(request: Any, book_id: UUID, heading: str) -> tuple[Any, dict[str, Any]]:
    book, back = queries.book(viewer=request.actor, book_id=book_id), reverse("ledger:bill_rules", args=[book_id])
    crumbs = lists.crumbs(book_id, (_("Rules for bills"), back), (heading, ""))
    return book, {"heading": heading, "lead": book.name, "back": back, "crumbs": crumbs, "button": heading,
                  "kind": "main"}  # fmt: skip


@login_required
@form_page
def rule_new(request: Any, book_id: UUID) -> HttpResponse:
    """Add a rule."""
    book, context = _of_rules(request, book_id, _("Add a rule"))

    def act(form: Any) -> str:
        given = {**form.cleaned_data, "words": form.cleaned_data["words"].splitlines()}
        given["target"] = UUID(given["target"]) if given["target"] else None
        bill_settling.make_rule(actor=request.actor, book=book, at=request.now, **given)
        return str(context["back"])

    form = RuleForm(sent(request), accounts=queries.accounts(book))
    return answer_form(request, form, act, context, done=_("The rule holds from now on."))


@login_required
@form_page
def rule_end(request: Any, book_id: UUID, rule_id: UUID) -> HttpResponse:
    """End a rule."""
    book, context = _of_rules(request, book_id, _("End the rule"))
    found = queries.rule(book, rule_id)

    def act(_form: Any) -> str:
        bill_settling.end_rule(actor=request.actor, book=book, rule_id=rule_id, at=request.now)
        return str(context["back"])

    note = _("%(name)s. What it matched stays as it is.") % {"name": found.name}
    context |= {"lead": note, "kind": "danger"}
    return answer_form(request, PlainForm(sent(request)), act, context, done=_("The rule has ended."))


@login_required
@form_page
def columns(request: Any, book_id: UUID) -> HttpResponse:
    """Name the columns of a bank's file."""
    book = queries.book(viewer=request.actor, book_id=book_id)
    heading, back = _("Columns of a bank"), reverse("ledger:bills", args=[book_id])

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        name = given.pop("name")
        given["text"] = [given["text"]] if given["text"] else []
        bills.keep_columns(actor=request.actor, book_id=book_id, name=name, columns=given, at=request.now)
        return back

    known = "、".join([*READY, *bills.own_columns(book)])
    lead = _("Needed only where the file is not known by itself. Known: %(banks)s.") % {"banks": known}
    context = {
        "heading": heading, "lead": lead, "back": back, "button": _("Save"), "kind": "main",
        "crumbs": lists.crumbs(book_id, (heading, "")),
    }  # fmt: skip
    return answer_form(request, ColumnsForm(sent(request)), act, context, done=_("The columns are kept."))
