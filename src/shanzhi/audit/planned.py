"""Two ways past what Django's cursors cost, through its own connection: its transaction, its pool, its errors.

`planned_cursor` is for what every request and every write does: the database plans its statements once for each
connection, where Django binds values into the text, so that every statement is parsed and planned anew. Values come
back typed, as a model wants them. `copy_rows` is for rows that come by the thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
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


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by COPY: statements with ten thousand values cost more to take apart than the rows themselves.

    Each row has a value for each of the columns, as the database takes it. Errors are Django's.
    """
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(name) for name in columns)
    with connection.cursor() as opened_cursor, connection.wrap_database_errors:
        cursor: Any = opened_cursor  # its stub does not know COPY
        with cursor.copy(f"COPY {quoted(model._meta.db_table)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
