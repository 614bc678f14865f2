"""The desk of funds: lists of what is there and what waits, funds with what came in, limits of approvers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.funding import operations, policies, queries
from shanzhi.funding.forms import DonorForm, FundForm, IncomeForm, LimitForm, ReasonForm
from shanzhi.funding.models import Fund
from shanzhi.funding.rules import EXAMPLE_LIMITS, KEEPER, PAYMENT
from shanzhi.funding.views import listings
from shanzhi.funding.views.parts import form_view
from shanzhi.kernel.roles import Role
from shanzhi.people import queries as people
from shanzhi.people.models import ROLE_LABELS
from shanzhi.places.views.frames import sent
from shanzhi.ui import formatting
from shanzhi.ui.forms import idempotency_key
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Tab

TABS = (
    ("desk", gettext_lazy("Funds")), ("grants", gettext_lazy("Grants")), ("payments", gettext_lazy("Payments")),
    ("expenses", gettext_lazy("Expenses")), ("requests", gettext_lazy("Requests")),
    ("due", gettext_lazy("Disclosures due")), ("limits", gettext_lazy("Limits")),
)  # fmt: skip


def role_words(role: str) -> str:
    """Give the role of an approver in words."""
    return _("Keeper of the book") if role == KEEPER else str(ROLE_LABELS[Role(role)])


def in_area(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find limits by a part of the name of their area."""
    return rows.filter(area_name__icontains=words.strip())


