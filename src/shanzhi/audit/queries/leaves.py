"""What a leaf is made from: the text that is hashed, for an event or a row change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from shanzhi.audit.models import Event, RowChange
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.canonical import canonical, digest_bytes
from shanzhi.kernel.merkle import leaf_hash

FORGET: Final = "audit.event.forget"
"""The verb of events that say which reasons were emptied, with digests of what is left."""
LEAF: Final = ("verb", "actor_label", "subject_type", "subject_id", "area", "change", "reason", "request_id")


def leaf_content(event: Event) -> dict[str, Any]:
    """Give all columns of an event but its number, as its digest covers them; the moment in UTC."""
    return covered({name: getattr(event, name) for name in (*LEAF, "at", "actor_person")})


def covered(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Give the same of an event's columns, which may stand in no model yet."""
    content: dict[str, Any] = {name: columns[name] for name in LEAF}
    content["at"] = columns["at"].astimezone(UTC).isoformat()
    content["actor_person"] = str(columns["actor_person"]) if columns["actor_person"] else None
    return content


def leaf_digest(event: Event) -> str:
    """Digest an event's nonce and content; the nonce keeps short changes from being guessed."""
    return covered_digest(bytes(event.nonce), leaf_content(event))


def covered_digest(nonce: bytes, content: Mapping[str, Any]) -> str:
    """Digest a nonce and what `covered` gives."""
    return digest_bytes(nonce + canonical(content))


def left_digest(event: Event) -> str:
    """Digest an event as emptying its reason leaves it: without the reason, the area no finer than the community."""
    return digest_bytes(canonical({**leaf_content(event), "reason": "", "area": event.area[: LENGTHS[COMMUNITY]]}))


def event_leaf(digest: str) -> bytes:
    """Give the hash of an event's leaf: of the word `event`, a space and the event's digest ('sha256:…')."""
    return leaf_hash(f"event {digest}".encode())


def row_content(change: RowChange, teller: str | None) -> bytes:
    """Write a row change as its digest covers it: all but number and salt, with the digest of the event behind it."""
    return canonical(
        {
            "table": change.table,
            "op": change.op,
            "keys": change.keys,
            "digests": [bytes(one).hex() for one in change.digests],
            "follows": change.follows,
            "event": teller,
        }
    )


def row_leaf(change: RowChange, teller: str | None) -> bytes:
    """Give the hash of a row change's leaf."""
    return leaf_hash(f"rows {digest_bytes(row_content(change, teller))}".encode())
