"""One's own accounts: what is there, opening, the statement, gifts, donations, closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.ledger.words import kind_words
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, queries
from shanzhi.timebank.forms.own import DonateForm, GiveForm, OpenForm, SureForm
from shanzhi.timebank.models import Bank
from shanzhi.timebank.views.frames import FORM, bank_steps, deal_state, frame, own_steps, page, post_state
from shanzhi.ui import formatting
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

PARTS = {
    "credits": gettext_lazy("Free"),
    "bound": gettext_lazy("For donation only"),
    "held": gettext_lazy("Held for help or goods"),
}
STATEMENT = Listing(
    key="time_bank_statement",
    columns=(
        Column("on", gettext_lazy("Day"), "date", sort="on"),
        Column("kind", gettext_lazy("What moved"), value=lambda row: moved(row)),
        Column("amount", gettext_lazy("Credits"), value=lambda row: signed(row.amount), sort="amount",
               export=lambda row: row.amount, scale="amount"),
        Column("part", gettext_lazy("Part of the account"), value=lambda row: str(PARTS[row.account.role])),
        Column("stood", gettext_lazy("On it afterwards"), value=lambda row: formatting.minutes(row.stood),
               export=lambda row: row.stood, scale="amount", priority=2),
        Column("number", gettext_lazy("Entry"), "text", sort="number", priority=3),
    ),
    default_sort="-number",
    tie="number",
    filters=(DateRangeFilter("on", gettext_lazy("Day")),),
    search=queries.search_statement,
    search_label=gettext_lazy("Number of the entry"),
    empty=Empty(
        gettext_lazy("Nothing has moved on this account yet"),
        gettext_lazy("Credits come by themselves when your service is verified."),
    ),
)  # fmt: skip


def moved(row: Any) -> str:
    """Say what moved; between two banks with the name of the other."""
    words = str(kind_words(row.entry.kind))
    return f"{words} · {row.entry.text}" if row.entry.text else words


def signed(amount: int) -> str:
    """Write minutes with their sign."""
    return f"{'−' if amount < 0 else '+'}{formatting.minutes(abs(amount))}"


@login_required
def mine(request: Any) -> HttpResponse:
    """Show one's own accounts, with what waits for one, and the banks near one's home."""
    members = queries.members_of(viewer=request.actor)
    mine_ids = {one.pk for one in members}
    context = {
        "stands": [(one, _pairs(one)) for one in queries.stands(members, request.now)],
        "earned": queries.earnings_of(members),
        "deals": [
            (one, deal_state(one), one.helper_id in mine_ids) for one in queries.living_deals(viewer=request.actor)
        ],
        "posts": [(one, post_state(one)) for one in queries.own_posts(viewer=request.actor)],
        "asks": queries.asked_to_help(**viewing(request)),
        "vouchers": queries.waiting_vouchers(viewer=request.actor),
        "wards": queries.wards_deals(viewer=request.actor, at=request.now),
        "near": queries.near_banks(viewer=request.actor),
        "crumbs": [(_("Home"), "/"), (_("My time bank"), "")],
    }  # fmt: skip
    return render(request, "timebank/mine.html", context)


def _pairs(stand: queries.Stand) -> list[Answer]:
    told = [
        Answer(_("Account number"), stand.member.number),
        Answer(_("To spend or give"), formatting.minutes(stand.free)),
        Answer(_("For donation only"), formatting.minutes(stand.bound)),
        Answer(_("Held for help or goods"), formatting.minutes(stand.held)),
    ]
    if stand.ends_on is not None:
        words = _("%(minutes)s, the first on %(day)s") % {
            "minutes": formatting.minutes(stand.ending), "day": formatting.day(stand.ends_on),
        }  # fmt: skip
        told.append(Answer(_("Expires within 90 days"), words))
    return told


@login_required
@form_page
def open_account(request: Any, bank_id: UUID) -> HttpResponse:
    """Open an account at a bank."""
    found = queries.bank(bank_id)

    def act(form: Any) -> str:
        operations.open_account(bank_id=bank_id, **form.cleaned_data, **acting(request))
        return reverse("timebank:mine")

    lead = _("Name and age are those of your account here; each person has one account at a bank. What you served "
             "since the rules hold is credited by itself.")  # fmt: skip
    context = frame(_("Open an account"), _("Open the account"), page("bank", found), *bank_steps(found), lead=lead)
    done = _("Your account is open. Its number stands on this page.")
    return answer_form(request, OpenForm(sent(request)), act, context, done=done, template=FORM)


@login_required
def statement(request: Any, bank_id: UUID) -> HttpResponse:
    """Show what moved on one's own account."""
    member = queries.own_member(viewer=request.actor, bank_id=bank_id)
    context = {
        "heading": _("Statement of the account"), "lead": f"{member.bank.name} · {member.number}",
        "crumbs": [(_("Home"), "/"), *own_steps(), (_("Statement of the account"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, STATEMENT, queries.statement(member), context)
    return answer


def _own_bank(request: Any, bank_id: UUID) -> Bank:
    return queries.own_member(viewer=request.actor, bank_id=bank_id).bank


@login_required
@form_page
def give(request: Any, bank_id: UUID) -> HttpResponse:
    """Give credits to a relative."""
    found = _own_bank(request, bank_id)
    version = queries.in_force(found, request.now)
    allowed = version.policy.spending.gifts_to if version else ()
    form = GiveForm(sent(request), relations=allowed)

    def act(form: Any) -> str:
        operations.give(bank_id=bank_id, **form.cleaned_data, **acting(request))
        return reverse("timebank:mine")

    lead = _("The receiver needs an account at the same bank. The credits keep the day on which they expire.")
    if not allowed:
        lead = _("The rules of this bank allow no gifts.")
    context = frame(_("Give to a relative"), _("Give"), reverse("timebank:mine"), *own_steps(), lead=lead)
    return answer_form(request, form, act, context, done=_("The credits are given."), template=FORM)


@login_required
@form_page
def donate(request: Any, bank_id: UUID) -> HttpResponse:
    """Donate credits to a pool."""
    found = _own_bank(request, bank_id)
    form = DonateForm(sent(request), pools=queries.pool_choice(queries.open_pools(found, request.now)))

    def act(form: Any) -> str:
        given = form.cleaned_data
        operations.donate(
            bank_id=bank_id, pool_id=UUID(given["pool_id"]), minutes=given["minutes"], **acting(request)
        )  # fmt: skip
        return reverse("timebank:mine")

    lead = _("From a pool, credits go to people in need when two keepers of the bank agree. What can only be donated "
             "goes first.")  # fmt: skip
    context = frame(_("Donate credits"), _("Donate"), reverse("timebank:mine"), *own_steps(), lead=lead)
    return answer_form(request, form, act, context, done=_("Thank you: the credits are donated."), template=FORM)


@login_required
@form_page
def close_account(request: Any, bank_id: UUID) -> HttpResponse:
    """Close one's own account, after a question."""
    member = queries.own_member(viewer=request.actor, bank_id=bank_id)

    def act(form: Any) -> str:
        operations.close_account(member_id=member.pk, **acting(request))
        return reverse("timebank:mine")

    lead = _("Only an empty account is closed. Its statement stays on record, and it can be opened again.")
    context = frame(_("Close the account"), _("Close it"), reverse("timebank:mine"), *own_steps(), lead=lead,
                    kind="danger")  # fmt: skip
    return answer_form(request, SureForm(sent(request)), act, context, done=_("The account is closed."), template=FORM)
