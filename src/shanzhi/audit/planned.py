"""A cursor whose statements the database plans once for each connection; for what every request and every write does.

Django binds values into the text and never prepares, so every statement is parsed and planned anew. This cursor goes
through Django's own connection all the same, in its wrapping: its transaction, its pool, its errors, its record of
queries. Values come back typed, as a model wants them.
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


def planned_cursor() -> Any:
    """Give such a cursor in Django's wrapping, to be used as a context manager."""
    connection.ensure_connection()
    raw: Any = connection.connection
    if raw.prepare_threshold is None:  # Django's "never"; its own cursors bind by themselves and still never prepare
        raw.prepare_threshold = 0
    return connection._prepare_cursor(PreparedCursor(raw))  # type: ignore[attr-defined]  # unknown to the stubs
