"""Sealed envelopes: marks of voters, receipts, and ballots as ciphertext of one length a poll.

From a poll's key come four keys by HKDF: one marks voters, one makes receipts, one tags requests, one seals
(AES-256-GCM, with poll and mark bound in, so that an envelope moved to another voter does not open). The minute of the
first cast is sealed beside it, since the rule 'first by time of casting' must be able to ask for it. The design and its
limits stand in docs/decisions, 'sealed envelopes'.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shanzhi.kernel.ciphers import NONCE, Unreadable, derive

RECEIPT_BYTES: Final = 15
TAG_BYTES: Final = 16
VERSION: Final = 1
_HEAD: Final = struct.Struct(f">B{RECEIPT_BYTES}sH")
_CHOICE: Final = struct.Struct(">H")
_POINTS: Final = struct.Struct(">I")
_MINUTE: Final = struct.Struct(">I")
TAKEN_ON_PAPER: Final = b""  # what lies in the place of one who votes on paper


@dataclass(frozen=True, slots=True)
class Choices:
    """What a ballot says: positions of options, and points beside them on a points ballot. Never shown by repr."""

    positions: tuple[int, ...] = field(default=(), repr=False)
    points: tuple[int, ...] | None = field(default=None, repr=False)

    @property
    def blank(self) -> bool:
        """Tell whether nothing is chosen."""
        return not self.positions


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of an envelope."""

    receipt: str = field(repr=False)
    choices: Choices


@dataclass(frozen=True, slots=True)
class Tags:
    """By what a request that comes again is known: which request it was, and which ballot it brought."""

    request: bytes = field(repr=False)
    content: bytes = field(repr=False)


def width(*, options: int, most: int | None, points: bool) -> int:
    """Give the plain length in bytes that the largest ballot of a poll needs; every ballot is padded to it."""
    entries = options if most is None else min(options, most)
    return _HEAD.size + entries * (_CHOICE.size + (_POINTS.size if points else 0))


def receipt_text(raw: bytes) -> str:
    """Write a receipt's 15 bytes as 24 letters and digits (base 32, without 0, 1, 8 and 9)."""
    return base64.b32encode(raw).decode()


def normal_receipt(text: str) -> str:
    """Read a receipt as people type it: any case, spaces and dashes; 0 and 1 are taken for O and I."""
    kept = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    return kept.replace("0", "O").replace("1", "I")


def grouped(receipt: str) -> str:
    """Write a receipt in groups of four, for reading aloud and copying."""
    return "-".join(receipt[i : i + 4] for i in range(0, len(receipt), 4))


class Sealer:
    """What the key of one poll can do. Made for one request or one close, and dropped with it."""

    def __init__(self, *, poll_id: UUID, key: bytes) -> None:
        """Derive the four keys."""
        self._poll = poll_id.bytes
        self._voter = derive(key, "voting.voter")
        self._receipt = derive(key, "voting.receipt")
        self._tag = derive(key, "voting.tag")
        self._cipher = AESGCM(derive(key, "voting.envelope"))

    def mark(self, person_id: UUID) -> bytes:
        """Give the voter's mark in this poll: 32 bytes that mean nothing without the key."""
        return hmac.digest(self._voter, self._poll + person_id.bytes, hashlib.sha256)

    def receipt(self, *, person_id: UUID, request_key: str, choices: Choices) -> bytes:
        """Derive the receipt, so that a request sent again gets the same one though nothing of it is stored.

        The choices take part: the same key with other choices is another ballot and gets a receipt of its own.
        """
        content = (self._poll, person_id.bytes, request_key.encode(), pack(choices))
        joined = b"".join(len(part).to_bytes(4, "big") + part for part in content)
        return hmac.digest(self._receipt, joined, hashlib.sha256)[:RECEIPT_BYTES]

    def tags(self, *, person_id: UUID, request_key: str, receipt: bytes) -> Tags:
        """Derive the two tags that lie beside an envelope: 16 bytes each that mean nothing without the key.

        Both depend on the person (the second through the receipt), so equal keys and equal choices never look equal.
        """
        request = b"request" + self._poll + person_id.bytes + request_key.encode()
        return Tags(self._tagged(request), self._tagged(b"content" + receipt))

    def _tagged(self, content: bytes) -> bytes:
        return hmac.digest(self._tag, content, hashlib.sha256)[:TAG_BYTES]

    def seal(self, *, mark: bytes, receipt: bytes, choices: Choices, width: int) -> bytes:
        """Encrypt receipt and choices, padded to `width`."""
        plain = _HEAD.pack(VERSION, receipt, len(choices.positions)) + pack(choices)
        if len(plain) > width:
            raise ValueError("a ballot is larger than the largest that its poll allows")
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain.ljust(width, b"\0"), self._poll + mark)

    def seal_since(self, *, mark: bytes, at: datetime) -> bytes:
        """Encrypt the minute of a cast, bound to the voter."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, _MINUTE.pack(minute_of(at)), b"since" + self._poll + mark)

    def open_since(self, *, mark: bytes, sealed: bytes) -> int:
        """Decrypt the minute in which a voter first cast; raise Unreadable."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], b"since" + self._poll + mark)
        except InvalidTag as error:
            raise Unreadable("voting.since") from error
        return int(_MINUTE.unpack(plain)[0])

    def open(self, *, mark: bytes, sealed: bytes, points: bool) -> Opened:
        """Decrypt an envelope; raise Unreadable when key, voter or bytes do not belong together."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._poll + mark)
        except InvalidTag as error:
            raise Unreadable("voting.envelope") from error
        _version, receipt, count = _HEAD.unpack_from(plain)
        positions = struct.unpack_from(f">{count}H", plain, _HEAD.size)
        given = struct.unpack_from(f">{count}I", plain, _HEAD.size + 2 * count) if points else None
        return Opened(receipt_text(receipt), Choices(positions, given))


def minute_of(at: datetime) -> int:
    """Count the whole minutes since 1970."""
    return int(at.timestamp()) // 60


def pack(choices: Choices) -> bytes:
    """Write choices as bytes: two for each position, then four for each number of points."""
    packed = struct.pack(f">{len(choices.positions)}H", *choices.positions)
    if choices.points is not None:
        packed += struct.pack(f">{len(choices.points)}I", *choices.points)
    return packed
