"""Verifying the whole log: `shanzhi audit verify`. Whatever was changed behind the triggers' back is found here.

Events and row changes are digested again and compared with their leaves, the tree is built again and compared with its
nodes and the root of every head, the heads' signatures are checked from key to key, and the rows of every audited table
are compared with the digests left of them. Nothing is taken for granted but the code and the first key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from shanzhi.audit import coverage
from shanzhi.audit.models import Event, Leaf, RowChange, TreeHead, TreeNode
from shanzhi.audit.queries.leaves import FORGET, event_leaf, leaf_digest, left_digest, row_leaf
from shanzhi.audit.queries.tree import LOST, note_of
from shanzhi.audit.verification.rows import count_of, differences
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.checkpoint import BadNote, Checkpoint, VerifierKey, read_note, verified
from shanzhi.kernel.merkle import Edge, Node

CHUNK: Final = 2000
WORDS: Final = {
    "changed": "is not as it was recorded",
    "missing": "was recorded and is gone",
    "unrecorded": "was written past the record",
    "pending": "was loaded and is not digested yet; seal and verify again",
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as it should be: in which table, under which key, and what."""

    table: str
    key: str
    words: str


@dataclass
class Report:
    """What was looked at, in numbers, and what was found. `emptied`: events without reason, with their new digests."""

    emptied: dict[str, str] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether all is as it should be."""
        return not self.mismatches

    def found(self, table: str, key: object, words: str) -> None:
        """Note a mismatch."""
        self.mismatches.append(Mismatch(table, str(key), words))


def verify(*, say: Callable[[str], None] = lambda _words: None) -> Report:
    """Check everything in one snapshot of the database, so that writers going on meanwhile disturb nothing."""
    report = Report()
    with _one_snapshot():
        for change in Event.objects.filter(verb=FORGET).order_by("pk").values_list("change", flat=True):
            report.emptied.update(change["left"])
        for words, check in (
            ("events and row changes in the tree", _tree),
            ("what waits for its place", _waiting),
            ("signatures of the heads", _signatures),
            ("triggers of the audited tables", _triggers),
            ("rows of the audited tables", _rows),
            ("what the rooms check themselves", _rooms),
        ):
            say(words)
            check(report)
    return report


@contextmanager
def _one_snapshot() -> Iterator[None]:
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _tree(report: Report) -> None:
    heads = dict(TreeHead.objects.values_list("size", "root"))
    edge, made = Edge(), 0
    for leaves in _chunks(Leaf.objects.order_by("position").iterator(chunk_size=CHUNK)):
        expected = _expected(leaves, report)
        nodes: dict[Node, bytes] = {}
        for leaf in leaves:
            if leaf.position != edge.size:
                report.found("audit_leaf", edge.size, "is gone: the positions have a gap")
                return
            # What the tree should hold, not what it holds: a leaf that was changed alone changes no root.
            nodes.update(edge.push(expected[leaf.position]))
            if edge.size in heads and heads.pop(edge.size) != edge.root().hex():
                report.found("audit_treehead", edge.size, "its root is not that of the leaves")
        made += _nodes(nodes, report)
    for size in heads:
        report.found("audit_treehead", size, f"covers more leaves than there are ({edge.size})")
    if TreeNode.objects.count() != made:
        report.found("audit_treenode", "", f"{TreeNode.objects.count()} nodes where {made} belong")
    report.checked["leaves"] = edge.size
    report.checked["nodes"] = made


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _expected(leaves: list[Leaf], report: Report) -> dict[int, bytes]:
    """Digest what the leaves stand for, and compare; give the hash that each leaf should have."""
    events = Event.objects.in_bulk({leaf.event for leaf in leaves if leaf.event is not None})
    changes = RowChange.objects.in_bulk({leaf.rowchange for leaf in leaves if leaf.rowchange is not None})
    digests = {number: _digest(event, report) for number, event in events.items()}
    found = {}
    for leaf in leaves:
        kind = "rowchange" if leaf.rowchange is not None else "event"
        number = leaf.rowchange if leaf.rowchange is not None else leaf.event
        stored = bytes(leaf.hash)
        expected: bytes | None
        if kind == "event":
            expected = event_leaf(digests[number]) if number in digests else None
            if number in events and events[number].digest != digests[number]:
                report.found("audit_event", number, "its digest is not that of its content")
        else:
            expected = _row_expected(leaf, changes, digests, report)
        if expected is None:
            report.found(f"audit_{kind}", number, f"is gone; its place is {leaf.position}")
        elif expected != stored:
            report.found(f"audit_{kind}", number, f"is not what its leaf at place {leaf.position} was made from")
        report.checked["row changes" if kind == "rowchange" else "events"] += 1
        found[leaf.position] = stored if expected is None else expected
    return found


def _digest(event: Event, report: Report) -> str:
    """Take an event's digest again. One whose reason was emptied keeps its own, if what is left is as it was told."""
    left = report.emptied.get(str(event.pk))
    if left is None:
        return leaf_digest(event)
    report.checked["events with an emptied reason"] += 1
    emptied = not event.reason and not bytes(event.nonce) and len(event.area) <= LENGTHS[COMMUNITY]
    fits = emptied and left == left_digest(event)
    return event.digest if fits else leaf_digest(event)


