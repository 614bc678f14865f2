"""Pages of the public site."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from shanzhi.portal import queries
from shanzhi.portal.views.cards import call_card
from shanzhi.portal.views.today import changes, today_sections
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
)


def _districts(request: Any) -> list[tuple[str, str]]:
    return queries.published_districts(viewer=request.actor)


def _years(request: Any) -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in queries.published_years(viewer=request.actor)]


PUBLISHED: Final = Listing(
    key="open-data",
    columns=(
        Column(
            "title", _("Round"), value="shown_title", url=lambda call: f"/polls/{call.poll_id}/recount/", sort="title"
        ),
        Column("published_at", _("Published"), kind="date", sort="published_at"),
        Column("result_digest", _("Digest of the result"), priority=2),
    ),
    default_sort="-published_at",
    filters=(
        AreaFilter("district", _("District"), field="area", choices=_districts),
        ChoiceFilter("year", _("Year"), choices=_years, apply=lambda year: Q(published_at__year=int(year))),
        DateRangeFilter("published_at", _("Published")),
        BooleanFilter("imported", _("Imported"), yes=_("Imported"), no=_("Held here")),
    ),
    search=queries.search_published,
    search_label=_("Name of the round"),
    empty=Empty(
        _("No result is published yet"), _("When a vote is over, its ballots appear here for anyone to recount.")
    ),
)


def home(request: Request) -> HttpResponse:
    """Show the districts, or go straight to the only one."""
    found = queries.districts(viewer=request.actor)
    if len(found) == 1:
        return redirect("portal:district", code=found[0].code)
    return render(request, "portal/home.html", {"districts": found})


def district(request: Request, code: str) -> HttpResponse:
    """Show the home of a district."""
    shown = queries.district(viewer=request.actor, code=code, at=request.now)
    groups = [
        (_("Vote now"), [call_card(call, request.now) for call in shown.voting]),
        (_("Propose now"), [call_card(call, request.now) for call in shown.proposing]),
        (_("Under way"), [call_card(call, request.now) for call in shown.running]),
        (_("Decided"), [call_card(call, request.now) for call in shown.decided]),
    ]
    return render(request, "portal/district.html", {"home": shown, "groups": [g for g in groups if g[1]]})


def today(request: Request) -> HttpResponse:
    """Show what is due today, what changed, and what is mine."""
    shown = queries.today(viewer=request.actor, at=request.now)
    context = {"sections": today_sections(shown, request.actor, request.now), "changes": changes(shown)}
    return render(request, "portal/today.html", context)


def search(request: Request) -> HttpResponse:
    """Find rounds, proposals and areas."""
    found = queries.search(viewer=request.actor, text=request.GET.get("q", ""), at=request.now)
    return render(request, "portal/search.html", {"found": found, "crumbs": [(_("Search"), "")]})


def open_data(request: Request) -> HttpResponse:
    """List the published ballots."""
    context = {
        "heading": _("Open data"),
        "lead": _("Ballots of finished votes, without anything that tells who cast them, for anyone to recount."),
        "crumbs": [(_("Open data"), "")],
    }
    answer: HttpResponse = listing_response(request, PUBLISHED, queries.published(viewer=request.actor), context)
    return answer


def accessibility(request: Request) -> HttpResponse:
    """Say how accessible the site is and what to do where it is not."""
    return render(request, "portal/accessibility.html", {"crumbs": [(_("Accessibility"), "")]})


def sources(request: Request) -> HttpResponse:
    """Name the sources of data and the licence."""
    return render(request, "portal/sources.html", {"crumbs": [(_("Sources"), "")]})
