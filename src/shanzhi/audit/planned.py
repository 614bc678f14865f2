"""A cursor whose statements the database plans once for each connection; for what nearly every write does.

Django binds values into the text of a statement, which is then parsed and planned anew each time. This cursor goes
through Django's connection, transaction, query log and errors all the same.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Cursor
from psycopg.rows import TupleRow, tuple_row


class _Planned(Cursor[TupleRow]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Ask for planning ahead, for which Django's wrapping has no word."""
        return super().execute(query, params, prepare=True, **options)


def planned_cursor() -> Any:
    """Give such a cursor on Django's connection, to be used as a context manager."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    return here._prepare_cursor(_Planned(here.connection, row_factory=tuple_row))
