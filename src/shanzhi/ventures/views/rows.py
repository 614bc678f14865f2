"""What the pages of rounds share: phases, tags, crumbs."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import pieces
from shanzhi.ventures import queries
from shanzhi.ventures.exchange.listings import call_state, proposal_state
from shanzhi.ventures.models import Call, Proposal

PHASE_STATES: Final[dict[str, Any]] = {"done": "done", "current": "now", "upcoming": "ahead"}


def phases_of(call: Call) -> list[pieces.Phase]:
    """Lay out the phases of a call for the phase line."""
    return [
        pieces.Phase(line.label, PHASE_STATES[line.state], line.starts_at, line.ends_at)
        for line in queries.phase_line(call)
    ]


def tags_of(call: Call) -> list[pieces.Tag]:
    """Say the state of a call, and whether it is made up or imported."""
    tags = [pieces.Tag(*call_state(call))]
    if call.synthetic:
        tags.append(pieces.Tag("plain", _("Synthetic")))
    if call.imported:
        tags.append(pieces.Tag("plain", _("Imported")))
    return tags


def proposal_tags(proposal: Proposal) -> list[pieces.Tag]:
    """Say the state of a proposal, and whether it is made up."""
    tags = [pieces.Tag(*proposal_state(proposal))]
    if proposal.synthetic:
        tags.append(pieces.Tag("plain", _("Synthetic")))
    return tags


def call_crumbs(call: Call, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from home to a page of a call."""
    own = (call.shown_title, reverse("ventures:call", args=[call.pk]) if more else "")
    return [(_("Home"), "/"), (_("Rounds"), reverse("ventures:calls")), own, *more]


def proposal_crumbs(proposal: Proposal, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from home to a page of a proposal."""
    title = proposal.title or _("New proposal")
    own = (title, reverse("ventures:proposal", args=[proposal.pk]) if more else "")
    return call_crumbs(proposal.call, own, *more)
