"""Reading the tree: nodes, heads, proofs. All of it is public."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Max, Q

from shanzhi.audit.models import Leaf, TreeHead, TreeNode
from shanzhi.kernel.checkpoint import BadNote, Checkpoint, VerifierKey, note
from shanzhi.kernel.merkle import Node

# The verb of the event that tells of a new key where the old one is lost.
LOST: Final = "audit.key.lost"


def size_of_tree() -> int:
    """Give how many leaves there are."""
    last = Leaf.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def read_nodes(nodes: Collection[Node], /) -> Mapping[Node, bytes]:
    """Fetch the hashes of complete subtrees, in two queries at most."""
    leaves = [index for level, index in nodes if not level]
    above = [Q(level=level, index=index) for level, index in nodes if level]
    found: dict[Node, bytes] = {}
    if leaves:
        rows = Leaf.objects.filter(position__in=leaves).values_list("position", "hash")
        found.update({(0, index): bytes(one) for index, one in rows})
    if above:
        stored = TreeNode.objects.filter(reduce(or_, above)).values_list("level", "index", "hash")
        found.update({(level, index): bytes(one) for level, index, one in stored})
    return found


def note_of(head: TreeHead) -> str:
    """Write a head as the signed note that is published; raise BadNote where its columns hold no key."""
    try:
        root = bytes.fromhex(head.root)
    except ValueError as error:
        raise BadNote("no root") from error
    found = Checkpoint(head.origin, head.size, root, head.at, head.next_key)
    signatures = [(VerifierKey.read(head.key), bytes(head.signature))]
    if head.next_key:
        signatures.append((VerifierKey.read(head.next_key), bytes(head.next_signature or b"")))
    return note(found, signatures)
