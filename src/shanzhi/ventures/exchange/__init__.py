"""Rounds out to files: lists (page and Excel by one declaration) and the proposal as a Word document."""

from shanzhi.ventures.exchange.listings import CALLS, MY_PROPOSALS, NOTICES, PROPOSALS, REVIEW_QUEUE
from shanzhi.ventures.exchange.word import file_name, proposal_document

__all__ = [
    "CALLS",
    "MY_PROPOSALS",
    "NOTICES",
    "PROPOSALS",
    "REVIEW_QUEUE",
    "file_name",
    "proposal_document",
]
