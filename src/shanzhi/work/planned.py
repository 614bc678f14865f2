"""Queries of every signed-in request, which the database plans once for each connection.

Values come back typed, as a model wants them; `shanzhi.work.prepared` is leaner where texts will do.
"""

from __future__ import annotations

from typing import Any

from shanzhi.audit.planned import Values, planned_cursor


def fetch_one(sql: str, values: Values) -> tuple[Any, ...] | None:
    """Give the first row of a query, or nothing."""
    with planned_cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def fetch_all(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """Give all rows of a query."""
    with planned_cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
