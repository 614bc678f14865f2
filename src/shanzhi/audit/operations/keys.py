"""The keys that sign heads of the log: which one signs now, and how one gives way to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from shanzhi.audit.models import TreeHead
from shanzhi.audit.operations.events import record
from shanzhi.audit.queries.tree import LOST
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.checkpoint import Checkpoint, VerifierKey, sign, verifier_of
from shanzhi.kernel.keyring import KeyMissing, make_signing_key, remove_signing_key, signing_keys

MISSING = (
    "The key that signs heads of the log is missing in the folder of keys: restore it from the backup of keys. If it "
    "is lost for good, see docs/operations.md, 'the signing key is lost'."
)


def folder() -> Path:
    """Give the folder of keys."""
    return Path(settings.KEYS_FOLDER)


def origin_of(last: TreeHead | None) -> str:
    """Give the log's name: what the first head was signed under, at first the site's address with /log behind it."""
    return last.origin if last is not None else f"{urlsplit(settings.PUBLIC_URL).netloc or 'localhost'}/log"


def usable_keys(last: TreeHead | None) -> Mapping[int, Ed25519PrivateKey]:
    """Read the signing keys; a site that is no production makes its first one by itself. Raises KeyMissing."""
    found = signing_keys(folder())
    if not found and last is None and settings.CREATE_KEYS:
        make_signing_key(folder())
        found = signing_keys(folder())
    if not found:
        raise KeyMissing(MISSING)
    return found


def signed(*, last: TreeHead | None, size: int, root: bytes, at: datetime) -> TreeHead:
    """Sign a head by the key that signed, or was announced by, the head before.

    A newer key in the folder is announced by this head, which both sign; the older one is removed once that is safe.
    """
    origin, keys = origin_of(last), usable_keys(last)
    named = {number: verifier_of(key, origin) for number, key in keys.items()}
    trusted = (last.next_key or last.key) if last else named[min(named)].vkey
    now = next((number for number, key in named.items() if key.vkey == trusted), None)
    if now is None:
        raise KeyMissing(MISSING)
    newest = max(named)
    following = named[newest].vkey if newest != now else ""
    head = Checkpoint(origin, size, root, at, following)
    if following:
        transaction.on_commit(lambda: remove_signing_key(folder(), now))
    return TreeHead(
        size=size,
        root=root.hex(),
        at=at,
        origin=origin,
        key=trusted,
        signature=sign(head, keys[now]),
        next_key=following,
        next_signature=sign(head, keys[newest]) if following else None,
    )


def rotate_key(*, actor: Actor, reason: str, at: datetime) -> str:
    """Make a new signing key, which the next head will announce; give its verifier key."""
    last = TreeHead.objects.order_by("-size").first()
    if len(usable_keys(last)) < 2:
        make_signing_key(folder())
    number, key = max(usable_keys(last).items())
    named = verifier_of(key, origin_of(last)).vkey
    _tell(actor, "audit.key.rotate", {"number": number, "key": named}, reason, at)
    return named


def _tell(actor: Actor, verb: str, change: dict[str, int | str], reason: str, at: datetime) -> None:
    record(actor=actor, verb=verb, subject=TreeHead(size=0), area="", change=change, at=at, reason=reason)


def replace_lost_key(*, actor: Actor, reason: str, at: datetime) -> str:
    """Go on under a new key because the old one is lost, which an event tells; outsiders must be told the key anew.

    The head is not signed by the key that others trust, so to them this looks like a forgery until they are told.
    """
    last = TreeHead.objects.order_by("-size").first()
    if last is None or not reason.strip():
        raise ValueError("there must be a head, and a reason")
    origin = origin_of(last)
    trusted = VerifierKey.read(last.next_key or last.key)
    if any(verifier_of(key, origin) == trusted for key in signing_keys(folder()).values()):
        raise ValueError("the key is there")
    number = make_signing_key(folder())
    named = verifier_of(signing_keys(folder())[number], origin).vkey
    _tell(actor, LOST, {"number": number, "key": named}, reason.strip(), at)
    return named
