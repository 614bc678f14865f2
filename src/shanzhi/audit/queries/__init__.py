"""Reading the log: events and histories scoped by the viewer; the tree, its heads and proofs, which are public."""

from shanzhi.audit.queries.events import events, history, within_areas

__all__ = ["events", "history", "within_areas"]
