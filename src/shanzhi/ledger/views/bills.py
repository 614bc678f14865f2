"""The desk of bills: files are sent, looked at and taken; what is left over stands on both sides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Refusal
from shanzhi.ledger import tasks
from shanzhi.ledger.exchange.bills import KINDS, SKIPPED, WARNINGS
from shanzhi.ledger.exchange.bills.reading import MOST_BYTES, BillTooLarge
from shanzhi.ledger.forms.bills import BillForm, PlainForm
from shanzhi.ledger.models import Account, BillFile
from shanzhi.ledger.operations import bill_settling, bills
from shanzhi.ledger.queries import bill_rows
from shanzhi.ledger.queries import bills as queries
from shanzhi.ledger.views import bill_lists as lists
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.faults import faults_of
from shanzhi.ui.listing import listing_response, listings_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


@login_required
def files(request: Any, book_id: UUID) -> HttpResponse:
    """List the bill files of a book, with the ways on."""
    book = queries.book(viewer=request.actor, book_id=book_id)
    context = {
        "heading": _("Bills"),
        "lead": book.name,
        "book": book,
        "accounts": queries.billed(book),
        "crumbs": lists.crumbs(book_id),
    }
    answer: HttpResponse = listing_response(
        request, lists.FILES, queries.files(book), context, template="ledger/bills_files.html"
    )
    return answer


@login_required
@form_page
def upload(request: Any, book_id: UUID) -> HttpResponse:
    """Take a file and read it; what is wrong in it is shown by row, and nothing is kept."""
    book = queries.book(viewer=request.actor, book_id=book_id)
    form = BillForm(sent(request), request.FILES or None, accounts=queries.accounts(book))
    heading = _("Send a bill")
    context: dict[str, Any] = {
        "form": form, "heading": heading, "lead": book.name, "book": book,
        "crumbs": lists.crumbs(book_id, (heading, "")),
    }  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            if given.size > MOST_BYTES:
                raise BillTooLarge(field="file")
            found = bills.prepare_bill(
                actor=request.actor, book_id=book_id, account_id=UUID(form.cleaned_data["account"]), name=given.name,
                content=given.read(), at=request.now,
            )  # fmt: skip
        except bills.BillHasFaults as refusal:
            ui_forms.apply_refusal(form, refusal)
            context["faults"] = [(one.row, one.field, one.cure) for one in refusal.faults]
        except Refusal as refusal:
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect("ledger:bill_file", book_id, found.pk)
    return _upload_page(request, context)


def _upload_page(request: Any, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    answer: HttpResponse
    if faults := context.get("faults"):
        answer = listings_response(request, [faults_of(faults)], context, template="ledger/bills_upload.html")
        answer.status_code = status
        return answer
    return render(request, "ledger/bills_upload.html", context, status=status)


@login_required
@form_page
def file(request: Any, book_id: UUID, file_id: UUID) -> HttpResponse:
    """Show what a file holds; on yes, start the work and lead to its progress. One that was taken shows its lines."""
    found = queries.file(viewer=request.actor, book_id=book_id, file_id=file_id)
    if request.method == "POST":
        confirmed = bills.confirm_bill(actor=request.actor, book_id=book_id, file_id=file_id, at=request.now)
        if found.state == "read":
            tasks.take_bill.enqueue(str(confirmed.pk))
        return redirect("work:job", confirmed.job)
    heading = _("Bill “%(name)s”") % {"name": found.name}
    context = {
        "heading": heading, "file": found, "state": lists.state_tag(found), "pairs": _facts(found),
        "warnings": [str(WARNINGS[word]) % values for word, values in found.warnings if word in WARNINGS],
        "skipped": [(row, SKIPPED.get(word, word)) for row, word in found.skipped],
        "crumbs": lists.crumbs(book_id, (heading, "")),
    }  # fmt: skip
    rows = queries.lines(found.book).filter(file=found)
    answer: HttpResponse = listing_response(request, lists.LINES, rows, context, template="ledger/bills_file.html")
    return answer


def _facts(found: BillFile) -> list[Answer]:
    pairs = [
        Answer(_("Sort"), KINDS.get(found.kind, found.kind)),
        Answer(_("Account of the book"), found.account.name),
        Answer(_("Days of the bill"), f"{formatting.day(found.first)} – {formatting.day(found.last)}"),
        Answer(_("Lines"), formatting.count(found.count)),
    ]
    if found.state == "taken":
        pairs.append(Answer(_("Known before"), formatting.count(found.doubles)))
    if found.opening is not None:
        pairs.append(Answer(_("Balance before"), formatting.yuan(found.opening)))
        pairs.append(Answer(_("Balance after"), formatting.yuan(found.closing)))
    return pairs


@login_required
def desk(request: Any, book_id: UUID, account_id: UUID) -> HttpResponse:
    """Show what is left over of an account on both sides, and whether bill and book agree."""
    account = queries.account(viewer=request.actor, book_id=book_id, account_id=account_id)
    first, last = (_day(request.GET.get(name, "")) for name in ("from", "to"))
    heading = _("What is left over")
    context = {
        "heading": heading, "lead": account.name, "account": account, "state": queries.state(account, first, last),
        "crumbs": lists.crumbs(book_id, (heading, "")), "from": first, "to": last,
    }  # fmt: skip
    sides = [
        (lists.left_lines(queries.proposing(account.book)), bill_rows.left_lines(account.pk).select_related("file")),
        (lists.LEFT_POSTINGS, bill_rows.left_postings(account.pk)),
    ]
    answer: HttpResponse = listings_response(request, sides, context, template="ledger/bills_desk.html")
    return answer


def _day(text: str) -> Any:
    field = ui_forms.DayField(required=False)
    try:
        return field.clean(text)
    except ValidationError:
        return None


@login_required
def lines(request: Any, book_id: UUID, account_id: UUID) -> HttpResponse:
    """List all lines of an account."""
    account = queries.account(viewer=request.actor, book_id=book_id, account_id=account_id)
    heading = _("Lines of the bills")
    desk_of = (_("What is left over"), reverse("ledger:bill_desk", args=[book_id, account_id]))
    context = {"heading": heading, "lead": account.name, "crumbs": lists.crumbs(book_id, desk_of, (heading, ""))}
    rows = queries.lines(account.book).filter(account=account)
    answer: HttpResponse = listing_response(request, lists.LINES, rows, context)
    return answer


@login_required
@form_page
def match(request: Any, book_id: UUID, account_id: UUID) -> HttpResponse:
    """Match again by the rules."""
    account: Account = queries.account(viewer=request.actor, book_id=book_id, account_id=account_id)
    heading, back = _("Match by rules"), reverse("ledger:bill_desk", args=[book_id, account_id])

    def act(_form: Any) -> str:
        bill_settling.run_rules(actor=request.actor, book=account.book, account_id=account_id, at=request.now)
        return back

    context = {
        "heading": heading, "lead": account.name, "button": heading, "kind": "main", "back": back,
        "crumbs": lists.crumbs(book_id, (_("What is left over"), back), (heading, "")),
    }  # fmt: skip
    return answer_form(request, PlainForm(sent(request)), act, context, done=_("Matched by the rules."))
