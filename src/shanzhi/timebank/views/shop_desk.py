"""The desk of goods for credits: the lists, putting something up, its stock, taking it off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.own import SureForm
from shanzhi.timebank.forms.shop import GoodForm, StockForm
from shanzhi.timebank.lifecycle import GOOD, VOUCHER
from shanzhi.timebank.views.desk import listed, minutes_column
from shanzhi.timebank.views.frames import FORM, desk_steps, frame, good_name, good_state, page, voucher_state
from shanzhi.timebank.views.shop import from_whom
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of
from shanzhi.ui.methods import form_page

GOODS = Listing(
    key="desk_time_bank_goods",
    columns=(
        Column("title", pgettext_lazy("goods", "What it is"), value=good_name, sort="title",
               url=page_of("timebank:good")),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        Column("stock", gettext_lazy("Pieces left"), "number", sort="stock"),
        Column("supplied", gettext_lazy("Pieces put in"), "number", sort="supplied", priority=2),
        Column("from", gettext_lazy("Who hands it out"), value=from_whom, priority=2),
        Column("state", gettext_lazy("State"), "tag", value=good_state, sort="state"),
        Column("created_at", gettext_lazy("Put up on"), "date", sort="created_at", priority=3),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=GOOD.choices()),
        DateRangeFilter("created_at", gettext_lazy("Put up on")),
    ),
    search=queries.search_goods,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("Nothing was put up for credits yet"),
        gettext_lazy("Agree with a shop or an organisation on what it gives, and put it up with its number of pieces."),
    ),
)  # fmt: skip
VOUCHERS = Listing(
    key="time_bank_vouchers",
    columns=(
        Column("number", gettext_lazy("Voucher number"), sort="number"),
        Column("good", pgettext_lazy("goods", "What it is"), value="good__title"),
        Column("account", gettext_lazy("Account number"), value="member__number", priority=2),
        minutes_column("minutes", gettext_lazy("Credits"), sort="minutes"),
        Column("state", gettext_lazy("State"), "tag", value=voucher_state, sort="state"),
        Column("taken_at", gettext_lazy("Taken on"), "date", sort="taken_at"),
        Column("until", gettext_lazy("To be fetched until"), "date", sort="until", priority=2),
        Column("ended_at", gettext_lazy("Ended at"), "datetime", sort="ended_at", priority=3),
    ),
    default_sort="-taken_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=VOUCHER.choices()),
        DateRangeFilter("taken_at", gettext_lazy("Taken on")),
    ),
    search=queries.search_vouchers,
    search_label=gettext_lazy("Voucher number or how it begins"),
    empty=Empty(
        gettext_lazy("Nobody has taken a voucher yet"),
        gettext_lazy("Members take them on the page of goods for credits, and show the code where a thing is handed "
                     "out."),
    ),
)  # fmt: skip


@login_required
def goods(request: Any, bank_id: UUID) -> HttpResponse:
    """List all goods of a bank."""
    way = (_("Put something up"), reverse("timebank:put_up", args=[bank_id]))
    return listed(request, bank_id, GOODS, _("Goods for credits"), queries.desk_goods, readable=True, way=way)


@login_required
def vouchers(request: Any, bank_id: UUID) -> HttpResponse:
    """List the vouchers of a bank."""
    return listed(request, bank_id, VOUCHERS, _("Vouchers for goods"), queries.vouchers)


@login_required
@form_page
def put_up(request: Any, bank_id: UUID) -> HttpResponse:
    """Put something up for credits."""
    found = queries.desk_bank(viewer=request.actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found))
    form = GoodForm(sent(request), bodies=queries.bodies(found))

    def act(form: Any) -> str:
        return page("good", operations.put_up(bank_id=bank_id, given=form.given(), **acting(request)))

    lead = _("Everybody sees it on the public page of the bank. The price stays; put it up anew for another one.")
    context = frame(_("Put something up"), _("Put it up"), page("desk_goods", found), *desk_steps(found), lead=lead)
    return answer_form(request, form, act, context, done=_("It is put up."), template=FORM)


@login_required
@form_page
def stock(request: Any, good_id: UUID) -> HttpResponse:
    """Say how many pieces are left."""
    found = queries.desk_good(viewer=request.actor, good_id=good_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found.bank))
    form = StockForm(sent(request), initial={"pieces": found.stock, "was": found.stock})

    def act(form: Any) -> str:
        operations.set_stock(good_id=good_id, **form.cleaned_data, **acting(request))
        return page("desk_goods", found.bank)

    context = frame(_("Set the stock"), _("Keep the number"), page("desk_goods", found.bank),
                    *desk_steps(found.bank), lead=found.title)  # fmt: skip
    return answer_form(request, form, act, context, done=_("The stock is set."), template=FORM)


@login_required
@form_page
def close(request: Any, good_id: UUID) -> HttpResponse:
    """Take something off the list, after a question."""
    found = queries.desk_good(viewer=request.actor, good_id=good_id)
    policies.require(policies.may_keep(actor=request.actor, bank=found.bank))

    def act(form: Any) -> str:
        operations.close_good(good_id=good_id, **acting(request))
        return page("desk_goods", found.bank)

    lead = _("%(title)s: nobody takes a voucher for it any more. Vouchers that wait are still handed out.") % {
        "title": found.title
    }
    context = frame(_("Take it off the list"), _("Take it off"), page("desk_goods", found.bank),
                    *desk_steps(found.bank), lead=lead, kind="danger")  # fmt: skip
    return answer_form(request, SureForm(sent(request)), act, context, done=_("It is off the list."), template=FORM)
