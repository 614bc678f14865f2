"""Like projects: what a team is shown of them, and whether it lets itself be found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import likeness
from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.exchange.twins import MERGER_TONES
from shanzhi.ventures.lifecycle import MERGER
from shanzhi.ventures.models import Merger, Proposal
from shanzhi.ventures.queries import mergers
from shanzhi.ventures.queries import twins as finding
from shanzhi.ventures.views.rows import proposal_crumbs
from shanzhi.ventures.views.team import own

SHOWN_MERGERS = 10


def measure() -> dict[str, Any]:
    """Say how likeness is measured, for the pages that show it."""
    whole = sum(likeness.WEIGHTS.values())
    shares = [(finding.PART_LABELS[name], weight * 100 // whole) for name, weight in likeness.WEIGHTS.items()]
    return {"threshold": likeness.THRESHOLD, "shares": shares}


def merger_tag(found: Merger) -> pieces.Tag:
    """Say where a merger stands."""
    return pieces.Tag(MERGER_TONES[found.state], MERGER.states[found.state])


def merging_of(request: Request, found: Proposal, *, inside: bool) -> dict[str, Any]:
    """Give what a proposal's page says of mergers: to everybody what it came from, the rest to those inside."""
    taken = mergers.taken_in(found=found) if found.number is not None or inside else []
    team = inside and policies.of_team(request.actor, found)
    shown: dict[str, Any] = {"taken_in": taken, "twins_link": team and mergers.may_merge(found)}
    if found.state == "merged":
        shown["leads_to"] = mergers.leads_to(viewer=request.actor, proposal_id=found.pk)
    if inside:
        shown["live_merger"] = mergers.live_merger(viewer=request.actor, found=found)
        links = mergers.links_of(viewer=request.actor, taken=taken)
        shown["merger_links"], shown["before_links"] = links.mergers, links.before
    return shown


@login_required
def twins(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show a team the projects of the round that are like its own, with the reason for each."""
    found = own(request, proposal_id)
    live = mergers.live_merger(viewer=request.actor, found=found)
    past = mergers.mergers_of(viewer=request.actor, proposal_id=found.pk)[:SHOWN_MERGERS]
    context = {
        "proposal": found,
        "alike": finding.twins_of(viewer=request.actor, found=found),
        "measure": measure(),
        "findable": finding.findable(viewer=request.actor, found=found),
        "may_choose": found.state in finding.FINDABLE_IN,
        "writes": policies.writes(request.actor, found),
        "may_invite": policies.leads(request.actor, found) and mergers.may_merge(found) and live is None,
        "leads": policies.leads(request.actor, found),
        "live_merger": live,
        "mergers": [(one, merger_tag(one)) for one in past],
        "crumbs": proposal_crumbs(found, (_("Similar projects"), "")),
    }
    return render(request, "ventures/twins.html", context)


@login_required
@acts
def findable(request: Request, proposal_id: UUID) -> HttpResponse:
    """Let teams with a like project find this one, or no longer."""
    wanted = request.POST.get("findable") == "yes"
    queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    operations.set_findable(actor=request.actor, proposal_id=proposal_id, findable=wanted, at=request.now)
    words = _("Teams with a like project find yours now.") if wanted else _("Other teams no longer find your project.")
    messages.success(request, words)
    return redirect(reverse("ventures:twins", args=[proposal_id]))
