"""Signed tree heads as checkpoints: the signed notes that transparency logs, monitors and witnesses understand.

The form is C2SP's `tlog-checkpoint` over `signed-note`: lines of the log's name, the size and the root, further lines,
an empty line, then one line a signature. An Ed25519 signature (RFC 8032) covers all lines before the empty one.

    shanzhi.example/log
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    time 2026-11-25T03:00:00Z

    — shanzhi.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

The line `next` appears when the signing key changes: it carries the new key, and both keys sign.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_SIGNED_BY: Final = "— "
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class BadNote(ValueError):
    """The text is no checkpoint, or no key."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A log's public key under the log's name; its text is `name+id+key`, as `vkey` gives it."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell the keys of a name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def vkey(self) -> str:
        """Write the key as one word."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    @classmethod
    def read(cls, vkey: str) -> VerifierKey:
        """Read what `vkey` wrote; raise BadNote."""
        name, _plus, rest = vkey.strip().partition("+")
        _id, _plus, encoded = rest.partition("+")
        try:
            decoded = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise BadNote("no key") from error
        found = cls(name, decoded[1:])
        if decoded[:1] != _ED25519 or len(found.raw) != 32 or found.vkey != vkey.strip():
            raise BadNote("no key of Ed25519")
        return found

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: of `size` leaves with this root at this moment (whole seconds); `following` is the next key."""

    origin: str
    size: int
    root: bytes
    at: datetime
    following: str = ""

    @property
    def body(self) -> bytes:
        """The lines that are signed."""
        moment = self.at.astimezone(UTC).strftime(_TIME)
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), f"time {moment}"]
        if self.following:
            lines.append(f"next {self.following}")
        return "".join(f"{line}\n" for line in lines).encode()


def sign(head: Checkpoint, key: Ed25519PrivateKey) -> bytes:
    """Sign a head."""
    return key.sign(head.body)


def verifier_of(key: Ed25519PrivateKey, name: str) -> VerifierKey:
    """Give the public half of a key under the log's name."""
    return VerifierKey(name, key.public_key().public_bytes_raw())


def note(head: Checkpoint, signatures: Sequence[tuple[VerifierKey, bytes]]) -> str:
    """Write a head with its signatures."""
    lines = [
        f"{_SIGNED_BY}{key.name} {base64.b64encode(key.id + signature).decode()}\n" for key, signature in signatures
    ]
    return head.body.decode() + "\n" + "".join(lines)


def read_note(text: str) -> tuple[Checkpoint, list[tuple[str, bytes, bytes]]]:
    """Read a head and its signatures (name, key id, signature) without checking them; raise BadNote."""
    body, gap, rest = text.partition("\n\n")
    lines = body.split("\n")
    try:
        origin, size, root, *more = lines
        named = dict(line.split(" ", 1) for line in more)
        at = datetime.strptime(named["time"], _TIME).replace(tzinfo=UTC)
        head = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), at, named.get("next", ""))
        signatures = [_signature(line) for line in rest.splitlines()]
    except (ValueError, KeyError) as error:
        raise BadNote("no checkpoint") from error
    if not gap or head.body.decode() != f"{body}\n":
        raise BadNote("no checkpoint of this form")
    return head, signatures


def _signature(line: str) -> tuple[str, bytes, bytes]:
    if not line.startswith(_SIGNED_BY):
        raise BadNote("no signature")
    name, encoded = line.removeprefix(_SIGNED_BY).split(" ")
    decoded = base64.b64decode(encoded, validate=True)
    return name, decoded[:4], decoded[4:]


def verified(text: str, key: VerifierKey) -> Checkpoint:
    """Give a head that this key signed, and the key that it announces as well; raise BadNote."""
    head, signatures = read_note(text)
    needed = [key, *([VerifierKey.read(head.following)] if head.following else [])]
    for one in needed:
        if one.name != head.origin:
            raise BadNote("the key is another log's")
        mine = [signature for name, known, signature in signatures if (name, known) == (one.name, one.id)]
        if not any(one.verifies(head.body, signature) for signature in mine):
            raise BadNote("not signed by the key")
    return head
