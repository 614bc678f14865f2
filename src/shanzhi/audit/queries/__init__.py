"""Reading the log: events and histories scoped by the viewer; the tree, its heads and proofs, which are public."""

from shanzhi.audit.queries.events import events, history, within_areas
from shanzhi.audit.queries.heads import (
    Inclusion,
    Lag,
    NoHeadYet,
    NotSealedYet,
    UnknownDigest,
    UnknownSize,
    announcements,
    consistency,
    head,
    heads,
    inclusion,
    lag,
    latest_head,
    position_of,
)
from shanzhi.audit.queries.tree import note_of

__all__ = [
    "Inclusion",
    "Lag",
    "NoHeadYet",
    "NotSealedYet",
    "UnknownDigest",
    "UnknownSize",
    "announcements",
    "consistency",
    "events",
    "head",
    "heads",
    "history",
    "inclusion",
    "lag",
    "latest_head",
    "note_of",
    "position_of",
    "within_areas",
]