LIMITS = Listing(
    key="approval_limits",
    columns=(
        Column("area", gettext_lazy("Area"), value="area_name"),
        Column("role", gettext_lazy("Role"), value=lambda row: role_words(row.role), sort="role"),
        Column("act", gettext_lazy("For which acts"),
               value=lambda row: _("Payments") if row.act == "payment" else _("Expenses and requests"), sort="act"),
        Column("limit_fen", gettext_lazy("At most"), "money", sort="limit_fen"),
        Column("version", gettext_lazy("Version"), "number", sort="version"),
        Column("official", gettext_lazy("From an official rule"), "boolean", priority=2),
        Column("since", gettext_lazy("Since"), "datetime", sort="since"),
    ),
    default_sort="-since",
    filters=(ChoiceFilter("act", gettext_lazy("For which acts"), choices=[
        ("payment", gettext_lazy("Payments")), ("expense", gettext_lazy("Expenses and requests")),
    ]),),
    search=in_area,
    search_label=gettext_lazy("Part of the area's name"),
    empty=Empty(
        gettext_lazy("No limits are set in your areas"),
        gettext_lazy("Until an office sets its own, the example values above hold (example, not official)."),
    ),
)  # fmt: skip


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a page of the desk."""
    return [(_("Home"), "/"), (_("Funds and grants"), reverse("funding:desk")), *more]


def _listed(request: Any, listing: Listing, rows: Any, here: str, lead: str, **more: Any) -> HttpResponse:
    context = {
        "heading": dict(TABS)[here],
        "lead": lead,
        "tabs": [Tab(words, reverse(f"funding:{name}"), name == here) for name, words in TABS],
        "crumbs": crumbs() if here == "desk" else crumbs((dict(TABS)[here], "")),
        "may_begin": here == "desk" and policies.may_begin(actor=request.actor) is None,
        **more,
    }
    answer: HttpResponse = listing_response(request, listing, rows, context, template="funding/desk.html")
    return answer


@login_required
def desk(request: Any) -> HttpResponse:
    """List the funds of the desk."""
    lead = _("Funds in the books of your areas, and those whose book you keep.")
    return _listed(request, listings.DESK_FUNDS, queries.desk_funds(viewer=request.actor), "desk", lead)


@login_required
def grants(request: Any) -> HttpResponse:
    """List the grants of the desk."""
    lead = _("Projects that were granted money, from the agreement to the settlement.")
    return _listed(request, listings.GRANTS, queries.desk_grants(viewer=request.actor), "grants", lead)


@login_required
def payments(request: Any) -> HttpResponse:
    """List the payments of the desk."""
    lead = _("A payment is made when two people have approved it within their limits, neither of them who asked.")
    return _listed(request, listings.PAYMENTS, queries.payments(viewer=request.actor), "payments", lead)


@login_required
def expenses(request: Any) -> HttpResponse:
    """List the claims of the desk."""
    lead = _("Expenses of teams with their receipts. Whoever entered one does not approve it.")
    return _listed(request, listings.CLAIMS, queries.expenses(viewer=request.actor), "expenses", lead)


@login_required
def requests(request: Any) -> HttpResponse:
    """List the requests of the desk."""
    lead = _("Changes between lines, advances, repayments, returns and clawbacks.")
    return _listed(request, listings.REQUESTS, queries.requests(viewer=request.actor), "requests", lead)


@login_required
def due(request: Any) -> HttpResponse:
    """List the grants that owe a disclosure, overdue ones first."""
    lead = _("Runs over six months publish every three months, all a full report within three months of the end.")
    return _listed(request, listings.DUE, queries.due_grants(viewer=request.actor), "due", lead)


@login_required
def limits(request: Any) -> HttpResponse:
    """List how much each role may approve."""
    rows = [[role_words(role), act, formatting.yuan(fen)] for (role, act), fen in EXAMPLE_LIMITS.items()]
    names = {"payment": _("Payments"), "expense": _("Expenses and requests")}
    more = {"examples": [[role, names[act], fen] for role, act, fen in rows], "may_limit": _limited(request) != []}
    lead = _("How much one person may approve at once. For each role the nearest area and the latest version count.")
    return _listed(request, LIMITS, queries.limits(viewer=request.actor), "limits", lead, **more)


def _limited(request: Any) -> list[tuple[str, str]]:
    """Give the roles whose limits the reader may set somewhere."""
    held = request.actor.areas(policies.MANAGERS)
    roles = (KEEPER, *(one.value for one in sorted(policies.RUNNERS)))
    return [(one, role_words(one)) for one in roles if any(policies.outranks(request.actor, one, a) for a in held)]


@login_required
@form_page
def new_limit(request: Any) -> HttpResponse:
    """Set how much a role may approve."""
    policies.require(policies.may_begin(actor=request.actor))

    def act(form: Any) -> str:
        operations.set_limit(**form.cleaned_data, **acting(request))
        return reverse("funding:limits")

    areas = people.source_of(people.Open(request.actor.areas(policies.MANAGERS), request.now))
    form = LimitForm(sent(request), areas=areas, roles=_limited(request))
    return form_view(
        request, form, act, heading=_("Set a limit"), button=_("Save"), done=_("The limit is saved."),
        lead=_("A new version; those before stay on record. Nobody sets the limit of the own role."),
        crumbs=crumbs((_("Limits"), reverse("funding:limits"))), back=reverse("funding:limits"),
    )  # fmt: skip


@login_required
@form_page
def new_fund(request: Any) -> HttpResponse:
    """Begin a fund."""
    policies.require(policies.may_begin(actor=request.actor))

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        made = operations.create_fund(book_id=UUID(given.pop("book")), **given, **acting(request))
        return reverse("funding:desk_fund", args=[made.pk])

    form = FundForm(sent(request), books=queries.books(viewer=request.actor))
    return form_view(
        request, form, act, heading=_("Set up a fund"), button=_("Set up the fund"), done=_("The fund is set up."),
        lead=_("A fund lies in a book of the ledger. What it is bound to holds for every grant from it."),
        crumbs=crumbs(), back=reverse("funding:desk"),
    )  # fmt: skip


@login_required
def fund(request: Any, fund_id: UUID) -> HttpResponse:
    """Show a fund with its money, donors and grants."""
    found = queries.fund(viewer=request.actor, fund_id=fund_id)
    figures = queries.fund_figures(found)
    keeps = policies.may_keep(actor=request.actor, fund=found) is None
    context = {
        "fund": found,
        "heading": found.name,
        "figures": figures,
        "facts": [
            (_("Came in"), figures.received), (_("Spent"), figures.spent), (_("Remaining"), figures.left),
            (_("Of that not granted yet"), figures.free),
        ],
        "incomes": list(found.incomes.select_related("donor", "reversal").order_by("-on", "-at")[:20]),
        "takes_back": policies.limit_of(actor=request.actor, fund=found, act=PAYMENT, at=request.now) > 0,
        "donors": queries.donors(fund=found) if keeps else [],
        "keeps": keeps,
        "manages": policies.may_manage(actor=request.actor, area=found.book.area) is None,
        "due": listings.due_tag(found),
        "crumbs": crumbs((found.name, "")),
    }  # fmt: skip
    rows = queries.desk_grants(viewer=request.actor).filter(fund=found)
    answer: HttpResponse = listing_response(request, listings.GRANTS, rows, context, template="funding/desk_fund.html")
    return answer


def _kept(request: Any, fund_id: UUID) -> tuple[Fund, str]:
    found = queries.fund(viewer=request.actor, fund_id=fund_id)
    policies.require(policies.may_keep(actor=request.actor, fund=found))
    return found, reverse("funding:desk_fund", args=[found.pk])


@login_required
@form_page
def income(request: Any, fund_id: UUID) -> HttpResponse:
    """Record money that came in."""
    found, back = _kept(request, fund_id)

    def act(form: Any) -> str:
        given = dict(form.cleaned_data)
        donor = given.pop("donor")
        operations.take_in(
            fund_id=found.pk, donor_id=UUID(donor) if donor else None, key=idempotency_key(request), **given,
            **acting(request),
        )  # fmt: skip
        return back

    donors = [(str(one.pk), words) for one, words in queries.donors(fund=found)]
    return form_view(
        request, IncomeForm(sent(request), donors=donors), act, heading=_("Record money that came in"),
        lead=found.name, button=_("Record"), done=_("The money is in the fund."), crumbs=crumbs((found.name, back)),
        back=back,
    )  # fmt: skip


@login_required
@form_page
def take_back(request: Any, income_id: UUID) -> HttpResponse:
    """Take back an income that was recorded by mistake."""
    found = policies.load_income(actor=request.actor, income_id=income_id)
    policies.require(policies.may_take_back(actor=request.actor, income=found, at=request.now))
    back = reverse("funding:desk_fund", args=[found.fund_id])

    def act(form: Any) -> str:
        operations.take_back(income_id=income_id, reason=form.cleaned_data["reason"], **acting(request))
        return back

    lead = _("%(amount)s of %(day)s. The ledger gets the reverse entry; both stay on record with your reason.") % {
        "amount": formatting.yuan(found.amount_fen), "day": formatting.day(found.on),
    }  # fmt: skip
    return form_view(
        request, ReasonForm(sent(request)), act, heading=_("Take the income back"), lead=lead, kind="danger",
        button=_("Take it back"), done=_("The income is taken back."), crumbs=crumbs((found.fund.name, back)),
        back=back,
    )  # fmt: skip


@login_required
@form_page
def donor(request: Any, fund_id: UUID) -> HttpResponse:
    """Name who gives to a fund."""
    found, back = _kept(request, fund_id)

    def act(form: Any) -> str:
        operations.name_donor(fund_id=found.pk, **form.cleaned_data, **acting(request))
        return back

    return form_view(
        request, DonorForm(sent(request)), act, heading=_("Name a donor"), lead=found.name, button=_("Save"),
        done=_("The donor is named. Reports come without being asked for."), crumbs=crumbs((found.name, back)),
        back=back,
    )  # fmt: skip


@login_required
@acts
def disclose_fund(request: Any, fund_id: UUID) -> HttpResponse:
    """Publish the figures of a fund."""
    operations.disclose_fund(fund_id=fund_id, **acting(request))
    messages.success(request, _("The figures are published, and the donors are told."))
    return redirect("funding:desk_fund", fund_id)
