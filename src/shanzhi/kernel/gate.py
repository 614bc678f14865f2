"""The code at a gate that changes every half minute, and what a record of presence may look like; no clock, no store.

A code names the shift and the step of 30 seconds that it was shown in, and is signed with the secret of the site. It
holds in its step and in the next one, by the clock of the server: whoever gets a photo of it gets it too late.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

STEP: Final = timedelta(seconds=30)
STEPS_GOOD: Final = 2
"""Steps in which a code holds: its own and the next one."""
DOMAIN: Final = b"shanzhi gate 1\0"
MARK: Final = 10
"""Bytes of the signature that stand in the code: 80 bits, each guess is a request to the server."""
LENGTH: Final = 40
"""Characters of a code: 16 bytes of the shift, 4 of the step, 10 of the signature, in base64 for addresses."""
EARTH: Final = 6_371_000
"""Mean radius of the earth in metres."""


class BadCode(ValueError):
    """The text is no code of this site."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code of this site says: which shift, and when its step began. Whether it still holds, `holds` tells."""

    shift: UUID
    shown_at: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether the code is of the step of this moment, or of the one before."""
        return 0 <= step_of(at) - step_of(self.shown_at) < STEPS_GOOD


def step_of(at: datetime) -> int:
    """Number the steps of half a minute since 1970."""
    return int(at.timestamp()) // int(STEP.total_seconds())


def next_step(at: datetime) -> datetime:
    """Give the moment at which the step of `at` is over."""
    return datetime.fromtimestamp((step_of(at) + 1) * int(STEP.total_seconds()), UTC)


def code_of(secret: bytes, shift: UUID, at: datetime) -> str:
    """Write the code of a shift that is shown at this moment: 40 letters, digits, `-` and `_`."""
    head = shift.bytes + step_of(at).to_bytes(4, "big")
    return base64.urlsafe_b64encode(head + _mark(secret, head)).decode()


def read(secret: bytes, code: str) -> Scan:
    """Read a code, also an old one. Raises BadCode for whatever this site never showed."""
    try:
        if len(code) != LENGTH:
            raise BadCode
        raw = base64.b64decode(code.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as wrong:
        raise BadCode from wrong
    head, mark = raw[:20], raw[20:]
    if not hmac.compare_digest(mark, _mark(secret, head)):
        raise BadCode
    return Scan(UUID(bytes=head[:16]), datetime.fromtimestamp(int.from_bytes(head[16:], "big") * 30, UTC))


def _mark(secret: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, DOMAIN + head, "sha256")[:MARK]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in millionths of a degree, north and east above zero."""

    north: int
    east: int

    def __post_init__(self) -> None:
        """Refuse what lies on no globe. Raises ValueError."""
        if not (abs(self.north) <= 90_000_000 and abs(self.east) <= 180_000_000):
            raise ValueError("no place on earth")

    def metres_to(self, other: Place) -> int:
        """Give the way over the ground in whole metres, by the haversine formula."""
        north, south = math.radians(self.north / 1e6), math.radians(other.north / 1e6)
        across = math.sin(math.radians((other.east - self.east) / 1e6) / 2)
        rise = math.sin((south - north) / 2)
        arc = rise * rise + math.cos(north) * math.cos(south) * across * across
        return round(2 * EARTH * math.asin(math.sqrt(min(1.0, arc))))


@dataclass(frozen=True, slots=True)
class Span:
    """A stay from `start` to `end`; without an end it still goes on."""

    start: datetime
    end: datetime | None = None


def overlaps(one: Span, other: Span) -> bool:
    """Tell whether two stays have a moment in common; those that only touch have none."""
    return (other.end is None or one.start < other.end) and (one.end is None or other.start < one.end)


def busiest_minutes(
    spans: Iterable[Span], window: timedelta = timedelta(hours=24), *, meeting: Span | None = None
) -> int:
    """Give the most whole minutes that the ended stays fill in any stretch as long as `window`, sums of overlaps too.

    With `meeting` only stretches count that have a moment in common with that stay. The most lies in a stretch that
    begins where a stay begins or ends where one ends, so only these are looked at.
    """
    ended = [(span.start, span.end) for span in spans if span.end is not None]
    most = timedelta()
    for start in {start for start, _end in ended} | {end - window for _start, end in ended}:
        if meeting is not None and not overlaps(Span(start, start + window), meeting):
            continue
        inside = (min(end, start + window) - max(begin, start) for begin, end in ended)
        most = max(most, sum((part for part in inside if part > timedelta()), timedelta()))
    return int(most.total_seconds()) // 60
