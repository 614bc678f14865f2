"""The sealer: gives events and row changes their places in the tree, and signs its heads.

No writer ever waits for it. Whatever has committed and has no leaf yet gets the next places, in the order of
transactions as far as that can be known; what commits late gets a later place. One sealer works at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from django.db import connection, transaction

from shanzhi.audit import coverage
from shanzhi.audit.models import Event, Leaf, RowChange, SealMark, TreeHead, TreeNode
from shanzhi.audit.operations.keys import signed
from shanzhi.audit.operations.rows import take_groups, take_up
from shanzhi.audit.planned import copy_rows
from shanzhi.audit.queries.leaves import event_leaf, row_leaf
from shanzhi.audit.queries.tree import LOST, read_nodes, size_of_tree
from shanzhi.kernel.merkle import Edge

BATCH: Final = 5000
LOCK: Final = 0x5EA1_1065
"""Number of the advisory lock that one sealer holds."""
Sealed: TypeAlias = tuple[int | None, int | None, bytes]
"""An event, or a row change with the event that tells of it; and the hash of its leaf."""

# Rows that were written by transactions before the mark are sealed, for they had finished when it was set. After a
# restore into a new cluster, rows of the old one carry numbers that lie ahead: those are below the mark's own numbers.
_UNSEALED: Final = """
SELECT what, id FROM (
    (SELECT 'e' AS what, e.id, e.xid FROM audit_event e WHERE (%(all)s OR (e.xid >= %(xid)s::xid8 AND e.id > %(event)s))
        AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event = e.id AND l.rowchange IS NULL)
        ORDER BY e.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'r', r.id, r.xid FROM audit_rowchange r WHERE (%(all)s OR (r.xid >= %(xid)s::xid8 AND r.id > %(rowchange)s))
        AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.rowchange = r.id)
        ORDER BY r.id LIMIT %(most)s)
) found ORDER BY xid NULLS FIRST, what, id LIMIT %(most)s
"""
# Numbers of transactions come again after a restore into a new cluster: old rows are told by old events, new by new.
_TOLD_BY: Final = """
SELECT r.id, min(e.id) FROM audit_rowchange r JOIN audit_event e ON e.xid = r.xid
    AND (e.id > %(event)s) = (r.id > %(rowchange)s)
