"""The pages of a team: what is paid, what each line has left, an expense in three taps, what became of each claim."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.funding import operations, policies, queries
from shanzhi.funding.forms import AskForm, ExpenseForm
from shanzhi.funding.models import Grant
from shanzhi.funding.views import listings
from shanzhi.funding.views.parts import form_view, tranche_rows
from shanzhi.places.views.frames import sent
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import form_page
from shanzhi.work import files


def crumbs(found: Grant | None = None) -> list[tuple[Any, str]]:
    """Give the way to a page of a team."""
    way: list[tuple[Any, str]] = [(_("Home"), "/"), (_("Our money"), reverse("funding:own"))]
    return [*way, (found.title, reverse("funding:own_grant", args=[found.pk]))] if found else way


@login_required
def own(request: Any) -> HttpResponse:
    """List the grants of the reader's teams."""
    context = {
        "heading": _("Our money"),
        "lead": _("The money of your projects: what is paid, what is left, what became of each expense."),
        "crumbs": [(_("Home"), "/"), (_("Our money"), "")],
    }
    answer: HttpResponse = listing_response(request, listings.OWN, queries.own_grants(viewer=request.actor), context)
    return answer


@login_required
def own_grant(request: Any, grant_id: UUID) -> HttpResponse:
    """Show a team its money, with a button on each line to add an expense."""
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    figures = queries.grant_figures([found])[found.pk]
    context = {
        "grant": found,
        "heading": found.title,
        "state": listings.state_tag(found),
        "figures": figures,
        "facts": [
            (_("Amount granted"), found.amount_fen), (_("Paid to us"), figures.received), (_("Spent"), figures.spent),
            (_("Remaining"), figures.left),
        ],
        "tranches": tranche_rows(found),
        "requests": [
            (one, listings.state_tag(one)) for one in found.requests.order_by("-asked_at")[:10]
        ],
        "open": found.state in ("in_force", "stopped")
        and policies.may_claim(actor=request.actor, grant=found) is None,
        "crumbs": [*crumbs(), (found.title, "")],
    }  # fmt: skip
    rows = found.expenses.select_related("line", "grant")
    answer: HttpResponse = listing_response(
        request, listings.OWN_CLAIMS, rows, context, template="funding/own_grant.html"
    )
    return answer


def _lines(found: Grant) -> list[tuple[str, str]]:
    figures = queries.grant_figures([found])[found.pk]
    words = _("%(name)s · %(left)s left")
    return [(str(one.number), words % {"name": one.name, "left": formatting.yuan(one.left)}) for one in figures.lines]


@login_required
@form_page
def claim(request: Any, grant_id: UUID) -> HttpResponse:
    """Take an expense with the photo of its receipt."""
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    policies.require(policies.may_claim(actor=request.actor, grant=found))
    back = reverse("funding:own_grant", args=[found.pk])

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        photo, line = given.pop("photo").read(), int(given.pop("line"))
        operations.claim_expense(grant_id=found.pk, photo=photo, line=line, **given, **acting(request))
        return back

    shown = {"line": request.GET.get("line", "1"), "spent_on": timezone.localdate(request.now)}
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    return form_view(
        request, ExpenseForm(*data, lines=_lines(found), initial=shown), act,
        heading=_("Add an expense"), lead=found.title, button=_("Send the expense"),
        done=_("The expense was sent. Somebody else approves it; its state stands below."), crumbs=crumbs(found),
        back=back,
    )  # fmt: skip


@login_required
@form_page
def ask(request: Any, grant_id: UUID) -> HttpResponse:
    """Ask for a change between lines, an advance, its repayment, or that money goes back."""
    found = queries.grant(viewer=request.actor, grant_id=grant_id)
    staff = policies.may_run(actor=request.actor, grant=found) is None
    if not staff:
        policies.require(policies.may_claim(actor=request.actor, grant=found))
    back = reverse("funding:own_grant", args=[found.pk])

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        lines = {name: int(given[name]) if given[name] else None for name in ("source", "target")}
        operations.ask(grant_id=found.pk, **{**given, **lines}, **acting(request))
        return back

    form = AskForm(sent(request), lines=_lines(found), staff=staff)
    return form_view(
        request, form, act, heading=_("Ask about the money"), lead=found.title, button=_("Send the request"),
        done=_("The request was sent. Somebody else decides on it."), crumbs=crumbs(found), back=back,
    )  # fmt: skip


@login_required
def photo(request: Any, expense_id: UUID) -> FileResponse:
    """Give the picture of a receipt to the team and to those at whose desk it lies."""
    found = queries.expense(viewer=request.actor, expense_id=expense_id)
    return FileResponse(files.path_of(found.picture, room="funding").open("rb"), content_type="image/jpeg")
