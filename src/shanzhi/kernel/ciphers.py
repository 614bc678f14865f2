"""Encryption of single fields with versions of keys, and a keyed blind index for looking them up.

AES-256-GCM; the stored form is version (one byte), nonce (12 bytes), ciphertext with tag. The field's name is bound in
as associated data, so a value moved to another column does not open. The blind index is HMAC-SHA-256 under a key of its
own: equal values give equal marks, and without the key the small space of phone and identity numbers cannot be tried.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE: Final = 12


class Unreadable(Exception):
    """The stored bytes do not open: the key is missing, or the bytes were changed."""


def derive(secret: str | bytes, purpose: str) -> bytes:
    """Derive a key of 32 bytes for one purpose from a secret (HKDF-SHA-256)."""
    raw = secret.encode() if isinstance(secret, str) else secret
    return HKDF(algorithm=SHA256(), length=32, salt=b"shanzhi", info=purpose.encode()).derive(raw)


@dataclass(frozen=True, slots=True)
class FieldCipher:
    """Encrypts fields under one key and opens them under any; `keys` maps version (1 to 255) to 32 bytes.

    `writes` is the version that encrypts, 0 for the newest. While the key of the blind index changes, `index_key` makes
    the marks of now, `other_index_keys` those that rows may carry too, and `next_index_key` is the newer one of both.
    """

    keys: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    writes: int = 0
    other_index_keys: tuple[bytes, ...] = field(default=(), repr=False)
    next_index_key: bytes | None = field(default=None, repr=False)
    _opened: Mapping[int, AESGCM] = field(init=False, repr=False, compare=False)  # a page opens a hundred values

    def __post_init__(self) -> None:
        """Ready each key once."""
        object.__setattr__(self, "_opened", {version: AESGCM(key) for version, key in self.keys.items()})

    @property
    def version(self) -> int:
        """The version under which new values are written."""
        return self.writes or max(self.keys)

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Encrypt a text for the field named `purpose`."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._opened[self.version].encrypt(nonce, text.encode(), purpose.encode())
        return bytes([self.version]) + nonce + sealed

    def open(self, stored: bytes, *, purpose: str) -> str:
        """Decrypt what `seal` gave for the same field; raise Unreadable."""
        aes = self._opened.get(stored[0]) if stored else None
        if aes is None:
            raise Unreadable(purpose)
        try:
            return aes.decrypt(stored[1 : 1 + NONCE], stored[1 + NONCE :], purpose.encode()).decode()
        except InvalidTag as error:
            raise Unreadable(purpose) from error

    def mark(self, text: str, *, purpose: str) -> bytes:
        """Give the blind index of a value: 32 bytes, equal for equal values of the same field."""
        return _mark(self.index_key, text, purpose)

    def marks(self, text: str, *, purpose: str) -> list[bytes]:
        """Give every mark that a row with this value may carry: one, or two while the key of the index changes."""
        return [_mark(key, text, purpose) for key in (self.index_key, *self.other_index_keys)]

    def next_mark(self, text: str, *, purpose: str) -> bytes | None:
        """Give the mark under the newer key while the key of the index changes, else nothing."""
        return _mark(self.next_index_key, text, purpose) if self.next_index_key else None


def _mark(key: bytes, text: str, purpose: str) -> bytes:
    return hmac.new(key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256).digest()
