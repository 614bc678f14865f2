"""Merkle trees of RFC 6962 (and RFC 9162): roots, inclusion and consistency proofs, and checking them.

A tree over leaves 0 … n-1 is a matter of complete subtrees: node `(level, index)` is the one over the 2^level leaves
from index * 2^level on. Complete subtrees never change, so they may be stored once and for all; roots and proofs over
any number of leaves are put together from some 2 log n of them, fetched all at once by a `Read`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

Node: TypeAlias = tuple[int, int]
Range: TypeAlias = tuple[int, int]
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
SIZE: Final = 32
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class Read(Protocol):
    """Fetches the hashes of complete subtrees, all that are asked for."""

    def __call__(self, nodes: Collection[Node], /) -> Mapping[Node, bytes]:
        """Give the hash of each node."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf; the zero byte keeps leaves and nodes apart."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return hashlib.sha256(_NODE + left + right).digest()


def _split(length: int) -> int:
    """The largest power of two below a length: where RFC 6962 parts a list."""
    return 1 << (length - 1).bit_length() - 1


def _parts(wanted: Range) -> list[Node]:
    """Lay out a range of leaves as complete subtrees, the largest first; it starts where such a subtree does."""
    start, end = wanted
    found = []
    for level in range((end - start).bit_length() - 1, -1, -1):
        if (end - start) >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def _joined(hashes: Sequence[bytes]) -> bytes:
    """Hash neighbouring complete subtrees of falling size into one."""
    *before, whole = hashes
    for left in reversed(before):
        whole = node_hash(left, whole)
    return whole


def _hashes(ranges: Sequence[Range], read: Read) -> list[bytes]:
    laid_out = [_parts(one) for one in ranges]
    known = read({node for parts in laid_out for node in parts})
    return [_joined([known[node] for node in parts]) for parts in laid_out]


def root(size: int, read: Read) -> bytes:
    """Give the root over the first `size` leaves."""
    return _hashes([(0, size)], read)[0] if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, read: Read) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1). Raises ValueError out of range."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    ranges, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return _hashes(ranges[::-1], read)


def consistency_path(first: int, second: int, read: Read) -> list[bytes]:
    """Prove that the tree of `first` leaves is how that of `second` begins (RFC 6962, 2.1.2). Raises ValueError."""
    if not 0 < first <= second:
        raise ValueError("a tree is consistent with larger ones, and never an empty one")
    ranges, low, high, whole = [], 0, second, True
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low, whole = middle, False
    if not whole:
        ranges.append((low, high))
    return _hashes(ranges[::-1], read)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Check a proof of inclusion of a leaf's hash against a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(one, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, one)
        here, last = here >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(first: int, second: int, path: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Check a proof that the tree with root `new` begins with the one with root `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and old == new
    steps = list(path) if first & (first - 1) else [old, *path]
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, one)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old and after == new


class Edge:
    """The growing edge of a tree: the few complete subtrees that are not yet part of a larger one."""

    def __init__(self, size: int = 0, read: Read | None = None) -> None:
        """Take up a tree of `size` leaves where it was left; `read` gives its nodes."""
        self.size = size
        self._subtrees: list[tuple[int, bytes]] = []
        if size and read is not None:
            nodes = _parts((0, size))
            known = read(nodes)
            self._subtrees = [(level, known[level, index]) for level, index in nodes]

    def push(self, leaf: bytes) -> Iterator[tuple[Node, bytes]]:
        """Add a leaf's hash; give each node that became complete by it, the leaf first."""
        level, whole = 0, leaf
        made = [((0, self.size), leaf)]
        self.size += 1
        while self._subtrees and self._subtrees[-1][0] == level:
            whole = node_hash(self._subtrees.pop()[1], whole)
            level += 1
            made.append(((level, (self.size - 1) >> level), whole))
        self._subtrees.append((level, whole))
        return iter(made)

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        return _joined([one for _level, one in self._subtrees]) if self._subtrees else EMPTY_ROOT
