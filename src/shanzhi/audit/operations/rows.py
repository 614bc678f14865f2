"""Digests of rows that no trigger took: from before a table was covered, loads, rows that share an erased salt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from shanzhi.audit import coverage
from shanzhi.audit.coverage import Cover, quoted
from shanzhi.audit.models import Event, RowChange
from shanzhi.audit.operations.events import finished, write
from shanzhi.audit.verification.rows import differences, key_type
from shanzhi.kernel.actor import Actor

# One record for every few thousand rows, each with a salt of its own.
_ROWS: Final = """
WITH told AS MATERIALIZED (
    SELECT to_jsonb(t) ->> %(key)s AS key, to_jsonb(t) AS row, row_number() OVER () / 5000 AS part
    FROM {table} t WHERE {which}
), salts AS MATERIALIZED (
    SELECT part, uuid_send(gen_random_uuid()) AS salt FROM (SELECT DISTINCT part FROM told) p
)
INSERT INTO audit_rowchange ("table", op, keys, digests, salt, follows)
SELECT %(name)s, %(op)s, array_agg(key), array_agg(audit_row_digest(salt, key, row, %(left_out)s::text[])), salt,
    %(follows)s::bigint
FROM told JOIN salts USING (part) GROUP BY part, salt
"""
_GROUPS: Final = """
INSERT INTO audit_rowchange ("table", op, keys, digests, salt, follows)
SELECT %(name)s, %(op)s, array_agg(g.key),
    array_agg(audit_group_digest({table}::regclass, %(key)s, %(order)s, g.key, s.salt)), s.salt, %(follows)s::bigint
FROM (SELECT uuid_send(gen_random_uuid()) AS salt) s, ({which}) g GROUP BY s.salt HAVING count(*) > 0
"""
_UNRECORDED: Final = """to_jsonb(t) ->> %(key)s NOT IN (
    SELECT k FROM audit_rowchange r CROSS JOIN unnest(r.keys) k WHERE r."table" = %(name)s)"""


class RowsDiffer(Exception):
    """Rows that share a salt with an erased one are not as they were recorded; the cause must be found first."""


def cover_all(*, at: datetime) -> list[str]:
    """Put triggers on the audited tables that lack them, and digest the rows that are there; give these tables.

    Runs after every migrate. The rows are read without a lock: whoever changes one meanwhile leaves a digest by the
    trigger, which counts as later than the one taken here.
    """
    changed = coverage.reconcile()
    for one in coverage.covers():
        if one.table in changed:
            with transaction.atomic():
                if take_up(one):
                    _record(one.table, "audit.table.cover", at)
    return changed


def _record(table: str, verb: str, at: datetime, reason: str = "") -> None:
    event = Event(
        at=at,
        verb=verb,
        actor_label=Actor.system("audit").label,
        subject_type=RowChange._meta.label_lower,
        subject_id=table,
        reason=reason,
    )
    write(finished(event))


def take_up(one: Cover, *, op: str = "B", follows: int | None = None) -> int:
    """Digest the rows, or groups, of which there is no record yet; give how many records that took."""
    if one.mode == "rows":
        return _write(_ROWS, _UNRECORDED, one, op, follows)
    groups = f"SELECT DISTINCT to_jsonb(t) ->> %(key)s AS key FROM {quoted(one.table)} t WHERE {_UNRECORDED}"  # noqa: S608 - own names
    return _write(_GROUPS, groups, one, op, follows)


def take_groups(one: Cover, keys: Collection[str], *, op: str, follows: int | None = None) -> int:
    """Digest these groups as they are now."""
    return _write(_GROUPS, "SELECT unnest(%(keys)s::text[]) AS key", one, op, follows, keys=list(keys))


def take_rows(one: Cover, keys: Collection[str], *, op: str) -> int:
    """Digest these rows as they are now."""
    which = f"t.{quoted(one.key)} = ANY(%(keys)s::{key_type(one)}[])"
    return _write(_ROWS, which, one, op, None, keys=list(keys))


def _write(statement: str, which: str, one: Cover, op: str, follows: int | None, **more: Any) -> int:
    table = quoted(one.table) if statement is _ROWS else f"'{quoted(one.table)}'"
    values = {
        "name": one.table,
        "key": one.key,
        "order": one.order,
        "left_out": list(one.left_out),
        "op": op,
        "follows": follows,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, which=which), values)
        return int(cursor.rowcount)


def restate(*, table: str, reason: str, at: datetime) -> None:
    """Digest all rows of a table anew, after its columns were changed in a way that alters what is there already.

    Added columns need no restating. Writers wait until it is done. What was tampered with before becomes the record, so
    verify first; the event with its reason stays in the log.
    """
    one = coverage.cover_of(table)
    if one is None or not reason.strip():
        raise ValueError("an audited table and a reason are needed")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {quoted(table)} IN SHARE MODE")
        if one.mode == "rows":
            _write(_ROWS, "true", one, "R", None)
        else:
            every = f"SELECT DISTINCT to_jsonb(t) ->> %(key)s AS key FROM {quoted(table)} t"  # noqa: S608 - own names
            _write(_GROUPS, every, one, "R", None)
        _record(table, "audit.table.restate", at, reason.strip())


def forget(*, table: str, keys: Collection[str]) -> None:
    """Make the digests of what these rows held worthless: the salts that they were taken with are emptied.

    An operation that erases personal data calls it in its own transaction, after it changed or deleted the rows and
    before it records its event. Other rows that share such a salt are digested anew, if they are as they were recorded;
    else RowsDiffer is raised.
    """
    one = coverage.cover_of(table)
    if one is None or one.mode != "rows":
        raise ValueError(f"{table} has no digests of single rows")
    shared = dict(
        RowChange.objects.filter(table=table, keys__overlap=list(keys), salt__isnull=False).values_list("pk", "keys")
    )
    others = {key for found in shared.values() for key in found}
    wrong = [found.key for found in differences(one, keys=others)]
    if wrong:
        raise RowsDiffer(f"{table}: {', '.join(wrong[:5])}")
    take_rows(one, others, op="R")
    RowChange.objects.filter(pk__in=shared).update(salt=None)
