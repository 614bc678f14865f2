"""Statements that the database plans once for each connection, for the few paths where all else costs more.

Django binds values into the text and never prepares, so each statement is parsed and planned anew, and its cursors cost
more than the work. A `Prepared` statement goes through Django's own connection and pool all the same: inside a
transaction, or when somebody listens to the queries, by a cursor in Django's wrapping; else straight through libpq, in
a transaction of its own. Its errors are Django's. Values are named `%(so)s`, and cast in the SQL where PostgreSQL
cannot tell their type; results come as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import DataError, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus

from shanzhi.audit.planned import planned_cursor

Value = str | bytes | bool | UUID | datetime
Row = tuple[str | None, ...]
_PLACE: Final = re.compile(r"%\((\w+)\)s")
_TEXT, _BINARY = 0, 1
_FORGOTTEN: Final = b"26000"
_planned: Final[WeakKeyDictionary[Any, set[bytes]]] = WeakKeyDictionary()


class Prepared:
    """One statement, under a name that is its own in the whole program."""

    def __init__(self, name: str, sql: str) -> None:
        """Number the places of the values as PostgreSQL wants them."""
        self._sql = sql
        self._name = f"shanzhi_{name}".encode()
        self._places = list(dict.fromkeys(_PLACE.findall(sql)))
        self._numbered = _PLACE.sub(lambda place: f"${self._places.index(place[1]) + 1}", sql).encode()

    @property
    def numbered(self) -> str:
        """Give the statement as the database plans it, for whoever looks at the plan."""
        return self._numbered.decode()

    def one(self, values: Mapping[str, Value]) -> Row | None:
        """Give the first row, or nothing."""
        rows = self.rows(values)
        return rows[0] if rows else None

    def rows(self, values: Mapping[str, Value]) -> list[Row]:
        """Give all rows."""
        return self._run(values)[0]

    def change(self, values: Mapping[str, Value]) -> int:
        """Run a statement that writes; gives the number of rows written."""
        return self._run(values)[1]

    def _run(self, values: Mapping[str, Value]) -> tuple[list[Row], int]:
        here: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy would do it for each attribute
        here.ensure_connection()
        raw = here.connection
        if not raw.autocommit or here.queries_logged or here.execute_wrappers:
            return self._listened_to(values)
        with here.wrap_database_errors:
            return self._straight(raw, values)

    def _listened_to(self, values: Mapping[str, Value]) -> tuple[list[Row], int]:
        """Run by a cursor that takes part in Django's transaction, query log and wrappers."""
        with planned_cursor() as cursor:
            cursor.execute(self._sql, dict(values))
            rows = cursor.fetchall() if cursor.description else []
            return [tuple(None if v is None else str(v) for v in row) for row in rows], cursor.rowcount

    def _straight(self, raw: Any, values: Mapping[str, Value]) -> tuple[list[Row], int]:
        """Run through libpq; the statement is a transaction of its own."""
        pg, encoding = raw.pgconn, "utf-8"
        planned = _planned.setdefault(raw, set())
        given = [values[place] for place in self._places]
        formats = [_BINARY if isinstance(value, bytes) else _TEXT for value in given]
        written = [_written(value) for value in given]
        result = pg.exec_prepared(self._name, written, formats) if self._name in planned else None
        if result is None or result.error_field(DiagnosticField.SQLSTATE) == _FORGOTTEN:
            # psycopg has a connection forget all its statements after some changes of tables
            _checked(pg.prepare(self._name, self._numbered), encoding)
            planned.add(self._name)
            result = pg.exec_prepared(self._name, written, formats)
        result = _checked(result, encoding)
        if result.status == ExecStatus.COMMAND_OK:
            return [], result.command_tuples or 0
        return [_row(result, number, encoding) for number in range(result.ntuples)], result.ntuples


def _row(result: Any, number: int, encoding: str) -> Row:
    cells = (result.get_value(number, column) for column in range(result.nfields))
    return tuple(None if cell is None else cell.decode(encoding) for cell in cells)


def _checked(result: Any, encoding: str) -> Any:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        if result.error_field(DiagnosticField.SQLSTATE) is None:  # libpq's own: the connection broke
            raise OperationalError(result.get_error_message(encoding))
        raise error_from_result(result, encoding)
    return result


def _written(value: Value) -> bytes:
    """Write a value as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, datetime):
        return value.isoformat().encode()
    written = str(value).encode()
    if b"\0" in written:  # libpq would end the text there
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return written