def _row_expected(leaf: Leaf, changes: dict[int, RowChange], digests: dict[int, str], report: Report) -> bytes | None:
    change = changes.get(leaf.rowchange or 0)
    if change is None or (leaf.event is not None and leaf.event not in digests):
        return None
    if leaf.event is None:
        report.found(change.table, ", ".join(change.keys[:5]), "was changed by a transaction that recorded no event")
    return row_leaf(change, digests[leaf.event] if leaf.event is not None else None)


def _nodes(nodes: dict[Node, bytes], report: Report) -> int:
    """Compare the subtrees that these leaves complete with those that are stored."""
    above = {node: found for node, found in nodes.items() if node[0]}
    if not above:
        return 0
    stored: dict[Node, bytes] = {}
    for level in {level for level, _index in above}:
        indexes = [index for at, index in above if at == level]
        rows = TreeNode.objects.filter(level=level, index__gte=min(indexes), index__lte=max(indexes))
        stored.update({(level, index): bytes(one) for index, one in rows.values_list("index", "hash")})
    for node, expected in above.items():
        if stored.get(node) != expected:
            report.found("audit_treenode", f"{node[0]}/{node[1]}", "is not the hash of what lies below it")
    return len(above)


def _waiting(report: Report) -> None:
    """Look at what has no place in the tree yet."""
    sealed = Leaf.objects.filter(event=OuterRef("pk"), rowchange__isnull=True)
    for event in Event.objects.filter(~Exists(sealed)).iterator(chunk_size=CHUNK):
        report.checked["events not yet sealed"] += 1
        if _digest(event, report) != event.digest:
            report.found("audit_event", event.pk, "its digest is not that of its content")
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT r."table", array_to_string(r.keys[1:5], %s), EXISTS (SELECT FROM audit_event e WHERE e.xid = r.xid)'
            " FROM audit_rowchange r WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.rowchange = r.id)"
            " AND r.follows IS NULL",
            [", "],
        )
        waiting = cursor.fetchall()
    for table, keys, told in waiting:
        report.checked["row changes not yet sealed"] += 1
        if not told:
            report.found(table, keys, "was changed by a transaction that recorded no event")


def _signatures(report: Report) -> None:
    """Check every head under the key that the one before it trusts."""
    trusted = ""
    last: TreeHead | None = None
    lost = dict(Event.objects.filter(verb=LOST).values_list("change__key", "pk"))
    for head in TreeHead.objects.order_by("size").iterator(chunk_size=CHUNK):
        report.checked["heads"] += 1
        if trusted and head.key != trusted and head.key not in lost:
            report.found("audit_treehead", head.size, "is signed by a key that no head announced")
        try:
            found = verified(note_of(head), VerifierKey.read(head.key))
        except BadNote as problem:
            report.found("audit_treehead", head.size, f"its signature does not hold: {problem}")
        else:
            if last is not None and (found.at < last.at or found.origin != last.origin):
                report.found("audit_treehead", head.size, "is older than the one before it, or another log's")
        trusted, last = head.next_key or head.key, head


def _triggers(report: Report) -> None:
    report.checked["audited tables"] = len(coverage.covers())
    for table in coverage.uncovered():
        report.found(table, "", "has lost the triggers that leave its digests; see `shanzhi setup`")


def _rows(report: Report) -> None:
    for one in coverage.covers():
        report.rows[one.table] = count_of(one)
        report.checked["rows"] += report.rows[one.table]
        for found in differences(one):
            report.found(one.table, found.key, WORDS[found.kind])


def _rooms(report: Report) -> None:
    for name, check in coverage.checks().items():
        for table, key, words in check():
            report.found(table, key, words)
        report.checked[name] += 1


def against(text: str, report: Report) -> Checkpoint:
    """Compare a head that was kept elsewhere with the tree as it is now; raise BadNote where it is none.

    Its signature is checked under every key that ever signed here.
    """
    head, _signatures = read_note(text)
    keys = {key for pair in TreeHead.objects.values_list("key", "next_key") for key in pair if key}
    report.checked["heads kept elsewhere"] += 1
    if not any(_signed_by(text, key) for key in keys):
        report.found("audit_treehead", head.size, "the head kept elsewhere is signed by no key of this log")
    edge = Edge()
    for stored in Leaf.objects.filter(position__lt=head.size).order_by("position").values_list("hash", flat=True):
        for _node in edge.push(bytes(stored)):
            pass
    if edge.size != head.size or edge.root() != head.root:
        report.found("audit_treehead", head.size, "the head kept elsewhere is not how this log began")
    return head


def _signed_by(text: str, key: str) -> bool:
    try:
        verified(text, VerifierKey.read(key))
    except BadNote:
        return False
    return True
