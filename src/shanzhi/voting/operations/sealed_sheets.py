"""Readings of paper sheets, sealed like envelopes; receipts of sheets; the key that signs lists: by the poll's key.

What a reading says - its kind too, since a running count of invalid sheets is a running count - is ciphertext of one
length until the close. That two people read the same is told by a keyed tag that depends on the sheet, so equal
ballots on two sheets never look equal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shanzhi.kernel.ciphers import NONCE, Unreadable, derive
from shanzhi.voting.models.paper import INVALID_REASONS
from shanzhi.voting.operations.envelopes import RECEIPT_BYTES, TAG_BYTES, Choices, pack, receipt_text

KINDS: Final = ("valid", "blank", "invalid")
REASONS: Final = ("", *(code for code, _words in INVALID_REASONS))
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">BBBH")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one person read on a sheet: kind, reason of an invalid one, choices of a valid one. Never shown by repr."""

    kind: str = field(repr=False)
    reason: str = field(default="", repr=False)
    choices: Choices = field(default_factory=Choices, repr=False)


def reading_width(*, options: int, most: int | None, points: bool) -> int:
    """Give the plain length in bytes that the fullest reading of a poll needs."""
    entries = options if most is None else min(options, most)
    return _HEAD.size + entries * (6 if points else 2)


class PaperSealer:
    """What the key of one poll can do for paper. Made for one request or one close, and dropped with it."""

    def __init__(self, *, poll_id: UUID, key: bytes) -> None:
        """Derive the keys."""
        self._poll = poll_id.bytes
        self._receipt = derive(key, "voting.sheet.receipt")
        self._tag = derive(key, "voting.sheet.tag")
        self._cipher = AESGCM(derive(key, "voting.sheet"))
        self._list = derive(key, "voting.list")

    def receipt(self, serial: str) -> str:
        """Derive the receipt that stands on a sheet's stub; the serial alone does not give it."""
        raw = hmac.digest(self._receipt, self._poll + serial.encode(), hashlib.sha256)[:RECEIPT_BYTES]
        return receipt_text(raw)

    def tag(self, *, serial: str, reading: Reading) -> bytes:
        """Give 16 bytes that are equal for equal readings of this sheet."""
        content = self._poll + serial.encode() + _plain(reading)
        return hmac.digest(self._tag, content, hashlib.sha256)[:TAG_BYTES]

    def seal(self, *, serial: str, reading: Reading, width: int) -> bytes:
        """Encrypt a reading, padded to `width`, bound to its sheet."""
        plain = _plain(reading)
        if len(plain) > width:
            raise ValueError("a reading is fuller than the fullest that its poll allows")
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain.ljust(width, b"\0"), self._poll + serial.encode())

    def open(self, *, serial: str, sealed: bytes, points: bool) -> Reading:
        """Decrypt a reading; raise Unreadable when key, sheet or bytes do not belong together."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._poll + serial.encode())
        except InvalidTag as error:
            raise Unreadable("voting.sheet") from error
        _version, kind, reason, count = _HEAD.unpack_from(plain)
        positions = struct.unpack_from(f">{count}H", plain, _HEAD.size)
        given = struct.unpack_from(f">{count}I", plain, _HEAD.size + 2 * count) if points else None
        return Reading(KINDS[kind], REASONS[reason], Choices(positions, given))

    def sign(self, content: bytes) -> tuple[str, str]:
        """Sign a list (Ed25519); gives signature and public key in hexadecimal."""
        return Ed25519PrivateKey.from_private_bytes(self._list).sign(content).hex(), self.list_key()

    def list_key(self) -> str:
        """Give the public key by which the poll's lists are checked, in hexadecimal."""
        return Ed25519PrivateKey.from_private_bytes(self._list).public_key().public_bytes_raw().hex()


def _plain(reading: Reading) -> bytes:
    head = _HEAD.pack(
        _VERSION, KINDS.index(reading.kind), REASONS.index(reading.reason), len(reading.choices.positions)
    )
    return head + pack(reading.choices)
