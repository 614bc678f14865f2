"""Statements that the database plans once for each connection, for the few paths where planning is most of the cost.

Django binds values into the text and never prepares, so every statement is parsed and planned anew. These go through
Django's own connection all the same: its transaction, its pool, its errors, its record of queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor

Values = Sequence[Any] | Mapping[str, Any]


class PreparedCursor(Cursor[tuple[Any, ...]]):
    """A cursor that sends values apart from the statement and has the statement prepared."""

    def execute(self, query: Any, params: Values | None = None, **given: Any) -> PreparedCursor:
        """Run a statement by its plan."""
        return super().execute(query, params, **{"prepare": True, **given})


def _cursor() -> Any:
    """Give a cursor in Django's wrapping."""
    connection.ensure_connection()
    raw: Any = connection.connection
    if raw.prepare_threshold is None:  # Django's "never"; its own cursors bind by themselves and still never prepare
        raw.prepare_threshold = 0
    return connection._prepare_cursor(PreparedCursor(raw))  # type: ignore[attr-defined]  # unknown to the stubs


def fetch_one(sql: str, values: Values) -> tuple[Any, ...] | None:
    """Give the first row of a query, or nothing."""
    with _cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def fetch_all(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """Give all rows of a query."""
    with _cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def change(sql: str, values: Values) -> int:
    """Run a statement that writes; gives the number of rows it wrote."""
    with _cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
