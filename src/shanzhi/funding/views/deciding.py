"""Payments, claims and requests at the desk: look at one, approve it or refuse it for a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.funding import operations, policies, queries
from shanzhi.funding.forms import DecisionForm, PictureForm
from shanzhi.funding.models import Grant
from shanzhi.funding.rules import EXPENSE, PAYMENT
from shanzhi.funding.views import listings
from shanzhi.funding.views.desk import crumbs
from shanzhi.funding.views.parts import form_view, names_of
from shanzhi.kernel.errors import Refusal
from shanzhi.places.views.frames import sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer

Act = Callable[..., Any]


def _who(names: dict[UUID, str], person: UUID | None) -> str:
    return names.get(person, _("The system")) if person else formatting.NONE


def _page(
    request: Any, found: Any, grant: Grant, pairs: list[Answer], place: tuple[str, str], refusal: Refusal | None,
    approve: Act, refuse: Act, **more: Any,
) -> HttpResponse:  # fmt: skip
    """Show one, with the form of the decision where the reader may decide, else why not."""
    back = reverse(f"funding:{place[0]}")

    def act(form: Any) -> str:
        policies.require(refusal)
        given = form.cleaned_data
        if given["decision"] == "approve":
            approve(**acting(request))
        else:
            refuse(reason=given["reason"], **acting(request))
        return str(request.path)

    open_now = found.state in ("asked", "first", "sent")
    return form_view(
        request, DecisionForm(sent(request)), act, heading=grant.title, lead="", button=_("Hand in the decision"),
        done=_("The decision is kept."), crumbs=_way(place, back), back=back, pairs=pairs,
        state=listings.state_tag(found), decidable=open_now and refusal is None,
        why_not=refusal.text if refusal and open_now else "", template_form=True, **more,
    )  # fmt: skip


@login_required
@form_page
def payment(request: Any, payment_id: UUID) -> HttpResponse:
    """Show a payment."""
    found = queries.payment(viewer=request.actor, payment_id=payment_id)
    grant = found.tranche.grant
    names = names_of([found.asked_by, found.first_by, found.second_by])
    refusal = policies.may_approve(
        actor=request.actor, grant=grant, asked_by=[found.asked_by], amount_fen=found.tranche.amount_fen, act=PAYMENT,
        at=request.now,
    )  # fmt: skip
    pairs = [
        Answer(_("Tranche"), str(found.tranche.number)),
        Answer(_("Amount"), formatting.yuan(found.tranche.amount_fen)),
        Answer(_("Account"), grant.get_custody_display()),
        Answer(_("Pay by"), formatting.day(found.tranche.due_on)),
        Answer(_("Asked by"), _who(names, found.asked_by)),
        Answer(_("First approval"), _who(names, found.first_by)),
        Answer(_("Second approval"), _who(names, found.second_by)),
        *([Answer(_("Reason"), found.reason)] if found.reason else []),
    ]
    return _page(
        request, found, grant, pairs, ("payments", _("Payments")), refusal,
        lambda **given: operations.approve_payment(payment_id=found.pk, **given),
        lambda **given: operations.refuse_payment(payment_id=found.pk, **given),
    )  # fmt: skip


@login_required
@form_page
def expense(request: Any, expense_id: UUID) -> HttpResponse:
    """Show a claim with its receipt, to the desk and to its team."""
    found = queries.expense(viewer=request.actor, expense_id=expense_id)
    grant = found.grant
    names = names_of([found.asked_by, found.decided_by])
    refusal = policies.may_approve(
        actor=request.actor, grant=grant, asked_by=[found.asked_by, found.person_id], amount_fen=found.amount_fen,
        act=EXPENSE, at=request.now,
    )  # fmt: skip
    pairs = [
        Answer(_("Spent for"), found.what),
        Answer(_("Amount"), formatting.yuan(found.amount_fen)),
        Answer(_("Line"), found.line.name),
        Answer(_("Spent on"), formatting.day(found.spent_on)),
        Answer(_("Invoice number"), found.invoice),
        Answer(_("Seller"), f"{found.seller} {found.seller_code}"),
        Answer(_("Entered by"), _who(names, found.asked_by)),
        Answer(_("Decided by"), _who(names, found.decided_by)),
        *([Answer(_("Reason"), found.reason)] if found.reason else []),
    ]
    keeps = policies.may_keep(actor=request.actor, fund=grant.fund) is None
    place = ("expenses", _("Expenses")) if policies.at_the_desk(request.actor) else ("own", _("Our money"))
    return _page(
        request, found, grant, pairs, place, refusal,
        lambda **given: operations.approve_expense(expense_id=found.pk, **given),
        lambda **given: operations.refuse_expense(expense_id=found.pk, **given),
        photo=reverse("funding:photo", args=[found.pk]), expense=found,
        may_publish=keeps and found.state == "approved",
    )  # fmt: skip


def _way(place: tuple[str, str], back: str) -> list[tuple[Any, str]]:
    """Give the way to a claim: by the desk for who has a place there, else by the own money."""
    return [(_("Home"), "/"), (place[1], back)] if place[0] == "own" else crumbs((place[1], back))


@login_required
@form_page
def request_page(request: Any, request_id: UUID) -> HttpResponse:
    """Show a request."""
    found = queries.request(viewer=request.actor, request_id=request_id)
    names = names_of([found.asked_by, found.decided_by, found.person_id])
    refusal = policies.may_approve(
        actor=request.actor, grant=found.grant, asked_by=[found.asked_by, found.person_id],
        amount_fen=found.amount_fen, act=EXPENSE, at=request.now,
    )  # fmt: skip
    if refusal is None and found.kind == "lines":
        refusal = policies.may_manage(actor=request.actor, area=found.grant.fund.book.area)
    between = f"{found.source} → {found.target}" if found.source else formatting.NONE
    pairs = [
        Answer(_("What is asked"), found.get_kind_display()),
        Answer(_("Amount"), formatting.yuan(found.amount_fen)),
        Answer(_("Between lines"), between),
        Answer(_("Why"), found.why),
        Answer(_("Asked by"), _who(names, found.asked_by)),
        Answer(_("Decided by"), _who(names, found.decided_by)),
        *([Answer(_("Reason"), found.reason)] if found.reason else []),
    ]
    return _page(
        request, found, found.grant, pairs, ("requests", _("Requests")), refusal,
        lambda **given: operations.grant_request(request_id=found.pk, **given),
        lambda **given: operations.refuse_request(request_id=found.pk, **given),
    )  # fmt: skip


@login_required
@form_page
def picture(request: Any, expense_id: UUID) -> HttpResponse:
    """Publish a copy of a receipt with personal data struck out."""
    found = queries.expense(viewer=request.actor, expense_id=expense_id)
    policies.require(policies.may_keep(actor=request.actor, fund=found.grant.fund))
    back = reverse("funding:expense", args=[found.pk])

    def act(form: Any) -> str:
        operations.publish_picture(expense_id=found.pk, photo=form.cleaned_data["photo"].read(), **acting(request))
        return back

    data = (request.POST, request.FILES) if request.method == "POST" else ()
    return form_view(
        request, PictureForm(*data), act, heading=_("Publish the receipt"), button=_("Publish"), back=back,
        lead=_("The public sees number, day, line, amount and seller; a picture only where you add one here."),
        done=_("The picture is public now."), crumbs=crumbs((_("Expenses"), reverse("funding:expenses"))),
    )  # fmt: skip
