"""Writing the log: events by the operations of all rooms, leaves and heads by the sealer, digests of rows."""

from shanzhi.audit.operations.events import columns_of, differences, event_of, record, record_many, request_id, write
from shanzhi.audit.queries.leaves import leaf_content, leaf_digest

__all__ = [
    "columns_of", "differences", "event_of", "leaf_content", "leaf_digest", "record", "record_many", "request_id",
    "write",
]  # fmt: skip
