"""The desk: how notices were delivered, in figures; and on a demo what would have been sent."""

from __future__ import annotations

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

from shanzhi.notices import operations, policies, queries
from shanzhi.notices.kinds import CHANNELS, OUTSIDE, categories
from shanzhi.notices.lifecycle import CAUSES
from shanzhi.notices.models import Notice, OutboxEntry
from shanzhi.notices.templatetags.notices import category_label
from shanzhi.notices.templatetags.notices import told as written
from shanzhi.ui.http import Request
from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
    page_of,
)
from shanzhi.ui.methods import acts


def _search(rows: QuerySet[Notice], text: str) -> QuerySet[Notice]:
    return rows.filter(words__has=text)


def _listed(_request: HttpRequest) -> list[tuple[str, Any]]:
    return [(one.key, one.label) for one in categories() if one.listed]


def _failed(wanted: bool) -> Q:
    return queries.given_up() if wanted else ~queries.given_up()


TOLD: Final = Listing(
    key="deliveries",
    columns=[
        Column("title", gettext_lazy("Notice"), value=lambda row: written(row).title, url=page_of("notices:delivered")),
        Column("category", gettext_lazy("Category"), value=category_label, sort="category", priority=2),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area", priority=2),
        Column("recipients", gettext_lazy("People"), "number", sort="recipients"),
        Column("waiting", gettext_lazy("Waiting"), "number", priority=2),
        Column("failed", gettext_lazy("Given up"), "number"),
        Column("at", gettext_lazy("When"), "datetime", value="created_at", sort="created_at"),
    ],
    default_sort="-at",
    filters=[
        ChoiceFilter("about", gettext_lazy("Category"), field="category", choices=_listed),
        BooleanFilter("failed", gettext_lazy("Given up"), apply=_failed),
        AreaFilter("area", gettext_lazy("Area code")),
        DateRangeFilter("at", gettext_lazy("When"), field="created_at"),
    ],
    search=_search,
    search_label=gettext_lazy("A part of the title"),
    empty=Empty(
        gettext_lazy("Nothing was told in your areas yet"),
        gettext_lazy("When a round or a vote of your areas moves on, those concerned are told, and it is listed here."),
        "/desk/calls/",
        gettext_lazy("Rounds"),
    ),
)


def _search_outbox(rows: QuerySet[OutboxEntry], text: str) -> QuerySet[OutboxEntry]:
    return rows.filter(Q(title__icontains=text) | Q(text__icontains=text))


OUTBOX: Final = Listing(
    key="outbox",
    columns=[
        Column("title", gettext_lazy("Message"), sort="title"),
        Column("channel", gettext_lazy("Channel"), value=lambda row: CHANNELS[row.channel], sort="channel"),
        Column("text", gettext_lazy("Text"), on_page=False),
        Column("link", gettext_lazy("Link"), on_page=False),
        Column("at", gettext_lazy("When"), "datetime", sort="at"),
    ],
    default_sort="-at",
    filters=[
        ChoiceFilter("channel", gettext_lazy("Channel"), choices=[(one, CHANNELS[one]) for one in OUTSIDE]),
        DateRangeFilter("at", gettext_lazy("When")),
    ],
    search=_search_outbox,
    search_label=gettext_lazy("A word of the message"),
    tie="token",
    empty=Empty(
        gettext_lazy("Nothing would have been sent yet"),
        gettext_lazy("Open a vote, or link an address under My notices; a minute later it stands here."),
    ),
    cards="notices/outbox_card.html",
)


@login_required
def told(request: Request) -> HttpResponse:
    """List the notices of the own areas with how many deliveries wait or were given up."""
    context = {
        "heading": _("Deliveries of notices"),
        "lead": _("How what concerns people in your areas reached them, in figures; nobody sees who read what."),
        "crumbs": [(_("Desk"), "/desk/"), (_("Deliveries of notices"), "")],
        "sees_outbox": policies.sees_outbox(request.actor),
    }
    rows = queries.told(viewer=request.actor)
    answer: HttpResponse = listing_response(request, TOLD, rows, context, template="notices/desk.html")
    return answer


@never_cache
@login_required
def notice(request: Request, notice_id: UUID) -> HttpResponse:
    """Show how one notice was delivered, and what was given up with the cause."""
    found = queries.delivered(viewer=request.actor, notice_id=notice_id)
    shown = written(found.notice)
    context = {
        "found": found,
        "shown": shown,
        "troubles": [(one, CAUSES.get(one.cause, "")) for one in found.troubles],
        "crumbs": [(_("Desk"), "/desk/"), (_("Deliveries of notices"), "/desk/notices/"), (shown.title, "")],
    }
    return render(request, "notices/delivered.html", context)


@acts
@login_required
def retry(request: Request, notice_id: UUID) -> HttpResponse:
    """Try deliveries again that were given up for one cause."""
    channel, cause = request.POST.get("channel", ""), request.POST.get("cause", "")
    number = operations.retry(actor=request.actor, notice_id=notice_id, channel=channel, cause=cause, at=request.now)
    words = ngettext("%(n)s delivery is tried again.", "%(n)s deliveries are tried again.", number)
    messages.success(request, words % {"n": number})
    return redirect("notices:delivered", notice_id)


@login_required
def outbox(request: Request) -> HttpResponse:
    """Show what a demo would have sent."""
    context = {
        "heading": _("Outbox of the demonstration"),
        "lead": _("What would have gone out by e-mail, text message and WeChat. Nothing leaves this machine."),
        "crumbs": [(_("Desk"), "/desk/"), (_("Deliveries of notices"), "/desk/notices/"), (_("Outbox"), "")],
    }
    answer: HttpResponse = listing_response(request, OUTBOX, queries.outbox(viewer=request.actor), context)
    return answer
