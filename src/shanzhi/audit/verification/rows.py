"""Comparing the rows of audited tables with the digests that were left of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import connection

from shanzhi.audit.coverage import Cover, quoted

Kind = Literal["changed", "missing", "unrecorded", "pending"]
MOST: Final = 1000

# The last record of each key. What a table held when it was covered ('B') is older than any change; a load ('L') says
# nothing of single rows.
_TOLD: Final = """
told AS (
    SELECT DISTINCT ON (k.key) k.key, r.op, r.salt, r.digests[k.n] AS digest
    FROM audit_rowchange r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k(key, n)
    WHERE r."table" = %(name)s {narrowed}
    ORDER BY k.key, (r.op = 'B'), r.id DESC
)"""
_ROWS: Final = """
WITH {told}, now AS (SELECT to_jsonb(t) ->> %(key)s AS key, to_jsonb(t) AS row FROM {table} t {where})
SELECT coalesce(told.key, now.key),
    CASE WHEN now.key IS NULL THEN 'missing' WHEN told.digest IS NULL THEN 'unrecorded' ELSE 'changed' END
FROM told FULL JOIN now ON told.key = now.key
WHERE (told.digest IS NULL) <> (now.key IS NULL) OR (told.digest IS NOT NULL AND NOT coalesce({same}, false))
ORDER BY 1 LIMIT %(most)s
"""
_GROUPS: Final = """
WITH {told}, now AS (
    SELECT to_jsonb(t) ->> %(key)s AS key, string_agg({text}, chr(10) ORDER BY t.{order}) AS rows
    FROM {table} t GROUP BY 1
)
SELECT coalesce(told.key, now.key),
    CASE WHEN told.op = 'L' THEN 'pending' WHEN told.key IS NULL THEN 'unrecorded'
    WHEN now.key IS NULL THEN 'missing' ELSE 'changed' END
FROM told FULL JOIN now ON told.key = now.key
WHERE told.digest IS DISTINCT FROM
    sha256(told.salt || convert_to(told.key || chr(10) || coalesce(now.rows, ''), 'UTF8')) OR told.key IS NULL
ORDER BY 1 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row, or group of rows, that is not as it was recorded."""

    table: str
    key: str
    kind: Kind


def columns(one: Cover) -> list[str]:
    """List a table's columns in the order in which they were added."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum",
            [quoted(one.table)],
        )
        return [name for (name,) in cursor.fetchall()]


def key_type(one: Cover) -> str:
    """Give the type of a table's key as SQL names it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            [quoted(one.table), one.key],
        )
        (found,) = cursor.fetchone() or ("text",)
    return str(found)


def differences(one: Cover, *, keys: Collection[str] | None = None) -> list[Difference]:
    """Find where a table differs from its records, a thousand keys at most; `keys` narrows to some rows.

    A row that was written before the table got its newest columns was digested without them: those stand last, so a
    digest of the first columns counts too.
    """
    found = _rows(one, keys) if one.mode == "rows" else _groups(one)
    return [Difference(one.table, key, kind) for key, kind in found.items()]


def _rows(one: Cover, keys: Collection[str] | None) -> dict[str, Kind]:
    values: dict[str, Any] = {"name": one.table, "key": one.key, "most": MOST, "left_out": list(one.left_out)}
    narrowed, where = "AND r.op <> 'L'", ""
    if keys is not None:
        values["keys"] = list(keys)
        narrowed += " AND k.key = ANY(%(keys)s::text[]) AND r.keys && %(keys)s::text[]"
        where = f"WHERE t.{quoted(one.key)} = ANY(%(keys)s::{key_type(one)}[])"
    told = _TOLD.format(narrowed=narrowed)
    same = _same_rows(one, values)
    return _fetched(_ROWS.format(told=told, table=quoted(one.table), where=where, same=same), values)


def _groups(one: Cover) -> dict[str, Kind]:
    values = {"name": one.table, "key": one.key, "most": MOST}
    words = {"told": _TOLD.format(narrowed=""), "table": quoted(one.table), "order": quoted(one.order)}
    found = _fetched(_GROUPS.format(text="t::text", **words), values)
    known = columns(one)
    while "changed" in found.values() and one.key in known[:-1]:
        known.pop()
        first = ", ".join(f"t.{quoted(name)}" for name in known)
        others = _fetched(_GROUPS.format(text=f"ROW({first})::text", **words), values)
        found = {key: kind for key, kind in found.items() if kind != "changed" or key in others}
    return found


def _fetched(statement: str, values: dict[str, Any]) -> dict[str, Kind]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return dict(cursor.fetchall())


def _same_rows(one: Cover, values: dict[str, Any]) -> str:
    """Write the condition that a row has its digest, over all its columns or only those that it had at first."""
    known = columns(one)
    ways = []
    for number in range(len(known), 0, -1):
        later = known[number:]
        if one.key in later:
            break
        values[f"later{number}"] = [*one.left_out, *later]
        ways.append(f"audit_row_digest(told.salt, told.key, now.row, %(later{number})s::text[]) = told.digest")
    return "(" + " OR ".join(ways) + ")"


def count_of(one: Cover) -> int:
    """Count a table's rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {quoted(one.table)}")  # noqa: S608 - own names
        (found,) = cursor.fetchone() or (0,)
    return int(found)
