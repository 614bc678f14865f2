"""The list of books, one book with its accounts, its keepers, its closing, its export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.ledger import operations, policies, queries
from shanzhi.ledger.exchange.beancount import written
from shanzhi.ledger.forms.books import BookForm, CloseForm, KeeperForm
from shanzhi.ledger.models import Account, Nature, Owner
from shanzhi.ledger.views.parts import FORM, crumbs, may_enter, may_manage, on_account, shown_name
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer


def area_source(request: HttpRequest) -> AreaSource:
    """Give the areas whose books the viewer reads."""
    return queries.read_areas(**viewing(request))


BOOKS = Listing(
    key="books",
    columns=(
        Column("name", gettext_lazy("Name of the book"), value=shown_name, sort="name", url=page_of("ledger:book")),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area"),
        Column("begins_on", gettext_lazy("First day"), "date", sort="begins_on", priority=2),
        Column("closed_through", gettext_lazy("Closed up to"), "date", sort="closed_through"),
    ),
    default_sort="name",
    filters=(AreaFilter("area", gettext_lazy("Area"), source=area_source),),
    search=queries.search_books,
    search_label=gettext_lazy("Part of the name"),
    empty=Empty(
        gettext_lazy("No book is kept in your areas yet"),
        gettext_lazy("Officers of the subdistrict or district begin a book; funds and grants are then kept in it."),
    ),
)


def state(found: Account) -> tuple[str, str]:
    """Say whether an account takes entries."""
    if found.closed_at is None:
        return "good", pgettext("account", "Open")
    return "plain", pgettext("account", "Closed")


ACCOUNTS = Listing(
    key="accounts",
    columns=(
        Column("name", gettext_lazy("Account"), value=shown_name, sort="name", url=page_of("ledger:account")),
        Column("owner", gettext_lazy("Owner"), value=lambda row: Owner(row.owner_kind).label, sort="owner_kind"),
        Column("role", gettext_lazy("Short word"), priority=3),
        Column("nature", gettext_lazy("Side"), value=lambda row: Nature(row.nature).label, sort="nature", priority=2),
        Column("amount", gettext_lazy("On it now"), value=on_account, sort="amount", scale="amount",
               export=lambda row: row.amount),
        Column("commodity", gettext_lazy("What is counted"), value="commodity__name", on_page=False),
        Column("state", gettext_lazy("State"), "tag", value=state, priority=2),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter("owner_kind", gettext_lazy("Owner"), choices=Owner.choices),
        ChoiceFilter("nature", gettext_lazy("Side"), choices=Nature.choices),
        BooleanFilter("open", gettext_lazy("State"), apply=lambda yes: Q(closed_at__isnull=yes),
                      yes=pgettext_lazy("account", "Open"), no=pgettext_lazy("account", "Closed")),
    ),
    search=queries.search_accounts,
    search_label=gettext_lazy("Part of the name or of the short word"),
    empty=Empty(
        gettext_lazy("This book has no accounts yet"),
        gettext_lazy("Funds and grants open theirs by themselves; accounts of the outside world are opened here."),
    ),
)  # fmt: skip


@login_required
def desk(request: Any) -> HttpResponse:
    """List the books of the own areas and those one keeps."""
    context = {
        "heading": _("Books"),
        "lead": _("Double entry: every amount comes from one account and goes to another, and nothing is rubbed out."),
        "crumbs": crumbs(),
        "may_create": policies.may_create(actor=request.actor) is None,
    }
    rows = queries.books(viewer=request.actor)
    answer: HttpResponse = listing_response(request, BOOKS, rows, context, template="ledger/desk.html")
    return answer


@login_required
def book(request: Any, book_id: UUID) -> HttpResponse:
    """Show a book with its accounts."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    closings = queries.closings(viewer=request.actor, book_id=book_id)
    closed = formatting.day(found.closed_through) if found.closed_through else formatting.NONE
    context = {
        "book": found,
        "heading": found.name,
        "pairs": [
            Answer(_("First day"), formatting.day(found.begins_on)),
            Answer(_("Closed up to"), closed),
        ],
        "closings": closings,
        "crumbs": crumbs(None, (found.name, "")),
        "may_manage": may_manage(request, found),
        "may_enter": may_enter(request, found),
    }
    rows = queries.accounts(viewer=request.actor, book_id=book_id)
    answer: HttpResponse = listing_response(request, ACCOUNTS, rows, context, template="ledger/book.html")
    return answer


