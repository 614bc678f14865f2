"""Rounds out to files: lists (page and Excel by one declaration) and the proposal as a Word document."""

from shanzhi.ventures.exchange.disputes import DISPUTES, dispute_state, filed_as
from shanzhi.ventures.exchange.listings import CALLS, MY_PROPOSALS, PROPOSALS, REVIEW_QUEUE
from shanzhi.ventures.exchange.word import file_name, proposal_document

__all__ = [
    "CALLS",
    "DISPUTES",
    "MY_PROPOSALS",
    "PROPOSALS",
    "REVIEW_QUEUE",
    "dispute_state",
    "file_name",
    "filed_as",
    "proposal_document",
]
