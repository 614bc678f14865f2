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
    """Encrypts fields under the newest key and opens them under any; `keys` maps version (1 to 255) to 32 bytes."""

    keys: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    @property
    def version(self) -> int:
        """The version under which new values are written."""
        return max(self.keys)

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Encrypt a text for the field named `purpose`."""
        nonce = secrets.token_bytes(NONCE)
        sealed = AESGCM(self.keys[self.version]).encrypt(nonce, text.encode(), purpose.encode())
        return bytes([self.version]) + nonce + sealed

    def open(self, stored: bytes, *, purpose: str) -> str:
        """Decrypt what `seal` gave for the same field; raise Unreadable."""
        key = self.keys.get(stored[0]) if stored else None
        if key is None:
            raise Unreadable(purpose)
        try:
            return AESGCM(key).decrypt(stored[1 : 1 + NONCE], stored[1 + NONCE :], purpose.encode()).decode()
        except InvalidTag as error:
            raise Unreadable(purpose) from error

    def mark(self, text: str, *, purpose: str) -> bytes:
        """Give the blind index of a value: 32 bytes, equal for equal values of the same field."""
        return hmac.new(self.index_key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256).digest()


def read_keys(text: str) -> dict[int, bytes]:
    """Read keys written as '1:secret,2:secret' into versions; a bare secret is version 1. Raise ValueError."""
    keys: dict[int, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        number, colon, secret = part.partition(":")
        version = int(number) if colon else 1
        if not 1 <= version <= 255 or version in keys:
            raise ValueError("key versions are whole numbers from 1 to 255, each once")
        keys[version] = derive(secret if colon else part, "fields")
    if not keys:
        raise ValueError("no key is given")
    return keys
