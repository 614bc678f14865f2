"""Numbers that stand in the order of their making, for rows that come in one after the other.

Random numbers scatter over the pages of an index, and each page is written whole after a checkpoint. Never for a thing
whose moment is a secret, such as a ballot.
"""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def ordered_id() -> UUID:
    """Make a UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds since 1970, then 74 of chance."""
    chance = secrets.randbits(74)
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80
    value |= 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return UUID(int=value)
