"""The log over the API: heads, proofs and keys, and all in one bundle, for everybody; events for who may see them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Path, Query

from shanzhi.audit import queries
from shanzhi.audit.models import TreeHead
from shanzhi.kernel.actor import Actor

router = Router(tags=["audit"])
Size = Annotated[int, Path(ge=1, le=2**62)]
AtSize = Annotated[int | None, Query(ge=1, le=2**62)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
DIGEST = "^sha256:[0-9a-f]{64}$"
LIMIT = Query(25, ge=1, le=200)


class HeadOut(Schema):
    """A signed head: of `size` leaves with this root (hexadecimal).

    `note` is what is signed, with its signatures, as a C2SP checkpoint; `key` verifies it. `next_key` is announced by
    this head, which it signs as well, and verifies the later ones.
    """

    size: int
    root: str
    at: datetime
    origin: str
    key: str
    next_key: str
    note: str


class HeadPage(Schema):
    """Heads, the newest first; `next` is the `before` of the next page, null at the end."""

    items: list[HeadOut]
    next: int | None


class KeysOut(Schema):
    """The keys that have signed, the first one first; the last one signs now."""

    origin: str
    keys: list[str]


class InclusionOut(Schema):
    """Proof that a leaf is at place `index` of the tree of `size` leaves (RFC 6962, 2.1.1); hashes in hexadecimal.

    The leaf's text is the word `event`, a space and the event's digest; its hash has the byte 0 before the text.
    """

    digest: str
    leaf: str
    index: int
    size: int
    path: list[str]


class ConsistencyOut(Schema):
    """Proof that the tree of `first` leaves is how that of `second` begins (RFC 6962, 2.1.2); hashes in hexadecimal."""

    first: int
    second: int
    path: list[str]


class BundleOut(Schema):
    """What `scripts/verify_log.py` checks: heads, the smallest first, proofs from one to the next, and of one event."""

    origin: str
    heads: list[HeadOut]
    consistency: list[ConsistencyOut]
    inclusion: InclusionOut | None


class EventOut(Schema):
    """An event as its digest covers it: SHA-256 over the nonce's bytes and `content` as JSON, keys sorted, no spaces.

    `place` is null while the event waits to be sealed.
    """

    number: int
    digest: str
    nonce: str
    content: dict[str, Any]
    place: int | None


def _head(found: TreeHead) -> dict[str, Any]:
    names = ("size", "root", "at", "origin", "key", "next_key")
    return {**{name: getattr(found, name) for name in names}, "note": queries.note_of(found)}


@router.get("/heads", response=HeadPage, summary="List signed heads")
def list_heads(request: HttpRequest, before: Before = None, limit: int = LIMIT) -> dict[str, Any]:
    """The newest first; `before` is a size."""
    rows = queries.heads() if before is None else queries.heads().filter(size__lt=before)
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return {"items": [_head(one) for one in found[:limit]], "next": found[limit - 1].size if more else None}


@router.get("/heads/latest", response=HeadOut, summary="Get the newest head")
def latest_head(request: HttpRequest) -> dict[str, Any]:
    """A head is signed within a minute of what it covers."""
    return _head(queries.head())


@router.get("/heads/{size}", response=HeadOut, summary="Get the head of a size")
def get_head(request: HttpRequest, size: Size) -> dict[str, Any]:
    """Not every size has one: a head covers all that came within a minute."""
    return _head(queries.head(size=size))


@router.get("/keys", response=KeysOut, summary="List the public keys")
def list_keys(request: HttpRequest) -> dict[str, Any]:
    """Keep the key elsewhere, and compare it: a key that comes from here alone proves little."""
    return {"origin": queries.head().origin, "keys": queries.keys()}


@router.get("/proofs/inclusion", response=InclusionOut, summary="Prove that an event is in the log")
def inclusion(request: HttpRequest, digest: str = Query(..., pattern=DIGEST), size: AtSize = None) -> dict[str, Any]:
    """By the event's digest, in the tree of a size, by default the newest. It tells nothing of what the event says."""
    return _inclusion(queries.inclusion(digest=digest, size=size))


def _inclusion(found: queries.Inclusion) -> dict[str, Any]:
    path = [one.hex() for one in found.path]
    return {
        "digest": found.digest, "leaf": found.leaf.hex(), "index": found.index, "size": found.size, "path": path,
    }  # fmt: skip


def _consistency(first: int, second: int | None) -> dict[str, Any]:
    last, path = queries.consistency(first=first, second=second)
    return {"first": first, "second": last, "path": [one.hex() for one in path]}


@router.get("/proofs/consistency", response=ConsistencyOut, summary="Prove that the log only grew")
def consistency(request: HttpRequest, first: int = Query(..., ge=1, le=2**62), second: AtSize = None) -> dict[str, Any]:
    """From one size to another, by default that of the newest head."""
    return _consistency(first, second)


@router.get("/bundle", response=BundleOut, summary="Get heads and proofs in one file")
def bundle(
    request: HttpRequest,
    digest: str = Query("", pattern=f"^$|{DIGEST}"),
    since: int = Query(0, ge=0, le=2**62),
    heads: int = Query(10, ge=1, le=100),
) -> dict[str, Any]:
    """The newest heads and all that announce a key, from the head of size `since` on (0: none); one event's proof."""
    found = queries.chain(since=since or None, most=heads)
    proofs = [_consistency(one.size, other.size) for one, other in pairwise(found)]
    proven = _inclusion(queries.inclusion(digest=digest, size=found[-1].size)) if digest else None
    return {
        "origin": found[-1].origin,
        "heads": [_head(one) for one in found],
        "consistency": proofs,
        "inclusion": proven,
    }


@router.get("/events/{number}", response=EventOut, summary="Get an event whole")
def get_event(request: HttpRequest, number: int = Path(..., ge=1, le=2**62)) -> dict[str, Any]:
    """For those who may read who acted; with its nonce, so that its digest can be taken again."""
    viewer: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    event = queries.event(viewer=viewer, number=number, at=request.now)  # type: ignore[attr-defined]  # as above
    return queries.whole(viewer=viewer, found=event)
