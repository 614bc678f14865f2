"""Goods for credits: what there is, taking a voucher, its page with the code to scan, handing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.own import SureForm
from shanzhi.timebank.forms.shop import NumberForm
from shanzhi.timebank.models import Good, Voucher
from shanzhi.timebank.views.frames import (
    FORM,
    bank_steps,
    frame,
    good_name,
    good_state,
    own_steps,
    page,
    shown_name,
    voucher_state,
)
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def from_whom(row: Good) -> str:
    """Say who hands something out."""
    return str(row.organization) if row.organization is not None else _("The keepers of the bank")


GOODS = Listing(
    key="time_bank_goods",
    columns=(
        Column("title", pgettext_lazy("goods", "What it is"), value=good_name, sort="title",
               url=page_of("timebank:good")),
        Column("minutes", gettext_lazy("Credits"), "minutes", sort="minutes"),
        Column("stock", gettext_lazy("Pieces left"), "number", sort="stock"),
        Column("place", gettext_lazy("Where and when it is handed out"), priority=2),
        Column("from", gettext_lazy("Who hands it out"), value=from_whom, priority=2),
        Column("created_at", gettext_lazy("Put up on"), "date", sort="created_at", priority=3),
    ),
    default_sort="-created_at",
    filters=(DateRangeFilter("created_at", gettext_lazy("Put up on")),),
    search=queries.search_goods,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("There is nothing for credits here yet"),
        gettext_lazy("Shops and organisations that give something for credits tell the keepers of the bank, who put it "
                     "up here."),
    ),
)  # fmt: skip


def goods(request: Any, bank_id: UUID) -> HttpResponse:
    """List what there is for credits."""
    found = queries.bank(bank_id)
    context = {
        "heading": _("Goods for credits"), "hands_out": policies.may_hand_out(request.actor, found),
        "lead": _("Take a voucher for your credits, and fetch the thing with it within 30 days."),
        "crumbs": [(_("Home"), "/"), *bank_steps(found), (_("Goods for credits"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(
        request, GOODS, queries.goods(found), context, template="timebank/goods.html"
    )
    return answer


def shop_steps(found: Good) -> list[tuple[Any, str]]:
    """Give the way to one of the goods."""
    steps = [*bank_steps(found.bank), (_("Goods for credits"), page("goods", found.bank))]
    return [*steps, (found.title, page("good", found))]


def good(request: Any, good_id: UUID) -> HttpResponse:
    """Show one of the goods, with the way to take it."""
    found = queries.good(viewer=request.actor, good_id=good_id)
    own = policies.own_member(request.actor, found.bank)
    context = {
        "good": found, "heading": found.title, "state": good_state(found), "pairs": _good_pairs(found),
        "may_take": own is not None and found.state == "open" and found.stock > 0, "own": own,
        "keeps": request.actor.signed_in and policies.keeps(request.actor, found.bank),
        "crumbs": [(_("Home"), "/"), *shop_steps(found)[:-1], (found.title, "")],
    }  # fmt: skip
    return render(request, "timebank/good.html", context)


def _good_pairs(found: Good) -> list[Answer]:
    return [
        Answer(_("Credits"), formatting.minutes(found.minutes)),
        Answer(_("Pieces left"), formatting.count(found.stock)),
        Answer(_("Where and when it is handed out"), found.place),
        Answer(_("Who hands it out"), from_whom(found)),
    ]


@login_required
@form_page
def take(request: Any, good_id: UUID) -> HttpResponse:
    """Take a voucher, after a question."""
    found = queries.good(viewer=request.actor, good_id=good_id)
    if policies.own_member(request.actor, found.bank) is None:
        raise NotFound

    def act(form: Any) -> str:
        return page("voucher", operations.take_voucher(good_id=good_id, **acting(request)))

    lead = _("%(minutes)s of your credits are held. Fetch the thing within 30 days; until then you can give the "
             "voucher back.") % {"minutes": formatting.minutes(found.minutes)}  # fmt: skip
    context = frame(_("Take a voucher"), _("Take the voucher"), page("good", found), *shop_steps(found), lead=lead)
    done = _("The voucher is yours. Show its code where the thing is handed out.")
    return answer_form(request, SureForm(sent(request)), act, context, done=done, template=FORM)


@login_required
def voucher(request: Any, voucher_id: UUID) -> HttpResponse:
    """Show a voucher: to its member with the code, to who hands out with the button."""
    found = queries.voucher(viewer=request.actor, voucher_id=voucher_id)
    own = request.actor.is_person(found.member.person_id)
    waits = queries.fetchable(found, request.now)
    number = " ".join(found.number[start : start + 4] for start in range(0, 12, 4))
    context = {
        "voucher": found, "heading": found.good.title, "state": voucher_state(found), "number": number,
        "pairs": _voucher_pairs(found), "link": request.build_absolute_uri(page("voucher", found)),
        "shows_code": own and waits, "may_return": own and found.state == "issued",
        "may_redeem": waits and policies.hands_out(request.actor, found.good)
        and not policies.concerns(request.actor, found.member, request.now),
        "crumbs": [(_("Home"), "/"), *(own_steps() if own else bank_steps(found.good.bank)), (found.good.title, "")],
    }  # fmt: skip
    answer = render(request, "timebank/voucher.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _voucher_pairs(found: Voucher) -> list[Answer]:
    told = [
        Answer(_("Credits"), formatting.minutes(found.minutes)),
        Answer(_("Whose voucher"), shown_name(found.member)),
        Answer(_("Where and when it is handed out"), found.good.place),
        Answer(_("To be fetched until"), formatting.day(found.until)),
    ]
    return told if found.ended_at is None else [*told, Answer(_("Ended at"), formatting.moment(found.ended_at))]


@login_required
@form_page
def give_back(request: Any, voucher_id: UUID) -> HttpResponse:
    """Give one's own voucher back, after a question."""
    found = queries.voucher(viewer=request.actor, voucher_id=voucher_id)
    if not request.actor.is_person(found.member.person_id):
        raise NotFound

    def act(form: Any) -> str:
        operations.give_voucher_back(voucher_id=voucher_id, **acting(request))
        return reverse("timebank:mine")

    steps = [*own_steps(), (found.good.title, page("voucher", found))]
    context = frame(_("Give the voucher back"), _("Give it back"), page("voucher", found), *steps,
                    lead=_("The held credits come back to your account."), kind="danger")  # fmt: skip
    done = _("The voucher is given back.")
    return answer_form(request, SureForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def redeem(request: Any, voucher_id: UUID) -> HttpResponse:
    """Hand the thing out, after a look at the voucher."""
    found = queries.voucher(viewer=request.actor, voucher_id=voucher_id)
    if not policies.hands_out(request.actor, found.good):
        raise NotFound

    def act(form: Any) -> str:
        operations.hand_out(voucher_id=voucher_id, **acting(request))
        return page("voucher", found)

    lead = f"{found.good.title} · {shown_name(found.member)}"
    steps = [*bank_steps(found.good.bank), (found.good.title, page("voucher", found))]
    context = frame(_("Hand it out"), _("I hand it out now"), page("voucher", found), *steps, lead=lead)
    done = _("It is on record: handed out.")
    return answer_form(request, SureForm(sent(request)), act, context, done=done, template=FORM)


@login_required
@form_page
def find_voucher(request: Any) -> HttpResponse:
    """Find a voucher by its number, where no code can be scanned."""

    def act(form: Any) -> str:
        found = queries.voucher_of_number(viewer=request.actor, number=form.cleaned_data["number"])
        return page("voucher", found)

    lead = _("For who hands something out: the phone's camera opens a voucher by its code; its number does the same.")
    context = frame(_("Find a voucher"), _("Look it up"), reverse("timebank:banks"),
                    (_("Time banks"), reverse("timebank:banks")), lead=lead)  # fmt: skip
    return answer_form(request, NumberForm(sent(request)), act, context, done="", template=FORM)
