"""The seal of a count: the root of a Merkle tree (RFC 6962) over receipts with their ballots.

A leaf is the JSON array `["shanzhi-ballot-1", poll, receipt, salt, codes, points]`, without spaces, in UTF-8; leaves
stand in the order of their receipts, which are random. The salt, 16 bytes that follow from the count's own key, keeps
leaves from being guessed by whoever knows a receipt. Of a vote with very few ballots empty leaves fill the tree up, so
that its size does not tell how few. The tree's nodes over every 256 leaves are kept with the count; the rest of a path
is worked out when it is asked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection

from shanzhi.kernel.ciphers import derive
from shanzhi.kernel.merkle import SIZE, Edge, Node, inclusion_path, leaf_hash, node_hash
from shanzhi.voting.models import Count, Option, Poll

PREFIX: Final = "merkle:"
LEAF: Final = "shanzhi-ballot-1"
SALT_BYTES: Final = 16
LEVEL: Final = 8
"""Of the nodes that are kept; below it there are 256 leaves to a node."""
FETCHED_AT_ONCE: Final = 10_000
Ballot = tuple[str, list[int], list[int] | None]


@dataclass(frozen=True, slots=True)
class Seal:
    """The root as published, the key of the salts, and the nodes that are kept."""

    root: str
    key: bytes = field(repr=False)
    nodes: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What proves that a ballot is under the seal: its leaf's salt and place, and the path to the root."""

    salt: str = field(repr=False)
    index: int
    size: int
    path: list[str]


def leaves_total(poll: Poll) -> int:
    """Give the number of leaves: of the ballots, or of two smallest groups where there are fewer than that."""
    total = poll.ballots_total or 0
    return max(total, 2 * poll.smallest_group) if total < poll.smallest_electorate else total


def seal_poll(poll: Poll, key: bytes | None = None) -> Seal:
    """Seal the ballots of a closed poll, under a new key unless one is given."""
    key = key or secrets.token_bytes(32)
    tree = _Tree(poll, key)
    edge, kept = Edge(), []
    for leaf in tree.leaves():
        kept += [hash_ for (level, _index), hash_ in edge.push(leaf) if level == LEVEL]
    return Seal(PREFIX + edge.root().hex(), key, b"".join(kept))


def seal_holds(count: Count) -> bool:
    """Tell whether the ballots are still those that were sealed; older counts hashed receipts and ballots in a row."""
    if count.seal_key is None:
        return count.seal == old_seal(count.poll)
    return seal_poll(count.poll, bytes(count.seal_key)).root == count.seal


def inclusion(count: Count, receipt: str) -> Inclusion | None:
    """Prove that the ballot of a receipt is under the seal; None for a count from before there were proofs."""
    if count.seal_key is None:
        return None
    tree = _Tree(count.poll, bytes(count.seal_key), bytes(count.seal_nodes))
    index = tree.place(receipt)
    path = inclusion_path(index, tree.size, tree.read)
    return Inclusion(tree.salt(receipt), index, tree.size, [step.hex() for step in path])


class _Tree:
    """The leaves of a poll's seal under a key, read in blocks."""

    def __init__(self, poll: Poll, key: bytes, nodes: bytes = b"") -> None:
        self.poll, self.size = poll, leaves_total(poll)
        self._salts, self._empty = derive(key, "voting.seal.salt"), derive(key, "voting.seal.empty")
        self._nodes = [nodes[at : at + SIZE] for at in range(0, len(nodes), SIZE)]
        self._blocks: dict[int, list[bytes]] = {}

    @cached_property
    def _codes(self) -> list[str]:
        return list(Option.objects.filter(poll=self.poll).order_by("position").values_list("code", flat=True))

    def salt(self, receipt: str) -> str:
        """Give the salt of a leaf."""
        return hmac.digest(self._salts, receipt.encode(), hashlib.sha256)[:SALT_BYTES].hex()

    def leaf(self, ballot: Ballot) -> bytes:
        """Hash a leaf."""
        receipt, choices, points = ballot
        codes = [self._codes[position] for position in choices]
        return leaf_hash(leaf_bytes(self.poll.pk, receipt, self.salt(receipt), codes, points))

    def leaves(self) -> Iterator[bytes]:
        """Give all leaves in their order."""
        few = self._few
        ballots: Iterator[Ballot] = iter(few) if few is not None else _ballots(self.poll.pk)
        return (self.leaf(one) for one in ballots)

    @cached_property
    def _few(self) -> list[Ballot] | None:
        """All ballots with the empty ones that fill the tree up; None where none are needed."""
        lacking = self.size - (self.poll.ballots_total or 0)
        if not lacking:
            return None
        empty: list[Ballot] = [(self._nobody(number), [], None) for number in range(lacking)]
        return sorted([*_ballots(self.poll.pk), *empty], key=lambda one: one[0])

    def _nobody(self, number: int) -> str:
        return base64.b32encode(hmac.digest(self._empty, number.to_bytes(4), hashlib.sha256)[:15]).decode()

    def place(self, receipt: str) -> int:
        """Give the index of a receipt's leaf."""
        if self._few is not None:
            return [one[0] for one in self._few].index(receipt)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM voting_ballot WHERE poll_id = %s AND receipt < %s", [self.poll.pk, receipt]
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def read(self, nodes: Collection[Node]) -> dict[Node, bytes]:
        """Give the hashes of complete subtrees, for `shanzhi.kernel.merkle`."""
        return {(level, index): self._node(level, index) for level, index in nodes}

    def _node(self, level: int, index: int) -> bytes:
        if level > LEVEL:
            return node_hash(self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1))
        if level == LEVEL:
            return self._nodes[index]
        first = index << level
        block = self._block(first >> LEVEL)
        hashes = block[first % (1 << LEVEL) :][: 1 << level]
        while len(hashes) > 1:
            hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def _block(self, number: int) -> list[bytes]:
        if number not in self._blocks:
            start = number << LEVEL
            some: Sequence[Ballot] | Iterator[Ballot]
            some = self._few[start:] if self._few is not None else _ballots(self.poll.pk, start, 1 << LEVEL)
            self._blocks[number] = [self.leaf(one) for one in islice(some, 1 << LEVEL)]
        return self._blocks[number]


def leaf_bytes(poll_id: UUID, receipt: str, salt: str, codes: Sequence[str], points: Sequence[int] | None) -> bytes:
    """Write a leaf."""
    content: list[Any] = [LEAF, str(poll_id), receipt, salt, list(codes), None if points is None else list(points)]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _ballots(poll_id: UUID, start: int = 0, number: int | None = None) -> Iterator[Ballot]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT receipt, choices, points FROM voting_ballot WHERE poll_id = %s ORDER BY receipt OFFSET %s LIMIT %s",
            [poll_id, start, number],
        )
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from rows


def old_seal(poll: Poll) -> str:
    """Digest receipts with their ballots as counts did that have no key of their own.

    SHA-256 over lines `receipt positions points`, sorted by receipt, lists joined by commas, each ended by a newline.
    """
    sha = hashlib.sha256()
    for receipt, choices, points in _ballots(poll.pk):
        sha.update(f"{receipt} {','.join(map(str, choices))} {','.join(map(str, points or ()))}\n".encode())
    return "sha256:" + sha.hexdigest()