WHERE r.id = ANY(%(ids)s) GROUP BY r.id
"""


def seal(*, at: datetime) -> TreeHead | None:
    """Seal all that waits and sign a head; give the newest, or None where another sealer works or nothing is there.

    Raises KeyMissing when the signing key is not there; the leaves are placed all the same.
    """
    while True:
        with transaction.atomic():
            if not _alone():
                return None
            if not _seal_batch():
                break
    with transaction.atomic():
        return _head(at) if _alone() else None


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        (held,) = cursor.fetchone() or (False,)
    return bool(held)


def _mark() -> dict[str, Any]:
    """Give from where to look, and how far everything has finished by now."""
    mark = SealMark.objects.filter(pk=1).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        finished, ahead = cursor.fetchone() or (0, 0)
    values = {"all": mark is None, "xid": "0", "event": 0, "rowchange": 0, "finished": finished}
    if mark is not None:
        values |= {"xid": str(mark.xid), "event": mark.event, "rowchange": mark.rowchange}
        if mark.xid > ahead:
            values |= {"all": True, **_of_another_cluster(ahead)}
    return values


def _of_another_cluster(ahead: int) -> dict[str, int]:
    """Give the last rows that another cluster wrote, whose transactions lie ahead of ours."""
    found = {}
    with connection.cursor() as cursor:
        for name in ("event", "rowchange"):
            cursor.execute(
                f"SELECT coalesce(max(id), 0) FROM audit_{name} WHERE xid >= %s::xid8",  # noqa: S608 - own names
                [str(ahead)],
            )
            (found[name],) = cursor.fetchone() or (0,)
    return found


def _seal_batch() -> int:
    """Give the next few thousand their places; give how many there were."""
    mark = _mark()
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, {**mark, "most": BATCH})
        found = cursor.fetchall()
    digested = _digest_loads([number for what, number in found if what == "r"])
    _place(_leaves(found, mark))
    if len(found) < BATCH and not digested:
        kept = {name: mark[name] for name in ("event", "rowchange")}
        SealMark.objects.update_or_create(pk=1, defaults={"xid": mark["finished"], **kept})
    return len(found)


def _leaves(found: Iterable[tuple[str, int]], mark: dict[str, Any]) -> list[Sealed]:
    order = list(found)
    numbers = {"e": [number for what, number in order if what == "e"]}
    numbers["r"] = [number for what, number in order if what == "r"]
    rows = RowChange.objects.in_bulk(numbers["r"])
    tellers = _tellers(rows, mark)
    wanted = {*numbers["e"], *(teller for teller in tellers.values() if teller)}
    digests = dict(Event.objects.filter(pk__in=wanted).values_list("pk", "digest"))
    leaves: list[Sealed] = []
    for what, number in order:
        if what == "e":
            leaves.append((number, None, event_leaf(digests[number])))
        else:
            teller = tellers.get(number)
            digest = digests[teller] if teller else None
            leaves.append((teller, number, row_leaf(rows[number], digest)))
    return leaves


def _tellers(rows: dict[int, RowChange], mark: dict[str, Any]) -> dict[int, int]:
    """Find for each row change the event of its transaction; for what the sealer digested, that of the load."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_BY, {**mark, "ids": list(rows)})
        found: dict[int, int] = dict(cursor.fetchall())
    followed = {row.follows for row in rows.values() if row.follows}
    known = dict(Leaf.objects.filter(rowchange__in=followed, event__isnull=False).values_list("rowchange", "event"))
    for number, row in rows.items():
        if row.follows and (teller := found.get(row.follows) or known.get(row.follows)):
            found[number] = teller
    return found


def _place(leaves: Sequence[Sealed]) -> None:
    """Append leaves to the tree, with every subtree that they complete."""
    if not leaves:
        return
    start = size_of_tree()
    edge = Edge(start, read_nodes)
    placed, nodes = [], []
    for position, (event, change, whole) in enumerate(leaves, start):
        placed.append((position, event, change, whole))
        nodes += [(level, index, found) for (level, index), found in edge.push(whole) if level]
    copy_rows(Leaf, ("position", "event", "rowchange", "hash"), placed)
    copy_rows(TreeNode, ("level", "index", "hash"), nodes)


def _digest_loads(numbers: list[int]) -> int:
    """Digest what was loaded in bulk and is recorded as a load only; give how many records that made."""
    made = 0
    for load in RowChange.objects.filter(pk__in=numbers, op="L").order_by("pk"):
        one = coverage.cover_of(load.table)
        if one is None:
            continue
        if one.mode == "rows":
            made += take_up(one, follows=load.pk)
        else:
            made += take_groups(one, load.keys, op="S", follows=load.pk)
    return made


def _head(at: datetime) -> TreeHead | None:
    """Sign a head over the whole tree, unless there is one already."""
    size, last = size_of_tree(), TreeHead.objects.order_by("-size").first()
    if not size or (last is not None and last.size == size):
        return last
    moment = max(at, last.at) if last else at  # a clock that jumps back must not make heads that go back in time
    moment = moment.astimezone(UTC).replace(microsecond=0)
    head = signed(last=_trusted(last), size=size, root=Edge(size, read_nodes).root(), at=moment)
    head.save(force_insert=True)
    return head


def _trusted(last: TreeHead | None) -> TreeHead | None:
    """Give the last head; after its key was lost, which an event tells, as if it had announced the new key."""
    lost = last and Event.objects.filter(verb=LOST, at__gte=last.at).order_by("-id").first()
    if last is not None and lost:
        last.next_key = lost.change["key"]
    return last
