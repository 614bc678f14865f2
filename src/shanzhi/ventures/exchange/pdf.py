"""A proposal as a PDF to print, sign and file, in the language of the reader."""

from __future__ import annotations

from datetime import datetime

from shanzhi.kernel.actor import Actor
from shanzhi.ui.papers import as_pdf
from shanzhi.ventures.exchange.paper_form import paper_form
from shanzhi.ventures.models import Proposal


def proposal_pdf(*, viewer: Actor, proposal: Proposal, at: datetime) -> bytes:
    """Set a proposal that `queries.proposal` gave; names are masked as on the page. The PDF bears the date of `at`."""
    return as_pdf(paper_form(viewer=viewer, proposal=proposal), at=at)