@login_required
@form_page
def new(request: Any) -> HttpResponse:
    """Begin a book."""
    policies.require(policies.may_create(actor=request.actor))

    def act(form: Any) -> str:
        made = operations.create_book(**form.cleaned_data, **acting(request))
        return reverse("ledger:book", args=[made.pk])

    heading = _("Begin a book")
    context = {
        "heading": heading,
        "lead": _("One for each purse that somebody answers for. What is entered in it stays."),
        "button": heading,
        "kind": "main",
        "back": reverse("ledger:desk"),
        "crumbs": crumbs(None, (heading, "")),
    }
    form = BookForm(sent(request), areas=queries.managed_areas(viewer=request.actor, at=request.now))
    return answer_form(request, form, act, context, done=_("The book is begun."), template=FORM)


@login_required
@form_page
def close(request: Any, book_id: UUID) -> HttpResponse:
    """Close a period of a book."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    policies.require(policies.may_manage(actor=request.actor, area=found.area))

    def act(form: Any) -> str:
        today = timezone.localdate(request.now)
        operations.close_period(book_id=book_id, through=form.cleaned_data["through"], today=today, **acting(request))
        return reverse("ledger:book", args=[book_id])

    heading = _("Close a period")
    context = {
        "heading": heading,
        "lead": _("Nothing more can be entered up to and with this day, and it cannot be opened again."),
        "button": heading,
        "kind": "danger",
        "back": reverse("ledger:book", args=[book_id]),
        "crumbs": crumbs(found, (heading, "")),
    }
    return answer_form(request, CloseForm(sent(request)), act, context, done=_("The period is closed."), template=FORM)


@login_required
@form_page
def keepers(request: Any, book_id: UUID) -> HttpResponse:
    """Show who keeps a book; name another, or end it."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    policies.require(policies.may_manage(actor=request.actor, area=found.area))
    rows = queries.keepers(viewer=request.actor, book_id=book_id)
    if request.method == "POST" and (ending := request.POST.get("end", "")):
        for row in rows:
            if str(row.keeper.pk) == ending:
                operations.release_keeper(keeper_id=row.keeper.pk, **acting(request))
                messages.success(request, _("This person no longer keeps the book."))
        return redirect("ledger:keepers", book_id)
    people = [
        (str(one.pk), str(one.name)) for one in queries.candidates(viewer=request.actor, found=found, at=request.now)
    ]

    def act(form: Any) -> str:
        operations.name_keeper(book_id=book_id, person_id=UUID(form.cleaned_data["person"]), **acting(request))
        return reverse("ledger:keepers", args=[book_id])

    heading = _("Keepers of the book")
    context = {
        "heading": heading,
        "lead": _("They enter in the book beside the officers of its area. What they entered stays when they go."),
        "button": _("Name as keeper"),
        "kind": "main",
        "keepers": rows,
        "back": reverse("ledger:book", args=[book_id]),
        "crumbs": crumbs(found, (heading, "")),
    }
    form = KeeperForm(sent(request), people=people)
    if not people and request.method != "POST":
        return render(request, "ledger/keepers.html", {**context, "form": None})
    return answer_form(request, form, act, context, done=_("The keeper is named."), template="ledger/keepers.html")


@login_required
def beancount(request: Any, book_id: UUID) -> StreamingHttpResponse:
    """Give a book as a file for Beancount."""
    found = queries.book(viewer=request.actor, book_id=book_id)
    answer = StreamingHttpResponse(written([found]), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="book-{found.pk.hex[:8]}.beancount"'
    return answer
