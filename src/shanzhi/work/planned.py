"""Queries of every signed-in request, which the database plans once for each connection.

Django binds values into the text and never prepares, so every query is parsed and planned anew. These go through
Django's own connection all the same, by a cursor in its wrapping: its transaction, its pool, its errors, its record of
queries. Values come back typed, as a model wants them; `shanzhi.work.prepared` is leaner where texts will do.
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
