"""What an entry says, and the digest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

from shanzhi.kernel.canonical import canonical

VERB: Final = "ledger.entry.enter"


@dataclass(frozen=True, slots=True)
class Leg:
    """So many whole units (fen, minutes, pieces) on an account, or off it where `amount` is below zero."""

    account: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The number of an entry, and whether it was there already under the same key."""

    id: UUID
    repeated: bool


def content_of(
    *, book: UUID, on: date, kind: str, text: str, key: str, reverses: UUID | None, legs: Sequence[Leg]
) -> bytes:
    """Digest what an entry says (32 bytes): kept on the entry and in its event, compared by `shanzhi ledger check`."""
    said = {
        "book": str(book),
        "on": on.isoformat(),
        "kind": kind,
        "text": text,
        "key": key,
        "reverses": str(reverses) if reverses else None,
        "legs": [[str(leg.account), leg.amount] for leg in legs],
    }
    return sha256(canonical(said)).digest()
