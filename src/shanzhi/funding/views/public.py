"""Pages for everybody: where the money of a fund, a round and a project went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.funding import queries
from shanzhi.funding.models import Grant
from shanzhi.funding.views import listings
from shanzhi.funding.views.parts import spending, tranche_rows
from shanzhi.kernel.errors import NotFound
from shanzhi.places.queries import full_names
from shanzhi.ui import formatting
from shanzhi.ui.listing import Column, Empty, Listing, listing_response, page_of
from shanzhi.ui.listing.response import listings_response
from shanzhi.ui.pieces import Answer
from shanzhi.work import files

GIVEN = Listing(
    key="given_funds",
    columns=(
        *listings.FUNDS.columns[:3],
        listings.FUNDS.columns[5],
        Column("report", gettext_lazy("Reports"), value=lambda row: _("Figures and reports"),
               url=page_of("funding:fund"), in_export=False),
        listings.FUNDS.columns[6],
    ),
    default_sort="-created_at",
    filters=listings.FUNDS.filters,
    search=listings.named,
    search_label=gettext_lazy("Part of the fund's name"),
    empty=Empty(
        gettext_lazy("You have given to no fund on this site"),
        gettext_lazy("When a fund notes your gift, its reports stand here and you are told of each new one."),
    ),
)  # fmt: skip


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a public page."""
    return [(_("Home"), "/"), (_("Where the money goes"), reverse("funding:money") if more else ""), *more]


def money(request: Any) -> HttpResponse:
    """List the funds."""
    context = {
        "heading": _("Where the money goes"),
        "lead": _("Funds, what came in, what was granted and spent, with the receipts. All figures are the ledger's."),
        "crumbs": crumbs(),
    }
    answer: HttpResponse = listing_response(request, listings.FUNDS, queries.public_funds(), context)
    return answer


def fund(request: Any, fund_id: UUID) -> HttpResponse:
    """Show the money of a fund: came in, spent by line, receipts, what is left, the next disclosure."""
    found = queries.public_fund(fund_id)
    figures = queries.fund_figures(found)
    context = {
        "thing": found,
        "heading": found.name,
        "figures": figures,
        "facts": [
            (_("Came in"), figures.received), (_("Spent"), figures.spent), (_("Remaining"), figures.left),
            (_("Of that not granted yet"), figures.free),
        ],
        "pairs": [
            Answer(_("Kind of money"), found.get_kind_display()),
            Answer(_("What it is for"), found.purpose or formatting.NONE),
            Answer(_("Themes"), "、".join(found.themes) or _("All")),
            Answer(_("Runs from and to"), f"{formatting.day(found.starts_on)} – {formatting.day(found.ends_on)}"),
        ],
        "due": listings.due_tag(found),
        "disclosures": list(queries.disclosures(fund=found, grant=None)[:12]),
        "crumbs": crumbs((found.name, "")),
        **spending(figures.lines, request.now),
    }  # fmt: skip
    lists = (
        (listings.FUND_GRANTS, queries.public_grants().filter(fund=found)),
        (listings.PUBLIC_EXPENSES, queries.public_expenses(grant__fund=found)),
    )
    answer: HttpResponse = listings_response(request, lists, context, template="funding/money.html")
    return answer


def by_round(request: Any, round_id: UUID) -> HttpResponse:
    """Show the money of the projects of a round."""
    first = Grant.objects.filter(round=round_id).exclude(state="draft").first()
    if first is None:
        raise NotFound
    figures = queries.round_figures(round_id)
    context = {
        "heading": first.round_title or _("Money of a round"),
        "figures": figures,
        "facts": [(_("Amount granted"), figures.received), (_("Spent"), figures.spent), (_("Remaining"), figures.left)],
        "crumbs": crumbs((first.round_title or _("Money of a round"), "")),
        **spending(figures.lines, request.now),
    }
    lists = (
        (listings.FUND_GRANTS, queries.public_grants().filter(round=round_id)),
        (listings.PUBLIC_EXPENSES, queries.public_expenses(grant__round=round_id)),
    )
    answer: HttpResponse = listings_response(request, lists, context, template="funding/money.html")
    return answer


def project(request: Any, grant_id: UUID) -> HttpResponse:
    """Show the money of a project."""
    found = queries.public_grant(grant_id)
    figures = queries.grant_figures([found])[found.pk]
    context = {
        "thing": found,
        "heading": found.title,
        "figures": figures,
        "facts": [
            (_("Amount granted"), found.amount_fen), (_("Paid to the team"), figures.received),
            (_("Spent"), figures.spent),
            (_("Left with the team"), figures.left),
        ],
        "pairs": [
            Answer(_("Fund"), found.fund.name, reverse("funding:fund", args=[found.fund_id])),
            Answer(_("Area"), full_names([found.area]).get(found.area, found.area)),
            Answer(_("Account"), found.get_custody_display()),
            Answer(_("State"), found.get_state_display()),
            Answer(_("Runs from and to"), f"{formatting.day(found.starts_on)} – {formatting.day(found.ends_on)}"),
        ],
        "tranches": tranche_rows(found),
        "due": listings.due_tag(found),
        "disclosures": list(queries.disclosures(fund=found.fund, grant=found)[:12]),
        "crumbs": crumbs((found.fund.name, reverse("funding:fund", args=[found.fund_id])), (found.title, "")),
        **spending(figures.lines, request.now),
    }  # fmt: skip
    lists = ((listings.PUBLIC_EXPENSES, queries.public_expenses(grant=found)),)
    answer: HttpResponse = listings_response(request, lists, context, template="funding/money.html")
    return answer


def receipt(request: Any, expense_id: UUID) -> FileResponse:
    """Give the picture of a receipt on which personal data was struck out; without one there is none."""
    found = queries.public_expenses(pk=expense_id).exclude(public_picture="").first()
    if found is None:
        raise NotFound
    return FileResponse(files.path_of(found.public_picture, room="funding").open("rb"), content_type="image/jpeg")


def disclosure(request: Any, disclosure_id: UUID) -> HttpResponse:
    """Show the figures as they were published on a day."""
    found = queries.disclosure(disclosure_id)
    thing = found.grant or found.fund
    name = "funding:project" if found.grant else "funding:fund"
    told = found.figures
    heading = _("Disclosure %(number)s: %(title)s") % {"number": found.number, "title": thing}
    facts = [(_("Came in"), told["received_fen"]), (_("Spent"), told["spent_fen"]), (_("Remaining"), told["left_fen"])]
    context = {
        "heading": heading,
        "found": found,
        "facts": facts,
        "lines": told["lines"],
        "back": reverse(name, args=[thing.pk]),
        "crumbs": crumbs((str(thing), reverse(name, args=[thing.pk])), (heading, "")),
    }
    return render(request, "funding/disclosure.html", context)


@login_required
def given(request: Any) -> HttpResponse:
    """List the funds that the reader, or an organisation that the reader leads, gave to."""
    context = {
        "heading": _("My gifts"),
        "lead": _("Funds that you or your organisation gave to, with their figures and reports."),
        "crumbs": [(_("Home"), "/"), (_("My gifts"), "")],
    }
    answer: HttpResponse = listing_response(request, GIVEN, queries.given(viewer=request.actor), context)
    return answer
