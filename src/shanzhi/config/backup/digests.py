"""Digests by which two databases are compared: of every table's rows, whatever their order on the disk."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import psycopg
from psycopg import sql

TABLES: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p' ORDER BY relname
"""
ROWS: Final = "SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') FROM {} AS t ORDER BY 1"


def table_digests(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Digest each table that outlives a crash: `number of rows:SHA-256`, all at one moment of the database."""
    found: dict[str, str] = {}
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        for (table,) in connection.execute(TABLES).fetchall():
            sha, rows = hashlib.sha256(), 0
            with connection.cursor(name="rows") as cursor:
                cursor.itersize = 10_000
                for (line,) in cursor.execute(sql.SQL(ROWS).format(sql.Identifier(table))):
                    sha.update(line.encode())
                    rows += 1
            found[table] = f"{rows}:{sha.hexdigest()}"
    return found


def digest_of(tables: dict[str, str]) -> str:
    """Digest all tables as one."""
    lines = "".join(f"{name} {value}\n" for name, value in sorted(tables.items()))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
