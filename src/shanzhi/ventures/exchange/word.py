"""A proposal as a Word document, in the language of the reader."""

from __future__ import annotations

from shanzhi.kernel.actor import Actor
from shanzhi.ui.papers import as_word
from shanzhi.ventures.exchange.paper_form import paper_form
from shanzhi.ventures.models import Proposal


def proposal_document(*, viewer: Actor, proposal: Proposal) -> bytes:
    """Write a proposal that `queries.proposal` gave as Word; names are masked as on the page."""
    return as_word(paper_form(viewer=viewer, proposal=proposal))
