"""Rounds out to files: lists (page and Excel by one declaration) and the proposal as Word and PDF."""

from shanzhi.ventures.exchange.listings import CALLS, MY_PROPOSALS, NOTICES, PROPOSALS, REVIEW_QUEUE
from shanzhi.ventures.exchange.paper_form import file_name
from shanzhi.ventures.exchange.pdf import proposal_pdf
from shanzhi.ventures.exchange.word import proposal_document

__all__ = [
    "CALLS",
    "MY_PROPOSALS",
    "NOTICES",
    "PROPOSALS",
    "REVIEW_QUEUE",
    "file_name",
    "proposal_document",
    "proposal_pdf",
]
