"""Pages of the log: heads and proofs for everybody, events and histories for those who may read them."""

from shanzhi.audit.views.events import event, events, history, history_response, timeline_of
from shanzhi.audit.views.public import check, checkpoint, head, log, note

__all__ = [
    "check",
    "checkpoint",
    "event",
    "events",
    "head",
    "history",
    "history_response",
    "log",
    "note",
    "timeline_of",
]
