"""My notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from shanzhi.kernel.errors import NotFound
from shanzhi.notices import operations, queries
from shanzhi.notices.kinds import choosable, kind_of
from shanzhi.notices.lifecycle import SENT
from shanzhi.notices.models import Delivery
from shanzhi.notices.templatetags.notices import category_label, told
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import acts


def _search(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    """Find by a part of the title, in either language."""
    return rows.filter(notice__words__has=text)


def _categories(_request: HttpRequest) -> list[tuple[str, Any]]:
    return [(one.key, one.label) for one in choosable()]


def _state(row: Delivery) -> tuple[str, Any]:
    return ("accent", gettext_lazy("Unread")) if row.state == SENT else ("plain", gettext_lazy("Read"))


OWN: Final = Listing(
    key="notices",
    columns=[
        Column(
            "title", gettext_lazy("Notice"), value=lambda row: told(row.notice).title, url=page_of("notices:notice")
        ),
        Column("text", gettext_lazy("Text"), value=lambda row: told(row.notice).text, on_page=False),
        Column(
            "category", gettext_lazy("Category"), value=lambda row: category_label(row.notice), sort="notice__category"
        ),
        Column("first", gettext_lazy("Unread first"), "tag", value=_state, sort="first", scale="time"),
        Column("at", gettext_lazy("When"), "datetime", value="created_at", sort="created_at"),
    ],
    default_sort="-first",
    filters=[
        ChoiceFilter(
            "state",
            gettext_lazy("State"),
            choices=[("unread", gettext_lazy("Unread")), ("read", gettext_lazy("Read"))],
            apply=lambda value: Q(state=SENT) if value == "unread" else ~Q(state=SENT),
        ),
        ChoiceFilter("about", gettext_lazy("Category"), field="notice__category", choices=_categories),
        DateRangeFilter("at", gettext_lazy("When"), field="created_at"),
    ],
    search=_search,
    search_label=gettext_lazy("A part of the title"),
    empty=Empty(
        gettext_lazy("No notice has come yet"),
        gettext_lazy("Votes in which you may take part, your proposals and your roles are told here."),
        "/account/notices/choices/",
        gettext_lazy("Choose what reaches you"),
    ),
    cards="notices/own_card.html",
)


@never_cache
@login_required
def notices(request: Any) -> HttpResponse:
    """List the own notices, the unread first."""
    if request.actor.person_id is None:
        return redirect("people:welcome")
    context = {
        "heading": _("My notices"),
        "crumbs": [(_("My account"), "/account/"), (_("My notices"), "")],
        "opened": request.now.isoformat(),
    }
    rows = queries.own(viewer=request.actor)
    answer: HttpResponse = listing_response(request, OWN, rows, context, template="notices/own.html")
    return answer


@never_cache
@login_required
def notice(request: Request, delivery_id: UUID) -> HttpResponse:
    """Show one notice, which counts as read from now on; a browser that only fetches ahead changes nothing."""
    found = queries.own_one(viewer=request.actor, delivery_id=delivery_id)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        operations.mark_read(actor=request.actor, delivery_id=delivery_id, at=request.now)
    shown = told(found.notice)
    context = {
        "row": found,
        "shown": shown,
        "category": kind_of(found.notice.kind).category,
        "crumbs": [(_("My account"), "/account/"), (_("My notices"), "/account/notices/"), (shown.title, "")],
    }
    return render(request, "notices/notice.html", context)


@acts
@login_required
def read(request: Request, delivery_id: UUID) -> HttpResponse:
    """Mark one notice as read."""
    operations.mark_read(actor=request.actor, delivery_id=delivery_id, at=request.now)
    return redirect("notices:own")


@acts
@login_required
def read_all(request: Request) -> HttpResponse:
    """Mark all notices as read that were there when the page was opened."""
    number = operations.mark_all_read(actor=request.actor, until=_opened(request), at=request.now)
    words = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", number)
    messages.success(request, words % {"n": number})
    return redirect("notices:own")


def _opened(request: Request) -> datetime:
    try:
        opened = datetime.fromisoformat(request.POST.get("opened", ""))
    except ValueError as wrong:
        raise NotFound from wrong
    return min(opened, request.now) if opened.tzinfo else request.now
