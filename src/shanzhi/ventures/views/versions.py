"""Pages of a proposal's versions: the list, and what differs between two of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.http import Request
from shanzhi.ui.listing import listing_response
from shanzhi.ventures import queries
from shanzhi.ventures.exchange.voices import VERSIONS
from shanzhi.ventures.views.rows import proposal_crumbs

LONGEST_NUMBER = 6


@login_required
def versions(request: Request, proposal_id: UUID) -> HttpResponse:
    """List the kept versions of a proposal, for its team and the staff of the area."""
    found, rows = queries.versions(viewer=request.actor, proposal_id=proposal_id)
    context = {
        "heading": _("Versions"),
        "lead": found.title,
        "proposal": found,
        "crumbs": proposal_crumbs(found, (_("Versions"), "")),
    }
    answer: HttpResponse = listing_response(request, VERSIONS, rows, context, template="ventures/versions.html")
    return answer


@login_required
def compare(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show what differs between two versions, the one before and the last unless others are named."""
    found = queries.compared(
        viewer=request.actor, proposal_id=proposal_id, older=_number(request, "from"), newer=_number(request, "to")
    )
    listed = reverse("ventures:versions", args=[proposal_id])
    context = {
        "compared": found,
        "proposal": found.proposal,
        "crumbs": proposal_crumbs(found.proposal, (_("Versions"), listed), (_("What changed"), "")),
    }
    return render(request, "ventures/compare.html", context)


def _number(request: Request, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER else None
